use super::sample;
use crate::{html, markdown};
use ghostlib_model::{RevisionVerdict, RunEnd, RunSummary};

/// What a reader sees: the page's main part, without its data, and the document.
fn both(summary: &RunSummary) -> [String; 2] {
    let page = html(summary);
    let (_, main) = page.split_once("<main").unwrap();
    let (main, _) = main.split_once("</main>").unwrap();
    [main.into(), markdown(summary)]
}

#[test]
fn nothing_known_shows_no_number_and_no_pass() {
    for page in both(&RunSummary::default()) {
        assert!(page.contains("unknown"), "{page}");
        for forbidden in [" 0 %", "100 %", "passed", "Passed", "holds<", "holds |", "class=\"chip pass\""] {
            assert!(!page.contains(forbidden), "{forbidden}: {page}");
        }
    }
}

#[test]
fn an_unknown_dimension_makes_the_headline_unknown() {
    let mut run = sample::run();
    let evaluation = run.iterations[2].attempts[0].evaluation.as_mut().unwrap();
    evaluation.fidelity.behaviour.agreement = None;
    for page in both(&run) {
        assert!(page.contains("behaviour is unknown, and what is unknown never passes"), "{page}");
        assert!(page.contains("does not fit the figures of attempt 3.1"), "{page}");
    }
}

#[test]
fn a_gate_without_a_result_does_not_hold() {
    let mut run = sample::run();
    run.iterations[2].attempts[0].evaluation.as_mut().unwrap().fidelity.gates.clear();
    for page in both(&run) {
        assert!(page.contains("gates G0, G1, G2 and G3 are unknown"), "{page}");
    }
}

#[test]
fn blindness_that_was_only_asked_for_is_said_plainly() {
    let mut run = sample::run();
    run.iterations.truncate(2);
    run.iterations.remove(0);
    for page in both(&run) {
        assert!(page.contains("only asked for, not enforced"), "{page}");
        assert!(!page.contains("Blindness was enforced"), "{page}");
    }
}

#[test]
fn the_headline_is_the_one_that_the_engine_decides_by() {
    let run = sample::run();
    for (id, evaluation) in run.iterations.iter().flat_map(|iteration| iteration.evaluations()) {
        let headline = evaluation.fidelity.headline();
        let shown = markdown(&RunSummary { best: Some(id), ..run.clone() });
        if headline > 0.0 {
            let known = format!("Headline: **{} %**", (headline * 1000.0).round() / 10.0);
            assert!(shown.contains(&known), "{known}: {shown}");
        }
    }
}

#[test]
fn a_refused_revision_says_why() {
    let mut run = sample::run();
    let revision = &mut run.iterations[0].revisions[0];
    revision.verdict = RevisionVerdict::Refused(vec!["the id words.split vanished".into()]);
    for page in both(&run) {
        assert!(page.contains("the id words.split vanished"), "{page}");
    }
}

#[test]
fn a_run_that_stopped_says_why_and_what_its_best_candidate_lacks() {
    let mut run = sample::fell_short();
    run.end = Some(RunEnd::NoProgress("the implementer repeats itself".into()));
    for page in both(&run) {
        assert!(page.contains("the implementer repeats itself"), "{page}");
        assert!(page.contains("gates G1 and G2 are not held"), "{page}");
    }
}

#[test]
fn a_change_links_to_the_finding_that_it_answers() {
    let page = html(&sample::run());
    assert!(page.contains("href=\"#i1-1-f1\""));
    assert!(page.contains("id=\"i1-1-f1\""));
}

#[test]
fn figures_that_are_no_numbers_do_no_harm() {
    let mut run = sample::run();
    run.options.as_mut().unwrap().target = f64::NAN;
    for iteration in &mut run.iterations {
        iteration.seconds = f64::NEG_INFINITY;
        let measured = iteration.attempts.iter_mut().filter_map(|attempt| attempt.evaluation.as_mut());
        measured.for_each(|evaluation| evaluation.fidelity.behaviour.agreement = Some(f64::NAN));
    }
    for page in both(&run) {
        assert!(!page.contains("NaN") && !page.contains("inf "), "{page}");
    }
}
