use crate::edit::render_vectors;
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
/// shown, since nobody can tell what it hides. The document stays as it is: it is public, and cannot hide
/// a vector.
pub fn visible(sources: &Sources, withheld: &BTreeSet<VectorId>) -> Sources {
    let vector_files = sources.vector_files.iter().map(|file| visible_file(file, withheld)).collect();
    Sources {
        document: sources.document.clone(),
        parts: sources.parts.clone(),
        vector_files,
        ..Sources::default()
    }
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
