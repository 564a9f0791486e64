use crate::edit::render_vectors;
use crate::front_matter::divide;
use crate::source::{SourceFile, Sources};
use crate::vectors::Vectors;
use crate::yaml::{self, Kind, Node};
use ghostlib_model::VectorId;
use std::collections::BTreeSet;

/// What an implementer may see of a spec: all of it but the hidden vectors, and those of vector files that are withheld
/// from this implementer.
///
/// A vector file without such vectors stays as it is, byte for byte. One with some is written anew without
/// them, and without the comments and the vectors that cannot be read. Of one that is not YAML nothing is
/// shown, since nobody can tell what it hides. The document is public, and cannot hide a vector; it stays as it is but for how
/// its reference was perturbed, which would tell that memory is wrong.
pub fn visible(sources: &Sources, withheld: &BTreeSet<VectorId>) -> Sources {
    let vector_files = sources.vector_files.iter().map(|file| visible_file(file, withheld)).collect();
    Sources {
        document: visible_document(&sources.document),
        parts: sources.parts.clone(),
        vector_files,
        ..Sources::default()
    }
}

fn visible_document(document: &SourceFile) -> SourceFile {
    let (text, _) = document.decode();
    let Some(yaml) = divide(&text).yaml else { return document.clone() };
    let mut kept = String::new();
    let mut left_out = None;
    for line in text[yaml.clone()].split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        // What is below it is indented further.
        left_out = left_out.filter(|key| indent > *key || line.trim().is_empty());
        if left_out.is_none() && indent > 0 && line.trim_start().starts_with("perturb:") {
            left_out = Some(indent);
        }
        if left_out.is_none() {
            kept.push_str(line);
        }
    }
    if kept.len() == yaml.len() {
        return document.clone();
    }
    SourceFile::new(&document.path, [&text[..yaml.start], &kept, &text[yaml.end..]].concat())
}

/// The text of a document that somebody has edited who saw what is [`visible`] of `original`, with all of its front matter;
/// nothing if the front matter was changed.
pub fn with_whole_front_matter(original: &SourceFile, edited: &[u8]) -> Option<Vec<u8>> {
    let shown = visible_document(original);
    let head = |file: &SourceFile| divide(&file.decode().0).yaml.map_or(0, |yaml| yaml.end);
    let body = edited.strip_prefix(&shown.bytes[..head(&shown)])?;
    Some([&original.bytes[..head(original)], body].concat())
}

fn visible_file(file: &SourceFile, withheld: &BTreeSet<VectorId>) -> SourceFile {
    let (content, _) = file.decode();
    let mut vectors = Vectors::default();
    vectors.read_file(file, &mut Vec::new());
    let has_withheld = vectors.list.iter().any(|vector| withheld.contains(&vector.id));
    if !has_withheld && yaml::parse(&content).is_ok_and(|root| !hides_something(&root)) {
        return file.clone();
    }
    vectors.list.retain(|vector| !vector.hidden && !withheld.contains(&vector.id));
    SourceFile::new(&file.path, render_vectors(&vectors.list))
}

/// A vector file without some of its vectors, written anew if it has any of them.
pub(crate) fn without_vectors(file: &SourceFile, ids: &[String]) -> SourceFile {
    let mut vectors = Vectors::default();
    vectors.read_file(file, &mut Vec::new());
    let n_all = vectors.list.len();
    vectors.list.retain(|vector| !ids.iter().any(|id| id == vector.id.as_str()));
    let is_whole = vectors.list.len() == n_all;
    if is_whole { file.clone() } else { SourceFile::new(&file.path, render_vectors(&vectors.list)) }
}

/// Whether a vector has a `hidden` that is not plainly `false`.
fn hides_something(root: &Node) -> bool {
    let operations = root.as_map().unwrap_or_default();
    let vectors = operations.iter().filter_map(|operation| operation.value.as_list()).flatten();
    vectors.filter_map(|vector| vector.get("hidden")).any(|hidden| !matches!(hidden.kind, Kind::Bool(false)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_a_reference_was_perturbed_is_not_seen_and_not_lost() {
        let head =
            |perturb: &str| format!("---\nname: a\nreference:\n  crate: a\n{perturb}license: MIT\n---\n");
        for perturb in ["  perturb:\n    seed: 7\n    changes: [1,\n      2]\n", "  perturb: {seed: 7}\n"] {
            let original = SourceFile::new("SPEC.md", format!("{}\nText.\n", head(perturb)));
            let shown = visible_document(&original);
            assert_eq!(shown, SourceFile::new("SPEC.md", format!("{}\nText.\n", head(""))));
            let edited = format!("{}\nOther text.\n", head(""));
            let whole = with_whole_front_matter(&original, edited.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(whole).unwrap(), format!("{}\nOther text.\n", head(perturb)));
            assert_eq!(with_whole_front_matter(&original, b"Text.\n"), None);
        }
    }

    fn visible_text(yaml: &str) -> String {
        let file = SourceFile::new("tests.yaml", yaml);
        let shown = visible(&Sources { vector_files: vec![file], ..Sources::default() }, &BTreeSet::new());
        String::from_utf8(shown.vector_files[0].bytes.clone()).unwrap()
    }

    #[test]
    fn a_file_that_hides_nothing_stays_as_it_is() {
        let yaml = "# a comment\nf: [{name: a, input: 1, output: 2, hidden: false}]\n";
        assert_eq!(visible_text(yaml), yaml);
    }

    #[test]
    fn hidden_vectors_are_gone() {
        let yaml =
            "# 42!\nf: [{name: a, input: 1, output: 2}, {name: b, input: 41, output: 42, hidden: true}]";
        assert_eq!(visible_text(yaml), "f:\n  - name: a\n    input: 1\n    output: 2\n");
    }

    #[test]
    fn what_cannot_be_read_is_not_shown_where_something_may_be_hidden() {
        assert_eq!(visible_text("f: [{name: b, output: 42, hidden: true"), "");
        assert_eq!(visible_text("f: [{name: b, output: 42, hidden: True, oops: 1}]"), "");
        assert_eq!(visible_text("f: [{name: b, input: 41, output: 42, hidden: \"true\"}]"), "");
    }
}
