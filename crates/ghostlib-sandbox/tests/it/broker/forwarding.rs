//! What goes out, and what comes back.

use super::upstream::{Upstream, answer, read_request};
use super::{DUMMY, KEY, ask, broker, code, config, request, secret, status};
use ghostlib_sandbox::broker::{Auth, Broker, BrokerConfig, Endpoint, LastAnswer};
use rcgen::generate_simple_self_signed;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{ServerConfig, crypto::ring};

#[tokio::test]
async fn the_key_goes_out_in_place_of_the_dummy() {
    let upstream = Upstream::saying(answer("application/json", "{\"ok\":true}")).await;
    let broker = broker(&upstream);
    let answer = ask(&broker, &request("{\"input\":\"hello\"}")).await;
    assert_eq!(status(&answer), "200", "{answer}");
    assert!(answer.contains("{\"ok\":true}"), "{answer}");
    let seen = upstream.seen().remove(0).to_lowercase();
    assert!(seen.starts_with("post /api/responses http/1.1\r\n"), "{seen}");
    assert!(seen.contains(&format!("authorization: bearer {KEY}\r\n").to_lowercase()), "{seen}");
    assert!(seen.contains(&format!("host: {}\r\n", upstream.address)), "{seen}");
    assert!(seen.ends_with("{\"input\":\"hello\"}"), "{seen}");
    assert!(!seen.contains(DUMMY) && !seen.contains("8080"), "{seen}");
}

#[tokio::test]
async fn each_mount_has_its_own_key_and_header() {
    let upstream = Upstream::saying(answer("application/json", "{}")).await;
    let mut config = config(&upstream.base_url());
    let auth = Auth::XApiKey(secret());
    let claude = Endpoint { mount: "/claude".into(), auth, ..config.endpoints[0].clone() };
    config.endpoints.push(claude);
    let broker = Broker::start(&config).unwrap();
    let sent = request("{}").replace("/v1/responses", "/claude/v1/messages?beta=true");
    assert_eq!(status(&ask(&broker, &sent).await), "200");
    let seen = upstream.seen().remove(0).to_lowercase();
    assert!(seen.starts_with("post /api/v1/messages?beta=true http/1.1\r\n"), "{seen}");
    assert!(seen.contains(&format!("x-api-key: {KEY}\r\n")) && !seen.contains("authorization"), "{seen}");
}

#[tokio::test]
async fn a_redirect_is_passed_on_and_not_followed() {
    let elsewhere = Upstream::saying(answer("text/plain", "stolen")).await;
    let location = format!("http://{}/?key={KEY}", elsewhere.address);
    let upstream =
        Upstream::saying(format!("HTTP/1.1 307 Go\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"))
            .await;
    let broker = broker(&upstream);
    let answer = ask(&broker, &request("{}")).await;
    assert_eq!(status(&answer), "307", "{answer}");
    assert!(
        answer.contains(&format!("location: http://{}/?key=[redacted]\r\n", elsewhere.address)),
        "{answer}"
    );
    assert!(elsewhere.seen().is_empty());
    assert_eq!(broker.report().redactions, 1);
}

#[tokio::test]
async fn an_answer_that_repeats_the_key_is_redacted_wherever_it_is_cut() {
    let (left, right) = KEY.split_at(9);
    let upstream = Upstream::doing(move |mut stream, _| async move {
        let head = "HTTP/1.1 401 No\r\nContent-Type: application/json\r\nConnection: close\r\nX-Echo: ";
        stream.write_all(format!("{head}{KEY}\r\n\r\nwrong key {left}").as_bytes()).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        stream.write_all(format!("{right}, sorry").as_bytes()).await.unwrap();
    })
    .await;
    let broker = broker(&upstream);
    let answer = ask(&broker, &request("{}")).await;
    assert_eq!(status(&answer), "401");
    assert!(answer.contains("x-echo: [redacted]\r\n"), "{answer}");
    assert!(!answer.contains(left) && !answer.contains(right), "{answer}");
    assert!(answer.contains("[redacted]") && answer.contains(", sorry"), "{answer}");
    assert_eq!(broker.report().redactions, 2);
}

#[tokio::test]
async fn what_hides_its_content_is_not_passed_on() {
    for header in ["Content-Encoding: gzip", "Content-Encoding: br, gzip"] {
        let upstream =
            Upstream::saying(format!("HTTP/1.1 200 OK\r\n{header}\r\nContent-Length: 4\r\n\r\nabcd")).await;
        let answer = ask(&broker(&upstream), &request("{}")).await;
        assert_eq!((status(&answer), code(&answer).as_str()), ("502", "answer"), "{answer}");
        assert!(upstream.seen()[0].contains("accept-encoding: identity\r\n"), "{:?}", upstream.seen());
    }
}

#[tokio::test]
async fn a_server_that_switches_protocols_is_not_passed_on() {
    let upstream =
        Upstream::saying("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")
            .await;
    let answer = ask(&broker(&upstream), &request("{}")).await;
    assert_eq!(status(&answer), "502", "{answer}");
}

#[tokio::test]
async fn what_an_endpoint_last_answered_is_told_to_the_host() {
    let upstream = Upstream::saying(
        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    )
    .await;
    let broker = broker(&upstream);
    assert_eq!(status(&ask(&broker, &request("{}")).await), "429");
    let report = broker.report();
    assert_eq!(report.last_answer, Some(LastAnswer { status: 429, retry_after: Some(7) }));
    assert_eq!((report.failures, report.turns), (1, 0));
}

#[tokio::test]
async fn a_dead_endpoint_is_an_error_that_tells_the_host_why() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let broker = Broker::start(&config(&base_url)).unwrap();
    let answer = ask(&broker, &request("{}")).await;
    assert_eq!((status(&answer), code(&answer).as_str()), ("502", "unreachable"), "{answer}");
    assert!(!answer.contains(&base_url[7..]), "{answer}");
    let report = broker.report();
    assert!(report.last_error.unwrap().contains("refused"));
    assert_eq!(report.refused["unreachable"], 1);
}

#[tokio::test]
async fn an_error_is_forgotten_when_a_model_has_answered_since() {
    let n_before = std::sync::atomic::AtomicUsize::new(0);
    let upstream = Upstream::doing(move |mut stream, _| {
        let n_before = n_before.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        async move {
            if n_before > 0 {
                stream.write_all(answer("application/json", "{}").as_bytes()).await.unwrap();
            }
        }
    })
    .await;
    let broker = broker(&upstream);
    assert_eq!(status(&ask(&broker, &request("{}")).await), "502");
    assert!(broker.report().last_error.is_some());
    assert_eq!(status(&ask(&broker, &request("{}")).await), "200");
    assert_eq!((broker.report().last_error, broker.report().failures), (None, 1));
}

#[tokio::test]
async fn headers_that_nobody_knows_do_not_go_on_and_are_counted() {
    let upstream = Upstream::saying(answer("application/json", "{}")).await;
    let broker = broker(&upstream);
    let more = "\r\nX-OAI-Web-Search-Eligible: true\r\nAnthropic-Beta: mcp-client-2025-11-20,effort-2025-11-24\r\nHost";
    assert_eq!(status(&ask(&broker, &request("{}").replace("\r\nHost", more)).await), "200");
    let seen = upstream.seen().remove(0);
    assert!(!seen.contains("eligible") && seen.contains("anthropic-beta: effort-2025-11-24\r\n"), "{seen}");
    assert_eq!(broker.report().headers_dropped, 2);
}

#[tokio::test]
async fn https_is_checked_before_the_key_goes_out() {
    let issued = generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let ca_file = folder.path().join("ca.pem");
    fs::write(&ca_file, issued.cert.pem()).unwrap();
    let (base_url, seen) = https(issued).await;
    let trusting = BrokerConfig { ca_file: Some(ca_file), ..config(&base_url) };
    let answer = ask(&Broker::start(&trusting).unwrap(), &request("{}")).await;
    assert_eq!(status(&answer), "200", "{answer}");
    assert!(seen.lock().unwrap()[0].contains(KEY));
    let broker = Broker::start(&config(&base_url)).unwrap();
    let answer = ask(&broker, &request("{}")).await;
    assert_eq!(status(&answer), "502", "{answer}");
    assert!(broker.report().last_error.unwrap().contains("certificate"), "{:?}", broker.report());
    assert_eq!(seen.lock().unwrap().len(), 1);
}

/// A server of TLS on loopback, and what it was asked.
async fn https(issued: rcgen::CertifiedKey<rcgen::KeyPair>) -> (String, Arc<std::sync::Mutex<Vec<String>>>) {
    let key = issued.signing_key.serialize_der().try_into().unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![issued.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let request = read_request(&mut stream).await;
                noted.lock().unwrap().push(request);
                stream.write_all(answer("application/json", "{}").as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        }
    });
    (base_url, seen)
}

#[tokio::test]
async fn the_socket_is_the_users_alone_and_goes_away() {
    let upstream = Upstream::saying("").await;
    let broker = broker(&upstream);
    let socket = broker.socket().to_owned();
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(socket.as_path()), mode(socket.parent().unwrap())), (0o600, 0o700));
    drop(broker);
    assert!(!socket.parent().unwrap().exists());
}

#[tokio::test]
async fn neither_the_broker_nor_its_report_shows_the_key() {
    let upstream = Upstream::saying(answer("application/json", KEY)).await;
    let broker = broker(&upstream);
    ask(&broker, &request("{}")).await;
    let report = serde_json::to_string(&broker.report()).unwrap();
    let config = config(&upstream.base_url());
    for shown in [format!("{broker:?}"), format!("{config:?}"), report] {
        assert!(!shown.contains(KEY), "{shown}");
    }
    assert_eq!(broker.redactor().redact(&format!("a log with {KEY}")), "a log with [redacted]");
}
