//! The loop with a real program as the agent.

use crate::support::{agent, agent_that_leaves, level_project, write_candidate};
use serde_json::Value;

#[test]
fn a_faithful_candidate_passes_at_once_and_is_locked() {
    let project = level_project();
    let agent = agent_that_leaves(&project, "level-good");
    let before = project.read("specs/level/SPEC.md");
    let ran = project.run(&["run", "specs/level", "--agent", &agent]).expect_code(0);
    assert!(ran.stdout.contains("headline   100.0 %, the weakest part; all gates hold"), "{}", ran.stdout);
    assert!(ran.stdout.contains("the sandbox kept the reference out of its reach"), "{}", ran.stdout);
    let lock = project.read("ghostlib.lock");
    assert!(lock.contains("headline = 1.0") && lock.contains("vectors = \"2/2\""), "{lock}");
    assert!(
        lock.contains("[agent.policy]\nnetwork = \"none\"") && lock.contains("wall_seconds = 3600"),
        "{lock}"
    );
    let journal = project.read(".ghostlib/runs/r1/journal.jsonl");
    assert!(journal.contains("\"policy\":{\"role\":\"implementer\""), "{journal}");
    assert_eq!(project.read("specs/level/SPEC.md"), before, "nothing had to be revised");
    assert!(project.read(".ghostlib/runs/r1/report.html").contains("level"));
}

#[test]
fn where_the_spec_is_silent_it_is_revised_and_the_next_rebuild_passes() {
    let project = level_project();
    // A real implementer in small: it does what the spec says, and only a spec with the API and more vectors
    // says enough.
    let body = format!(
        "if grep -q 'pub fn line' \"$1/spec/SPEC.md\" && [ -f \"$1/spec/harvested.yaml\" ]; then\n{}else\n{}fi\n",
        write_candidate(&project, "level-good"),
        write_candidate(&project, "level-silent")
    );
    let agent = agent(&project, &body);
    let ran = project.run(&["run", "specs/level", "--agent", &agent, "--json"]).expect_code(0);
    let summary = crate::support::summary(&ran.stdout);
    let iterations = summary["iterations"].as_array().unwrap();
    assert_eq!(iterations.len(), 2);
    let rules: Vec<_> = findings(&iterations[0]).map(|finding| finding["rule"].as_str().unwrap()).collect();
    for rule in ["api-missing", "behaviour-differs", "error-text-differs", "no-vector"] {
        assert!(rules.contains(&rule), "{rule} is not among {rules:?}");
    }
    assert_eq!(findings(&iterations[1]).count(), 0);

    // The revised spec has taken the old one's place, and states what was silent.
    let spec = project.read("specs/level/SPEC.md");
    assert!(spec.contains("pub fn line<S: AsRef<str>>(words: &[S]) -> String;"), "{spec}");
    assert!(
        spec.contains("pub fn parse(text: &str) -> Result<u8, LevelError>;"),
        "it names a missing type:\n{spec}"
    );
    assert!(spec.contains("r[level.parse]"), "what stood there stays:\n{spec}");
    let harvested = project.read("specs/level/harvested.yaml");
    assert!(harvested.contains("line:") && harvested.contains("is no level"), "{harvested}");
    let _ = project.run(&["lint", "specs/level"]).expect_code(0);
}

#[test]
fn a_candidate_that_differs_where_the_spec_speaks_does_not_make_the_spec_grow() {
    let project = level_project();
    let silent = agent_that_leaves(&project, "level-silent");
    let ran = project
        .run(&["run", "specs/level", "--agent", &silent, "--json", "--max-iterations", "9"])
        .expect_code(1);
    let summary = crate::support::summary(&ran.stdout);
    // The first revision says everything; the agent never does it. Two failures in a row are enough.
    assert_eq!(summary["end"]["kind"], "no-progress", "{}", summary["end"]);
    let iterations = summary["iterations"].as_array().unwrap();
    let bytes: Vec<_> =
        iterations.iter().map(|iteration| iteration["spec"]["bytes"].as_u64().unwrap()).collect();
    assert!(bytes[1] > bytes[0]);
    assert_eq!(bytes[bytes.len() - 1], bytes[bytes.len() - 2], "{bytes:?}");
    assert!(!project.path("ghostlib.lock").exists(), "nothing was proved");
}

#[test]
fn out_of_iterations_falls_short_and_keeps_the_spec() {
    let project = level_project();
    let before = project.read("specs/level/SPEC.md");
    let agent = agent_that_leaves(&project, "level-silent");
    let ran = project.run(&["run", "specs/level", "--agent", &agent, "--max-iterations", "1"]).expect_code(1);
    assert!(ran.stdout.contains("Fell short: out of iterations."), "{}", ran.stdout);
    assert_eq!(project.read("specs/level/SPEC.md"), before);
}

#[test]
fn candidates_are_commits_that_git_can_show() {
    let project = level_project();
    let agent = agent_that_leaves(&project, "level-good");
    let ran = project.run(&["run", "specs/level", "--agent", &agent, "--json"]).expect_code(0);
    let summary = crate::support::summary(&ran.stdout);
    let commit = summary["iterations"][0]["session"]["candidate"]["commit"].as_str().unwrap().to_owned();
    let name = project.read(".ghostlib/candidates.git/refs/runs/r1/1.1");
    assert_eq!(name.trim(), commit);
}

#[test]
fn an_agent_cannot_read_the_reference_nor_write_outside_its_workspace() {
    let project = level_project();
    let secret = project.path("reference/src/lib.rs");
    let outside = project.path("outside");
    let body = format!(
        "if cat '{0}' > \"$1/candidate/stolen\" 2>/dev/null; then echo LEAK; fi\n\
         if ls -R '{1}' >/dev/null 2>&1; then echo LEAK; fi\n\
         echo x > '{2}'\nrm -f \"$1/candidate/stolen\"\n{3}",
        secret.display(),
        project.path(".ghostlib/cache").display(),
        outside.display(),
        write_candidate(&project, "level-good")
    );
    // The same script reads and writes all of it where there is no sandbox: the test is not vacuous.
    assert!(std::fs::read_to_string(&secret).is_ok());
    for sandbox in ["landlock", "auto"] {
        let agent = agent(&project, &body);
        let _ = project.run(&["run", "specs/level", "--agent", &agent, "--sandbox", sandbox]).expect_code(0);
        assert!(!outside.exists(), "{sandbox}");
    }
    for run in ["r1", "r2"] {
        let events = project.read(&format!(".ghostlib/runs/{run}/sessions/{run}-1/events.jsonl"));
        assert!(!events.contains("LEAK"), "{events}");
    }
}

fn findings(iteration: &Value) -> impl Iterator<Item = &Value> {
    iteration["evaluation"]["findings"].as_array().unwrap().iter()
}

#[test]
fn a_withheld_vector_is_seen_by_nobody_until_it_fails_where_nothing_else_says_it() {
    let project = level_project();
    let spec =
        project.read("specs/level/SPEC.md").replacen("\nversion:", "\nvectors: [more.yaml]\nversion:", 1);
    project.write("specs/level/SPEC.md", spec);
    let vectors = "parse:\n  - {name: raised, input: {text: \"+3\"}, output: 4}\n  \
                   - {name: plain, input: {text: \"7\"}, output: 7}\n";
    project.write("specs/level/more.yaml", vectors);
    let body = format!(
        "cat \"$1/spec/more.yaml\"\nif grep -q raised \"$1/spec/more.yaml\"; then\n{}else\n{}fi\n",
        write_candidate(&project, "level-good"),
        write_candidate(&project, "level-silent")
    );
    let agent = agent(&project, &body);
    let args = ["run", "specs/level", "--agent", &agent, "--hidden", "1", "--keep-spec", "--json"];
    let ran = project.run(&args).expect_code(0);
    let summary = crate::support::summary(&ran.stdout);
    let hidden = |at: usize| &summary["iterations"][at]["evaluation"]["fidelity"]["vectors"]["hidden"];
    assert_eq!(*hidden(0), serde_json::json!({"n": 1, "of": 2}));
    assert_eq!(*hidden(1), serde_json::json!({"n": 1, "of": 1}));
    let changes = summary["iterations"][0]["revision"]["changes"].as_array().unwrap();
    let shown: Vec<_> = changes.iter().filter(|change| change["kind"] == "vector-shown").collect();
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0]["subject"], "parse/raised");
    let seen = |session: &str| project.read(&format!(".ghostlib/runs/r1/sessions/{session}/events.jsonl"));
    assert!(!seen("r1-1").contains("raised") && !seen("r1-1").contains("plain"));
    assert!(seen("r1-2").contains("raised") && !seen("r1-2").contains("plain"));
}
