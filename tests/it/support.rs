//! What several tests need.

use ghostlib_testkit::{TestProject, fixture};
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use walkdir::WalkDir;

/// An empty project.
pub(crate) fn project() -> TestProject {
    TestProject::new(env!("CARGO_BIN_EXE_ghostlib"))
}

/// A project with the library `level` as the reference, and a spec that says little of it.
pub(crate) fn level_project() -> TestProject {
    let project = project();
    project.copy_fixture("references/level", "reference");
    project.copy_fixture("specs/level", "specs/level");
    project
}

/// A project with the spec of shell-words as its author left it. Its reference comes from the crate registry.
pub(crate) fn shell_words_project() -> TestProject {
    let project = project();
    project.copy_fixture("../specs/shell-words", "specs/shell-words");
    project
}

/// What one session of the recorded run of shell-words left.
pub(crate) fn recorded_candidate(session: &str) -> PathBuf {
    fixture(&format!("runs/shell-words/r1/sessions/{session}/candidate"))
}

/// The choice of an agent that leaves a candidate of `fixtures/candidates/` whatever it is asked.
pub(crate) fn agent_that_leaves(project: &TestProject, candidate: &str) -> String {
    agent(project, &write_candidate(project, candidate))
}

/// The choice of an agent that runs a shell script. `$1` is the workspace.
pub(crate) fn agent(project: &TestProject, body: &str) -> String {
    let script = project.script("agent.sh", body);
    format!("command:{} {{workspace}}", script.display())
}

/// A piece of shell script that writes a candidate into the workspace `$1`. The text of the candidate is in
/// the script, since an agent can read nothing but its own program and its workspace.
pub(crate) fn write_candidate(project: &TestProject, candidate: &str) -> String {
    let folder = format!("candidates-read/{candidate}");
    project.copy_fixture(&format!("candidates/{candidate}"), &folder);
    let mut body = String::from("mkdir -p \"$1/candidate/src\"\n");
    let mut file = |name: &str, text: &str| {
        write!(body, "cat > \"$1/candidate/{name}\" <<'END OF FILE'\n{text}END OF FILE\n").unwrap();
    };
    let library = project.read(&format!("{folder}/src/lib.rs"));
    file("Cargo.toml", &project.read(&format!("{folder}/Cargo.toml")));
    file("src/lib.rs", &library);
    if library.contains("mod good;") {
        project.copy_fixture("candidates/level-good", "candidates-read/level-good");
        file("src/good.rs", &project.read("candidates-read/level-good/src/lib.rs"));
    }
    body
}

/// Copies a run of `fixtures/runs/` into the project, as it lies there: what a recording calls its files is a part of it.
pub(crate) fn copy_recorded(project: &TestProject, from: &str, to: &str) {
    let from = ghostlib_testkit::fixture(&format!("runs/{from}"));
    for entry in WalkDir::new(&from).into_iter().map(Result::unwrap) {
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(&from).unwrap().to_string_lossy().into_owned();
            project.write(&format!(".ghostlib/runs/{to}/{path}"), fs::read(entry.path()).unwrap());
        }
    }
}

/// The state of a run from what `--json` writes, where iterations make one attempt: each with its only attempt's last
/// session and evaluation, and with its first revision, as if they were its own.
pub(crate) fn summary(json: &str) -> Value {
    let mut summary: Value = serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"));
    for iteration in summary["iterations"].as_array_mut().into_iter().flatten() {
        let attempt = iteration["attempts"][0].clone();
        let sessions = attempt["sessions"].as_array().cloned().unwrap_or_default();
        iteration["session"] = sessions.last().cloned().unwrap_or_default();
        iteration["evaluation"] = attempt["evaluation"].clone();
        iteration["revision"] = iteration["revisions"][0].clone();
    }
    summary
}
