//! The text of a first spec.

use super::bindings::{self, Bound};
use super::items::CONSTANTS;
use super::manifest::Manifest;
use super::templates::{Statement, Topic};
use ghostlib_model::{Expected, RequirementId, Vector};
use ghostlib_spec::edit::{add_api_lines, render_vectors};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What a spec is called, and what its front matter says of the reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    /// The name.
    pub name: String,
    /// Lines of YAML: `reference:` and what stands below it.
    pub reference: String,
}

/// What the spec says of one item.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Section {
    pub(super) title: String,
    /// The statements, each with the path of what it is about.
    pub(super) stated: Vec<(String, Statement)>,
    pub(super) vectors: Vec<Vector>,
}

/// All of a spec but its text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Content {
    pub(super) language: &'static str,
    pub(super) manifest: Manifest,
    /// The reference's package and version.
    pub(super) package: String,
    pub(super) api: Vec<String>,
    pub(super) bindings: Vec<Bound>,
    pub(super) sections: Vec<Section>,
}

const KEYWORDS: &str = "The key words \"MUST\", \"MUST NOT\" and \"MAY\" in this document are to be interpreted as described in RFC 2119 and RFC 8174.";

impl Naming {
    /// The beginning of the document.
    pub(super) fn front_matter(&self, language: &str, manifest: &Manifest) -> String {
        let Self { name, reference } = self;
        let license =
            manifest.license.as_ref().map(|license| format!("license: {license:?}\n")).unwrap_or_default();
        let dependencies: Vec<String> = manifest.dependencies.iter().map(|one| format!("{one:?}")).collect();
        let edition = manifest.edition.as_deref().unwrap_or("2021");
        let edition = if language == "rust" { format!("    edition: {edition:?}\n") } else { String::new() };
        format!(
            "---\nghostlib: 1\nname: {name}\nversion: 0.1.0\n{license}{reference}targets:\n  {language}:\n{edition}    dependencies: [{}]\n---\n\n",
            dependencies.join(", ")
        )
    }
}

impl Content {
    /// The document.
    pub(super) fn document(&self, naming: &Naming) -> String {
        let mut text = naming.front_matter(self.language, &self.manifest);
        let _ = writeln!(text, "# {}\n", naming.name);
        if let Some(description) = self.manifest.description.as_ref().filter(|text| !text.is_empty()) {
            let end = if description.ends_with('.') { "" } else { "." };
            let _ = writeln!(text, "{description}{end}\n");
        }
        let package = &self.package;
        let _ = writeln!(
            text,
            "Drawn by rule from the documentation of {package} and from its answers. What a vector expects is what it answered.\n\n{KEYWORDS}"
        );
        text = add_api_lines(&text, self.language, &self.api);
        let mut taken = BTreeMap::new();
        for section in &self.sections {
            section.write(&mut text, &mut taken);
        }
        text + &bindings::section(&self.bindings, self.language)
    }
}

impl Section {
    pub(super) fn is_empty(&self) -> bool {
        self.stated.is_empty() && self.vectors.is_empty()
    }

    fn write(&self, text: &mut String, taken: &mut BTreeMap<String, usize>) {
        if self.is_empty() {
            return;
        }
        let title = if self.title == CONSTANTS { self.title.clone() } else { format!("`{}`", self.title) };
        let _ = writeln!(text, "\n## {title}");
        let ids: Vec<String> = self.stated.iter().map(|(path, one)| new_id(path, one.topic, taken)).collect();
        for (id, (_, statement)) in ids.iter().zip(&self.stated) {
            let _ = writeln!(text, "\nr[{id}]\n{}", statement.text);
        }
        if !self.vectors.is_empty() {
            let vectors: Vec<Vector> =
                self.vectors.iter().map(|vector| self.with_requirement(&ids, vector)).collect();
            let _ = write!(text, "\n```yaml vectors\n{}```\n", render_vectors(&vectors));
        }
    }

    /// The vector with what it checks: the first statement about its operation that is about results, or about errors where it
    /// fails.
    fn with_requirement(&self, ids: &[String], vector: &Vector) -> Vector {
        let fails = matches!(vector.expected, Expected::Error(_));
        let topic = if fails { Topic::Error } else { Topic::Result };
        let is_checked =
            |(path, statement): &(String, Statement)| *path == vector.operation && statement.topic == topic;
        let id = self.stated.iter().position(is_checked).map(|at| RequirementId::new(&*ids[at]));
        Vector { requirements: id.into_iter().collect(), ..vector.clone() }
    }
}

/// The id of a statement about the item of a path, which no other has.
fn new_id(path: &str, topic: Topic, taken: &mut BTreeMap<String, usize>) -> String {
    let topic = match topic {
        Topic::Result => "result",
        Topic::Error => "error",
        Topic::Panic => "panic",
    };
    let id = format!("{}.{topic}", slug(path));
    let n = taken.entry(id.clone()).or_default();
    *n += 1;
    if *n == 1 { id } else { format!("{id}-{n}") }
}

/// A path as the beginning of an id: small letters, digits, `_`, and dots between its parts. Of the implementation of a trait
/// the type and the method.
fn slug(path: &str) -> String {
    let (owner, method) = match path.strip_prefix('<').and_then(|path| path.rsplit_once(">::")) {
        Some((header, method)) => (header.split(" as ").next().unwrap_or(header), method),
        None => ("", path),
    };
    let parts = [owner, method].into_iter().flat_map(|path| path.split([':', '.', '<', '>', ' ', ',', '&']));
    let parts = parts.map(|part| {
        part.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>().to_lowercase()
    });
    let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "item".into() } else { parts.join(".") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_made_of_paths_and_are_not_given_twice() {
        let mut taken = BTreeMap::new();
        let mut id = |path: &str, topic| new_id(path, topic, &mut taken);
        assert_eq!(id("Table::add_row", Topic::Result), "table.add_row.result");
        assert_eq!(id("Table::add_row", Topic::Error), "table.add_row.error");
        assert_eq!(id("Table::add_row", Topic::Result), "table.add_row.result-2");
        assert_eq!(id("<Table as FromStr>::from_str", Topic::Error), "table.from_str.error");
    }
}
