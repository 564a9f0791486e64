//! What a run would have seen: its sequences, asked of something that is known to differ.

use super::Difference;
use super::shrink::Shrink;
use super::steady::Steadiness;
use crate::VerifyError;
use crate::session::{Driver, Patience};
use ghostlib_model::{Answer, Call, Sequence, SequenceAnswer};

/// A sequence that was asked, and what the reference always answers to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The calls.
    pub sequence: Sequence,
    /// One entry a call; nothing where the reference disagrees with itself, did not come back or was not asked.
    answers: Vec<Option<Answer>>,
    /// What the reference always does besides, if it always does the same.
    effects: Option<SequenceAnswer>,
}

/// How a difference shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caught {
    /// The operation whose answer differs.
    pub operation: String,
    /// What differs.
    pub by: Differing,
}

/// What differs between two answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Differing {
    /// The text of an error or panic alone, which lowers no agreement.
    Text,
    /// Class, value, class of the error, effects, or whether it comes back in time.
    Answer,
}

/// The first conversation has so many sequences, and each further one so many times as many as the one before it:
/// most of what can be seen at all is seen at once.
const FIRST_BATCH: usize = 64;
const GROWTH: usize = 8;

/// How `changed` shows that it is not what answered: by the first answer that differs or does not come in time; if
/// there is none, by the first that differs in its text.
///
/// # Errors
/// If the sandbox fails.
pub async fn caught(changed: &Driver, asked: &[Asked]) -> Result<Option<Caught>, VerifyError> {
    let mut left = spread(asked);
    let mut n_next = FIRST_BATCH;
    let mut by_text = None;
    while !left.is_empty() {
        let batch = &left[..n_next.min(left.len())];
        let mut answers = answers(changed, batch).await?;
        if let Some(lost) = batch.get(answers.len()) {
            // A busy machine may have been slow: what is lost is lost twice.
            match self::answers(changed, &[lost]).await?.pop() {
                Some(answer) => answers.push(answer),
                None => return Ok(Some(lost.caught_at_end())),
            }
        }
        for caught in batch.iter().zip(&answers).filter_map(|(asked, got)| asked.difference(got)) {
            match caught.by {
                Differing::Answer => return Ok(Some(caught)),
                Differing::Text => by_text = by_text.or(Some(caught)),
            }
        }
        left.drain(..answers.len());
        n_next *= GROWTH;
    }
    Ok(by_text)
}

/// How `changed` differs from the reference, in small sequences, the most telling first: up to `max` of those that show
/// together. What a sequence does besides its answers is not told.
///
/// # Errors
/// If the sandbox fails.
pub async fn differences(
    [reference, changed]: [&Driver; 2],
    asked: &[Asked],
    max: usize,
) -> Result<Vec<Difference>, VerifyError> {
    let mut left = spread(asked);
    let mut n_next = FIRST_BATCH;
    let mut found = vec![];
    while !left.is_empty() && found.is_empty() {
        let behind = left.split_off(n_next.min(left.len()));
        let sequences: Vec<Sequence> = left.iter().map(|asked| asked.sequence.clone()).collect();
        let answers = changed.ask_sequences(&sequences, &Patience::SHORT).await?;
        found.extend(left.iter().zip(&answers).filter_map(|(asked, got)| asked.shows(got)));
        left = behind;
        n_next *= GROWTH;
    }
    let steadiness = &Steadiness::default();
    Shrink { reference, candidate: changed, steadiness }.distinct(&found, max).await
}

/// What the driver answers, up to the first sequence from which it does not come back.
pub(super) async fn answers(driver: &Driver, asked: &[&Asked]) -> Result<Vec<SequenceAnswer>, VerifyError> {
    let sequences: Vec<&Sequence> = asked.iter().map(|asked| &asked.sequence).collect();
    driver.ask_until_lost(&sequences).await
}

/// Those sequences that `same`, which should not differ, answers as the reference does.
///
/// # Errors
/// If the sandbox fails.
#[tracing::instrument(skip_all)]
pub async fn reproduced(same: &Driver, asked: Vec<Asked>) -> Result<Vec<Asked>, VerifyError> {
    let mut left = asked;
    let mut kept = vec![];
    while !left.is_empty() {
        let answers = answers(same, &left.iter().collect::<Vec<_>>()).await?;
        // The one from which it does not come back is left out, too.
        let behind = left.split_off((answers.len() + 1).min(left.len()));
        let agrees = |(asked, got): &(Asked, &SequenceAnswer)| asked.difference(got).is_none();
        kept.extend(left.into_iter().zip(&answers).filter(agrees).map(|(asked, _)| asked));
        left = behind;
    }
    Ok(kept)
}

/// All of them, in an order in which those of every operation are spread evenly.
fn spread(asked: &[Asked]) -> Vec<&Asked> {
    let stride = asked.len().div_ceil(FIRST_BATCH).max(1);
    (0..stride).flat_map(|first| asked.iter().skip(first).step_by(stride)).collect()
}

impl Asked {
    /// Sequences with two answers of the reference to each; those that prove nothing are left out.
    pub(super) fn new(sequence: Sequence, expected: SequenceAnswer, again: &SequenceAnswer) -> Option<Self> {
        let is_lost = |answer: &Answer| matches!(answer, Answer::Crash(_) | Answer::Hang(_));
        if expected.answers.iter().chain(&again.answers).any(is_lost) {
            return None;
        }
        let effects = (expected.effects == again.effects)
            .then(|| SequenceAnswer { effects: expected.effects.clone(), ..SequenceAnswer::default() });
        let stable = |(answer, again): (Answer, &Answer)| {
            (answer == *again && !matches!(answer, Answer::NotRun(_))).then_some(answer)
        };
        let answers: Vec<_> = expected.answers.into_iter().zip(&again.answers).map(stable).collect();
        answers.iter().any(Option::is_some).then_some(Self { sequence, answers, effects })
    }

    /// The calls to which the answer is known, with it and with what was got instead.
    pub(super) fn expected<'a>(
        &'a self,
        got: &'a SequenceAnswer,
    ) -> impl Iterator<Item = (&'a Call, &'a Answer, &'a Answer)> {
        let answers = self.answers.iter().zip(&got.answers);
        self.sequence
            .calls
            .iter()
            .zip(answers)
            .filter_map(|(call, (expected, got))| Some((call, expected.as_ref()?, got)))
    }

    /// The first answer that differs, or else the first text.
    fn difference(&self, got: &SequenceAnswer) -> Option<Caught> {
        let mut by_text = None;
        for (call, expected, got) in self.expected(got) {
            if expected == got || matches!(got, Answer::NotRun(_)) {
                continue;
            }
            let by = if expected.agrees_with(got) { Differing::Text } else { Differing::Answer };
            let caught = Caught { operation: call.operation.clone(), by };
            if by == Differing::Answer {
                return Some(caught);
            }
            by_text = by_text.or(Some(caught));
        }
        let differs = self.effects.as_ref().is_some_and(|expected| expected.effects != got.effects);
        if differs { Some(self.caught_at_end()) } else { by_text }
    }

    /// The first call by which an answer differs, with what was called before it.
    fn shows(&self, got: &SequenceAnswer) -> Option<Difference> {
        let mut answers = self.answers.iter().zip(&got.answers).enumerate();
        answers.find_map(|(at, (expected, got))| {
            let expected = expected.as_ref().filter(|expected| *expected != got)?;
            let calls = self.sequence.calls[..=at].to_vec();
            let is_told = !matches!(got, Answer::NotRun(_));
            is_told.then(|| Difference {
                sequence: Sequence { calls },
                reference: expected.clone(),
                candidate: got.clone(),
            })
        })
    }

    fn caught_at_end(&self) -> Caught {
        let operation = self.sequence.calls.last().map(|call| call.operation.clone()).unwrap_or_default();
        Caught { operation, by: Differing::Answer }
    }
}
