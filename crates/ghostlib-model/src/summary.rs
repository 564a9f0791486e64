use crate::{
    AgentStamp, CandidateStamp, Environment, Evaluation, Event, PolicyStamp, ReferenceStamp, Revision,
    RunEnd, RunId, RunOptions, SandboxStamp, SessionEnd, SessionId, SessionUsage, SpecStamp, VectorResult,
};
use serde::{Deserialize, Serialize};

/// The state of a run, derived from its events. Reports and `ghostlib status` show it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunSummary {
    /// The run, once it has started.
    pub run: Option<RunId>,
    /// The spec's path, relative to the project.
    pub spec_path: String,
    /// The spec that the run began with.
    pub spec: Option<SpecStamp>,
    /// The agent that implements.
    pub agent: Option<AgentStamp>,
    /// The sandbox.
    pub sandbox: Option<SandboxStamp>,
    /// What was asked for.
    pub options: Option<RunOptions>,
    /// The reference, once it is ready.
    pub reference: Option<ReferenceStamp>,
    /// What happened so far.
    pub iterations: Vec<IterationSummary>,
    /// Why the run ended, if it has.
    pub end: Option<RunEnd>,
    /// The iteration whose candidate is the best.
    pub best: Option<u32>,
}

/// One turn of the loop, as far as it has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IterationSummary {
    /// Counted from 1.
    pub iteration: u32,
    /// The spec of this iteration.
    pub spec: SpecStamp,
    /// Vectors that the reference fails.
    pub dropped: Vec<VectorResult>,
    /// The implementer's session.
    pub session: Option<SessionSummary>,
    /// What was measured.
    pub evaluation: Option<Evaluation>,
    /// What it was measured with.
    pub environment: Option<Environment>,
    /// What was changed in the spec afterwards.
    pub revision: Option<Revision>,
    /// Wall time so far, in seconds.
    pub seconds: f64,
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
}

impl RunSummary {
    /// The state after all of `events`.
    pub fn of<'a>(events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut summary = Self::default();
        for event in events {
            summary.apply(event);
        }
        summary
    }

    /// Takes one more event into account. Events about an iteration that never started are passed over.
    pub fn apply(&mut self, event: &Event) {
        match event.clone() {
            Event::RunStarted { run, spec_path, spec, agent, sandbox, options } => {
                self.run = Some(run);
                self.spec_path = spec_path;
                self.spec = Some(spec);
                self.agent = Some(agent);
                self.sandbox = Some(sandbox);
                self.options = Some(options);
            }
            Event::ReferenceReady { reference } => self.reference = Some(reference),
            Event::IterationStarted { iteration, spec, dropped } => self.iterations.push(IterationSummary {
                iteration,
                spec,
                dropped,
                session: None,
                evaluation: None,
                environment: None,
                revision: None,
                seconds: 0.0,
            }),
            Event::SessionEnded { iteration, session, agent, end, candidate, policy, usage, seconds } => {
                self.in_iteration(iteration, seconds, |it| {
                    it.session = Some(SessionSummary { id: session, agent, end, candidate, policy, usage });
                });
            }
            Event::Evaluated { iteration, evaluation, environment, seconds } => {
                self.in_iteration(iteration, seconds, |it| {
                    it.evaluation = Some(*evaluation);
                    it.environment = Some(environment);
                });
            }
            Event::Revised { iteration, revision } => {
                self.in_iteration(iteration, 0.0, |it| it.revision = Some(revision));
            }
            Event::RunEnded { end, best } => {
                self.end = Some(end);
                self.best = best;
            }
        }
    }

    /// The iteration whose candidate is the best, once the run has ended with one.
    pub fn best_iteration(&self) -> Option<&IterationSummary> {
        self.iterations.iter().find(|iteration| Some(iteration.iteration) == self.best)
    }

    fn in_iteration(&mut self, number: u32, seconds: f64, change: impl FnOnce(&mut IterationSummary)) {
        if let Some(iteration) = self.iterations.iter_mut().find(|iteration| iteration.iteration == number) {
            iteration.seconds += seconds;
            change(iteration);
        }
    }
}
