use ghostlib_model::{
    AttemptId, AttemptSummary, ChangeKind, IterationSummary, Purpose, Reviser, Revision, RevisionVerdict,
    RunEnd, RunOptions, RunSummary, SessionEnd, Sha256Hex,
};
use std::cmp::Reverse;

/// What a run does next.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Fetch the reference and read its API.
    PrepareReference,
    /// Ask the reference the vectors of this iteration's spec.
    StartIteration(u32, Purpose),
    /// Let an implementer work. How many of its sessions were thrown away before.
    Session(AttemptId, usize),
    /// Evaluate a candidate.
    Evaluate(AttemptId),
    /// Decide who must change.
    Attribute(u32),
    /// Revise the spec mechanically.
    Revise(u32),
    /// Let the reviser work. How often one has worked on this iteration before.
    Reword(u32, usize),
    /// Let a person look at the last revision.
    Review(u32),
    /// End the run.
    End(RunEnd),
}

impl Step {
    /// The attempt that it is a step of, if it is one of an attempt.
    pub(super) fn attempt(&self) -> Option<AttemptId> {
        match self {
            Self::Session(id, _) | Self::Evaluate(id) => Some(*id),
            _ => None,
        }
    }
}

/// How many sessions of an attempt may leave nothing before it is given up.
const MAX_SESSIONS: usize = 2;
/// How often a reviser is told why its revision was refused, and works once more.
const MAX_REWORDINGS: usize = 2;
/// How many iterations in a row may change nothing, if some of their candidates pass: then the agents slip.
const MAX_IDLE: usize = 4;

/// What a run can do now, from what it has recorded: attempts of one iteration beside each other, anything else alone;
/// nothing, if it has ended.
pub fn next_steps(summary: &RunSummary) -> Vec<Step> {
    if summary.end.is_some() {
        return Vec::new();
    }
    if summary.reference.is_none() {
        return vec![Step::PrepareReference];
    }
    let (Some(last), Some(options)) = (summary.iterations.last(), &summary.options) else {
        return vec![Step::StartIteration(1, Purpose::Explore)];
    };
    let used_up = over_budget(summary, options);
    let open = (1..=samples(options, last.purpose)).filter_map(|number| open_step(last, number));
    // What was begun is measured still.
    let open: Vec<_> = open.filter(|step| used_up.is_none() || matches!(step, Step::Evaluate(_))).collect();
    if !open.is_empty() {
        return open;
    }
    vec![after_attempts(summary, last, options, used_up)]
}

/// How many attempts an iteration makes.
pub(super) fn samples(options: &RunOptions, purpose: Purpose) -> u32 {
    match purpose {
        Purpose::Explore => options.samples,
        Purpose::Confirm => options.confirm,
    }
    .max(1)
}

/// What an attempt waits for; nothing, if it is over.
fn open_step(iteration: &IterationSummary, number: u32) -> Option<Step> {
    let id = AttemptId { iteration: iteration.iteration, attempt: number };
    let Some(attempt) = iteration.attempt(number) else { return Some(Step::Session(id, 0)) };
    if attempt.candidate().is_some() {
        return attempt.evaluation.is_none().then_some(Step::Evaluate(id));
    }
    let n_sessions = attempt.sessions.len();
    let again =
        n_sessions < MAX_SESSIONS && attempt.session().is_none_or(|session| is_bad_luck(&session.end));
    again.then_some(Step::Session(id, n_sessions))
}

/// Whether another session, from nothing, may well go better.
fn is_bad_luck(end: &SessionEnd) -> bool {
    match end {
        SessionEnd::Done
        | SessionEnd::Nothing(_)
        | SessionEnd::Crashed(_)
        | SessionEnd::Stalled(_)
        | SessionEnd::Protocol(_)
        | SessionEnd::Unusable(_) => true,
        SessionEnd::GaveUp(_)
        | SessionEnd::OutOfBudget(_)
        | SessionEnd::TimedOut(_)
        | SessionEnd::OverLimit(_)
        | SessionEnd::Refused(_)
        | SessionEnd::Unavailable(_) => false,
    }
}

fn after_attempts(
    summary: &RunSummary,
    last: &IterationSummary,
    options: &RunOptions,
    used_up: Option<RunEnd>,
) -> Step {
    if last.evaluations().next().is_none() {
        return used_up.map_or_else(|| without_candidate(summary, last, options), Step::End);
    }
    if last.attribution.is_none() {
        return Step::Attribute(last.iteration);
    }
    if all_pass(last, options) {
        return match last.purpose {
            Purpose::Explore if options.confirm > 0 => {
                used_up.map_or(Step::StartIteration(last.iteration + 1, Purpose::Confirm), Step::End)
            }
            _ => Step::End(RunEnd::Passed),
        };
    }
    if let Some(end) = used_up {
        return Step::End(end);
    }
    if n_failed(summary, options) >= options.max_iterations as usize {
        return Step::End(RunEnd::OutOfIterations);
    }
    revision_step(last, options).unwrap_or_else(|| after_failure(summary, last, options))
}

/// What is still to be done about the spec; nothing, if it is left as it is now.
fn revision_step(last: &IterationSummary, options: &RunOptions) -> Option<Step> {
    if last.revisions.is_empty() {
        return Some(Step::Revise(last.iteration));
    }
    if options.review && last.to_review().is_some() {
        return Some(Step::Review(last.iteration));
    }
    let blamed =
        last.attribution.as_ref().is_some_and(|attribution| attribution.blamed_on_spec().next().is_some());
    if options.reviser.is_none() || !blamed {
        return None;
    }
    let by_agent: Vec<&Revision> =
        last.revisions.iter().filter(|one| matches!(one.by, Reviser::Agent(_))).collect();
    let is_settled = by_agent.last().is_some_and(|one| one.verdict == RevisionVerdict::Accepted);
    (!is_settled && by_agent.len() <= MAX_REWORDINGS).then_some(Step::Reword(last.iteration, by_agent.len()))
}

fn after_failure(summary: &RunSummary, last: &IterationSummary, options: &RunOptions) -> Step {
    if unchanged(last)
        && let Some(reasons) = refused(last)
    {
        return Step::End(RunEnd::NoProgress(reasons));
    }
    let idle: Vec<_> = summary.iterations.iter().rev().take_while(|one| unchanged(one)).collect();
    let some_pass =
        idle.iter().any(|one| one.evaluations().any(|(_, evaluation)| evaluation.passes(options.target)));
    if idle.len() >= if some_pass { MAX_IDLE } else { 2 } {
        let why = if some_pass {
            "the spec speaks, and again and again some of its rebuilds pass and others do not"
        } else {
            "candidates failed twice in a row where the spec speaks or no revision can help"
        };
        return Step::End(RunEnd::NoProgress(why.into()));
    }
    // Where only the agents slipped, the next rebuilds may show that the spec holds.
    let purpose = if unchanged(last) { last.purpose } else { Purpose::Explore };
    Step::StartIteration(last.iteration + 1, purpose)
}

/// Where no attempt left a candidate, all are made once more; twice in a row is enough.
fn without_candidate(summary: &RunSummary, last: &IterationSummary, options: &RunOptions) -> Step {
    let sessions = last.attempts.iter().filter_map(AttemptSummary::session);
    let end = sessions.map(|session| &session.end).next_back();
    let text = end.map_or_else(|| "nothing is known of it".to_owned(), ToString::to_string);
    let is_final = |end: &SessionEnd| {
        matches!(end, SessionEnd::Refused(_) | SessionEnd::Unavailable(_) | SessionEnd::OutOfBudget(_))
    };
    if end.is_some_and(is_final) {
        return Step::End(RunEnd::NoAgent(text));
    }
    let failed = |iteration: &IterationSummary| iteration.evaluations().next().is_none();
    if summary.iterations.iter().rev().nth(1).is_some_and(failed) {
        return Step::End(RunEnd::NoProgress(format!(
            "two iterations in a row left no candidate; the last session {text}"
        )));
    }
    if n_failed(summary, options) >= options.max_iterations as usize {
        return Step::End(RunEnd::OutOfIterations);
    }
    Step::StartIteration(last.iteration + 1, last.purpose)
}

fn all_pass(iteration: &IterationSummary, options: &RunOptions) -> bool {
    let n_passing =
        iteration.evaluations().filter(|(_, evaluation)| evaluation.passes(options.target)).count();
    n_passing == samples(options, iteration.purpose) as usize
}

/// The iterations that count against the most that are made: all in which not every attempt passed.
fn n_failed(summary: &RunSummary, options: &RunOptions) -> usize {
    summary.iterations.iter().filter(|iteration| !all_pass(iteration, options)).count()
}

/// What the run has used up of what it may.
fn over_budget(summary: &RunSummary, options: &RunOptions) -> Option<RunEnd> {
    let budget = options.budget;
    let seconds: f64 = summary.iterations.iter().map(|iteration| iteration.seconds).sum();
    let usage = summary.usage();
    #[expect(clippy::cast_precision_loss, reason = "seconds stay far below 2^52")]
    let time = budget.seconds.filter(|max| seconds >= *max as f64).map(|max| format!("{max} s"));
    let tokens = || budget.tokens.filter(|max| usage.tokens() >= *max).map(|max| format!("{max} tokens"));
    let money = || {
        let spent = usage.usd.unwrap_or_default();
        budget.usd.filter(|max| spent >= *max).map(|max| format!("{max} US dollars"))
    };
    time.or_else(tokens).or_else(money).map(RunEnd::OutOfBudget)
}

/// Whether the spec is after an iteration what it was before.
fn unchanged(iteration: &IterationSummary) -> bool {
    let shows = |revision: &Revision| accepted(revision) && !revision.changes.is_empty();
    *spec_after(iteration) == iteration.spec.hash && !iteration.revisions.iter().any(shows)
}

fn accepted(revision: &Revision) -> bool {
    revision.verdict == RevisionVerdict::Accepted
}

/// Why the last revision was refused, and by whom, if it was.
fn refused(iteration: &IterationSummary) -> Option<String> {
    match &iteration.revisions.last()?.verdict {
        RevisionVerdict::Refused(reasons) => {
            Some(format!("the guard refused the revision: {}", reasons.join("; ")))
        }
        RevisionVerdict::Declined(reason) => Some(format!("a person refused the revision: {reason}")),
        RevisionVerdict::Accepted => None,
    }
}

/// The spec that the next iteration has.
pub(super) fn spec_after(iteration: &IterationSummary) -> &Sha256Hex {
    iteration.revisions.last().map_or(&iteration.spec.hash, |revision| &revision.to)
}

/// The vectors that were withheld and that revisions before an iteration showed, by id.
pub(super) fn shown_before(summary: &RunSummary, iteration: u32) -> impl Iterator<Item = &str> {
    let earlier = summary.iterations.iter().filter(move |one| one.iteration < iteration);
    let revisions = earlier.flat_map(|one| &one.revisions);
    let changes = revisions.filter(|revision| accepted(revision)).flat_map(|revision| &revision.changes);
    changes.filter(|change| change.kind == ChangeKind::VectorShown).map(|change| change.subject.as_str())
}

/// The attempt with the best candidate, of the spec that did best.
///
/// A spec whose fresh rebuilds all passed comes before all others, then the one of which more rebuilds passed, then the
/// one with a candidate of which less blocks, then the later one. Of its candidates: one that holds the gates before one that does not, then the one with fewer blocking
/// findings, then by headline, then the earlier one.
pub(super) fn best(summary: &RunSummary) -> Option<AttemptId> {
    let options = summary.options.as_ref()?;
    let measured = summary.iterations.iter().filter(|one| one.evaluations().next().is_some());
    let of_spec = |iteration: &&IterationSummary| {
        let confirmed = iteration.purpose == Purpose::Confirm && all_pass(iteration, options);
        let evaluations = || iteration.evaluations().map(|(_, evaluation)| evaluation);
        let n_passing = evaluations().filter(|one| one.passes(options.target)).count();
        let per_mille = 1000 * n_passing / samples(options, iteration.purpose) as usize;
        let fewest_blocking =
            evaluations().map(|one| one.findings.iter().filter(|one| one.blocks()).count()).min();
        (confirmed, per_mille, Reverse(fewest_blocking), iteration.iteration)
    };
    let iteration = measured.max_by_key(of_spec)?;
    let score = |(id, evaluation): (AttemptId, &ghostlib_model::Evaluation)| {
        let n_blocking = evaluation.findings.iter().filter(|finding| finding.blocks()).count();
        let fidelity = &evaluation.fidelity;
        (id, (fidelity.gates_pass(), Reverse(n_blocking)), fidelity.headline())
    };
    let best = iteration.evaluations().map(score);
    best.max_by(|a, b| a.1.cmp(&b.1).then(a.2.total_cmp(&b.2)).then(b.0.cmp(&a.0))).map(|(id, ..)| id)
}

#[cfg(test)]
mod tests;
