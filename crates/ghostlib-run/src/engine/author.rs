//! An author's sessions: the prose of a first spec, from a draft and from the reference's source.

use super::work::Work;
use super::{Engine, RunError};
use crate::distil::Distilled;
use crate::judge::Judge;
use crate::revision::check_draft;
use crate::spec_files::LoadedSpec;
use ghostlib_agent::{Assignment, FileTree, ToWrite, prepare_author};
use ghostlib_model::{Role, RunId, RunOptions, RunSummary, SessionEnd, SessionId};
use std::path::Path;

/// What became of a draft that was given to an author.
#[derive(Debug)]
pub struct Authored {
    /// The spec: the author's, or the draft, if all that the author left was refused.
    pub distilled: Distilled,
    /// How many sessions there were.
    pub n_sessions: usize,
    /// Why what the author left last was refused; empty, if it was not.
    pub refused: Vec<String>,
}

/// A version that is refused goes back so often at most.
const MAX_SESSIONS: usize = 3;

/// What a session begins with.
struct Draft<'a> {
    name: &'a str,
    spec: &'a LoadedSpec,
    reference: &'a FileTree,
    refused: &'a [String],
    session: SessionId,
}

impl Engine {
    /// Has the first agent write the prose of a draft. It sees the reference; what it leaves is guarded, and goes back with the
    /// reasons if it is refused. Whoever calls holds the project's lock.
    ///
    /// # Errors
    /// If something outside of the sessions fails.
    pub async fn author(
        &self,
        draft: Distilled,
        judge: Judge,
        options: RunOptions,
    ) -> Result<Authored, RunError> {
        let name = draft.spec.spec.front_matter.name.clone();
        let source = judge.source().files.iter();
        let reference =
            FileTree::from_files(source.map(|file| (file.path.clone(), file.text.clone().into_bytes())));
        let summary = RunSummary {
            run: Some(RunId::new(format!("distil-{name}"))),
            options: Some(options),
            spec: Some(draft.spec.stamp()),
            ..RunSummary::default()
        };
        let work = Work::new(self, &summary, Some(judge))?;
        let (mut spec, mut refused) = (draft.spec.clone(), Vec::new());
        for n_sessions in 1..=MAX_SESSIONS {
            let session = work.next_session(&format!("distil-{name}"));
            let begun = Draft { name: &name, spec: &spec, reference: &reference, refused: &refused, session };
            let (left, reasons, is_over) = work.write(&draft.spec, &begun).await?;
            refused = reasons;
            if refused.is_empty() {
                let distilled = draft.rewritten(left, work.judge().await?);
                return Ok(Authored { distilled, n_sessions, refused });
            }
            if is_over || n_sessions == MAX_SESSIONS {
                return Ok(Authored { distilled: draft, n_sessions, refused });
            }
            spec = left;
        }
        Ok(Authored { distilled: draft, n_sessions: MAX_SESSIONS, refused })
    }
}

impl Work<'_> {
    /// The first session of this name that has no recording: one that was interrupted is gone on with.
    pub(super) fn next_session(&self, name: &str) -> SessionId {
        let ids = (1..).map(|n| SessionId::new(format!("{name}-{n}")));
        let is_recorded = |id: &SessionId| {
            FileTree::read(&self.engine.project.session_dir(&self.run, id))
                .is_ok_and(|tree| tree.files.contains_key("recording.toml"))
        };
        ids.into_iter().find(|id| !is_recorded(id)).unwrap_or_else(|| SessionId::new(name))
    }

    /// One session: what it left, what speaks against that, and whether there is no use in another one.
    async fn write(
        &self,
        first: &LoadedSpec,
        draft: &Draft<'_>,
    ) -> Result<(LoadedSpec, Vec<String>, bool), RunError> {
        let worker = self.engine.agents.first().ok_or(RunError::NoBeginning)?;
        let agent = &*worker.agent;
        let prepare = || {
            let workspace = self.engine.project.workspace(&draft.session);
            self.clear_workspace(agent, &draft.session, &workspace)?;
            self.prepare_author(&workspace, draft)
        };
        let (assignment, mut session) = self.have_work(agent, None, &prepare).await?;
        let (proposal, _, mut reasons) = self.take_revision(draft.spec, &assignment, &mut session)?;
        let is_over = session.end != SessionEnd::Done;
        if reasons.is_empty() {
            reasons = check_draft(first, &proposal.after, self.judge().await?, &self.judge_options()).await?;
        }
        Ok((proposal.after, reasons, is_over))
    }

    fn prepare_author(&self, workspace: &Path, draft: &Draft<'_>) -> Result<Assignment, RunError> {
        let seen = draft.spec.seen();
        let prompt = prepare_author(
            workspace,
            &ToWrite {
                prompts: &self.engine.prompts,
                name: draft.name,
                spec_files: &seen.files,
                reference: draft.reference,
                refused: draft.refused,
            },
        )?;
        Ok(Assignment {
            session: draft.session.clone(),
            role: Role::Author,
            workspace: workspace.to_owned(),
            prompt,
            spec: seen.hash,
            n_before: 0,
            cargo_home: None,
            budget: self.options.session,
        })
    }
}
