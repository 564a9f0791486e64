//! Finding the front matter, and reading it.

use crate::code::Code;
use crate::dialect::Dialect;
use crate::nearest::did_you_mean;
use crate::perturbation;
use crate::slice::SliceOf;
use crate::spec::{Dependency, FrontMatter, Target};
use crate::text::{Excerpt, Text};
use crate::yaml::{Entry, Keys, Kind, Node, Reader};
use ghostlib_model::{Diagnostic, ReferenceSource, Sha256Hex, Span, Waived, Waiver};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The newest format that this version reads.
pub(crate) const FORMAT: u32 = 1;

const TOP: Keys = Keys {
    known: &[
        "ghostlib",
        "name",
        "version",
        "license",
        "dialect",
        "reference",
        "files",
        "vectors",
        "targets",
        "aliases",
        "retired",
        "keywords",
        "waivers",
        "slice",
        "lints",
    ],
    unknown: Code::FrontMatterUnknownKey,
};
const REFERENCE: Keys = Keys {
    known: &["crate", "pypi", "version", "git", "rev", "path", "perturb"],
    unknown: Code::FrontMatterUnknownKey,
};
const TARGET: Keys =
    Keys { known: &["edition", "dependencies", "features"], unknown: Code::FrontMatterUnknownKey };
const KEYWORDS: Keys = Keys {
    known: &["MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY"],
    unknown: Code::FrontMatterUnknownKey,
};
const WAIVER: Keys = Keys {
    known: &["item", "operation", "input", "pattern", "reason"],
    unknown: Code::FrontMatterUnknownKey,
};
const SLICE: Keys = Keys { known: &["of", "only"], unknown: Code::FrontMatterUnknownKey };
const WRONG: Code = Code::FrontMatterValue;

/// How a document divides, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Division {
    /// The lines between the `---` lines, if the document starts with one.
    pub(crate) yaml: Option<Range<usize>>,
    /// Whether a closing `---` line is missing.
    pub(crate) is_unclosed: bool,
    /// Where the Markdown starts.
    pub(crate) body: usize,
}

/// Finds the front matter of a document.
pub(crate) fn divide(document: &str) -> Division {
    let start = if document.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut lines = document[start..].split_inclusive('\n');
    let Some(first) = lines.next().filter(|line| is_delimiter(line)) else {
        return Division { yaml: None, is_unclosed: false, body: start };
    };
    let yaml_start = start + first.len();
    let mut offset = yaml_start;
    for line in lines {
        if is_delimiter(line) {
            return Division {
                yaml: Some(yaml_start..offset),
                is_unclosed: false,
                body: offset + line.len(),
            };
        }
        offset += line.len();
    }
    Division { yaml: None, is_unclosed: true, body: yaml_start }
}

fn is_delimiter(line: &str) -> bool {
    line.trim_end() == "---"
}

/// What reading the front matter gave.
#[derive(Debug, Default)]
pub(crate) struct Head {
    /// The front matter, as far as it could be read.
    pub(crate) front_matter: FrontMatter,
    /// Where the document names each vector file.
    pub(crate) vector_places: Vec<Span>,
    /// Where the document names each of its further files.
    pub(crate) file_places: Vec<Span>,
    /// Whether the document is in a newer format, of which nothing but the number is known.
    pub(crate) is_newer: bool,
}

/// Reads the front matter.
pub(crate) fn read(text: &Text, division: &Division, diagnostics: &mut Vec<Diagnostic>) -> Head {
    let Some(range) = division.yaml.clone() else {
        diagnostics.push(missing(text, division));
        return Head::default();
    };
    let yaml = Excerpt::of(text, range);
    let mut reader = Reader { text, yaml: &yaml, diagnostics };
    let Some(root) = reader.parse() else {
        return Head::default();
    };
    if let Some(newer) = newer_format(&mut reader, &root) {
        let front_matter = FrontMatter { format: Some(newer), ..FrontMatter::default() };
        return Head { front_matter, is_newer: true, ..Head::default() };
    }
    let mut front_matter = read_top(&mut reader, &root);
    let files = |key, reader: &mut Reader| {
        let files = root.get(key).map(|node| read_files(reader, node, key)).unwrap_or_default();
        let (names, spans): (Vec<_>, Vec<_>) = files.into_iter().unzip();
        (names, spans.into_iter().map(|span| yaml.span_in_document(span)).collect())
    };
    let (vectors, vector_places) = files("vectors", &mut reader);
    let (further, file_places) = files("files", &mut reader);
    front_matter.vectors = vectors;
    front_matter.files = further;
    Head { front_matter, vector_places, file_places, is_newer: false }
}

fn missing(text: &Text, division: &Division) -> Diagnostic {
    let first_line = Span::new(0, text.line_end(0));
    if division.is_unclosed {
        Code::FrontMatterUnclosed
            .at(text.place(first_line), "the front matter is not closed")
            .help("put a line `---` behind its last key")
            .into()
    } else {
        Code::FrontMatterMissing
            .at(text.place(first_line), "the document has no front matter")
            .help("start it with `---`, `ghostlib: 1`, `name: …`, `version: …` and `---`, each on its line")
            .into()
    }
}

/// The number behind `ghostlib:` where it is greater than what this version reads, with a complaint.
pub(crate) fn newer_format(reader: &mut Reader, root: &Node) -> Option<u32> {
    let node = root.get("ghostlib")?;
    let Kind::Uint(number) = node.kind else { return None };
    if number <= u64::from(FORMAT) {
        return None;
    }
    let message = format!("this is format {number}; this version of ghostlib reads formats up to {FORMAT}");
    reader.report(Code::FormatNewer, node.span, message, "update ghostlib");
    Some(u32::try_from(number).unwrap_or(u32::MAX))
}

fn read_top(reader: &mut Reader, root: &Node) -> FrontMatter {
    if matches!(root.kind, Kind::Null) {
        // Nothing between the lines: every key is missing.
        return read_entries(reader, &[]);
    }
    match reader.map(root, "the front matter", &TOP, WRONG) {
        Some(entries) => read_entries(reader, entries),
        None => FrontMatter::default(),
    }
}

fn read_entries(reader: &mut Reader, entries: &[Entry]) -> FrontMatter {
    let mut front_matter = FrontMatter::default();
    for entry in entries {
        let value = &entry.value;
        match entry.key.as_str() {
            "ghostlib" => front_matter.format = read_format(reader, value),
            "name" => front_matter.name = read_name(reader, value, "`name`"),
            "version" => front_matter.version = read_name(reader, value, "`version`"),
            "license" => front_matter.license = reader.text(value, "`license`", WRONG),
            "dialect" => front_matter.dialect = read_dialect(reader, value),
            "reference" => front_matter.reference = read_reference(reader, entry),
            "targets" => front_matter.targets = read_targets(reader, value),
            "aliases" => front_matter.aliases = read_texts_by_key(reader, value, "`aliases`"),
            "retired" => {
                let texts = reader.texts(value, "`retired`", WRONG);
                front_matter.retired = texts.into_iter().map(|(text, _)| text).collect();
            }
            "keywords" => front_matter.keywords = read_keywords(reader, value),
            "waivers" => front_matter.waivers = read_waivers(reader, value),
            "slice" => front_matter.slice = read_slice(reader, value),
            "lints" => front_matter.lints = read_texts_by_key(reader, value, "`lints`"),
            _ => {}
        }
    }
    let has = |key| entries.iter().any(|entry| entry.key == key);
    if !has("ghostlib") {
        let message = "the front matter does not say which format this is";
        reader.report(Code::FormatMissing, Span::default(), message, format!("add `ghostlib: {FORMAT}`"));
    }
    for key in ["name", "version"] {
        if !has(key) {
            let message = format!("the front matter has no `{key}`");
            reader.report(
                Code::FrontMatterMissingKey,
                Span::default(),
                message,
                format!("add a line `{key}: …`"),
            );
        }
    }
    front_matter
}

fn read_dialect(reader: &mut Reader, node: &Node) -> Option<Dialect> {
    let name = reader.text(node, "`dialect`", WRONG)?;
    let dialect = name.parse::<Dialect>();
    if let Err(unknown) = &dialect {
        let help = did_you_mean(&name, Dialect::ALL.map(Dialect::as_str)).unwrap_or_default();
        reader.report(WRONG, node.span, unknown.to_string(), help);
    }
    dialect.ok()
}

fn read_format(reader: &mut Reader, node: &Node) -> Option<u32> {
    if let Kind::Uint(number) = node.kind
        && number == u64::from(FORMAT)
    {
        return Some(FORMAT);
    }
    let message = format!("`ghostlib` is not the number of a format: it is {}", node.describe());
    reader.report(WRONG, node.span, message, format!("write `ghostlib: {FORMAT}`"));
    None
}

fn read_name(reader: &mut Reader, node: &Node, what: &str) -> String {
    let Some(text) = reader.text(node, what, WRONG) else { return String::new() };
    if text.trim().is_empty() {
        reader.report(WRONG, node.span, format!("{what} is empty"), "");
    }
    text
}

fn read_reference(reader: &mut Reader, entry: &Entry) -> Option<ReferenceSource> {
    let entries = reader.map(&entry.value, "`reference`", &REFERENCE, WRONG)?;
    let perturb = entries.iter().find(|part| part.key == "perturb");
    let source = read_source(reader, entry, entries.iter().filter(|part| part.key != "perturb"))?;
    match perturb {
        Some(part) if matches!(source, ReferenceSource::PyPi { .. }) => {
            let message = "`perturb` changes libraries in Rust alone";
            reader.report(Code::ReferenceInvalid, part.key_span, message, "");
            None
        }
        Some(part) => perturbation::read(reader, &part.value, source),
        None => Some(source),
    }
}

fn read_source<'n>(
    reader: &mut Reader,
    entry: &Entry,
    entries: impl Iterator<Item = &'n Entry>,
) -> Option<ReferenceSource> {
    let mut parts = BTreeMap::new();
    for part in entries {
        if let Some(text) = reader.text(&part.value, &format!("`{}`", part.key), WRONG) {
            parts.insert(part.key.as_str(), text);
        }
    }
    let pair = |key: &str, pin: &str| Some((parts.get(key)?.clone(), parts.get(pin)?.clone()));
    let is_exactly = |keys: &[&str]| {
        parts.len() == keys.len()
            && keys.iter().all(|&key| parts.get(key).is_some_and(|part| !part.is_empty()))
    };
    if is_exactly(&["crate", "version"]) {
        return pair("crate", "version").map(|(name, version)| ReferenceSource::Crate { name, version });
    }
    if is_exactly(&["pypi", "version"]) {
        return pair("pypi", "version").map(|(name, version)| ReferenceSource::PyPi { name, version });
    }
    if is_exactly(&["git", "rev"]) {
        return pair("git", "rev").map(|(url, rev)| ReferenceSource::Git { url, rev });
    }
    if is_exactly(&["path"]) {
        return parts.get("path").cloned().map(ReferenceSource::Path);
    }
    let help = "give `crate:` or `pypi:` and `version:`, or `git:` and `rev:`, or `path:`, perhaps `perturb:`, and nothing else";
    let message = "the reference does not name exactly one pinned source";
    reader.report(Code::ReferenceInvalid, entry.key_span, message, help);
    None
}

fn read_texts_by_key(reader: &mut Reader, node: &Node, what: &str) -> BTreeMap<String, String> {
    if matches!(node.kind, Kind::Null) {
        return BTreeMap::new();
    }
    let Some(entries) = node.as_map() else {
        reader.wrong(node, what, "a map", WRONG);
        return BTreeMap::new();
    };
    let text = |entry: &Entry| {
        let value = reader.text(&entry.value, &format!("`{}`", entry.key), WRONG)?;
        Some((entry.key.clone(), value))
    };
    entries.iter().filter_map(text).collect()
}

/// Keywords by level: `MUST NOT: [DARF NICHT]`.
fn read_keywords(reader: &mut Reader, node: &Node) -> BTreeMap<String, Vec<String>> {
    let Some(entries) = reader.map(node, "`keywords`", &KEYWORDS, WRONG) else { return BTreeMap::new() };
    let phrases = |entry: &Entry| {
        let texts = reader.texts(&entry.value, &format!("`{}`", entry.key), WRONG);
        (entry.key.clone(), texts.into_iter().map(|(text, _)| text).collect())
    };
    entries.iter().map(phrases).collect()
}

fn read_slice(reader: &mut Reader, node: &Node) -> Option<SliceOf> {
    reader.map(node, "`slice`", &SLICE, WRONG)?;
    let of = node.get("of").and_then(|of| Sha256Hex::from_digits(&reader.text(of, "`of`", WRONG)?));
    let only = node.get("only").map(|only| reader.texts(only, "`only`", WRONG)).unwrap_or_default();
    match of {
        Some(of) if !only.is_empty() => {
            Some(SliceOf { of, only: only.into_iter().map(|(text, _)| text).collect() })
        }
        _ => {
            let help = "let `ghostlib spec slice` write it: `of:` is the hash of the whole spec, `only:` what was asked for";
            reader.report(WRONG, node.span, "`slice` does not say what it is of", help);
            None
        }
    }
}

fn read_waivers(reader: &mut Reader, node: &Node) -> Vec<Waiver> {
    if matches!(node.kind, Kind::Null) {
        return Vec::new();
    }
    let Some(nodes) = node.as_list() else {
        reader.wrong(node, "`waivers`", "a list", WRONG);
        return Vec::new();
    };
    nodes.iter().filter_map(|node| read_waiver(reader, node)).collect()
}

fn read_waiver(reader: &mut Reader, node: &Node) -> Option<Waiver> {
    let entries = reader.map(node, "a waiver", &WAIVER, WRONG)?;
    let mut texts = BTreeMap::new();
    let mut input = None;
    for entry in entries {
        if entry.key == "input" {
            input = Some(reader.json(&entry.value)?);
        } else {
            texts.insert(entry.key.as_str(), read_name(reader, &entry.value, &format!("`{}`", entry.key)));
        }
    }
    let mut text = |key: &str| texts.remove(key).filter(|text| !text.trim().is_empty());
    let reason = text("reason");
    let of = match (text("item"), text("operation"), input, text("pattern")) {
        (Some(item), None, None, None) => Some(Waived::Item(item)),
        (None, Some(name), None, None) => Some(Waived::Operation(name)),
        (None, Some(name), Some(input), None) => Some(Waived::Input(name, input)),
        (None, Some(name), None, Some(pattern)) => Some(Waived::Pattern(name, pattern)),
        _ => None,
    };
    if let (Some(of), Some(reason)) = (of, reason) {
        return Some(Waiver { of, reason });
    }
    let help = "give `reason:` and either `item:` or `operation:`, the latter with `input:` or `pattern:` where not all of \
                it is meant";
    reader.report(WRONG, node.span, "the waiver does not say what is waived and why", help);
    None
}

fn read_files(reader: &mut Reader, node: &Node, key: &str) -> Vec<(String, Span)> {
    let mut files: Vec<(String, Span)> = Vec::new();
    if matches!(node.kind, Kind::Null) {
        return files;
    }
    let what = if key == "vectors" { "vector file" } else { "file" };
    let mut seen = BTreeSet::new();
    for (name, span) in reader.texts(node, &format!("`{key}`"), WRONG) {
        let name = name.strip_prefix("./").unwrap_or(&name).to_owned();
        if !stays_inside(&name) {
            let message = format!("the {what} `{name}` is not within the document's folder");
            let help = "name a file beside the document or below it, with `/` between the parts of its path";
            reader.report(Code::VectorFileOutside, span, message, help);
        } else if !seen.insert(name.clone()) {
            let message = format!("the {what} `{name}` is named twice");
            reader.report(Code::VectorFileRepeated, span, message, "leave one of them out");
        } else {
            files.push((name, span));
        }
    }
    files
}

pub(crate) fn stays_inside(path: &str) -> bool {
    let is_plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    path.split('/').all(is_plain) && !path.contains(['\\', ':', '\0'])
}

fn read_targets(reader: &mut Reader, node: &Node) -> BTreeMap<String, Target> {
    let Some(entries) = node.as_map() else {
        reader.wrong(node, "`targets`", "a map by language", WRONG);
        return BTreeMap::new();
    };
    entries.iter().map(|entry| (entry.key.to_lowercase(), read_target(reader, &entry.value))).collect()
}

fn read_target(reader: &mut Reader, node: &Node) -> Target {
    let mut target = Target::default();
    if matches!(node.kind, Kind::Null) {
        return target;
    }
    for entry in reader.map(node, "the target", &TARGET, WRONG).unwrap_or_default() {
        match entry.key.as_str() {
            "edition" => target.edition = reader.text(&entry.value, "`edition`", WRONG),
            "dependencies" => {
                let texts = reader.texts(&entry.value, "`dependencies`", WRONG);
                target.dependencies = texts.into_iter().map(|(text, _)| dependency(&text)).collect();
            }
            "features" => {
                let texts = reader.texts(&entry.value, "`features`", WRONG);
                target.features = texts.into_iter().map(|(text, _)| text).collect();
            }
            _ => {}
        }
    }
    target
}

fn dependency(text: &str) -> Dependency {
    match text.split_once('@') {
        Some((name, version)) => Dependency { name: name.to_owned(), version: Some(version.to_owned()) },
        None => Dependency { name: text.to_owned(), version: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, SourceFile, Sources, parse_with};

    fn read_yaml(yaml: &str) -> (Head, Vec<String>) {
        let document = format!("---\nghostlib: 1\nname: x\nversion: 1.0.0\n{yaml}\n---\n");
        let mut diagnostics = Vec::new();
        let head = read(&Text::new("SPEC.md", &document), &divide(&document), &mut diagnostics);
        (head, diagnostics.into_iter().map(|diagnostic| diagnostic.code).collect())
    }

    #[test]
    fn front_matter_ends_at_the_second_line_of_three_dashes() {
        let division = |yaml, is_unclosed, body| Division { yaml, is_unclosed, body };
        assert_eq!(divide("---\na: 1\n---\nb"), division(Some(4..9), false, 13));
        assert_eq!(divide("\u{feff}---\r\n---"), division(Some(8..8), false, 11));
        assert_eq!(divide("---\na: 1\n"), division(None, true, 4));
        assert_eq!(divide("a\n---\n---\n"), division(None, false, 0));
        assert_eq!(divide("----\n---\n"), division(None, false, 0));
        assert_eq!(divide(""), division(None, false, 0));
    }

    #[test]
    fn a_reference_is_pinned_in_one_of_three_ways() {
        for (yaml, expected) in [
            ("{crate: shell-words, version: 1.10}", "crate:shell-words@1.10"),
            ("{git: https://example.org/a, rev: 1234567}", "git:https://example.org/a#1234567"),
            ("{git: https://example.org/a, rev: 12e4567}", "git:https://example.org/a#12e4567"),
            ("{path: ../a}", "../a"),
        ] {
            let (head, codes) = read_yaml(&format!("reference: {yaml}"));
            assert_eq!(head.front_matter.reference.unwrap().to_string(), expected);
            assert!(codes.is_empty(), "{codes:?}");
        }
        for yaml in ["{crate: a}", "{crate: a, version: 1, path: b}", "{rev: a}", "{path: ''}", "{}"] {
            let (head, codes) = read_yaml(&format!("reference: {yaml}"));
            assert_eq!((head.front_matter.reference, codes), (None, vec!["reference-invalid".to_owned()]));
        }
    }

    #[test]
    fn a_perturbed_reference_names_its_changes_and_what_they_make() {
        let read = |perturb: &str| {
            let (head, codes) =
                read_yaml(&format!("reference: {{crate: a, version: 1.0.0, perturb: {perturb}}}"));
            (head.front_matter.reference, codes)
        };
        let hash = "0".repeat(64);
        let (reference, codes) =
            read(&format!("{{seed: 7, changes: [{{at: a.rs:1:2, from: '3', to: '4'}}], hash: \"{hash}\"}}"));
        let Some(ReferenceSource::Perturbed(perturbation)) = &reference else {
            panic!("{reference:?} {codes:?}")
        };
        let change = ghostlib_model::RuleChange { at: "a.rs:1:2".into(), from: "3".into(), to: "4".into() };
        assert_eq!(perturbation.changes, [change]);
        assert_eq!(reference.unwrap().to_string(), "crate:a@1.0.0 perturbed into 000000000000");
        for wrong in ["{seed: 7}", "{seed: 7, changes: [3], hash: a}", "{seed: 7, changes: [], hash: a}"] {
            let (reference, codes) = read(wrong);
            assert_eq!((reference, codes.last().map(String::as_str)), (None, Some("reference-invalid")));
        }
    }

    #[test]
    fn a_waiver_says_what_and_why() {
        let (head, codes) = read_yaml(
            "waivers:\n  - {item: a::B, reason: r}\n  - {operation: f, reason: r}\n  \
             - {operation: f, input: {x: 1}, reason: r}\n  - {operation: f, pattern: '*_*', reason: r}",
        );
        let told: Vec<String> = head.front_matter.waivers.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["`a::B`", "all of `f`", "`f` of {\"x\":1}", "`f` of inputs like `*_*`"]);
        assert!(codes.is_empty(), "{codes:?}");
        for yaml in
            ["{item: a}", "{reason: r}", "{item: a, operation: b, reason: r}", "{item: a, reason: ''}", "x"]
        {
            let (head, codes) = read_yaml(&format!("waivers: [{yaml}]"));
            assert!(
                head.front_matter.waivers.is_empty() && codes.contains(&"front-matter-value".into()),
                "{yaml}"
            );
        }
        let (_, codes) = read_yaml("waivers: [{oparation: f, reason: r}]");
        assert_eq!(codes[0], "front-matter-unknown-key");
    }

    #[test]
    fn vector_files_stay_within_the_folder() {
        let (head, codes) =
            read_yaml("vectors: [a.yaml, ./b/c.yaml, ../d, /e, 'f\\g', 'C:/h', b/../../i, a.yaml]");
        assert_eq!(head.front_matter.vectors, ["a.yaml", "b/c.yaml"]);
        assert_eq!(codes.iter().filter(|code| *code == "vector-file-outside").count(), 5);
        assert_eq!(codes.last().map(String::as_str), Some("vector-file-repeated"));
    }

    #[test]
    fn front_matter_that_is_not_closed_says_so() {
        let mut diagnostics = Vec::new();
        let document = "---\nname: x\n";
        read(&Text::new("SPEC.md", document), &divide(document), &mut diagnostics);
        assert_eq!(diagnostics[0].code, "front-matter-unclosed");
    }

    #[test]
    fn the_front_matter_names_the_dialect_of_the_body() {
        let read = |dialect: &str, options: Options| {
            let document = format!(
                "---\nghostlib: 1\nname: x\nversion: 1.0.0\nreference: {{path: .}}\n{dialect}---\n\n# A\n\nThis specification defines it.\n\n- The service returns the name.\n"
            );
            let sources = Sources { document: SourceFile::new("SPEC.md", document), ..Sources::default() };
            let (spec, diagnostics) = parse_with(&sources, &options);
            assert!(spec.front_matter.reference.is_some());
            let codes: Vec<_> = diagnostics.into_iter().map(|one| one.code).collect();
            (spec.dialect, spec.requirements.len(), codes)
        };
        let by = |dialect| Options { dialect: Some(dialect), ..Options::default() };
        assert_eq!(read("", Options::default()), (Dialect::Native, 0, vec![]));
        let (dialect, n, codes) = read("dialect: rfc2119\n", Options::default());
        assert!(dialect == Dialect::Rfc2119 && n > 0 && codes.is_empty());
        assert_eq!(read("", by(Dialect::Rfc2119)), (dialect, n, vec![]));
        assert_eq!(read("dialect: rfc2119\n", by(Dialect::Native)).1, 0);
        assert_eq!(read("dialect: rfc2119x\n", Options::default()).2, ["front-matter-value"]);
    }
}
