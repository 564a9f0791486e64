use crate::stage::{APIS, Stage, finish, never_done};
use ghostlib_model::{SessionBudget, SessionEnd};
use ghostlib_testkit::model_server::Step;
use std::time::{Duration, Instant};

fn forever() -> [Step; 1] {
    [Step::Forever(Box::new(Step::run("true")))]
}

#[tokio::test]
async fn a_model_that_never_stops_is_stopped_at_its_turns_or_its_tokens() {
    for api in APIS {
        let turns = SessionBudget { turns: Some(5), ..SessionBudget::default() };
        let played = Stage { budget: turns, ..Stage::new(api, forever()) }.play().await;
        assert_eq!(played.session.end, SessionEnd::OutOfBudget("5 turns".into()));
        assert_eq!((played.asked.len(), played.calls().len()), (5, 5));
        // Every answer is said to have used 120.
        let tokens = SessionBudget { tokens: Some(300), ..SessionBudget::default() };
        let played = Stage { budget: tokens, ..Stage::new(api, forever()) }.play().await;
        assert_eq!(played.session.end, SessionEnd::OutOfBudget("tokens".into()));
        assert_eq!(played.asked.len(), 3);
    }
}

#[tokio::test]
async fn a_model_that_never_answers_is_not_waited_for_longer_than_it_may_be_quiet() {
    for api in APIS {
        let began = Instant::now();
        let budget = SessionBudget { idle_seconds: Some(1), ..SessionBudget::default() };
        let played = Stage { budget, ..Stage::new(api, [Step::Silence { times: None }]) }.play().await;
        assert_eq!(played.session.end, SessionEnd::Stalled(1));
        assert!(began.elapsed() < Duration::from_secs(5));
    }
}

#[tokio::test]
async fn a_model_that_is_slow_but_heard_of_is_not_quiet() {
    for api in APIS {
        let slow = |text: &str| [Step::say(text), Step::Pause { ms: 700 }];
        let steps = ["a", "b", "c"].iter().flat_map(|text| slow(text)).chain([finish()]);
        let budget = SessionBudget { idle_seconds: Some(1), ..SessionBudget::default() };
        let played = Stage { budget, ..Stage::new(api, steps) }.play().await;
        assert_eq!(played.session.end, SessionEnd::Done);
    }
}

#[tokio::test]
async fn a_wait_that_the_endpoint_asks_for_is_no_quiet_time() {
    let full = Step::Status { code: 429, retry_after: Some(2), times: Some(1), message: None };
    let budget = SessionBudget { idle_seconds: Some(1), ..SessionBudget::default() };
    let played =
        Stage { budget, ..Stage::new(APIS[0], [full, Step::Pause { ms: 200 }, finish()]) }.play().await;
    assert_eq!(played.session.end, SessionEnd::Done, "{}", played.notes());
}

#[tokio::test]
async fn nothing_changes_the_workspace_any_more_when_a_session_is_over() {
    let check = Step::call("check", serde_json::json!({}));
    let budget = SessionBudget { seconds: Some(1), ..SessionBudget::default() };
    let stage = Stage { budget, checks: never_done, ..Stage::new(APIS[0], [check]) };
    let played = stage.play().await;
    assert_eq!(played.session.end, SessionEnd::TimedOut(1));
    let left = played.file("candidate/log").len();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(played.file("candidate/log").len(), left);
}

#[tokio::test]
async fn a_command_may_be_quiet_and_ends_with_the_session() {
    for api in APIS {
        let budget = SessionBudget { idle_seconds: Some(1), seconds: Some(3), ..SessionBudget::default() };
        let steps = [Step::run("sleep 1.5; echo done"), Step::run("sleep 60")];
        let began = Instant::now();
        let played = Stage { budget, ..Stage::new(api, steps) }.play().await;
        assert_eq!(played.session.end, SessionEnd::TimedOut(3));
        assert_eq!(played.calls()[0], ("run", "done\n", false));
        assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
    }
}
