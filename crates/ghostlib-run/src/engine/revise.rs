//! Revising the spec: mechanically first, then by an agent what is left, and the guard before either.

use super::next::spec_after;
use super::session::session_span;
use super::specs::SpecInUse;
use super::work::Work;
use super::{RunError, tree_error};
use crate::revision::{self, Leave, Proposal};
use crate::spec_files::LoadedSpec;
use ghostlib_agent::{
    Agent, Assignment, FileTree, REASONS_FILE, SPEC_DIR, Session, ToRevise, prepare_reviser, read_plain_file,
};
use ghostlib_model::{
    Case, Change, ChangeKind, Event, Finding, IterationSummary, Reviser, RevisingSession, Revision,
    RevisionVerdict, Role, RunSummary, SessionEnd, SessionId,
};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use tracing::{Instrument, info_span};

/// A spec, and the findings for which it is blamed.
pub(super) struct Blamed {
    spec: Arc<SpecInUse>,
    findings: Vec<Finding>,
}

/// A reviser's session that is to be.
pub(super) struct Wording {
    spec: Arc<SpecInUse>,
    cases: Vec<Case>,
    /// Why the last revision was refused.
    refused: Vec<String>,
    session: SessionId,
    /// How many revisers worked on the spec before.
    n_before: usize,
}

impl Work<'_> {
    pub(super) fn blamed(&self, summary: &RunSummary, number: u32) -> Result<Blamed, RunError> {
        let iteration = summary.iteration(number).ok_or(RunError::NoBeginning)?;
        let cases = iteration.attribution.iter().flat_map(|attribution| &attribution.cases);
        let asking = cases.filter(|case| case.verdict.asks_revision());
        let ids: BTreeSet<_> = asking.map(|case| &case.finding).collect();
        let mut seen = BTreeSet::new();
        let of_spec = summary.iterations.iter().filter(|other| other.spec.hash == iteration.spec.hash);
        let all =
            of_spec.flat_map(IterationSummary::evaluations).flat_map(|(_, evaluation)| &evaluation.findings);
        let findings = all.filter(|one| ids.contains(&one.id) && seen.insert(&one.id)).cloned().collect();
        Ok(Blamed { spec: self.spec_of(summary, iteration)?, findings })
    }

    pub(super) async fn revise(&self, iteration: u32, blamed: Blamed) -> Result<Event, RunError> {
        let Blamed { spec, findings } = blamed;
        let options = self.judge_options();
        let (judge, ready) = (self.judge().await?, self.ready(&spec).await?);
        let findings: Vec<&Finding> = findings.iter().collect();
        let proposal = revision::propose(&spec.loaded, &findings, judge, &ready, &options).await?;
        let nothing = || Proposal { after: spec.loaded.clone(), changes: Vec::new() };
        let proposal = proposal.unwrap_or_else(nothing);
        let mended = proposal.changes.iter().filter(|change| change.kind == ChangeKind::VectorMended);
        let reasons = mended.map(|change| (change.subject.clone(), "the reference gives it".to_owned()));
        let leave = Leave { growth: None, reasons: reasons.collect() };
        let revision = self.conclude(&spec.loaded, &proposal, &leave, Reviser::Mechanical).await?;
        Ok(Event::Revised { iteration, revision: Box::new(revision) })
    }

    /// Holds a proposal against the guard, and keeps the spec that it makes.
    async fn conclude(
        &self,
        before: &LoadedSpec,
        proposal: &Proposal,
        leave: &Leave,
        by: Reviser,
    ) -> Result<Revision, RunError> {
        let is_same = proposal.after.stamp().hash == before.stamp().hash;
        let reasons = if is_same {
            Vec::new()
        } else {
            revision::check(before, &proposal.after, leave, self.judge().await?, &self.judge_options())
                .await?
        };
        let revision = revision::conclude(before, proposal, reasons, by);
        if revision.verdict == RevisionVerdict::Accepted {
            proposal.after.write(&self.engine.project.spec_dir(&self.run, &revision.to))?;
        }
        Ok(revision)
    }

    pub(super) fn wording(&self, summary: &RunSummary, number: u32, n: usize) -> Result<Wording, RunError> {
        let iteration = summary.iteration(number).ok_or(RunError::NoBeginning)?;
        let refused = iteration.revisions.last().and_then(|revision| revision.verdict.reasons());
        let again = if n > 0 { format!("-{}", n + 1) } else { String::new() };
        Ok(Wording {
            spec: self.spec_after(summary, iteration)?,
            cases: blamed_cases(iteration).cloned().collect(),
            refused: refused.unwrap_or_default(),
            session: SessionId::new(format!("{}-{number}-reviser{again}", self.run)),
            n_before: revisers_before(summary, iteration),
        })
    }

    pub(super) async fn reword(&self, iteration: u32, wording: Wording) -> Result<Event, RunError> {
        let agent = &**self.engine.reviser.as_ref().ok_or(RunError::NoBeginning)?;
        let _of_all = self.sessions.acquire().await;
        let span = info_span!(parent: self.spans.iteration(iteration), "reword");
        self.reword_with(agent, iteration, wording).instrument(span).await
    }

    async fn reword_with(
        &self,
        agent: &dyn Agent,
        iteration: u32,
        wording: Wording,
    ) -> Result<Event, RunError> {
        let began = Instant::now();
        let prepare = || {
            let workspace = self.engine.project.workspace(&wording.session);
            self.clear_workspace(agent, &wording.session, &workspace)?;
            self.prepare_reviser(&workspace, &wording)
        };
        let span = session_span(&wording.session, agent);
        let (assignment, mut session) = self.have_work(agent, None, &prepare).instrument(span).await?;
        let (proposal, leave, refused) =
            self.take_revision(&wording.spec.loaded, &assignment, &mut session)?;
        let by = Reviser::Agent(Box::new(RevisingSession {
            session: assignment.session.clone(),
            agent: session.agent.clone(),
            end: session.end.clone(),
            usage: session.usage,
            seconds: began.elapsed().as_secs_f64(),
        }));
        let revision = if refused.is_empty() {
            self.conclude(&wording.spec.loaded, &proposal, &leave, by).await?
        } else {
            revision::conclude(&wording.spec.loaded, &proposal, refused, by)
        };
        Ok(Event::Revised { iteration, revision: Box::new(revision) })
    }

    fn prepare_reviser(&self, workspace: &Path, wording: &Wording) -> Result<Assignment, RunError> {
        let cases: Vec<&Case> = wording.cases.iter().collect();
        let SpecInUse { loaded, seen, .. } = &*wording.spec;
        let withheld = |id: &str| loaded.withheld.iter().any(|withheld| withheld.as_str() == id);
        let prompt = prepare_reviser(
            workspace,
            &ToRevise {
                prompts: &self.engine.prompts,
                name: &loaded.spec.front_matter.name,
                spec_files: &seen.files,
                findings: &revision::brief(&cases, &withheld, &wording.refused),
                growth_lines: self.options.growth,
            },
        )?;
        Ok(Assignment {
            session: wording.session.clone(),
            role: Role::Reviser,
            workspace: workspace.to_owned(),
            prompt,
            spec: seen.hash.clone(),
            n_before: wording.n_before,
            cargo_home: None,
            budget: self.options.session,
        })
    }

    /// Reads what a reviser or an author left and records it: the revised spec, what it gives reasons for, and what keeps it from
    /// being used at all.
    pub(super) fn take_revision(
        &self,
        before: &LoadedSpec,
        assignment: &Assignment,
        session: &mut Session,
    ) -> Result<(Proposal, Leave, Vec<String>), RunError> {
        let nothing = Proposal { after: before.clone(), changes: Vec::new() };
        let tree = match FileTree::read(&assignment.workspace.join(SPEC_DIR)) {
            Ok(tree) => tree,
            Err(error) => {
                session.end = SessionEnd::Unusable(error.to_string());
                self.keep_recording(assignment, session, &FileTree::default())?;
                return Ok((
                    nothing,
                    Leave::default(),
                    vec![format!("what the {} left cannot be read: {error}", assignment.role)],
                ));
            }
        };
        self.keep_recording(assignment, session, &tree)?;
        if !matches!(session.end, SessionEnd::Done) {
            return Ok((
                nothing,
                Leave::default(),
                vec![format!("the {}'s session {}", assignment.role, session.end)],
            ));
        }
        let reasons = read_plain_file(&assignment.workspace.join(REASONS_FILE)).map_err(tree_error)?;
        let reasons = revision::reasons_in(&String::from_utf8_lossy(&reasons.unwrap_or_default()));
        let leave = Leave { growth: Some(self.options.growth as usize), reasons };
        Ok(match before.with_documents(&tree.files) {
            Ok(after) => {
                let subject = "documents".to_owned();
                let is_same = after.stamp().hash == before.stamp().hash;
                let change = Change { kind: ChangeKind::Prose, subject, answers: Vec::new() };
                (Proposal { after, changes: if is_same { vec![] } else { vec![change] } }, leave, Vec::new())
            }
            Err(reason) => (nothing, leave, vec![reason]),
        })
    }
}

fn blamed_cases(iteration: &IterationSummary) -> impl Iterator<Item = &Case> {
    iteration.attribution.iter().flat_map(ghostlib_model::Attribution::blamed_on_spec)
}

/// How many revisers were given the same spec before.
fn revisers_before(summary: &RunSummary, iteration: &IterationSummary) -> usize {
    let is_by_agent = |one: &&Revision| matches!(one.by, Reviser::Agent(_));
    let spec = spec_after(iteration);
    let all = summary.iterations.iter().filter(|other| other.iteration <= iteration.iteration);
    all.flat_map(|other| &other.revisions).filter(is_by_agent).filter(|one| one.from == *spec).count()
}
