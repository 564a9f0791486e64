//! Lints that hold the parts of a spec against each other: vectors, tables, examples, signatures, stated errors
//! and numbers in prose.

mod boundaries;
mod call;
mod callee;
mod counts;
mod errors;
mod example;
mod examples;
mod fallible;
mod fence_example;
mod literal;
mod mapping;
mod never;
mod numeral;
mod operations;
mod optional;
mod outcome;
mod phrase;
mod quantity;
mod range;
mod signature;
mod tables;
mod template;
mod threshold;
mod vectors;

use super::{Document, Input, Report};
use crate::markdown::SectionId;
use callee::{Callee, snake};
use ghostlib_model::{Place, Span};
use std::collections::BTreeMap;
use tables::{Cell, Table};

/// Reports where two parts of a spec do not agree.
pub(crate) fn check(input: &Input, report: &mut Report) {
    let facts = Facts::of(input);
    vectors::check(&facts, report);
    let thresholds = threshold::find(&facts);
    boundaries::check(&facts, &thresholds, report);
    let mappings = mapping::find(&facts, &thresholds);
    mapping::check(&facts, &mappings, report);
    never::check(&facts, &thresholds, &mappings, report);
    let examples = example::find(&facts);
    examples::check(&facts, &examples, report);
    signature::check(&facts, report);
    errors::check(&facts, report);
    fallible::check(&facts, &examples, report);
    counts::check(&facts, report);
    optional::check(&facts, report);
}

/// What the lints of this family share.
struct Facts<'a> {
    input: &'a Input<'a>,
    operations: Vec<Callee<'a>>,
    /// Whether headings say which parameters are optional.
    marks_optional: bool,
    /// The operations by their names in snake case.
    by_name: BTreeMap<String, usize>,
    /// The spec's documents, then the companions.
    files: Vec<File<'a>>,
}

/// A Markdown file with what its sections and tables are about.
struct File<'a> {
    document: &'a Document<'a>,
    is_companion: bool,
    /// The operation that each section is about.
    owners: Vec<Option<usize>>,
    tables: Vec<Table<'a>>,
}

impl<'a> Facts<'a> {
    fn of(input: &'a Input<'a>) -> Self {
        let operations = operations::read(input);
        let mut by_name = BTreeMap::new();
        for (i, operation) in operations.iter().enumerate() {
            by_name.entry(key(operation.name)).or_insert(i);
        }
        let headings = operations.iter().flat_map(|operation| &operation.signatures);
        let mut parameters =
            headings.filter(|heading| heading.language.is_none()).flat_map(|heading| &heading.parameters);
        let marks_optional = parameters.any(|parameter| parameter.is_optional);
        let mut facts = Self { input, operations, marks_optional, by_name, files: Vec::new() };
        let documents = input.documents.iter().map(|document| (document, false));
        let companions = input.companions.iter().map(|document| (document, true));
        for (document, is_companion) in documents.chain(companions) {
            let file = File {
                document,
                is_companion,
                owners: facts.owners(document),
                tables: tables::read(document),
            };
            facts.files.push(file);
        }
        facts
    }

    /// The operation of exactly this name, whatever the case of its parts.
    fn operation(&self, name: &str) -> Option<usize> {
        self.by_name.get(&key(name)).copied()
    }

    /// The operation that a call of `path` calls.
    fn called(&self, path: &str) -> Option<usize> {
        let path = path.replace("::", ".");
        let (module, name) = path.rsplit_once(['.', '#']).unwrap_or(("", &path));
        let found = self.operation(&path).or_else(|| {
            let is_library = key(module) == key(&self.input.spec.front_matter.name);
            (module.is_empty() || is_library).then(|| self.operation(name)).flatten()
        })?;
        let is_type = name.starts_with(char::is_uppercase);
        let own = self.operations[found].name;
        // `Duration(3)` makes a value of a type; `ParseDuration("3 s")` is a function of Go.
        (!is_type || own.starts_with(char::is_uppercase) || own.contains(['_', '.'])).then_some(found)
    }

    /// The operation that each section of a document is about: the heading's own, or that of a heading above.
    fn owners(&self, document: &Document) -> Vec<Option<usize>> {
        let mut owners: Vec<Option<usize>> = Vec::with_capacity(document.markdown.sections.len());
        for section in &document.markdown.sections {
            let title = crate::statements::without_number(&section.title).trim();
            let name = title.split([' ', '(', '<']).next().unwrap_or_default().trim_matches(['`', ':', '*']);
            let is_whole = title.len() == name.len() || title.contains(['(', '`']);
            let own = self.operation(name).filter(|&i| is_whole || self.operations[i].name == name);
            owners.push(
                own.or_else(|| section.parent.and_then(|parent| owners.get(parent).copied().flatten())),
            );
        }
        owners
    }

    /// The spec's own documents, with their indices.
    fn documents(&self) -> impl Iterator<Item = &File<'a>> {
        self.files.iter().filter(|file| !file.is_companion)
    }
}

impl File<'_> {
    fn owner(&self, section: SectionId) -> Option<usize> {
        self.owners.get(section).copied().flatten()
    }

    fn place(&self, span: Span) -> Place {
        self.document.text.place(span)
    }
}

/// `file:line` of a place.
fn line_of(place: &Place) -> String {
    format!("{}:{}", place.file, place.line)
}

/// `1 vector`, `2 vectors`.
fn counted(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

fn key(name: &str) -> String {
    snake(&name.replace("::", ".").replace('#', "."))
}

#[cfg(test)]
mod tests {
    use crate::lint::{LintLevels, lint};
    use crate::{Code, Options, SourceFile, Sources};

    /// The reports of this family on a spec with a vector file, as `code file:line`.
    pub(super) fn found(document: &str, vectors: &str) -> Vec<String> {
        found_beside(document, vectors, "")
    }

    /// The same, beside a README.
    pub(super) fn found_beside(document: &str, vectors: &str, readme: &str) -> Vec<String> {
        let document = format!("{document}\nThe vectors are in `tests.yaml`.\n");
        let sources = Sources {
            document: SourceFile::new("SPEC.md", document),
            vector_files: vec![SourceFile::new("tests.yaml", vectors)],
            companions: vec![SourceFile::new("README.md", readme)],
            ..Sources::default()
        };
        let (_, diagnostics) = lint(&sources, &Options::default(), &LintLevels::new());
        let is_own = |code: &str| {
            Code::named(code)
                .is_some_and(|code| (Code::VectorDuplicate..=Code::OptionalContradiction).contains(&code))
        };
        let own = diagnostics.into_iter().filter(|diagnostic| is_own(&diagnostic.code));
        own.map(|diagnostic| format!("{} {}", diagnostic.code, super::line_of(&diagnostic.place))).collect()
    }

    #[test]
    fn a_spec_whose_parts_agree_is_left_alone() {
        let document = "\
# Pads

All two operations take a text. There are 3 vectors in tests.yaml.

## pad(text, width?) → string | error

- `text`: required.
- `width`: Optional. At least 1.

`pad(\"a\", 3)` → `\"a  \"`, and `pad(\"a\")` returns \"a\".

**Errors:**

- Empty string

## is_padded(text) → bool

```js
is_padded('a '); // true
const own = other.pad(1, 2, 3);
```
";
        let vectors = "\
pad:
  - {name: wide, input: {text: a, width: 3}, output: 'a  '}
  - {name: bare, input: {text: a}, output: a}
is_padded:
  - {name: padded, input: 'a ', output: true}
";
        assert_eq!(found(document, vectors), [""; 0]);
    }

    #[test]
    fn text_that_is_not_closed_does_no_harm() {
        for end in [
            "pad(",
            "`pad(\"a",
            "pad(\"a\") →",
            "pad(a, [",
            "| A | Output |\n|---|---|\n| 1– | \"{ |\n| <2 |",
        ] {
            found(&format!("# Pads\n\n## pad(text) → string\n\n{end}"), "pad: []\n");
        }
    }
}
