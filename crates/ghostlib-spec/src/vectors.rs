//! Vectors, in files and in fenced blocks.

mod expectation;

use crate::code::Code;
use crate::front_matter::newer_format;
use crate::markdown::Fence;
use crate::nearest::Suggestions;
use crate::source::SourceFile;
use crate::text::{Excerpt, Text};
use crate::yaml::{Entry, Keys, Kind, Node, Reader};
use expectation::read_expected;
use ghostlib_model::{Call, Diagnostic, Place, Requirement, RequirementId, Severity, Vector, VectorId};
use std::collections::{BTreeMap, BTreeSet};

/// The word that makes a fenced block a vectors block.
pub(crate) const VECTORS: &str = "vectors";

/// The keys of a vector file that name no operation.
const FILE_KEYS: [&str; 3] = ["ghostlib", "version", "meta"];
const VECTOR: Keys = Keys {
    known: &[
        "name",
        "before",
        "input",
        "output",
        "tolerance",
        "unordered",
        "error",
        "id",
        "requirements",
        "hidden",
    ],
    unknown: Code::VectorUnknownKey,
};
const WRONG: Code = Code::VectorValue;

/// A requirement that a vector names, and the vector's place.
type Link = (RequirementId, Place);

/// Vectors, and what is checked once the whole spec is read.
#[derive(Debug, Default)]
pub(crate) struct Vectors {
    pub(crate) list: Vec<Vector>,
    links: Vec<Link>,
}

impl Vectors {
    /// Adds the vectors of the document's fenced blocks.
    pub(crate) fn read_fences(&mut self, text: &Text, fences: &[Fence], diagnostics: &mut Vec<Diagnostic>) {
        for fence in fences.iter().filter(|fence| fence.is("yaml", VECTORS)) {
            let first = self.list.len();
            self.read_yaml(&mut Reader { text, yaml: &fence.code, diagnostics });
            for vector in self.list[first..].iter_mut().filter(|vector| vector.hidden) {
                // It cannot be hidden where everyone sees it.
                vector.hidden = false;
                let message =
                    format!("the vector `{}` is marked as hidden in the document itself", vector.id);
                let draft = Code::VectorHiddenInDocument.at(vector.place.clone(), message);
                diagnostics.push(draft.help("move it into a vector file").into());
            }
        }
    }

    /// Adds the vectors of a file.
    pub(crate) fn read_file(&mut self, file: &SourceFile, diagnostics: &mut Vec<Diagnostic>) {
        let (content, not_utf8) = file.decode();
        diagnostics.extend(not_utf8);
        let text = Text::new(&file.path, &content);
        let yaml = Excerpt::of(&text, 0..content.len());
        self.read_yaml(&mut Reader { text: &text, yaml: &yaml, diagnostics });
    }

    fn read_yaml(&mut self, reader: &mut Reader) {
        let Some(root) = reader.parse() else { return };
        if newer_format(reader, &root).is_some() || matches!(root.kind, Kind::Null) {
            return;
        }
        let Some(operations) = root.as_map() else {
            return reader.wrong(&root, "this", "a map from operations to lists of vectors", WRONG);
        };
        for operation in operations.iter().filter(|entry| !FILE_KEYS.contains(&entry.key.as_str())) {
            self.read_operation(reader, operation);
        }
    }

    fn read_operation(&mut self, reader: &mut Reader, operation: &Entry) {
        let Some(items) = operation.value.as_list() else {
            let what = format!("the value of the operation `{}`", operation.key);
            return reader.wrong(&operation.value, &what, "a list of vectors", WRONG);
        };
        for item in items {
            if let Some(vector) = read_vector(reader, &operation.key, item, &mut self.links) {
                self.list.push(vector);
            }
        }
    }

    /// Complains about ids that two vectors have, and about requirements that the spec does not have.
    pub(crate) fn check(&self, requirements: &[Requirement], diagnostics: &mut Vec<Diagnostic>) {
        let mut seen: BTreeMap<&VectorId, &Place> = BTreeMap::new();
        for vector in &self.list {
            if let Some(first) = seen.get(&vector.id) {
                let message = format!("the id `{}` is already that of the vector at {first}", vector.id);
                let draft = Code::VectorIdDuplicate.at(vector.place.clone(), message);
                diagnostics.push(draft.help("give one of the two another name, or an `id`").into());
            } else {
                seen.insert(&vector.id, &vector.place);
            }
        }
        if self.links.is_empty() {
            return;
        }
        let known: BTreeSet<&str> = requirements
            .iter()
            .flat_map(|requirement| requirement.aliases.iter().chain([&requirement.id]))
            .map(RequirementId::as_str)
            .collect();
        let mut suggestions = Suggestions::among(known.iter().copied());
        for (id, place) in self.links.iter().filter(|(id, _)| !known.contains(id.as_str())) {
            let message = format!("the spec has no requirement `{id}`");
            let mut draft = Code::UnknownRequirement.at(place.clone(), message);
            if let Some(help) = suggestions.help(id.as_str()) {
                draft = draft.help(help);
            }
            diagnostics.push(draft.into());
        }
    }
}

/// The vectors of a file by themselves.
///
/// # Errors
/// If the file has errors: its diagnostics.
pub fn read_vectors(file: &SourceFile) -> Result<Vec<Vector>, Vec<Diagnostic>> {
    let (mut vectors, mut diagnostics) = (Vectors::default(), Vec::new());
    vectors.read_file(file, &mut diagnostics);
    let is_error = |diagnostic: &Diagnostic| diagnostic.severity == Severity::Error;
    if diagnostics.iter().any(is_error) { Err(diagnostics) } else { Ok(vectors.list) }
}

fn read_vector(reader: &mut Reader, operation: &str, node: &Node, links: &mut Vec<Link>) -> Option<Vector> {
    reader.map(node, &format!("a vector of `{operation}`"), &VECTOR, WRONG)?;
    let name = match node.get("name") {
        Some(name) => reader.text(name, "`name`", WRONG),
        None => missing(reader, node, operation, "name"),
    };
    let input = match node.get("input") {
        Some(input) => reader.json(input),
        None => missing(reader, node, operation, "input"),
    };
    let before = match node.get("before") {
        Some(before) => read_before(reader, before),
        None => Some(Vec::new()),
    };
    let expected = read_expected(reader, node, operation);
    let id = match node.get("id") {
        Some(id) => reader.text(id, "`id`", WRONG),
        None => name.as_ref().map(|name| format!("{operation}/{name}")),
    };
    let hidden = match node.get("hidden") {
        Some(hidden) => read_flag(reader, hidden, "`hidden`"),
        None => Some(false),
    };
    let requirements = match node.get("requirements") {
        Some(requirements) => reader.texts(requirements, "`requirements`", WRONG),
        None => Vec::new(),
    };
    for (id, span) in &requirements {
        links.push((RequirementId::new(id), reader.place(*span)));
    }
    Some(Vector {
        id: VectorId::new(id?),
        operation: operation.to_owned(),
        name: name?,
        before: before?,
        input: input?,
        expected: expected?,
        requirements: requirements.into_iter().map(|(id, _)| RequirementId::new(id)).collect(),
        hidden: hidden?,
        place: reader.place(node.span),
    })
}

fn missing<T>(reader: &mut Reader, node: &Node, operation: &str, key: &str) -> Option<T> {
    let message = format!("a vector of `{operation}` has no `{key}`");
    reader.report(Code::VectorMissingKey, node.span, message, format!("add `{key}:` to it"));
    None
}

/// The calls before the one that is checked.
fn read_before(reader: &mut Reader, node: &Node) -> Option<Vec<Call>> {
    let calls = serde_json::from_value(reader.json(node)?).ok();
    if calls.is_none() {
        reader.wrong(node, "`before`", "a list of calls, each with `operation` and `input`", WRONG);
    }
    calls
}

fn read_flag(reader: &mut Reader, node: &Node, what: &str) -> Option<bool> {
    if let Kind::Bool(flag) = node.kind {
        return Some(flag);
    }
    reader.wrong(node, what, "`true` or `false`", WRONG);
    None
}
