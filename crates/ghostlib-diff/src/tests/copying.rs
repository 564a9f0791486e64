use super::tree;
use crate::{CopyReport, CopyThresholds, copy_check};
use std::fmt::Write as _;

/// A function of about 20 tokens a line, different for each seed.
fn function(name: &str, seed: usize, n_lines: usize) -> String {
    let mut body =
        format!("pub fn {name}(input: &[u8], table: &mut [u32]) -> u32 {{\n let mut total = {seed};\n");
    for line in 0..n_lines {
        let (a, b) = (seed * 31 + line * 7, seed * 17 + line * line);
        writeln!(
            body,
            "    total = total.rotate_left({a}) ^ table[{b}] + u32::from(input[total as usize % {a}]);"
        )
        .unwrap();
    }
    body + "    total\n}\n"
}

fn check(reference: &str, candidate: &str, public_text: &[&str]) -> CopyReport {
    let tree_of = |text| tree(&[("src/lib.rs", text)]);
    copy_check(&tree_of(reference), &tree_of(candidate), public_text, &CopyThresholds::default())
}

#[test]
fn a_copy_alarms_and_names_its_places() {
    let reference = format!("{}{}", function("a", 1, 10), function("b", 2, 10));
    let candidate = format!("{}// A comment.\n{}", function("own", 9, 10), function("taken", 2, 10));
    let report = check(&reference, &candidate, &[]);
    assert!(report.alarmed);
    assert!(report.fingerprint > 0.4 && report.verbatim > 0.4, "{report:?}");
    let place = &report.places[0];
    // Without signatures the run goes on over the end of the function before, which is the same in both.
    assert_eq!(
        (place.n_tokens, place.candidate.line, place.candidate.end_line),
        (report.longest_run, 12, 29)
    );
    assert_eq!(&*place.reference.file, "src/lib.rs");
}

#[test]
fn other_code_of_one_signature_is_no_copy() {
    let report = check(&function("same", 1, 10), &function("same", 5, 10), &[]);
    assert!(!report.alarmed && report.places.is_empty(), "{report:?}");
}

#[test]
fn other_names_in_another_order_hide_no_copy() {
    let reference = format!("{}{}", function("a", 1, 10), function("b", 2, 10));
    let candidate = format!("{}{}", function("b", 2, 10), function("a", 1, 10));
    let candidate = candidate.replace("total", "sum").replace("table", "entries").replace("input", "bytes");
    let report = check(&reference, &candidate, &[]);
    assert!(report.alarmed && report.fingerprint > 0.8, "{report:?}");
    assert_eq!((report.longest_run, report.places), (0, vec![]));
}

#[test]
fn a_whole_copy_is_all_of_both() {
    let text = function("a", 3, 20);
    let report = check(&text, &text, &[]);
    assert!((report.fingerprint - 1.0).abs() < 1e-9 && (report.verbatim - 1.0).abs() < 1e-9);
}

#[test]
fn padding_a_copy_does_not_hide_it() {
    let taken = function("taken", 2, 20);
    let padding: String = (10..40).map(|seed| function("own", seed, 20)).collect();
    let report = check(&taken, &format!("{padding}{taken}"), &[]);
    assert!(report.fingerprint > 0.9 && report.verbatim < 0.2, "{report:?}");
}

#[test]
fn code_of_the_spec_is_nobodys_copy() {
    let text = function("a", 3, 20);
    let spec = format!("# Spec\n\nDon't panic.\n\n```rust\n{text}```\n\nThat's all.\n");
    assert!(check(&text, &text, &[]).alarmed);
    let report = check(&text, &text, &[&spec]);
    assert!(!report.alarmed && report.longest_run == 0, "{report:?}");
}

#[test]
fn tests_and_benches_are_left_out() {
    let text = function("a", 3, 20);
    let reference = tree(&[("src/lib.rs", ""), ("tests/a.rs", &text)]);
    let report = copy_check(&reference, &reference, &[], &CopyThresholds::default());
    assert_eq!((report.longest_run, report.alarmed), (0, false));
}
