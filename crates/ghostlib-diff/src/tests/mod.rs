mod attributes;
mod broken;
mod copying;
mod cutting;
mod differences;
mod extraction;
mod hostile;
mod languages;
mod mutations;
mod order;
mod python;
mod round_trip;
mod spelling;
mod structure;
mod using;

use crate::{Api, FeatureSet, SourceFile, SourceTree, extract_crate};
use ghostlib_model::{ApiItem, ApiKind};

const MANIFEST: &str = "[package]\nname = \"sample-crate\"\nedition = \"2021\"\n\
    [features]\ndefault = [\"std\"]\nstd = []\nextra = []\n";

/// A crate of these files and a manifest.
fn tree(files: &[(&str, &str)]) -> SourceTree {
    let manifest = SourceFile::new("Cargo.toml", MANIFEST);
    let sources = files.iter().map(|(path, text)| SourceFile::new(*path, *text));
    SourceTree { files: [manifest].into_iter().chain(sources).collect() }
}

fn api(files: &[(&str, &str)]) -> Api {
    extract_crate(&tree(files), &FeatureSet::Default).unwrap()
}

/// A crate of one file.
fn lib(text: &str) -> Api {
    api(&[("src/lib.rs", text)])
}

fn paths(api: &Api) -> Vec<&str> {
    api.items.iter().map(|item| item.path.as_str()).collect()
}

fn item<'a>(api: &'a Api, path: &str) -> &'a ApiItem {
    api.items.iter().find(|item| item.path == path).unwrap_or_else(|| panic!("no {path} in {:?}", paths(api)))
}

fn of_kind(api: &Api, kind: ApiKind) -> Vec<&str> {
    api.items.iter().filter(|item| item.kind == kind).map(|item| item.path.as_str()).collect()
}
