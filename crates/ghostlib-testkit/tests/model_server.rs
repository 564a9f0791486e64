//! The scripted model over HTTP.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use ghostlib_testkit::model_server::{Extent, Malformed, ModelServer, Script, Step};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(10);

async fn server(steps: impl IntoIterator<Item = Step>) -> ModelServer {
    ModelServer::start(Script::new(steps)).await.unwrap()
}

/// The whole answer as it came, up to the end of the connection.
async fn ask(server: &ModelServer, path: &str, body: &Value) -> String {
    let body = body.to_string();
    let mut stream = TcpStream::connect(server.url().trim_start_matches("http://")).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: k\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _reset = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("an answer in time");
    String::from_utf8(answer).unwrap()
}

fn chat(messages: &Value) -> Value {
    let properties = json!({ "path": { "type": "string" }, "content": { "type": "string" } });
    let function =
        json!({ "name": "write_file", "parameters": { "type": "object", "properties": properties } });
    let tools = json!([{ "type": "function", "function": function }]);
    json!({ "model": "m", "messages": messages, "tools": tools, "stream": true })
}

fn beginning() -> Value {
    chat(&json!([{ "role": "user", "content": "go" }]))
}

#[tokio::test]
async fn a_fault_is_there_as_often_as_it_is_said_and_then_the_same_answer_comes() {
    let server = server([
        Step::Status { code: 429, retry_after: Some(3), times: Some(1), message: None },
        Step::status(500, Some(1)),
        Step::write("a.txt", "a"),
    ])
    .await;
    let path = "/v1/chat/completions";
    let limited = ask(&server, path, &beginning()).await;
    assert!(limited.starts_with("HTTP/1.1 429") && limited.contains("retry-after: 3"), "{limited}");
    assert!(ask(&server, path, &beginning()).await.starts_with("HTTP/1.1 500"));
    let answer = ask(&server, path, &beginning()).await;
    assert!(answer.contains("write_file") && answer.contains("[DONE]"), "{answer}");
    let asked = server.asked();
    assert_eq!(
        (asked.len(), asked[2].header("x-api-key"), &asked[2].body["model"]),
        (3, Some("k"), &json!("m"))
    );
}

#[tokio::test]
async fn a_conversation_goes_on_where_its_results_say() {
    let server = server([Step::write("a.txt", "a"), Step::say("That was it.")]).await;
    let messages = json!([
        { "role": "user", "content": "go" },
        { "role": "assistant", "tool_calls": [{ "id": "c" }] },
        { "role": "tool", "tool_call_id": "c", "content": "written" },
    ]);
    let answer = ask(&server, "/v1/chat/completions", &chat(&messages)).await;
    assert!(answer.contains("That") && !answer.contains("write_file"), "{answer}");
}

#[tokio::test]
async fn a_stream_breaks_off_without_its_end() {
    let server =
        server([Step::Cut { after: Extent::Events(2), times: None }, Step::say("a long story")]).await;
    let answer = ask(&server, "/v1/chat/completions", &beginning()).await;
    assert_eq!(answer.matches("data: ").count(), 2, "{answer}");
    assert!(!answer.ends_with("0\r\n\r\n"), "a chunked body must not look whole: {answer}");
}

#[tokio::test]
async fn a_silent_model_says_nothing_and_a_dropped_one_hangs_up() {
    let server = server([Step::Silence { times: None }]).await;
    let url = server.url();
    let body = beginning();
    let asking = ask(&server, "/v1/chat/completions", &body);
    assert!(timeout(Duration::from_millis(300), asking).await.is_err());
    drop(server);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(TcpStream::connect(url.trim_start_matches("http://")).await.is_err());
}

#[tokio::test]
async fn what_is_asked_beside_the_conversation_costs_no_step() {
    let server = server([Step::status(500, None)]).await;
    let title = json!({ "model": "m", "messages": [{ "role": "user", "content": "a title?" }] });
    let answer = ask(&server, "/v1/messages?beta=true", &title).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("end_turn"), "{answer}");
    let count = ask(&server, "/v1/messages/count_tokens", &title).await;
    assert!(count.contains("input_tokens"), "{count}");
}

#[tokio::test]
async fn broken_forms_are_broken_in_one_piece_too() {
    let broken = |kind| async move {
        let server = server([Step::Malformed { kind, times: None }, Step::say("so")]).await;
        let mut body = beginning();
        body["stream"] = json!(false);
        let answer = ask(&server, "/v1/chat/completions", &body).await;
        serde_json::from_str::<Value>(answer.split_once("\r\n\r\n").unwrap().1)
    };
    assert!(broken(Malformed::BrokenJson).await.is_err());
    assert_eq!(broken(Malformed::MissingFields).await.unwrap(), json!({ "object": "chat.completion" }));
    let more = broken(Malformed::UnknownEvents).await.unwrap();
    assert_eq!(more["choices"][0]["message"]["content"], "so");
}
