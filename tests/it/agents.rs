//! Which agent is taken, and what is said where one cannot be.

use crate::support::level_project;
use ghostlib_testkit::model_server::{ModelServer, Script, Step};
use serde_json::json;

const NO_PROGRAMS: &str =
    "[agents.codex]\nprogram = \"/nowhere/codex\"\n[agents.claude]\nprogram = \"/nowhere/claude\"\n";

#[tokio::test(flavor = "multi_thread")]
async fn auto_takes_the_server_of_the_users_environment_which_wants_no_key() {
    let server = ModelServer::start(Script::new([Step::call("finish", json!({}))])).await.unwrap();
    let project = level_project();
    project.write("ghostlib.toml", NO_PROGRAMS);
    let url = format!("{}/v1", server.url());
    let args = ["run", "specs/level", "--max-iterations", "1", "--model", "scripted"];
    let variables = [("OPENAI_BASE_URL", url.as_str()), ("OPENAI_API_KEY", "")];
    let ran = tokio::task::block_in_place(|| project.run_with(&args, &variables)).expect_code(1);
    assert!(ran.stderr.contains(&format!("agent: openai (a model at {url})")), "{}", ran.stderr);
    assert!(server.asked().iter().all(|asked| asked.header("authorization").is_none()));
}

#[test]
fn auto_looks_at_the_agents_of_the_settings_by_name_before_the_others() {
    let project = level_project();
    let others = "[agents.zeta]\nkind = \"openai\"\n[agents.beta]\nkind = \"acp\"\n[agents.alpha]\n";
    project.write("ghostlib.toml", format!("{NO_PROGRAMS}{others}"));
    let variables = [("OPENAI_BASE_URL", ""), ("OPENAI_API_KEY", ""), ("ANTHROPIC_API_KEY", "")];
    let ran = project.run_with(&["run", "specs/level"], &variables).expect_code(3);
    let names = ["alpha", "beta", "claude", "codex", "zeta", "openai", "gemini", "opencode", "codex-acp"];
    let places: Vec<_> = names.iter().map(|name| ran.stderr.find(&format!(" {name}: "))).collect();
    assert!(places.is_sorted() && places.iter().all(Option::is_some), "{places:?} {}", ran.stderr);
}

#[test]
fn agents_that_do_not_start_under_landlock_are_told_before_anything_runs() {
    let project = level_project();
    for agent in ["claude", "claude-acp", "opencode"] {
        let args = ["run", "specs/level", "--agent", agent, "--model", "m", "--sandbox", "landlock"];
        let ran = project.run(&args).expect_code(3);
        let said = format!("the agent `{agent}` does not start in the sandbox of Landlock");
        assert!(ran.stderr.contains(&said), "{}", ran.stderr);
    }
}

#[test]
fn a_model_that_is_not_named_is_asked_for() {
    let project = level_project();
    let ran = project.run(&["run", "specs/level", "--agent", "openai"]).expect_code(2);
    assert!(ran.stderr.contains("the agent `openai` has no model"), "{}", ran.stderr);
}
