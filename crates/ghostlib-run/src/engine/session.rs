//! One session of an implementer, from an empty workspace to a committed candidate.

use super::live::Live;
use super::next::samples;
use super::specs::SpecInUse;
use super::work::Work;
use super::{Notice, RunError, remove_folder, tree_error};
use crate::store::{Candidates, Project};
use backon::{BackoffBuilder, ExponentialBuilder};
use ghostlib_agent::{
    Agent, AgentError, Assignment, FileTree, Prepared, Present, Recording, Session, Tasks, TrajectoryEvent,
    prepare_implementer,
};
use ghostlib_model::{
    AttemptId, CandidateStamp, Event, IterationSummary, Role, RunId, RunSummary, SessionEnd, SessionId,
    SessionUsage, Sha256Hex,
};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::{Instrument, Span, info_span, warn};

/// How long to wait before a session is begun again whose model could not be had, where the model does not say.
const FIRST_WAIT: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// How often it is begun again.
const MAX_RETRIES: usize = 3;

/// An implementer's session that is to be.
pub(super) struct Ordered {
    pub(super) attempt: AttemptId,
    pub(super) session: SessionId,
    /// Which of the run's agents works.
    pub(super) worker: usize,
    pub(super) spec: Arc<SpecInUse>,
    pub(super) package: String,
    /// As [`Assignment::n_before`].
    pub(super) n_before: usize,
    /// What it begins with, where that is not nothing.
    pub(super) present: Option<Present>,
}

impl Ordered {
    /// The next session of an attempt, of which so many have left nothing.
    pub(super) fn of(
        work: &Work<'_>,
        summary: &RunSummary,
        id: AttemptId,
        n_sessions: usize,
    ) -> Result<Self, RunError> {
        let iteration = summary.iteration(id.iteration).ok_or(RunError::NoBeginning)?;
        let n_samples = samples(&work.options, iteration.purpose);
        let of_spec = |other: &&IterationSummary| {
            other.iteration < id.iteration && other.spec.hash == iteration.spec.hash
        };
        let before = summary.iterations.iter().filter(of_spec).flat_map(|other| &other.attempts);
        let n_before: usize = before.map(|attempt| attempt.sessions.len()).sum();
        let n_beside = id.attempt as usize - 1 + n_sessions * n_samples as usize;
        let package = summary.reference.as_ref().map(|reference| reference.package.clone());
        Ok(Self {
            attempt: id,
            session: session_id(&work.run, id, n_samples, n_sessions),
            worker: (id.attempt as usize - 1) % work.engine.agents.len().max(1),
            spec: work.spec_of(summary, iteration)?,
            package: package.unwrap_or_default(),
            n_before: n_before + n_beside,
            present: None,
        })
    }
}

/// `r1-2` is the session of run 1 and iteration 2; `r1-2-3` that of its third attempt, where there are several; and
/// `r1-2-3-2` the second one, where the first left nothing.
fn session_id(run: &RunId, id: AttemptId, n_samples: u32, n_sessions: usize) -> SessionId {
    let AttemptId { iteration, attempt } = id;
    SessionId::new(match n_sessions {
        0 if n_samples == 1 => format!("{run}-{iteration}"),
        0 => format!("{run}-{iteration}-{attempt}"),
        n => format!("{run}-{iteration}-{attempt}-{}", n + 1),
    })
}

impl Work<'_> {
    pub(super) async fn session(&self, ordered: Ordered) -> Result<Event, RunError> {
        let worker = self.engine.agents.get(ordered.worker).ok_or(RunError::NoBeginning)?;
        let _of_the_agent = match self.sessions_of.get(ordered.worker) {
            Some(limit) => limit.acquire().await.ok(),
            None => None,
        };
        let _of_all = self.sessions.acquire().await;
        let span =
            self.spans.attempt(ordered.attempt).in_scope(|| session_span(&ordered.session, &*worker.agent));
        self.session_of(&*worker.agent, ordered).instrument(span).await
    }

    async fn session_of(&self, agent: &dyn Agent, ordered: Ordered) -> Result<Event, RunError> {
        let cargo_home = self.judge().await?.dependencies().map(Path::to_owned);
        self.session_with(agent, ordered, cargo_home.as_deref()).await
    }

    /// A session that may depend on what lies in a home for cargo.
    pub(super) async fn session_with(
        &self,
        agent: &dyn Agent,
        ordered: Ordered,
        cargo_home: Option<&Path>,
    ) -> Result<Event, RunError> {
        let began = Instant::now();
        let prepare = || self.prepare_implementer(agent, &ordered, cargo_home);
        let (assignment, mut session) = self.have_work(agent, Some(ordered.attempt), &prepare).await?;
        let candidate = self.take_over(&assignment, &mut session, ordered.attempt)?;
        Ok(Event::SessionEnded {
            attempt: ordered.attempt,
            session: assignment.session,
            agent: session.agent,
            end: session.end,
            candidate,
            policy: session.policy,
            usage: session.usage,
            seconds: began.elapsed().as_secs_f64(),
        })
    }

    /// Has an agent work, again from nothing where its model could not be had.
    pub(super) async fn have_work(
        &self,
        agent: &dyn Agent,
        attempt: Option<AttemptId>,
        prepare: &(dyn Fn() -> Result<Assignment, RunError> + Send + Sync),
    ) -> Result<(Assignment, Session), RunError> {
        let waits = ExponentialBuilder::default().with_jitter().with_max_times(MAX_RETRIES);
        let mut waits = waits.with_min_delay(FIRST_WAIT).with_max_delay(LONGEST_WAIT).build();
        let mut before: Vec<String> = Vec::new();
        let mut used = SessionUsage::default();
        loop {
            let mut assignment = prepare()?;
            assignment.budget = assignment.budget.less(&used);
            // Whoever is told of the session finds its events.
            let live = Live::begin(&self.engine.project.session_dir(&self.run, &assignment.session))?;
            (self.engine.observer)(&Notice::Session {
                attempt,
                session: assignment.session.to_string(),
                workspace: assignment.workspace.clone(),
                is_handed_out: agent.hands_out(),
            });
            let mut session = agent.work(&assignment, &|line| live.tell(line)).await?;
            let asked = session.trajectory.asked_to_wait().map(Duration::from_secs);
            let is_too_long = asked.is_some_and(|asked| asked > LONGEST_WAIT);
            let again = session.end.is_transient() && has_run(&session) && !is_too_long;
            if let Some(wait) = waits.next().filter(|_| again) {
                warn!(end = %session.end, "the session is begun again");
                before.push(session.end.to_string());
                used = used.plus(session.usage);
                // What the model asks for goes before what is usual.
                tokio::time::sleep(asked.map_or(wait, |asked| asked.max(wait))).await;
                continue;
            }
            if used != SessionUsage::default() {
                session.usage = Some(used.plus(session.usage));
            }
            for end in before {
                let text = format!("an attempt before this one was thrown away: {end}");
                session.trajectory.add_before_the_end(TrajectoryEvent::Note { text });
            }
            return Ok((assignment, session));
        }
    }

    fn prepare_implementer(
        &self,
        agent: &dyn Agent,
        ordered: &Ordered,
        cargo_home: Option<&Path>,
    ) -> Result<Assignment, RunError> {
        let workspace = self.engine.project.workspace(&ordered.session);
        self.clear_workspace(agent, &ordered.session, &workspace)?;
        let SpecInUse { loaded, seen, .. } = &*ordered.spec;
        let front_matter = &loaded.spec.front_matter;
        let target = front_matter.targets.get("rust");
        let dependencies: Vec<String> =
            target.into_iter().flat_map(|target| &target.dependencies).map(|one| one.name.clone()).collect();
        let edition = target.and_then(|target| target.edition.as_deref()).unwrap_or("2021");
        let prepared = Prepared {
            prompts: &self.engine.prompts,
            name: &front_matter.name,
            package: &ordered.package,
            edition,
            dependencies: &dependencies,
            spec_files: &seen.files,
            n_documents: seen.n_documents,
            present: ordered.present.as_ref(),
        };
        let prompt = prepare_implementer(&workspace, &prepared)?;
        Ok(Assignment {
            session: ordered.session.clone(),
            role: Role::Implementer,
            workspace,
            prompt,
            spec: seen.hash.clone(),
            n_before: ordered.n_before,
            cargo_home: cargo_home.map(Path::to_owned),
            budget: self.options.session,
        })
    }

    /// What an interrupted attempt left is thrown away whole, but for what somebody outside works on.
    pub(super) fn clear_workspace(
        &self,
        agent: &dyn Agent,
        session: &SessionId,
        workspace: &Path,
    ) -> Result<(), RunError> {
        let task = Tasks::new(self.engine.project.tasks()).get(session.as_str()).map_err(AgentError::from)?;
        let is_handed_out = task.is_some();
        let is_open = task.is_some_and(|task| !task.state.is_closed());
        match (agent.hands_out(), is_handed_out) {
            (true, true) => Ok(()),
            (false, _) if is_open => Err(RunError::TaskOpen(session.to_string())),
            _ => remove_folder(workspace),
        }
    }

    /// Reads what the session left, records it, and commits the candidate.
    fn take_over(
        &self,
        assignment: &Assignment,
        session: &mut Session,
        attempt: AttemptId,
    ) -> Result<Option<CandidateStamp>, RunError> {
        let tree = session.take_over(&assignment.workspace);
        self.keep_recording(assignment, session, &tree)?;
        if tree.files.is_empty() || matches!(session.end, SessionEnd::GaveUp(_)) {
            return Ok(None);
        }
        let candidates = Candidates::open(&self.engine.project.candidates())?;
        Ok(Some(candidates.commit(&tree, &self.run, attempt)?))
    }

    /// Writes the recording of a session in the place of its events, whole or not at all.
    pub(super) fn keep_recording(
        &self,
        assignment: &Assignment,
        session: &Session,
        tree: &FileTree,
    ) -> Result<(), RunError> {
        let dir = self.engine.project.session_dir(&self.run, &assignment.session);
        let recording =
            Recording::new(session, assignment.role, &assignment.spec, &assignment.prompt, tree.clone());
        let files = recording.to_files().map_err(AgentError::from)?;
        let partial = dir.with_file_name(format!(".partial-{}", assignment.session));
        remove_folder(&partial)?;
        files.write(&partial).map_err(tree_error)?;
        remove_folder(&dir)?;
        fs::rename(&partial, &dir).map_err(|source| RunError::Io { path: dir, source })
    }
}

/// Whether it took place now: what is played back comes out the same again.
fn has_run(session: &Session) -> bool {
    session.policy.is_some()
}

/// The span of a session, in that of what is current.
pub(super) fn session_span(session: &SessionId, agent: &dyn Agent) -> Span {
    info_span!("session", %session, agent = agent.stamp().name)
}

/// The hash of the prompt that the best candidate's implementer was given.
pub(super) fn prompt_of(
    project: &Project,
    run: &RunId,
    summary: &RunSummary,
) -> Result<Option<Sha256Hex>, RunError> {
    let Some(session) = summary.best_attempt().and_then(|(_, attempt)| attempt.session()) else {
        return Ok(None);
    };
    let dir = project.session_dir(run, &session.id);
    let recording = Recording::read(session.id.as_str(), &dir).map_err(AgentError::from)?;
    Ok(Some(recording.meta.prompt))
}
