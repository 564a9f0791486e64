//! What a client tries to get beyond the routes that are open to it.

use super::upstream::{Upstream, answer};
use super::{KEY, PATIENCE, ask, broker, code, request, say, status};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

/// A title, the request with `HOST` for the host of another server, and the name of the refusal.
const ATTACKS: &[(&str, &str, &str)] = &[
    ("another host as absolute target", "GET http://HOST/steal HTTP/1.1\r\nHost: HOST\r\n\r\n", "target"),
    (
        "the right path at another host",
        "POST http://HOST/v1/responses HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "target",
    ),
    ("another host without a scheme", "GET //HOST/v1/models HTTP/1.1\r\nHost: HOST\r\n\r\n", "target"),
    ("another host behind a user", "GET @HOST/v1/models HTTP/1.1\r\nHost: HOST\r\n\r\n", "target"),
    ("CONNECT", "CONNECT HOST HTTP/1.1\r\nHost: HOST\r\n\r\n", "target"),
    ("CONNECT with a path", "CONNECT /v1/responses HTTP/1.1\r\nHost: HOST\r\n\r\n", "route"),
    ("another path", "POST /v1/files HTTP/1.1\r\nHost: x\r\n\r\n", "route"),
    ("another path behind an allowed one", "POST /v1/responses/x HTTP/1.1\r\nHost: x\r\n\r\n", "route"),
    ("another method", "DELETE /v1/responses HTTP/1.1\r\nHost: x\r\n\r\n", "route"),
    (
        "a method that overrides",
        "PUT /v1/responses HTTP/1.1\r\nHost: x\r\nX-HTTP-Method-Override: POST\r\n\r\n",
        "route",
    ),
    ("TRACE", "TRACE /v1/responses HTTP/1.1\r\nHost: x\r\n\r\n", "route"),
    ("OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "target"),
    ("dot segments", "POST /v1/responses/../files HTTP/1.1\r\nHost: x\r\n\r\n", "target"),
    ("dot segments above the base", "GET /v1/../../admin HTTP/1.1\r\nHost: x\r\n\r\n", "target"),
    ("escaped dot segments", "GET /v1/models/%2e%2e HTTP/1.1\r\nHost: x\r\n\r\n", "target"),
    ("twice escaped dot segments", "GET /v1/models/%252e%252e HTTP/1.1\r\nHost: x\r\n\r\n", "target"),
    ("escaped slashes", "GET /v1/models/a%2f..%2f..%2fadmin HTTP/1.1\r\nHost: x\r\n\r\n", "target"),
    ("backslashes", "GET /v1/models/..\\admin HTTP/1.1\r\nHost: x\r\n\r\n", "target"),
    ("an escaped end of line", "GET /v1/models/a%0d%0aX:%20y HTTP/1.1\r\nHost: x\r\n\r\n", "target"),
    ("an escaped zero", "GET /v1/models/a%00 HTTP/1.1\r\nHost: x\r\n\r\n", "target"),
    ("empty segments", "GET //v1//models HTTP/1.1\r\nHost: x\r\n\r\n", "target"),
    ("a path parameter", "GET /v1/models/..;/admin HTTP/1.1\r\nHost: x\r\n\r\n", "target"),
    (
        "two lengths",
        "POST /v1/responses HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 30\r\n\r\nGET /admin HTTP/1.1\r\nHost: x\r\n\r\n",
        "framing",
    ),
    (
        "the same length twice",
        "POST /v1/responses HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        "framing",
    ),
    (
        "length and chunks",
        "POST /v1/responses HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /admin HTTP/1.1\r\n\r\n",
        "framing",
    ),
    (
        "chunks and length",
        "POST /v1/responses HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        "framing",
    ),
    (
        "an unknown encoding",
        "POST /v1/responses HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "framing",
    ),
    (
        "chunks that are named twice",
        "POST /v1/responses HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
        "framing",
    ),
    (
        "an encoding before a colon",
        "POST /v1/responses HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "framing",
    ),
    (
        "a header that goes on",
        "POST /v1/responses HTTP/1.1\r\nHost: x\r\nX: a\r\n Transfer-Encoding: chunked\r\n\r\n",
        "framing",
    ),
    (
        "a bare carriage return",
        "POST /v1/responses HTTP/1.1\r\nHost: x\r\nX: a\rAuthorization: b\r\n\r\n",
        "framing",
    ),
    (
        "a bare line feed",
        "POST /v1/responses HTTP/1.1\r\nHost: x\r\nX: a\nContent-Length: 3\r\n\r\n",
        "framing",
    ),
    ("a zero in a header", "POST /v1/responses HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n", "framing"),
    ("two hosts", "POST /v1/responses HTTP/1.1\r\nHost: x\r\nHost: HOST\r\n\r\n", "framing"),
    ("no host", "POST /v1/responses HTTP/1.1\r\n\r\n", "framing"),
    ("HTTP/1.0", "GET /v1/models HTTP/1.0\r\nHost: x\r\n\r\n", "framing"),
    ("HTTP/0.9", "GET /v1/models\r\n\r\n", "framing"),
    ("HTTP/2 at once", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "framing"),
    (
        "HTTP/2 by upgrade",
        "GET /v1/models HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n",
        "upgrade",
    ),
    (
        "a web socket",
        "GET /v1/models HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n",
        "upgrade",
    ),
    ("TLS", "\u{16}\u{3}\u{1}\u{2}\r\n\r\n", "framing"),
];

#[tokio::test]
async fn none_of_the_attacks_reaches_a_server() {
    let elsewhere = Upstream::saying(answer("text/plain", "elsewhere")).await;
    let upstream = Upstream::saying(answer("application/json", "{}")).await;
    let broker = broker(&upstream);
    for (title, attack, refusal) in ATTACKS {
        let attack = attack.replace("HOST", &elsewhere.address.to_string());
        let answer = ask(&broker, &attack).await;
        assert_eq!(status(&answer), "403", "{title}: {answer}");
        assert_eq!(code(&answer), *refusal, "{title}: {answer}");
        assert!(!answer.contains(KEY), "{title}: {answer}");
    }
    assert!(upstream.seen().is_empty() && elsewhere.seen().is_empty(), "{:?}", upstream.seen());
    let report = broker.report();
    assert_eq!((report.requests, report.refused.values().sum::<u64>()), (0, ATTACKS.len() as u64));
    assert_eq!(status(&ask(&broker, &request("{}")).await), "200");
    assert_eq!(upstream.seen().len(), 1);
}

/// Without the broker between them, most of the attacks are simply served: none of them is vacuous because of
/// the server.
#[tokio::test]
async fn the_server_itself_answers_to_anything() {
    let upstream = Upstream::saying(answer("application/json", "{}")).await;
    for (title, attack, _) in ATTACKS {
        let mut stream = tokio::net::TcpStream::connect(upstream.address).await.unwrap();
        stream.write_all(attack.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = String::new();
        let _reset = stream.read_to_string(&mut answer).await;
        assert_eq!(status(&answer), "200", "{title}");
    }
    assert_eq!(upstream.seen().len(), ATTACKS.len());
}

#[tokio::test]
async fn a_second_request_behind_the_first_is_never_read() {
    let upstream = Upstream::saying(answer("application/json", "{}")).await;
    let broker = broker(&upstream);
    for second in ["GET /v1/admin HTTP/1.1\r\nHost: x\r\n\r\n", &request("{\"top_p\":1}")] {
        let answer = ask(&broker, &(request("{}") + second)).await;
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
    }
    assert_eq!(upstream.seen().len(), 2);
    assert!(upstream.seen().iter().all(|seen| seen.ends_with("\r\n\r\n{}")), "{:?}", upstream.seen());
}

#[tokio::test]
async fn chunks_that_are_none_do_not_go_on() {
    let upstream = Upstream::saying(answer("application/json", "{}")).await;
    let broker = broker(&upstream);
    for chunk in
        ["-1\r\n{}\r\n", "0x2\r\n{}\r\n", "2\n{}\n0\n\n", "ffffffffffffffffff\r\n{}", "2\r\n{}X0\r\n\r\n"]
    {
        let sent = "POST /v1/responses HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
        let answer = ask(&broker, &format!("{sent}{chunk}")).await;
        assert_ne!(status(&answer), "200", "{chunk:?}: {answer}");
    }
    assert!(upstream.seen().iter().all(|seen| !seen.ends_with("\r\n0\r\n\r\n")), "{:?}", upstream.seen());
}

#[tokio::test]
async fn heads_that_are_too_large_are_refused() {
    let upstream = Upstream::saying(answer("application/json", "{}")).await;
    let broker = broker(&upstream);
    let with = |rest: &str| format!("GET /v1/models HTTP/1.1\r\nHost: x\r\n{rest}\r\n");
    for rest in ["X: y\r\n".repeat(200), format!("X: {}\r\n", "y".repeat(1 << 20))] {
        let answer = ask(&broker, &with(&rest)).await;
        assert_eq!((status(&answer), code(&answer).as_str()), ("403", "large"));
    }
    assert!(upstream.seen().is_empty());
    let most = (32 << 10) - with("X: \r\n").len();
    assert_eq!(status(&ask(&broker, &with(&format!("X: {}\r\n", "y".repeat(most)))).await), "200");
    let answer = ask(&broker, &with(&format!("X: {}\r\n", "y".repeat(most + 1)))).await;
    assert_eq!((status(&answer), code(&answer).as_str()), ("403", "large"));
    let endless = say(broker.socket(), &vec![b'x'; 1 << 20]).await;
    assert_eq!((status(&endless), code(&endless).as_str()), ("403", "large"));
    assert_eq!(upstream.seen().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_clients_are_cut_off_and_others_served_meanwhile() {
    let upstream = Upstream::saying(answer("application/json", "{}")).await;
    let broker = broker(&upstream);
    let socket = broker.socket().to_owned();
    let began = Instant::now();
    let slow = (0..30).map(|_| tokio::spawn(drip(socket.clone())));
    let slow: Vec<_> = slow.collect();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(status(&ask(&broker, &request("{}")).await), "200");
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    for slow in slow {
        let answer = slow.await.unwrap();
        assert_eq!((status(&answer), code(&answer).as_str()), ("408", "slow"));
    }
    assert!(began.elapsed() < PATIENCE, "{:?}", began.elapsed());
    assert_eq!(broker.report().refused["slow"], 30);
}

/// A byte now and then, and never the end of the head.
async fn drip(socket: std::path::PathBuf) -> String {
    let mut stream = UnixStream::connect(socket).await.unwrap();
    let (mut answers, mut requests) = stream.split();
    let mut answer = String::new();
    let dripping = async {
        for byte in b"POST /v1/responses HTTP/1.1\r\nHost: x\r\nX: ".iter().chain(std::iter::repeat(&b'y')) {
            if requests.write_all(&[*byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = dripping => {}
        _ = answers.read_to_string(&mut answer) => {}
    }
    answer
}

#[tokio::test]
async fn no_endpoint_is_asked_for_more_than_its_model() {
    let upstream = Upstream::saying(answer("application/json", "{}")).await;
    let broker = broker(&upstream);
    let bodies = [
        r#"{"tools":[{"type":"web_search"}]}"#,
        r#"{"previous_response_id":"resp_1"}"#,
        r#"{"messages":[{"content":[{"type":"document","source":{"type":"url","url":"https://a.example"}}]}]}"#,
        "no JSON",
        "",
    ];
    for body in bodies {
        let answer = ask(&broker, &request(body)).await;
        assert_eq!((status(&answer), code(&answer).as_str()), ("403", "content"), "{body}: {answer}");
    }
    let compressed = request("{}").replace("\r\nHost", "\r\nContent-Encoding: gzip\r\nHost");
    assert!(compressed.contains("gzip"), "{compressed}");
    assert_eq!(code(&ask(&broker, &compressed).await), "content");
    assert!(upstream.seen().is_empty(), "{:?}", upstream.seen());
    assert_eq!(broker.report().refused["content"], 6);
}
