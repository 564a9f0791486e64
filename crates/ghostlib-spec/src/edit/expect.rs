use super::render::expected_pairs;
use crate::markdown;
use crate::source::Sources;
use crate::text::{Excerpt, Text};
use crate::vectors::VECTORS;
use crate::yaml::{self, Entry, Node};
use crate::{Options, front_matter, parse_with};
use ghostlib_model::{Expected, Span, Vector, VectorId};

/// A value in brackets ends at one of the next so many of them.
const MAX_BRACKETS: usize = 16;

/// The spec with a vector that expects something else; nothing, if it has none of that id, or the text cannot be changed so
/// that all else stays as it is.
pub fn expect(sources: &Sources, options: &Options, id: &VectorId, expected: &Expected) -> Option<Sources> {
    let (spec, _) = parse_with(sources, options);
    let old = spec.vectors.iter().find(|vector| vector.id == *id)?;
    let is_it = |vector: &Vector| vector.id == *id;
    let wanted: Vec<Vector> = spec
        .vectors
        .iter()
        .map(
            |one| if is_it(one) { Vector { expected: expected.clone(), ..one.clone() } } else { one.clone() },
        )
        .collect();
    let says_it = |edited: &Sources| {
        let (spec, _) = parse_with(edited, options);
        spec.vectors.iter().map(without_place).eq(wanted.iter().map(without_place))
    };
    let file_of = |sources: &Sources| sources.files().position(|file| *file.path == *old.place.file);
    let at = file_of(sources)?;
    let text = String::from_utf8(sources.files().nth(at)?.bytes.clone()).ok()?;
    let is_document = sources.documents().any(|file| *file.path == *old.place.file);
    let edits = excerpts(&text, is_document).into_iter().flat_map(|yaml| edits(&text, &yaml, old, expected));
    let mut edited = edits.map(|(span, with)| {
        let mut edited = sources.clone();
        let text = [&text[..span.start], &with, &text[span.end..]].concat();
        if let Some(file) = edited.files_mut().nth(at) {
            file.bytes = text.into_bytes();
        }
        edited
    });
    edited.find(says_it)
}

fn without_place(vector: &Vector) -> Vector {
    Vector { place: ghostlib_model::Place::start_of(""), ..vector.clone() }
}

/// The pieces of a file that are YAML with vectors.
fn excerpts(text: &str, is_document: bool) -> Vec<Excerpt> {
    let whole = Text::new("", text);
    if !is_document {
        return vec![Excerpt::of(&whole, 0..text.len())];
    }
    let fences = markdown::read(&whole, front_matter::divide(text).body).fences;
    fences.into_iter().filter(|fence| fence.is("yaml", VECTORS)).map(|fence| fence.code).collect()
}

/// What might change what a vector expects: where in the file, and what is put there.
fn edits(text: &str, yaml: &Excerpt, old: &Vector, expected: &Expected) -> Vec<(Span, String)> {
    let Ok(root) = yaml::parse(yaml.as_str()) else { return Vec::new() };
    let vectors = root.get(&old.operation).and_then(Node::as_list).unwrap_or_default();
    let mut edits = vec![];
    for entries in vectors.iter().filter_map(Node::as_map) {
        let said: Vec<&Entry> = entries.iter().filter(|entry| is_expectation(&entry.key)).collect();
        let [said] = said[..] else { continue };
        let span = yaml.span_in_document(said.span());
        let end = span.start + text[span.start..span.end].trim_end().len();
        let brackets = text[end..].match_indices([']', '}']).map(|(at, _)| end + at + 1);
        let ends = std::iter::once(end).chain(brackets.take(MAX_BRACKETS));
        edits.extend(ends.map(|end| (Span::new(span.start, end), expected_pairs(expected).join(", "))));
    }
    edits
}

/// Whether a key of a vector says what it expects. One with a tolerance is changed by hand.
fn is_expectation(key: &str) -> bool {
    matches!(key, "output" | "error" | "tolerance" | "unordered")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SourceFile;
    use ghostlib_model::ExpectedError;
    use serde_json::json;

    const DOCUMENT: &str = "---\nghostlib: 1\nname: x\nversion: 1.0.0\nvectors: [t.yaml]\n---\n\n\
        - x\n\n  ```yaml vectors\n  f:\n    - {name: a, input: {a: [1]}, output: [1, [2]], hidden: true} # one\n    - {name: b, input: 1, error: {class: E}}\n  ```\n";
    const FILE: &str = "f:\n# all\n- name: c\n  input: 2\n  output:\n    - 1\n    - {a: 1}\n\n- name: d\n  input: 3\n  output: |\n    x\n    y\n  hidden: true\n- name: e\n  input: 4\n  output: 1.5\n  tolerance: 0.5\n";

    fn expecting(id: &str, expected: &Expected) -> Option<[String; 2]> {
        let sources = Sources {
            document: SourceFile::new("SPEC.md", DOCUMENT),
            vector_files: vec![SourceFile::new("t.yaml", FILE)],
            ..Sources::default()
        };
        let edited = expect(&sources, &Options::default(), &VectorId::new(id), expected)?;
        let text = |file: &SourceFile| String::from_utf8(file.bytes.clone()).unwrap();
        Some([text(&edited.document), text(&edited.vector_files[0])])
    }

    #[test]
    fn what_one_vector_expects_changes_and_nothing_else() {
        let error = || Expected::Error(ExpectedError { class: Some("E".into()), text: Some("a, b".into()) });
        for (id, expected, [document, file]) in [
            ("f/a", json!([3]).into(), [DOCUMENT.replace("[1, [2]]", "[3]"), FILE.into()]),
            (
                "f/b",
                json!({"k": "v"}).into(),
                [DOCUMENT.replace("error: {class: E}", "output: {k: \"v\"}"), FILE.into()],
            ),
            (
                "f/c",
                error(),
                [
                    DOCUMENT.into(),
                    FILE.replace("output:\n    - 1\n    - {a: 1}", "error: {class: E, text: \"a, b\"}"),
                ],
            ),
            (
                "f/d",
                json!("z").into(),
                [DOCUMENT.into(), FILE.replace("output: |\n    x\n    y", "output: \"z\"")],
            ),
        ] {
            assert_eq!(expecting(id, &expected), Some([document, file]), "{id}");
        }
    }

    #[test]
    fn what_cannot_be_changed_alone_is_left() {
        assert_eq!(expecting("f/e", &json!(1).into()), None, "it has a tolerance");
        assert_eq!(expecting("f/z", &json!(1).into()), None, "there is none");
    }
}
