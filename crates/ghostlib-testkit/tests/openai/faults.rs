use crate::stage::{APIS, Played, Stage, finish};
use ghostlib_agent::{Api, TrajectoryEvent};
use ghostlib_model::SessionEnd;
use ghostlib_testkit::model_server::{Extent, Malformed, Step};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// A fault that passes, and then work.
async fn after(api: Api, fault: Step) -> Played {
    let played = Stage::new(api, [fault, Step::write("candidate/a", "a"), finish()]).play().await;
    assert_eq!(played.session.end, SessionEnd::Done, "{}", played.notes());
    assert_eq!(played.file("candidate/a"), "a");
    assert_eq!(played.calls().len(), 2, "what was done twice would be wrong");
    played
}

#[tokio::test]
async fn what_passes_is_waited_for() {
    let faults = [
        Step::status(500, Some(2)),
        Step::status(503, Some(1)),
        Step::Cut { after: Extent::Events(2), times: Some(1) },
        Step::Cut { after: Extent::Bytes(0), times: Some(1) },
        Step::Malformed { kind: Malformed::BrokenJson, times: Some(1) },
        Step::Malformed { kind: Malformed::MissingFields, times: Some(1) },
    ];
    let mut all = JoinSet::new();
    for api in APIS {
        for fault in faults.clone() {
            all.spawn(async move { (fault.clone(), after(api, fault).await) });
        }
    }
    assert_eq!(all.len(), APIS.len() * faults.len());
    for (fault, played) in all.join_all().await {
        assert!(played.notes().contains("it is asked again in"), "{fault:?}: {}", played.notes());
    }
}

#[tokio::test]
async fn a_rate_limit_is_waited_for_as_long_as_it_says() {
    for api in APIS {
        let began = Instant::now();
        let played =
            after(api, Step::Status { code: 429, retry_after: Some(2), times: Some(1), message: None }).await;
        assert!(began.elapsed() >= Duration::from_secs(2));
        let limit = TrajectoryEvent::RateLimit { seconds: Some(2) };
        assert!(played.events().any(|event| *event == limit), "{:?}", played.session.trajectory);
    }
}

#[tokio::test]
async fn a_rate_limit_that_is_too_long_is_not_sat_out() {
    for api in APIS {
        let fault = Step::Status { code: 429, retry_after: Some(3600), times: None, message: None };
        let played = Stage::new(api, [fault]).play().await;
        assert!(matches!(played.session.end, SessionEnd::Unavailable(_)), "{:?}", played.session.end);
        assert_eq!(played.asked.len(), 1);
    }
}

#[tokio::test]
async fn what_nobody_knows_is_ignored() {
    for api in APIS {
        let played = after(api, Step::Malformed { kind: Malformed::UnknownEvents, times: None }).await;
        assert_eq!(played.asked.len(), 2, "nothing was asked twice");
    }
}

#[tokio::test]
async fn a_wrong_key_or_a_wrong_request_is_not_tried_again() {
    for api in APIS {
        for code in [400, 401, 403, 404] {
            let played = Stage::new(api, [Step::status(code, None)]).play().await;
            let expected = format!("{code}: the script says {code}");
            assert_eq!(played.session.end, SessionEnd::Refused(expected));
            assert_eq!(played.asked.len(), 1);
        }
    }
}

#[tokio::test]
async fn what_does_not_pass_is_given_up() {
    let faults = [
        (Step::status(500, None), true),
        (Step::Cut { after: Extent::Events(1), times: None }, true),
        (Step::Malformed { kind: Malformed::BrokenJson, times: None }, false),
    ];
    let trials =
        APIS.iter().flat_map(|api| faults.iter().map(move |(fault, passes)| (*api, fault.clone(), *passes)));
    let trials = trials.map(|(api, fault, passes)| {
        tokio::spawn(async move {
            let played = Stage::new(api, [fault, finish()]).play().await;
            assert_eq!(played.asked.len(), 6, "{}", played.notes());
            assert_eq!(played.session.end.is_transient(), passes, "{:?}", played.session.end);
            assert_eq!(
                matches!(played.session.end, SessionEnd::Protocol(_)),
                !passes,
                "{:?}",
                played.session.end
            );
        })
    });
    for trial in trials.collect::<Vec<_>>() {
        trial.await.unwrap();
    }
}
