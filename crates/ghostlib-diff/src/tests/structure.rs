use super::tree;
use crate::{MatchedBy, Structure, compare_structure, message_findings};

const BASE: &str = r#"
fn count(text: &str) -> usize { text.split(' ').filter(|word| !word.is_empty() && word.len() > 2).count() }
fn longest(words: &[String]) -> Option<&String> { words.iter().max_by_key(|word| word.chars().count() + 1) }
struct Error;
impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("no words") }
}
"#;

fn compared(candidate: &[(&str, &str)]) -> Structure {
    compare_structure(&tree(&[("src/lib.rs", BASE)]), &tree(candidate))
}

fn told(structure: &Structure) -> Vec<(&str, &str, MatchedBy)> {
    structure.pairs.iter().map(|pair| (&*pair.reference.path, &*pair.candidate.path, pair.by)).collect()
}

#[test]
fn functions_are_matched_wherever_they_stand_and_however_they_are_called() {
    let (head, rest) = BASE.split_once("fn longest").unwrap();
    let structure = compared(&[
        ("src/lib.rs", &format!("mod other;{}", head.replace("fn count", "fn n_words"))),
        ("src/other.rs", &format!("fn longest{}", rest.replace(".count() + 1", ".count() + 2"))),
    ]);
    assert_eq!(
        told(&structure),
        [
            ("count", "n_words", MatchedBy::Body),
            ("longest", "other::longest", MatchedBy::Name),
            ("<Error as Display>::fmt", "other::<Error as Display>::fmt", MatchedBy::Name)
        ]
    );
    assert!((structure.pairs[0].similarity - 1.0).abs() < 1e-9 && structure.pairs[1].similarity < 1.0);
    assert_eq!(
        (&structure.pairs[1].only_in_reference, &structure.pairs[1].only_in_candidate),
        (&vec!["1".to_owned()], &vec!["2".to_owned()])
    );
}

#[test]
fn what_is_much_alike_is_a_pair_and_what_is_not_is_none() {
    let changed = BASE.replace("fn count", "fn n_words").replace("word.len() > 2", "word.len() > 3");
    let structure = compared(&[("src/lib.rs", &changed)]);
    assert_eq!(told(&structure)[0], ("count", "n_words", MatchedBy::Likeness));
    let other = "fn n_words(text: &str) -> usize { let mut n = 0; for _ in text.bytes() { n += 1; } n + 0 }";
    let structure = compared(&[("src/lib.rs", other)]);
    assert_eq!((structure.pairs.len(), structure.missing.len(), structure.extra.len()), (0, 3, 1));
}

#[test]
fn a_message_with_another_text_is_a_finding() {
    let changed = BASE.replace("no words", "nothing there");
    let findings = message_findings(&compared(&[("src/lib.rs", &changed)]));
    let told: Vec<_> = findings.iter().map(|one| (&*one.rule, &*one.subject)).collect();
    assert_eq!(told, [("message-text", "<Error as Display>::fmt")]);
    assert_eq!(findings[0].candidate.as_ref().unwrap().line, 6);
    assert_eq!(message_findings(&compared(&[("src/lib.rs", BASE)])), vec![]);
}

#[test]
fn functions_of_tests_are_left_out() {
    let structure =
        compared(&[("src/lib.rs", BASE), ("tests/it.rs", "fn f() {}"), ("benches/b.rs", "fn f() {}")]);
    assert_eq!((structure.pairs.len(), structure.extra.len()), (3, 0));
}
