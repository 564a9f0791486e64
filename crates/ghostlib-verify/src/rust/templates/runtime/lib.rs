//! The part of a Rust driver that knows nothing of values: it reads sequences, makes their calls, and writes answers, one
//! JSON line each. It uses the standard library alone, so that it builds offline and shares nothing with the library
//! under test.

mod counters;
mod effects;
mod json;
mod serve;
mod surroundings;
mod values;

pub use json::{field, quote, Json};
pub use serve::{serve, Operation, Reply};
pub use values::{Kept, Values};
