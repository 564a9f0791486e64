//! Measuring candidates, and deciding from all of them who must change.

use super::RunError;
use super::specs::SpecInUse;
use super::work::Work;
use crate::attribution::{self, Compared};
use crate::judge::Candidate;
use ghostlib_agent::{AgentError, FileTree, Recording, TrajectoryEvent};
use ghostlib_model::{AttemptId, Environment, Evaluation, Event, RunSummary, SessionSummary, VectorResult};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

/// The candidates of one spec.
pub(super) struct OfOneSpec {
    spec: Arc<SpecInUse>,
    dropped: Vec<VectorResult>,
    measured: Vec<(AttemptId, SessionSummary, Arc<Evaluation>)>,
}

impl Work<'_> {
    pub(super) async fn evaluate(
        &self,
        attempt: AttemptId,
        spec: Arc<SpecInUse>,
        session: SessionSummary,
    ) -> Result<Event, RunError> {
        let began = Instant::now();
        let stamp = session.candidate.as_ref().ok_or(RunError::NoBeginning)?;
        let [dir, scratch] = self.check_out(&stamp.commit, &stamp.tree)?;
        let ready = self.ready(&spec).await?;
        let record = self.record_of(&session.id)?;
        let candidate = Candidate { dir: &dir, scratch: &scratch, record: &record };
        let evaluation =
            self.judge().await?.evaluate(&spec.loaded, &ready, candidate, &self.judge_options()).await?;
        let environment = Environment {
            toolchain: self.engine.toolchain.version.clone(),
            sandbox: self.engine.sandbox.stamp().backend,
        };
        let seconds = began.elapsed().as_secs_f64();
        Ok(Event::Evaluated { attempt, evaluation: Arc::new(evaluation), environment, seconds })
    }

    /// What an iteration's candidates are held against each other with: those of earlier iterations with the same spec
    /// say as much about it.
    pub(super) fn compared(&self, summary: &RunSummary, number: u32) -> Result<OfOneSpec, RunError> {
        let iteration = summary.iteration(number).ok_or(RunError::NoBeginning)?;
        let is_alike = |other: &&ghostlib_model::IterationSummary| {
            other.iteration <= number && other.spec.hash == iteration.spec.hash
        };
        let attempts = summary.iterations.iter().filter(is_alike).flat_map(|other| {
            other.attempts.iter().filter_map(|one| {
                let id = AttemptId { iteration: other.iteration, attempt: one.attempt };
                Some((id, one.session()?.clone(), Arc::clone(one.evaluation.as_ref()?)))
            })
        });
        Ok(OfOneSpec {
            spec: self.spec_of(summary, iteration)?,
            dropped: iteration.dropped.clone(),
            measured: attempts.collect(),
        })
    }

    pub(super) async fn attribute(&self, iteration: u32, compared: OfOneSpec) -> Result<Event, RunError> {
        let began = Instant::now();
        let OfOneSpec { spec, dropped, measured } = compared;
        let calls = attribution::calls(measured.iter().map(|(_, _, evaluation)| &**evaluation));
        let ready = self.ready(&spec).await?;
        let mut asked = BTreeMap::new();
        let mut candidates = Vec::new();
        for (id, session, evaluation) in &measured {
            let stamp = session.candidate.as_ref().ok_or(RunError::NoBeginning)?;
            // With one candidate there is nobody to compare it with; and equal trees answer alike.
            if measured.len() > 1 && !calls.is_empty() && !asked.contains_key(&stamp.tree) {
                let [dir, scratch] = self.check_out(&stamp.commit, &stamp.tree)?;
                let candidate = Candidate { dir: &dir, scratch: &scratch, record: &FileTree::default() };
                let judge = self.judge().await?;
                let answers =
                    judge.ask(&spec.loaded, &ready, candidate, &calls, &self.judge_options()).await?;
                asked.insert(stamp.tree.clone(), answers);
            }
            let push_backs = self.push_backs(session)?;
            candidates.push(Compared {
                id: *id,
                evaluation,
                answers: asked.get(&stamp.tree).cloned().unwrap_or_default(),
                push_backs,
            });
        }
        let attribution = attribution::decide(&spec.loaded, &ready.operations, &candidates, &calls, &dropped);
        let seconds = began.elapsed().as_secs_f64();
        Ok(Event::Attributed { iteration, attribution: Box::new(attribution), seconds })
    }

    /// What an implementer objected.
    fn push_backs(&self, session: &SessionSummary) -> Result<Vec<String>, RunError> {
        let dir = self.engine.project.session_dir(&self.run, &session.id);
        let recording = Recording::read(session.id.as_str(), &dir).map_err(AgentError::from)?;
        let text = |event: &TrajectoryEvent| match event {
            TrajectoryEvent::PushBack { text } => Some(text.clone()),
            _ => None,
        };
        Ok(recording.trajectory.lines.iter().filter_map(|line| text(&line.event)).collect())
    }
}
