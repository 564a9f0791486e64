use super::*;
use crate::SourceFile;
use ghostlib_model::Severity;

const DOCUMENT: &str = r#"---
ghostlib: 1
name: tally
version: 0.1.0
vectors: [more.yaml]
aliases: {old.split: split.words, old.join: join.space}
waivers:
  - {operation: join, reason: nobody joins}
  - {operation: split, pattern: "*_*", reason: underscores}
---

# tally

## API

```rust api
pub fn split(text: &str) -> Vec<String>;
pub fn join(words: &[String]) -> String;
pub fn count(text: &str) -> usize;
```

## Common rules

r[common.blank]
A blank MUST be a space or a tab.

r[common.quiet]
Nothing MUST be printed.

r[common.join]
`join` MUST NOT fail.

## split

Takes a text apart.

r[split.words]
The result MUST be the words.

r[split.count]
There MUST be as many words as `count` gives, as in `common.blank`.

## join

Puts words together.

The separators:

- r[join.space] A space MUST stand between two words.
- r[join.none] No space MUST stand at the end.

```rust
assert_eq!(join(&["a"]), "a");
```

### Long texts

r[join.long]
It MUST be fast.

## count

A word is what `split` gives.

r[count.all]
All words MUST be counted.

r[other]
An empty text MUST have none.

```yaml vectors
split: [{name: a, input: "a b", output: [a, b], requirements: [split.words]}]
join: [{name: b, input: [a], output: a}]
```

```yaml bindings
split: {rust: "tally::split({{param \"text\" \"&str\"}})"}
join: {rust: "tally::join()"}
```
"#;

fn cut(kept: &[&str], left_out: &[&str], api: &str) -> (Slice, String) {
    let sources = Sources {
        document: SourceFile::new("SPEC.md", DOCUMENT),
        vector_files: vec![SourceFile::new("more.yaml", "join: [{name: c, input: [], output: \"\"}]\n")],
        ..Sources::default()
    };
    let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    let cut = Cut {
        slice: SliceOf { of: Sha256Hex::of(b""), only: kept.iter().map(ToString::to_string).collect() },
        api: vec![Some(api.to_owned())],
        kept: owned(kept),
        left_out: owned(left_out),
    };
    let slice = slice(&sources, &Options::default(), &cut);
    let text = String::from_utf8(slice.sources.document.bytes.clone()).unwrap();
    (slice, text)
}

#[test]
fn a_slice_has_what_its_operations_need_and_what_binds_all() {
    let (slice, text) = cut(&["split"], &["join", "count"], "pub fn split(text: &str) -> Vec<String>;\n");
    let kept: Vec<_> = slice.kept.iter().map(|(id, why)| format!("{id}: {why}")).collect();
    assert_eq!(
        kept,
        [
            "common.blank: it binds all: it names nothing that is left out",
            "common.quiet: it binds all: it names nothing that is left out",
            "split.words: the vector `split/a` checks it",
            "split.count: it stands in the section \"split\"",
            "count.all: `split.count` refers to it",
            "other: `split.count` refers to it",
        ]
    );
    let left_out: Vec<_> = slice.left_out.iter().map(RequirementId::as_str).collect();
    assert_eq!(left_out, ["common.join", "join.space", "join.none", "join.long"]);
    for gone in [
        "## join",
        "separators",
        "### Long",
        "common.join",
        "assert_eq",
        "old.join",
        "nobody joins",
        "more.yaml",
    ] {
        assert!(!text.contains(gone), "{gone} in {text}");
    }
    for there in
        ["Takes a text apart.", "old.split", "underscores", "A word is what `split` gives.", "## API"]
    {
        assert!(text.contains(there), "{there} not in {text}");
    }
    assert!(slice.sources.vector_files.is_empty());
}

#[test]
fn a_slice_is_a_spec_without_errors_that_says_what_it_is_of() {
    let (slice, text) = cut(&["split"], &["join", "count"], "pub fn split(text: &str) -> Vec<String>;\n");
    let (spec, diagnostics) = parse_with(&slice.sources, &Options::default());
    let errors: Vec<_> = diagnostics.iter().filter(|one| one.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?} in {text}");
    let of = spec.front_matter.slice.unwrap();
    assert_eq!((of.of, of.only), (Sha256Hex::of(b""), vec!["split".to_owned()]));
    let ids: Vec<_> = spec.vectors.iter().map(|vector| vector.id.as_str()).collect();
    assert_eq!(ids, ["split/a"]);
    assert_eq!(spec.api_blocks[0].code, "pub fn split(text: &str) -> Vec<String>;\n");
    assert_eq!(spec.bindings.len(), 1);
    assert_eq!(spec.requirements.len(), slice.kept.len());
}

#[test]
fn a_slice_of_everything_is_the_spec() {
    let (slice, text) = cut(
        &["split", "join", "count"],
        &[],
        "pub fn split(text: &str) -> Vec<String>;\npub fn join(words: &[String]) -> String;\npub fn count(text: &str) -> usize;\n",
    );
    assert!(slice.left_out.is_empty());
    let without: String = text
        .lines()
        .filter(|line| !line.starts_with("slice:") && !line.starts_with("  o"))
        .flat_map(|line| [line, "\n"])
        .collect();
    assert_eq!(without, DOCUMENT);
}
