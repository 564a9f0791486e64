//! Reports of a run with far more in it than a person reads.

use super::{data, html, measured, sample};
use crate::markdown;
use ghostlib_model::{Case, Finding, FindingId, Place, Priority, RunSummary};

const N_FINDINGS: usize = 10_000;
const N_CASES: usize = 1_000;

fn with_findings(n: usize) -> RunSummary {
    let finding = |i: usize| {
        let subject = format!("module_{}::Type::function_{i}", i % 100);
        let mut finding =
            Finding::new("api-missing", Priority::P1, &subject, "the candidate has no such function");
        finding.reference = Some(Place { line: 12, ..Place::start_of("src/lib.rs") });
        finding.advice = "State it in the spec's API block.".into();
        finding
    };
    let mut run = sample::run();
    measured(&mut run, 2).findings = (0..n).map(finding).collect();
    run
}

#[test]
fn a_page_holds_ten_thousand_findings_that_are_text_until_they_are_looked_at() {
    let page = html(&with_findings(N_FINDINGS));
    assert_eq!(page.matches("<li id=\"i3-1-f").count(), N_FINDINGS);
    let (_, list) =
        page.split_once("<noscript id=\"all-findings\">\n<ol class=\"findings\">\n<li id=").unwrap();
    assert!(list.split_once("</noscript>").unwrap().0.matches("\n<li id=").count() > N_FINDINGS);
    assert!(page.len() < 8_000_000, "{} bytes", page.len());
}

#[test]
fn markdown_shows_some_findings_and_tells_of_the_rest() {
    let document = markdown(&with_findings(N_FINDINGS));
    assert!(document.contains("and 9,950 more"));
    assert!(document.len() < 100_000, "{} bytes", document.len());
}

#[test]
fn long_text_is_cut_on_the_page_and_whole_in_its_data() {
    let mut run = sample::run();
    let long = "é".repeat(10_000);
    measured(&mut run, 0).findings[0].message.clone_from(&long);
    let page = html(&run);
    assert!(page.contains("(6,000 characters more)"));
    assert!(!page.contains(&long) && data(&page).contains(&long));
}

#[test]
fn markdown_shows_some_cases_and_tells_of_the_rest() {
    let mut run = sample::run();
    let attribution = run.iterations[0].attribution.as_mut().unwrap();
    let case = attribution.cases[1].clone();
    let push_backs = vec![case.push_backs[0].clone(); N_CASES];
    let another = |i: usize| Case {
        about: format!("function_{i}"),
        finding: FindingId::new(format!("finding-{i}")),
        ..case.clone()
    };
    attribution.cases = (0..N_CASES).map(another).collect();
    attribution.cases[0].push_backs = push_backs;
    let document = markdown(&run);
    assert!(document.contains("and 950 more cases"));
    assert!(document.contains("and 950 more objections"));
    assert!(document.contains("| agent slip | 1,000 |"));
    assert!(document.len() < 100_000, "{} bytes", document.len());
    let page = html(&run);
    assert_eq!(page.matches("<li id=\"i1-c").count(), N_CASES);
}
