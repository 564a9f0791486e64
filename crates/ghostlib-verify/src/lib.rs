//! Runs things: builds reference and candidate into drivers, sends them calls, and compares what they answer.
//!
//! A driver is a process of its own, in the sandbox, that reads calls and writes answers, one JSON line each.
//! Reference and candidate never share a process, so that two crates of one name, a panic, a crash and a hang
//! are all the same to the judge: it compares answers. Vectors and generated inputs take the same way.
//!
//! # The protocol of a driver
//!
//! The driver reads lines from its standard input. The first is a nonce. Each further line is a call:
//!
//! ```json
//! {"operation":"split","input":{"line":"a 'b c'"}}
//! ```
//!
//! For each call, in order, it writes one line that begins with the nonce and a space, and goes on with an
//! [`Answer`](ghostlib_model::Answer):
//!
//! ```json
//! {"ok":["a","b c"]}
//! {"error":"missing closing quote"}
//! {"panic":"index out of bounds"}
//! {"not-run":"this driver does not have the operation"}
//! ```
//!
//! Other output is the library's own and is passed over. A driver that ends or falls silent costs the call that
//! it was working on; the judge starts it again for the rest.

mod behaviour;
mod inputs;
mod operation;
pub mod rust;
mod session;
mod vectors;

pub use behaviour::{Difference, Differential, Tried, examples, try_operation};
pub use inputs::Shape;
pub use operation::{BindingError, Operation, OperationParam};
pub use session::{CallLimits, Driver};
pub use vectors::{plain, run_vectors, vector_holds};

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
}

impl VerifyError {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}
