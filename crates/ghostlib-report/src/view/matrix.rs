//! Which requirements hold in which candidate.

use super::State;
use super::text::plain;
use super::workbench::Anchors;
use crate::{Beside, Stated};
use ghostlib_model::{
    AttemptId, Evaluation, Finding, IterationSummary, Requirement, RequirementId, RunSummary, SpecStand,
    VectorId, VectorOutcome,
};
use serde::Serialize;
use std::collections::HashMap;

/// Requirements and candidates.
#[derive(Serialize)]
pub(crate) struct Matrix {
    candidates: Vec<String>,
    groups: Vec<Group>,
}

/// The requirements of which the same can be said.
#[derive(Serialize)]
struct Group {
    title: &'static str,
    n: usize,
    is_open: bool,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    id: String,
    level: &'static str,
    text: String,
    cells: Vec<Cell>,
}

/// What is known of a requirement in a candidate.
#[derive(Serialize)]
struct Cell {
    state: Option<State>,
    mark: String,
    words: String,
    /// The finding that says so.
    anchor: Option<String>,
}

/// A candidate with the spec that it was built from.
struct Column<'a> {
    id: AttemptId,
    evaluation: &'a Evaluation,
    stated: &'a Stated,
    vectors: HashMap<&'a VectorId, &'a [RequirementId]>,
}

/// The matrix of all candidates whose spec is there; its rows are those of the newest spec.
pub(crate) fn matrix(summary: &RunSummary, beside: &Beside, anchors: &Anchors) -> Option<Matrix> {
    let columns: Vec<_> = summary.iterations.iter().flat_map(|it| columns(it, beside)).collect();
    let newest = columns.last()?.stated;
    let rows: Vec<Row> = newest.requirements.iter().map(|one| Row::of(one, &columns, anchors)).collect();
    let mut groups = [
        ("Fail in a candidate", true, Vec::new()),
        ("Checked by no vector", false, Vec::new()),
        ("Hold wherever a vector checks them", false, Vec::new()),
    ];
    for row in rows {
        let has = |state| row.cells.iter().any(|cell| cell.state == Some(state));
        let group = if has(State::Fail) {
            0
        } else if has(State::Pass) {
            2
        } else {
            1
        };
        groups[group].2.push(row);
    }
    let groups = groups.into_iter().filter(|(.., rows)| !rows.is_empty());
    Some(Matrix {
        candidates: columns.iter().map(|column| column.id.to_string()).collect(),
        groups: groups.map(|(title, is_open, rows)| Group { title, n: rows.len(), is_open, rows }).collect(),
    })
    .filter(|matrix| !matrix.groups.is_empty())
}

fn columns<'a>(it: &'a IterationSummary, beside: &'a Beside) -> Vec<Column<'a>> {
    let Some(stated) = beside.specs.iter().find(|spec| spec.hash == it.spec.hash) else { return Vec::new() };
    let vectors: HashMap<_, _> = stated.vectors.iter().map(|(id, checks)| (id, checks.as_slice())).collect();
    let column = |(id, evaluation)| Column { id, evaluation, stated, vectors: vectors.clone() };
    it.evaluations().map(column).collect()
}

impl Row {
    fn of(requirement: &Requirement, columns: &[Column<'_>], anchors: &Anchors) -> Self {
        Self {
            id: plain(requirement.id.as_str(), 200),
            level: requirement.level.keyword(),
            text: plain(&requirement.text, 400),
            cells: columns.iter().map(|column| column.cell(requirement, anchors)).collect(),
        }
    }
}

impl Column<'_> {
    fn cell(&self, requirement: &Requirement, anchors: &Anchors) -> Cell {
        let is_it = |id: &RequirementId| *id == requirement.id || requirement.aliases.contains(id);
        let plain_cell = |mark: &str, words: &str| Cell {
            state: None,
            mark: mark.into(),
            words: format!("attempt {}: {words}", self.id),
            anchor: None,
        };
        if !self.stated.requirements.iter().any(|one| is_it(&one.id) || one.aliases.iter().any(is_it)) {
            return plain_cell("·", "not in its spec");
        }
        let checks = |id| self.vectors.get(id).is_some_and(|checked| checked.iter().any(is_it));
        let used = self.evaluation.vectors.iter().filter(|vector| checks(&vector.id));
        let used = used.filter(|vector| !matches!(vector.outcome, VectorOutcome::Dropped(_)));
        let (mut n, mut of) = (0, 0);
        for vector in used {
            of += 1;
            n += usize::from(vector.outcome == VectorOutcome::Passed);
        }
        let breaks =
            self.evaluation.findings.iter().find(|finding| finding.blocks() && names(finding, &is_it));
        if breaks.is_none() && of == 0 {
            return plain_cell("–", "no vector checks it");
        }
        let is_held = breaks.is_none() && n == of;
        let state = if is_held { State::Pass } else { State::Fail };
        let (sign, words) = if is_held { ("✓", "holds") } else { ("✗", "fails") };
        let vectors = if of == 0 { "no vector".into() } else { format!("{n} of {of} vectors pass") };
        Cell {
            state: Some(state),
            mark: if of == 0 { sign.into() } else { format!("{sign} {n}/{of}") },
            words: format!("attempt {}: {words}, {vectors}", self.id),
            anchor: breaks.and_then(|finding| anchors.of(self.id.iteration, &finding.id)),
        }
    }
}

/// Whether a finding is about a requirement.
fn names(finding: &Finding, is_it: &dyn Fn(&RequirementId) -> bool) -> bool {
    match &finding.spec {
        SpecStand::Silent => false,
        SpecStand::Speaks(items) | SpecStand::Contradicts(items) => {
            items.iter().any(|item| is_it(&RequirementId::new(item.as_str())))
        }
    }
}
