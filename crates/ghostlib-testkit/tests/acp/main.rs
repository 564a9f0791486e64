//! Agents that speak the Agent Client Protocol, in the sandbox.

mod clients;
mod protocol;
mod stage;
