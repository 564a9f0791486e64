//! Agents that speak the Agent Client Protocol (<https://agentclientprotocol.com>), version 1, over their standard streams.
//!
//! ghostlib is the client: it opens one session in the workspace, gives the task as the one prompt, and hears updates
//! until the turn is over. It offers neither files nor a terminal, so the agent works by itself, in the sandbox.

mod connection;
mod ends;
mod permission;
mod setup;
mod talk;
mod tools;
mod updates;

pub use setup::AcpSetup;

use crate::Assignment;
use crate::program::{Conversation, Dialect, Place, Start, Streams};
use std::path::Path;
use talk::Talk;

/// Any agent that speaks the Agent Client Protocol.
#[derive(Clone, Debug)]
pub struct Acp {
    /// How it names itself.
    pub name: String,
    /// Its arguments, in which `{model_url}` stands for the address of its model.
    pub args: Vec<String>,
    /// How it is led to its model.
    pub setup: AcpSetup,
}

impl Dialect for Acp {
    fn mount(&self) -> &'static str {
        self.setup.mount()
    }

    fn models(&self, configured: &str) -> Vec<String> {
        self.setup.models(configured)
    }

    fn name(&self, _program: &Path) -> String {
        self.name.clone()
    }

    fn start(&self, place: &Place<'_>) -> Start {
        let url = place.model.map(|(_, url)| format!("{url}{}", self.mount())).unwrap_or_default();
        let args = self.args.iter().map(|arg| arg.replace("{model_url}", &url)).collect();
        Start { args, ..self.setup.start(place) }
    }

    fn converse(&self, assignment: &Assignment, streams: Streams) -> Box<dyn Conversation> {
        Box::new(Talk::start(assignment, streams))
    }
}
