//! Whether a driver keeps the protocol: a library that does known things, and what the judge has to get for it.

use crate::VerifyError;
use crate::session::{Driver, Patience};
use ghostlib_model::{Answer, Sequence, SequenceAnswer};
use serde::Deserialize;

/// A sequence, and what the judge is to get for it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Case {
    /// What it shows.
    #[serde(rename = "case")]
    pub name: String,
    /// The calls, on the library of the cases.
    pub sequence: Sequence,
    /// The answer. `"…"` for the text of an answer stands for any text.
    pub answer: SequenceAnswer,
}

const ANY_TEXT: &str = "…";

/// Puts all cases to one driver, in their order, since some show what those before them leave behind. Those that it does
/// not answer as it should, with what it answered.
///
/// # Errors
/// If the sandbox fails.
pub async fn deviations(
    driver: &Driver,
    cases: &[Case],
) -> Result<Vec<(String, SequenceAnswer)>, VerifyError> {
    let sequences: Vec<Sequence> = cases.iter().map(|case| case.sequence.clone()).collect();
    let answers = driver.ask_sequences(&sequences, &Patience::ENDLESS).await?;
    let both = cases.iter().zip(answers).filter(|(case, got)| !conforms(&case.answer, got));
    Ok(both.map(|(case, got)| (case.name.clone(), got)).collect())
}

fn conforms(expected: &SequenceAnswer, got: &SequenceAnswer) -> bool {
    let mut answers = expected.answers.iter().zip(&got.answers);
    expected.answers.len() == got.answers.len()
        && answers.all(|(expected, got)| is_as_expected(expected, got))
        && expected.effects == got.effects
}

fn is_as_expected(expected: &Answer, got: &Answer) -> bool {
    let same_text = |expected: &str, got: &str| expected == ANY_TEXT || expected == got;
    match (expected, got) {
        (Answer::Ok(expected), Answer::Ok(got)) => expected == got,
        (Answer::Error(a), Answer::Error(b)) => same_text(&a.text, &b.text) && expected.agrees_with(got),
        (Answer::Panic(a), Answer::Panic(b))
        | (Answer::Crash(a), Answer::Crash(b))
        | (Answer::NotRun(a), Answer::NotRun(b)) => same_text(a, b),
        (Answer::Hang(_), Answer::Hang(_)) => true,
        _ => false,
    }
}
