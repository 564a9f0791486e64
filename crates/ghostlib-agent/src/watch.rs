//! Keeps a session within its budget while it runs.

use crate::ModelAccess;
use crate::trajectory::{Recorder, TrajectoryEvent};
use ghostlib_model::{SessionBudget, SessionEnd};
use ghostlib_sandbox::broker::{Broker, BrokerReport, Budgets};
use std::time::{Duration, Instant};

/// How often a session is looked at.
pub(crate) const TICK: Duration = Duration::from_millis(100);

/// How long a session may be quiet where nobody says anything else, in seconds. A model that thinks is heard by its
/// broker, a program that it runs is not.
const USUAL_IDLE: u64 = 900;

/// What a session is held to, beside the limits of its sandbox.
pub(crate) struct Watch<'a> {
    budget: SessionBudget,
    model: Option<(&'a ModelAccess, &'a Broker)>,
    heard: BrokerReport,
    heard_at: Instant,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(budget: SessionBudget, model: Option<(&'a ModelAccess, &'a Broker)>) -> Self {
        Self { budget, model, heard: BrokerReport::default(), heard_at: Instant::now() }
    }

    /// What was waited for is over: that nothing was heard meanwhile means nothing.
    pub(crate) fn begin_again(&mut self) {
        self.heard_at = Instant::now();
    }

    /// What a broker can hold a session to by itself.
    pub(crate) fn broker_budgets(budget: &SessionBudget) -> Budgets {
        Budgets { tokens: budget.tokens, ..Budgets::default() }
    }

    /// How the session ends now, if it has used something up. Notes what the model says of limits.
    pub(crate) fn look(&mut self, recorder: &mut Recorder<'_>) -> Option<SessionEnd> {
        self.hear(recorder);
        let quiet = recorder.quiet_for().min(self.heard_at.elapsed());
        let idle = self.budget.idle_seconds.unwrap_or(USUAL_IDLE);
        if quiet.as_secs() >= idle {
            return Some(SessionEnd::Stalled(idle));
        }
        if let Some(turns) = self.budget.turns.filter(|turns| self.heard.turns > *turns) {
            return Some(SessionEnd::OutOfBudget(format!("more than {turns} turns")));
        }
        if let Some(exhausted) = self.heard.exhausted {
            return Some(SessionEnd::OutOfBudget(exhausted.to_string()));
        }
        let spent = self.model.and_then(|(model, _)| model.spent(&self.heard));
        match (self.budget.usd, spent) {
            (Some(budget), Some(spent)) if spent > budget => {
                Some(SessionEnd::OutOfBudget(format!("{spent:.2} of {budget:.2} US dollars")))
            }
            _ => None,
        }
    }

    fn hear(&mut self, recorder: &mut Recorder<'_>) {
        let Some((_, broker)) = self.model else { return };
        let report = broker.report();
        if report == self.heard {
            return;
        }
        let answered = report.last_answer.filter(|answer| answer.status == 429);
        if let Some(answer) = answered.filter(|_| report.failures > self.heard.failures) {
            recorder.record(TrajectoryEvent::RateLimit { seconds: answer.retry_after });
        }
        (self.heard, self.heard_at) = (report, Instant::now());
    }
}

/// What an agent's own complaint comes to, in the light of what its model's endpoint answered last, or of what never got
/// there.
pub(crate) fn judge_complaint(said: String, seen: Option<&BrokerReport>) -> SessionEnd {
    let Some(seen) = seen else { return SessionEnd::Crashed(said) };
    let is_refused = ["model", "content"].iter().any(|refusal| seen.refused.contains_key(*refusal));
    match seen.last_answer.map(|answer| answer.status) {
        Some(408 | 409 | 425 | 429 | 500..) => SessionEnd::Unavailable(said),
        Some(400..) => SessionEnd::Refused(said),
        _ if seen.last_error.is_some() => SessionEnd::Unavailable(said),
        None if is_refused => SessionEnd::Refused(said),
        _ => SessionEnd::Crashed(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_sandbox::broker::LastAnswer;

    #[test]
    fn a_complaint_is_judged_by_what_became_of_the_last_request() {
        let judged = |seen: BrokerReport| judge_complaint("no".into(), Some(&seen));
        let said = || "no".to_owned();
        let answered = |status| BrokerReport {
            last_answer: Some(LastAnswer { status, retry_after: None }),
            refused: [("model".to_owned(), 1)].into(),
            ..BrokerReport::default()
        };
        assert_eq!(judged(answered(200)), SessionEnd::Crashed(said()));
        assert_eq!(judged(answered(401)), SessionEnd::Refused(said()));
        assert_eq!(judged(answered(503)), SessionEnd::Unavailable(said()));
        let refused = BrokerReport { last_answer: None, ..answered(200) };
        assert_eq!(judged(refused.clone()), SessionEnd::Refused(said()));
        let lost = BrokerReport { last_error: Some("it went away".into()), ..refused };
        assert_eq!(judged(lost), SessionEnd::Unavailable(said()));
        let by_itself = BrokerReport { refused: [("route".to_owned(), 1)].into(), ..BrokerReport::default() };
        assert_eq!(judged(by_itself), SessionEnd::Crashed(said()));
    }
}
