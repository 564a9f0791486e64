//! Several attempts an iteration: beside each other, held against each other, confirmed on fresh ones.

use crate::support::{agent, agent_that_leaves, level_project, write_candidate};
use serde_json::{Value, json};

/// Whether the spec in the workspace `$1` says enough, as a piece of shell script.
const SAYS_ENOUGH: &str = "grep -q 'pub fn line' \"$1/spec/SPEC.md\" && [ -f \"$1/spec/harvested.yaml\" ]";

#[test]
fn a_spec_passes_when_fresh_rebuilds_that_no_revision_has_seen_pass_too() {
    let project = level_project();
    let body = format!(
        "if {SAYS_ENOUGH}; then\n{}else\n{}fi\n",
        write_candidate(&project, "level-good"),
        write_candidate(&project, "level-silent")
    );
    let agent = agent(&project, &body);
    let args = ["run", "specs/level", "--agent", &agent, "--samples", "2", "--confirm", "3", "--json"];
    let ran = project.run(&args).expect_code(0);
    let summary: Value = serde_json::from_str(&ran.stdout).unwrap();
    let of_each = |key: &str| -> Vec<Value> {
        summary["iterations"].as_array().unwrap().iter().map(|one| one[key].clone()).collect()
    };
    assert_eq!(of_each("purpose"), ["explore", "explore", "confirm"]);
    let n_attempts: Vec<usize> =
        of_each("attempts").iter().map(|all| all.as_array().unwrap().len()).collect();
    assert_eq!(n_attempts, [2, 2, 3]);
    assert_eq!(summary["best"], json!({"iteration": 3, "attempt": 1}));
    let cases = summary["iterations"][0]["attribution"]["cases"].as_array().unwrap();
    let missing = cases.iter().find(|case| case["rule"] == "api-missing").unwrap();
    assert_eq!(
        (&missing["verdict"]["kind"], &missing["recurrence"]),
        (&json!("spec-gap"), &json!({"n": 2, "of": 2}))
    );
    let lock = project.read("ghostlib.lock");
    assert!(lock.contains("attempts = 5\npassed = 5\n"), "{lock}");
    for session in ["r1-1-2", "r1-2-1", "r1-3-3"] {
        assert!(
            project.path(&format!(".ghostlib/runs/r1/sessions/{session}/recording.toml")).exists(),
            "{session}"
        );
    }
    let markdown = project.run(&["report"]).expect_code(0).stdout;
    assert!(markdown.contains("3 of 3 fresh rebuilds") || markdown.contains("3/3"), "{markdown}");
}

#[test]
fn one_slip_among_three_does_not_make_the_spec_grow_and_keeps_it_from_passing() {
    let project = level_project();
    let good = agent_that_leaves(&project, "level-good");
    // The spec states what the number of "3" is.
    let slip = "sed -i 's/number.saturating_add(bonus)/number.saturating_add(bonus + 1)/' \"$1/candidate/src/lib.rs\"\n";
    let body = write_candidate(&project, "level-good") + slip;
    let wrong = format!("command:{} {{workspace}}", project.script("wrong.sh", &body).display());
    let args = [
        "run",
        "specs/level",
        "--agent",
        &good,
        "--agent",
        &good,
        "--agent",
        &wrong,
        "--samples",
        "3",
        "--json",
    ];
    let ran = project.run(&[&args[..], &["--max-iterations", "2", "--keep-spec"]].concat()).expect_code(1);
    let summary: Value = serde_json::from_str(&ran.stdout).unwrap();
    for iteration in summary["iterations"].as_array().unwrap() {
        let cases = iteration["attribution"]["cases"].as_array().unwrap();
        let of_call = cases.iter().filter(|case| !case["probe"].is_null());
        let verdicts: Vec<_> = of_call.map(|case| &case["verdict"]["kind"]).collect();
        assert!(
            !verdicts.is_empty() && verdicts.iter().all(|verdict| *verdict == "agent-slip"),
            "{cases:#?}"
        );
    }
    let changes = &summary["iterations"][0]["revisions"][0]["changes"];
    let added = changes.as_array().unwrap().iter().filter(|change| change["kind"] == "vector");
    let answered: Vec<_> = added.map(|change| change["answers"][0].to_string()).collect();
    assert!(answered.iter().all(|finding| finding.contains("no-vector")), "{answered:?}");
}

#[test]
fn a_reviser_answers_findings_and_is_told_why_it_was_refused() {
    let project = level_project();
    let silent = agent_that_leaves(&project, "level-silent");
    let body = "cp \"$1/FINDINGS.md\" \"$1/spec/../seen.md\"\n\
                if grep -q refused \"$1/FINDINGS.md\"; then\n\
                  printf '\\nA level is a number from 0 to 9.\\n' >> \"$1/spec/SPEC.md\"\n\
                else sed -i s/MUST/MAY/ \"$1/spec/SPEC.md\"; fi\n";
    let reviser = format!("command:{} {{workspace}}", project.script("reviser.sh", body).display());
    let args =
        ["run", "specs/level", "--agent", &silent, "--reviser", &reviser, "--max-iterations", "2", "--json"];
    let ran = project.run(&args).expect_code(1);
    let summary: Value = serde_json::from_str(&ran.stdout).unwrap();
    let revisions = summary["iterations"][0]["revisions"].as_array().unwrap();
    assert_eq!(revisions.len(), 3, "{revisions:#?}");
    assert_eq!(revisions[0]["by"], "mechanical");
    let reasons = revisions[1]["verdict"]["refused"][0].as_str().unwrap();
    assert!(reasons.contains("would weaken from MUST to MAY without a reason"), "{reasons}");
    assert_eq!(
        (&revisions[2]["verdict"], &revisions[2]["changes"][0]["kind"]),
        (&json!("accepted"), &json!("prose"))
    );
    let seen = project.read(".ghostlib/workspaces/r1-1-reviser-2/seen.md");
    assert!(seen.contains("The last revision was refused") && seen.contains("## `"), "{seen}");
    assert!(seen.contains("the library gives:"), "{seen}");
    let spec = summary["iterations"][1]["spec"]["hash"].as_str().unwrap();
    let kept = project.read(&format!(".ghostlib/runs/r1/specs/{}/SPEC.md", &spec[..12]));
    assert!(kept.contains("A level is a number from 0 to 9."), "{kept}");
    // What was revised can be played again.
    let recording = project.read(".ghostlib/runs/r1/sessions/r1-1-reviser-2/recording.toml");
    assert!(recording.contains("role = \"reviser\""), "{recording}");
}

#[test]
fn a_run_stops_at_its_budget_and_says_which() {
    let project = level_project();
    let silent = agent_that_leaves(&project, "level-silent");
    let args = ["run", "specs/level", "--agent", &silent, "--budget-seconds", "0"];
    let ran = project.run(&args).expect_code(1);
    assert!(ran.stdout.contains("the run's budget is used up: 0 s"), "{}", ran.stdout);
    for (option, value) in
        [("--budget-usd", "nan"), ("--budget-usd", "-1"), ("--samples", "0"), ("--parallel", "0")]
    {
        let refused = project
            .run(&["run", "specs/level", "--agent", &silent, &format!("{option}={value}")])
            .expect_code(2);
        assert!(refused.stderr.contains(option), "{}", refused.stderr);
    }
}
