//! Bodies are passed on as they come.

use super::upstream::{EVENTS, Upstream, answer};
use super::{Broker, PATIENCE, ask, broker, config, request, status};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::sync::{Barrier, Semaphore};
use tokio::time::timeout;

/// The server sends an event only after the client has got the one before: were anything kept back, both
/// would wait for ever.
#[tokio::test(flavor = "multi_thread")]
async fn every_event_arrives_before_the_next_is_sent() {
    const N_EVENTS: usize = 200;
    let got = Arc::new(Semaphore::new(1));
    let confirmed = Arc::clone(&got);
    let upstream = Upstream::doing(move |mut stream, _| {
        let confirmed = Arc::clone(&confirmed);
        async move {
            stream.write_all(EVENTS.as_bytes()).await.unwrap();
            for n in 0..N_EVENTS {
                confirmed.acquire().await.unwrap().forget();
                // What ends like the beginning of the key is the most that is ever kept back.
                stream
                    .write_all(format!("data: {{\"n\":{n},\"text\":\"sk-\"}}\n\n").as_bytes())
                    .await
                    .unwrap();
            }
        }
    })
    .await;
    let broker = broker(&upstream);
    let mut stream = UnixStream::connect(broker.socket()).await.unwrap();
    stream.write_all(request("{}").as_bytes()).await.unwrap();
    let mut read = Vec::new();
    for n in 0..N_EVENTS {
        let event = format!("data: {{\"n\":{n},\"text\":\"sk-\"}}\n\n");
        let arrives = async {
            while !String::from_utf8_lossy(&read).contains(&event) {
                assert_ne!(stream.read_buf(&mut read).await.unwrap(), 0, "{n}");
            }
        };
        timeout(PATIENCE, arrives).await.unwrap();
        read.clear();
        got.add_permits(1);
    }
}

#[tokio::test]
async fn a_server_that_dies_is_not_taken_for_one_that_has_ended() {
    let dies = |head: &'static str| {
        Upstream::doing(move |mut stream, _| async move {
            stream.write_all(format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n").as_bytes()).await.unwrap();
            stream.write_all(b"e\r\ndata: {\"n\":1}\n\r\n").await.unwrap();
        })
    };
    for head in ["Transfer-Encoding: chunked", "Content-Length: 1000"] {
        let upstream = dies(head).await;
        let broker = broker(&upstream);
        let answer = ask(&broker, &request("{}")).await;
        assert!(answer.contains("data: {\"n\":1}"), "{answer}");
        assert!(!answer.ends_with("0\r\n\r\n"), "{answer}");
        let report = broker.report();
        assert_eq!((report.requests, report.answers_without_usage), (1, 1));
        assert!(report.last_error.is_some());
        // The next request is served as if nothing had been.
        assert_eq!(status(&ask(&broker, &request("{}")).await), "200");
    }
}

#[tokio::test]
async fn a_client_that_goes_away_frees_the_server() {
    let (gone, mut is_gone) = tokio::sync::mpsc::channel(1);
    let upstream = Upstream::doing(move |mut stream, _| {
        let gone = gone.clone();
        async move {
            stream.write_all(format!("{EVENTS}data: 1\n\n").as_bytes()).await.unwrap();
            let _closed = stream.read(&mut [0]).await;
            gone.send(()).await.unwrap();
        }
    })
    .await;
    let broker = broker(&upstream);
    let mut stream = UnixStream::connect(broker.socket()).await.unwrap();
    stream.write_all(request("{}").as_bytes()).await.unwrap();
    assert_ne!(stream.read(&mut [0; 1000]).await.unwrap(), 0);
    drop(stream);
    timeout(PATIENCE, is_gone.recv()).await.unwrap().unwrap();
}

/// All of them are answered only when all of them have asked.
#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_sessions_are_served_at_once() {
    const N_SESSIONS: usize = 100;
    let all = Arc::new(Barrier::new(N_SESSIONS));
    let upstream = Upstream::doing(move |mut stream, request| {
        let all = Arc::clone(&all);
        async move {
            all.wait().await;
            let (_, body) = request.split_once("\"metadata\":").unwrap();
            let body = body.strip_suffix('}').unwrap();
            stream.write_all(answer("application/json", body).as_bytes()).await.unwrap();
        }
    })
    .await;
    let sessions: Vec<Broker> =
        (0..N_SESSIONS).map(|_| Broker::start(&config(&upstream.base_url())).unwrap()).collect();
    let asking = sessions.into_iter().enumerate().map(|(n, broker)| {
        tokio::spawn(async move {
            let body = format!("{{\"session\":{n},\"usage\":{{\"output_tokens\":{n}}}}}");
            let answer = ask(&broker, &request(&format!("{{\"metadata\":{body}}}"))).await;
            assert!(answer.contains(&body), "{answer}");
            broker.report()
        })
    });
    for (n, asking) in asking.collect::<Vec<_>>().into_iter().enumerate() {
        let report = timeout(PATIENCE, asking).await.unwrap().unwrap();
        assert_eq!((report.requests, report.tokens.output), (1, n as u64));
    }
}
