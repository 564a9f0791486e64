//! What a `Cargo.toml` says about a crate's library.

use crate::{ExtractError, FeatureSet, SourceTree};
use std::collections::BTreeSet;
use toml::{Table, Value};

/// The library of a package.
#[derive(Debug)]
pub(super) struct Manifest {
    pub(super) crate_name: String,
    /// The root file, relative to the manifest.
    pub(super) lib_path: String,
    /// Whether the paths of imports start at the crate's root, as before the 2018 edition.
    pub(super) imports_start_at_root: bool,
    table: Table,
}

impl Manifest {
    pub(super) fn read(tree: &SourceTree) -> Result<Self, ExtractError> {
        let index = tree.find("Cargo.toml").ok_or(ExtractError::NoManifest)?;
        let table: Table = toml::from_str(&tree.files[index].text)?;
        let package = table
            .get("package")
            .or_else(|| table.get("project"))
            .and_then(Value::as_table)
            .ok_or(ExtractError::NoPackage)?;
        let lib = |key| table.get("lib").and_then(|lib| lib.get(key)).and_then(Value::as_str);
        let package_name = package.get("name").and_then(Value::as_str).ok_or(ExtractError::NoPackage)?;
        let edition = package.get("edition");
        Ok(Self {
            crate_name: lib("name").unwrap_or(package_name).replace('-', "_"),
            lib_path: lib("path").map_or_else(|| "src/lib.rs".to_owned(), normalised),
            imports_start_at_root: edition.is_none_or(|edition| edition.as_str() == Some("2015")),
            table,
        })
    }

    /// The features that `set` switches on, with all that those switch on in turn.
    pub(super) fn features(&self, set: &FeatureSet) -> BTreeSet<String> {
        let mut pending = match set {
            FeatureSet::Default => vec!["default".to_owned()],
            FeatureSet::Named(names) => names.clone(),
        };
        let mut features = BTreeSet::new();
        while let Some(feature) = pending.pop() {
            let enabled = self.table.get("features").and_then(|table| table.get(&feature));
            let entries = enabled.and_then(Value::as_array).into_iter().flatten();
            pending.extend(entries.filter_map(Value::as_str).filter_map(implied).filter(|implied| {
                // Only what is new, or a cycle would never end.
                !features.contains(implied) && *implied != feature
            }));
            features.insert(feature);
        }
        features
    }
}

/// The feature of the same crate that an entry of a feature switches on: `x/y` switches on the optional
/// dependency `x`, `dep:x` and `x?/y` switch on nothing that code can ask for.
fn implied(entry: &str) -> Option<String> {
    let (name, _) = entry.split_once('/').unwrap_or((entry, ""));
    (!name.starts_with("dep:") && !name.ends_with('?')).then(|| name.to_owned())
}

/// A path without `.` and `..`.
pub(super) fn normalised(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SourceFile;

    fn manifest(text: &str) -> Result<Manifest, ExtractError> {
        Manifest::read(&SourceTree { files: vec![SourceFile::new("Cargo.toml", text)] })
    }

    #[test]
    fn name_path_and_edition_have_their_defaults() {
        let plain = manifest("[package]\nname = \"a-b\"\nedition = \"2021\"").unwrap();
        assert_eq!((plain.crate_name.as_str(), plain.lib_path.as_str()), ("a_b", "src/lib.rs"));
        assert!(!plain.imports_start_at_root);
        let named = manifest("[package]\nname = \"a\"\n[lib]\nname = \"b\"\npath = \"./x/../b.rs\"").unwrap();
        assert_eq!((named.crate_name.as_str(), named.lib_path.as_str()), ("b", "b.rs"));
        assert!(named.imports_start_at_root);
        assert!(matches!(manifest("[workspace]"), Err(ExtractError::NoPackage)));
        assert!(matches!(manifest("[["), Err(ExtractError::Manifest(_))));
    }

    #[test]
    fn features_close_over_what_they_switch_on_even_in_a_cycle() {
        let manifest = manifest(
            "[package]\nname = \"a\"\n[features]\ndefault = [\"x\"]\nx = [\"y\", \"dep:d\", \"e/f\", \"g?/h\"]\ny = [\"x\"]",
        )
        .unwrap();
        assert_eq!(
            manifest.features(&FeatureSet::Default),
            ["default", "e", "x", "y"].map(String::from).into()
        );
        assert_eq!(manifest.features(&FeatureSet::Named(vec!["z".into()])), ["z".to_owned()].into());
    }
}
