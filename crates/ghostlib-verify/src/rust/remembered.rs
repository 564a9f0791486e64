//! What was built before, and from what: a driver whose parts are the same is not built again.

use super::build::{LeftOut, Subject};
use super::toolchain::Toolchain;
use crate::VerifyError;
use ghostlib_model::{Sha256Hex, sha256_of_files};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;
use walkdir::WalkDir;

/// The record of a build, in the folder of its executable, to which no sandbox writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Remembered {
    /// Over everything that the executable was built from.
    key: Sha256Hex,
    /// The operations that it has.
    pub(super) operations: Vec<String>,
    /// Those that do not compile.
    pub(super) left_out: Vec<LeftOut>,
}

const FILE: &str = "built.json";

/// A hash over everything that a driver is built from: its own source, the library's, the toolchain, and how both are
/// compiled. Folders that a build reads besides are known by their paths: what is in them never changes.
pub(super) fn key(
    toolchain: &Toolchain,
    subject: &Subject<'_>,
    driver: &[(String, String)],
    how: &str,
) -> Sha256Hex {
    let mut parts: Vec<(String, Vec<u8>)> = vec![
        ("toolchain".into(), format!("{} {}", toolchain.sysroot.display(), toolchain.version).into_bytes()),
        ("settings".into(), subject.cargo_config.as_bytes().to_vec()),
        ("how".into(), how.as_bytes().to_vec()),
        ("read".into(), format!("{:?}", subject.read).into_bytes()),
    ];
    parts.extend(driver.iter().map(|(path, text)| (format!("driver/{path}"), text.as_bytes().to_vec())));
    for entry in WalkDir::new(subject.dir).sort_by_file_name().into_iter().flatten() {
        let path = entry.path();
        let content = if entry.file_type().is_file() { fs::read(path).ok() } else { None };
        let link = fs::read_link(path).map(|to| to.into_os_string().into_encoded_bytes());
        parts.push((format!("library/{}", path.display()), content.or(link.ok()).unwrap_or_default()));
    }
    sha256_of_files(parts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())))
}

impl Remembered {
    /// What a build with this key left in a folder, if it was the last one there.
    pub(super) fn find(bin: &Path, key: &Sha256Hex) -> Option<Self> {
        let text = fs::read(bin.join(FILE)).ok()?;
        serde_json::from_slice(&text).ok().filter(|found: &Self| found.key == *key)
    }

    /// Forgets what was built in a folder, before its executable is another one.
    pub(super) fn forget(bin: &Path) {
        let _there_was_none = fs::remove_file(bin.join(FILE));
    }

    /// Remembers that the executable in a folder has been built.
    pub(super) fn keep(
        bin: &Path,
        key: Sha256Hex,
        operations: &[String],
        left_out: &[LeftOut],
    ) -> Result<(), VerifyError> {
        let this = Self { key, operations: operations.to_vec(), left_out: left_out.to_vec() };
        let path = bin.join(FILE);
        let text = serde_json::to_vec(&this).unwrap_or_default();
        fs::write(&path, text).map_err(VerifyError::at(&path))
    }
}
