//! The agent `openai` against a scripted model, over both of OpenAI's APIs, with its commands in a real sandbox.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod behaviour;
mod budgets;
mod faults;
mod reach;
mod situations;
mod stage;
