//! The rule itself.

use super::is_api;
use ghostlib_model::{CaseVerdict, Finding, Ratio, SpecStand};

/// What is known of a finding when it is decided who must change.
pub(super) struct Weighed<'a> {
    pub(super) finding: &'a Finding,
    /// The candidates that have it, of those that could.
    pub(super) recurrence: Ratio,
    /// All of them.
    pub(super) n_candidates: usize,
    /// Whether an implementer objected to what the spec says there.
    pub(super) has_push_backs: bool,
}

impl Weighed<'_> {
    /// Who must change, and why.
    pub(super) fn verdict(&self) -> (CaseVerdict, &'static str) {
        use CaseVerdict::{AgentSlip, OverDelivery, SpecGap, SpecWrong, Unmeasured, Unshown, Waived};
        if let Some(reason) = &self.finding.waived {
            return (
                Waived(reason.clone()),
                "the author does not want in the spec what the reference does there",
            );
        }
        match self.finding.rule.as_str() {
            "api-extra" => {
                return (OverDelivery, "the reference does not have it, and the spec does not ask for it");
            }
            "not-exercised" | "evaluation-slow" => {
                return (Unmeasured, "it says what could not be measured, and of nobody that it is wrong");
            }
            "no-vector" => return (Unshown, "no vector of the spec shows what it does"),
            "build-failed" | "dependency-not-allowed" | "canary-found" => {
                return (AgentSlip, "no spec asks for it");
            }
            _ => {}
        }
        match &self.finding.spec {
            SpecStand::Contradicts(_) => (SpecWrong, "the spec says something else than the reference does"),
            SpecStand::Speaks(_) => self.where_the_spec_speaks(),
            SpecStand::Silent if is_api(self.finding) => {
                (SpecGap, "the spec's API does not have it, and nobody can know it")
            }
            SpecStand::Silent => self.where_nothing_states_it(),
        }
    }

    fn where_the_spec_speaks(&self) -> (CaseVerdict, &'static str) {
        let Ratio { n, of } = self.recurrence;
        if of > 1 && n == of {
            (CaseVerdict::SpecGap, "the spec states it, and no candidate does it: it is not understood")
        } else if self.has_push_backs && (n > 1 || of == 1) {
            (CaseVerdict::SpecGap, "the spec states it, and implementers object that it is not clear")
        } else {
            (CaseVerdict::AgentSlip, "the spec states it")
        }
    }

    /// Nothing that can be checked states it; prose may.
    fn where_nothing_states_it(&self) -> (CaseVerdict, &'static str) {
        let Ratio { n, of } = self.recurrence;
        match (n, of) {
            (0, _) => (
                CaseVerdict::AgentSlip,
                "whoever differs here also fails what the spec states of the operation",
            ),
            (_, _) if self.has_push_backs => {
                (CaseVerdict::SpecGap, "nothing states it, and implementers object that it is not clear")
            }
            (1, 1) if self.n_candidates == 1 => {
                (CaseVerdict::SpecGap, "nothing states it, and there is no other candidate to compare with")
            }
            (n, of) if n == of => {
                (CaseVerdict::SpecGap, "nothing states it, and no candidate does it that does what is stated")
            }
            (1, _) => (CaseVerdict::AgentSlip, "all other candidates do what the reference does"),
            _ => (CaseVerdict::SpecGap, "nothing states it, and it recurs"),
        }
    }
}
