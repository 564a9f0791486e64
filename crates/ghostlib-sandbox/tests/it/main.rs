//! What the sandbox promises, tried on every backend that is there.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod build;
mod conversation;
mod host;
mod limits;
mod payload;
mod reach;
mod refusals;
mod support;
mod tree;
