//! Code that no interpreter takes never panics, overflows the stack or runs without end.

use super::{api, lib, paths, tree, unseen};
use crate::{ExtractError, FeatureSet, Language, Lossy, Python, SourceTree, compare};
use std::fmt::Write as _;

const DEEP: usize = 10_000;

#[test]
fn what_does_not_parse_is_unseen_and_the_rest_is_read() {
    let api = lib("def good(): ...\nx = = 3 )\ndef after(): ...\n");
    assert!(paths(&api).contains(&"good") && paths(&api).contains(&"after"), "{:?}", paths(&api));
    assert!(unseen(&api).contains(&"code that does not parse"));
}

/// A statement within itself.
fn indented(statement: &str) -> String {
    let lines: Vec<_> = (0..300).map(|depth| format!("{}{statement}\n", " ".repeat(depth))).collect();
    lines.concat()
}

#[test]
fn deep_nesting_of_everything_is_read_to_a_depth() {
    let nested = |open: &str, middle: &str, close: &str| {
        format!("{}{middle}{}", open.repeat(DEEP), close.repeat(DEEP))
    };
    let sources = [
        format!("def f(x: {}): ...", nested("list[", "int", "]")),
        format!("def f(x={}): ...", nested("(", "1", ")")),
        format!("def f(x={}1): ...", "1 + ".repeat(DEEP)),
        format!("def f(x: {}int): ...", "int | ".repeat(DEEP)),
        format!("X = {}", nested("[", "", "]")),
        format!("X = {}1", "not ".repeat(DEEP)),
        format!("{}1", "a = ".repeat(DEEP)),
        format!("__all__ = {}", nested("[*", "[]", "]")),
        format!("__all__ = {}['a']", "['a'] + ".repeat(DEEP)),
        format!("import {}", nested("a.", "b", "")),
        format!("def f(x: {}): ...", "a.".repeat(DEEP)),
        format!("if {}x: ...", "x and ".repeat(DEEP)),
        format!("def f():\n    raise {}", nested("A(", "", ")")),
        indented("if x:"),
        indented("class A:"),
        indented("def f():"),
        "(".repeat(DEEP),
        "'''".to_owned(),
        "def f(".repeat(1_000),
        "@a\n".repeat(1_000),
    ];
    for source in sources {
        let broken = lib(&source);
        let block = Python.extract_block(&source, "SPEC.md", 3, &source);
        assert!(broken.items.len() < 1_000 && block.items.len() < 3_000);
    }
}

#[test]
fn circles_of_names_end() {
    let api = api(&[
        (
            "__init__.py",
            "from .a import *\nfrom . import a, lib\nimport lib\nx = x\ny = z\nz = y\nfrom .a import q\nlib.me = lib\n__all__ = ['x', 'f', *a.__all__]\n",
        ),
        (
            "a.py",
            "from . import *\nfrom .b import *\nimport lib.b as b\n__all__ = b.__all__ + ['g']\ndef f(t: 'T') -> 'U': ...\nT = 'U'\nU = 'T'\nA = list['B']\nB = dict['A', 'A']\ndef g(a: A): ...\nfrom lib import q\n",
        ),
        (
            "b.py",
            "from .a import *\nfrom . import a\n__all__ = a.__all__ + ['h']\nclass C(C): ...\nclass D(E): ...\nclass E(D): ...\ndef h(): h()\n",
        ),
    ]);
    assert!(paths(&api).contains(&"a.g"));
}

#[test]
fn stars_that_multiply_end() {
    let stars: Vec<_> = (0..30).map(|n| format!("from .m{n} import *\n__all__ += m{n}.__all__\n")).collect();
    let stars = stars.concat();
    let names: Vec<_> = (0..30).map(|n| format!("m{n}.py")).collect();
    let texts: Vec<_> = (0..30)
        .map(|n| format!("__all__ = ['f{n}']\nfrom . import *\n{stars}def f{n}(x: Nowhere): ...\n"))
        .collect();
    let mut files: Vec<_> =
        names.iter().zip(&texts).map(|(name, text)| (name.as_str(), text.as_str())).collect();
    files.push(("__init__.py", "from .m0 import *\n"));
    assert!(paths(&api(&files)).contains(&"f0"));
}

#[test]
fn aliases_that_multiply_end() {
    let mut text = String::new();
    for n in 0..40 {
        writeln!(text, "T{n} = tuple[T{0}, T{0}, T{0}, T{0}]", n + 1).unwrap();
    }
    assert!(lib(&format!("{text}def f(x: T0): ...\n")).items.len() > 40);
}

#[test]
fn bytes_that_are_no_text_and_files_that_are_too_large_are_unseen() {
    let mut tree = tree(&[("__init__.py", "def f(): ...\n"), ("x.py", "")]);
    tree.files[1].lossy = Some(Lossy::NotUtf8);
    tree.files[2].lossy = Some(Lossy::TooLarge);
    let api = Python.extract(&tree, &FeatureSet::Default).unwrap();
    assert_eq!(unseen(&api), ["bytes that are not UTF-8", "a file that is too large to be read"]);
}

#[test]
fn a_tree_without_modules_is_an_error() {
    let error = Python.extract(&SourceTree::default(), &FeatureSet::Default).unwrap_err();
    assert!(matches!(error, ExtractError::NoModules));
}

#[test]
fn ten_thousand_lines_are_read() {
    generated_lines_are_read(2_500);
}

#[test]
#[ignore = "it takes several seconds without optimisation"]
fn a_hundred_thousand_lines_are_read() {
    generated_lines_are_read(25_000);
}

fn generated_lines_are_read(n_functions: usize) {
    let mut text = String::new();
    for n in 0..n_functions {
        write!(text, "def f{n}(a, b=1):\n    if a:\n        raise ValueError\n    return f{}(a)\n", n + 1)
            .unwrap();
    }
    let api = lib(&text);
    assert_eq!(api.items.len(), n_functions);
    assert_eq!(compare(&api, &api).findings, vec![]);
}
