//! The order of variants.

use super::lib;
use crate::{compare, extract_block};
use ghostlib_model::{Finding, Priority};

fn findings(reference: &str, candidate: &str) -> Vec<Finding> {
    compare(&lib(reference), &lib(candidate)).findings
}

fn rules(reference: &str, candidate: &str) -> Vec<String> {
    findings(reference, candidate).into_iter().map(|finding| finding.rule).collect()
}

#[test]
fn another_order_is_one_finding_where_it_can_be_noticed() {
    let noticed = [
        ("pub enum E { A, B, C }", "pub enum E { C, A, B }"),
        ("pub enum E { A = 5, B, C }", "pub enum E { C, A = 5, B }"),
        (
            "#[derive(PartialEq, PartialOrd)] pub enum E { A(u8), B, C }",
            "#[derive(PartialEq, PartialOrd)] pub enum E { B, A(u8), C }",
        ),
        (
            "use std::cmp::Ord; #[derive(Ord)] pub enum E<T> { A(T), B(u8) }",
            "#[derive(std::cmp::Ord)] pub enum E<U> { B(u8), A(U) }",
        ),
        (
            "mod a { pub enum E { A, B } } pub use a::E; pub use a::E as F;",
            "pub enum E { B, A } pub use E as F;",
        ),
        ("pub enum E { A, B }", "#[non_exhaustive] pub enum E { B, A }"),
        (
            "#[derive(Ord)] pub enum E { A(u8), B } pub use E as D; pub use E as F;",
            "#[derive(Ord)] pub enum E { B, A(u8) } pub use E as D; pub use E as F;",
        ),
    ];
    for (reference, candidate) in noticed {
        let n_found = rules(reference, candidate).iter().filter(|rule| *rule == "api-variant-order").count();
        assert_eq!(n_found, 1, "{reference} / {candidate}");
        assert_eq!(findings(reference, reference), vec![]);
        assert_eq!(findings(candidate, candidate), vec![]);
    }
}

#[test]
fn what_no_user_can_notice_is_no_finding() {
    let unnoticed = [
        // No order, and no cast.
        ("pub enum E { A(u8), B }", "pub enum E { B, A(u8) }"),
        (
            "pub enum E { A(u8), B } impl PartialOrd for E {}",
            "pub enum E { B, A(u8) } impl PartialOrd for E {}",
        ),
        // The numbers stay.
        ("pub enum E { A = 1, B = 2 }", "pub enum E { B = 2, A = 1 }"),
        (
            "#[derive(PartialOrd)] pub enum E { A = 1, B = 2 }",
            "#[derive(PartialOrd)] pub enum E { B = 2, A = 1 }",
        ),
        ("pub enum E { A, B = -1 }", "pub enum E { B = -1, A }"),
        // Numbers that are not told.
        ("pub enum E { A = a(), B = b() }", "pub enum E { B = b(), A = a() }"),
        ("pub enum E { A = a(), B = b() }", "pub enum E { B = b(), A }"),
        ("pub enum E { A, B, C }", "pub enum E { A, B = 7, C }"),
        // No user can cast it.
        ("pub enum E { #[non_exhaustive] A, B }", "pub enum E { B, #[non_exhaustive] A }"),
        // Other private things around.
        ("pub enum E { A, B }", "#[repr(Rust)] pub enum E { /* first */ A, #[doc = \"x\"] B, }"),
        ("enum E { A, B }", "enum E { B, A }"),
    ];
    for (reference, candidate) in unnoticed {
        assert_eq!(findings(reference, candidate), vec![], "{reference} / {candidate}");
        assert_eq!(findings(candidate, reference), vec![], "{candidate} / {reference}");
    }
}

#[test]
fn variants_that_one_side_has_are_no_other_order() {
    let base = "#[derive(PartialOrd)] pub enum E { A, B, C }";
    for (other, rule) in [
        ("A, B, C, D", "api-extra"),
        ("D, A, B, C", "api-extra"),
        ("A, D, B, C", "api-extra"),
        ("A, C", "api-missing"),
        ("A, B(u8), C", "api-signature"),
    ] {
        assert_eq!(rules(base, &base.replace("A, B, C", other)), [rule], "{other}");
    }
    assert_eq!(rules("pub enum E { A = 1, B = 2 }", "pub enum E { A = 5, B = 2 }"), ["api-signature"]);
    // What is implied follows from what stands before.
    let (two, three) = ("pub enum E { A = 3, B }", "pub enum E { A = 3, D = 0, B }");
    assert_eq!(rules(two, three), ["api-variant-order", "api-extra"]);
    assert_eq!(rules(three, two), ["api-missing", "api-variant-order"]);
    assert_eq!(rules(base, &base.replace("A, B, C", "C, D, A, B")), ["api-variant-order", "api-extra"]);
}

#[test]
fn a_finding_points_at_the_first_variant_that_is_out_of_order() {
    let reference = "pub enum Step {\n Walk,\n Jump,\n Rest,\n}";
    let candidate = "\npub enum Step {\n Walk,\n Rest,\n Jump,\n}";
    let found = findings(reference, candidate);
    assert_eq!(found.len(), 1);
    let finding = &found[0];
    assert_eq!((finding.subject.as_str(), finding.priority), ("Step", Priority::P2));
    assert_eq!(
        finding.message,
        "`Step::Rest` stands where `Step::Jump` is required, so that casts give other numbers"
    );
    assert_eq!(finding.advice, "Put `Step::Jump` before `Step::Rest`.");
    let line = |place: &Option<ghostlib_model::Place>| place.as_ref().map(|place| place.line);
    assert_eq!((line(&finding.reference), line(&finding.candidate)), (Some(3), Some(4)));
    let derived = findings(
        &format!("#[derive(PartialOrd)] {reference}"),
        &format!("#[derive(PartialOrd)] {candidate}"),
    );
    assert!(derived[0].message.ends_with("values are ordered otherwise"), "{}", derived[0].message);
}

#[test]
fn what_moves_keeps_its_order() {
    let reference = "pub mod a { pub enum Step { Walk, Jump } pub fn f(step: Step) {} }";
    let moved = reference.replace("mod a", "mod b");
    assert_eq!(rules(reference, &moved), ["api-renamed"]);
    assert_eq!(
        rules(reference, &moved.replace("Walk, Jump", "Jump, Walk")),
        ["api-renamed", "api-variant-order"]
    );
}

#[test]
fn what_one_macro_makes_has_no_order_that_is_known() {
    let made = "macro_rules! make { ($($n:ident)*) => { pub enum E { $($n),* } } } make!(A B);";
    assert_eq!(findings(made, &made.replace("A B", "B A")), vec![]);
    let made = made.replace("pub enum", "#[derive(PartialOrd)] pub enum").replace("$($n)", "$($n(u8))");
    assert_eq!(findings(&made, &made.replace("A B", "B A")), vec![]);
    let written = "#[derive(PartialOrd)] pub enum E { B(u8), A(u8) }";
    assert_eq!((findings(written, &made), findings(&made, written)), (vec![], vec![]));
}

#[test]
fn a_block_tells_the_order_too() {
    let code = "pub enum E { A, B }";
    let block = extract_block(code, "SPEC.md", 0, code);
    let of = |candidate| compare(&block, &lib(candidate)).findings.len();
    assert_eq!([of("pub enum E { A, B }"), of("pub enum E { B, A }")], [0, 1]);
}
