//! The broker itself: listens, checks, forwards.

use super::body::{AnswerBody, read_request};
use super::config::{BrokerConfig, BrokerError};
use super::content;
use super::exchange::Exchange;
use super::framing::{MAX_HEAD, read_head};
use super::headers;
use super::meter::{BrokerReport, Meter};
use super::redact::Redactor;
use super::refusal::Refusal;
use super::rewound::Rewound;
use super::route::{Found, Routes};
use super::upstream::{Upstream, upstream};
use crate::Network;
use crate::platform::PrivateFolder;
use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::body::{Body, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::error::Error;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

/// How long the head of a request may take.
const HEAD_TIME: Duration = Duration::from_secs(5);
/// How long a client is listened to that was refused, so that it gets to read why.
const LINGER_TIME: Duration = Duration::from_millis(500);
/// How many connections are served at once. Others wait.
const MAX_CONNECTIONS: usize = 64;

/// A proxy for one session. Dropping it ends all its connections, and removes the socket.
#[derive(Debug)]
pub struct Broker {
    socket: PathBuf,
    session: Arc<Session>,
    listening: JoinHandle<()>,
    /// Private to the user, with the socket in it.
    _folder: PrivateFolder,
}

impl Broker {
    /// Begins to listen. To be called within a tokio runtime.
    pub fn start(config: &BrokerConfig) -> Result<Self, BrokerError> {
        let session = Arc::new(Session::new(config)?);
        let (folder, socket, listener) = listen()?;
        let listening = tokio::spawn(accept(listener, Arc::clone(&session)));
        Ok(Self { socket, session, listening, _folder: folder })
    }

    /// The socket that it listens at, in a folder that only the user can enter.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// For the policy of the session's sandbox: the broker, at this port inside.
    pub fn network(&self, port: u16) -> Network {
        Network::Broker { socket: self.socket.clone(), port }
    }

    /// Knows the keys, for everything that is kept or shown of the session.
    pub fn redactor(&self) -> &Redactor {
        &self.session.redactor
    }

    /// What the session has used so far.
    pub fn report(&self) -> BrokerReport {
        self.session.meter.report()
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

fn listen() -> Result<(PrivateFolder, PathBuf, UnixListener), BrokerError> {
    let folder = PrivateFolder::make()
        .map_err(|source| BrokerError::Listen { path: "a temporary folder".into(), source })?;
    let socket = folder.path().join("socket");
    let bind = || {
        let listener = UnixListener::bind(&socket)?;
        fs::set_permissions(&socket, Permissions::from_mode(0o600))?;
        Ok(listener)
    };
    let listener = bind().map_err(|source| BrokerError::Listen { path: socket.clone(), source })?;
    Ok((folder, socket, listener))
}

async fn accept(listener: UnixListener, session: Arc<Session>) {
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    // Ends with this task, and all connections with it.
    let mut connections = JoinSet::new();
    loop {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let session = Arc::clone(&session);
                connections.spawn(async move {
                    session.serve(stream).await;
                    drop(slot);
                });
            }
            // Too many open files, for example: not for long, it is hoped.
            Err(_) => sleep(Duration::from_millis(20)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

/// What all connections of a session share.
#[derive(Debug)]
struct Session {
    routes: Routes,
    upstream: Upstream,
    redactor: Redactor,
    meter: Arc<Meter>,
}

type Answer = Response<Either<Full<Bytes>, AnswerBody>>;

impl Session {
    fn new(config: &BrokerConfig) -> Result<Self, BrokerError> {
        Ok(Self {
            routes: Routes::new(&config.endpoints)?,
            upstream: upstream(config.ca_file.as_deref())?,
            redactor: Redactor::new(config.endpoints.iter().filter_map(|it| it.auth.secret()))?,
            meter: Arc::new(Meter::new(config.budgets)),
        })
    }

    /// Serves the one request of a connection.
    async fn serve(&self, mut stream: UnixStream) {
        let head = timeout(HEAD_TIME, read_head(&mut stream)).await.unwrap_or(Err(Refusal::Slow));
        let beginning = match head {
            Ok(Some(beginning)) => beginning,
            Ok(None) => return,
            Err(refusal) => {
                self.meter.refused(&refusal);
                return say(stream, &refusal).await;
            }
        };
        let answer = service_fn(async |request| Ok::<_, Infallible>(self.answer(request).await));
        let stream = TokioIo::new(Rewound { beginning, stream });
        // A client that goes away in between is no concern of anybody's.
        let mut server = http1::Builder::new();
        // The least that takes every head: the less is gathered before it is written, the sooner it arrives.
        server.keep_alive(false).max_buf_size(MAX_HEAD + 1024);
        let _ended = server.serve_connection(stream, answer).await;
    }

    async fn answer(&self, request: Request<Incoming>) -> Answer {
        self.forward(request).await.unwrap_or_else(|refusal| {
            self.meter.refused(&refusal);
            refusal.response().map(Either::Left)
        })
    }

    async fn forward(&self, request: Request<Incoming>) -> Result<Answer, Refusal> {
        let (from, body) = request.into_parts();
        let Found { destination, url, api } = self.routes.find(&from.method, &from.uri)?;
        self.meter.admit(body.size_hint().exact().unwrap_or(0)).map_err(Refusal::Budget)?;
        if headers::is_encoded(&from.headers) {
            return Err(Refusal::Content("it is compressed".into()));
        }
        let body = read_request(body, &self.meter).await?;
        let model = content::check(&body, api).map_err(Refusal::Content)?;
        if api.is_some() {
            destination.models().check(model.as_deref())?;
        }
        let exchange = api
            .filter(|api| api.asks_a_model())
            .map(|_| Exchange::new(Arc::clone(&self.meter), body.len() as u64));
        let (mut headers, n_dropped) = headers::of_request(&from.headers, api);
        self.meter.goes_on(model, n_dropped);
        if let Some((name, value)) = destination.auth() {
            headers.insert(name, value.clone());
        }
        let mut onward = Request::new(Full::new(body));
        *onward.method_mut() = from.method;
        *onward.uri_mut() = url;
        *onward.headers_mut() = headers;
        match self.upstream.request(onward).await {
            Ok(answer) => self.pass_on(answer, exchange),
            Err(error) => {
                exchange.into_iter().for_each(Exchange::forget);
                Err(self.unreachable(&error))
            }
        }
    }

    /// `exchange` is for the answer of a model.
    fn pass_on(&self, answer: Response<Incoming>, mut exchange: Option<Exchange>) -> Result<Answer, Refusal> {
        let (mut head, body) = answer.into_parts();
        if exchange.is_some() {
            self.meter.heard(head.status.as_u16(), headers::retry_after(&head.headers));
        }
        if !head.status.is_success() {
            exchange.take().into_iter().for_each(Exchange::forget);
        }
        if head.status == StatusCode::SWITCHING_PROTOCOLS {
            return Err(Refusal::Answer("it wants to go on in another protocol"));
        }
        if headers::is_encoded(&head.headers) {
            return Err(Refusal::Answer("it is compressed although that was not asked for"));
        }
        if let Some(exchange) = &mut exchange {
            exchange.answered(content_type(&head.headers));
        }
        let (kept, n_redacted) = headers::of_answer(&head.headers, &self.redactor);
        self.meter.redacted(n_redacted);
        head.headers = kept;
        head.extensions.clear();
        let body = AnswerBody::new(body, Arc::clone(&self.meter), self.redactor.stream(), exchange);
        Ok(Response::from_parts(head, Either::Right(body)))
    }

    fn unreachable(&self, error: &hyper_util::client::legacy::Error) -> Refusal {
        let first: &(dyn Error + 'static) = error;
        let causes = std::iter::successors(Some(first), |&error| error.source());
        let causes: Vec<String> = causes.map(ToString::to_string).collect();
        self.meter.failed(self.redactor.redact(&causes.join(": ")));
        let reason = if error.is_connect() { "it cannot be connected to" } else { "it went away" };
        Refusal::Unreachable { reason }
    }
}

fn content_type(headers: &hyper::HeaderMap) -> &str {
    headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Tells a client why it is refused. What it still sends is read for a moment: a connection that is closed
/// before is reset, and the answer lost.
async fn say(mut stream: UnixStream, refusal: &Refusal) {
    let _gone = say_and_linger(&mut stream, refusal).await;
}

async fn say_and_linger(stream: &mut UnixStream, refusal: &Refusal) -> io::Result<()> {
    stream.write_all(&refusal.on_the_wire()).await?;
    stream.shutdown().await?;
    let mut ignored = vec![0; 16 << 10];
    let drain = async { while matches!(stream.read(&mut ignored).await, Ok(1..)) {} };
    let _long_enough = timeout(LINGER_TIME, drain).await;
    Ok(())
}
