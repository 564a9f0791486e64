//! What the manifest of a reference says of it.

use ghostlib_diff::SourceTree;
use toml::{Table, Value};

/// What a spec takes over of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Manifest {
    pub(super) description: Option<String>,
    pub(super) license: Option<String>,
    pub(super) edition: Option<String>,
    /// What the library cannot do without: `NAME@VERSION`.
    pub(super) dependencies: Vec<String>,
}

impl Manifest {
    /// That of a source tree; nothing of what it does not say.
    pub(super) fn of(tree: &SourceTree) -> Self {
        let table = |path: &str| -> Option<Table> {
            tree.files.iter().find(|file| file.path == path)?.text.parse().ok()
        };
        match (table("Cargo.toml"), table("pyproject.toml")) {
            (Some(table), _) => Self::of_cargo(&table),
            (None, Some(table)) => Self::of_python(&table),
            (None, None) => Self::default(),
        }
    }

    fn of_cargo(table: &Table) -> Self {
        let text = |key: &str| Some(one_line(table.get("package")?.get(key)?.as_str()?));
        let dependencies = table.get("dependencies").and_then(Value::as_table);
        let needed = dependencies.into_iter().flatten().filter(|(_, value)| !is_optional(value));
        Self {
            description: text("description"),
            license: text("license"),
            edition: text("edition"),
            dependencies: needed.map(|(key, value)| named(key, value)).collect(),
        }
    }

    fn of_python(table: &Table) -> Self {
        let project = |key: &str| table.get("project")?.get(key);
        let text = |key: &str| Some(one_line(project(key)?.as_str()?));
        Self { description: text("description"), license: text("license"), ..Self::default() }
    }
}

fn is_optional(value: &Value) -> bool {
    value.get("optional").and_then(Value::as_bool).unwrap_or(false)
}

/// A dependency by the name of its package, with its version where it says one.
fn named(key: &str, value: &Value) -> String {
    let package = value.get("package").and_then(Value::as_str).unwrap_or(key);
    let version = value.as_str().or_else(|| value.get("version")?.as_str());
    version.map_or_else(|| package.to_owned(), |version| format!("{package}@{version}"))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_diff::SourceFile;

    #[test]
    fn what_a_library_cannot_do_without_is_told() {
        let text = "[package]\nname = \"a\"\ndescription = \"Counts\\n words.\"\nlicense = \"MIT\"\n\
            [dependencies]\nb = \"1.2\"\nc = { version = \"3\", optional = true }\nd = { package = \"real\", version = \"0.1\" }\n";
        let manifest = Manifest::of(&SourceTree { files: vec![SourceFile::new("Cargo.toml", text)] });
        assert_eq!(manifest.dependencies, ["b@1.2", "real@0.1"]);
        assert_eq!(
            (manifest.description.as_deref(), manifest.license.as_deref()),
            (Some("Counts words."), Some("MIT"))
        );
        assert_eq!(Manifest::of(&SourceTree::default()), Manifest::default());
    }
}
