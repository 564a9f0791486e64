//! What the sandbox promises, tried on every backend that is there.
//!
//! Whatever is run inside must be harmless outside, too: a test that finds the sandbox broken runs its command
//! with nothing around it, perhaps as root. So no signals to whole groups of processes (`kill -1`), no changes to
//! files other than the test's own, and nothing that lives for long.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod broker;
mod build;
mod conversation;
mod host;
mod identity;
mod limits;
mod payload;
mod reach;
mod refusals;
mod support;
mod tree;
