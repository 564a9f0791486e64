//! Packages that a library may import beside its own.

use super::interpreter::Interpreter;
use super::metadata::Metadata;
use super::reference::{last_error, pip};
use crate::reference::{ReferenceError, once, run_tool};
use ghostlib_model::Sha256Hex;
use std::path::{Path, PathBuf};

/// What a project says that it depends on, as pip reads it: `wcwidth>=0.2; python_version >= "3.9"`. Nothing, if the
/// project does not tell it without being built.
pub fn requirements(dir: &Path) -> Vec<String> {
    Metadata::read(dir).map(|metadata| metadata.requires).unwrap_or_default()
}

/// Fetches packages with all that they depend on, or finds them in `cache`: the folder that they are imported from.
/// Nothing, if there are no requirements. They come as wheels, so that nothing of theirs runs.
///
/// # Errors
/// If one does not exist, has no wheel, or cannot be fetched.
pub async fn fetch_packages(
    requirements: &[String],
    cache: &Path,
    interpreter: &Interpreter,
) -> Result<Option<PathBuf>, ReferenceError> {
    if requirements.is_empty() {
        return Ok(None);
    }
    let whose = format!("the allowed packages {}", requirements.join(", "));
    let all = requirements.iter().map(String::as_str).chain([interpreter.version.as_str()]);
    let root = cache.join(format!("python-packages-{}", Sha256Hex::of_parts(all).short()));
    once(&root, async |partial| {
        let command = pip(interpreter)
            .args(["install", "--quiet", "--no-compile", "--only-binary", ":all:", "--target"])
            .arg(partial)
            .arg("--")
            .args(requirements);
        let finished = run_tool("pip", &whose, &command, partial).await?;
        if finished.end.is_success() {
            return Ok(());
        }
        let said = last_error(&String::from_utf8_lossy(&finished.stderr));
        Err(ReferenceError::Fetch { reference: whose.clone(), said })
    })
    .await?;
    Ok(Some(root))
}
