use super::lib;
use crate::compare;
use ghostlib_model::{Finding, Gate, Priority, Ratio, SpecStand};

const BASE: &str = "
use std::fmt;
#[derive(Clone, Debug)]
pub struct Table { pub width: usize, rows: Vec<u8> }
impl Table {
    pub const MAX: usize = 9;
    pub fn new(width: usize) -> Self { loop {} }
    pub fn rows<'a>(&'a self) -> &'a [u8] { loop {} }
}
pub enum Kind { Wide, Narrow(u8) }
pub trait Style { fn name(&self) -> String; }
impl fmt::Display for Table { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { Ok(()) } }
impl From<u8> for Table { fn from(_: u8) -> Self { loop {} } }
pub fn draw<W: fmt::Write>(out: W, table: &Table) -> fmt::Result { Ok(()) }
pub const LIMIT: u32 = 4;
pub mod colour { pub fn plain() {} pub fn bright() {} }
";

/// One change, the rule that it breaks, and what about.
const SEEDED: &[(&str, &str, &str, &str)] = &[
    ("pub fn draw<", "fn draw<", "api-missing", "draw"),
    ("pub const LIMIT", "pub static LIMIT", "api-kind", "LIMIT"),
    ("LIMIT: u32", "LIMIT: u64", "api-signature", "LIMIT"),
    ("pub fn plain() {}", "", "api-missing", "colour::plain"),
    ("pub mod colour", "mod colour", "api-missing", "colour"),
    ("pub const MAX: usize", "pub const MAX: u8", "api-signature", "Table::MAX"),
    ("pub fn new(width: usize)", "pub fn new(width: u32)", "api-signature", "Table::new"),
    ("-> &'a [u8]", "-> &'static [u8]", "api-signature", "Table::rows"),
    ("&'a self", "&'a mut self", "api-signature", "Table::rows"),
    ("pub width", "width", "api-missing", "Table::width"),
    ("rows: Vec<u8> }", "}", "api-signature", "Table"),
    ("Wide, ", "", "api-missing", "Kind::Wide"),
    ("Narrow(u8)", "Narrow(u16)", "api-signature", "Kind::Narrow"),
    ("Narrow(u8)", "Narrow(u8), Third", "api-extra", "Kind::Third"),
    ("pub enum Kind", "#[non_exhaustive] pub enum Kind", "api-signature", "Kind"),
    ("name(&self) -> String;", "name(&self) -> String { loop {} }", "api-signature", "Style::name"),
    ("pub trait Style", "pub trait Style: Send", "api-signature", "Style"),
    ("#[derive(Clone, Debug)]", "#[derive(Clone)]", "api-trait-impl-missing", "<Table as Debug>"),
    (
        "#[derive(Clone, Debug)]",
        "#[derive(Clone, Debug, Default)]",
        "api-trait-impl-extra",
        "<Table as Default>",
    ),
    ("draw<W: fmt::Write>(out: W,", "draw(out: impl fmt::Write,", "api-impl-trait", "draw"),
    ("draw<W: fmt::Write>", "draw<W: fmt::Write + Clone>", "api-signature", "draw"),
    ("pub fn new", "pub const fn new", "api-extra-const", "Table::new"),
    ("{ Ok(()) }\npub const", "{ unsafe { Ok(()) } }\npub const", "unsafe-added", "sample_crate"),
    ("pub fn bright", "pub fn light() {} pub fn bright", "api-extra", "colour::light"),
];

fn differences(candidate: &str) -> Vec<Finding> {
    compare(&lib(BASE), &lib(candidate)).findings
}

#[test]
fn each_seeded_change_is_found_alone() {
    for (from, to, rule, subject) in SEEDED {
        assert_eq!(BASE.matches(from).count(), 1, "{from}");
        let changed = BASE.replace(from, to);
        let findings = differences(&changed);
        let found: Vec<_> =
            findings.iter().map(|finding| (finding.rule.as_str(), finding.subject.as_str())).collect();
        assert_eq!(found, [(*rule, *subject)], "{from} -> {to}");
        assert_places(&findings[0], from, &changed);
    }
}

/// A finding points at the lines that differ.
fn assert_places(finding: &Finding, from: &str, changed: &str) {
    assert!(finding.advice.ends_with('.') && finding.spec == SpecStand::Silent);
    let line = BASE[..BASE.find(from).unwrap()].matches('\n').count() + 1;
    if let Some(place) = &finding.reference {
        assert!((place.line as usize).abs_diff(line) <= 1, "{finding:?}");
    }
    if let Some(place) = &finding.candidate {
        assert!((place.line as usize) <= changed.lines().count());
    }
}

#[test]
fn priorities_and_gates_follow_the_rules() {
    for (from, to, rule, _) in SEEDED {
        let finding = &differences(&BASE.replace(from, to))[0];
        let expected = match *rule {
            "api-missing" | "api-kind" | "api-signature" | "api-impl-trait" => (Priority::P1, Some(Gate::G2)),
            "api-trait-impl-missing" => (Priority::P1, None),
            "unsafe-added" => (Priority::P2, None),
            _ => (Priority::P3, None),
        };
        assert_eq!((finding.priority, finding.gate), expected, "{rule}");
    }
}

#[test]
fn a_missing_parent_is_one_finding_but_all_its_items_count() {
    let without = "use std::fmt; pub trait Style { fn name(&self) -> String; } pub const LIMIT: u32 = 4;
        pub mod colour { pub fn plain() {} pub fn bright() {} } pub enum Kind { Wide, Narrow(u8) }";
    let comparison = compare(&lib(BASE), &lib(without));
    let found: Vec<_> = comparison.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(
        found,
        ["the struct `Table` with 8 items of its own is missing", "the function `draw` is missing"]
    );
    assert_eq!(comparison.dimension.path.recall, Ratio::new(9, 15));
    assert_eq!(comparison.dimension.path.precision, Ratio::new(9, 9));
    assert_eq!(comparison.dimension.trait_impl.recall, Ratio::new(0, 4));
}

#[test]
fn a_signature_counts_only_where_it_is_the_same() {
    let dimension = compare(&lib(BASE), &lib(&BASE.replace("LIMIT: u32", "LIMIT: u64"))).dimension;
    assert_eq!((dimension.path.recall, dimension.signature.recall), (Ratio::new(15, 15), Ratio::new(14, 15)));
}

#[test]
fn methods_of_one_name_on_several_types_of_arguments_are_matched_by_signature() {
    let both = "pub struct S<T>(T); impl S<u8> { pub fn f(&self) {} } impl S<u16> { pub fn f(&self) {} }";
    let one = "pub struct S<T>(T); impl S<u16> { pub fn f(&self) {} }";
    let findings = compare(&lib(both), &lib(one)).findings;
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].rule.as_str(), findings[0].subject.as_str()), ("api-missing", "S::f"));
}

const NAMED: &str = "mod inner { #[derive(Debug)] pub struct Map { pub width: u8 } pub enum Fault { Bad }
        impl Map { pub fn first(&self) -> Result<Map, Fault> { loop {} } } pub trait Wide {} impl Wide for Map {} }
    pub mod map { pub use crate::inner::Map; } pub use inner::{Fault, Map, Wide};
    pub fn read(map: &inner::Map) -> Result<(), Fault> { loop {} }";

fn rules_and_subjects(reference: &str, candidate: &str) -> Vec<(String, String)> {
    let findings = compare(&lib(reference), &lib(candidate)).findings;
    findings.into_iter().map(|finding| (finding.rule, finding.subject)).collect()
}

#[test]
fn a_type_may_be_reached_by_more_paths_or_by_fewer() {
    let fewer = NAMED.replace("{Fault, Map, Wide}", "{Fault, Wide}");
    let missing = [("api-missing".to_owned(), "Map".to_owned())];
    let extra = [("api-extra".to_owned(), "Map".to_owned())];
    assert_eq!(rules_and_subjects(NAMED, &fewer), missing);
    assert_eq!(rules_and_subjects(&fewer, NAMED), extra);
    let comparison = compare(&lib(NAMED), &lib(&fewer));
    assert_eq!(comparison.dimension.trait_impl.recall, Ratio::new(2, 2));
}

#[test]
fn what_names_a_renamed_type_is_not_told_again() {
    let renamed = NAMED.replace("Fault", "Failure");
    assert_eq!(rules_and_subjects(NAMED, &renamed), [("api-renamed".to_owned(), "Fault".to_owned())]);
    let dimension = compare(&lib(NAMED), &lib(&renamed)).dimension;
    assert_eq!((dimension.path.recall, dimension.signature.recall), (Ratio::new(7, 9), Ratio::new(5, 9)));
    // What differs otherwise too is told.
    let changed = renamed.replace("read(map: &inner::Map)", "read(map: inner::Map)");
    assert!(rules_and_subjects(NAMED, &changed).contains(&("api-signature".to_owned(), "read".to_owned())));
    let other = NAMED.replace("-> Result<(), Fault>", "-> Result<(), String>");
    assert_eq!(rules_and_subjects(NAMED, &other), [("api-signature".to_owned(), "read".to_owned())]);
}

#[test]
fn implementations_go_with_the_trait_that_is_missing() {
    let without = NAMED.replace("{Fault, Map, Wide}", "{Fault, Map}");
    assert_eq!(rules_and_subjects(NAMED, &without), [("api-missing".to_owned(), "Wide".to_owned())]);
}

#[test]
fn what_is_left_of_a_type_that_is_out_of_reach_is_not_extra() {
    let crate_of = |item: &str| {
        let keys = "mod keys { use crate::map::{Entry, Key}; impl Key for Entry {} }";
        format!("pub mod map {{ {item} pub trait Key {{}} }} {keys}")
    };
    let (with, without) = (crate_of("pub struct Entry;"), crate_of("pub use crate::inner::Entry;"));
    assert_eq!(rules_and_subjects(&with, &without), [("api-missing".to_owned(), "map::Entry".to_owned())]);
}

#[test]
fn an_item_at_several_paths_is_one_finding() {
    let changed = NAMED.replace("struct Map {", "struct Map { inner: u8,");
    assert_eq!(rules_and_subjects(NAMED, &changed), [("api-signature".to_owned(), "Map".to_owned())]);
}

#[test]
fn more_unsafe_code_is_pointed_at() {
    let one = "pub fn a() { unsafe {} }\npub fn b() {}\npub fn c() {}";
    let two = "pub fn c() {}\npub fn a() { unsafe {} }\npub fn b() { unsafe {} }";
    let findings = compare(&lib(one), &lib(two)).findings;
    assert_eq!(findings[0].message, "`unsafe` stands in 2 places, and the reference has 1 of them");
    assert_eq!(findings[0].candidate.as_ref().unwrap().line, 3);
    assert_eq!(compare(&lib(two), &lib(one)).findings, vec![]);
}

#[test]
fn macros_with_other_patterns_may_yet_take_the_same() {
    let macro_with = |pattern| format!("#[macro_export] macro_rules! m {{ {pattern} => {{}}; }}");
    let (wanted, other) = (macro_with("($a:expr)"), macro_with("($a:expr $(,)?)"));
    let findings = compare(&lib(&wanted), &lib(&other)).findings;
    assert_eq!((findings[0].rule.as_str(), findings[0].priority), ("api-macro-pattern", Priority::P3));
    assert_eq!(compare(&lib(&wanted), &lib(&macro_with("( $b : expr )"))).findings, vec![]);
}

#[test]
fn a_spec_may_leave_out_associated_types() {
    let block = "pub struct S; impl Iterator for S {}";
    let required = crate::extract_block(block, "SPEC.md", 0, block);
    let candidate = lib("pub struct S; impl Iterator for S { type Item = u8; }");
    assert_eq!(compare(&required, &candidate).findings, vec![]);
}

#[test]
fn what_moves_is_told_as_a_move_with_all_that_belongs_to_it() {
    let from = "pub mod a { pub struct S { pub x: u8 } impl S { pub fn f(&self, n: u8) {} } impl Clone for S { fn clone(&self) -> S { loop {} } } }
        pub fn make() -> a::S { loop {} }";
    let to = from.replace("mod a", "mod b").replace("a::S", "b::S") + "pub mod a {}";
    let comparison = compare(&lib(from), &lib(&to));
    let told: Vec<_> =
        comparison.findings.iter().map(|finding| (&*finding.rule, &*finding.message)).collect();
    assert_eq!(
        told,
        [("api-moved", "the struct `a::S` is at `b::S`"), ("api-extra", "the module `b` is not required")]
    );
    assert_eq!((comparison.moves[0].from.as_str(), comparison.moves[0].to.as_str()), ("a::S", "b::S"));
    assert_eq!(comparison.dimension.path.recall, Ratio::new(2, 5));

    let changed = to.replace("n: u8", "n: u16");
    let rules: Vec<_> =
        compare(&lib(from), &lib(&changed)).findings.into_iter().map(|one| one.rule).collect();
    assert_eq!(rules, ["api-moved", "api-signature", "api-extra"]);
}

#[test]
fn another_name_is_told_where_only_one_item_fits() {
    let rules = |from: &str, to: &str| -> Vec<_> {
        compare(&lib(from), &lib(to)).findings.into_iter().map(|one| one.rule).collect()
    };
    let from = "pub fn split(text: &str, at: usize) -> Option<usize> { None }";
    assert_eq!(rules(from, &from.replace("split", "divide")), ["api-renamed"]);
    let two = from.replace("split", "divide") + &from.replace("split", "part");
    assert_eq!(rules(from, &two), ["api-missing", "api-extra", "api-extra"]);
    assert_eq!(rules("pub fn f() {}", "pub fn g() {}"), ["api-missing", "api-extra"]);
    assert_eq!(rules("pub const A: u8 = 1;", "pub const B: u8 = 1;"), ["api-missing", "api-extra"]);
}

#[test]
fn a_module_with_another_name_is_one_move() {
    let changed = BASE.replace("mod colour", "mod color").replace("pub fn plain()", "pub fn plain(x: u8)");
    let found: Vec<_> = differences(&changed).into_iter().map(|one| (one.rule, one.subject)).collect();
    let expected = [("api-renamed", "colour"), ("api-signature", "colour::plain")];
    assert_eq!(found, expected.map(|(rule, subject)| (rule.to_owned(), subject.to_owned())));
}

#[test]
fn each_item_that_one_macro_makes_is_told() {
    let made = "macro_rules! make { ($($n:ident)*) => { $(pub struct $n; impl $n {
        pub fn f() {} pub fn g() {} })* } }";
    let made_with = |made: &str, names: &str| lib(&format!("{made} make!({names});"));
    let subjects = |candidate: &crate::Api| {
        let findings = compare(&made_with(made, "A B"), candidate).findings;
        findings.into_iter().map(|finding| finding.subject).collect::<Vec<_>>()
    };
    assert_eq!(subjects(&made_with(made, "C")), ["A", "B", "C"]);
    assert_eq!(subjects(&made_with(&made.replace("()", "(u8)"), "A B")), ["A::f", "A::g", "B::f", "B::g"]);
}

#[test]
fn two_implementations_that_read_the_same_are_two() {
    let both = "use std::time::Duration as Std; pub struct Duration(Std);
        impl From<Duration> for Std {}
        impl From<Std> for Duration {}";
    let findings = compare(&lib(both), &lib(&both.replace("impl From<Duration> for Std {}", ""))).findings;
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].rule, "api-trait-impl-missing");
    assert_eq!(findings[0].reference.as_ref().map(|place| place.line), Some(2));
    assert!(compare(&lib(both), &lib(both)).findings.is_empty());
}
