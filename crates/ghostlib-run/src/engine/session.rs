//! One session of an implementer, from an empty workspace to a committed candidate.

use super::{Notice, OpenRun, RunError, remove_folder, tree_error};
use crate::store::{Candidates, Project};
use ghostlib_agent::{
    AgentError, Assignment, CANDIDATE_DIR, FileTree, PUSHBACK_FILE, Prepared, Recording, Session, Tasks,
    TrajectoryEvent, TrajectoryLine, TreeError, prepare_implementer, read_plain_file,
};
use ghostlib_model::{CandidateStamp, Event, Role, RunId, RunSummary, SessionEnd, SessionId, Sha256Hex};
use std::path::Path;
use std::time::Instant;

impl OpenRun<'_> {
    pub(super) async fn session(&mut self, iteration: u32, began: Instant) -> Result<Event, RunError> {
        let assignment = self.prepare(iteration)?;
        (self.engine.observer)(&Notice::Session {
            iteration,
            session: assignment.session.to_string(),
            workspace: assignment.workspace.clone(),
            is_handed_out: self.engine.agent.hands_out(),
        });
        let mut session = self.engine.agent.work(&assignment).await?;
        let pushed_back = add_push_back(&assignment.workspace, &mut session);
        let (end, candidate) = self.take_over(&assignment, &mut session, iteration)?;
        let end = pushed_back.map_or_else(|error| SessionEnd::Unusable(error.to_string()), |()| end);
        Ok(Event::SessionEnded {
            iteration,
            session: assignment.session,
            agent: session.agent,
            end,
            candidate,
            policy: session.policy,
            seconds: began.elapsed().as_secs_f64(),
        })
    }

    fn prepare(&mut self, iteration: u32) -> Result<Assignment, RunError> {
        let session = SessionId::new(format!("{}-{iteration}", self.run));
        let workspace = self.engine.project.workspace(&session);
        self.clear_workspace(&session, &workspace)?;
        let package =
            self.summary.reference.as_ref().map(|reference| reference.package.clone()).unwrap_or_default();
        let wall = self.engine.session_wall;
        let loaded = self.loaded(iteration)?;
        let front_matter = &loaded.spec.front_matter;
        let target = front_matter.targets.get("rust");
        let dependencies: Vec<String> =
            target.into_iter().flat_map(|target| &target.dependencies).map(|one| one.name.clone()).collect();
        let edition = target.and_then(|target| target.edition.as_deref()).unwrap_or("2021");
        let files = loaded.visible_files();
        let prepared = Prepared {
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
            wall,
        })
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

    /// Reads what the session left, records it, and commits the candidate. What counts is what is there.
    fn take_over(
        &self,
        assignment: &Assignment,
        session: &mut Session,
        iteration: u32,
    ) -> Result<(SessionEnd, Option<CandidateStamp>), RunError> {
        let dir = assignment.workspace.join(CANDIDATE_DIR);
        let tree = if dir.is_dir() { FileTree::read(&dir) } else { Ok(FileTree::default()) };
        let (end, tree) = match tree {
            Err(error) => (SessionEnd::Unusable(error.to_string()), FileTree::default()),
            Ok(tree) if tree.files.is_empty() && session.end == SessionEnd::Done => {
                (SessionEnd::Nothing(format!("{CANDIDATE_DIR}/ is empty")), tree)
            }
            Ok(tree) => (session.end.clone(), tree),
        };
        let (tree, settings) = tree.without_settings();
        if !settings.is_empty() {
            let list = settings.join(", ");
            let text = format!("left out of the candidate, since settings of tools take no effect: {list}");
            add_before_the_end(session, TrajectoryEvent::Note { text });
        }
        self.keep_recording(assignment, session, &tree)?;
        if tree.files.is_empty() || matches!(end, SessionEnd::GaveUp(_)) {
            return Ok((end, None));
        }
        let candidates = Candidates::open(&self.engine.project.candidates())?;
        Ok((end, Some(candidates.commit(&tree, &self.run, iteration)?)))
    }

    fn keep_recording(
        &self,
        assignment: &Assignment,
        session: &Session,
        tree: &FileTree,
    ) -> Result<(), RunError> {
        let dir = self.engine.project.session_dir(&self.run, &assignment.session);
        remove_folder(&dir)?;
        let recording =
            Recording::new(session, assignment.role, &assignment.spec, &assignment.prompt, tree.clone());
        let files = recording.to_files().map_err(AgentError::from)?;
        files.write(&dir).map_err(tree_error)
    }
}

fn add_push_back(workspace: &Path, session: &mut Session) -> Result<(), TreeError> {
    let Some(bytes) = read_plain_file(&workspace.join(PUSHBACK_FILE))? else { return Ok(()) };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    add_before_the_end(session, TrajectoryEvent::PushBack { text });
    Ok(())
}

/// Adds what came about before the session ended, which is the last line.
fn add_before_the_end(session: &mut Session, event: TrajectoryEvent) {
    let lines = &mut session.trajectory.lines;
    let at_ms = lines.last().map_or(0, |line| line.at_ms);
    let before_the_end = lines.len().saturating_sub(1);
    lines.insert(before_the_end, TrajectoryLine { at_ms, event });
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
    let files = FileTree::read(&dir).map_err(tree_error)?;
    let recording = Recording::from_files(session.id.as_str(), &files).map_err(AgentError::from)?;
    Ok(Some(recording.meta.prompt))
}
