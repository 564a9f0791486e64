//! What a session uses is counted, and ends where its budgets end.

use super::upstream::{EVENTS, Upstream, answer};
use super::{ask, broker, broker_with, code, request, status};
use ghostlib_sandbox::broker::{Budget, Budgets, Tokens};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const USAGE: &str =
    r#"{"usage":{"input_tokens":100,"input_tokens_details":{"cached_tokens":7},"output_tokens":20}}"#;

#[tokio::test]
async fn requests_bytes_and_tokens_are_counted() {
    let upstream = Upstream::saying(answer("application/json", USAGE)).await;
    let broker = broker(&upstream);
    for _ in 0..3 {
        assert_eq!(status(&ask(&broker, &request("{\"top_p\":1}")).await), "200");
    }
    let report = broker.report();
    assert_eq!((report.requests, report.bytes_up, report.bytes_down), (3, 33, 3 * USAGE.len() as u64));
    assert_eq!(report.tokens, Tokens { input: 300, cached: 21, output: 60 });
    assert_eq!((report.answers_without_usage, report.exhausted), (0, None));
}

#[tokio::test]
async fn tokens_of_a_stream_are_counted() {
    let stream = format!(
        "{EVENTS}event: message_start\ndata: {{\"message\":{{\"usage\":{{\"input_tokens\":50,\"cache_read_input_tokens\":5,\"output_tokens\":1}}}}}}\n\n\
         event: message_delta\ndata: {{\"usage\":{{\"output_tokens\":30}}}}\n\n"
    );
    let upstream = Upstream::saying(stream).await;
    let broker = broker(&upstream);
    ask(&broker, &request("{}")).await;
    assert_eq!(broker.report().tokens, Tokens { input: 55, cached: 5, output: 30 });
}

#[tokio::test]
async fn tokens_that_an_answer_does_not_tell_are_estimated_and_count() {
    let text = format!("{{\"content\":\"{}\"}}", "x".repeat(386));
    let upstream = Upstream::saying(answer("application/json", &text)).await;
    let broker = broker_with(&upstream, Budgets { tokens: Some(101), ..Budgets::default() });
    assert_eq!(status(&ask(&broker, &request("{}")).await), "200");
    let report = broker.report();
    assert_eq!(
        (report.answers_without_usage, report.tokens, report.tokens_estimated),
        (1, Tokens::default(), 101)
    );
    assert_eq!(status(&ask(&broker, &request("{}")).await), "429");
}

#[tokio::test]
async fn to_go_away_before_the_usage_is_told_saves_nothing() {
    let upstream = Upstream::doing(|mut stream, _| async move {
        let start = r#"data: {"message":{"usage":{"input_tokens":50,"output_tokens":1}}}"#;
        stream.write_all(format!("{EVENTS}{start}\n\n").as_bytes()).await.unwrap();
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(5)).await;
            let _cut = stream.write_all(format!("data: {}\n\n", "x".repeat(1_000)).as_bytes()).await;
        }
    })
    .await;
    let broker = broker(&upstream);
    let mut stream = tokio::net::UnixStream::connect(broker.socket()).await.unwrap();
    stream.write_all(request("{}").as_bytes()).await.unwrap();
    let mut head = vec![0; 8_000];
    stream.read_exact(&mut head).await.unwrap();
    drop(stream);
    until(|| broker.report().tokens_estimated > 0).await;
    let report = broker.report();
    assert_eq!(report.tokens, Tokens { input: 50, cached: 0, output: 1 });
    assert!((1_500..20_000).contains(&report.tokens_estimated), "{}", report.tokens_estimated);
}

#[tokio::test]
async fn to_go_away_before_anything_is_answered_saves_nothing() {
    let upstream = Upstream::doing(|mut stream, _| async move {
        let _gone = stream.read(&mut [0]).await;
    })
    .await;
    let broker = broker_with(&upstream, Budgets { tokens: Some(100), ..Budgets::default() });
    let mut stream = tokio::net::UnixStream::connect(broker.socket()).await.unwrap();
    let body = format!("{{\"input\":\"{}\"}}", "x".repeat(388));
    stream.write_all(request(&body).as_bytes()).await.unwrap();
    until(|| !upstream.seen().is_empty()).await;
    assert_eq!(broker.report().turns, 0);
    drop(stream);
    until(|| broker.report().turns > 0).await;
    let report = broker.report();
    assert_eq!((report.turns, report.tokens_estimated, report.answers_without_usage), (1, 100, 1));
    assert_eq!(status(&ask(&broker, &request("{}")).await), "429");
}

#[tokio::test]
async fn to_count_tokens_is_no_turn_and_takes_none() {
    let upstream = Upstream::saying(answer("application/json", "{\"input_tokens\":2095}")).await;
    let broker = broker(&upstream);
    let counting = request("{\"messages\":[]}").replace("/v1/responses", "/v1/v1/messages/count_tokens");
    assert_eq!(status(&ask(&broker, &counting).await), "200");
    assert_eq!(status(&ask(&broker, "GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n").await), "200");
    let report = broker.report();
    assert_eq!((report.requests, report.turns, report.tokens_estimated), (2, 0, 0));
    assert_eq!(
        (report.tokens, report.answers_without_usage, report.last_answer),
        (Tokens::default(), 0, None)
    );
}

async fn until(holds: impl Fn() -> bool) {
    let patience = std::time::Instant::now() + Duration::from_secs(5);
    while !holds() && std::time::Instant::now() < patience {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn each_budget_refuses_by_its_name() {
    let none = Budgets::default();
    for (budgets, budget) in [
        (Budgets { requests: Some(2), ..none }, Budget::Requests),
        (Budgets { tokens: Some(240), ..none }, Budget::Tokens),
        (Budgets { bytes: Some(2 * (2 + USAGE.len() as u64)), ..none }, Budget::Bytes),
    ] {
        let upstream = Upstream::saying(answer("application/json", USAGE)).await;
        let broker = broker_with(&upstream, budgets);
        for _ in 0..2 {
            assert_eq!(status(&ask(&broker, &request("{}")).await), "200", "{budget}");
        }
        let refused = ask(&broker, &request("{}")).await;
        assert_eq!((status(&refused), code(&refused).as_str()), ("429", "budget"));
        assert!(refused.contains(&format!("\"budget\":\"{budget}\"")), "{refused}");
        assert!(refused.to_lowercase().contains("x-should-retry: false\r\n"), "{refused}");
        assert_eq!((upstream.seen().len(), broker.report().exhausted), (2, Some(budget)));
    }
}

#[tokio::test]
async fn a_body_beyond_the_budget_is_cut() {
    let upstream = Upstream::doing(|mut stream, _| async move {
        stream.write_all(EVENTS.as_bytes()).await.unwrap();
        for _ in 0..10 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            let _cut = stream.write_all("x".repeat(1_000).as_bytes()).await;
        }
    })
    .await;
    let broker = broker_with(&upstream, Budgets { bytes: Some(5_000), ..Budgets::default() });
    let cut = ask(&broker, &request("{}")).await;
    assert_eq!(status(&cut), "200");
    assert!(!cut.ends_with("0\r\n\r\n"), "{cut}");
    assert!((4_000..6_000).contains(&cut.matches('x').count()), "{} bytes", cut.len());
    assert_eq!(broker.report().exhausted, Some(Budget::Bytes));
    let upstream = Upstream::saying(answer("application/json", "{}")).await;
    let broker = broker_with(&upstream, Budgets { bytes: Some(5_000), ..Budgets::default() });
    let announced = ask(&broker, &request(&"x".repeat(6_000))).await;
    assert_eq!((status(&announced), upstream.seen().len()), ("429", 0));
    let chunk = format!("1770\r\n{}\r\n0\r\n\r\n", "x".repeat(6_000));
    let head = "POST /v1/responses HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    let streamed = ask(&broker, &format!("{head}{chunk}")).await;
    assert_eq!((status(&streamed), code(&streamed).as_str()), ("429", "budget"), "{streamed}");
}
