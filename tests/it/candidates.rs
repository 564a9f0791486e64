//! What candidates and agents can do wrong: each gives findings and a finished run, never a broken one.

use crate::support::{agent, agent_that_leaves, level_project, write_candidate};
use ghostlib_testkit::TestProject;
use serde_json::{Value, json};
use std::fmt::Write;

/// One iteration with an agent; the run falls short.
fn one_iteration(project: &TestProject, agent: &str) -> Value {
    let args =
        ["run", "specs/level", "--agent", agent, "--json", "--max-iterations", "1", "--session-seconds", "2"];
    let ran = project.run(&args).expect_code(1);
    let summary = crate::support::summary(&ran.stdout);
    summary["iterations"][0].clone()
}

fn finding<'a>(iteration: &'a Value, rule: &str) -> &'a Value {
    let findings = iteration["evaluation"]["findings"].as_array().unwrap();
    findings
        .iter()
        .find(|finding| finding["rule"] == rule)
        .unwrap_or_else(|| panic!("no {rule} in {findings:?}"))
}

fn gate(iteration: &Value, gate: &str) -> bool {
    let gates = iteration["evaluation"]["fidelity"]["gates"].as_array().unwrap();
    gates.iter().find(|result| result["gate"] == gate).unwrap()["passed"].as_bool().unwrap()
}

/// Adds vectors to the spec, by name of the text that `parse` gets; the reference rejects them all.
fn add_error_vectors(project: &TestProject, texts: &[&str]) {
    let mut vectors = String::new();
    for text in texts {
        writeln!(vectors, "  - {{name: \"{text}\", input: {{text: \"{text}\"}}, error: true}}").unwrap();
    }
    let spec = project.read("specs/level/SPEC.md");
    project.write("specs/level/SPEC.md", format!("{spec}\n```yaml vectors\nparse:\n{vectors}```\n"));
}

fn outcomes(iteration: &Value) -> Vec<(String, String)> {
    let vectors = iteration["evaluation"]["vectors"].as_array().unwrap();
    let outcome = |vector: &Value| match &vector["outcome"] {
        Value::String(text) => text.clone(),
        other => other["failed"]
            .as_object()
            .map_or_else(|| other.to_string(), |map| map.keys().next().unwrap().clone()),
    };
    vectors.iter().map(|vector| (vector["id"].as_str().unwrap().to_owned(), outcome(vector))).collect()
}

#[test]
fn a_candidate_that_does_not_build_is_a_p0_finding_with_the_compilers_words() {
    let project = level_project();
    let body =
        write_candidate(&project, "level-good") + "echo 'fn broken( {' >> \"$1/candidate/src/lib.rs\"\n";
    let iteration = one_iteration(&project, &agent(&project, &body));
    let finding = finding(&iteration, "build-failed");
    assert_eq!((finding["priority"].as_str(), finding["gate"].as_str()), (Some("P0"), Some("g0")));
    assert!(finding["advice"].as_str().unwrap().contains("fn broken( {"), "{finding}");
    assert_eq!(finding["candidate"]["file"], "src/lib.rs", "{finding}");
    assert!(!gate(&iteration, "g0"));
}

#[test]
fn a_hang_a_panic_an_abort_and_an_overflow_cost_their_own_vector_only() {
    let project = level_project();
    add_error_vectors(&project, &["hang", "panic", "after the panic", "abort", "overflow", "the last one"]);
    let agent = agent_that_leaves(&project, "level-hangs");
    let iteration = one_iteration(&project, &agent);
    let expected = [
        ("parse/three", "passed"),
        ("parse/no digit", "passed"),
        ("parse/hang", "hang"),
        ("parse/panic", "panic"),
        ("parse/after the panic", "passed"),
        ("parse/abort", "crash"),
        ("parse/overflow", "crash"),
        ("parse/the last one", "passed"),
    ];
    let outcomes = outcomes(&iteration);
    let outcomes: Vec<_> = outcomes.iter().map(|(id, outcome)| (id.as_str(), outcome.as_str())).collect();
    assert_eq!(outcomes, expected);
    assert!(!gate(&iteration, "g3"));
    assert_eq!(finding(&iteration, "vector-failed")["priority"], "P0");
}

#[test]
fn what_a_candidate_prints_is_no_answer_and_a_flood_is_cut_off() {
    let project = level_project();
    add_error_vectors(&project, &["flood", "the last one"]);
    let agent = agent_that_leaves(&project, "level-prints");
    let iteration = one_iteration(&project, &agent);
    let outcomes = outcomes(&iteration);
    let outcomes: Vec<_> = outcomes.iter().map(|(_, outcome)| outcome.as_str()).collect();
    assert_eq!(outcomes, ["passed", "passed", "crash", "passed"]);
    let said = finding(&iteration, "vector-failed")["message"].as_str().unwrap().to_owned();
    assert!(said.contains("it prints or writes without end"), "{said}");
}

#[test]
fn depending_on_the_reference_fails_the_first_gate() {
    let project = level_project();
    let body = write_candidate(&project, "level-good")
        + "printf '[dependencies]\\noriginal = { package = \"level\", version = \"1\" }\\n' >> \"$1/candidate/Cargo.toml\"\n";
    let iteration = one_iteration(&project, &agent(&project, &body));
    let message = finding(&iteration, "dependency-not-allowed")["message"].as_str().unwrap().to_owned();
    assert_eq!(message, "The candidate depends on `level`, the reference itself.");
    assert!(!gate(&iteration, "g0"));
}

#[test]
fn an_agent_that_fails_or_leaves_nothing_ends_the_run_with_a_reason() {
    for (body, end, detail) in [
        ("echo 'no quota left' >&2; exit 7\n", "crashed", "exit code 7: no quota left"),
        ("exit 0\n", "nothing", "candidate/ is empty"),
        ("sleep 60\n", "timed-out", ""),
        ("ln -s /etc/passwd \"$1/candidate/lib.rs\"\n", "unusable", "it is a link"),
        (
            "echo > \"$1/candidate/a\"; ln -s /etc/passwd \"$1/PUSHBACK.md\"\n",
            "unusable",
            "PUSHBACK.md: it is a link",
        ),
        (
            "echo > \"$1/candidate/a\"; mkfifo \"$1/PUSHBACK.md\"\n",
            "unusable",
            "PUSHBACK.md: it is a link or a special",
        ),
        ("head -c 20000000 /dev/zero; sleep 60\n", "over-limit", "output limit reached"),
    ] {
        let project = level_project();
        let agent = agent(&project, body);
        let iteration = one_iteration(&project, &agent);
        assert_eq!(iteration["session"]["end"]["kind"], end, "{iteration}");
        assert!(iteration["session"]["end"]["detail"].to_string().contains(detail), "{iteration}");
        assert!(iteration["evaluation"].is_null() && iteration["session"]["candidate"].is_null());
        // The recording tells the same.
        let recorded = project.read(".ghostlib/runs/r1/sessions/r1-1/recording.toml");
        assert!(recorded.contains(&format!("[end]\nkind = \"{end}\"")), "{recorded}");
        let _ = project.run(&["recording", "verify", ".ghostlib/runs"]).expect_code(0);
    }
}

#[test]
fn an_agent_that_fails_but_left_a_candidate_is_judged_by_it() {
    let project = level_project();
    let body = write_candidate(&project, "level-good") + "exit 1\n";
    let _ = project.run(&["run", "specs/level", "--agent", &agent(&project, &body)]).expect_code(0);
}

#[test]
fn two_iterations_in_a_row_without_a_candidate_end_the_run() {
    let project = level_project();
    let agent = agent(&project, "exit 0\n");
    let ran = project.run(&["run", "specs/level", "--agent", &agent]).expect_code(1);
    assert!(ran.stdout.contains("two iterations in a row left no candidate"), "{}", ran.stdout);
    assert!(ran.stdout.contains("Iteration 2") && !ran.stdout.contains("Iteration 3"), "{}", ran.stdout);
}

#[test]
fn a_candidate_may_use_the_packages_that_the_spec_allows_and_its_session_builds_and_tests_it_with_them() {
    let project = level_project();
    allow(&project, "itoa@1");
    let body = String::from("set -e\n")
        + &write_candidate(&project, "level-good")
        + "printf '[dependencies]\\nitoa = \"1\"\\n' >> \"$1/candidate/Cargo.toml\"\n\
           printf 'const _: fn() -> itoa::Buffer = itoa::Buffer::new;\\n' >> \"$1/candidate/src/lib.rs\"\n\
           cd \"$1/candidate\"\ncargo build --offline\ncargo test --offline\n\
           ! touch \"$CARGO_HOME/config.toml\" || exit 9\n";
    let agent = agent(&project, &body);
    let args = ["run", "specs/level", "--agent", &agent, "--sandbox", "landlock", "--json"];
    let summary = crate::support::summary(&project.run(&args).expect_code(0).stdout);
    let session = &summary["iterations"][0]["session"];
    assert_eq!(session["end"], json!({"kind": "done"}), "{session}");
}

#[test]
fn an_allowed_package_that_brings_the_reference_along_is_refused_before_anything_runs() {
    let project = level_project();
    let manifest = project.read("reference/Cargo.toml");
    project.write("reference/Cargo.toml", manifest.replace("\"level\"", "\"itoa\""));
    allow(&project, "serde_json@1");
    let ran = project.run(&["run", "specs/level", "--agent", "replay:demo"]).expect_code(2);
    let said = "the allowed dependencies serde_json bring `itoa`, which is the reference itself";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
}

fn allow(project: &TestProject, package: &str) {
    let spec = project.read("specs/level/SPEC.md");
    let allowed = format!("dependencies: [\"{package}\"]");
    project.write("specs/level/SPEC.md", spec.replace("dependencies: []", &allowed));
}
