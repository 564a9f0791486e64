use super::add_alias;
use super::scalar::scalar;
use crate::markdown::{self, Markdown};
use crate::parse::Opening;
use crate::source::SourceFile;
use crate::statements::{self, Keywords, StatementId, is_id};
use crate::text::{Excerpt, Text};
use crate::vectors::VECTORS;
use crate::yaml::{self, Kind, Node};
use crate::{Dialect, Options, Sources, front_matter, parse_with};
use ghostlib_model::{Requirement, RequirementId, Span, Vector};

/// Why an id cannot be renamed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenameError {
    /// The spec's format has no place for aliases.
    #[error("a spec in the format {0} has no front matter that could keep the old id as an alias")]
    NoFrontMatter(Dialect),
    /// No requirement has that id.
    #[error("the spec has no requirement `{0}`")]
    Unknown(String),
    /// The id is not written in the spec, so that there is nothing to rename.
    #[error("the id `{0}` is made by ghostlib and not written in the spec")]
    NotWritten(String),
    /// The new id is no id.
    #[error("`{0}` is no requirement id")]
    Malformed(String),
    /// The new id is that of another requirement, or its former one.
    #[error("`{0}` is or was the id of another requirement")]
    Taken(String),
    /// The text cannot be changed so that it says the same.
    #[error("`{0}` cannot be renamed without changing more than its id")]
    NotPossible(String),
}

/// Gives a requirement another id: where it is written, in the vectors that name it, and as an alias in the front
/// matter.
///
/// # Errors
/// If there is no such written id, the new one is not free, or there is no front matter.
pub fn rename(sources: &Sources, options: &Options, old: &str, new: &str) -> Result<Sources, RenameError> {
    let (spec, _) = parse_with(sources, options);
    if spec.front_matter.format.is_none() && spec.dialect != Dialect::Native {
        return Err(RenameError::NoFrontMatter(spec.dialect));
    }
    let requirement = spec.requirements.iter().find(|requirement| requirement.id.as_str() == old);
    let requirement = requirement.ok_or_else(|| RenameError::Unknown(old.to_owned()))?;
    if !requirement.id_is_written() {
        return Err(RenameError::NotWritten(old.to_owned()));
    }
    if !is_id(new) {
        return Err(RenameError::Malformed(new.to_owned()));
    }
    let front_matter = &spec.front_matter;
    let is_taken = spec.requirements.iter().any(|requirement| requirement.id.as_str() == new)
        || front_matter.aliases.contains_key(new)
        || front_matter.retired.iter().any(|retired| retired == new);
    if is_taken {
        return Err(RenameError::Taken(new.to_owned()));
    }
    let keywords = Keywords::new(options.keywords.iter().cloned().chain(front_matter.phrases()));
    let renaming = Renaming { old, new, options, dialect: spec.dialect, keywords };
    let mut renamed = sources.clone();
    renaming.document(&mut renamed.document, Which::First);
    renamed.parts.iter_mut().for_each(|part| renaming.document(part, Which::Further));
    renamed.vector_files.iter_mut().for_each(|file| renaming.vector_file(file));
    let with_alias = |text: &str| add_alias(text, old, new);
    edit(&mut renamed.document, with_alias);
    if says_the_same(sources, &renamed, options, old, new) {
        Ok(renamed)
    } else {
        Err(RenameError::NotPossible(old.to_owned()))
    }
}

/// Whether nothing but the id is different.
fn says_the_same(before: &Sources, after: &Sources, options: &Options, old: &str, new: &str) -> bool {
    let (mut was, _) = parse_with(before, options);
    let (is, _) = parse_with(after, options);
    let renamed = |id: &mut RequirementId| {
        if id.as_str() == old {
            *id = RequirementId::new(new);
        }
    };
    was.requirements.iter_mut().for_each(|requirement| renamed(&mut requirement.id));
    was.vectors.iter_mut().flat_map(|vector| &mut vector.requirements).for_each(renamed);
    let requirement = |one: &Requirement| (one.id.clone(), one.id_source, one.level, one.text.clone());
    let vector = |one: &Vector| (one.id.clone(), one.input.clone(), one.requirements.clone());
    was.requirements.iter().map(requirement).eq(is.requirements.iter().map(requirement))
        && was.vectors.iter().map(vector).eq(is.vectors.iter().map(vector))
        && is.front_matter.aliases.get(old).map(String::as_str) == Some(new)
}

/// Whether a document is the spec's first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    First,
    Further,
}

struct Renaming<'a> {
    old: &'a str,
    new: &'a str,
    options: &'a Options,
    dialect: Dialect,
    keywords: Keywords,
}

impl Renaming<'_> {
    fn document(&self, file: &mut SourceFile, which: Which) {
        edit(file, |document| {
            let text = Text::new("", document);
            let markdown = match which {
                Which::First => Opening::read(&text, self.options, &mut Vec::new()).markdown,
                Which::Further => markdown::read(&text, front_matter::divide(document).body),
            };
            let mut edits = self.ids(&text, &markdown);
            for fence in markdown.fences.iter().filter(|fence| fence.is("yaml", VECTORS)) {
                edits.extend(self.names_in_vectors(&fence.code));
            }
            apply(document, edits)
        });
    }

    fn vector_file(&self, file: &mut SourceFile) {
        edit(file, |content| {
            let text = Text::new("", content);
            let edits = self.names_in_vectors(&Excerpt::of(&text, 0..content.len()));
            apply(content, edits)
        });
    }

    /// Where the id is written.
    fn ids(&self, text: &Text, markdown: &Markdown) -> Vec<(Span, String)> {
        let rules = self.dialect.rules();
        let found = statements::read(text, markdown, rules, &self.keywords, &mut Vec::new());
        let edit = |id: StatementId| {
            let StatementId::Written(marker) = id else { return None };
            let offset = text.slice(marker.span).find(self.old).filter(|_| marker.id == self.old)?;
            let start = marker.span.start + offset;
            Some((Span::new(start, start + self.old.len()), self.new.to_owned()))
        };
        found.ids.into_iter().filter_map(|(id, _)| edit(id)).collect()
    }

    /// Where vectors name the requirement.
    fn names_in_vectors(&self, yaml: &Excerpt) -> Vec<(Span, String)> {
        let Ok(root) = yaml::parse(yaml.as_str()) else { return Vec::new() };
        let operations = root.as_map().unwrap_or_default();
        let vectors = operations.iter().filter_map(|operation| operation.value.as_list()).flatten();
        let names = vectors.filter_map(|vector| vector.get("requirements"));
        let names = names.flat_map(|node| node.as_list().unwrap_or(std::slice::from_ref(node)));
        let is_old = |node: &&Node| matches!(&node.kind, Kind::Text(text) if text == self.old);
        names.filter(is_old).map(|node| (yaml.span_in_document(node.span), scalar(self.new))).collect()
    }
}

/// Changes a file, unless it is not UTF-8.
fn edit(file: &mut SourceFile, change: impl Fn(&str) -> String) {
    if let Ok(text) = std::str::from_utf8(&file.bytes) {
        file.bytes = change(text).into_bytes();
    }
}

fn apply(text: &str, mut edits: Vec<(Span, String)>) -> String {
    edits.sort_by_key(|(span, _)| span.start);
    edits.dedup();
    let mut edited = text.to_owned();
    for (span, with) in edits.into_iter().rev() {
        edited.replace_range(span.start..span.end, &with);
    }
    edited
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "---\nghostlib: 1\nname: x\nversion: 1.0.0\nvectors: [t.yaml]\nfiles: [b.md]\nretired: [gone]\naliases: {first: a.b}\n---\n\n\
        `r[a.b]` MUST be an id.\n\nr[a.b]\nIt holds. See r[a.b].\n\nIt MAY.\n\n\
        - r[c] MUST.\n\n```yaml vectors\nf:\n  - {name: a, input: a.b, output: a.b, requirements: [c, \"a.b\"]}\n```\n";

    fn sources() -> Sources {
        Sources {
            document: SourceFile::new("SPEC.md", DOCUMENT),
            parts: vec![SourceFile::new("b.md", "r[p]\nA part.\n")],
            vector_files: vec![SourceFile::new(
                "t.yaml",
                "f:\n- name: b\n  input: 1\n  output: 2\n  requirements: a.b # !\n",
            )],
            ..Sources::default()
        }
    }

    fn text(file: &SourceFile) -> &str {
        std::str::from_utf8(&file.bytes).unwrap()
    }

    #[test]
    fn an_id_is_renamed_wherever_it_names_the_requirement_and_nowhere_else() {
        let renamed = rename(&sources(), &Options::default(), "a.b", "z-1").unwrap();
        let expected = DOCUMENT
            .replace("{first: a.b}", "{a.b: z-1, first: a.b}")
            .replace("\nr[a.b]\n", "\nr[z-1]\n")
            .replace("\"a.b\"", "z-1");
        assert_eq!(text(&renamed.document), expected);
        assert!(text(&renamed.vector_files[0]).ends_with("requirements: z-1 # !\n"));
        let (spec, diagnostics) = crate::parse(&renamed);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        let requirement = spec.requirements.iter().find(|one| one.id.as_str() == "z-1").unwrap();
        let aliases: Vec<_> = requirement.aliases.iter().map(RequirementId::as_str).collect();
        assert_eq!(aliases, ["a.b", "first"]);
        let part = rename(&sources(), &Options::default(), "p", "q").unwrap();
        assert_eq!(text(&part.parts[0]), "r[q]\nA part.\n");
    }

    #[test]
    fn what_cannot_be_renamed_says_why() {
        let refused = |old: &str, new: &str| rename(&sources(), &Options::default(), old, new).unwrap_err();
        let (spec, _) = crate::parse(&sources());
        let made = spec.requirements.iter().find(|one| !one.id_is_written()).unwrap().id.to_string();
        assert_eq!(refused("none", "z"), RenameError::Unknown("none".into()));
        assert_eq!(refused(&made, "z"), RenameError::NotWritten(made.clone()));
        assert_eq!(refused("c", "a b"), RenameError::Malformed("a b".into()));
        for taken in ["a.b", "first", "gone"] {
            assert_eq!(refused("c", taken), RenameError::Taken(taken.into()));
        }
        let foreign = Sources {
            document: SourceFile::new("spec.md", "- **FR-001**: It MUST.\n"),
            ..Sources::default()
        };
        let refused = rename(&foreign, &Options::default(), "FR-001", "FR-002").unwrap_err();
        assert_eq!(refused, RenameError::NoFrontMatter(Dialect::SpecKit));
    }
}
