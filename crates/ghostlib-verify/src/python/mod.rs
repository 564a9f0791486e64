//! Python libraries: fetching, their operations, and driving them.

mod annotation;
mod binding;
mod build;
mod conversion;
mod interpreter;
mod metadata;
mod operations;
mod packages;
mod reference;

pub use binding::bound_operation;
pub use build::{Built, Subject, build};
pub use interpreter::{Interpreter, InterpreterError};
pub use operations::{Offered, offered};
pub use packages::{fetch_packages, requirements};
pub use reference::{Reference, fetch};
