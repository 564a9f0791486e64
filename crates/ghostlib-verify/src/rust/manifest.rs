use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use toml::Table;

/// What is read of a `Cargo.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) package: String,
    pub(crate) version: String,
    pub(crate) edition: String,
    /// The file of the library's root module, relative to the manifest.
    pub(crate) root: PathBuf,
    /// Names of the packages that it depends on, for building or running.
    pub(crate) dependencies: Vec<String>,
}

/// Why a `Cargo.toml` cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It cannot be read.
    #[error("{}: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no TOML.
    #[error("{}: {reason}", .path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// It has no `[package]` with a name.
    #[error("{}: it has no [package] with a name", .0.display())]
    NoPackage(PathBuf),
}

impl Manifest {
    /// Reads `Cargo.toml` in `dir`.
    pub(crate) fn read(dir: &Path) -> Result<Self, ManifestError> {
        let path = dir.join("Cargo.toml");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(source) => return Err(ManifestError::Unreadable { path, source }),
        };
        let table: Table = match text.parse() {
            Ok(table) => table,
            Err(error) => return Err(ManifestError::Broken { path, reason: error.to_string() }),
        };
        let in_package = |key: &str| Some(table.get("package")?.get(key)?.as_str()?.to_owned());
        let Some(package) = in_package("name") else { return Err(ManifestError::NoPackage(path)) };
        let version = in_package("version").unwrap_or_else(|| "0.0.0".into());
        let edition = in_package("edition").unwrap_or_else(|| "2015".into());
        let root = table.get("lib").and_then(|lib| lib.get("path")?.as_str()).unwrap_or("src/lib.rs").into();
        Ok(Self { package, version, edition, root, dependencies: dependencies(&table) })
    }
}

/// Dependencies of every table that takes part in a build, also those of one target. Optional ones do not, as long as the
/// default features leave them off.
fn dependencies(table: &Table) -> Vec<String> {
    let on = switched_on(table);
    let is_on = |(key, value): &(&String, &toml::Value)| {
        value.get("optional").and_then(toml::Value::as_bool) != Some(true) || on.contains(key.as_str())
    };
    let targets = table.get("target").and_then(toml::Value::as_table);
    let targets = targets.into_iter().flat_map(Table::values).filter_map(toml::Value::as_table);
    let mut names: Vec<_> = std::iter::once(table)
        .chain(targets)
        .flat_map(|table| ["dependencies", "build-dependencies"].map(|key| table.get(key)))
        .filter_map(|section| section?.as_table())
        .flat_map(|section| section.iter().filter(is_on).map(package_name))
        .collect();
    names.sort();
    names.dedup();
    names
}

/// What the default features name, and what those name in turn: features and dependencies alike.
fn switched_on(table: &Table) -> BTreeSet<&str> {
    let features = table.get("features").and_then(toml::Value::as_table);
    let mut on = BTreeSet::new();
    let mut left = vec!["default"];
    while let Some(name) = left.pop() {
        // `dep:x`, `x/feature`; with `x?/feature` it stays off.
        let name = name.strip_prefix("dep:").unwrap_or(name);
        let name = name.split_once('/').map_or(name, |(name, _)| name);
        if on.insert(name) {
            let named = features.and_then(|all| all.get(name)?.as_array());
            left.extend(named.into_iter().flatten().filter_map(toml::Value::as_str));
        }
    }
    on
}

fn package_name((key, value): (&String, &toml::Value)) -> String {
    value.get("package").and_then(toml::Value::as_str).unwrap_or(key).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renamed_and_target_dependencies_are_seen_and_dev_dependencies_are_not() {
        let table: Table = "[dependencies]\na = \"1\"\nb = { package = \"real\", version = \"1\" }\n\
            [dev-dependencies]\nd = \"1\"\n[target.'cfg(unix)'.build-dependencies]\nc = \"1\"\n"
            .parse()
            .unwrap();
        assert_eq!(dependencies(&table), ["a", "c", "real"]);
    }

    #[test]
    fn an_optional_dependency_counts_if_the_default_features_switch_it_on() {
        let table: Table = "[dependencies]\na = {version = \"1\", optional = true}\n\
            b = {version = \"1\", optional = true}\nc = {version = \"1\", optional = true}\n\
            d = {version = \"1\", optional = true}\n\
            [features]\ndefault = [\"inner\", \"c?/x\"]\ninner = [\"dep:a\", \"d/x\"]\nother = [\"dep:b\"]\n"
            .parse()
            .unwrap();
        assert_eq!(dependencies(&table), ["a", "d"]);
    }
}
