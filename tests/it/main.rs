//! The integration tests: the real program in temporary projects, a module a subcommand or a concern.

mod bad_input;
mod candidates;
mod demo;
mod interruption;
mod run;
mod small_commands;
mod support;
