//! Python libraries: fetching, their operations, and driving them.

mod annotation;
mod binding;
mod build;
mod conversion;
mod emit;
mod interpreter;
mod metadata;
mod operations;
mod packages;
mod reference;

pub use crate::operation::Offered;
pub use binding::bound_operation;
pub use build::{Built, Subject, build};
pub use emit::test_file;
pub use interpreter::{Interpreter, InterpreterError};
pub use operations::offered;
pub use packages::{fetch_packages, requirements};
pub use reference::{Reference, fetch};

use ghostlib_model::ReferenceSource;
use std::path::Path;

/// The name and the version of a project, as far as its source tree or where it came from tells.
pub(crate) fn name_and_version(dir: &Path, source: &ReferenceSource) -> (String, String) {
    match (source, metadata::Metadata::read(dir)) {
        (ReferenceSource::PyPi { name, version }, _) => (name.clone(), version.clone()),
        (_, Some(metadata)) => (metadata.name, metadata.version),
        (_, None) => (String::new(), "0".to_owned()),
    }
}
