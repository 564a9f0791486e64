//! `waivers:` in the front matter: what the reference does and the author does not want in the spec.

use crate::support::{agent, level_project, write_candidate};
use ghostlib_testkit::TestProject;
use serde_json::Value;

/// The reference counts plus signs and has a function `line`; the author wants neither.
const WAIVERS: &str = "waivers:
  - {operation: parse, pattern: \"+*\", reason: levels have no plus signs}
  - {item: line, reason: words are another library's}
";

/// A project whose spec has these waivers and a vector that says what the author wants, and an agent that does that.
fn waived(waivers: &str) -> (TestProject, String) {
    let project = level_project();
    let spec = project.read("specs/level/SPEC.md").replacen("targets:", &format!("{waivers}targets:"), 1);
    let vector = "  - {name: \"plus\", input: {text: \"+3\"}, error: true}\n```";
    let end = spec.rfind("```").unwrap();
    project.write("specs/level/SPEC.md", format!("{}{vector}{}", &spec[..end], &spec[end + 3..]));
    let without_quirks = "sed -i -e \"s/let pluses = .*/if text.contains('+') { return Err(LevelError(text.into())); } let pluses = 0;/\" \
                          -e '/^pub fn line/,$d' \"$1/candidate/src/lib.rs\"\n";
    let agent = agent(&project, &(write_candidate(&project, "level-good") + without_quirks));
    (project, agent)
}

#[test]
fn a_waived_quirk_is_shown_and_neither_blocks_nor_revises() {
    let (project, agent) = waived(WAIVERS);
    let args = ["run", "specs/level", "--agent", &agent, "--samples", "2", "--cases", "300"];
    let ran = project.run(&args).expect_code(0);
    assert!(ran.stdout.contains("reference quirk, waived: levels have no plus signs"), "{}", ran.stdout);
    let state: Value = serde_json::from_str(&project.run(&["status", "--json"]).stdout).unwrap();
    let iteration = &state["iterations"][0];
    let cases = iteration["attribution"]["cases"].as_array().unwrap();
    let verdict = |rule: &str| {
        let case =
            cases.iter().find(|case| case["rule"] == rule).unwrap_or_else(|| panic!("{rule}: {cases:#?}"));
        (case["verdict"]["kind"].clone(), case["verdict"]["reason"].clone())
    };
    let plus = (Value::from("waived"), Value::from("levels have no plus signs"));
    assert_eq!(verdict("behaviour-differs"), plus);
    assert_eq!(verdict("vector-contradicts-reference"), plus, "the author's vector is not mended");
    assert_eq!(verdict("api-missing"), ("waived".into(), "words are another library's".into()));
    let evaluation = &iteration["attempts"][0]["evaluation"];
    assert_eq!(evaluation["fidelity"]["api"]["path"]["recall"], serde_json::json!({"n": 2, "of": 2}));
    assert_eq!(evaluation["fidelity"]["behaviour"]["agreement"], 1.0);
    let findings = evaluation["findings"].as_array().unwrap();
    assert!(findings.iter().all(|one| !one["waived"].is_null()), "{findings:#?}");
    let lock = project.read("ghostlib.lock");
    assert!(
        lock.contains("[[waivers]]\nwhat = \"`parse` of inputs like `+*`\"\nreason = \"levels have"),
        "{lock}"
    );
    let report = project.run(&["report"]).expect_code(0).stdout;
    assert!(report.contains("##### Waivers") && report.contains("reference quirk, waived"), "{report}");
}

#[test]
fn without_its_waiver_a_quirk_counts_and_the_vector_against_it_is_mended() {
    let (project, agent) = waived("");
    let args = [
        "run",
        "specs/level",
        "--agent",
        &agent,
        "--max-iterations",
        "2",
        "--samples",
        "1",
        "--cases",
        "300",
        "--json",
    ];
    let state: Value = serde_json::from_str(&project.run(&args).expect_code(1).stdout).unwrap();
    let evaluation = &state["iterations"][0]["attempts"][0]["evaluation"];
    assert!(evaluation["fidelity"]["behaviour"]["agreement"].as_f64().unwrap() < 0.99);
    let cases = state["iterations"][0]["attribution"]["cases"].as_array().unwrap();
    assert!(cases.iter().any(|case| case["verdict"]["kind"] == "spec-wrong"), "{cases:#?}");
    let revision = &state["iterations"][0]["revisions"][0];
    let mended: Vec<_> =
        revision["changes"].as_array().unwrap().iter().filter(|it| it["kind"] == "vector-mended").collect();
    assert_eq!(mended.len(), 1, "{revision:#}");
    assert_eq!((&mended[0]["subject"], &revision["verdict"]), (&"parse/plus".into(), &"accepted".into()));
    let diff = revision["diff"].as_str().unwrap();
    let became = "-  - {name: \"plus\", input: {text: \"+3\"}, error: true}\n+  - {name: \"plus\", input: {text: \"+3\"}, output: ";
    assert!(diff.contains(became), "{diff}");
}

#[test]
fn a_waiver_of_nothing_is_told() {
    let (project, _) =
        waived("waivers:\n  - {operation: prase, reason: r}\n  - {item: \"line\", reason: r}\n");
    let said = project.run(&["lint", "specs/level", "--reference"]);
    assert!(said.stdout.contains("waiver-unmatched") && said.stdout.contains("all of `prase`"), "{said:?}");
    assert_eq!(said.stdout.matches("waiver-unmatched").count(), 1, "{}", said.stdout);
    let (project, _) = waived("waivers: [{operation: parse, reson: r}]\n");
    let said = project.run(&["lint", "specs/level"]).expect_code(1).stdout;
    assert!(said.contains("did you mean `reason`?"), "{said}");
}
