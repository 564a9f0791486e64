//! A server on loopback that speaks as models do, and says what a [`Script`] says.
//!
//! It speaks OpenAI's Responses and Chat Completions and Anthropic's Messages, streamed and in one piece. The script is
//! the same for every client: the server looks among the tools that a request offers for the one that does what the script
//! wants. Requests without tools, such as those for a title, get a harmless answer.

mod answer;
mod asked;
mod call;
mod chat;
mod frame;
mod messages;
mod pieces;
mod responses;
mod script;
mod serve;

pub use asked::Asked;
pub use script::{Extent, Malformed, Script, ScriptError, Step, Usage};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serve::Model;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

/// The server. Dropping it ends it with all its connections.
pub struct ModelServer {
    address: SocketAddr,
    model: Arc<Model>,
    listening: JoinHandle<()>,
}

impl ModelServer {
    /// Begins to listen on loopback, at a port of its own choice. To be called within a tokio runtime.
    ///
    /// # Errors
    /// If no socket can be had.
    pub async fn start(script: Script) -> io::Result<Self> {
        Self::start_at(script, 0).await
    }

    /// The same as [`Self::start`] with several scripts, each with a text: the first whose text is in a conversation is played in it.
    ///
    /// # Errors
    /// If no socket can be had.
    pub async fn start_by_text(scripts: Vec<(String, Script)>) -> io::Result<Self> {
        Self::listen(scripts, 0).await
    }

    /// The same as [`Self::start`] at this port.
    ///
    /// # Errors
    /// If the port is taken.
    pub async fn start_at(script: Script, port: u16) -> io::Result<Self> {
        Self::listen(vec![(String::new(), script)], port).await
    }

    async fn listen(scripts: Vec<(String, Script)>, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let address = listener.local_addr()?;
        let model = Arc::new(Model::new(scripts));
        let listening = tokio::spawn(accept(listener, Arc::clone(&model)));
        Ok(Self { address, model, listening })
    }

    /// Where it is, without a path: `http://127.0.0.1:PORT`. OpenAI's clients want `/v1` behind it.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far, in order.
    pub fn asked(&self) -> Vec<Asked> {
        self.model.asked()
    }
}

impl Drop for ModelServer {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn accept(listener: TcpListener, model: Arc<Model>) {
    // Ends with this task, and all connections with it.
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        // Or each small event would wait for the one before it to be acknowledged.
        let _as_it_is = stream.set_nodelay(true);
        let model = Arc::clone(&model);
        connections.spawn(async move {
            let reply = service_fn(|request| model.reply(request));
            // A client that goes away in between is none of a model's concern.
            let _ended = http1::Builder::new().serve_connection(TokioIo::new(stream), reply).await;
        });
        while connections.try_join_next().is_some() {}
    }
}
