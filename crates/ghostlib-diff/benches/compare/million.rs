//! A library of a million lines: the published crates that this project's lock file names, as modules of one.
//!
//! The candidate has the same modules under other names, so that nothing is found where it stands in the reference.

use crate::published::{Package, packages};
use ghostlib_diff::SourceTree;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const N_LINES: usize = 1_000_000;
/// Larger crates are tables that programs have written.
const MAX_LINES: usize = 200_000;

/// Writes both libraries.
pub(crate) fn write(folder: &Path) -> [PathBuf; 2] {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
    let packages = packages(&manifest);
    ["reference", "candidate"].map(|side| {
        let root = folder.join(side);
        write_side(&root, &packages, if side == "candidate" { "other_" } else { "" });
        root
    })
}

fn write_side(root: &Path, packages: &[Package], prefix: &str) {
    let mut library = String::new();
    let mut features = BTreeSet::new();
    let mut n_lines = 0;
    for package in packages {
        let mut tree = SourceTree::read(&package.folder().join("src")).unwrap_or_default();
        tree.files
            .retain(|file| Path::new(&file.path).extension().is_some_and(|extension| extension == "rs"));
        let n_own: usize = tree.files.iter().map(|file| file.text.lines().count()).sum();
        let has_root = tree.files.iter().any(|file| file.path == "lib.rs");
        if n_lines >= N_LINES || n_own > MAX_LINES || !has_root {
            continue;
        }
        n_lines += n_own;
        let module = format!("{prefix}{}_{}", package.name, package.version)
            .replace(|c: char| !c.is_alphanumeric(), "_");
        writeln!(library, "#[path = \"{module}/lib.rs\"]\npub mod {module};").unwrap();
        for file in &tree.files {
            // The paths of a crate start at its root, which is no longer the library's.
            let text = file.text.replace("crate::", &format!("crate::{module}::"));
            put(&root.join("src").join(&module).join(&file.path), &text);
        }
        let manifest = fs::read_to_string(package.folder().join("Cargo.toml")).unwrap();
        features.extend(feature_names(&manifest));
    }
    put(&root.join("src/lib.rs"), &library);
    put(&root.join("Cargo.toml"), &manifest(&features));
}

fn feature_names(manifest: &str) -> Vec<String> {
    let table: toml::Table = manifest.parse().unwrap();
    let features = table.get("features").and_then(toml::Value::as_table);
    features.into_iter().flat_map(toml::Table::keys).filter(|name| *name != "default").cloned().collect()
}

/// All features are switched on.
fn manifest(features: &BTreeSet<String>) -> String {
    let mut manifest =
        String::from("[package]\nname = \"million\"\nversion = \"1.0.0\"\nedition = \"2024\"\n[features]\n");
    writeln!(manifest, "default = {features:?}").unwrap();
    // Shown as a set of strings, which is not how TOML writes a list.
    manifest = manifest.replace('{', "[").replace('}', "]");
    for feature in features {
        writeln!(manifest, "{feature:?} = []").unwrap();
    }
    manifest
}

fn put(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}
