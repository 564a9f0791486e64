//! Drivers in the sandbox.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod counting;
mod mutants;
mod protocol;
mod python;
mod support;
