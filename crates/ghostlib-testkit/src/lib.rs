//! Development only: temporary projects in which integration tests run the real `ghostlib`.
//!
//! Commands are processes, agents are programs, sandboxes are the real ones; only models are scripted
//! ([`model_server`]). What
//! differs from run to run (folders, times) is redacted in one place, [`Ran::redacted`].

#![expect(clippy::missing_panics_doc, reason = "a test that cannot go on panics")]

pub mod model_server;
mod process;
mod project;

pub use process::{Ran, Started, Talk};
pub use project::{TestProject, fixture};
