//! One session of an implementer, from an empty workspace to a committed candidate.

use super::{Notice, OpenRun, RunError, remove_folder, tree_error};
use crate::store::{Candidates, Project};
use backon::{BackoffBuilder, ExponentialBuilder};
use ghostlib_agent::{
    AgentError, Assignment, EVENTS_FILE, FileTree, Prepared, Recording, Session, Tasks, TrajectoryEvent,
    TrajectoryLine, prepare_implementer,
};
use ghostlib_model::{
    CandidateStamp, Event, Role, RunId, RunSummary, SessionEnd, SessionId, SessionUsage, Sha256Hex,
};
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long to wait before a session is begun again whose model could not be had, where the model does not say.
const FIRST_WAIT: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// How often it is begun again.
const MAX_RETRIES: usize = 3;

impl OpenRun<'_> {
    pub(super) async fn session(&mut self, iteration: u32, began: Instant) -> Result<Event, RunError> {
        let (assignment, mut session) = self.work(iteration).await?;
        let candidate = self.take_over(&assignment, &mut session, iteration)?;
        Ok(Event::SessionEnded {
            iteration,
            session: assignment.session,
            agent: session.agent,
            end: session.end,
            candidate,
            policy: session.policy,
            usage: session.usage,
            seconds: began.elapsed().as_secs_f64(),
        })
    }

    /// Has the agent work, again from nothing where its model could not be had.
    async fn work(&mut self, iteration: u32) -> Result<(Assignment, Session), RunError> {
        let waits = ExponentialBuilder::default().with_jitter().with_max_times(MAX_RETRIES);
        let mut waits = waits.with_min_delay(FIRST_WAIT).with_max_delay(LONGEST_WAIT).build();
        let mut before: Vec<String> = Vec::new();
        let mut used = SessionUsage::default();
        loop {
            let mut assignment = self.prepare(iteration).await?;
            assignment.budget = assignment.budget.less(&used);
            // Whoever is told of the session finds its events.
            let live = self.live(&assignment)?;
            (self.engine.observer)(&Notice::Session {
                iteration,
                session: assignment.session.to_string(),
                workspace: assignment.workspace.clone(),
                is_handed_out: self.engine.agent.hands_out(),
            });
            let mut session = self.engine.agent.work(&assignment, &|line| live.tell(line)).await?;
            let asked = session.trajectory.asked_to_wait().map(Duration::from_secs);
            if let Some(wait) = waits.next().filter(|_| session.end.is_transient() && has_run(&session)) {
                before.push(session.end.to_string());
                used = used.plus(session.usage);
                // What the model asks for goes before what is usual, as long as it can be waited for.
                tokio::time::sleep(asked.map_or(wait, |asked| asked.max(wait).min(LONGEST_WAIT))).await;
                continue;
            }
            for end in before {
                let text = format!("an attempt before this one was thrown away: {end}");
                session.trajectory.add_before_the_end(TrajectoryEvent::Note { text });
            }
            session.usage = session.usage.map(|usage| used.plus(Some(usage)));
            return Ok((assignment, session));
        }
    }

    /// Where a session is told of while it lasts. What an interrupted attempt left there goes.
    fn live(&self, assignment: &Assignment) -> Result<Live<'_>, RunError> {
        let dir = self.engine.project.session_dir(&self.run, &assignment.session);
        remove_folder(&dir)?;
        let path = dir.join(EVENTS_FILE);
        let at = |source| RunError::Io { path: path.clone(), source };
        fs::create_dir_all(&dir).map_err(at)?;
        let file = Mutex::new(File::create(&path).map_err(at)?);
        Ok(Live { file, session: assignment.session.to_string(), observer: &*self.engine.observer })
    }

    async fn prepare(&mut self, iteration: u32) -> Result<Assignment, RunError> {
        let session = SessionId::new(format!("{}-{iteration}", self.run));
        let workspace = self.engine.project.workspace(&session);
        self.clear_workspace(&session, &workspace)?;
        let package =
            self.summary.reference.as_ref().map(|reference| reference.package.clone()).unwrap_or_default();
        let engine = self.engine;
        let n_before = self.n_before(iteration);
        let cargo_home = self.judge().await?.dependencies().map(Path::to_owned);
        let loaded = self.loaded(iteration)?;
        let front_matter = &loaded.spec.front_matter;
        let target = front_matter.targets.get("rust");
        let dependencies: Vec<String> =
            target.into_iter().flat_map(|target| &target.dependencies).map(|one| one.name.clone()).collect();
        let edition = target.and_then(|target| target.edition.as_deref()).unwrap_or("2021");
        let files = loaded.visible_files();
        let prepared = Prepared {
            prompts: &engine.prompts,
            name: &front_matter.name,
            package: &package,
            edition,
            dependencies: &dependencies,
            spec_files: &files,
            n_documents: loaded.sources.documents().count(),
        };
        let prompt = prepare_implementer(&workspace, &prepared)?;
        Ok(Assignment {
            session,
            role: Role::Implementer,
            workspace,
            prompt,
            spec: loaded.visible_hash(),
            n_before,
            cargo_home,
            budget: self.options.session,
        })
    }

    /// How many iterations before this one had its spec.
    fn n_before(&self, iteration: u32) -> usize {
        let of = |wanted| self.summary.iterations.iter().filter(move |one| one.iteration == wanted);
        let Some(spec) = of(iteration).map(|one| &one.spec.hash).next() else { return 0 };
        let earlier = self.summary.iterations.iter().filter(|one| one.iteration < iteration);
        earlier.filter(|one| one.spec.hash == *spec).count()
    }

    /// What an interrupted attempt left is thrown away whole, but for what somebody outside works on.
    fn clear_workspace(&self, session: &SessionId, workspace: &Path) -> Result<(), RunError> {
        let task = Tasks::new(self.engine.project.tasks()).get(session.as_str()).map_err(AgentError::from)?;
        let is_handed_out = task.is_some();
        let is_open = task.is_some_and(|task| !task.state.is_closed());
        match (self.engine.agent.hands_out(), is_handed_out) {
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
        iteration: u32,
    ) -> Result<Option<CandidateStamp>, RunError> {
        let tree = session.take_over(&assignment.workspace);
        self.keep_recording(assignment, session, &tree)?;
        if tree.files.is_empty() || matches!(session.end, SessionEnd::GaveUp(_)) {
            return Ok(None);
        }
        let candidates = Candidates::open(&self.engine.project.candidates())?;
        Ok(Some(candidates.commit(&tree, &self.run, iteration)?))
    }

    /// Writes the recording of a session in the place of its events, whole or not at all.
    fn keep_recording(
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

/// Tells of a session while it lasts: a file that can be followed, and whoever watches the run.
struct Live<'a> {
    file: Mutex<File>,
    session: String,
    observer: &'a (dyn Fn(&Notice) + Send + Sync),
}

impl Live<'_> {
    fn tell(&self, line: &TrajectoryLine) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // The recording that is written in the end is what counts.
        let _as_far_as_it_goes = file.write_all(line.to_json_line().as_bytes());
        (self.observer)(&Notice::Happened { session: self.session.clone(), line: line.clone() });
    }
}

/// The hash of the prompt that the best candidate's implementer was given.
pub(super) fn prompt_of(
    project: &Project,
    run: &RunId,
    summary: &RunSummary,
) -> Result<Option<Sha256Hex>, RunError> {
    let Some(session) = summary.best_iteration().and_then(|iteration| iteration.session.as_ref()) else {
        return Ok(None);
    };
    let dir = project.session_dir(run, &session.id);
    let recording = Recording::read(session.id.as_str(), &dir).map_err(AgentError::from)?;
    Ok(Some(recording.meta.prompt))
}
