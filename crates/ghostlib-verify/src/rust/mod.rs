//! Rust libraries: fetching, building into drivers, and how their functions are called.

mod binding;
mod build;
mod expand;
mod manifest;
mod reference;
mod toolchain;
mod types;
mod vendor;

pub use binding::{infer_binding, operation};
pub use build::{Built, CompilerMessage, LeftOut, Subject, build};
pub use expand::{Features, expand};
pub use manifest::ManifestError;
pub use crate::reference::ReferenceError;
pub use reference::{Reference, fetch};
pub use toolchain::{Toolchain, ToolchainError};
pub use vendor::{Vendored, fetch_dependencies};

use std::path::Path;

/// Names of the packages that a library's manifest asks for, dev-dependencies left out.
///
/// # Errors
/// If the manifest cannot be used.
pub fn dependencies(dir: &Path) -> Result<Vec<String>, ManifestError> {
    Ok(manifest::Manifest::read(dir)?.dependencies)
}
