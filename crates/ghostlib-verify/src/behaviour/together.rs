//! Asking several drivers so that each sequence finds the same history: what a library keeps in static variables is then
//! the same on all sides, unless they behave differently.

use super::up_to_loss;
use crate::VerifyError;
use crate::session::{Driver, Losses, Patience};
use ghostlib_model::{Sequence, SequenceAnswer};

/// Drivers that are asked together.
pub(super) struct Together<'a> {
    /// The reference, which is asked twice: by itself it shows what it does not always answer alike.
    pub(super) reference: [&'a Driver; 2],
    pub(super) candidate: &'a Driver,
    /// What the candidate has cost so far.
    pub(super) losses: Losses,
}

/// What all sides answered to one sequence.
pub(super) struct Answered {
    pub(super) expected: SequenceAnswer,
    pub(super) again: SequenceAnswer,
    pub(super) got: SequenceAnswer,
}

/// So many sequences are put to one process: when one side does not come back, all sides go on in new ones, and what they
/// had already answered beyond that is asked again.
const CHUNK: usize = 1024;

impl Together<'_> {
    /// One entry a sequence, in their order. What the reference does not come back from is not asked of the candidate.
    ///
    /// # Errors
    /// If the sandbox fails.
    pub(super) async fn ask(
        &mut self,
        sequences: &[Sequence],
        patience: &Patience,
    ) -> Result<Vec<Answered>, VerifyError> {
        let mut answered = Vec::with_capacity(sequences.len());
        let mut of_reference = Losses::default();
        while answered.len() < sequences.len() {
            let sequence = &sequences[answered.len()];
            if let Some(refused) = of_reference.refuse(sequence, patience) {
                let [expected, again, got] = [refused.clone(), refused.clone(), refused];
                answered.push(Answered { expected, again, got });
                continue;
            }
            let allowed = sequences[answered.len()..].iter().take(CHUNK);
            let chunk: Vec<&Sequence> =
                allowed.take_while(|one| of_reference.refuse(one, patience).is_none()).collect();
            self.ask_chunk(&chunk, patience, &mut of_reference, &mut answered).await?;
        }
        Ok(answered)
    }

    /// Adds answers up to the first sequence from which a side does not come back, that one included.
    async fn ask_chunk(
        &mut self,
        chunk: &[&Sequence],
        patience: &Patience,
        of_reference: &mut Losses,
        answered: &mut Vec<Answered>,
    ) -> Result<(), VerifyError> {
        let [first, second] = self.reference;
        let (mut expected, mut again) =
            tokio::try_join!(first.ask_until_lost(chunk), second.ask_until_lost(chunk))?;
        let n = expected.len().min(again.len());
        let refused: Vec<Option<SequenceAnswer>> =
            chunk[..n].iter().map(|one| self.losses.refuse(one, patience)).collect();
        let asked: Vec<&Sequence> = chunk[..n]
            .iter()
            .zip(&refused)
            .filter(|(_, refused)| refused.is_none())
            .map(|(one, _)| *one)
            .collect();
        let mut got = self.candidate.ask_until_lost(&asked).await?.into_iter();
        let (mut expected, mut again) = (expected.drain(..), again.drain(..));
        for (sequence, refused) in chunk[..n].iter().zip(refused) {
            let (Some(expected), Some(again)) = (expected.next(), again.next()) else { return Ok(()) };
            let (got, is_lost) = match refused.or_else(|| got.next()) {
                Some(got) => (got, false),
                None => (self.candidate.blame_alone(sequence).await?, true),
            };
            if is_lost {
                self.losses.count(sequence, &got);
            }
            answered.push(Answered { expected, again, got });
            if is_lost {
                return Ok(());
            }
        }
        let Some(sequence) = chunk.get(n) else { return Ok(()) };
        let expected = match expected.next() {
            Some(expected) => expected,
            None => first.blame_alone(sequence).await?,
        };
        let again = match again.next() {
            Some(again) => again,
            None => second.blame_alone(sequence).await?,
        };
        of_reference.count(sequence, &expected);
        let answerable = up_to_loss(sequence, &expected, &again);
        let got = self.candidate.ask_after(&[answerable], patience, &mut self.losses).await?;
        answered.push(Answered { expected, again, got: got.into_iter().next().unwrap_or_default() });
        Ok(())
    }
}
