//! The client's side of a connection, from the first message to the end of the one turn.

use super::permission::Workspace;
use crate::program::Streams;
use agent_client_protocol::schema::ProtocolVersion;
use agent_client_protocol::v1::ConnectionTo;
use agent_client_protocol::v1::schema::{
    CancelNotification, ContentBlock, Implementation, InitializeRequest, NewSessionRequest, PromptRequest,
    PromptResponse, RequestPermissionOutcome, RequestPermissionRequest, RequestPermissionResponse, SessionId,
};
use agent_client_protocol::{
    Agent, Client, Error, Lines, TransportFrame, UntypedMessage, is_connection_terminated,
    is_incoming_transport_closed, on_receive_notification, on_receive_request,
};
use futures_util::{Sink, Stream, sink, stream};
use std::io;
use std::path::PathBuf;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tokio::time::timeout;

/// How long an agent may take until it can be given its task.
const START: Duration = Duration::from_secs(120);

/// What is said in a session.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) workspace: PathBuf,
    pub(super) prompt: String,
}

/// What an agent said in between.
#[derive(Debug)]
pub(super) enum Said {
    /// A notification of any kind.
    Notified(UntypedMessage),
    /// It asked for a permission, and got an answer: both in words.
    Asked(String),
    /// A line that is no message.
    Garbage(String),
}

/// Why a turn has no answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Failure {
    /// It answered a request with an error.
    Answered { method: &'static str, error: Error },
    /// It was not ready within so many seconds.
    Silent(u64),
    /// It is no longer there.
    Gone,
}

/// Has the agent do its task. Ends with the answer to it, or with the connection.
pub(super) async fn converse(
    streams: Streams,
    task: Task,
    said: UnboundedSender<Said>,
    mut stop: watch::Receiver<bool>,
) -> Result<PromptResponse, Failure> {
    let workspace = Workspace::new(&task.workspace);
    let (notified, asked, stopped) = (said.clone(), said.clone(), stop.clone());
    let turn = Client
        .v1()
        .name("ghostlib")
        .on_receive_notification(
            async move |message: UntypedMessage, _connection| {
                let _nobody_listens = notified.send(Said::Notified(message));
                Ok(())
            },
            on_receive_notification!(),
        )
        .on_receive_request(
            async move |request: RequestPermissionRequest, responder, _connection| {
                let decision = workspace.decide(&request);
                let _nobody_listens = asked.send(Said::Asked(decision.to_string()));
                let outcome =
                    if *stopped.borrow() { RequestPermissionOutcome::Cancelled } else { decision.outcome() };
                responder.respond(RequestPermissionResponse::new(outcome))
            },
            on_receive_request!(),
        )
        .connect_with(transport(streams, said), async |connection: ConnectionTo<Agent>| {
            Ok(take_turn(&connection, task, &mut stop).await)
        });
    turn.await.unwrap_or(Err(Failure::Gone))
}

async fn take_turn(
    connection: &ConnectionTo<Agent>,
    task: Task,
    stop: &mut watch::Receiver<bool>,
) -> Result<PromptResponse, Failure> {
    let opened = timeout(START, open(connection, task.workspace)).await;
    let session = opened.map_err(|_| Failure::Silent(START.as_secs()))??;
    let prompt = PromptRequest::new(session.clone(), vec![ContentBlock::from(task.prompt)]);
    let mut answer = std::pin::pin!(connection.send_request(prompt).block_task());
    let answer = tokio::select! {
        answer = &mut answer => answer,
        () = stopped(stop) => {
            let _gone = connection.send_notification(CancelNotification::new(session));
            answer.await
        }
    };
    answer.map_err(failure("session/prompt"))
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _nobody_can_stop_it = stop.wait_for(|stop| *stop).await.is_err();
}

/// The session's id, once the agent is ready for the task.
async fn open(connection: &ConnectionTo<Agent>, workspace: PathBuf) -> Result<SessionId, Failure> {
    let client = Implementation::new("ghostlib", env!("CARGO_PKG_VERSION"));
    let hello = InitializeRequest::new(ProtocolVersion::V1).client_info(client);
    // An answer in another version of the protocol comes as an error.
    connection.send_request(hello).block_task().await.map_err(failure("initialize"))?;
    let session = connection.send_request(NewSessionRequest::new(workspace)).block_task().await;
    Ok(session.map_err(failure("session/new"))?.session_id)
}

fn failure(method: &'static str) -> impl FnOnce(Error) -> Failure {
    move |error| {
        if is_connection_terminated(&error) || is_incoming_transport_closed(&error) {
            Failure::Gone
        } else {
            Failure::Answered { method, error }
        }
    }
}

/// Lines in both directions. What is no message is told, and never reaches the protocol.
fn transport(
    streams: Streams,
    said: UnboundedSender<Said>,
) -> Lines<
    impl Sink<String, Error = io::Error> + Send + 'static,
    impl Stream<Item = io::Result<String>> + Send + 'static,
> {
    let outgoing = sink::unfold(streams.stdin, async |mut stdin, line: String| {
        stdin.write_all(line.as_bytes()).await?;
        stdin.write_all(b"\n").await?;
        stdin.flush().await?;
        Ok(stdin)
    });
    let incoming = stream::unfold((streams.stdout, said), async |(mut stdout, said)| {
        loop {
            let line = match stdout.next().await.transpose()? {
                Ok(line) => line,
                Err(error) => return Some((Err(error), (stdout, said))),
            };
            match TransportFrame::parse_json(&line) {
                TransportFrame::Single(_) => return Some((Ok(line), (stdout, said))),
                _ if line.trim().is_empty() => {}
                _ => {
                    let _nobody_listens = said.send(Said::Garbage(line));
                }
            }
        }
    });
    Lines::new(outgoing, incoming)
}
