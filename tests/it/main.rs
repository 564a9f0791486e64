//! The integration tests: the real program in temporary projects, a module a subcommand or a concern.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod ablate;
mod agents;
mod attempts;
mod bad_input;
mod behaviour;
mod candidates;
mod carrying;
mod clients;
mod comparing;
mod config;
mod demo;
mod diff;
mod distil;
mod eval;
mod fmt;
mod hostile;
mod interruption;
mod json_schema;
mod leaks;
mod lint;
mod mcp;
mod openai;
mod perturb;
mod power;
mod reading;
mod recordings;
mod reviewing;
mod run;
mod runs;
mod sandbox;
mod schemas;
mod shrink;
mod slicing;
mod small_commands;
mod spec_diff;
mod strength;
mod support;
mod task;
mod telling;
mod upstream;
mod vectors;
mod waiving;
mod watching;
