//! The two languages behind one trait.

use crate::{LANGUAGES, Language, SourceFile, SourceTree, language_named, language_of};
use tree_sitter::Parser;

#[test]
fn the_language_of_a_tree_is_told_by_its_files() {
    for (path, expected) in [
        ("Cargo.toml", Some("rust")),
        ("pyproject.toml", Some("python")),
        ("setup.py", Some("python")),
        ("lib/__init__.py", Some("python")),
        ("six.py", Some("python")),
        ("tests/test_a.py", None),
        ("README.md", None),
    ] {
        let tree = SourceTree { files: vec![SourceFile::new(path, "")] };
        assert_eq!(language_of(&tree).map(Language::name), expected, "{path}");
    }
    assert_eq!(language_named("python").map(Language::name), Some("python"));
    assert!(language_named("cobol").is_none());
}

/// The tokens of the bodies: comments, documentation and signatures are left out.
fn tokens(language: &dyn Language, text: &str) -> Vec<String> {
    let mut parser = Parser::new();
    parser.set_language(&language.grammar()).unwrap();
    let tree = parser.parse(text, None).unwrap();
    let (mut tokens, mut skip_until) = (vec![], 0);
    crate::rust::walk(tree.root_node(), &mut |node| {
        skip_until = skip_until.max(language.signature_end(node).unwrap_or(0));
        let is_comment = language.is_comment(node);
        if node.child_count() == 0
            && node.start_byte() >= skip_until
            && !is_comment
            && !node.byte_range().is_empty()
        {
            tokens.push(text[node.byte_range()].to_owned());
        }
        !is_comment
    });
    tokens
}

#[test]
fn every_language_tells_what_the_copy_check_needs() {
    let texts = [
        "fn f(a: u8) -> u8 { /* c */ a + 1 }",
        "def f(a: int) -> int:\n    '''Doc.'''  # c\n    return a + 1\n",
    ];
    let expected: [&[&str]; 2] = [&["{", "a", "+", "1", "}"], &["return", "a", "+", "1"]];
    let paths = [("src/lib.rs", "tests/a.rs"), ("src/lib/a.py", "tests/test_a.py")];
    for (n, language) in LANGUAGES.into_iter().enumerate() {
        assert_eq!(tokens(language, texts[n]), expected[n]);
        assert!(language.is_library(paths[n].0) && !language.is_library(paths[n].1));
        assert!(!language.is_library("README.md"));
    }
}
