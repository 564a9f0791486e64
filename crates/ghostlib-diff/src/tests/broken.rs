//! Code that no compiler takes never panics, overflows the stack or runs without end.

use super::{api, lib, of_kind, paths};
use crate::{CopyThresholds, copy_check, extract_block};
use ghostlib_model::ApiKind;

const DEEP: usize = 10_000;

#[test]
fn what_does_not_parse_is_unseen_and_the_rest_is_read() {
    let api = lib("pub fn good() {}\npub fn ((( { \npub struct S { pub a: u8 }\n} ] pub fn after() {}");
    assert!(paths(&api).contains(&"good"));
    assert!(api.unseen.iter().any(|unseen| unseen.what.contains("parse")));
}

#[test]
fn deep_nesting_of_everything_is_read_to_a_depth() {
    let nested = |open: &str, middle: &str, close: &str| {
        format!("{}{middle}{}", open.repeat(DEEP), close.repeat(DEEP))
    };
    let types = [
        nested("Vec<", "u8", ">"),
        nested("&", "u8", ""),
        nested("(", "u8", ",)"),
        nested("fn(", "u8", ")"),
        nested("[", "u8", "; 1]"),
    ];
    for ty in types {
        let api = lib(&format!("pub fn f(x: {ty}) -> {ty} {{}} pub fn g() {{}}"));
        assert!(paths(&api).contains(&"g"));
    }
    let sources = [
        nested("pub mod a { ", "pub fn f() {}", " }"),
        nested("{", "", "}"),
        format!("fn f() {{ {} }}", nested("(", "1", ")")),
        format!("use {};", nested("a::{", "b", "}")),
        format!("use {};", "a::".repeat(DEEP)),
        format!("#[{}] pub fn f() {{}}", nested("cfg_attr(unix, ", "derive(A)", ")")),
        format!("#[cfg({})] pub fn f() {{}}", nested("not(", "unix", ")")),
        format!("pub fn f<T: {}>() {{}}", nested("A<dyn ", "B", ">")),
        nested("impl A for ", "B", ""),
        "/*".repeat(DEEP),
        "(".repeat(DEEP),
        "pub fn f<'a>(".repeat(1_000),
    ];
    for source in sources {
        let broken = lib(&source);
        let block = extract_block(&source, "SPEC.md", 3, &source);
        assert!(broken.items.len() < 1_000 && block.items.len() < 3_000);
    }
}

#[test]
fn modules_that_include_each_other_end() {
    let api = api(&[
        ("src/lib.rs", "pub mod a; #[path = \"lib.rs\"] pub mod own;"),
        ("src/a.rs", "#[path = \"b.rs\"] pub mod b; pub fn f() {}"),
        ("src/b.rs", "#[path = \"a.rs\"] pub mod a; #[path = \"../../..\"] mod c;"),
    ]);
    assert_eq!(of_kind(&api, ApiKind::Function), ["a::f"]);
    assert_eq!(api.unseen.iter().filter(|unseen| unseen.what.contains("includes itself")).count(), 2);
}

#[test]
fn files_that_multiply_end() {
    let twice = |next: usize| {
        format!("#[path = \"f{next}.rs\"] pub mod a; #[path = \"f{next}.rs\"] pub mod b; pub fn f() {{}}")
    };
    let texts: Vec<_> = (1..40).map(|next| (format!("src/f{}.rs", next - 1), twice(next))).collect();
    let mut files: Vec<_> = texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    files.push(("src/lib.rs", "mod hidden { #[path = \"../f0.rs\"] pub mod a; }"));
    let api = api(&files);
    assert!(api.unseen.iter().any(|unseen| unseen.what.contains("included too often")));
}

#[test]
fn circles_of_names_end() {
    let imports: Vec<_> = (0..30).map(|n| format!("pub use crate::m{n}::*;")).collect();
    let globs: Vec<_> = (0..30).map(|n| format!("pub mod m{n} {{ {} }}", imports.join(" "))).collect();
    let globs = globs.join("\n");
    lib(&format!("{globs} use m0::*; pub fn f(x: Nowhere) {{}}"));
    let api = lib("pub use a::x as y; pub mod a { pub use crate::y as x; pub use super::*; }
        pub type A = B; pub type B = A; pub type C = (C, C); pub type D<T> = D<(T, T)>;
        pub fn f(a: A, c: C, d: D<u8>) {} pub mod me { pub use crate as root; pub use crate::me as me; }");
    assert!(paths(&api).contains(&"f"));
}

#[test]
fn aliases_that_multiply_end() {
    let chain = (0..40).map(|n| format!("pub type T{n} = (T{0}, T{0}, T{0}, T{0});", n + 1));
    let chain = chain.collect::<Vec<_>>().join("\n");
    assert!(lib(&format!("{chain} pub fn f(x: T0) {{}}")).items.len() > 40);
}

#[test]
fn the_copy_check_takes_anything() {
    let deep = super::tree(&[("src/lib.rs", &"fn f() { ((".repeat(1_000))]);
    let report = copy_check(&deep, &deep, &["```", "\u{e9}```rust\nfn ("], &CopyThresholds::default());
    assert!(report.verbatim <= 1.0 && report.fingerprint <= 1.0);
    let empty = copy_check(&super::tree(&[]), &super::tree(&[]), &[], &CopyThresholds::default());
    assert!(!empty.alarmed && empty.places.is_empty());
}
