//! The loop with a model that has ghostlib's own tools. The model is a script; everything else is real.

use crate::support::level_project;
use ghostlib_testkit::model_server::{ModelServer, Script, Step};
use serde_json::json;

const KEY: &str = "sk-planted/key+0123456789";

fn settings(url: &str, api: &str) -> String {
    format!(
        "[agents.local]\nkind = \"openai\"\napi = \"{api}\"\nbase_url = \"{url}/v1\"\nmodel = \"scripted\"\n\
         api_key_env = \"LOCAL_KEY\"\n[prices.scripted]\ninput = 1000.0\noutput = 5000.0\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_rebuilds_a_library_and_is_told_by_its_checks_when_it_is_done() {
    for api in ["chat", "responses"] {
        let project = level_project();
        project.copy_fixture("candidates/level-good", "candidates-read/level-good");
        let text = |file: &str| project.read(&format!("candidates-read/level-good/{file}"));
        let script = Script::new([
            Step::call("read_file", json!({ "path": "spec/SPEC.md" })),
            Step::write("candidate/Cargo.toml", &text("Cargo.toml")),
            Step::call("check", json!({})),
            Step::write("candidate/src/lib.rs", &text("src/lib.rs")),
            Step::run("cd candidate && cargo build --offline"),
            Step::call("check", json!({})),
            Step::call("finish", json!({})),
        ]);
        let server = ModelServer::start(script).await.unwrap();
        project.write("ghostlib.toml", settings(&server.url(), api));
        let args = ["run", "specs/level", "--agent", "local", "--max-iterations", "1"];
        let ran =
            tokio::task::block_in_place(|| project.run_with(&args, &[("LOCAL_KEY", KEY)])).expect_code(0);
        assert!(
            ran.stdout.contains("headline   100.0 %, the weakest part; all gates hold"),
            "{}",
            ran.stdout
        );
        // Seven answers, at 100 tokens in and 20 out.
        assert!(
            ran.stdout.contains("7 turns, 700 tokens in (49 cached), 140 out; 1.40 US dollars"),
            "{}",
            ran.stdout
        );
        let events = project.read(".ghostlib/runs/r1/sessions/r1-1/events.jsonl");
        let checks: Vec<&str> = events.lines().filter(|line| line.contains("\"tool\":\"check\"")).collect();
        assert!(
            checks[0].contains("It does not pass yet.") && checks[1].contains("2 of 2 visible vectors"),
            "{events}"
        );
        assert!(!events.contains("planted") && !project.read("ghostlib.lock").contains("planted"));
        let asked = server.asked();
        assert!(asked.iter().all(|asked| asked.header("authorization") == Some(&format!("Bearer {KEY}"))));
    }
}
