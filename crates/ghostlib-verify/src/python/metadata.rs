//! What a project tells of itself to the code that it installs.

use std::fs;
use std::io;
use std::path::Path;

/// The name and the version of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Metadata {
    pub(super) name: String,
    pub(super) version: String,
    /// What it depends on, as pip reads it.
    pub(super) requires: Vec<String>,
}

impl Metadata {
    /// That of a source tree: out of the `PKG-INFO` of a source distribution, the `METADATA` of a wheel, or out of `pyproject.toml`. A version
    /// that only a build would tell is `0`.
    pub(super) fn read(dir: &Path) -> Option<Self> {
        let text = |name: &str| fs::read_to_string(dir.join(name)).ok();
        text("PKG-INFO")
            .or_else(|| in_wheel(dir))
            .and_then(|text| of_info(&text))
            .or_else(|| of_project(&text("pyproject.toml")?))
    }

    /// Writes it into a folder of the import path, so that `importlib.metadata` finds the project as if it were
    /// installed: libraries read their own version so.
    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        let Self { name, version, .. } = self;
        let info = folder.join(format!("{}-{version}.dist-info", name.replace('-', "_")));
        fs::create_dir_all(&info)?;
        fs::write(info.join("METADATA"), format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"))
    }

    /// Nothing, if one of the two is no plain word: it becomes the name of a folder.
    fn new(name: &str, version: &str) -> Option<Self> {
        let is_plain = |text: &str| {
            text.starts_with(|c: char| c.is_ascii_alphanumeric())
                && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.+!".contains(c))
        };
        (is_plain(name) && is_plain(version)).then(|| Self {
            name: name.to_owned(),
            version: version.to_owned(),
            requires: vec![],
        })
    }
}

fn in_wheel(dir: &Path) -> Option<String> {
    let entries = fs::read_dir(dir).ok()?.filter_map(Result::ok);
    let mut infos = entries.filter(|entry| entry.path().extension().is_some_and(|end| end == "dist-info"));
    fs::read_to_string(infos.next()?.path().join("METADATA")).ok()
}

fn of_info(text: &str) -> Option<Metadata> {
    let head = || text.lines().take_while(|line| !line.is_empty());
    let field = |key: &str| head().find_map(|line| line.strip_prefix(key)).map(str::trim);
    let requires = head().filter_map(|line| line.strip_prefix("Requires-Dist:"));
    let requires = requires.map(|line| line.trim().to_owned()).collect();
    Some(Metadata { requires, ..Metadata::new(field("Name:")?, field("Version:")?)? })
}

fn of_project(text: &str) -> Option<Metadata> {
    let table: toml::Table = text.parse().ok()?;
    let poetry = || table.get("tool")?.get("poetry");
    let project = table.get("project").or_else(poetry)?;
    let text = |key: &str| project.get(key).and_then(toml::Value::as_str);
    let requires = project.get("dependencies").and_then(toml::Value::as_array);
    let requires = requires.into_iter().flatten().filter_map(|one| Some(one.as_str()?.to_owned())).collect();
    Some(Metadata { requires, ..Metadata::new(text("name")?, text("version").unwrap_or("0"))? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_versions_are_found_where_projects_have_them() {
        let found = |name: &str, version: &str| Metadata::new(name, version);
        assert_eq!(
            of_info("Metadata-Version: 2.1\nName: my-lib\nVersion: 1.2\n\nName: no\n"),
            found("my-lib", "1.2")
        );
        let requires = |found: Option<Metadata>| found.unwrap().requires;
        assert_eq!(
            requires(of_info("Name: a\nVersion: 1\nRequires-Dist: b>=1; extra == \"c\"\n")),
            ["b>=1; extra == \"c\""]
        );
        assert_eq!(requires(of_project("[project]\nname = \"a\"\ndependencies = [\"b>=1\"]")), ["b>=1"]);
        assert_eq!(of_project("[project]\nname = \"a\"\nversion = \"1\""), found("a", "1"));
        assert_eq!(of_project("[project]\nname = \"a\"\ndynamic = [\"version\"]"), found("a", "0"));
        assert_eq!(of_project("[tool.poetry]\nname = \"a\"\nversion = \"2\""), found("a", "2"));
    }

    #[test]
    fn what_would_lead_out_of_the_folder_is_no_name() {
        for (name, version) in [("../a", "1"), ("a", "../1"), ("", "1"), (".", "1"), ("a/b", "1")] {
            assert_eq!(Metadata::new(name, version), None);
        }
        assert_eq!(of_info("\nName: a\nVersion: 1"), None);
        assert_eq!(of_project("name ="), None);
    }
}
