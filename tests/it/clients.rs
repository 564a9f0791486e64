//! The whole loop with the programs that people have, and a model that is a script: it writes what recorded sessions left.

use crate::support::{recorded_candidate, shell_words_project};
use ghostlib_testkit::TestProject;
use ghostlib_testkit::model_server::{ModelServer, Script, Step};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::{env, fs};
use walkdir::WalkDir;

const KEY: &str = "sk-planted-for-the-loop-0123456789";
/// What the second task names and the first does not.
const OF_THE_SECOND: &str = "harvested.yaml";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes agents of npm from the folder in NPM_AGENTS; `.ci/run` runs it"]
async fn the_loop_with_codex_comes_to_the_fidelity_of_the_replay() {
    loops_as_the_replay("codex", "/v1", "OPENAI_API_KEY").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes agents of npm from the folder in NPM_AGENTS; `.ci/run` runs it"]
async fn the_loop_with_claude_code_comes_to_the_fidelity_of_the_replay() {
    loops_as_the_replay("claude", "", "ANTHROPIC_API_KEY").await;
}

#[expect(clippy::print_stdout, reason = "a test that is skipped must be seen to be")]
async fn loops_as_the_replay(agent: &str, base: &str, key: &str) {
    let Some(clients) = env::var_os("NPM_AGENTS").map(PathBuf::from) else {
        println!("skipped: the loop with {agent}: NPM_AGENTS names no folder with it");
        return;
    };
    let project = shell_words_project();
    let (first, second) = (recorded_candidate("r1-1-1"), recorded_candidate("r1-2-1"));
    let scripts = vec![(OF_THE_SECOND.to_owned(), writes(&second)), (String::new(), writes(&first))];
    let server = ModelServer::start_by_text(scripts).await.unwrap();
    let program = clients.join("node_modules/.bin").join(agent);
    project.write(
        "ghostlib.toml",
        format!(
            "[agents.{agent}]\nprogram = \"{}\"\nbase_url = \"{}{base}\"\nmodel = \"scripted\"\napi_key_env = \"{key}\"\n",
            program.display(),
            server.url()
        ),
    );
    let spec = project.read("specs/shell-words/SPEC.md");
    let run = |agent: &str| {
        project.write("specs/shell-words/SPEC.md", &spec);
        let _ = fs::remove_file(project.path("specs/shell-words/harvested.yaml"));
        let args = ["run", "specs/shell-words", "--json", "--agent", agent];
        tokio::task::block_in_place(|| fidelities(&project, &args, &[(key, KEY)]))
    };
    let played = run(agent);
    assert_eq!(played.len(), 2);
    assert_eq!(run("replay:.ghostlib/runs/r1/sessions"), played);
    let asked = server.asked();
    assert!(asked.iter().any(|asked| asked.body.to_string().contains(OF_THE_SECOND)));
    let shows_the_key = |header: &str| {
        asked.iter().any(|asked| asked.header(header).is_some_and(|value| value.contains(KEY)))
    };
    assert!(shows_the_key("authorization") || shows_the_key("x-api-key"));
    for entry in WalkDir::new(project.path(".ghostlib/runs")).into_iter().filter_map(Result::ok) {
        let bytes = fs::read(entry.path()).unwrap_or_default();
        assert!(!bytes.windows(KEY.len()).any(|part| part == KEY.as_bytes()), "{}", entry.path().display());
    }
}

/// Writes a candidate, file by file.
fn writes(dir: &Path) -> Script {
    let files = WalkDir::new(dir).sort_by_file_name().into_iter().filter_map(Result::ok);
    let files = files.filter(|entry| entry.file_type().is_file());
    let step = |entry: walkdir::DirEntry| {
        let name =
            entry.path().strip_prefix(dir).unwrap().to_string_lossy().replace("Cargo_fixture", "Cargo");
        Step::write(&format!("candidate/{name}"), &fs::read_to_string(entry.path()).unwrap())
    };
    Script::new(files.map(step).chain([Step::say("Done.")]))
}

/// What was measured in each iteration, without what a clock says.
fn fidelities(project: &TestProject, args: &[&str], env: &[(&str, &str)]) -> Vec<Value> {
    let ran = project.run_with(args, env).expect_code(0);
    let summary = crate::support::summary(&ran.stdout);
    let iterations = summary["iterations"].as_array().unwrap();
    iterations.iter().map(|iteration| iteration["evaluation"]["fidelity"].clone()).collect()
}
