//! What the formats say, also where every text is an attack on them.

use super::{github, junit, markdown, of_run, sarif};
use crate::tests::sample;
use ghostlib_model::{
    Acceptance, CheckFinding, CheckLevel, CheckPlace, CheckReport, CheckRule, CheckStep, RunSummary,
};
use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::Value;

const HOSTILE: &str =
    "a%,b:c|d `x|y` ]]> <script> & \"'\r\n::error::no\n::set-output name=x::y\u{0}\u{1b}[31m";

fn finding(level: CheckLevel, text: &str) -> CheckFinding {
    let mut finding = CheckFinding::new("vector-untrue", level, text, text);
    finding.help = Some(text.into());
    let file = format!("specs/{text}/SPEC.md");
    finding.place = Some(CheckPlace { file, line: 3, column: 2, end_line: 3, end_column: 7 });
    finding
}

fn report(findings: Vec<CheckFinding>) -> CheckReport {
    let step = CheckStep {
        subject: "specs/a/SPEC.md".into(),
        name: "vectors".into(),
        seconds: 0.25,
        findings,
        ..CheckStep::default()
    };
    let skipped = CheckStep { skipped: Some(HOSTILE.into()), findings: Vec::new(), ..step.clone() };
    CheckReport {
        format: 1,
        command: "ghostlib check".into(),
        rules: vec![CheckRule {
            id: "vector-untrue".into(),
            level: CheckLevel::Error,
            summary: "A vector is not true.".into(),
            page: "https://example.org/ci.md#vector-untrue".into(),
        }],
        steps: vec![step, skipped],
        ..CheckReport::default()
    }
}

#[test]
fn a_workflow_command_is_one_line_whatever_its_text() {
    let said = github(&report(vec![finding(CheckLevel::Error, HOSTILE)]));
    let commands: Vec<&str> = said.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!(commands.len(), 1, "{said}");
    let escaped = "a%25%2Cb%3Ac|d `x|y` ]]> <script> & \"'%0D%0A%3A%3Aerror%3A%3Ano%0A";
    assert!(commands[0].starts_with(&format!("::error file=specs/{escaped}")), "{said}");
    let properties = "/SPEC.md,line=3,endLine=3,col=2,endColumn=7,title=vector-untrue::a%25,b:c|d";
    assert!(commands[0].contains(properties), "{said}");
}

#[test]
fn a_level_has_ten_annotations_and_says_how_many_there_are_more() {
    let many = |level, n| (0..n).map(move |i: u32| finding(level, &i.to_string()));
    let findings = many(CheckLevel::Error, 12).chain(many(CheckLevel::Warning, 10)).collect();
    let said = github(&report(findings));
    let n = |start: &str| said.lines().filter(|line| line.starts_with(start)).count();
    assert_eq!(
        [n("::error "), n("::warning "), n("2 more of level error"), n("0 more")],
        [10, 10, 1, 0],
        "{said}"
    );
    assert!(said.contains("12 errors, 10 warnings, 0 notes, 1 step skipped"), "{said}");
}

#[test]
fn what_is_accepted_is_no_annotation_and_no_failure_but_is_shown() {
    let mut accepted = finding(CheckLevel::Error, "known");
    accepted.accepted = Some(Acceptance { reason: "we know".into(), until: Some("2030-01-31".into()) });
    let report = report(vec![accepted]);
    assert!(!github(&report).lines().any(|line| line.starts_with("::")));
    assert!(junit(&report).contains("failures=\"0\"") && !junit(&report).contains("<failure"));
    assert!(markdown(&report).contains("until 2030-01-31: we know"));
    let log: Value = serde_json::from_str(&sarif(&report)).unwrap();
    let suppression = &log["runs"][0]["results"][0]["suppressions"][0];
    assert_eq!(suppression["justification"], "we know (until 2030-01-31)");
}

#[test]
fn no_text_changes_the_elements_of_an_xml_document() {
    let elements = |text: &str| {
        let document =
            junit(&report(vec![finding(CheckLevel::Error, text), finding(CheckLevel::Note, text)]));
        assert!(!document.contains(['\u{0}', '\u{1b}']));
        let tags =
            document.split('<').skip(1).map(|rest| rest.split([' ', '>', '/']).next().unwrap().to_owned());
        tags.collect::<Vec<_>>()
    };
    assert_eq!(elements(HOSTILE), elements("harmless"));
}

#[test]
fn no_text_changes_the_elements_of_the_summary() {
    let elements = |text: &str| {
        let page = markdown(&report(vec![finding(CheckLevel::Error, text)]));
        let parser = Parser::new_ext(&page, Options::ENABLE_TABLES);
        let count = |event: Event| match event {
            Event::Start(Tag::TableCell | Tag::TableRow | Tag::Link { .. } | Tag::Item) => 1,
            Event::InlineHtml(_) => 1000,
            _ => 0,
        };
        parser.map(count).sum::<u32>()
    };
    assert_eq!(elements(HOSTILE), elements("harmless"));
}

#[test]
fn sarif_names_the_rule_the_place_from_the_root_and_a_fingerprint_for_each() {
    let twice = finding(CheckLevel::Warning, "a b#c");
    let log: Value = serde_json::from_str(&sarif(&report(vec![twice.clone(), twice]))).unwrap();
    let run = &log["runs"][0];
    let result = &run["results"][0];
    assert_eq!(run["tool"]["driver"]["rules"][0]["helpUri"], "https://example.org/ci.md#vector-untrue");
    assert_eq!((&result["ruleIndex"], &result["level"]), (&0.into(), &"warning".into()));
    let location = &result["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "specs/a%20b%23c/SPEC.md");
    assert_eq!(location["artifactLocation"]["uriBaseId"], "%SRCROOT%");
    assert_eq!(location["region"]["endColumn"], 7);
    let prints = [0, 1].map(|i| run["results"][i]["partialFingerprints"]["ghostlib/v1"].as_str().unwrap());
    assert_eq!(prints[0].trim_end_matches(":1"), prints[1].trim_end_matches(":2"));
    let notified = &run["invocations"][0]["toolExecutionNotifications"];
    assert!(notified[0]["message"]["text"].as_str().unwrap().starts_with("skipped: vectors of "));
}

#[test]
fn a_run_gives_the_findings_of_its_last_candidates() {
    let report = of_run(&sample::fell_short());
    assert!(!report.passes(), "{report:?}");
    assert!(report.steps.iter().any(|step| step.name.starts_with("candidate ")), "{report:?}");
    assert!(report.findings().all(|(_, one)| one.file().ends_with("SPEC.md")), "{report:?}");
    assert!(report.rules.windows(2).all(|pair| pair[0].id < pair[1].id));
    let empty = of_run(&RunSummary::default());
    assert_eq!(empty.counts().skipped, 1);
}
