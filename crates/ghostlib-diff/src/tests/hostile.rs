//! Trees that somebody made to break the reader: it ends, and not much later than the parser does.

use super::{MANIFEST, api, lib, of_kind, paths, tree};
use crate::{
    CopyThresholds, ExtractError, FeatureSet, SourceFile, SourceTree, compare, compare_structure, copy_check,
    extract_crate, extract_expanded,
};
use ghostlib_model::ApiKind;
use std::fmt::Write;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, Instant};

const DEEP: usize = 10_000;
/// All of the reading against the bare parse, without optimisation; the benchmark `compare` has a smaller limit.
const MAX_RATIO: f64 = 30.0;

fn timed(work: impl FnOnce()) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}

/// Everything that reads code, on one text.
fn read_everything(text: &str) -> usize {
    let own = tree(&[("src/lib.rs", text)]);
    let parse = timed(|| own.parse()).max(Duration::from_millis(10));
    let mut n_items = 0;
    let whole = timed(|| n_items = read_parsed(&own, text));
    let ratio = whole.as_secs_f64() / parse.as_secs_f64();
    assert!(ratio < MAX_RATIO, "{ratio:.1} times the parse: {}", &text[..text.floor_char_boundary(60)]);
    n_items
}

fn read_parsed(own: &SourceTree, text: &str) -> usize {
    let api = extract_crate(own, &FeatureSet::Default).unwrap();
    assert!(compare(&api, &api).findings.is_empty());
    extract_expanded(own, text).unwrap();
    compare_structure(own, own);
    copy_check(own, own, &[text], &CopyThresholds::default());
    api.items.len()
}

fn nested(open: &str, middle: &str, close: &str) -> String {
    format!("{}{middle}{}", open.repeat(DEEP), close.repeat(DEEP))
}

fn nested_sources() -> Vec<String> {
    vec![
        format!("pub const A: usize = {};", nested("(", "1", ")")),
        format!("pub const A: usize = {}1;", "1 + ".repeat(DEEP)),
        format!("pub const A: usize = {}1;", "-".repeat(DEEP)),
        format!("pub const A: usize = {};", nested("{ ", "1", " }")),
        format!("pub const A: [u8; 1] = {};", nested("[", "1", "]")),
        format!("pub static A: u8 = {};", nested("f(", "1", ")")),
        format!("pub fn f(x: [u8; {}]) {{}}", nested("(", "1", ")")),
        format!("pub fn f() {{ {} }}", nested("if a { ", "", " } else { }")),
        format!("pub fn f() {{ {} }}", nested("|a| { ", "", " }")),
        format!("pub fn f() {{ let {} = a; }}", nested("Some(", "a", ")")),
        format!("pub fn f() {{ a{}; }}", ".b()".repeat(DEEP)),
        format!("pub fn f() {{ {} }}", nested("match a { _ => ", "a", " }")),
        format!("pub fn f() {{ {} }}", nested("fn g() { ", "", " }")),
        format!("pub fn f() where {}: A {{}}", nested("Vec<", "u8", ">")),
        format!("pub struct S<T = {}>(T);", nested("Option<", "u8", ">")),
        format!("pub enum E {{ V({}) }}", nested("Box<", "u8", ">")),
        format!("pub type A = {};", nested("dyn Fn(Box<", "u8", ">)")),
        format!("pub fn f() -> {} {{}}", nested("impl Iterator<Item = ", "u8", ">")),
        format!("impl {} for {} {{}}", nested("From<", "u8", ">"), nested("Vec<", "u8", ">")),
        format!("pub fn f(x: {}) {{}}", nested("<", "u8", " as A>::B")),
        nested("pub mod a { pub use super::*; ", "", " }"),
        nested("const _: () = { ", "impl A for B {}", " };"),
        nested("pub trait T { fn f() { ", "", " } }"),
        nested("impl A { fn f() { ", "", " } }"),
        format!("#[derive({})] pub struct S;", nested("A(", "B", ")")),
        format!("#[doc = {}] pub struct S;", nested("concat!(", "\"\"", ")")),
        format!("#[cfg({})] pub struct S;", nested("all(any(", "unix", "))")),
        "#[cfg_attr(all(), ".repeat(DEEP) + "path = \"a.rs\"" + &")]".repeat(DEEP) + " mod a;",
        format!("m!{};", nested("{", "", "}")),
        format!("macro_rules! m {{ ({}) => {{}} }} m!(a);", nested("$(", "$x:tt", ")*")),
        format!("macro_rules! m {{ ($x:tt) => {{ {} }} }} m!(a);", nested("{", "$x", "}")),
        format!(
            "macro_rules! m {{ ($x:ty) => {{ pub fn f(x: $x) {{}} }} }} m!({});",
            nested("Vec<", "u8", ">")
        ),
        nested("/* ", "", " */"),
        nested("r#", "", ""),
        format!("use a::{};", nested("{b, c::", "d", "}")),
        format!("pub fn f<{}>() {{}}", nested("const N: [u8; {", "1", "}]")),
    ]
}

#[test]
fn whatever_is_nested_is_read_to_a_depth() {
    for source in nested_sources() {
        let api = lib(&source);
        assert!(api.items.len() < 1_000 && compare(&api, &api).findings.is_empty());
    }
}

#[test]
fn some_of_what_is_nested_is_compared_and_looked_through_for_copies() {
    for source in nested_sources().iter().step_by(12) {
        read_everything(source);
    }
}

#[test]
#[ignore = "it takes half a minute without optimisation"]
fn whatever_is_nested_is_compared_and_looked_through_for_copies() {
    for source in nested_sources() {
        read_everything(&source);
    }
}

#[test]
fn odd_characters_are_read_past() {
    let source = "\u{feff}#![no_std]\r\npub fn a() {}\0\0 pub fn b\0() {}\rpub fn \u{202e}c() {}\n\u{0}\npub fn d() {} \u{fffd}pub \
        fn e\u{301}() {} pub fn f() -> \"\0\" {} // \u{2028}\u{85}\u{b}\u{c}";
    assert!(read_everything(source) > 0);
    let file = |text: &str| SourceTree { files: vec![SourceFile::new("Cargo.toml", text)] };
    for text in
        ["\0", "\u{feff}", "[package]\nname = \"\0\"", "[[package]]", "package = 1", "[lib]\npath = 1"]
    {
        assert!(extract_crate(&file(text), &FeatureSet::Default).is_err(), "{text:?}");
    }
}

#[test]
fn manifests_that_are_none_are_errors() {
    let error = |manifest: &str| {
        let mut tree = tree(&[("src/lib.rs", "pub fn f() {}")]);
        tree.files[0] = SourceFile::new("Cargo.toml", manifest);
        extract_crate(&tree, &FeatureSet::Default).unwrap_err()
    };
    assert!(matches!(error(""), ExtractError::NoPackage));
    assert!(matches!(error("[workspace]"), ExtractError::NoPackage));
    assert!(matches!(error(&"[".repeat(DEEP)), ExtractError::Manifest(_)));
    assert!(matches!(error(&format!("a = {}", nested("[", "", "]"))), ExtractError::Manifest(_)));
    assert!(matches!(error(&format!("{MANIFEST}[lib]\npath = \"../../x\"")), ExtractError::NoLibrary { .. }));
    let circle = format!("{MANIFEST}a = [\"b\"]\nb = [\"a\", \"b\", \"c/d\"]\n");
    let mut tree = tree(&[("src/lib.rs", "#[cfg(feature = \"a\")] pub fn f() {}")]);
    tree.files[0] = SourceFile::new("Cargo.toml", circle);
    assert_eq!(extract_crate(&tree, &FeatureSet::Named(vec!["b".to_owned()])).unwrap().items.len(), 1);
}

fn written(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn read(folder: &Path) -> Result<crate::Api, ExtractError> {
    extract_crate(&SourceTree::read(folder).unwrap(), &FeatureSet::Default)
}

#[test]
fn folders_and_links_in_the_place_of_files_are_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    for path in ["Cargo.toml", "src/lib.rs"] {
        fs::create_dir_all(folder.path().join(path)).unwrap();
    }
    assert!(matches!(read(folder.path()), Err(ExtractError::NoManifest)));

    let folder = written(&[
        ("Cargo.toml", MANIFEST.as_bytes()),
        ("src/lib.rs", b"pub mod a; pub mod b; pub mod c; pub fn f() {}"),
    ]);
    let at = |path: &str| folder.path().join(path);
    symlink(at("src"), at("src/a")).unwrap();
    symlink(at("src/b.rs"), at("src/b.rs")).unwrap();
    symlink("/dev/zero", at("src/c.rs")).unwrap();
    symlink("..", at("src/up")).unwrap();
    let api = read(folder.path()).unwrap();
    assert_eq!(paths(&api), ["f"]);
    let missing = api.unseen.iter().filter(|unseen| unseen.what.contains("whose file is not there"));
    assert_eq!(missing.count(), 3);
}

#[test]
fn bytes_that_are_no_text_are_unseen_and_the_rest_is_read() {
    let folder = written(&[
        ("Cargo.toml", MANIFEST.as_bytes()),
        ("src/lib.rs", b"pub fn f() {}\npub const S: &str = \"\xff\xfe\xc3\";\npub fn \xe2\x82() {}\npub fn g() {} // \xf0"),
    ]);
    let api = read(folder.path()).unwrap();
    assert!(["S", "f", "g"].iter().all(|path| paths(&api).contains(path)), "{:?}", paths(&api));
    assert!(api.unseen.iter().any(|unseen| unseen.what.contains("UTF-8")));

    let folder = written(&[("Cargo.toml", b"[package]\nname = \"\xff\""), ("src/lib.rs", b"")]);
    assert_eq!(read(folder.path()).unwrap().crate_name, "\u{fffd}");
}

#[test]
fn macros_that_multiply_end() {
    let doubling =
        (0..40).map(|n| format!("macro_rules! m{n} {{ () => {{ m{0}!{{}} m{0}!{{}} }} }} ", n + 1));
    let doubling = doubling.collect::<Vec<_>>().concat();
    let growing = "macro_rules! m { ($($x:tt)*) => { m!{ $($x)* $($x)* } } } m!{ a }";
    let wide = "macro_rules! m { ($($x:ident)*) => { $( n!{ $x $($x)* } )* } } macro_rules! n { ($y:ident $($x:ident)*) => \
        { $( pub fn $x() {} )* } }";
    let sources = [
        format!("{doubling} m0!{{}}"),
        growing.to_owned(),
        growing.replace("m!{ $($x)* $($x)* }", "m!{ $($x)* } m!{ $($x)* }"),
        "macro_rules! a { () => { b!{} b!{} } } macro_rules! b { () => { a!{} a!{} } } a!{}".to_owned(),
        "macro_rules! m { () => { macro_rules! m { () => { m!{} m!{} } } m!{} } } m!{}".to_owned(),
        "macro_rules! m { () => { mod a { m!{} } mod b { m!{} } } } m!{}".to_owned(),
        "include!(\"lib.rs\"); include!(\"lib.rs\");".to_owned(),
        format!("{wide} m!{{ {} }}", "a ".repeat(2_000)),
        format!("macro_rules! m {{ {} }} m!(b);", "($($x:tt)* a $($y:tt)*) => {}; ".repeat(500)),
        format!("macro_rules! m {{ ($($($x:tt)*)*) => {{}} }} m!({});", "a ".repeat(DEEP)),
    ];
    for source in sources {
        assert!(lib(&format!("{source} pub fn last() {{}}")).items.len() < 100_000);
    }
}

#[test]
fn modules_in_circles_end() {
    let api = api(&[
        (
            "src/lib.rs",
            "mod a; #[path = \"./../src/./a.rs\"] mod b; #[path = \"lib/\"] mod c; #[path = \"\"] mod d; mod r#a;",
        ),
        ("src/a.rs", "#[path = \"lib.rs\"] pub mod up; #[path = \"a.rs\"] mod me; mod a;"),
        ("src/a/a.rs", "#[path = \"../a.rs\"] pub mod up; pub use super::super::*; pub fn f() {}"),
    ]);
    assert!(api.unseen.iter().filter(|unseen| unseen.what.contains("includes itself")).count() > 3);
}

#[test]
fn names_in_circles_end() {
    let each = |n: usize, line: &dyn Fn(usize) -> String| (0..n).map(line).collect::<Vec<_>>().concat();
    let globs = each(60, &|n| {
        let (next, other) = ((n + 1) % 60, (n * 7) % 60);
        format!("pub mod m{n} {{ pub use super::m{next}::*; pub use super::m{other}::x{n} as x{next}; }} ")
    });
    let traits = each(200, &|n| format!("pub trait T{n}: T{} {{}} ", (n + 1) % 200));
    let defaults = each(40, &|n| format!("pub struct S{n}<A = S{0}<S{0}>, B = S{0}<A>>(A, B); ", n + 1));
    let constants = each(40, &|n| format!("pub const C{n}: usize = C{0} + C{0}; ", n + 1));
    let api = lib(&format!(
        "{globs}{traits}{defaults}{constants} pub const C40: usize = C0; pub use m0::*;
        pub fn f(x: S0<S0<S1>, S1<S0>>, y: [u8; C0]) -> x0 {{}}"
    ));
    assert!(of_kind(&api, ApiKind::Function) == ["f"]);
}

#[test]
fn ten_thousand_generated_lines_cost_little_more_than_their_parse() {
    generated_lines_cost_little_more_than_their_parse(1_250);
}

#[test]
#[ignore = "it takes a minute without optimisation"]
fn a_hundred_thousand_generated_lines_cost_little_more_than_their_parse() {
    generated_lines_cost_little_more_than_their_parse(12_500);
}

fn generated_lines_cost_little_more_than_their_parse(n_types: usize) {
    let mut text = String::new();
    for n in 0..n_types {
        let _ = write!(
            text,
            "#[derive(Clone, Debug)]\npub struct S{n}<'a, T: Clone> {{\n    pub a: Vec<&'a T>,\n    b: u8,\n}}\nimpl<'a, T: \
             Clone> S{n}<'a, T> {{ pub fn new(a: &'a [T]) -> Self {{\n    Self {{ a: a.iter().collect(), b: {n} }}\n}} }}\n"
        );
    }
    assert!(text.lines().count() >= n_types * 8);
    let tree = tree(&[("src/lib.rs", &text)]);
    let parse = timed(|| tree.parse());
    let mut n_items = 0;
    let whole = timed(|| n_items = extract_crate(&tree, &FeatureSet::Default).unwrap().items.len());
    assert_eq!(n_items, n_types * 5);
    let ratio = whole.as_secs_f64() / parse.as_secs_f64();
    assert!(ratio < MAX_RATIO, "{ratio:.1} times the parse");
}
