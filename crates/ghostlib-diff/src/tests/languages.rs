//! The two languages behind one trait.

use crate::{
    CopyThresholds, Language, MatchedBy, SourceFile, SourceTree, compare_structure, copy_check,
    language_named, language_of,
};

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

/// Two functions of some length, with documentation and types, and with the given names.
fn python(names: [&str; 3], doc: &str, order: [usize; 2]) -> SourceTree {
    let [first, second, table] = names;
    let texts = [
        format!(
            "def {first}(text: str, limit: int = 3) -> list:\n    \"{doc}\"\n    found = []\n    for line in text.split('\\n'):\n        head, _, rest = line.partition(':')  # {doc}\n        if rest and len(found) < limit:\n            found.append((head.strip(), rest.strip()))\n    return found\n"
        ),
        format!(
            "class {table}:\n    def {second}(self, rows):\n        total = 0\n        for row in rows:\n            if row is None:\n                raise ValueError('no row')\n            total += max(len(cell) for cell in row)\n        return total\n"
        ),
    ];
    let text = order.map(|n| texts[n].as_str()).concat();
    SourceTree { files: vec![SourceFile::new("lib/core.py", text), SourceFile::new("lib/__init__.py", "")] }
}

#[test]
fn copies_are_found_in_every_language() {
    let reference = python(["read", "width", "Table"], "One.", [0, 1]);
    let thresholds = CopyThresholds::default();
    let copy =
        copy_check(&reference, &python(["lesen", "breite", "Tafel"], "Two words.", [1, 0]), &[], &thresholds);
    assert!(copy.alarmed && copy.fingerprint > 0.999 && copy.longest_run > 40, "{copy:?}");
    let other = "def f(x):\n    while x > 3 and not done(x):\n        x = step(x) ** 2 if x else {1: [x, x + 2, None]}\n    print(x, *more(x), end='', flush=x[1:2])\n    return lambda y: (y, x)\n";
    let other = SourceTree { files: vec![SourceFile::new("lib/__init__.py", other)] };
    let report = copy_check(&reference, &other, &[], &thresholds);
    assert!(!report.alarmed && report.fingerprint < 0.001, "{report:?}");
    // What the spec says is no copy.
    let public = format!("```python\n{}```\n", reference.files[0].text);
    assert_eq!(copy_check(&reference, &reference, &[&public], &thresholds).longest_run, 0);
}

#[test]
fn functions_are_matched_in_every_language() {
    let reference = python(["read", "width", "Table"], "One.", [0, 1]);
    let candidate = python(["parse", "width", "Table"], "Two.", [1, 0]);
    let structure = compare_structure(&reference, &candidate);
    let pairs: Vec<_> = structure
        .pairs
        .iter()
        .map(|pair| {
            (pair.reference.path.as_str(), pair.candidate.path.as_str(), pair.by, pair.similarity > 0.999)
        })
        .collect();
    let expected = [
        ("core.read", "core.parse", MatchedBy::Body, true),
        ("core.Table.width", "core.Table.width", MatchedBy::Path, true),
    ];
    assert_eq!(pairs, expected);
}
