//! JSON-RPC messages, one a line. What is no message is answered, so that whoever sent it does not wait in vain.

use rmcp::model::{ClientJsonRpcMessage, ClientRequest, JsonRpcMessage, ServerJsonRpcMessage};
use rmcp::service::RoleServer;
use rmcp::transport::Transport;
use serde::Serialize;
use serde_json::{Value, json};
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::{Mutex, mpsc};

/// The longest line that is read: a file of the largest size, escaped.
const MAX_LINE: u64 = 8 << 20;
/// How many messages wait to be handled.
const MAX_WAITING: usize = 32;

const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;

/// A client at the other end of two streams.
pub(super) struct Lines<W> {
    incoming: mpsc::Receiver<ClientJsonRpcMessage>,
    out: Arc<Mutex<W>>,
}

impl<W: AsyncWrite + Unpin + Send + 'static> Lines<W> {
    pub(super) fn new(input: impl AsyncRead + Unpin + Send + 'static, output: W) -> Self {
        let (sender, incoming) = mpsc::channel(MAX_WAITING);
        let out = Arc::new(Mutex::new(output));
        tokio::spawn(read_all(BufReader::new(input), Arc::clone(&out), sender));
        Self { incoming, out }
    }
}

impl<W: AsyncWrite + Unpin + Send + 'static> Transport<RoleServer> for Lines<W> {
    type Error = io::Error;

    fn send(&mut self, item: ServerJsonRpcMessage) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let out = Arc::clone(&self.out);
        async move { write(&out, &item).await }
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        self.incoming.recv().await
    }

    async fn close(&mut self) -> io::Result<()> {
        self.out.lock().await.flush().await
    }
}

async fn write<W: AsyncWrite + Unpin>(out: &Mutex<W>, message: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    let mut out = out.lock().await;
    out.write_all(&line).await?;
    out.flush().await
}

async fn read_all<R: AsyncRead + Unpin, W: AsyncWrite + Unpin>(
    mut input: BufReader<R>,
    out: Arc<Mutex<W>>,
    sender: mpsc::Sender<ClientJsonRpcMessage>,
) {
    let mut line = Vec::new();
    let mut is_begun = false;
    while let Ok(Some(length)) = read_line(&mut input, &mut line).await {
        let received = match length {
            Length::Whole => understand(&line),
            Length::TooLong => {
                Received::Wrong(error(&Value::Null, INVALID_REQUEST, "the message is longer than 8 MiB"))
            }
        };
        let written = match received {
            // Before a client has begun, nothing but a request means anything.
            Received::Message(message) if is_begun || begins(&message) => {
                is_begun |= is_initialize(&message);
                sender.send(*message).await.map_err(io::Error::other)
            }
            Received::Wrong(answer) => write(&out, &answer).await,
            Received::Message(_) | Received::Nothing => Ok(()),
        };
        if written.is_err() {
            return;
        }
    }
}

enum Length {
    Whole,
    TooLong,
}

/// Reads a line, of one that is too long only the beginning; nothing at the end of the input.
async fn read_line<R: AsyncRead + Unpin>(
    input: &mut BufReader<R>,
    line: &mut Vec<u8>,
) -> io::Result<Option<Length>> {
    line.clear();
    if input.take(MAX_LINE).read_until(b'\n', line).await? == 0 {
        return Ok(None);
    }
    if (line.len() as u64) < MAX_LINE || line.ends_with(b"\n") {
        return Ok(Some(Length::Whole));
    }
    while !line.ends_with(b"\n") {
        line.clear();
        if input.take(MAX_LINE).read_until(b'\n', line).await? == 0 {
            break;
        }
    }
    Ok(Some(Length::TooLong))
}

/// What a line is.
enum Received {
    Message(Box<ClientJsonRpcMessage>),
    /// No message, and what is answered to it.
    Wrong(Value),
    /// Nothing that wants an answer.
    Nothing,
}

fn understand(line: &[u8]) -> Received {
    if line.trim_ascii().is_empty() {
        return Received::Nothing;
    }
    let value: Value = match serde_json::from_slice(line) {
        Ok(value) => value,
        Err(reason) => {
            return Received::Wrong(error(&Value::Null, PARSE_ERROR, &format!("no JSON: {reason}")));
        }
    };
    let id = value.get("id").filter(|id| id.is_string() || id.is_number()).cloned();
    let is_notification = value.get("method").is_some_and(Value::is_string) && value.get("id").is_none();
    match serde_json::from_value(value) {
        Ok(message) => Received::Message(Box::new(message)),
        // Of a notification that it does not know, a server takes no notice.
        Err(_) if is_notification => Received::Nothing,
        Err(_) => {
            let text = "no JSON-RPC 2.0 request: it takes `jsonrpc`, `id` and `method`, one a line";
            Received::Wrong(error(&id.unwrap_or_default(), INVALID_REQUEST, text))
        }
    }
}

fn error(id: &Value, code: i32, message: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}})
}

fn begins(message: &ClientJsonRpcMessage) -> bool {
    matches!(message, JsonRpcMessage::Request(_))
}

fn is_initialize(message: &ClientJsonRpcMessage) -> bool {
    matches!(message, JsonRpcMessage::Request(request) if matches!(request.request, ClientRequest::InitializeRequest(_)))
}
