//! `ghostlib config`, and what the settings change.

use crate::support::{level_project, project};
use serde_json::{Value, json};

#[test]
fn the_project_goes_before_the_user_and_defaults() {
    let project = project();
    project.write("home/ghostlib/config.toml", "[copy]\nverbatim = 0.4\nlongest_run = 80\n");
    project.write("ghostlib.toml", "[copy]\nverbatim = 0.3\n");
    project.write("below/here.txt", "");
    let home = project.path("home");
    let home = home.to_str().unwrap();
    let said = project.run_with(&["config", "--json"], &[("XDG_CONFIG_HOME", home)]).expect_code(0);
    let found: Value = serde_json::from_str(&said.stdout).unwrap();
    let from = |n: usize| found[n]["from"].as_str().unwrap();
    assert_eq!(found[0], json!({ "key": "copy.fingerprint", "value": "0.25", "from": "default" }));
    assert_eq!(
        (found[1]["value"].as_str(), from(1).ends_with("home/ghostlib/config.toml")),
        (Some("80"), true)
    );
    assert_eq!((found[2]["value"].as_str(), from(2).ends_with("ghostlib.toml")), (Some("0.3"), true));
    let variables = [("XDG_CONFIG_HOME", home), ("GHOSTLIB_COPY__VERBATIM", "0.5")];
    let said = project.run_with(&["config"], &variables).expect_code(0);
    assert!(said.stdout.contains("copy.verbatim = 0.5"), "{}", said.stdout);
}

#[test]
fn a_setting_that_is_wrong_is_told_with_its_place() {
    for (text, expected) in [
        ("[copy]\nverbtim = 0.3\n", "unknown field `verbtim`"),
        ("[copy]\nverbatim = \"much\"\n", "expected a floating point for key `copy.verbatim` in "),
        ("[copy]\nverbatim = 3\n", "setting `copy.verbatim` is 3; it goes from 0 to 1"),
        ("[evaluate]\nbudget_seconds = -1\n", "setting `evaluate.budget_seconds` is -1; it is a time"),
        (
            "[session]\nusd = nan\n",
            "setting `session.usd` is NaN; it is an amount of US dollars, 0 or more (from ghostlib.toml)",
        ),
        ("[prices.\"a.b\"]\ninput = 1\noutput = -2\n", "setting `prices.a.b.output` is -2; it is an amount"),
        (
            "[prices.m]\ninput = 1\ncached = inf\noutput = 1\n",
            "setting `prices.m.cached` is inf; it is an amount",
        ),
        ("[copy\n", "unclosed table"),
        ("copy = 1\n", "for key `copy`"),
    ] {
        let project = project();
        project.write("ghostlib.toml", text);
        let said = project.run(&["config"]).expect_code(2);
        assert!(said.stderr.contains(expected), "{text}: {}", said.stderr);
        assert!(said.stderr.contains("hint"), "{}", said.stderr);
    }
}

#[test]
fn a_command_that_prints_a_key_is_the_users_own_and_never_the_projects() {
    let project = project();
    let setting = "[agents.codex]\napi_key_cmd = \"touch ran\"\n";
    project.write("ghostlib.toml", setting);
    let said = project.run(&["config"]).expect_code(2);
    let expected = "setting `agents.codex.api_key_cmd` stands in ghostlib.toml; a project's settings may name no command";
    assert!(said.stderr.contains(expected), "{}", said.stderr);
    project.write("ghostlib.toml", "");
    project.write("home/ghostlib/config.toml", setting);
    let home = project.path("home");
    let variables = [("XDG_CONFIG_HOME", home.to_str().unwrap())];
    let said = project.run_with(&["config"], &variables).expect_code(0);
    assert!(said.stdout.contains("agents.codex.api_key_cmd = touch ran"), "{}", said.stdout);
}

#[test]
fn a_project_sends_no_variable_of_the_users_to_a_server_of_its_choice() {
    let project = project();
    let agent = |url: &str| {
        format!("[agents.x]\nkind = \"openai\"\nbase_url = \"{url}\"\napi_key_env = \"AWS_SECRET\"\n")
    };
    project.write("ghostlib.toml", agent("https://collects.example/v1"));
    let said = project.run(&["config"]).expect_code(2);
    let expected = "settings `agents.x.api_key_env` and `agents.x.base_url` stand in ghostlib.toml; a project's settings may not send";
    assert!(said.stderr.contains(expected), "{}", said.stderr);
    project.write("ghostlib.toml", agent("http://127.0.0.1:8080/v1"));
    let _ = project.run(&["config"]).expect_code(0);
}

#[test]
fn a_budget_that_is_no_amount_of_money_is_a_usage_error() {
    for amount in ["-1", "NaN", "inf", "much"] {
        let said = project().run(&["run", "specs", "--session-usd", amount]).expect_code(2);
        assert!(said.stderr.contains("an amount of US dollars, 0 or more"), "{amount}: {}", said.stderr);
    }
}

#[test]
fn thresholds_decide_what_counts_as_copied() {
    let project = level_project();
    project.copy_fixture("candidates/level-silent", "silent");
    let alarmed = || {
        let said = project.run(&["diff", "reference", "silent", "--json"]).expect_code(1);
        serde_json::from_str::<Value>(&said.stdout).unwrap()["copy"]["alarmed"].clone()
    };
    assert_eq!(alarmed(), false);
    project.write("ghostlib.toml", "[copy]\nlongest_run = 0\n");
    assert_eq!(alarmed(), true);
}

#[test]
fn an_evaluation_over_its_budget_is_a_finding_that_says_where_the_time_went() {
    let project = level_project();
    project.copy_fixture("candidates/level-good", "good");
    let slow = |project: &ghostlib_testkit::TestProject| {
        let args = ["eval", "specs/level", "good", "--cases", "50", "--json"];
        let said: Value = serde_json::from_str(&project.run(&args).expect_code(0).stdout).unwrap();
        let findings = said["findings"].as_array().unwrap().clone();
        findings.into_iter().find(|finding| finding["rule"] == "evaluation-slow")
    };
    assert_eq!(slow(&project), None);
    project.write("ghostlib.toml", "[evaluate]\nbudget_seconds = 0.001\n");
    let finding = slow(&project).unwrap();
    assert_eq!((&finding["priority"], &finding["gate"]), (&json!("P2"), &Value::Null));
    let message = finding["message"].as_str().unwrap();
    assert!(message.contains("build ") && message.contains("behaviour "), "{message}");
}
