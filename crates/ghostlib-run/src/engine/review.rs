//! A person looks at each revision before it counts.

use super::work::Work;
use super::{Engine, RunError, tree_error};
use crate::judge::Judge;
use crate::revision::{self, Leave, Proposal};
use crate::spec_files::LoadedSpec;
use crate::store::{Journal, write_file};
use ghostlib_agent::{REASONS_FILE, SPEC_DIR, read_plain_file};
use ghostlib_model::{
    Change, ChangeKind, Event, Finding, IterationSummary, Reviewed, Reviser, Revision, RevisionVerdict,
    RunId, RunSummary,
};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The file with the patch.
const PATCH: &str = "REVISION.patch";
/// The file with the findings that it answers.
const FINDINGS: &str = "FINDINGS.md";

/// A revision that waits for a person.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// The iteration that it follows.
    pub iteration: u32,
    /// A folder with the patch, the findings that it answers, and in `spec/` the spec as it would be, to be edited.
    pub dir: PathBuf,
    /// The patch, as a unified diff.
    pub patch: String,
    /// What is to change, a line each.
    pub changes: Vec<String>,
    /// The findings that it answers.
    pub findings: Vec<Finding>,
    /// Why the guard refused what was edited last, if it was.
    pub refused: Vec<String>,
}

/// What a person says of a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opinion {
    /// It goes into the spec.
    Accept,
    /// What stands in the folder's `spec/` goes into the spec in its place.
    Edit,
    /// It does not, for this reason.
    Refuse(String),
}

/// Whoever asks a person.
pub trait Reviewer: Send + Sync {
    /// What the person says; nothing, if they want to say it later. Waits while they think.
    fn ask(&self, proposed: &Proposed) -> Option<Opinion>;
}

/// A revision that is to be looked at.
pub(super) struct Pending {
    iteration: u32,
    revision: Revision,
    /// Which revision of its iteration it is, from 1.
    number: usize,
    findings: Vec<Finding>,
}

impl Pending {
    pub(super) fn of(iteration: &IterationSummary) -> Option<Self> {
        let revision = iteration.to_review()?.clone();
        let answers =
            |finding: &&Finding| revision.changes.iter().any(|change| change.answers.contains(&finding.id));
        let all = iteration.evaluations().flat_map(|(_, evaluation)| &evaluation.findings);
        let mut findings: Vec<Finding> = Vec::new();
        for finding in all.filter(answers) {
            if findings.iter().all(|known| known.id != finding.id) {
                findings.push(finding.clone());
            }
        }
        let number = iteration.revisions.len();
        Some(Self { iteration: iteration.iteration, number, findings, revision })
    }
}

impl Engine {
    /// Records what a person says of the revision that waits in a run.
    ///
    /// # Errors
    /// If none waits, the guard refuses what was edited, or something outside fails; then nothing is recorded.
    pub async fn review(&self, run: &RunId, opinion: Opinion) -> Result<Event, RunError> {
        let _lock = self.project.lock()?;
        let (mut journal, events) = Journal::open(&self.project.journal(run))?;
        let summary = RunSummary::of(events);
        let pending = pending(&summary, run)?;
        let work = Work::new(self, &summary, None)?;
        work.lay_out_proposed(&pending)?;
        let reviewed = match work.weigh(&pending, opinion).await? {
            Ok(reviewed) => reviewed,
            Err(reasons) => return Err(RunError::EditRefused(reasons)),
        };
        let event = Event::Reviewed { iteration: pending.iteration, review: Box::new(reviewed) };
        journal.append(&event)?;
        Ok(event)
    }

    /// The revision that waits in a run.
    ///
    /// # Errors
    /// If none waits, or its files cannot be written.
    pub fn proposed(&self, run: &RunId) -> Result<Proposed, RunError> {
        let _lock = self.project.lock()?;
        let summary = RunSummary::of(Journal::read(&self.project.journal(run))?);
        Work::new(self, &summary, None)?.lay_out_proposed(&pending(&summary, run)?)
    }
}

fn pending(summary: &RunSummary, run: &RunId) -> Result<Pending, RunError> {
    let waits = summary.end.is_none() && summary.options.as_ref().is_some_and(|options| options.review);
    let last = summary.iterations.last().filter(|_| waits);
    last.and_then(Pending::of).ok_or_else(|| RunError::NothingToReview(run.clone()))
}

impl Work<'_> {
    /// Asks the person, as often as the guard refuses what they edited.
    pub(super) async fn have_reviewed(&self, pending: Pending) -> Result<Event, RunError> {
        let mut proposed = self.lay_out_proposed(&pending)?;
        loop {
            let opinion = match &self.engine.reviewer {
                None => None,
                Some(reviewer) => {
                    let (reviewer, asked) = (Arc::clone(reviewer), proposed.clone());
                    // A person may think for long, and other signals are heard meanwhile.
                    tokio::task::spawn_blocking(move || reviewer.ask(&asked)).await.unwrap_or_default()
                }
            };
            let Some(opinion) = opinion else { return Err(RunError::Waits(proposed.dir)) };
            match self.weigh(&pending, opinion).await? {
                Ok(review) => {
                    return Ok(Event::Reviewed { iteration: pending.iteration, review: Box::new(review) });
                }
                Err(reasons) => proposed.refused = reasons,
            }
        }
    }

    /// Writes what is to be looked at into a folder, unless it is there: somebody may have edited it.
    fn lay_out_proposed(&self, pending: &Pending) -> Result<Proposed, RunError> {
        let Pending { iteration, revision, number, findings } = pending;
        let changes: Vec<String> = revision.changes.iter().map(ToString::to_string).collect();
        let dir = self.engine.project.run_dir(&self.run).join("review").join(format!("{iteration}.{number}"));
        let proposed = Proposed {
            iteration: *iteration,
            patch: revision.diff.clone(),
            findings: findings.clone(),
            refused: Vec::new(),
            changes,
            dir,
        };
        if proposed.dir.is_dir() {
            return Ok(proposed);
        }
        let partial = proposed.dir.with_extension("partial");
        super::remove_folder(&partial)?;
        let write = |name: &str, text: &str| {
            let path = partial.join(name);
            write_file(&path, text.as_bytes()).map_err(|source| RunError::Io { path, source })
        };
        write(PATCH, &proposed.patch)?;
        write(FINDINGS, &as_markdown(&proposed))?;
        self.read_spec(&revision.to)?.write(&partial.join(SPEC_DIR))?;
        fs::rename(&partial, &proposed.dir)
            .map_err(|source| RunError::Io { path: proposed.dir.clone(), source })?;
        Ok(proposed)
    }

    /// What an opinion comes to; or why the guard refuses what was edited.
    async fn weigh(
        &self,
        pending: &Pending,
        opinion: Opinion,
    ) -> Result<Result<Reviewed, Vec<String>>, RunError> {
        match opinion {
            Opinion::Accept => Ok(Ok(Reviewed::Accepted)),
            Opinion::Refuse(reason) => Ok(Ok(Reviewed::Refused(reason))),
            Opinion::Edit => self.weigh_edited(pending).await,
        }
    }

    async fn weigh_edited(&self, pending: &Pending) -> Result<Result<Reviewed, Vec<String>>, RunError> {
        let dir = self.lay_out_proposed(pending)?.dir;
        let proposed = &pending.revision;
        let document = LoadedSpec::document_in(&dir.join(SPEC_DIR), Path::new(self.spec_path()));
        let after = LoadedSpec::read(&document)?;
        if after.stamp().hash == proposed.to {
            return Ok(Ok(Reviewed::Accepted));
        }
        let reasons = read_plain_file(&dir.join(REASONS_FILE)).map_err(tree_error)?.unwrap_or_default();
        let reasons = revision::reasons_in(&String::from_utf8_lossy(&reasons));
        // The spec as it was before anybody proposed anything is what nothing may be lost of.
        let before = self.read_spec(&proposed.from)?;
        let leave = Leave { growth: None, reasons };
        let judge: &Judge = self.judge().await?;
        let refused = revision::check(&before, &after, &leave, judge, &self.judge_options()).await?;
        if !refused.is_empty() {
            return Ok(Err(refused));
        }
        let answers = proposed.changes.iter().flat_map(|change| change.answers.clone()).collect();
        let change = Change { kind: ChangeKind::Prose, subject: "the revision".into(), answers };
        let edited = Proposal { after, changes: vec![change] };
        let was = self.read_spec(&proposed.to)?;
        let revision = revision::conclude(&was, &edited, Vec::new(), Reviser::Person);
        debug_assert_eq!(revision.verdict, RevisionVerdict::Accepted);
        edited.after.write(&self.engine.project.spec_dir(&self.run, &revision.to))?;
        Ok(Ok(Reviewed::Edited(revision)))
    }
}

/// The findings that a revision answers, and what it changes.
fn as_markdown(proposed: &Proposed) -> String {
    let mut text = String::from("# What this revision answers\n\n");
    for finding in &proposed.findings {
        let message = finding.message.replace('\n', " ");
        let _always_fits = writeln!(text, "- {} {}: {message}", finding.priority, finding.rule);
    }
    text += "\n# What it changes\n\n";
    for change in &proposed.changes {
        let _always_fits = writeln!(text, "- {change}");
    }
    text += "\nThe patch is in `REVISION.patch`. `spec/` is the spec as it would be: edit it there, and write into \
             `REASONS.md` why a requirement is weakened or a vector changed, `id: reason`, one a line.\n";
    text
}
