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
