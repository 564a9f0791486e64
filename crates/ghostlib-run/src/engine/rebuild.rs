//! One session of an implementer outside of any run, where no reference is asked.

use super::session::Ordered;
use super::specs::SpecInUse;
use super::work::Work;
use super::{Engine, RunError};
use crate::spec_files::LoadedSpec;
use crate::store::Candidates;
use ghostlib_agent::{AgentError, FileTree, Present, Recording};
use ghostlib_model::{AttemptId, Event, RunId, RunOptions, RunSummary, SessionSummary, Sha256Hex};
use std::path::PathBuf;
use std::sync::Arc;

/// What is to be rebuilt.
#[derive(Clone, Debug)]
pub struct ToRebuild<'a> {
    /// What sessions and their recordings are called: `add-shell-words`.
    pub label: &'a str,
    /// The spec, with what is withheld.
    pub spec: &'a LoadedSpec,
    /// The name of the Cargo package to write.
    pub package: &'a str,
    /// What the candidate may depend on, as [`ghostlib_agent::Assignment::cargo_home`].
    pub cargo_home: Option<PathBuf>,
    /// How many sessions there were before with the same task.
    pub n_before: usize,
    /// What it begins with, where that is not nothing.
    pub present: Option<Present>,
}

/// What became of it.
#[derive(Clone, Debug)]
pub struct Rebuilt {
    /// The session.
    pub session: SessionSummary,
    /// The prompt that it was given.
    pub prompt: Sha256Hex,
    /// What it left, if it left something.
    pub candidate: Option<FileTree>,
    /// All that is recorded of it.
    pub record: FileTree,
    /// Where that lies.
    pub dir: PathBuf,
}

impl Engine {
    /// Has an agent rebuild a library from its spec alone; of several agents, each in its turn. Whoever calls holds the
    /// project's lock.
    ///
    /// # Errors
    /// If something outside of the session fails.
    pub async fn rebuild(&self, wanted: ToRebuild<'_>, options: RunOptions) -> Result<Rebuilt, RunError> {
        let summary = RunSummary {
            run: Some(RunId::new(wanted.label)),
            options: Some(options),
            spec: Some(wanted.spec.stamp()),
            ..RunSummary::default()
        };
        let work = Work::new(self, &summary, None)?;
        let number = u32::try_from(wanted.n_before).unwrap_or(u32::MAX - 1) + 1;
        let worker = wanted.n_before % self.agents.len().max(1);
        let ordered = Ordered {
            attempt: AttemptId { iteration: 1, attempt: number },
            session: work.next_session(wanted.label),
            worker,
            spec: Arc::new(SpecInUse {
                loaded: wanted.spec.clone(),
                hash: wanted.spec.stamp().hash,
                seen: wanted.spec.seen(),
            }),
            package: wanted.package.to_owned(),
            n_before: wanted.n_before,
            present: wanted.present,
        };
        let agent = &*self.agents.get(worker).ok_or(RunError::NoBeginning)?.agent;
        let event = work.session_with(agent, ordered, wanted.cargo_home.as_deref()).await?;
        self.tell(&event);
        work.rebuilt(event)
    }
}

impl Work<'_> {
    fn rebuilt(&self, event: Event) -> Result<Rebuilt, RunError> {
        let Event::SessionEnded { session: id, agent, end, candidate, policy, usage, seconds, .. } = event
        else {
            return Err(RunError::NoBeginning);
        };
        let project = &self.engine.project;
        let files = match &candidate {
            Some(stamp) => Some(Candidates::open(&project.candidates())?.read(&stamp.commit)?),
            None => None,
        };
        let dir = project.session_dir(&self.run, &id);
        let recording = Recording::read(id.as_str(), &dir).map_err(AgentError::from)?;
        let record = self.record_of(&id)?;
        let session = SessionSummary { id, agent, end, candidate, policy, usage, seconds };
        Ok(Rebuilt { session, prompt: recording.meta.prompt, candidate: files, record, dir })
    }
}
