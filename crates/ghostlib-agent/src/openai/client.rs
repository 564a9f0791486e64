//! One request at a time over the broker's socket, and the answer as it comes.

use super::error::ModelError;
use super::events::Events;
use super::turn::{DONE, Reader, Turn};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, RETRY_AFTER};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;
use tokio::net::UnixStream;
use tokio::task::JoinSet;

/// The most bytes of an answer that is no stream.
const MAX_WHOLE: usize = 16 << 20;
/// The most characters of an error's text.
const MAX_MESSAGE: usize = 500;

/// Speaks to the model's endpoint through a broker.
pub(super) struct Client {
    pub(super) socket: PathBuf,
}

impl Client {
    /// The answer to a request. Dropping the future ends the connection.
    pub(super) async fn ask(
        &self,
        path: &str,
        body: &Value,
        mut reader: Box<dyn Reader>,
    ) -> Result<Turn, ModelError> {
        let mut connection = JoinSet::new();
        let body = Full::new(Bytes::from(body.to_string()));
        let mut answer = self.send(&mut connection, Method::POST, path, body).await?;
        if !is_stream(&answer) {
            let event = serde_json::from_slice(&whole(answer).await?).map_err(ModelError::malformed)?;
            reader.event(&event)?;
            return reader.finish();
        }
        let mut events = Events::default();
        while let Some(frame) = answer.frame().await {
            let frame = frame.map_err(ModelError::broken)?;
            for event in events.push(frame.data_ref().map_or(&[][..], |data| data))? {
                take(&event, &mut *reader)?;
            }
        }
        if let Some(event) = events.finish() {
            take(&event, &mut *reader)?;
        }
        reader.finish()
    }

    /// The names of the models that the endpoint lists.
    pub(super) async fn models(&self) -> Result<Vec<String>, ModelError> {
        let mut connection = JoinSet::new();
        let answer = self.send(&mut connection, Method::GET, "/models", Full::default()).await?;
        let listed: Value = serde_json::from_slice(&whole(answer).await?).map_err(ModelError::malformed)?;
        let models = listed["data"].as_array().into_iter().flatten();
        Ok(models.filter_map(|model| Some(model["id"].as_str()?.to_owned())).collect())
    }

    /// An answer with a good status.
    async fn send(
        &self,
        connection: &mut JoinSet<()>,
        method: Method,
        path: &str,
        body: Full<Bytes>,
    ) -> Result<Response<Incoming>, ModelError> {
        let stream = UnixStream::connect(&self.socket).await.map_err(ModelError::broken)?;
        let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
        let (mut sender, driver) = handshake.map_err(ModelError::broken)?;
        connection.spawn(async move {
            // What goes wrong shows in the answer.
            let _ended = driver.await;
        });
        let request = Request::builder().method(method).uri(path).header(HOST, "model");
        let request = request
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "text/event-stream, application/json");
        let request = request.body(body).map_err(ModelError::malformed)?;
        let answer = sender.send_request(request).await.map_err(ModelError::broken)?;
        if answer.status().is_success() { Ok(answer) } else { Err(refused(answer).await) }
    }
}

fn is_stream(answer: &Response<Incoming>) -> bool {
    let content_type = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|content_type| content_type.starts_with("text/event-stream"))
}

fn take(event: &str, reader: &mut dyn Reader) -> Result<(), ModelError> {
    let event = event.trim();
    if event == DONE {
        return reader.event(&event.into());
    }
    reader.event(&serde_json::from_str(event).map_err(ModelError::malformed)?)
}

async fn whole(mut answer: Response<Incoming>) -> Result<Vec<u8>, ModelError> {
    let mut body = Vec::new();
    while let Some(frame) = answer.frame().await {
        body.extend_from_slice(frame.map_err(ModelError::broken)?.data_ref().map_or(&[][..], |data| data));
        if body.len() > MAX_WHOLE {
            return Err(ModelError::malformed("it is longer than 16 MiB"));
        }
    }
    Ok(body)
}

async fn refused(answer: Response<Incoming>) -> ModelError {
    let code = answer.status().as_u16();
    let header = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let retry_after = header.and_then(|value| value.trim().parse().ok()).map(Duration::from_secs);
    let body = whole(answer).await.unwrap_or_default();
    ModelError::Status { code, message: message(&body), retry_after }
}

/// What an error's body says, in whichever form.
fn message(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let told = serde_json::from_slice::<Value>(body).ok().and_then(|body| {
        let error = body.get("error").unwrap_or(&body);
        let message = error.get("message").or_else(|| body.get("message")).unwrap_or(error);
        message.as_str().map(str::to_owned)
    });
    told.unwrap_or_else(|| text.into_owned()).chars().take(MAX_MESSAGE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_told_in_whichever_form_they_come() {
        assert_eq!(message(br#"{"error":{"message":"no key"}}"#), "no key");
        assert_eq!(message(br#"{"error":"no model"}"#), "no model");
        assert_eq!(message(br#"{"message":"no way"}"#), "no way");
        assert_eq!(message(b"<html>"), "<html>");
        assert_eq!(message(&[b'x'; 9999]).len(), MAX_MESSAGE);
    }
}
