use super::{applied, install};
use crate::dialect::Dialect;
use crate::edit::{documents_mut, markdown_of, newline, render_vectors};
use crate::markdown::Markdown;
use crate::text::Text;
use crate::{FrontMatter, Options, SourceFile, Sources, Spec, front_matter, parse_with, visible};
use ghostlib_model::{Requirement, Vector};
use std::collections::BTreeSet;
use std::ops::Range;

/// The name of the file of cases.
pub const TESTS: &str = "tests.yaml";
const DOCUMENT: &str = "SPEC.md";
const INSTALL: &str = "INSTALL.md";

/// What stands before the statement of a document that was a native spec.
pub(super) const MARK: &str = "<!-- ghostlib: 1 -->";
/// What stands around an id.
pub(super) const ID_START: &str = "<!-- r[";
pub(super) const ID_END: &str = "] -->";

/// A spec as ghost libraries are published without a tool: `SPEC.md`, its parts, `tests.yaml` and `INSTALL.md`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whenwords {
    /// The files, the document first.
    pub files: Vec<SourceFile>,
    /// How many vectors are in `tests.yaml`.
    pub n_vectors: usize,
    /// How many are not, since implementers do not see them.
    pub n_hidden: usize,
    /// Keys of the front matter that the format has no place for.
    pub left_out: Vec<&'static str>,
}

/// Writes a spec for people who do not have ghostlib. Ids become comments, front matter a sentence, and all visible vectors
/// one file. Hidden vectors do not leave.
///
/// [`into_native`](super::into_native) reads it back: requirements with ids, text, levels and order, visible vectors, API
/// blocks, bindings, operations, name, version and licence are the same.
pub fn to_whenwords(sources: &Sources, options: &Options) -> Whenwords {
    let (spec, _) = parse_with(sources, options);
    let mut shown = visible(sources, &BTreeSet::new());
    for (at, file) in sources.documents().enumerate() {
        let (content, _) = file.decode();
        let text = Text::new(&file.path, &content);
        let markdown = markdown_of(&text, at, options);
        let mut changes = changes(&content, &text, &markdown, &spec.requirements);
        if at == 0 {
            changes.push(statement(&content, &text, &markdown, &spec, sources));
            changes.push((0..front_matter::divide(&content).body, String::new()));
        }
        if let Some(document) = documents_mut(&mut shown).nth(at) {
            document.bytes = applied(&content, changes).trim_start().as_bytes().to_vec();
        }
    }
    DOCUMENT.clone_into(&mut shown.document.path);
    let (hidden, visible): (Vec<&Vector>, Vec<&Vector>) =
        spec.vectors.iter().partition(|vector| vector.hidden);
    let visible: Vec<Vector> = visible.into_iter().cloned().collect();
    let mut files = vec![shown.document];
    files.extend(shown.parts);
    // One file that has all of them stays as it is, with its comments.
    let cases = match shown.vector_files.as_slice() {
        [only] if visible.iter().all(|one| *one.place.file == *only.path) => only.bytes.clone(),
        _ => tests(&spec.front_matter, &visible).into_bytes(),
    };
    files.push(SourceFile::new(TESTS, cases));
    files.push(SourceFile::new(INSTALL, install::write(&spec, &visible)));
    Whenwords {
        files,
        n_vectors: visible.len(),
        n_hidden: hidden.len(),
        left_out: left_out(&spec.front_matter),
    }
}

fn tests(front_matter: &FrontMatter, vectors: &[Vector]) -> String {
    let version = serde_json::Value::from(front_matter.version.as_str());
    format!("version: {version}\n\n{}", render_vectors(vectors))
}

fn left_out(front_matter: &FrontMatter) -> Vec<&'static str> {
    let keys = [
        ("reference", front_matter.reference.is_some()),
        ("aliases", !front_matter.aliases.is_empty()),
        ("retired", !front_matter.retired.is_empty()),
        ("keywords", !front_matter.keywords.is_empty()),
        ("waivers", !front_matter.waivers.is_empty()),
        ("lints", !front_matter.lints.is_empty()),
    ];
    keys.into_iter().filter(|(_, is_there)| *is_there).map(|(key, _)| key).collect()
}

/// Ids as comments, and blocks of vectors as plain YAML: their vectors are in the file of cases.
fn changes(
    document: &str,
    text: &Text,
    markdown: &Markdown,
    requirements: &[Requirement],
) -> Vec<(Range<usize>, String)> {
    let newline = newline(document);
    let here = requirements.iter().filter(|one| *one.place.file == *text.file() && one.id_is_written());
    let id = |requirement: &Requirement| {
        let id = format!("r[{}]", requirement.id);
        let start = document[..requirement.place.span.start].rfind(&id)?;
        let end = start + id.len();
        let comment = format!("{ID_START}{}{ID_END}", requirement.id);
        let rest = &document[end..text.line_end(start)];
        if rest.trim().is_empty() {
            return Some((start..end, comment));
        }
        let indent = crate::edit::indent_of(document, start);
        Some((start..end + (rest.len() - rest.trim_start().len()), format!("{comment}{newline}{indent}")))
    };
    let fences = markdown.fences.iter().filter(|fence| fence.is("yaml", crate::vectors::VECTORS));
    let plain = fences.filter_map(|fence| {
        let start = text.trimmed(fence.span).start;
        let line = &document[start..text.line_end(start)];
        let word = line.rfind(crate::vectors::VECTORS)?;
        let before = line[..word].trim_end().len();
        Some((start + before..start + word + crate::vectors::VECTORS.len(), String::new()))
    });
    here.filter_map(id).chain(plain).collect()
}

/// The sentence that stands in for the front matter, below the title.
fn statement(
    document: &str,
    text: &Text,
    markdown: &Markdown,
    spec: &Spec,
    sources: &Sources,
) -> (Range<usize>, String) {
    let FrontMatter { name, version, license, .. } = &spec.front_matter;
    let newline = newline(document);
    let license =
        license.as_ref().map_or_else(String::new, |license| format!(", under the licence `{license}`"));
    let parts: Vec<_> = sources.parts.iter().map(|part| format!("[{0}]({0})", part.path)).collect();
    let parts =
        if parts.is_empty() { String::new() } else { format!(" It goes on in {}.", parts.join(", ")) };
    let mark = if spec.dialect == Dialect::Native { format!("{MARK}{newline}") } else { String::new() };
    let version = if version.is_empty() { "0.1.0" } else { version };
    let said = format!(
        "{mark}This is version {version} of the specification of `{name}`{license}.{parts} Its cases are in \
         [{TESTS}]({TESTS}); [{INSTALL}]({INSTALL}) says how to have it built."
    );
    let title = markdown.sections.iter().find(|section| section.level == 1);
    if let Some(section) = title {
        let end = text.line_end(text.trimmed(section.span).end);
        (end..end, [newline, newline, &said].concat())
    } else {
        let body = front_matter::divide(document).body;
        (body..body, [&format!("# {name}"), newline, newline, &said, newline, newline].concat())
    }
}
