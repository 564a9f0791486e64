//! What one crate uses of another.

use super::lib;
use crate::{Part, SourceFile, SourceTree, usage};

const DEPENDENCY: &str = "
pub fn split(text: &str) -> Vec<Word> { todo!() }
pub fn join(words: &[Word]) -> String { todo!() }
pub fn count(text: &str) -> usize { todo!() }
pub struct Word { pub text: String }
impl Word { pub fn new() -> Word { todo!() } pub fn len(&self) -> usize { todo!() } pub fn cut(&self, at: usize) -> Piece { todo!() } pub fn glue(&self) {} }
pub struct Piece;
impl Piece { pub fn len(&self) -> usize { todo!() } pub fn rest(&self) -> Piece { todo!() } }
pub struct Stranger;
impl Stranger { pub fn rest(&self) {} }
pub mod inner { pub fn deep() {} pub trait Loud { fn shout(&self); } pub enum Tone { High, Low } pub fn unused() {} }
pub use inner::Tone;
#[macro_export] macro_rules! words { () => {} }
";

fn used(files: &[(&str, &str)], part: Part) -> (Vec<String>, Vec<String>) {
    let files = files.iter().map(|(path, text)| SourceFile::new(*path, *text)).collect();
    let found = usage(&SourceTree { files }, "words", &lib(DEPENDENCY), part);
    let paths = found.used.into_iter().map(|used| used.path).collect();
    (paths, found.unknown.into_iter().map(|(path, _)| path).collect())
}

fn of(code: &str) -> Vec<String> {
    used(&[("src/lib.rs", code)], Part::Everything).0
}

#[test]
fn paths_are_followed_through_imports() {
    for (code, expected) in [
        ("fn f() { words::split(\"\"); }", &["split"][..]),
        ("use words::split; fn f() { split(\"\"); }", &["split"]),
        (
            "use words::{self as w, inner::{deep as d, Tone::{High}}}; fn f() { d(); w::count(\"\"); }",
            &["Tone", "Tone::High", "count", "inner::Tone", "inner::deep"],
        ),
        ("use words::inner; fn f() { inner::deep(); }", &["inner", "inner::deep"]),
        (
            "mod a { pub use words::Word as W; } fn f() { let _ = crate::a::W::new(); }",
            &["Word", "Word::new"],
        ),
        ("type W = words::Word; fn f() -> W { W::new() }", &["Word", "Word::new"]),
        ("use words::*; fn f() { join(&[]); }", &["join"]),
        ("use words::inner::Loud as _; fn f() {}", &["inner::Loud"]),
        ("fn f() { println!(\"{}\", words::count(\"\")); words::words!(); }", &["count", "words"]),
        ("extern crate words as w; fn f() { w::count(\"\"); }", &["count"]),
        ("fn words() {} fn f() { let split = 1; }", &[]),
    ] {
        assert_eq!(of(code), expected, "{code}");
    }
}

#[test]
fn methods_are_those_of_types_that_can_be_reached_with_as_many_arguments() {
    assert_eq!(of("fn f() { words::split(\"\")[0].cut(1); }"), ["Word::cut", "split"]);
    assert_eq!(of("fn f() { words::split(\"\")[0].cut(); }"), ["split"], "it takes an argument");
    assert_eq!(of("fn f() { words::count(\"\").rest(); }"), ["count"], "no such type is in reach");
    assert_eq!(
        of("fn f() { let piece = words::Word::new().cut(2); piece.rest(); }"),
        ["Piece::rest", "Word::cut", "Word::new"]
    );
    assert_eq!(of("fn f(w: words::Word) { println!(\"{}\", w.glue()); }"), ["Word", "Word::glue"]);
}

#[test]
fn tests_and_documentation_count_where_they_are_asked_for() {
    let files = [
        (
            "src/lib.rs",
            "/// ```\n/// words::count(\"\");\n/// ```\npub fn f() {}\n#[cfg(test)]\nmod tests { use words::join; }\n",
        ),
        ("tests/it.rs", "fn f() { words::split(\"\"); }"),
    ];
    assert_eq!(used(&files, Part::Everything).0, ["count", "join", "split"]);
    assert!(used(&files, Part::Library).0.is_empty());
}

#[test]
fn what_the_crate_exports_again_is_used_whole_and_what_is_not_there_is_told() {
    let found = usage(
        &SourceTree {
            files: vec![SourceFile::new("src/lib.rs", "pub use words::Word; use words::missing;")],
        },
        "words",
        &lib(DEPENDENCY),
        Part::Everything,
    );
    assert_eq!(found.wanted()[0].extent, crate::Extent::Subtree);
    assert_eq!(found.unknown[0].0, "missing");
}
