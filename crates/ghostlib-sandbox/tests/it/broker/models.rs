//! Which models may be asked.

use super::upstream::{Upstream, answer};
use super::{ask, broker, code, config, request, status};
use ghostlib_sandbox::broker::{Broker, Models};

fn asking_for(model: &str) -> String {
    request(&format!("{{\"input\":\"hello\",\"model\":\"{model}\"}}"))
}

#[tokio::test]
async fn no_other_model_than_the_configured_one_is_asked() {
    let upstream = Upstream::saying(answer("application/json", "{}")).await;
    let mut config = config(&upstream.base_url());
    config.endpoints[0].models = Models::Named(vec!["gpt-5.5".into()]);
    let broker = Broker::start(&config).unwrap();
    for refused in [asking_for("gpt-5.5-pro"), asking_for("gpt-4o-search-preview"), request("{}")] {
        for path in ["/v1/responses", "/v1/v1/messages/count_tokens"] {
            let answer = ask(&broker, &refused.replace("/v1/responses", path)).await;
            assert_eq!(status(&answer), "403", "{answer}");
            let is_unknown_there = path.ends_with("tokens") && answer.contains("`input`");
            assert!(is_unknown_there || code(&answer) == "model" && answer.contains("`gpt-5.5`"), "{answer}");
        }
    }
    assert!(upstream.seen().is_empty(), "{:?}", upstream.seen());
    assert_eq!(status(&ask(&broker, &asking_for("gpt-5.5")).await), "200");
    let report = broker.report();
    assert_eq!((report.refused["model"], report.model.as_deref()), (4, Some("gpt-5.5")));
}

#[tokio::test]
async fn where_none_is_configured_no_model_is_asked_that_searches() {
    let upstream = Upstream::saying(answer("application/json", "{}")).await;
    let broker = broker(&upstream);
    let answer = ask(&broker, &asking_for("openai/gpt-5:online")).await;
    assert_eq!((status(&answer), code(&answer).as_str()), ("403", "model"), "{answer}");
    assert!(upstream.seen().is_empty(), "{:?}", upstream.seen());
    for model in ["gpt-5.5", "gpt-5.5-mini"] {
        assert_eq!(status(&ask(&broker, &asking_for(model)).await), "200");
    }
    assert_eq!(broker.report().model.as_deref(), Some("gpt-5.5"));
}
