//! What the files beside a Python library say of it.

use crate::SourceTree;

/// The name by which the project's main package is imported, as far as its own name tells.
pub(super) fn project_name(tree: &SourceTree) -> Option<String> {
    let text = |path| tree.find(path).map(|index| tree.files[index].text.as_str());
    let from_toml = text("pyproject.toml").and_then(toml_name);
    let from_cfg = || text("setup.cfg").and_then(cfg_name);
    let name = from_toml.or_else(from_cfg).or_else(|| text("setup.py").and_then(script_name))?;
    Some(name.replace('-', "_").to_lowercase())
}

/// The modules beside packages that the project installs, if it lists them.
pub(super) fn listed_modules(tree: &SourceTree) -> Option<Vec<String>> {
    let text = |path| tree.find(path).map(|index| tree.files[index].text.as_str());
    let from_toml = text("pyproject.toml").and_then(|text| {
        let table: toml::Table = text.parse().ok()?;
        let names = table.get("tool")?.get("setuptools")?.get("py-modules")?.as_array()?;
        Some(names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect())
    });
    let from_script = || text("setup.py").and_then(script_modules);
    from_toml.or_else(from_script).or_else(|| text("setup.cfg").and_then(cfg_modules))
}

/// `py_modules=["…"]`
fn script_modules(text: &str) -> Option<Vec<String>> {
    let list = text.split_once("py_modules")?.1.trim_start().strip_prefix('=')?.trim_start();
    let (names, _) = list.strip_prefix('[')?.split_once(']')?;
    Some(names.split(',').map(|name| name.trim().trim_matches(['"', '\'']).to_owned()).collect())
}

/// `py_modules =` with names behind it, or on lines of their own.
fn cfg_modules(text: &str) -> Option<Vec<String>> {
    let (_, names) = text.split_once("py_modules")?.1.split_once('=')?;
    let mut lines = names.lines();
    let first = lines.next().into_iter();
    let names = first.chain(lines.take_while(|line| line.starts_with([' ', '\t'])));
    Some(names.flat_map(|line| line.split(',')).map(|name| name.trim().to_owned()).collect())
}

/// Whether a file at the root tells that a tree is a Python project.
pub(super) fn is_manifest(path: &str) -> bool {
    matches!(path, "pyproject.toml" | "setup.py" | "setup.cfg")
}

fn toml_name(text: &str) -> Option<String> {
    let table: toml::Table = text.parse().ok()?;
    let named = |table: Option<&toml::Value>| Some(table?.get("name")?.as_str()?.to_owned());
    named(table.get("project")).or_else(|| named(table.get("tool")?.get("poetry")))
}

fn cfg_name(text: &str) -> Option<String> {
    let lines = text.lines().skip_while(|line| line.trim() != "[metadata]").skip(1);
    let mut lines = lines.take_while(|line| !line.starts_with('['));
    lines.find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "name").then(|| value.trim().to_owned())
    })
}

/// `name="…"` in the call of `setup`.
fn script_name(text: &str) -> Option<String> {
    let rest = text.split_once("setup(")?.1;
    let value = rest.split_once("name=")?.1.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    Some(value[1..].split_once(quote)?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SourceFile;

    #[test]
    fn modules_beside_packages_are_listed() {
        for (path, text) in [
            ("pyproject.toml", "[tool.setuptools]\npy-modules = [\"one\", \"two\"]"),
            ("setup.cfg", "[options]\npy_modules =\n    one\n    two\n[other]\nx = 1\n"),
            ("setup.cfg", "[options]\npy_modules = one, two\n"),
            ("setup.py", "setup(py_modules=['one', \"two\"], x=[1])"),
        ] {
            let tree = SourceTree { files: vec![SourceFile::new(path, text)] };
            let found: Vec<_> =
                listed_modules(&tree).unwrap().into_iter().filter(|name| !name.is_empty()).collect();
            assert_eq!(found, ["one", "two"], "{text}");
        }
        for text in ["", "setup(py_modules=names)", "setup(py_modules=['one'"] {
            let tree = SourceTree { files: vec![SourceFile::new("setup.py", text)] };
            assert_eq!(listed_modules(&tree), None);
        }
    }

    #[test]
    fn each_manifest_names_the_project() {
        for (path, text) in [
            ("pyproject.toml", "[project]\nname = \"My-Lib\""),
            ("pyproject.toml", "[tool.poetry]\nname = \"my-lib\""),
            ("setup.cfg", "[options]\nname = no\n[metadata]\nversion = 1\nname = my_lib\n"),
            ("setup.py", "from setuptools import setup\nsetup(\n    version='1', name='my-lib')"),
        ] {
            let tree = SourceTree { files: vec![SourceFile::new(path, text)] };
            assert_eq!(project_name(&tree).as_deref(), Some("my_lib"), "{text}");
        }
        for text in ["", "[project]", "setup(name=f())", "setup(name="] {
            let tree = SourceTree { files: vec![SourceFile::new("setup.py", text)] };
            assert_eq!(project_name(&tree), None);
        }
    }
}
