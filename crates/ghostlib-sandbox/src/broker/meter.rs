//! What a session has used, and how much it may.

use super::exchange::Extent;
use super::refusal::Refusal;
use super::usage::Tokens;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How much a session may use; without a number, as much as it likes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Budgets {
    /// Requests that are forwarded.
    pub requests: Option<u64>,
    /// Bytes of bodies, in both directions together. A body that goes beyond is cut.
    pub bytes: Option<u64>,
    /// Input and output tokens together, as the endpoint counts them, and as they are estimated where it does not
    /// say. It does so at the end of an answer, so the answers that are under way when the budget ends go beyond it.
    pub tokens: Option<u64>,
}

/// One of the [`Budgets`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Budget {
    /// Of requests.
    Requests,
    /// Of bytes.
    Bytes,
    /// Of tokens.
    Tokens,
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Requests => "requests",
            Self::Bytes => "bytes",
            Self::Tokens => "tokens",
        })
    }
}

/// What a session has used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokerReport {
    /// Requests that were forwarded.
    pub requests: u64,
    /// Requests that were refused, by the name of the refusal.
    pub refused: BTreeMap<String, u64>,
    /// Bytes of the bodies of requests.
    pub bytes_up: u64,
    /// Bytes of the bodies of answers, as the endpoint sent them.
    pub bytes_down: u64,
    /// Tokens, as far as answers told.
    pub tokens: Tokens,
    /// Turns that told no tokens, such as those that broke off.
    pub answers_without_usage: u64,
    /// Tokens that no answer told, one for every four bytes of the bodies: of turns without usage, and of what was
    /// written of answers that broke off. They count for the budget of tokens.
    #[serde(default)]
    pub tokens_estimated: u64,
    /// How often a key was taken out of an answer.
    pub redactions: u64,
    /// The budget that was used up first.
    pub exhausted: Option<Budget>,
    /// What last went wrong on the way to an endpoint, or on the way back, unless a model has answered since then.
    pub last_error: Option<String>,
    /// The last answer to what a model was asked, whatever it said.
    pub last_answer: Option<LastAnswer>,
    /// Such requests to which an endpoint gave an answer with an error, or none.
    pub failures: u64,
    /// Answers of a model, and requests whose client did not wait for one.
    pub turns: u64,
    /// The model that was asked first.
    #[serde(default)]
    pub model: Option<String>,
    /// Headers, or parts of such, that are not known to stay within the model, and did not go on.
    #[serde(default)]
    pub headers_dropped: u64,
}

/// What an answer said before its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastAnswer {
    /// The HTTP status.
    pub status: u16,
    /// When to ask again, in seconds from then, where it said so.
    pub retry_after: Option<u64>,
}

/// Counts along.
#[derive(Debug)]
pub(super) struct Meter {
    budgets: Budgets,
    report: Mutex<BrokerReport>,
}

impl Meter {
    pub(super) fn new(budgets: Budgets) -> Self {
        Self { budgets, report: Mutex::default() }
    }

    pub(super) fn report(&self) -> BrokerReport {
        self.lock().clone()
    }

    /// Counts a request whose body is said to have `n_bytes`, unless that would be too much.
    pub(super) fn admit(&self, n_bytes: u64) -> Result<(), Budget> {
        let mut report = self.lock();
        let used = |budget: Option<u64>, used: u64| budget.is_some_and(|budget| used >= budget);
        let bytes = report.bytes_up.saturating_add(report.bytes_down);
        let exhausted = if used(self.budgets.requests, report.requests) {
            Budget::Requests
        } else if used(self.budgets.tokens, report.tokens.total().saturating_add(report.tokens_estimated)) {
            Budget::Tokens
        } else if used(self.budgets.bytes, bytes)
            || self.budgets.bytes.is_some_and(|budget| bytes.saturating_add(n_bytes) > budget)
        {
            Budget::Bytes
        } else {
            report.requests += 1;
            return Ok(());
        };
        report.exhausted.get_or_insert(exhausted);
        Err(exhausted)
    }

    /// Counts a part of a request's body.
    pub(super) fn up(&self, n_bytes: usize) -> Result<(), Budget> {
        let mut report = self.lock();
        report.bytes_up = report.bytes_up.saturating_add(n_bytes as u64);
        self.check_bytes(&mut report)
    }

    /// Counts a part of an answer's body.
    pub(super) fn down(&self, n_bytes: usize) -> Result<(), Budget> {
        let mut report = self.lock();
        report.bytes_down = report.bytes_down.saturating_add(n_bytes as u64);
        self.check_bytes(&mut report)
    }

    /// Counts what a successful answer told, and what it did not tell.
    pub(super) fn answered(&self, tokens: Option<Tokens>, n_estimated: u64, extent: Extent) {
        let mut report = self.lock();
        report.turns += 1;
        if extent == Extent::Whole {
            report.last_error = None;
        }
        report.tokens_estimated = report.tokens_estimated.saturating_add(n_estimated);
        match tokens {
            Some(tokens) => report.tokens += tokens,
            None => report.answers_without_usage += 1,
        }
    }

    pub(super) fn failed(&self, error: String) {
        let mut report = self.lock();
        report.failures += 1;
        report.last_error = Some(error);
    }

    /// Notes what an endpoint answered, before the body of its answer.
    pub(super) fn heard(&self, status: u16, retry_after: Option<u64>) {
        let mut report = self.lock();
        report.failures += u64::from(status >= 400);
        report.last_answer = Some(LastAnswer { status, retry_after });
    }

    /// Notes a request that goes on: for which model, and how many headers it leaves behind.
    pub(super) fn goes_on(&self, model: Option<String>, n_dropped: u64) {
        let mut report = self.lock();
        report.model = report.model.take().or(model);
        report.headers_dropped += n_dropped;
    }

    pub(super) fn redacted(&self, n_found: u64) {
        self.lock().redactions += n_found;
    }

    pub(super) fn refused(&self, refusal: &Refusal) {
        *self.lock().refused.entry(refusal.name().to_owned()).or_default() += 1;
    }

    fn check_bytes(&self, report: &mut BrokerReport) -> Result<(), Budget> {
        let bytes = report.bytes_up.saturating_add(report.bytes_down);
        if self.budgets.bytes.is_some_and(|budget| bytes > budget) {
            report.exhausted.get_or_insert(Budget::Bytes);
            return Err(Budget::Bytes);
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, BrokerReport> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_budget_ends_by_itself() {
        let meter = |budgets| {
            let meter = Meter::new(budgets);
            meter.admit(0).unwrap();
            meter.up(60).unwrap();
            meter.answered(Some(Tokens { input: 60, cached: 0, output: 30 }), 10, Extent::Whole);
            meter
        };
        let none = Budgets::default();
        assert_eq!(meter(none).admit(1 << 40), Ok(()));
        assert_eq!(meter(Budgets { requests: Some(1), ..none }).admit(0), Err(Budget::Requests));
        assert_eq!(meter(Budgets { requests: Some(2), ..none }).admit(0), Ok(()));
        assert_eq!(meter(Budgets { tokens: Some(100), ..none }).admit(0), Err(Budget::Tokens));
        assert_eq!(meter(Budgets { tokens: Some(101), ..none }).admit(0), Ok(()));
        assert_eq!(meter(Budgets { bytes: Some(60), ..none }).admit(0), Err(Budget::Bytes));
        assert_eq!(meter(Budgets { bytes: Some(70), ..none }).admit(11), Err(Budget::Bytes));
        assert_eq!(meter(Budgets { bytes: Some(70), ..none }).admit(10), Ok(()));
    }

    #[test]
    fn a_body_that_goes_beyond_the_budget_is_told_at_once() {
        let meter = Meter::new(Budgets { bytes: Some(10), ..Budgets::default() });
        assert_eq!((meter.up(4), meter.down(6), meter.down(1)), (Ok(()), Ok(()), Err(Budget::Bytes)));
        assert_eq!(meter.report().exhausted, Some(Budget::Bytes));
    }
}
