//! What several tests need.

use ghostlib_testkit::TestProject;

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
    for file in ["Cargo.toml", "src/lib.rs", "src/good.rs"] {
        let path = format!("{folder}/{file}");
        if project.path(&path).exists() {
            let text = project.read(&path);
            body.push_str(&format!("cat > \"$1/candidate/{file}\" <<'END OF FILE'\n{text}END OF FILE\n"));
        }
    }
    body
}
