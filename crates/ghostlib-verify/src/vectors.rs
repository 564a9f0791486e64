use crate::VerifyError;
use crate::session::{Driver, Patience};
use ghostlib_model::{Answer, Call, Expected, Sequence, SequenceAnswer, Value, Vector};

/// Runs vectors on a driver and gives one answer a vector, in their order.
///
/// # Errors
/// If the sandbox fails.
pub async fn run_vectors(driver: &Driver, vectors: &[&Vector]) -> Result<Vec<Answer>, VerifyError> {
    let sequences: Vec<_> = vectors.iter().map(|vector| sequence_of(vector)).collect();
    let answers = driver.ask_sequences(&sequences, &Patience::ENDLESS).await?;
    let last = |answer: SequenceAnswer| answer.answers.into_iter().last();
    Ok(answers.into_iter().filter_map(last).collect())
}

fn sequence_of(vector: &Vector) -> Sequence {
    let last = Call { operation: vector.operation.clone(), input: vector.input.clone() };
    Sequence { calls: vector.before.iter().cloned().chain([last]).collect() }
}

/// Whether an answer is what a vector expects.
pub fn vector_holds(expected: &Expected, answer: &Answer) -> bool {
    match (expected, answer) {
        (Expected::Output(value), Answer::Ok(got)) => same_value(value, plain(got)),
        (Expected::AnyError, Answer::Error(_)) => true,
        (Expected::ErrorText(text), Answer::Error(got)) => *text == got.text,
        _ => false,
    }
}

/// A value as a vector writes it: an opaque one, which a driver shows by its text, is that text.
pub fn plain(value: &Value) -> &Value {
    match value.as_object().and_then(|map| map.iter().next().filter(|_| map.len() == 1)) {
        Some((key, inner)) if ["display", "debug", "int", "float"].contains(&key.as_str()) => inner,
        _ => value,
    }
}

/// Equality of values as vectors write them: 1 and 1.0 are the same number, as in YAML of other languages.
fn same_value(expected: &Value, got: &Value) -> bool {
    match (expected, got) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same_value(a, b)))
        }
        _ => expected == got,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_error_is_expected_by_its_text_or_by_being_one() {
        let error = Answer::Error("no".into());
        assert!(vector_holds(&Expected::AnyError, &error));
        assert!(vector_holds(&Expected::ErrorText("no".into()), &error));
        assert!(!vector_holds(&Expected::ErrorText("yes".into()), &error));
        assert!(!vector_holds(&Expected::AnyError, &Answer::Panic("no".into())));
        assert!(!vector_holds(&Expected::AnyError, &Answer::Ok(json!("no"))));
    }

    #[test]
    fn values_are_compared_as_values() {
        let holds = |expected: Value, got: Value| vector_holds(&Expected::Output(expected), &Answer::Ok(got));
        assert!(holds(json!({"a": [1, "x"]}), json!({"a": [1.0, "x"]})));
        assert!(holds(json!("1h"), json!({"display": "1h"})));
        assert!(!holds(json!([1]), json!([1, 2])));
        assert!(!holds(json!("1"), json!(1)));
        assert!(!holds(json!({"a": 1}), json!({"b": 1})));
    }
}
