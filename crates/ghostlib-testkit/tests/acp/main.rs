//! Agents that speak the Agent Client Protocol, in the sandbox.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod clients;
mod protocol;
mod stage;
