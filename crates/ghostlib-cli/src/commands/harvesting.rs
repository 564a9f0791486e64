//! Differences that become vectors: `--harvest FILE`.

use crate::console::{counted, warn};
use crate::error::CliError;
use ghostlib_model::{Answer, Call, Vector};
use ghostlib_run::revision::harvest;
use ghostlib_run::store::write_file;
use ghostlib_run::{LoadedSpec, SpecError};
use ghostlib_spec::SourceFile;
use serde_json::{Value, json};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// Adds what the reference answered to a vector file, which is made if it is missing, and says so on standard error.
/// What the spec has vectors for is not written. Gives what a command tells machines.
pub(in crate::commands) fn harvest_into<'a>(
    path: &Path,
    spec: Option<&LoadedSpec>,
    found: impl IntoIterator<Item = (&'a [Call], &'a Answer)>,
) -> Result<Value, CliError> {
    let file = read(path)?;
    let known: &[Vector] = spec.map_or(&[], |loaded| &loaded.spec.vectors);
    let dir = path.parent().unwrap_or(path);
    let harvest =
        harvest(known, &file, found).map_err(|errors| SpecError::Broken { dir: dir.to_owned(), errors })?;
    if harvest.file != file {
        write_file(path, &harvest.file.bytes)
            .map_err(|error| CliError::environment(format!("{}: {error}", path.display())))?;
    }
    warn(format!("{} written to {}", counted(harvest.added.len(), "new vector"), path.display()));
    if harvest.n_left_out > 0 {
        let calls = counted(harvest.n_left_out, "call");
        warn(format!("{calls} left out: the reference did not return, and no vector says that"));
    }
    Ok(json!({ "file": path, "added": harvest.added, "left_out": harvest.n_left_out }))
}

fn read(path: &Path) -> Result<SourceFile, CliError> {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    match fs::read(path) {
        Ok(bytes) => Ok(SourceFile::new(name, bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(SourceFile::new(name, "")),
        Err(error) => Err(CliError::input(format!("{}: {error}", path.display()))),
    }
}
