//! Published crates, fetched by cargo and kept as source trees in a cache folder.

use ghostlib_diff::{ReadError, SourceTree};
use serde::Deserialize;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr;

/// One version of a published crate: `hex 0.4.3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Published {
    pub(crate) name: String,
    pub(crate) version: String,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("`{0}` is no name and version")]
    Line(String),
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{0}: cargo does not find it:\n{1}")]
    Cargo(String, String),
    #[error("{0}: what cargo says of it cannot be read: {1}")]
    Metadata(String, serde_json::Error),
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl fmt::Display for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

impl FromStr for Published {
    type Err = FetchError;

    fn from_str(line: &str) -> Result<Self, FetchError> {
        let (name, version) =
            line.trim().split_once(' ').ok_or_else(|| FetchError::Line(line.trim().to_owned()))?;
        Ok(Self { name: name.to_owned(), version: version.trim().to_owned() })
    }
}

/// Reads one crate a line; empty lines and those that start with `#` say nothing.
pub(crate) fn list(text: &str) -> Result<Vec<Published>, FetchError> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(str::parse).collect()
}

/// The crates that `file` lists, or `default` where there is no file.
pub(crate) fn listed(file: Option<&Path>, default: &str) -> Result<Vec<Published>, FetchError> {
    match file {
        None => list(default),
        Some(path) => {
            let text = fs::read_to_string(path).map_err(|source| io(path, source))?;
            list(&text)
        }
    }
}

/// The sources of a crate. What is not in `cache` yet is fetched by cargo.
pub(crate) fn fetch(published: &Published, cache: &Path) -> Result<SourceTree, FetchError> {
    let folder = cache.join(format!("{}-{}", published.name, published.version));
    if !folder.is_dir() {
        let tree = SourceTree::read(&unpacked(published, cache)?)?;
        // Renamed when it is whole, so that an interruption leaves no half of it.
        let partial = folder.with_extension("partial");
        write(&tree, &partial)?;
        fs::rename(&partial, &folder).map_err(|source| io(&folder, source))?;
    }
    Ok(SourceTree::read(&folder)?)
}

/// Writes the files of a tree below `folder`.
pub(crate) fn write(tree: &SourceTree, folder: &Path) -> Result<(), FetchError> {
    for file in &tree.files {
        let path = folder.join(&file.path);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(|source| io(parent, source))?;
        fs::write(&path, &file.text).map_err(|source| io(&path, source))?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    manifest_path: PathBuf,
}

/// The folder into which cargo unpacks a crate, asked for as the dependency of an empty one.
pub(crate) fn unpacked(published: &Published, cache: &Path) -> Result<PathBuf, FetchError> {
    let probe = cache.join("probe").join(format!("{}-{}", published.name, published.version));
    let manifest = format!(
        "[package]\nname = \"probe\"\nedition = \"2021\"\n[lib]\npath = \"lib.rs\"\n[workspace]\n\
         [dependencies]\n{} = \"={}\"\n",
        published.name, published.version
    );
    fs::create_dir_all(&probe).map_err(|source| io(&probe, source))?;
    for (name, text) in [("Cargo.toml", manifest.as_str()), ("lib.rs", "")] {
        fs::write(probe.join(name), text).map_err(|source| io(&probe, source))?;
    }
    let metadata: Metadata = serde_json::from_slice(&cargo_metadata(published, &probe)?)
        .map_err(|error| FetchError::Metadata(published.to_string(), error))?;
    let mut packages = metadata.packages.into_iter();
    let package =
        packages.find(|package| package.name == published.name && package.version == published.version);
    let manifest_path = package.map(|package| package.manifest_path);
    let folder = manifest_path.as_deref().and_then(Path::parent).map(Path::to_path_buf);
    folder.ok_or_else(|| FetchError::Cargo(published.to_string(), "it is not among its packages".to_owned()))
}

fn cargo_metadata(published: &Published, probe: &Path) -> Result<Vec<u8>, FetchError> {
    #[expect(clippy::disallowed_methods, reason = "cargo fetches what is measured; nothing is built or run")]
    let mut command = Command::new("cargo");
    let output = command
        .args(["metadata", "--format-version", "1", "--quiet"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(probe)
        .stdin(Stdio::null())
        .output()
        .map_err(|source| io(probe, source))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(FetchError::Cargo(published.to_string(), said))
}

fn io(path: &Path, source: std::io::Error) -> FetchError {
    FetchError::Io { path: path.into(), source }
}

/// A crate below `fixtures/`, whose manifest goes by another name there.
#[cfg(test)]
pub(crate) fn fixture_tree(path: &str) -> SourceTree {
    let folder = ghostlib_testkit::fixture(path);
    let mut tree = SourceTree::read(&folder).unwrap();
    let manifest = fs::read_to_string(folder.join("Cargo_fixture.toml")).unwrap();
    tree.files.insert(0, ghostlib_diff::SourceFile::new("Cargo.toml", manifest));
    tree
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_a_crate_a_line() {
        let crates = list("# fixtures\n\nhex 0.4.3\n semver  1.0.28 \n").unwrap();
        assert_eq!(
            crates.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["hex 0.4.3", "semver 1.0.28"]
        );
        assert_eq!(list("hex").unwrap_err().to_string(), "`hex` is no name and version");
    }
}
