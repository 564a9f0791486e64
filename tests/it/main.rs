//! The integration tests, a module a subcommand.
