//! What comes of each way in which an agent can behave, by an agent that is built on the official crate.

use super::stage::{Played, Stage, TESTKIT};
use ghostlib_agent::{FileChangeKind, TrajectoryEvent};
use ghostlib_model::{SessionBudget, SessionEnd};
use std::time::{Duration, Instant};

async fn play(behaviour: &str) -> Played {
    Stage::new(TESTKIT, &["acp-agent", behaviour]).play().await
}

fn note(text: &str) -> TrajectoryEvent {
    TrajectoryEvent::Note { text: text.into() }
}

fn text(from: &str, text: &str) -> TrajectoryEvent {
    TrajectoryEvent::Text { from: from.into(), text: text.into() }
}

#[tokio::test]
async fn what_it_tells_becomes_events_and_permissions_stay_in_the_workspace() {
    let played = play("works").await;
    let expected = [
        TrajectoryEvent::Reasoning { text: "I think.".into() },
        text("message", "I begin."),
        note("its plan:\n[>] write it"),
        note("it tells of something that could not be read: from_the_future"),
        TrajectoryEvent::ToolCall {
            tool: "edit".into(),
            input: r#"{"file_path":"candidate/lib.rs"}"#.into(),
            output: Some("written".into()),
            failed: false,
        },
        TrajectoryEvent::FileChange { path: "candidate/lib.rs".into(), change: FileChangeKind::Added },
        TrajectoryEvent::ToolCall {
            tool: "execute".into(),
            input: "cargo test".into(),
            output: Some("one, two".into()),
            failed: true,
        },
        note("allowed this once: touch candidate/lib.rs"),
        note("rejected: touch /etc/passwd: `/etc/passwd` is outside of the workspace"),
        TrajectoryEvent::Cost { usd: 0.25 },
        text("message", "It is done."),
        TrajectoryEvent::Usage { input: 100, cached: 20, output: 20 },
    ];
    assert_eq!(played.events(), expected.iter().collect::<Vec<_>>());
    assert_eq!(played.session.end, SessionEnd::Done);
    assert_eq!(played.file("answers.txt"), "once no");
    assert_eq!(played.file("candidate/lib.rs"), "fn it() {}\n");
}

#[tokio::test]
async fn each_way_to_end_a_turn_has_its_own_end() {
    for (behaviour, end) in [
        ("refuses", SessionEnd::Refused("the agent declines to go on".into())),
        ("runs-out-of-tokens", SessionEnd::OutOfBudget("the most tokens that its model takes".into())),
        (
            "runs-out-of-requests",
            SessionEnd::OutOfBudget("the most requests that the agent makes in a turn".into()),
        ),
        ("cancels-itself", SessionEnd::Crashed("it cancelled its turn by itself".into())),
        ("fails", SessionEnd::Crashed("session/prompt: Internal error: the model is tired".into())),
        ("misunderstands", SessionEnd::Protocol("session/prompt: Method not found".into())),
        ("wants-login", SessionEnd::Refused("session/new: Authentication required".into())),
        ("dies", SessionEnd::Crashed("exit code 3: it hurts".into())),
        ("leaves", SessionEnd::Crashed("it went away before its work was over".into())),
        (
            "speaks-garbage",
            SessionEnd::Protocol("`Welcome to the agent!` is no message of the Agent Client Protocol".into()),
        ),
    ] {
        assert_eq!(play(behaviour).await.session.end, end, "{behaviour}");
    }
}

#[tokio::test]
async fn an_agent_that_closes_its_output_and_goes_on_is_ended_before_its_session_is_over() {
    let endless = "exec >&-; while :; do echo more >> candidate/log; done";
    let budget = SessionBudget { idle_seconds: Some(1), ..SessionBudget::default() };
    let played = Stage { budget, ..Stage::new("/bin/sh", &["-c", endless]) }.play().await;
    assert_eq!(played.session.end, SessionEnd::Stalled(1));
    let left = played.file("candidate/log").len();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(played.file("candidate/log").len(), left);
}

#[tokio::test]
async fn a_program_that_is_no_agent_is_told_by_what_it_says() {
    let said = Stage::new("/bin/echo", &["Usage: echo"]).play().await;
    let end = "`Usage: echo` is no message of the Agent Client Protocol";
    assert_eq!(said.session.end, SessionEnd::Protocol(end.into()));
    let silent = Stage::new("/bin/false", &[]).play().await;
    assert_eq!(silent.session.end, SessionEnd::Crashed("exit code 1".into()));
}

#[tokio::test]
async fn another_version_of_the_protocol_is_not_spoken() {
    let answer =
        r#"s/.*"id":\("[^"]*"\|[0-9]*\).*/{"jsonrpc":"2.0","id":\1,"result":{"protocolVersion":99}}/p"#;
    let played = Stage::new("/bin/sed", &["-u", "-n", answer]).play().await;
    let SessionEnd::Protocol(why) = &played.session.end else { panic!("{played}") };
    assert!(why.contains("version 99"), "{why}");
}

#[tokio::test]
async fn lines_that_are_no_messages_are_kept_and_do_no_harm() {
    let played = play("babbles").await;
    assert_eq!(played.session.end, SessionEnd::Done);
    let line = text("stdout", "Welcome to the agent!");
    assert_eq!(played.events(), vec![&line; 5]);
}

#[tokio::test]
async fn files_and_terminals_of_the_client_are_not_to_be_had() {
    let played = play("wants-files").await;
    assert_eq!(played.session.end, SessionEnd::Done, "{played}");
    assert_eq!(played.file("answers.txt"), "-32601 -32601 ");
}

#[tokio::test]
async fn at_the_end_of_a_budget_it_is_cancelled_and_then_ended_within_two_seconds() {
    for (behaviour, was_heard) in [("waits", true), ("is-deaf", false)] {
        let budget = SessionBudget { idle_seconds: Some(2), seconds: Some(60), ..SessionBudget::default() };
        let stage = Stage { budget, ..Stage::new(TESTKIT, &["acp-agent", behaviour]) };
        let began = Instant::now();
        let played = stage.play().await;
        let took = began.elapsed();
        assert_eq!(played.session.end, SessionEnd::Stalled(2), "{behaviour}");
        // Two of them until it is noticed, and what the sandbox takes to start.
        assert!(took < Duration::from_secs(2 + 2 + 1), "{behaviour}: {took:?}");
        if was_heard {
            assert_eq!(played.file("cancelled.txt"), "cancelled");
            let call = TrajectoryEvent::ToolCall {
                tool: "other".into(),
                input: "wait for it".into(),
                output: None,
                failed: false,
            };
            assert_eq!(played.events(), [&call]);
        }
    }
}
