//! What holds of every input, whatever its bytes.

use ghostlib_model::{
    Call, Expected, ExpectedError, ExpectedOutput, Place, RequirementId, Value, Vector, VectorId,
};
use ghostlib_spec::{Options, SourceFile, Sources, edit, file_names, parse, visible};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

const SPEC: &str = include_str!("../../../fixtures/spec/good/SPEC.md");
const VECTORS: &str = include_str!("../../../fixtures/spec/good/vectors/count.yaml");

/// Pieces that mean something to a reader of specs, to be put together at random.
const PIECES: [&str; 44] = [
    "---\n",
    "ghostlib: 1\n",
    "vectors: ",
    "[",
    "]",
    "{",
    "}",
    "- ",
    "* ",
    "1. ",
    "> ",
    "# ",
    "```",
    "~~~",
    "\n",
    "\r\n",
    "\n\n",
    "    ",
    "\t",
    "r[a.b]",
    "r[a.b]\n",
    "r[",
    "]\n",
    "[a.b]: x\n",
    " MUST ",
    "NOT ",
    "MAY",
    ". A",
    "e.g. ",
    "`",
    "**",
    "_",
    "<!-- ",
    " -->",
    "<b>",
    "&amp;",
    "&NotEqualTilde;",
    "\\",
    "\0",
    "é",
    "\u{feff}",
    "yaml vectors\n",
    "rust api\n",
    "| a |\n|---|\n",
];

fn read(document: &[u8], vectors: &[u8]) {
    let document = SourceFile::new("SPEC.md", document);
    let mut vector_files = vec![SourceFile::new("vectors/count.yaml", vectors)];
    vector_files.extend(
        file_names(&document, &Options::default())
            .vectors
            .into_iter()
            .map(|name| SourceFile::new(name, vectors)),
    );
    let sources = Sources { document, vector_files, ..Sources::default() };
    let (spec, diagnostics) = parse(&sources);
    let places = diagnostics.iter().map(|diagnostic| &diagnostic.place);
    for place in places.chain(spec.requirements.iter().map(|requirement| &requirement.place)) {
        assert!(place.line >= 1 && place.column >= 1 && place.line <= place.end_line, "{place}");
    }
    assert!(visible(&sources, &BTreeSet::new()).vector_files.len() == sources.vector_files.len());
    if let Ok(text) = std::str::from_utf8(&sources.document.bytes) {
        edit_all(text);
    }
}

fn edit_all(document: &str) {
    let once = edit::add_vector_file(document, "new.yaml");
    assert_eq!(edit::add_vector_file(&once, "new.yaml"), once);
    let longer = edit::add_api_lines(document, "rust", &["pub fn f();".to_owned()]);
    assert!(longer.len() > document.len());
    let with_ids = edit::write_ids(document);
    assert_eq!(edit::write_ids(&with_ids), with_ids);
}

fn mutated(text: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let edit = (any::<prop::sample::Index>(), 0..40_usize, prop::sample::select(&PIECES[..]));
    vec(edit, 0..6).prop_map(|edits| {
        let mut bytes = text.as_bytes().to_vec();
        for (at, length, piece) in edits {
            let at = at.index(bytes.len() + 1);
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, piece.bytes());
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read(document in any::<Vec<u8>>(), vectors in any::<Vec<u8>>()) {
        read(&document, &vectors);
    }

    #[test]
    fn any_pieces_are_read(pieces in vec(prop::sample::select(&PIECES[..]), 0..60)) {
        let document = pieces.concat();
        read(document.as_bytes(), document.as_bytes());
    }

    #[test]
    fn a_damaged_spec_is_read(document in mutated(SPEC), vectors in mutated(VECTORS)) {
        read(&document, &vectors);
    }

    #[test]
    fn written_vectors_read_back(vectors in vec(vector(), 0..8)) {
        let vectors = grouped(vectors);
        let yaml = edit::render_vectors(&vectors);
        let mut read = read_back(&yaml);
        for vector in &mut read {
            vector.place = Place::start_of("v.yaml");
        }
        prop_assert_eq!(read, vectors, "{}", yaml);
    }
}

fn read_back(yaml: &str) -> Vec<Vector> {
    let document = "---\nghostlib: 1\nname: x\nversion: 1.0.0\nvectors: v.yaml\n---\n";
    let document = SourceFile::new("SPEC.md", document);
    let (spec, diagnostics) = parse(&Sources {
        document,
        vector_files: vec![SourceFile::new("v.yaml", yaml)],
        ..Sources::default()
    });
    let others: Vec<_> = diagnostics
        .iter()
        .filter(|diagnostic| {
            !matches!(diagnostic.code.as_str(), "vector-id-duplicate" | "unknown-requirement")
        })
        .collect();
    assert!(others.is_empty(), "{others:?}\n{yaml}");
    spec.vectors
}

/// Vectors in the order of the operations' first appearance, which is that of the file.
fn grouped(mut vectors: Vec<Vector>) -> Vec<Vector> {
    let operations: Vec<String> = vectors.iter().map(|vector| vector.operation.clone()).collect();
    vectors.sort_by_key(|vector| operations.iter().position(|operation| *operation == vector.operation));
    vectors
}

fn text() -> impl Strategy<Value = String> {
    let tricky = prop::sample::select(vec![
        "",
        "yes",
        "no",
        "true",
        "~",
        "null",
        "1e3",
        "0x1F",
        "1_000",
        ".nan",
        "<<",
        "=",
        "a: b",
        "- a",
        "a\nb",
        "a\n",
        "\n",
        "\t",
        "\0",
        " a ",
        "'",
        "\"",
        "\\",
        "#",
        "a # b",
        "{",
        "[",
        "&a",
        "*a",
        "!a",
        "|",
        ">",
        "%",
        "@",
        "`",
        "é",
        "😀",
        "\u{feff}",
        "\u{85}",
        "\u{2028}",
        "\u{7f}",
        "---",
        "...",
        "? a",
        "2020-01-01",
        "12:30",
        "version",
        "null: x",
        "\u{e000}",
        "\u{ffff}",
        "\u{10ffff}",
        "\r",
        "\r\n",
    ]);
    prop_oneof![tricky.prop_map(str::to_owned), any::<String>(), "[a-z .:/-]{0,12}"]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            btree_map(text(), inner, 0..5).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn output() -> impl Strategy<Value = ExpectedOutput> {
    let list = || vec(value(), 0..4).prop_map(Value::from);
    prop_oneof![
        value().prop_map(ExpectedOutput::from),
        list().prop_map(|value| ExpectedOutput { value, tolerance: None, unordered: true }),
        (f64::MIN_POSITIVE..1e300, any::<i64>(), any::<bool>()).prop_map(|(tolerance, number, unordered)| {
            ExpectedOutput { value: [number].into_iter().collect(), tolerance: Some(tolerance), unordered }
        }),
    ]
}

prop_compose! {
    fn vector()(
        operation in text().prop_filter("a key of the file", |name| {
            !matches!(name.as_str(), "ghostlib" | "version" | "meta")
        }),
        name in text(),
        id in proptest::option::of(text()),
        before in vec((text(), value()).prop_map(|(operation, input)| Call { operation, input }), 0..3),
        input in value(),
        expected in prop_oneof![
            output().prop_map(Expected::Output),
            (proptest::option::of(text()), proptest::option::of(text()))
                .prop_map(|(class, text)| Expected::Error(ExpectedError { class, text })),
        ],
        requirements in vec(text(), 0..3),
        hidden in any::<bool>(),
    ) -> Vector {
        let id = id.unwrap_or_else(|| format!("{operation}/{name}"));
        Vector {
            id: VectorId::new(id), operation, name, before, input, expected, hidden,
            requirements: requirements.into_iter().map(RequirementId::new).collect(),
            place: Place::start_of("v.yaml"),
        }
    }
}

#[test]
fn large_and_deep_documents_cost_little() {
    let deep = [
        "- ".repeat(10_000),
        "> ".repeat(10_000),
        (0..1_000).flat_map(|depth| ["  ".repeat(depth), "- MUST\n".to_owned()]).collect(),
        "[".repeat(100_000),
        "*a _b ".repeat(20_000),
    ];
    let large = [
        "It MUST hold. It MAY not.\n\n".repeat(5_000),
        "It MUST hold. ".repeat(10_000),
        format!("# {}\n\n{}", "title ".repeat(10_000), "It MUST.\n\n".repeat(5_000)),
        "r[a.b]\n".repeat(15_000),
        "- r[a.b] x\n".repeat(10_000),
        "Words that state nothing, on many lines.\n".repeat(125_000),
        "---\nvectors:\n".to_owned() + &"- a\n".repeat(20_000) + "---\n",
    ];
    for document in deep.iter().chain(&large) {
        let started = Instant::now();
        read_only(document);
        let taken = started.elapsed();
        // Far more than it takes, and far less than anything quadratic would.
        assert!(taken < Duration::from_secs(20), "{taken:?} for {}", &document[..40]);
    }
}

fn read_only(document: &str) {
    parse(&Sources { document: SourceFile::new("SPEC.md", document), ..Sources::default() });
}
