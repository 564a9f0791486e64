//! Attributes that a user can notice.

use super::{api, item, lib};
use crate::{compare, extract_block};
use ghostlib_model::{Finding, Priority, Ratio};

fn told(reference: &str, candidate: &str) -> Vec<(String, String)> {
    let findings = compare(&lib(reference), &lib(candidate)).findings;
    findings.into_iter().map(|Finding { rule, subject, .. }| (rule, subject)).collect()
}

fn messages(reference: &str, candidate: &str) -> Vec<String> {
    let findings = compare(&lib(reference), &lib(candidate)).findings;
    findings.into_iter().map(|finding| finding.message).collect()
}

const BASE: &str = "pub fn free() {}
pub struct S { pub field: u8 }
impl S { pub fn method(&self) {} pub const C: u8 = 1; }
pub trait T { fn member(&self) -> u8; }
pub enum E { A, B }
pub union U { pub part: u8 }
pub mod inner {}
pub const LIMIT: u8 = 1;
pub type Alias = u8;
";

/// Where an attribute can stand, what it is, the rule, and what about.
const SEEDED: &[(&str, &str, &str, &str)] = &[
    ("pub fn free", "must_use", "api-must-use", "free"),
    ("pub fn method", "must_use", "api-must-use", "S::method"),
    ("fn member", "must_use", "api-must-use", "T::member"),
    ("pub struct S", "must_use", "api-must-use", "S"),
    ("pub enum E", "must_use", "api-must-use", "E"),
    ("pub union U", "must_use", "api-must-use", "U"),
    ("pub trait T", "must_use", "api-must-use", "T"),
    ("pub fn free", "deprecated", "api-deprecated", "free"),
    ("pub field", "deprecated", "api-deprecated", "S::field"),
    ("pub const C", "deprecated", "api-deprecated", "S::C"),
    ("B }", "deprecated", "api-deprecated", "E::B"),
    ("pub mod inner", "deprecated", "api-deprecated", "inner"),
    ("pub const LIMIT", "deprecated", "api-deprecated", "LIMIT"),
    ("pub type Alias", "deprecated", "api-deprecated", "Alias"),
    ("pub struct S", "repr(transparent)", "api-repr", "S"),
    ("pub enum E", "repr(u8)", "api-repr", "E"),
    ("pub enum E", "repr(transparent)", "api-repr", "E"),
    ("pub union U", "repr(C)", "api-repr", "U"),
];

#[test]
fn each_attribute_is_found_alone_where_it_is_added_and_where_it_is_lost() {
    for (at, attribute, rule, subject) in SEEDED {
        assert_eq!(BASE.matches(at).count(), 1, "{at}");
        let marked = BASE.replace(at, &format!("#[{attribute}] {at}"));
        let expected = [((*rule).to_owned(), (*subject).to_owned())];
        assert_eq!(told(BASE, &marked), expected, "{attribute} added to {at}");
        assert_eq!(told(&marked, BASE), expected, "{attribute} lost from {at}");
        assert_eq!(told(&marked, &marked), [], "{attribute} at {at}");
    }
}

#[test]
fn a_difference_is_told_in_words_with_both_places_and_without_a_gate() {
    let reference = "#[must_use] pub fn f() {}\n#[repr(C)] pub struct S(pub u8);";
    let candidate = "#[repr(u8)] #[repr(align(4))] pub struct S(pub u8);\n#[deprecated] pub fn f() {}";
    let findings = compare(&lib(reference), &lib(candidate)).findings;
    let told = findings.iter().map(|one| (one.priority, one.message.as_str(), one.advice.as_str()));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            (
                Priority::P2,
                "`S` is `#[repr(align(4), u8)]`, and `#[repr(C)]` is required",
                "Mark it as `#[repr(C)]`."
            ),
            (
                Priority::P3,
                "`f` is `#[deprecated]`, and the required one is not",
                "Leave `#[deprecated]` out."
            ),
            (Priority::P3, "`f` is not `#[must_use]`, and the required one is", "Mark it as `#[must_use]`."),
        ]
    );
    let lines = |finding: &Finding| {
        [&finding.reference, &finding.candidate].map(|place| place.as_ref().map(|place| place.line))
    };
    assert_eq!(lines(&findings[0]), [Some(2), Some(1)]);
    assert_eq!(lines(&findings[2]), [Some(1), Some(2)]);
    assert!(findings.iter().all(|finding| finding.gate.is_none()));
}

#[test]
fn other_words_for_the_same_are_no_difference() {
    let pairs = [
        ("#[must_use] pub fn f() {}", "#[must_use = \"it does nothing else\"] pub fn f() {}"),
        ("#[must_use] pub fn f() {}", "#[cfg_attr(all(), must_use)] pub fn f() {}"),
        ("pub fn f() {}", "#[cfg_attr(any(), must_use)] pub fn f() {}"),
        ("#[must_use] pub fn f() {}", "#[cfg_attr(feature = \"std\", must_use)] pub fn f() {}"),
        ("#[must_use] #[deprecated] pub fn f() {}", "#[deprecated]\n/// Text.\n#[must_use]\npub fn f() {}"),
        ("#[deprecated] pub fn f() {}", "#[deprecated(since = \"1.0\", note = \"must_use\")] pub fn f() {}"),
        ("#[repr(C, packed)] pub struct S(u8);", "#[repr(packed(1))] #[repr(C)] pub struct S(u8);"),
        ("pub struct S(u8);", "#[repr(Rust)] pub struct S(u8);"),
        ("#[repr(C)] #[derive(Debug)] pub struct S(u8);", "#[derive(Debug)] #[repr(C,)] pub struct S(u8);"),
        ("#[deprecated] pub mod m {}", "pub mod m { #![deprecated] }"),
        ("#[must_use] pub fn f() {}", "mod a { #[must_use] pub fn f() {} } pub use a::f;"),
        (
            "pub trait T { fn f(&self); } pub struct S; impl T for S { fn f(&self) {} }",
            "pub trait T { fn f(&self); } pub struct S; impl T for S { #[must_use] fn f(&self) {} }",
        ),
    ];
    for (left, right) in pairs {
        assert_eq!(messages(left, right), Vec::<String>::new(), "{left} / {right}");
        assert_eq!(messages(right, left), Vec::<String>::new(), "{right} / {left}");
    }
}

#[test]
fn attributes_are_no_part_of_the_shares() {
    let comparison = compare(
        &lib("#[must_use] #[deprecated] pub fn f() {} #[repr(C)] pub struct S;"),
        &lib("pub fn f() {} #[must_use] pub struct S;"),
    );
    assert_eq!(comparison.findings.len(), 4);
    assert_eq!(comparison.dimension.signature.recall, Ratio::new(2, 2));
    assert_eq!(comparison.dimension.signature.precision, Ratio::new(2, 2));
    assert_eq!(comparison.items.signature.missing, Vec::<String>::new());
}

#[test]
fn a_block_need_not_speak_of_attributes() {
    let code = "pub fn f(); pub struct S; #[must_use] pub fn g();";
    let block = extract_block(code, "SPEC.md", 0, code);
    let marked =
        lib("#[must_use] #[deprecated] pub fn f() {} #[repr(C)] pub struct S; #[must_use] pub fn g() {}");
    assert_eq!(compare(&block, &marked).findings, vec![]);
    assert_eq!(compare(&marked, &block).findings, vec![]);
    // What it says holds.
    let rules: Vec<_> = compare(&block, &lib("pub fn f() {} pub struct S; pub fn g() {}"))
        .findings
        .into_iter()
        .map(|one| one.rule)
        .collect();
    assert_eq!(rules, ["api-must-use"]);
}

#[test]
fn an_item_at_several_paths_is_told_once() {
    let reference = "mod a { #[must_use] pub fn f() {} } pub use a::f; pub mod b { pub use crate::a::f; }";
    assert_eq!(told(reference, &reference.replace("#[must_use]", "")), [("api-must-use".into(), "f".into())]);
    let moved = "pub mod a { #[must_use] pub fn f(x: u8) -> u8 { x } }";
    let rules: Vec<_> = told(moved, &moved.replace("mod a", "mod b").replace("#[must_use]", ""))
        .into_iter()
        .map(|(rule, _)| rule)
        .collect();
    assert_eq!(rules, ["api-renamed", "api-must-use"]);
}

#[test]
fn something_else_has_no_attributes_to_be_compared() {
    assert_eq!(
        told("#[must_use] #[repr(C)] pub struct S;", "pub enum S {}"),
        [("api-kind".into(), "S".into())]
    );
}

#[test]
fn what_a_macro_makes_has_its_attributes() {
    let made = api(&[(
        "src/lib.rs",
        "macro_rules! make { ($(#[$m:meta])* $n:ident) => { $(#[$m])* pub fn $n() {} } } make!(#[must_use] f);",
    )]);
    assert_eq!(item(&made, "f").attributes.must_use, Some(true));
}
