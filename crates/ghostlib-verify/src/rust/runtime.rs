//! The part of drivers that is the same for all of them, compiled once for a toolchain.

use super::build::{Subject, build_policy};
use super::toolchain::Toolchain;
use crate::VerifyError;
use ghostlib_model::sha256_of_files;
use ghostlib_sandbox::{CommandLine, Sandbox};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

const SOURCES: [(&str, &str); 7] = [
    ("lib.rs", include_str!("templates/runtime/lib.rs")),
    ("counters.rs", include_str!("templates/runtime/counters.rs")),
    ("effects.rs", include_str!("templates/runtime/effects.rs")),
    ("json.rs", include_str!("templates/runtime/json.rs")),
    ("serve.rs", include_str!("templates/runtime/serve.rs")),
    ("surroundings.rs", include_str!("templates/runtime/surroundings.rs")),
    ("values.rs", include_str!("templates/runtime/values.rs")),
];

const LIBRARY: &str = "libghostlib_runtime.rlib";

/// The compiled runtime, one that counts or one that does not: as it was compiled before, or compiled now.
pub(super) async fn runtime(
    sandbox: &Sandbox,
    toolchain: &Toolchain,
    subject: &Subject<'_>,
    counts: bool,
) -> Result<PathBuf, VerifyError> {
    let folder = toolchain.shared().unwrap_or(subject.scratch).join("runtime");
    let sysroot = toolchain.sysroot.to_string_lossy();
    let kind = if counts { "counters" } else { "plain" };
    let parts = [("kind", kind), ("sysroot", &sysroot), ("version", &toolchain.version)];
    let hash = sha256_of_files(SOURCES.into_iter().chain(parts).map(|(name, text)| (name, text.as_bytes())));
    let place = folder.join(hash.short());
    if !place.join(LIBRARY).is_file() {
        compile(sandbox, toolchain, subject, counts, &place).await?;
    }
    Ok(place.join(LIBRARY))
}

/// Compiles beside the place, and puts it there whole: others may compile the same at the same time.
async fn compile(
    sandbox: &Sandbox,
    toolchain: &Toolchain,
    subject: &Subject<'_>,
    counts: bool,
    place: &Path,
) -> Result<(), VerifyError> {
    let folder = place.parent().unwrap_or(place);
    fs::create_dir_all(folder).map_err(VerifyError::at(folder))?;
    let readable = fs::Permissions::from_mode(0o755);
    let partial =
        tempfile::Builder::new().permissions(readable).tempdir_in(folder).map_err(VerifyError::at(folder))?;
    let dir = partial.path();
    for (name, text) in SOURCES {
        let path = dir.join(name);
        fs::write(&path, text).map_err(VerifyError::at(&path))?;
    }
    let feature = ["--cfg", "feature=\"counters\""];
    let command = CommandLine::new(toolchain.bin().join("rustc"))
        .args(["lib.rs", "--crate-name=ghostlib_runtime", "--crate-type=rlib", "--edition=2021", "-O"])
        .args(["-o", LIBRARY])
        .args(feature.into_iter().filter(|_| counts));
    let policy = build_policy(toolchain, dir, vec![dir.to_owned()], subject.wall);
    let finished = sandbox.run(&policy, &command, Vec::new()).await?;
    if !finished.end.is_success() {
        let said = String::from_utf8_lossy(&finished.stderr).trim().to_owned();
        return Err(VerifyError::Runtime(format!("{}: {said}", finished.end)));
    }
    match fs::rename(dir, place) {
        Err(_) if place.join(LIBRARY).is_file() => Ok(()),
        renamed => renamed.map_err(VerifyError::at(place)),
    }
}
