use super::test_file;
use crate::emit::Suite;
use ghostlib_model::{
    ApiAttributes, ApiItem, ApiKind, Binding, Call, Expected, ExpectedError, ExpectedOutput, FnSignature,
    Param, Passing, Place, Receiver, Value, Vector, VectorId,
};
use serde_json::json;

fn item(kind: ApiKind, path: &str, function: FnSignature) -> ApiItem {
    ApiItem {
        path: path.into(),
        kind,
        signature: String::new(),
        declaration: String::new(),
        function: Some(function),
        attributes: ApiAttributes::default(),
        place: Place::start_of("demo.py"),
    }
}

fn function(params: &[(&str, &str)], output: &str, receiver: Option<Receiver>) -> FnSignature {
    let params = params.iter().map(|(name, ty)| Param {
        name: (*name).to_owned(),
        ty: (*ty).to_owned(),
        default: ty.ends_with("None").then(|| "None".to_owned()),
        passing: Passing::Either,
    });
    FnSignature { params: params.collect(), output: output.into(), receiver, ..FnSignature::default() }
}

fn items() -> Vec<ApiItem> {
    use ApiKind::{Class, Function, Method};
    vec![
        item(Function, "ratio", function(&[("a", "float"), ("b", "float")], "float", None)),
        item(Function, "pair", function(&[("text", "str")], "tuple[str, int]", None)),
        item(
            Function,
            "pad",
            function(&[("text", "str"), ("width", "int | None"), ("fill", "str | None")], "str", None),
        ),
        item(Class, "Sum", FnSignature::default()),
        item(Method, "Sum.__init__", function(&[("start", "int")], "None", Some(Receiver::RefMut))),
        item(Method, "Sum.total", function(&[], "int", Some(Receiver::RefMut))),
        item(Class, "errors.Odd", FnSignature::default()),
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

fn written(vector: &Vector, bindings: &[Binding]) -> (String, Vec<String>) {
    let items = items();
    let about = ["About.".to_owned()];
    let suite = Suite { vectors: &[vector], bindings, library: "demo", items: &items, about: &about };
    let file = test_file(&suite);
    (file.text, file.left_out.into_iter().map(|one| one.reason).collect())
}

/// The body of the only test.
fn body(vector: &Vector) -> Vec<String> {
    let (text, left_out) = written(vector, &[]);
    assert_eq!(left_out, [""; 0], "{text}");
    text.split_once("():\n").unwrap().1.lines().map(|line| line.trim().to_owned()).collect()
}

#[test]
fn a_value_is_compared_as_people_compare_it() {
    let of = |operation: &str, input: Value, output: Value| body(&vector(operation, input, output));
    assert_eq!(of("ratio", json!({"a": 1, "b": 2}), json!(0.5)), ["assert demo.ratio(1.0, 2.0) == 0.5"]);
    assert_eq!(of("pair", json!("a\"b"), json!(["a", 1])), ["assert demo.pair(\"a\\\"b\") == (\"a\", 1)"]);
    assert_eq!(
        of("pad", json!({"text": "é", "fill": "-"}), json!("é")),
        ["assert demo.pad(\"é\", fill=\"-\") == \"é\""]
    );
    assert_eq!(
        of("ratio", json!({"a": 0, "b": 0}), json!({"float": "nan"})),
        ["assert math.isnan(demo.ratio(0.0, 0.0))"]
    );
    assert_eq!(of("pad", json!({"text": "\u{1}"}), json!(null)), ["assert demo.pad(\"\\x01\") is None"]);
}

#[test]
fn how_exactly_is_part_of_the_assertion() {
    let near = ExpectedOutput { value: json!(0.5), tolerance: Some(1e-9), unordered: false };
    assert_eq!(
        body(&vector("ratio", json!({"a": 1, "b": 2}), Expected::Output(near))),
        ["assert demo.ratio(1.0, 2.0) == pytest.approx(0.5, rel=0, abs=1e-9)"]
    );
    let any_order = ExpectedOutput { value: json!(["b", "a"]), tolerance: None, unordered: true };
    assert_eq!(
        body(&vector("pair", json!("a"), Expected::Output(any_order))),
        ["assert sorted(demo.pair(\"a\")) == sorted([\"b\", \"a\"])"]
    );
}

#[test]
fn errors_are_told_by_class_and_text() {
    let of = |expected| body(&vector("pair", json!(""), expected));
    let call = "demo.pair(\"\")";
    assert_eq!(of(error(None, None)), ["with pytest.raises(Exception):", call]);
    assert_eq!(of(error(Some("ValueError"), None)), ["with pytest.raises(ValueError):", call]);
    assert_eq!(
        of(error(Some("Odd"), Some("no"))),
        ["with pytest.raises(demo.errors.Odd) as raised:", call, "assert str(raised.value) == \"no\""]
    );
    assert_eq!(of(error(Some("Even"), None))[2], "assert type(raised.value).__qualname__ == \"Even\"");
}

#[test]
fn calls_before_are_statements() {
    let mut total = vector("Sum.total", json!({"self": {"$": 0}}), json!(2));
    total.before = vec![Call { operation: "Sum".into(), input: json!({"start": 2}) }];
    assert_eq!(body(&total), ["sum = demo.Sum(2)", "assert sum.total() == 2"]);
}

#[test]
fn what_a_binding_names_twice_gets_a_name() {
    let binding = |expression: &str| Binding {
        operation: "padded".into(),
        language: "python".into(),
        expression: expression.into(),
        place: Place::start_of("SPEC.md"),
    };
    let once = binding("demo.pad({{param \"text\" \"str\"}}, 9)");
    let twice = binding("demo.pad({{param \"text\" \"str\"}}, len({{param \"text\" \"str\"}}))");
    let case = vector("padded", json!({"text": "a"}), json!("a"));
    let (text, _) = written(&case, &[once]);
    assert_eq!(
        text,
        "\"\"\"About.\n\"\"\"\n\nimport demo\n\n\ndef test_padded_a_case():\n    assert demo.pad(\"a\", 9) == \"a\"\n"
    );
    let (text, _) = written(&case, &[twice]);
    assert!(text.contains("    text = \"a\"\n    assert demo.pad(text, len(text)) == \"a\"\n"), "{text}");
}

#[test]
fn what_is_left_out_says_why() {
    let cases = [
        (vector("quarter", json!(4), json!(1)), "no function of that name"),
        (vector("ratio", json!({"a": 1}), json!(1)), "no `b`"),
        (vector("ratio", json!({"a": "x", "b": 1}), json!(1)), "float"),
        (vector("Sum", json!(2), json!({"opaque": "Sum"})), "apart"),
        (vector("Sum.total", json!({"self": 1}), json!(2)), "`self`"),
    ];
    for (vector, expected) in cases {
        let (text, left_out) = written(&vector, &[]);
        assert!(left_out[0].contains(expected), "{}", left_out[0]);
        assert!(text.contains("# - ") && !text.contains("def test"), "{text}");
    }
}
