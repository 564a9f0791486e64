//! A model's endpoint that gives the secret away to whoever gets beyond what a broker allows, and the broker
//! that should not let that happen.

use super::EscapesError;
use ghostlib_sandbox::Network;
use ghostlib_sandbox::broker::{Auth, Broker, BrokerConfig, BrokerError, Endpoint, Models, Route, Secret};
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Where the broker is found inside.
const PORT: u16 = 18_080;
/// A client that sends nothing for so long waits for its answer.
const PAUSE: Duration = Duration::from_millis(100);
const ALLOWED: &str = "POST /v1/responses HTTP/1.1\r\n";

const BEYOND_THE_MODEL: [&str; 6] =
    ["web_search", "https://", "mcp_servers", "enable_search", "search-preview", "mcp-client"];

/// Both of them, for one attempt.
pub(super) struct Model {
    address: SocketAddr,
    key: String,
    broker: Broker,
    serving: JoinHandle<()>,
}

impl Model {
    pub(super) async fn start(secret: &str) -> Result<Self, EscapesError> {
        let listen = async {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            io::Result::Ok((listener.local_addr()?, listener))
        };
        let (address, listener) =
            listen.await.map_err(EscapesError::at(Path::new("the model's endpoint")))?;
        let endpoint = Endpoint {
            mount: String::new(),
            base_url: format!("http://{address}"),
            routes: vec![Route::new("POST", "/v1/responses")],
            models: Models::default(),
            auth: Auth::Bearer(Secret::new(secret).map_err(BrokerError::from)?),
        };
        let broker = Broker::start(&BrokerConfig { endpoints: vec![endpoint], ..BrokerConfig::default() })?;
        let key = secret.to_owned();
        let serving = tokio::spawn(serve(listener, address, key.clone()));
        Ok(Self { address, key, broker, serving })
    }

    pub(super) fn network(&self) -> Network {
        self.broker.network(PORT)
    }

    /// What an attempt is told that nothing holds: it talks to the endpoint itself, with the key.
    pub(super) fn variables_bare(&self) -> Vec<(&'static str, String)> {
        self.variables(self.address.port(), &self.key)
    }

    /// What an attempt is told in a sandbox.
    pub(super) fn variables_inside(&self) -> Vec<(&'static str, String)> {
        self.variables(PORT, "dummy-key")
    }

    fn variables(&self, port: u16, key: &str) -> Vec<(&'static str, String)> {
        let socket = self.broker.socket().display().to_string();
        vec![("MODEL_PORT", port.to_string()), ("API_KEY", key.into()), ("BROKER_SOCKET", socket)]
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, address: SocketAddr, secret: String) {
    while let Ok((stream, _)) = listener.accept().await {
        let secret = secret.clone();
        tokio::spawn(async move {
            let _gone = answer(stream, address, &secret).await;
        });
    }
}

async fn answer(mut stream: TcpStream, address: SocketAddr, secret: &str) -> io::Result<()> {
    let mut request = Vec::new();
    while let Ok(Ok(1..)) = timeout(PAUSE, stream.read_buf(&mut request)).await {}
    let request = String::from_utf8_lossy(&request);
    let body = if is_allowed(&request, address) { request.as_ref() } else { secret };
    let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    // In one write: a key in two chunks would not be found in what an attempt prints.
    stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).await?;
    stream.shutdown().await
}

/// Whether this is one request, of the one kind that a broker lets through, and for this server.
fn is_allowed(request: &str, address: SocketAddr) -> bool {
    let host = format!("host: {address}\r\n");
    let text = request.to_lowercase();
    request.starts_with(ALLOWED)
        && request.matches("HTTP/").count() == 1
        && text.contains(&host)
        && !text.contains("upgrade")
        // It would search and fetch for whoever asks it.
        && !BEYOND_THE_MODEL.iter().any(|asked| text.contains(asked))
}
