//! Vectors out of what the reference answered.

use ghostlib_model::{
    Answer, Call, Diagnostic, Expected, ExpectedError, Place, Sha256Hex, Value, Vector, VectorId, only_value,
};
use ghostlib_spec::edit::add_vectors;
use ghostlib_spec::{SourceFile, read_vectors};
use ghostlib_verify::plain;

/// A vector file with what was found in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Harvest {
    /// The file.
    pub file: SourceFile,
    /// The vectors that are new in it.
    pub added: Vec<VectorId>,
    /// How many answers no vector can say: a panic, or no answer at all.
    pub n_left_out: usize,
}

/// Adds vectors for sequences of calls and what the reference answered to the last of each. The vectors of the file stay.
/// What one of them, or one of `known`, says already, is not said again; so nothing hidden is shown.
///
/// # Errors
/// If the file has errors: its diagnostics.
pub fn harvest<'a>(
    known: &[Vector],
    file: &SourceFile,
    found: impl IntoIterator<Item = (&'a [Call], &'a Answer)>,
) -> Result<Harvest, Vec<Diagnostic>> {
    let mut all = read_vectors(file)?;
    all.extend_from_slice(known);
    let (mut new, mut n_left_out) = (Vec::new(), 0);
    for (calls, answer) in found {
        let Some((last, before)) = calls.split_last() else { continue };
        match vector_of(known, &file.path, before, last, answer) {
            None => n_left_out += 1,
            Some(vector) if all.iter().any(|other| is_same_case(other, &vector)) => {}
            Some(vector) => {
                all.push(vector.clone());
                new.push(vector);
            }
        }
    }
    let added = new.iter().map(|vector| vector.id.clone()).collect();
    Ok(Harvest { file: add_vectors(file, &new)?, added, n_left_out })
}

fn is_same_case(a: &Vector, b: &Vector) -> bool {
    let is_same_call =
        |(a, b): (&Call, &Call)| a.operation == b.operation && only_value(&a.input) == only_value(&b.input);
    let is_same_input = a.operation == b.operation && only_value(&a.input) == only_value(&b.input);
    a.id == b.id
        || is_same_input
            && a.before.len() == b.before.len()
            && a.before.iter().zip(&b.before).all(is_same_call)
}

/// The vector that says what the reference answered; nothing for what no vector can say, such as a panic.
pub(crate) fn vector_of(
    known: &[Vector],
    file: &str,
    before: &[Call],
    call: &Call,
    answer: &Answer,
) -> Option<Vector> {
    let expected = expected_of(answer)?;
    let as_written: Vec<Call> = before.iter().map(|call| as_spec_writes_it(known, call)).collect();
    let Call { operation, input } = as_spec_writes_it(known, call);
    let calls: Vec<String> = before.iter().map(|call| format!("{}{}", call.operation, call.input)).collect();
    let hash = Sha256Hex::of((calls.concat() + &input.to_string()).as_bytes());
    Some(Vector {
        id: VectorId::new(format!("{operation}/{}", &hash.as_str()[..8])),
        operation,
        name: "as the reference answers".into(),
        before: as_written,
        input,
        expected,
        requirements: Vec::new(),
        hidden: false,
        place: Place::start_of(file),
    })
}

/// What a vector expects where this is the answer; nothing for what no vector can say, such as a panic.
pub(super) fn expected_of(answer: &Answer) -> Option<Expected> {
    match answer {
        Answer::Ok(value) => Some(plain(value).clone().into()),
        Answer::Error(failure) => Some(Expected::Error(ExpectedError {
            class: failure.class.clone(),
            text: Some(failure.text.clone()).filter(|text| !text.is_empty()),
        })),
        _ => None,
    }
}

/// An operation's only parameter keeps the name that the spec's own vectors give it, wherever they call it.
fn as_spec_writes_it(known: &[Vector], call: &Call) -> Call {
    let inputs = |vector: &'_ Vector| -> Option<Value> {
        let is_it = |before: &&Call| before.operation == call.operation;
        let last = (vector.operation == call.operation).then_some(&vector.input);
        last.or_else(|| vector.before.iter().find(is_it).map(|call| &call.input)).cloned()
    };
    let written = known.iter().find_map(inputs);
    let renamed = match (only_entry(&call.input), written.as_ref().and_then(only_entry)) {
        (Some((_, value)), Some((key, _))) => {
            Value::Object([(key.clone(), value.clone())].into_iter().collect())
        }
        _ => call.input.clone(),
    };
    Call { operation: call.operation.clone(), input: renamed }
}

fn only_entry(input: &Value) -> Option<(&String, &Value)> {
    let map = input.as_object().filter(|map| map.len() == 1)?;
    map.iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_model::Failure;
    use serde_json::json;

    const SPEC: &str = "\
counter:
  - {name: two, input: {start: 2}, output: {opaque: Counter}}
add:
  - {name: secret, before: [{operation: counter, input: {start: 9}}], input: {self: {$: 0}}, output: 10, hidden: true}
";

    fn known() -> Vec<Vector> {
        read_vectors(&SourceFile::new("tests.yaml", SPEC)).unwrap()
    }

    fn call(operation: &str, input: Value) -> Call {
        Call { operation: operation.into(), input }
    }

    fn sequence(start: i64) -> Vec<Call> {
        vec![call("counter", json!({"n": start})), call("add", json!({"self": {"$": 0}}))]
    }

    #[test]
    fn calls_before_are_written_as_the_spec_writes_them() {
        let calls = sequence(1);
        let vector = vector_of(&known(), "h.yaml", &calls[..1], &calls[1], &Answer::Ok(json!(2))).unwrap();
        assert_eq!(vector.before, [call("counter", json!({"start": 1}))]);
        assert_eq!(vector.input, json!({"self": {"$": 0}}));
        assert_eq!(vector.expected, json!(2).into());
    }

    #[test]
    fn an_error_is_told_by_its_class_too() {
        let failure = Failure { class: Some("Full".into()), text: String::new() };
        let calls = sequence(1);
        let vector = vector_of(&[], "h.yaml", &[], &calls[0], &Answer::Error(failure)).unwrap();
        assert_eq!(vector.expected.to_string(), "an error of the class Full");
        assert_eq!(vector_of(&[], "h.yaml", &[], &calls[0], &Answer::Panic("no".into())), None);
    }

    #[test]
    fn what_is_known_is_not_written_again() {
        let known = known();
        let answer = Answer::Ok(json!(2));
        let panic = Answer::Panic("no".into());
        let sequences = [sequence(9), sequence(1), sequence(1), sequence(3)];
        let found = || {
            let answers = [&answer, &answer, &answer, &panic];
            sequences.iter().map(Vec::as_slice).zip(answers)
        };
        let empty = SourceFile::new("h.yaml", "");
        let first = harvest(&known, &empty, found()).unwrap();
        assert_eq!((first.added.len(), first.n_left_out), (1, 1), "the hidden one stays hidden");
        let again = harvest(&known, &first.file, found()).unwrap();
        assert_eq!((again.added.len(), &again.file), (0, &first.file));
        assert_eq!(read_vectors(&first.file).unwrap()[0].id, first.added[0]);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_left_alone() {
        let broken = SourceFile::new("h.yaml", "add: [{name: a}]");
        let diagnostics = harvest(&[], &broken, []).unwrap_err();
        assert_eq!(diagnostics[0].code, "vector-missing-key");
    }
}
