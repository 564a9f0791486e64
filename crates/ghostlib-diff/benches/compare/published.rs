//! Published crates, fetched by cargo.

use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

/// A crate and where its source is.
#[derive(Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// Nothing for a crate of the Cargo workspace itself.
    source: Option<String>,
    manifest_path: PathBuf,
}

impl Package {
    pub(crate) fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap()
    }
}

/// The published crates that the lock file beside a manifest names, or, without one, that the newest versions of its
/// dependencies need.
pub(crate) fn packages(manifest: &Path) -> Vec<Package> {
    #[expect(clippy::disallowed_methods, reason = "cargo fetches what is measured")]
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--format-version=1", "--manifest-path"]).arg(manifest);
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Metadata = serde_json::from_slice(&output.stdout).unwrap();
    metadata.packages.into_iter().filter(|package| package.source.is_some()).collect()
}
