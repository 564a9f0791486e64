use crate::stage::{APIS, KEY, Stage, finish};
use ghostlib_agent::{FileChangeKind, TrajectoryEvent};
use ghostlib_model::SessionEnd;
use ghostlib_testkit::model_server::Step;
use serde_json::json;

#[tokio::test]
async fn it_writes_edits_runs_checks_objects_and_finishes() {
    for api in APIS {
        let lib = "candidate/src/lib.rs";
        let steps = [
            Step::Reason { text: "First the spec.".into() },
            Step::say("I read the spec."),
            Step::call("read_file", json!({ "path": "spec/SPEC.md", "first_line": 3, "n_lines": "1" })),
            Step::call("check", json!({})),
            Step::write(lib, "pub fn a() {}\n"),
            Step::call("edit_file", json!({ "path": lib, "old_text": "fn a", "new_text": "fn b" })),
            Step::run("cat candidate/src/lib.rs; echo built > candidate/out.txt"),
            Step::call("push_back", json!({ "requirement": "a.b", "reason": "It says\nboth." })),
            Step::Together {
                steps: vec![Step::call("check", json!({})), Step::call("list_files", json!({}))],
            },
            finish(),
        ];
        let played = Stage::new(api, steps).play().await;
        assert_eq!(played.session.end, SessionEnd::Done, "{:?}", played.calls());
        assert_eq!(played.file(lib), "pub fn b() {}\n");
        assert_eq!(played.file("candidate/out.txt"), "built\n");
        assert_eq!(played.file("PUSHBACK.md"), "a.b: It says both.\n");
        let calls = played.calls();
        assert_eq!(calls[0], ("read_file", "It MUST be.\n", false));
        assert_eq!(calls[1], ("check", "It does not pass yet.\n1 vector", false));
        assert_eq!(calls[4], ("run", "pub fn b() {}\n", false));
        assert!(calls[6].1.starts_with("Everything that can be checked holds."), "{calls:?}");
        assert!(calls[7].1.contains("candidate/src/lib.rs (14)"), "{calls:?}");
        let events: Vec<_> = played.events().collect();
        assert!(events.contains(&&TrajectoryEvent::Reasoning { text: "First the spec.".into() }));
        let change = |change| TrajectoryEvent::FileChange { path: lib.into(), change };
        assert!(events.contains(&&change(FileChangeKind::Added)));
        assert!(events.contains(&&change(FileChangeKind::Changed)));
        // Eight answers, each of which is said to have used the same.
        let usage = played.session.usage.unwrap();
        assert_eq!((usage.turns, usage.input, usage.cached, usage.output), (8, 800, 56, 160));
        assert_eq!(events.iter().filter(|it| matches!(it, TrajectoryEvent::Usage { .. })).count(), 8);
        assert!(
            played.asked.iter().all(|asked| asked.header("authorization") == Some(&format!("Bearer {KEY}")))
        );
    }
}

#[tokio::test]
async fn what_fails_is_told_and_it_goes_on() {
    for api in APIS {
        let steps = [
            Step::run("echo so far; echo no way >&2; exit 3"),
            Step::call("fly", json!({ "to": "the moon" })),
            Step::call("write_file", json!("{\"path\": \"candidate/a")),
            Step::call("write_file", json!({ "path": "candidate/a" })),
            Step::call("edit_file", json!({ "path": "spec/SPEC.md", "old_text": "none", "new_text": "" })),
            Step::write("candidate/a", "a"),
            finish(),
        ];
        let played = Stage::new(api, steps).play().await;
        assert_eq!(played.session.end, SessionEnd::Done);
        let calls = played.calls();
        assert_eq!(calls[0], ("run", "so far\nno way\n\n[exit code 3]", true));
        assert!(
            calls[1].2 && calls[1].1.contains("there is no tool `fly`; there are list_files,"),
            "{calls:?}"
        );
        assert!(calls[2].2 && calls[2].1.contains("no JSON"), "{calls:?}");
        assert!(calls[3].2 && calls[3].1.contains("`content`"), "{calls:?}");
        assert!(calls[4].2 && calls[4].1.contains("0 times"), "{calls:?}");
        assert_eq!(played.file("candidate/a"), "a");
        let last = played.asked.last().unwrap().body.to_string();
        assert!(last.contains("exit code 3") && last.contains("Error: "), "the model is told: {last}");
    }
}

#[tokio::test]
async fn a_model_that_only_talks_is_reminded_once() {
    for api in APIS {
        let played = Stage::new(api, [Step::say("I would write it so: ...")]).play().await;
        assert!(matches!(played.session.end, SessionEnd::GaveUp(_)), "{:?}", played.session.end);
        assert_eq!(played.asked.len(), 2);
        assert!(played.asked[1].body.to_string().contains("You called no tool"));

        let talk = || [Step::say("And now?"), Step::End {}];
        let worker =
            talk().into_iter().chain([Step::write("candidate/a", "a")]).chain(talk()).chain([finish()]);
        let played = Stage::new(api, worker).play().await;
        assert_eq!(played.session.end, SessionEnd::Done);
        assert_eq!(played.notes().matches("was reminded").count(), 2, "a call in between makes it two");

        let silent = [Step::write("candidate/a", "a"), Step::say("That was all.")];
        assert_eq!(Stage::new(api, silent).play().await.session.end, SessionEnd::Done);
    }
}

#[tokio::test]
async fn a_refusal_ends_the_session_and_is_not_argued_with() {
    for api in APIS {
        let played = Stage::new(api, [Step::Refuse { text: "That I will not do.".into() }]).play().await;
        assert_eq!(played.session.end, SessionEnd::Refused("That I will not do.".into()));
        assert_eq!(played.asked.len(), 1);
    }
}

#[tokio::test]
async fn without_a_model_it_takes_the_first_that_there_is() {
    for api in APIS {
        let stage = Stage { model: None, ..Stage::new(api, [finish()]) };
        let played = stage.play().await;
        assert_eq!(
            (&played.asked[1].body["model"], played.session.end.clone()),
            (&json!("scripted"), SessionEnd::Done)
        );
        assert!(played.notes().contains("the first that the endpoint lists is `scripted`"));
    }
}

#[tokio::test]
async fn a_conversation_stays_within_the_window_and_says_what_was_left_out() {
    for api in APIS {
        let output = "x".repeat(4000);
        let steps = [Step::Forever(Box::new(Step::run(&format!("echo {output}"))))];
        let mut stage = Stage { window: 6000, ..Stage::new(api, steps) };
        stage.budget.turns = Some(20);
        let played = stage.play().await;
        assert_eq!(played.session.end, SessionEnd::OutOfBudget("20 turns".into()));
        assert!(played.notes().contains("were left out of the conversation"), "{}", played.notes());
        let longest = played.asked.iter().map(|asked| asked.body.to_string().len()).max().unwrap();
        assert!((20_000..45_000).contains(&longest), "{longest} bytes");
        let last = played.asked.last().unwrap().body.to_string();
        assert!(last.contains("[left out to save room]") && last.contains(&output));
    }
}

#[tokio::test]
async fn what_a_server_finds_too_long_is_asked_again_with_less() {
    for api in APIS {
        let message = Some("the request exceeds the available context size".into());
        let too_long = |times| Step::Status { code: 400, retry_after: None, times, message: message.clone() };
        let long = || Step::run(&format!("echo {}", "x".repeat(4000)));
        let steps = [long(), long(), too_long(Some(1)), finish()];
        let played = Stage::new(api, steps).play().await;
        assert_eq!(played.session.end, SessionEnd::Done, "{}", played.notes());
        assert!(played.notes().contains("exceeds the available context"), "{}", played.notes());
        let sizes: Vec<usize> = played.asked.iter().map(|asked| asked.body.to_string().len()).collect();
        assert!(sizes.len() == 4 && sizes[3] + 3000 < sizes[2], "{sizes:?}");

        let played = Stage::new(api, [long(), long(), too_long(None)]).play().await;
        assert!(matches!(played.session.end, SessionEnd::OutOfBudget(_)), "{:?}", played.session.end);
        assert!(played.asked.len() < 10, "{}", played.asked.len());
    }
}
