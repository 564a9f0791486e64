use super::{html, markup, measured, sample};
use crate::markdown;
use ghostlib_model::{
    AttemptSummary, Finding, IterationSummary, Priority, RevisionVerdict, RunEnd, RunSummary,
};
use std::sync::Arc;

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
    let evaluation = measured(&mut run, 2);
    evaluation.fidelity.behaviour.agreement = None;
    for page in both(&run) {
        assert!(page.contains("behaviour is unknown, and what is unknown never passes"), "{page}");
        assert!(page.contains("does not fit the figures of attempt 3.1"), "{page}");
    }
}

#[test]
fn a_gate_without_a_result_does_not_hold() {
    let mut run = sample::run();
    measured(&mut run, 2).fidelity.gates.clear();
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
    for (id, evaluation) in run.iterations.iter().flat_map(IterationSummary::evaluations) {
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
        measured
            .for_each(|evaluation| Arc::make_mut(evaluation).fidelity.behaviour.agreement = Some(f64::NAN));
    }
    for page in both(&run) {
        assert!(!page.contains("NaN") && !page.contains("inf "), "{page}");
    }
}

#[test]
fn every_link_of_the_page_leads_to_one_place() {
    let run = sample::run();
    let page = markup(&crate::html(&run, &sample::beside(&run, &str::to_owned)));
    let links = page.split(" href=\"#").skip(1).filter_map(|rest| rest.split('"').next());
    let ids: Vec<_> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    for id in &ids {
        assert_eq!(ids.iter().filter(|other| *other == id).count(), 1, "{id}");
    }
    for link in links {
        assert!(ids.contains(&link), "{link}");
    }
    assert!(
        ids.contains(&"i1-1-f1") && !ids.contains(&"i1-2-f1"),
        "one that two candidates have is listed once: {ids:?}"
    );
}

#[test]
fn a_pass_says_on_how_many_fresh_rebuilds_it_holds() {
    let mut run = sample::run();
    let passing = run.iterations[2].attempts[0].clone();
    let failing = AttemptSummary { attempt: 4, evaluation: None, ..passing.clone() };
    run.iterations[2].attempts.push(AttemptSummary { attempt: 2, ..passing.clone() });
    let mut earlier = run.iterations[2].clone();
    earlier.attempts.push(AttemptSummary { attempt: 3, ..passing });
    earlier.attempts.push(failing);
    earlier.iteration = 4;
    run.iterations.push(earlier);
    for page in both(&run) {
        assert!(
            page.contains("5 of 6 fresh rebuilds (83.3 %; 95 % Wilson interval: 43.6 % to 96.9 %)"),
            "{page}"
        );
        assert!(!page.contains("Smoke run"), "{page}");
    }
}

#[test]
fn a_candidate_that_passed_in_a_run_that_did_not_is_not_said_to_fail() {
    let run = RunSummary { end: Some(RunEnd::OutOfBudget("60 s".into())), ..sample::run() };
    for page in both(&run) {
        assert!(page.contains("used up its budget (60 s)"), "{page}");
        assert!(
            page.contains("that of attempt 3.1, passes; its spec holds on 1 of 1 fresh rebuild"),
            "{page}"
        );
    }
}

#[test]
fn a_finding_that_blocks_keeps_full_figures_from_reading_as_passed() {
    let mut run = sample::run();
    let finding = Finding::new("canary-found", Priority::P0, "src/lib.rs", "a canary stands in it");
    measured(&mut run, 2).findings.push(finding);
    for page in both(&run) {
        assert!(page.contains("does not fit the figures of attempt 3.1: 1 finding blocks"), "{page}");
    }
}

#[test]
fn what_added_lines_brought_is_told_once_the_next_iteration_is_measured() {
    let run = sample::run();
    for page in both(&run) {
        assert!(
            page.contains("+20.0 points with 5 lines added to the spec, or +40.0 points for every 10"),
            "{page}"
        );
    }
    for page in both(&sample::not_ended()) {
        assert!(!page.contains("What the revisions brought"), "{page}");
    }
}

#[test]
fn a_revision_that_found_nothing_to_change_is_no_change() {
    let mut run = sample::run();
    let spec = run.iterations[1].spec.hash.clone();
    run.iterations[2].spec.hash = spec.clone();
    let revision = &mut run.iterations[1].revisions[0];
    (revision.verdict, revision.from, revision.to) = (RevisionVerdict::Accepted, spec.clone(), spec);
    for page in both(&run) {
        assert!(page.contains("it found nothing to change"), "{page}");
        assert_eq!(page.matches("What the revisions brought").count(), 1, "{page}");
    }
}

#[test]
fn a_finding_stands_with_its_verdict_its_answers_and_its_source() {
    let run = sample::run();
    let page = crate::html(&run, &sample::beside(&run, &str::to_owned));
    let (_, item) = page.split_once("<li id=\"i1-1-f3\"").unwrap();
    let (item, _) = item.split_once("</details></li>").unwrap();
    for told in [
        "data-v=\"spec-gap\"",
        "data-a=\"1.1 1.2\"",
        "attempt 1.2</figcaption>",
        "src/split.rs:40",
        "nothing states it",
    ] {
        assert!(item.contains(told), "{told}: {item}");
    }
}

#[test]
fn a_requirement_without_a_vector_neither_holds_nor_fails() {
    let run = sample::run();
    let page = crate::html(&run, &sample::beside(&run, &str::to_owned));
    let row = |id: &str| {
        let (_, row) = page.split_once(&format!("<tr><th scope=\"row\"><code>{id}</code>")).unwrap();
        row.split_once("</tr>").unwrap().0
    };
    assert_eq!(row("words.join").matches("no vector checks it").count(), 5);
    assert!(!row("words.join").contains("class=\"pass\""));
    assert!(row("words.split.comments").contains("attempt 1.1: fails, 0 of 1 vectors pass"));
    assert!(row("words.split.comments").contains("attempt 3.1: holds, 1 of 1 vectors pass"));
}

#[test]
fn calls_on_which_candidates_disagree_are_told_apart_from_those_they_answer_alike() {
    let page = html(&sample::run());
    let (_, apart) = page.split_once("id=\"apart\"").unwrap();
    let row = "<td class=\"fail\">A</td><td class=\"fail\">B</td></tr>";
    assert!(apart.contains("on 1 of them the candidates disagree") && apart.contains(row), "{apart}");
}
