//! An agent without a program: a small loop that lets a model work with a few tools, over any endpoint that speaks as
//! OpenAI's do. A local model server suffices.
//!
//! The loop is ghostlib's own and runs outside of the sandbox. What the model has run, runs inside, without any network;
//! files are reached through [`Workspace`](crate::Workspace), which nothing leads out of. Requests go through the broker,
//! which has the key, counts, and ends the session at its budgets.

mod chat;
mod client;
mod context;
mod conversation;
mod error;
mod events;
mod responses;
mod session;
mod tools;
mod turn;
mod vigil;

use crate::trajectory::Watcher;
use crate::{Agent, Assignment, Checks, ModelAccess, SessionFuture, Workbench};
use ghostlib_model::AgentStamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A model with a few tools.
pub struct OpenAiAgent {
    /// How the endpoint is spoken to.
    pub api: Api,
    /// The model. Without a name, it is the first one that the endpoint lists.
    pub model: ModelAccess,
    /// How many tokens the model takes at once, its answer included. Outputs of tools are dropped, the oldest first, to
    /// stay below.
    pub window: u64,
    /// What tells the model how far it is; without it, it has no tool `check`.
    pub checks: Option<Arc<dyn Checks>>,
    /// Where its commands run.
    pub workbench: Workbench,
}

impl OpenAiAgent {
    /// Tokens that a model takes at once, where nothing else is known: few enough for most that can use tools.
    pub const USUAL_WINDOW: u64 = 32_768;
}

/// Which of OpenAI's two APIs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Api {
    /// `POST /responses` (<https://platform.openai.com/docs/api-reference/responses>).
    Responses,
    /// `POST /chat/completions` (<https://platform.openai.com/docs/api-reference/chat>), which nearly every server has.
    #[default]
    Chat,
}

impl Agent for OpenAiAgent {
    fn stamp(&self) -> AgentStamp {
        self.model.stamp("openai")
    }

    fn work<'a>(&'a self, assignment: &'a Assignment, watcher: &'a Watcher<'a>) -> SessionFuture<'a> {
        Box::pin(self.run(assignment, watcher))
    }
}
