//! The integration tests: the real program in temporary projects, a module a subcommand or a concern.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod bad_input;
mod candidates;
mod demo;
mod hostile;
mod interruption;
mod run;
mod small_commands;
mod support;
