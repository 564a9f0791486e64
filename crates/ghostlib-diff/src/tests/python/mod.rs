mod broken;
mod classes;
mod differences;
mod exports;
mod normal_forms;
mod raising;
mod round_trip;

use crate::{Api, FeatureSet, Language, Python, SourceFile, SourceTree};
use ghostlib_model::{ApiItem, ApiKind};

/// A library called `lib` of these files in its package.
fn tree(files: &[(&str, &str)]) -> SourceTree {
    let manifest = SourceFile::new("pyproject.toml", "[project]\nname = \"lib\"\n");
    let sources = files.iter().map(|(path, text)| SourceFile::new(format!("src/lib/{path}"), *text));
    SourceTree { files: [manifest].into_iter().chain(sources).collect() }
}

fn api(files: &[(&str, &str)]) -> Api {
    Python.extract(&tree(files), &FeatureSet::Default).unwrap()
}

/// A library of one file.
fn lib(text: &str) -> Api {
    api(&[("__init__.py", text)])
}

fn paths(api: &Api) -> Vec<&str> {
    api.items.iter().map(|item| item.path.as_str()).collect()
}

fn item<'a>(api: &'a Api, path: &str) -> &'a ApiItem {
    api.items.iter().find(|item| item.path == path).unwrap_or_else(|| panic!("no {path} in {:?}", paths(api)))
}

fn signature(text: &str, path: &str) -> String {
    item(&lib(text), path).signature.clone()
}

fn kind(api: &Api, path: &str) -> ApiKind {
    item(api, path).kind
}

fn unseen(api: &Api) -> Vec<&str> {
    api.unseen.iter().map(|unseen| unseen.what.as_str()).collect()
}
