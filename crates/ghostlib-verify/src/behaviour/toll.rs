//! What a change of a library costs its callers, beside what it changes.

use super::power::{Asked, answers};
use crate::VerifyError;
use crate::session::Driver;
use ghostlib_model::{Answer, SequenceAnswer};
use std::collections::BTreeMap;

/// What became of calls to which the library as it was answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Toll {
    /// Whether the changed library did not come back from one.
    pub is_lost: bool,
    /// From how many it came back no more, where the other did.
    pub n_broken: usize,
    /// How many each operation accepted, before and after.
    pub accepted: BTreeMap<String, [usize; 2]>,
}

impl Toll {
    /// Whether callers can live with it: every call comes back as before, and no operation accepts less than half of
    /// what it did.
    pub fn is_bearable(&self) -> bool {
        let is_kept = |[before, after]: &[usize; 2]| after * 2 >= *before;
        !self.is_lost && self.n_broken == 0 && self.accepted.values().all(is_kept)
    }

    fn add(&mut self, asked: &Asked, got: &SequenceAnswer) {
        for (call, expected, got) in asked.expected(got) {
            if matches!(got, Answer::NotRun(_)) {
                continue;
            }
            self.n_broken += usize::from(expected.returned() && !got.returned());
            let accepted = self.accepted.entry(call.operation.clone()).or_default();
            for (count, answer) in accepted.iter_mut().zip([expected, got]) {
                *count += usize::from(matches!(answer, Answer::Ok(_)));
            }
        }
    }
}

/// Asks a changed library what the library as it was has answered.
///
/// # Errors
/// If the sandbox fails.
pub async fn toll(changed: &Driver, asked: &[Asked]) -> Result<Toll, VerifyError> {
    let mut toll = Toll::default();
    let mut left: Vec<&Asked> = asked.iter().collect();
    while !left.is_empty() {
        let mut got = answers(changed, &left).await?;
        if let Some(lost) = left.get(got.len()) {
            // A busy machine may have been slow: what is lost is lost twice.
            match answers(changed, &[lost]).await?.pop() {
                Some(answer) => got.push(answer),
                None => return Ok(Toll { is_lost: true, ..toll }),
            }
        }
        left.iter().zip(&got).for_each(|(asked, got)| toll.add(asked, got));
        left.drain(..got.len());
    }
    Ok(toll)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_bear_a_rule_that_is_another_and_not_one_that_refuses_most() {
        let of = |before, after| Toll {
            accepted: BTreeMap::from([("f".to_owned(), [before, after])]),
            ..Toll::default()
        };
        assert!(of(10, 5).is_bearable() && of(0, 0).is_bearable() && of(3, 9).is_bearable());
        assert!(!of(10, 4).is_bearable());
        assert!(!Toll { n_broken: 1, ..of(10, 10) }.is_bearable());
        assert!(!Toll { is_lost: true, ..of(10, 10) }.is_bearable());
    }
}
