use crate::{
    AgentStamp, AttemptId, Attribution, CandidateStamp, Environment, Evaluation, Event, PolicyStamp, Purpose,
    ReferenceStamp, Reviewed, Reviser, Revision, RevisionVerdict, RunEnd, RunId, RunOptions, SandboxStamp,
    SessionEnd, SessionId, SessionUsage, SpecStamp, VectorResult,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The state of a run, derived from its events. Reports and `ghostlib status` show it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunSummary {
    /// The run, once it has started.
    pub run: Option<RunId>,
    /// The spec's path, relative to the project.
    pub spec_path: String,
    /// The spec that the run began with.
    pub spec: Option<SpecStamp>,
    /// The agents that implement.
    pub agents: Vec<AgentStamp>,
    /// The sandbox.
    pub sandbox: Option<SandboxStamp>,
    /// What was asked for.
    pub options: Option<RunOptions>,
    /// The reference, once it is ready.
    pub reference: Option<ReferenceStamp>,
    /// What happened so far.
    pub iterations: Vec<IterationSummary>,
    /// What it was called where it was made, if it was taken over from a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<RunId>,
    /// Why the run ended, if it has.
    pub end: Option<RunEnd>,
    /// The attempt that left the best candidate.
    pub best: Option<AttemptId>,
}

/// One turn of the loop, as far as it has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IterationSummary {
    /// Counted from 1.
    pub iteration: u32,
    /// What it is there for.
    pub purpose: Purpose,
    /// The spec of this iteration.
    pub spec: SpecStamp,
    /// Vectors that the reference fails.
    pub dropped: Vec<VectorResult>,
    /// Its attempts that have begun to leave something, by number.
    pub attempts: Vec<AttemptSummary>,
    /// Who must change, once that is decided.
    pub attribution: Option<Attribution>,
    /// How long that took, in seconds.
    #[serde(default)]
    pub attribution_seconds: f64,
    /// What was proposed to change in the spec afterwards, in order.
    pub revisions: Vec<Revision>,
    /// Time of sessions and evaluations so far, in seconds.
    pub seconds: f64,
}

/// One attempt at rebuilding the library.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttemptSummary {
    /// Counted from 1.
    pub attempt: u32,
    /// Its sessions. The last one counts; those before it left nothing and were thrown away.
    pub sessions: Vec<SessionSummary>,
    /// What was measured.
    pub evaluation: Option<Arc<Evaluation>>,
    /// How long that took, in seconds.
    #[serde(default)]
    pub evaluation_seconds: f64,
    /// What it was measured with.
    pub environment: Option<Environment>,
}

/// An implementer's session that has ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionSummary {
    /// Its id.
    pub id: SessionId,
    /// Who worked.
    pub agent: AgentStamp,
    /// How it ended.
    pub end: SessionEnd,
    /// What it left.
    pub candidate: Option<CandidateStamp>,
    /// What it was allowed, if that was enforced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyStamp>,
    /// What it used of its model, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<SessionUsage>,
    /// How long it took, in seconds.
    #[serde(default)]
    pub seconds: f64,
}

impl AttemptSummary {
    /// The session that counts, if one has ended.
    pub fn session(&self) -> Option<&SessionSummary> {
        self.sessions.last()
    }

    /// What it left, if it left something.
    pub fn candidate(&self) -> Option<&CandidateStamp> {
        self.session()?.candidate.as_ref()
    }
}

impl IterationSummary {
    /// An iteration that has just begun.
    pub fn new(iteration: u32, purpose: Purpose, spec: SpecStamp, dropped: Vec<VectorResult>) -> Self {
        Self {
            iteration,
            purpose,
            spec,
            dropped,
            attempts: Vec::new(),
            attribution: None,
            attribution_seconds: 0.0,
            revisions: Vec::new(),
            seconds: 0.0,
        }
    }

    /// One of its attempts, if it has left something yet.
    pub fn attempt(&self, number: u32) -> Option<&AttemptSummary> {
        let at = self.attempts.binary_search_by_key(&number, |attempt| attempt.attempt).ok()?;
        self.attempts.get(at)
    }

    /// What was measured of its attempts.
    pub fn evaluations(&self) -> impl Iterator<Item = (AttemptId, &Evaluation)> {
        let id = |attempt| AttemptId { iteration: self.iteration, attempt };
        self.attempts.iter().filter_map(move |one| Some((id(one.attempt), one.evaluation.as_deref()?)))
    }

    /// The revision that counts unless a person has something against it, where one has not looked at it yet.
    pub fn to_review(&self) -> Option<&Revision> {
        let is_open = |one: &&Revision| {
            one.verdict == RevisionVerdict::Accepted && !one.changes.is_empty() && !one.reviewed
        };
        self.revisions.last().filter(is_open).filter(|one| !matches!(one.by, Reviser::Person))
    }

    fn review(&mut self, review: Reviewed) {
        let Some(proposed) = self.revisions.last_mut() else { return };
        proposed.reviewed = true;
        match review {
            Reviewed::Accepted => {}
            Reviewed::Refused(reason) => {
                proposed.to.clone_from(&proposed.from);
                proposed.verdict = RevisionVerdict::Declined(reason);
            }
            Reviewed::Edited(revision) => self.revisions.push(revision),
        }
    }

    fn attempt_mut(&mut self, number: u32) -> &mut AttemptSummary {
        let at = match self.attempts.binary_search_by_key(&number, |attempt| attempt.attempt) {
            Ok(at) => at,
            Err(at) => {
                let new = AttemptSummary {
                    attempt: number,
                    sessions: Vec::new(),
                    evaluation: None,
                    evaluation_seconds: 0.0,
                    environment: None,
                };
                self.attempts.insert(at, new);
                at
            }
        };
        &mut self.attempts[at]
    }
}

impl RunSummary {
    /// The state after all of `events`.
    pub fn of(events: impl IntoIterator<Item = Event>) -> Self {
        let mut summary = Self::default();
        for event in events {
            summary.apply(event);
        }
        summary
    }

    /// Takes one more event into account. Events about an iteration that never started are passed over.
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::RunStarted { run, spec_path, spec, agents, sandbox, options } => {
                self.run = Some(run);
                self.spec_path = spec_path;
                self.spec = Some(spec);
                self.agents = agents;
                self.sandbox = Some(sandbox);
                self.options = Some(*options);
            }
            Event::OptionsChanged { agents, options } => {
                self.agents = agents;
                self.options = Some(*options);
            }
            Event::ReferenceReady { reference } => self.reference = Some(reference),
            Event::IterationStarted { iteration, purpose, spec, dropped } => {
                self.iterations.push(IterationSummary::new(iteration, purpose, spec, dropped));
            }
            Event::SessionEnded { attempt, session, agent, end, candidate, policy, usage, seconds } => {
                self.in_iteration(attempt.iteration, seconds, |it| {
                    let ended = SessionSummary { id: session, agent, end, candidate, policy, usage, seconds };
                    it.attempt_mut(attempt.attempt).sessions.push(ended);
                });
            }
            Event::Evaluated { attempt, evaluation, environment, seconds } => {
                self.in_iteration(attempt.iteration, seconds, |it| {
                    let one = it.attempt_mut(attempt.attempt);
                    one.evaluation = Some(evaluation);
                    one.evaluation_seconds = seconds;
                    one.environment = Some(environment);
                });
            }
            Event::Attributed { iteration, attribution, seconds } => {
                self.in_iteration(iteration, seconds, |it| {
                    it.attribution = Some(*attribution);
                    it.attribution_seconds = seconds;
                });
            }
            Event::Revised { iteration, revision } => {
                let seconds = match &revision.by {
                    Reviser::Agent(session) => session.seconds,
                    Reviser::Mechanical | Reviser::Person => 0.0,
                };
                self.in_iteration(iteration, seconds, |it| it.revisions.push(*revision));
            }
            Event::Reviewed { iteration, review } => {
                self.in_iteration(iteration, 0.0, |it| it.review(*review));
            }
            Event::Imported { was } => self.imported = Some(was),
            Event::RunEnded { end, best } => {
                self.end = Some(end);
                self.best = best;
            }
        }
    }

    /// An iteration, if it has begun.
    pub fn iteration(&self, number: u32) -> Option<&IterationSummary> {
        self.iterations.iter().rev().find(|iteration| iteration.iteration == number)
    }

    /// An attempt, if it has left something.
    pub fn attempt(&self, id: AttemptId) -> Option<&AttemptSummary> {
        self.iteration(id.iteration)?.attempt(id.attempt)
    }

    /// The iteration whose candidate is the best, and the attempt that left it, once the run has ended with one.
    pub fn best_attempt(&self) -> Option<(&IterationSummary, &AttemptSummary)> {
        let id = self.best?;
        Some((self.iteration(id.iteration)?, self.attempt(id)?))
    }

    /// What all sessions used of their models, as far as it is known.
    pub fn usage(&self) -> SessionUsage {
        let attempts = self.iterations.iter().flat_map(|iteration| &iteration.attempts);
        let of_attempts = attempts.flat_map(|attempt| &attempt.sessions).map(|session| session.usage);
        let revisions = self.iterations.iter().flat_map(|iteration| &iteration.revisions);
        let of_revisions = revisions.map(|revision| match &revision.by {
            Reviser::Agent(session) => session.usage,
            Reviser::Mechanical | Reviser::Person => None,
        });
        of_attempts.chain(of_revisions).fold(SessionUsage::default(), SessionUsage::plus)
    }

    fn in_iteration(&mut self, number: u32, seconds: f64, change: impl FnOnce(&mut IterationSummary)) {
        if let Some(iteration) =
            self.iterations.iter_mut().rev().find(|iteration| iteration.iteration == number)
        {
            iteration.seconds += seconds;
            change(iteration);
        }
    }
}
