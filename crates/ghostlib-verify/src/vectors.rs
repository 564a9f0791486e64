use crate::VerifyError;
use crate::session::{Driver, Patience};
use ghostlib_model::{Answer, Expected, Sequence, SequenceAnswer, Value, Vector};

/// Runs vectors on a driver and gives one answer a vector, in their order.
///
/// # Errors
/// If the sandbox fails.
#[tracing::instrument(name = "vectors", skip_all, fields(of = vectors.len()))]
pub async fn run_vectors(driver: &Driver, vectors: &[&Vector]) -> Result<Vec<Answer>, VerifyError> {
    let sequences: Vec<_> = vectors.iter().map(|vector| vector.sequence()).collect();
    last_answers(driver, &sequences).await
}

/// Makes the calls of sequences, none of which is empty, and gives the answer to the last one of each, in their order.
///
/// # Errors
/// If the sandbox fails.
pub async fn last_answers(driver: &Driver, sequences: &[Sequence]) -> Result<Vec<Answer>, VerifyError> {
    let answers = driver.ask_sequences(sequences, &Patience::ENDLESS).await?;
    let last = |answer: SequenceAnswer| answer.answers.into_iter().last();
    Ok(answers.into_iter().filter_map(last).collect())
}

/// Whether an answer is what a vector expects. A value may be written as the driver tells it, or as [`plain`] has it.
pub fn vector_holds(expected: &Expected, answer: &Answer) -> bool {
    match (expected, answer) {
        (Expected::Output(output), Answer::Ok(got)) => output.admits(plain(got)) || output.admits(got),
        (Expected::Error(error), Answer::Error(got)) => error.admits(got),
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

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_model::{ExpectedError, ExpectedOutput, Failure};
    use serde_json::json;

    #[test]
    fn an_error_is_expected_by_its_text_or_by_being_one() {
        let error = Answer::Error("no".into());
        let expected = |text: &str| Expected::Error(ExpectedError::of_text(text));
        let any = Expected::Error(ExpectedError::default());
        assert!(vector_holds(&any, &error));
        assert!(vector_holds(&expected("no"), &error));
        assert!(!vector_holds(&expected("yes"), &error));
        assert!(!vector_holds(&any, &Answer::Panic("no".into())));
        assert!(!vector_holds(&any, &Answer::Ok(json!("no"))));
    }

    #[test]
    fn an_error_is_expected_by_its_class() {
        let of = |class: &str| Expected::Error(ExpectedError { class: Some(class.into()), text: None });
        let told = Answer::Error(Failure { class: Some("Empty".into()), text: "no".into() });
        assert!(vector_holds(&of("Empty"), &told));
        assert!(!vector_holds(&of("Full"), &told));
        assert!(vector_holds(&of("Full"), &Answer::Error("no".into())), "it has no class to tell");
        assert!(!vector_holds(&of("Empty"), &Answer::Ok(json!("Empty"))));
    }

    #[test]
    fn a_value_is_expected_as_it_shows_itself_or_as_it_is_told() {
        let holds = |expected: Value, got: Value| vector_holds(&expected.into(), &Answer::Ok(got));
        assert!(holds(json!("1h"), json!({"display": "1h"})));
        assert!(holds(json!({"display": "1h"}), json!({"display": "1h"})));
        assert!(!holds(json!({"display": "1h"}), json!("1h")));
        let near_zero = ExpectedOutput { value: json!(1e-12), tolerance: Some(1e-9), unordered: false };
        assert!(vector_holds(&Expected::Output(near_zero), &Answer::Ok(json!({"float": "-0"}))));
    }
}
