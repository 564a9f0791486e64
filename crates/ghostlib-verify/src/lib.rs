//! Runs things: builds reference and candidate into drivers, sends them calls, and compares what they answer.
//!
//! A driver is a process of its own, in the sandbox, that reads calls and writes answers, one JSON line each.
//! Reference and candidate never share a process, so that two crates of one name, a panic, a crash and a hang
//! are all the same to the judge: it compares answers. Vectors and generated inputs take the same way.
//!
//! The protocol is a page of the book, `docs/src/protocol.md`.

mod behaviour;
mod canaries;
pub mod conformance;
mod coverage;
mod emit;
mod generate;
mod library;
mod operation;
pub mod python;
mod reference;
pub mod rust;
mod session;
mod shape;
mod template;
mod vectors;

pub use behaviour::{
    Asked, Caught, Convergence, Difference, Differential, Differing, Disagreement, Observation, Observed,
    Seeds, Toll, Trial, Tried, caught, converge, differences, examples, observe, reproduced, toll,
    try_operations,
};
pub use coverage::{CoverageMap, Reached};
pub use emit::{NotWritten, Suite, TestFile};
pub use library::{Library, Needs, Site, Tools, ToolsError};
pub use operation::{
    Access, BindingError, Offered, Operation, OperationParam, Presence, TypeName, Uncallable,
};
pub use reference::{ReferenceError, identity, offline};
pub use session::{CallLimits, Counting, Driver, Patience};
pub use shape::Shape;
pub use vectors::{last_answers, plain, run_vectors, vector_holds};

use std::io;
use std::path::{Path, PathBuf};

/// Why the judge itself could not work. What a library does wrong is never an error of this kind.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A file of the judge's own.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The sandbox failed.
    #[error(transparent)]
    Sandbox(#[from] ghostlib_sandbox::SandboxError),
    /// A template of a driver does not expand.
    #[error("a driver's template does not expand: {0}")]
    Template(String),
    /// The part of drivers that is the same for all does not compile.
    #[error("the runtime of drivers does not compile: {0}")]
    Runtime(String),
}

impl VerifyError {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}
