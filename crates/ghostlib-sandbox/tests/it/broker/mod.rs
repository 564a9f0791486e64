//! The broker against a server on loopback.

mod attacks;
mod budgets;
mod forwarding;
mod inside;
mod models;
mod streaming;
pub(crate) mod upstream;

use ghostlib_sandbox::broker::{Auth, Broker, BrokerConfig, Budgets, Endpoint, Models, Route, Secret};
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::timeout;
use upstream::Upstream;

/// The key that must never come back.
pub(crate) const KEY: &str = "sk-planted/key+0123456789";

/// What a client inside sends in its place.
const DUMMY: &str = "dummy-0123456789";

/// Longer than anything here may take.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn secret() -> Secret {
    Secret::new(KEY).unwrap()
}

/// A broker that forwards to `base_url`.
pub(crate) fn config(base_url: &str) -> BrokerConfig {
    let endpoint = Endpoint {
        mount: "/v1".into(),
        base_url: base_url.into(),
        routes: Route::of_models(),
        models: Models::default(),
        auth: Auth::Bearer(secret()),
    };
    BrokerConfig { endpoints: vec![endpoint], ..BrokerConfig::default() }
}

fn broker(upstream: &Upstream) -> Broker {
    Broker::start(&config(&upstream.base_url())).unwrap()
}

fn broker_with(upstream: &Upstream, budgets: Budgets) -> Broker {
    Broker::start(&BrokerConfig { budgets, ..config(&upstream.base_url()) }).unwrap()
}

/// A request as a well-behaved client sends it.
pub(crate) fn request(body: &str) -> String {
    format!(
        "POST /v1/responses HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAuthorization: Bearer {DUMMY}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Sends the bytes, and reads until the connection ends.
async fn say(socket: &Path, request: &[u8]) -> String {
    let mut stream = UnixStream::connect(socket).await.unwrap();
    // It may be refused before it is read.
    let _refused = stream.write_all(request).await;
    let mut answer = Vec::new();
    let _reset = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap();
    String::from_utf8(answer).unwrap()
}

async fn ask(broker: &Broker, request: &str) -> String {
    say(broker.socket(), request.as_bytes()).await
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("none")
}

/// The `code` in the body of a refusal.
fn code(answer: &str) -> String {
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let body: serde_json::Value =
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"));
    body["error"]["code"].as_str().unwrap().to_owned()
}
