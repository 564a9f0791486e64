//! A server whose answers are written out, byte for byte.

use std::future::Future;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Listens on loopback until it is dropped, and remembers what it was asked.
pub(crate) struct Upstream {
    pub(crate) address: std::net::SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
    listening: JoinHandle<()>,
}

impl Upstream {
    /// Gives the same answer to everybody.
    pub(crate) async fn saying(answer: impl Into<String>) -> Self {
        let answer: Arc<str> = answer.into().into();
        Self::doing(move |mut stream, _| {
            let answer = Arc::clone(&answer);
            async move { stream.write_all(answer.as_bytes()).await.unwrap_or_default() }
        })
        .await
    }

    /// Does with each connection what `serve` does, which also gets the request.
    pub(crate) async fn doing<F>(serve: impl Fn(TcpStream, String) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (serve, noted) = (Arc::new(serve), Arc::clone(&seen));
        let listening = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                stream.set_nodelay(true).unwrap();
                let (serve, noted) = (Arc::clone(&serve), Arc::clone(&noted));
                tokio::spawn(async move {
                    let request = read_request(&mut stream).await;
                    noted.lock().unwrap().push(request.clone());
                    serve(stream, request).await;
                });
            }
        });
        Self { address, seen, listening }
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}/api", self.address)
    }

    /// What it was asked so far.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// An answer with a body that has a length.
pub(crate) fn answer(content_type: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// The beginning of an answer that ends with the connection.
pub(crate) const EVENTS: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

/// The head, and as much of the body as its length says.
pub(crate) async fn read_request(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> String {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_lowercase();
            let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return text;
            }
        }
        if !matches!(stream.read_buf(&mut read).await, Ok(1..)) {
            return text;
        }
    }
}
