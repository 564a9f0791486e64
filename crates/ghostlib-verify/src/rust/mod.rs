//! Rust libraries: fetching, building into drivers, and how their functions are called.

mod arguments;
mod binding;
mod build;
mod concrete;
mod coverage;
mod emit;
mod expand;
mod library;
mod manifest;
pub mod mutants;
mod operations;
mod outside;
pub mod own_tests;
pub mod perturb;
mod reference;
mod remembered;
mod runtime;
mod signature;
mod std_traits;
mod toolchain;
mod types_of;
mod vendor;

pub use crate::operation::{Offered, Uncallable};
pub use crate::reference::ReferenceError;
pub use binding::bound_operation;
pub use build::{Built, CompilerMessage, LeftOut, Subject, build};
pub use coverage::build_counting;
pub use emit::test_file;
pub use expand::{Features, expand};
pub use manifest::ManifestError;
pub use operations::offered;
pub use reference::{Reference, cached, fetch};
pub use toolchain::{Toolchain, ToolchainError};
pub use types_of::OwnType;
pub use vendor::{Vendored, fetch_dependencies};

use std::path::Path;

/// Names of the packages that a library's manifest asks for, dev-dependencies left out.
///
/// # Errors
/// If the manifest cannot be used.
pub fn dependencies(dir: &Path) -> Result<Vec<String>, ManifestError> {
    Ok(manifest::Manifest::read(dir)?.dependencies)
}
