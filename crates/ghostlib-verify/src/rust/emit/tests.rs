use super::test_file;
use crate::emit::Suite;
use ghostlib_model::{
    ApiAttributes, ApiItem, ApiKind, Binding, Call, Expected, ExpectedError, ExpectedOutput, FnSignature,
    Param, Place, Value, Vector, VectorId,
};
use serde_json::json;

fn item(kind: ApiKind, path: &str, signature: &str, names: &[&str]) -> ApiItem {
    let params = names.iter().map(|name| Param { name: (*name).to_owned(), ..Param::default() }).collect();
    ApiItem {
        path: path.into(),
        kind,
        signature: signature.into(),
        declaration: String::new(),
        function: Some(FnSignature { params, ..FnSignature::default() }),
        attributes: ApiAttributes::default(),
        place: Place::start_of("lib.rs"),
    }
}

fn items() -> Vec<ApiItem> {
    use ApiKind::{Enum, Function, Method, Struct, Trait, TraitImpl, Variant};
    vec![
        item(Function, "half", "fn(i64) -> Result<i64, HalfError>", &["n"]),
        item(Function, "ratio", "fn(f64, f64) -> f64", &["a", "b"]),
        item(Function, "words", "fn(&str) -> Vec<String>", &["text"]),
        item(Function, "join", "fn<$0: IntoIterator<Item = $1>, $1: AsRef<str>>($0) -> String", &["words"]),
        item(Function, "first", "fn(&str) -> Option<char>", &["text"]),
        item(Enum, "HalfError", "enum", &[]),
        item(Variant, "HalfError::Odd", "variant (i64)", &[]),
        item(Variant, "HalfError::Huge", "variant", &[]),
        item(TraitImpl, "<HalfError as Debug>", "impl Debug for HalfError", &[]),
        item(Struct, "Sum", "struct { .. }", &[]),
        item(Method, "Sum::new", "fn(u8) -> Sum", &["start"]),
        item(Method, "Sum::add", "fn(&mut self, u8)", &["n"]),
        item(Method, "Sum::total", "fn(&self) -> u64", &[]),
        item(Function, "fill", "fn(&mut [u8], u8) -> Result<(), HalfError>", &["out", "with"]),
        item(Trait, "Words", "trait", &[]),
        item(Method, "Words::words", "fn(&self, &str) -> Vec<Self::Word>", &["by"]),
        item(TraitImpl, "<str as Words>", "impl Words for str { type Word = String; }", &[]),
        item(Struct, "As", "struct<$0: AsRef<str>>($0)", &[]),
        item(ApiKind::Field, "As::0", "0: $0", &[]),
        item(TraitImpl, "<As as Display>", "impl<$0: AsRef<str>> Display for As<$0>", &[]),
        item(ApiKind::Const, "LIMIT", "const: u8", &[]),
        item(Struct, "Steps", "struct { .. }", &[]),
        item(TraitImpl, "<Steps as Iterator>", "impl Iterator for Steps { type Item = u8; }", &[]),
        item(Function, "steps", "fn(u8) -> Steps", &["n"]),
        item(TraitImpl, "<Sum as Display>", "impl Display for Sum", &[]),
    ]
}

fn vector(operation: &str, input: Value, expected: impl Into<Expected>) -> Vector {
    Vector {
        id: VectorId::new(format!("{operation}/a case")),
        operation: operation.into(),
        name: "a case".into(),
        before: vec![],
        input,
        expected: expected.into(),
        requirements: vec![],
        hidden: false,
        place: Place::start_of("t.yaml"),
    }
}

fn error(class: Option<&str>, text: Option<&str>) -> Expected {
    Expected::Error(ExpectedError { class: class.map(str::to_owned), text: text.map(str::to_owned) })
}

fn written(vectors: &[Vector], bindings: &[Binding]) -> (String, Vec<String>) {
    let items = items();
    let vectors: Vec<&Vector> = vectors.iter().collect();
    let about = ["About.".to_owned()];
    let suite = Suite { vectors: &vectors, bindings, library: "demo", items: &items, about: &about };
    let file = test_file(&suite);
    assert_eq!(file.n_tests + file.left_out.len(), vectors.len());
    (file.text, file.left_out.into_iter().map(|one| one.reason).collect())
}

/// The body of the only test.
fn body(vector: Vector) -> Vec<String> {
    let (text, left_out) = written(&[vector], &[]);
    assert_eq!(left_out, [""; 0], "{text}");
    let body = text.split_once("{\n").unwrap().1.rsplit_once("\n}").unwrap().0.to_owned();
    body.lines().map(|line| line.trim().to_owned()).collect()
}

#[test]
fn a_value_is_compared_as_people_compare_it() {
    assert_eq!(body(vector("half", json!(4), json!(2))), ["assert_eq!(demo::half(4).unwrap(), 2);"]);
    assert_eq!(
        body(vector("words", json!({"line": "a \"b"}), json!(["a", "\"b"]))),
        ["assert_eq!(demo::words(\"a \\\"b\"), [\"a\", \"\\\"b\"]);"]
    );
    assert_eq!(body(vector("words", json!(""), json!([]))), ["assert!(demo::words(\"\").is_empty());"]);
    assert_eq!(
        body(vector("join", json!({"words": ["a", "b"]}), json!("a b"))),
        ["assert_eq!(demo::join([\"a\", \"b\"]), \"a b\");"]
    );
    assert_eq!(body(vector("first", json!("a"), json!("a"))), ["assert_eq!(demo::first(\"a\"), Some('a'));"]);
    assert_eq!(body(vector("first", json!(""), json!(null))), ["assert_eq!(demo::first(\"\"), None);"]);
    let nan = vector("ratio", json!({"a": 0, "b": {"float": "-0"}}), json!({"float": "nan"}));
    assert_eq!(body(nan), ["assert!(demo::ratio(0.0, -0.0).is_nan());"]);
}

#[test]
fn how_exactly_is_part_of_the_assertion() {
    let near = ExpectedOutput { value: json!(0.5), tolerance: Some(1e-9), unordered: false };
    assert_eq!(
        body(vector("ratio", json!({"a": 1, "b": 2}), Expected::Output(near))),
        ["assert!((demo::ratio(1.0, 2.0) - 0.5).abs() <= 1e-9);"]
    );
    let any_order = ExpectedOutput { value: json!(["b", "a"]), tolerance: None, unordered: true };
    assert_eq!(
        body(vector("words", json!("b a"), Expected::Output(any_order))),
        ["let mut got = demo::words(\"b a\");", "got.sort();", "assert_eq!(got, [\"a\", \"b\"]);"]
    );
}

#[test]
fn errors_are_told_by_variant_and_text() {
    let of = |expected| body(vector("half", json!(3), expected));
    assert_eq!(of(error(None, None)), ["assert!(demo::half(3).is_err());"]);
    assert_eq!(
        of(error(None, Some("odd"))),
        ["assert_eq!(demo::half(3).unwrap_err().to_string(), \"odd\");"]
    );
    assert_eq!(
        of(error(Some("Odd"), None)),
        ["assert!(matches!(demo::half(3), Err(demo::HalfError::Odd(..))));"]
    );
    assert_eq!(
        of(error(Some("Huge"), Some("no"))),
        [
            "let error = demo::half(3).unwrap_err();",
            "assert!(matches!(error, demo::HalfError::Huge));",
            "assert_eq!(error.to_string(), \"no\");"
        ]
    );
}

#[test]
fn calls_before_are_statements() {
    let call = |operation: &str, input: Value| Call { operation: operation.into(), input };
    let mut total = vector("Sum.total", json!({"self": {"$": 0}}), json!(5));
    total.before =
        vec![call("Sum::new", json!({"start": 2})), call("Sum::add", json!({"self": {"$": 0}, "n": 3}))];
    assert_eq!(
        body(total),
        ["let mut sum = demo::Sum::new(2);", "sum.add(3);", "assert_eq!(sum.total(), 5);"]
    );
    let mut shown = vector("<Sum as Display>::fmt", json!({"self": {"$": 0}}), json!("2"));
    shown.before = vec![call("Sum::new", json!(2))];
    assert_eq!(body(shown), ["let sum = demo::Sum::new(2);", "assert_eq!(sum.to_string(), \"2\");"]);
    assert_eq!(
        body(vector("Sum::new", json!(2), json!("2"))),
        ["assert_eq!(demo::Sum::new(2).to_string(), \"2\");"]
    );
}

#[test]
fn a_binding_goes_before_what_is_inferred() {
    let binding = Binding {
        operation: "halved".into(),
        language: "rust".into(),
        expression: "demo::half({{param \"n\" \"i64\"}})".into(),
        place: Place::start_of("SPEC.md"),
    };
    let (text, left_out) = written(&[vector("halved", json!({"n": 4}), json!(2))], &[binding]);
    assert_eq!(left_out, [""; 0]);
    assert_eq!(
        text,
        "//! About.\n\n#[test]\nfn halved_a_case() {\n    assert_eq!(demo::half(4).unwrap(), 2);\n}\n"
    );
}

#[test]
fn what_is_left_out_says_why() {
    let cases = [
        (vector("quarter", json!(4), json!(1)), "no function of that name"),
        (vector("half", json!(1.5), json!(1)), "1.5 does not fit"),
        (vector("half", json!({"a": 1, "b": 2}), json!(1)), "does not fit"),
        (vector("ratio", json!({"a": 1}), json!(1)), "no `b`"),
        (vector("words", json!("a"), error(None, None)), "no `Result`"),
        (vector("half", json!(3), error(Some("Even"), None)), "`Even`"),
        (vector("Sum::new", json!(2), json!({"opaque": "Sum"})), "`demo::Sum`"),
        (vector("Sum::total", json!({"self": 1}), json!(2)), "`self`"),
    ];
    for (vector, expected) in cases {
        let (text, left_out) = written(&[vector], &[]);
        assert!(left_out[0].contains(expected), "{}", left_out[0]);
        assert!(text.contains("// - ") && !text.contains("#[test]"), "{text}");
    }
}

#[test]
fn names_of_tests_are_their_own() {
    let (text, _) = written(&[vector("half", json!(4), json!(2)), vector("half", json!(2), json!(1))], &[]);
    assert!(text.contains("fn half_a_case()") && text.contains("fn half_a_case_2()"), "{text}");
}

#[test]
fn what_is_changed_has_a_name() {
    let input = json!({"out": [0, 0], "with": 1});
    let output = json!({"returned": null, "changed": {"out": [1, 1]}});
    assert_eq!(
        body(vector("fill", input.clone(), output)),
        ["let mut out = [0, 0];", "demo::fill(&mut out, 1).unwrap();", "assert_eq!(out, [1, 1]);"]
    );
    assert_eq!(
        body(vector("fill", input, error(None, None))),
        ["let mut out = [0, 0];", "assert!(demo::fill(&mut out, 1).is_err());"]
    );
}

#[test]
fn a_method_of_an_own_trait_names_the_trait() {
    let input = json!({"self": "a b", "by": " "});
    assert_eq!(
        body(vector("<str as Words>::words", input, json!(["a", "b"]))),
        ["assert_eq!(<str as demo::Words>::words(\"a b\", \" \"), [\"a\", \"b\"]);"]
    );
}

#[test]
fn what_an_iterator_gives_is_collected() {
    assert_eq!(
        body(vector("steps", json!(2), json!([0, 1]))),
        ["assert_eq!(demo::steps(2).collect::<Vec<_>>(), [0, 1]);"]
    );
}

#[test]
fn constants_and_structures_are_written_out() {
    assert_eq!(body(vector("LIMIT", json!({}), json!(9))), ["assert_eq!(demo::LIMIT, 9);"]);
    assert_eq!(
        body(vector("As", json!({"0": "a"}), json!("a"))),
        ["assert_eq!(demo::As(\"a\".to_owned()).to_string(), \"a\");"]
    );
}

#[test]
fn values_are_compared_with_each_other() {
    let call = |start: u8| Call { operation: "Sum::new".into(), input: json!({ "start": start }) };
    let mut less = vector(
        "<Sum as PartialOrd>::partial_cmp",
        json!({"self": {"$": 0}, "other": {"$": 1}}),
        json!("less"),
    );
    less.before = vec![call(1), call(2)];
    assert_eq!(
        body(less).last().unwrap(),
        "assert_eq!(sum.partial_cmp(&sum_2), Some(std::cmp::Ordering::Less));"
    );
}
