//! What happens in a run, in words that a newcomer understands.

use crate::console::{BAD, BOLD, DIM, GOOD, WARN, counted, say, styled, visible, warn};
use ghostlib_model::{
    AgentStamp, AttemptId, Attribution, CandidateStamp, CaseVerdict, ChangeKind, CodeCoverage, Evaluation,
    Event, Fidelity, Finding, Gate, Priority, Purpose, Ratio, ReferenceStamp, Reviewed, Reviser, Revision,
    RevisionVerdict, RunEnd, SandboxStamp, SessionEnd, SessionUsage, SpecStamp, VectorOutcome, VectorResult,
};
use ghostlib_run::{Notice, Step};
use std::path::Path;

/// Tells what happens, as it happens.
pub(crate) struct Narrator {
    json: bool,
}

/// The most findings of one priority that are told one by one.
const MAX_FINDINGS: usize = 8;
const PRIORITIES: [Priority; 4] = [Priority::P0, Priority::P1, Priority::P2, Priority::P3];

impl Narrator {
    /// A narrator; one that leaves standard output to JSON shows nothing else.
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    pub(crate) fn tell(&self, notice: &Notice) {
        match notice {
            Notice::Session { session, workspace, is_handed_out: true, .. } => waits(session, workspace),
            Notice::Recorded(event) if !self.json => recorded(event),
            Notice::Session { .. } | Notice::Recorded(_) => {}
        }
    }
}

/// Whoever waits must know for what, also where standard error is no terminal.
fn waits(session: &str, workspace: &Path) {
    warn(format!("waiting for task {session}: it stands in {}", workspace.join("TASK.md").display()));
    warn(format!("when it is done: ghostlib task done {session} (or: ghostlib task fail {session})"));
    warn("an editor's agent can do it too: ghostlib mcp --help");
}

/// Minutes and seconds.
pub(crate) fn clock(ms: u64) -> String {
    format!("{}:{:02}", ms / 60_000, ms / 1000 % 60)
}

/// A step as a phrase.
pub(crate) fn doing(step: &Step) -> String {
    match step {
        Step::PrepareReference => "fetching the reference with cargo".into(),
        Step::StartIteration(n, _) => format!("iteration {n}: asking the reference the spec's vectors"),
        Step::Session(id, _) => format!("attempt {id}: an implementer works"),
        Step::Evaluate(id) => format!("attempt {id}: building and comparing the candidate"),
        Step::Attribute(n) => format!("iteration {n}: deciding who must change"),
        Step::Revise(n) => format!("iteration {n}: revising the spec"),
        Step::Reword(n, _) => format!("iteration {n}: a reviser works"),
        Step::Review(n) => format!("iteration {n}: a person looks at the revision"),
        Step::End(_) => "ending the run".into(),
    }
}

/// What was done.
pub(crate) fn recorded(event: &Event) {
    match event {
        Event::RunStarted { run, spec, sandbox, .. } => started(run.as_str(), spec, sandbox),
        Event::OptionsChanged { agents, .. } => {
            let names: Vec<&str> = agents.iter().map(|agent| agent.name.as_str()).collect();
            say(format!("from here  by {}, with other options than before", names.join(", ")));
        }
        Event::ReferenceReady { reference, .. } => reference_ready(reference),
        Event::IterationStarted { iteration, purpose, spec, dropped } => {
            iteration_started(*iteration, *purpose, spec, dropped);
        }
        Event::SessionEnded { attempt, agent, end, candidate, usage, .. } => {
            session_ended(*attempt, agent, end, candidate.as_ref());
            if let Some(usage) = usage {
                say(format!("             {}", usage_text(usage)));
            }
        }
        Event::Evaluated { attempt, evaluation, seconds, .. } => {
            say(format!("  attempt {}", attempt.attempt));
            evaluated(evaluation, *seconds);
        }
        Event::Attributed { attribution, .. } => say(format!("  who        {}", verdicts(attribution))),
        Event::Revised { revision, .. } => revised(revision),
        Event::Reviewed { review, .. } => reviewed(review),
        Event::Imported { was } => say(format!("imported   from where it was {was}")),
        Event::RunEnded { end, .. } => ended(end),
    }
}

/// Who must change, counted.
pub(crate) fn verdicts(attribution: &Attribution) -> String {
    let count = |wanted: &dyn Fn(&CaseVerdict) -> bool| {
        attribution.cases.iter().filter(|case| wanted(&case.verdict)).count()
    };
    let counts = [
        (count(&|one| *one == CaseVerdict::SpecGap), "gap of the spec", "gaps of the spec"),
        (count(&|one| *one == CaseVerdict::SpecWrong), "mistake of the spec", "mistakes of the spec"),
        (count(&|one| *one == CaseVerdict::AgentSlip), "slip of an agent", "slips of agents"),
        (count(&|one| matches!(one, CaseVerdict::Waived(_))), "waived", "waived"),
    ];
    let told = counts.iter().filter(|(n, ..)| *n > 0);
    let told: Vec<String> =
        told.map(|(n, one, many)| format!("{n} {}", if *n == 1 { one } else { many })).collect();
    let n = attribution.candidates.len();
    let compared = counted(n, "candidate");
    if told.is_empty() {
        format!("nobody must change, by {compared}")
    } else {
        format!("{}, by {compared}", told.join(", "))
    }
}

fn started(run: &str, spec: &SpecStamp, sandbox: &SandboxStamp) {
    say(format!("run        {run}: spec {} {}", spec.name, spec.version));
    let names: Vec<_> = sandbox.lacks.iter().map(|lack| lack.split(':').next().unwrap_or(lack)).collect();
    say(format!("sandbox    {}: no network, no home, nothing readable but what is named;", sandbox.backend));
    let n_enforced = sandbox.enforces.len();
    if names.is_empty() {
        say(format!("           all {n_enforced} guarantees are enforced"));
        return;
    }
    say(format!("           {n_enforced} guarantees enforced, not enforced: {}", names.join(", ")));
    say(styled(DIM, "           (`ghostlib doctor` says why not)"));
}

fn reference_ready(reference: &ReferenceStamp) {
    let (package, version) = (&reference.package, &reference.version);
    let (n_items, checksum) = (reference.n_api_items, reference.checksum.short());
    say(format!("reference  {package} {version}: {n_items} public items, sha256 {checksum}"));
}

fn iteration_started(iteration: u32, purpose: Purpose, spec: &SpecStamp, dropped: &[VectorResult]) {
    say("");
    let purpose = match purpose {
        Purpose::Explore => "",
        Purpose::Confirm => ": does it hold on fresh rebuilds?",
    };
    say(styled(BOLD, format!("Iteration {iteration}{purpose}")));
    say(format!(
        "  spec       {}, {}, {}; {} bytes, sha256 {}",
        counted(spec.n_requirements, "requirement"),
        counted(spec.n_vectors, "vector"),
        counted(spec.n_api_items, "API item"),
        spec.bytes,
        spec.hash.short()
    ));
    for result in dropped {
        if let VectorOutcome::Dropped(answer) = &result.outcome {
            let warning = styled(WARN, "warning");
            say(format!(
                "             {warning}: the reference itself fails the vector {}, so it is not used: {answer}",
                result.id
            ));
        }
    }
}

/// What a session used of its model.
pub(crate) fn usage_text(usage: &SessionUsage) -> String {
    let cost = usage.usd.map_or_else(|| "cost unknown".to_owned(), |usd| format!("{usd:.2} US dollars"));
    let SessionUsage { turns, input, cached, output, .. } = usage;
    format!("{turns} turns, {input} tokens in ({cached} cached), {output} out; {cost}")
}

/// Whether an agent could see what it must not see.
pub(crate) fn blindness(agent: &AgentStamp) -> &'static str {
    if agent.blindness_enforced {
        "the sandbox kept the reference out of its reach"
    } else {
        "told not to look at the reference, which was not enforced"
    }
}

/// An end tells what an agent or its program said last.
fn short_end(end: &SessionEnd) -> String {
    visible(&end.to_string()).chars().take(500).collect()
}

fn session_ended(
    attempt: AttemptId,
    agent: &AgentStamp,
    end: &SessionEnd,
    candidate: Option<&CandidateStamp>,
) {
    let (name, blindness) = (&agent.name, blindness(agent));
    let n = attempt.attempt;
    say(format!("  rebuild {n}  by {name}, from the spec alone ({blindness}): {}", short_end(end)));
    if let Some(candidate) = candidate {
        let commit = candidate.commit.get(..12).unwrap_or(&candidate.commit);
        let (files, lines) = (counted(candidate.n_files, "file"), counted(candidate.code_lines, "line"));
        say(format!("             {files}, {lines} of Rust, commit {commit}"));
    }
}

pub(crate) fn evaluated(evaluation: &Evaluation, seconds: f64) {
    let build = evaluation.times.iter().find(|time| time.phase == "build").map_or(0.0, |time| time.seconds);
    say(format!(
        "  compared   with the reference in {seconds:.1} s, {build:.1} s of it for building in the sandbox"
    ));
    dimensions(&evaluation.fidelity);
    if let CodeCoverage::Counted(code) = &evaluation.code {
        say(format!(
            "    code       {} lines of the reference ran, {} regions",
            share(code.lines),
            code.regions
        ));
    }
    say(format!("    headline   {}", headline(evaluation)));
    for waiver in &evaluation.waivers {
        let n = counted(waiver.n_findings, "finding");
        let (what, reason) = (visible(&waiver.what), visible(&waiver.reason));
        say(format!("    waived     {what}: {reason} ({n})"));
    }
    for alarm in &evaluation.alarms {
        say(format!("    {}: {}", styled(WARN, "alarm"), alarm.message));
    }
    findings(&evaluation.findings);
}

fn dimensions(fidelity: &Fidelity) {
    for gate in Gate::ALL {
        let mark = match fidelity.gate(gate) {
            Some(result) if result.passed => styled(GOOD, "holds"),
            Some(_) => styled(BAD, "fails"),
            None => styled(WARN, "not measured"),
        };
        say(format!("    gate {gate}    {mark}  {}", gate.question()));
    }
    let api = &fidelity.api;
    let behaviour = &fidelity.behaviour;
    let hidden = match fidelity.vectors.hidden {
        hidden if hidden.of > 0 => format!("; {hidden} of those that the implementer did not see"),
        _ => String::new(),
    };
    say(format!("    vectors    {}{hidden}", share(fidelity.vectors.all)));
    say(format!(
        "    api        {} items by path, {} with their signature; {} trait implementations",
        share(api.path.recall),
        api.signature.recall,
        api.trait_impl.recall
    ));
    say(format!(
        "    behaviour  {} agreement on generated inputs, {} of which the reference accepted",
        percent(behaviour.agreement),
        behaviour.accepted
    ));
    say(format!("    coverage   {} functions exercised", share(fidelity.coverage)));
}

/// The headline in a few words.
pub(crate) fn headline(evaluation: &Evaluation) -> String {
    let fidelity = &evaluation.fidelity;
    let gates = gates_in_words(fidelity);
    let unknown = fidelity.unknown();
    if unknown.is_empty() {
        return format!("{}, the weakest part; {gates}", percent(Some(fidelity.headline())));
    }
    format!("unknown, since nothing is known of {}; {gates}", unknown.join(", "))
}

fn gates_in_words(fidelity: &Fidelity) -> String {
    let names = |wanted: &dyn Fn(Gate) -> bool| {
        let names: Vec<_> =
            Gate::ALL.into_iter().filter(|gate| wanted(*gate)).map(|gate| gate.to_string()).collect();
        names.join(", ")
    };
    let failed = names(&|gate| fidelity.gate(gate).is_some_and(|result| !result.passed));
    let unmeasured = names(&|gate| fidelity.gate(gate).is_none());
    match (failed.as_str(), unmeasured.as_str()) {
        ("", "") => "all gates hold".into(),
        (failed, "") => format!("fails {failed}"),
        ("", unmeasured) => format!("{unmeasured} not measured"),
        (failed, unmeasured) => format!("fails {failed}; {unmeasured} not measured"),
    }
}

fn findings(findings: &[Finding]) {
    let of = |priority| findings.iter().filter(move |one| one.priority == priority);
    let counts: Vec<_> = PRIORITIES
        .into_iter()
        .map(|priority| (priority, of(priority).count()))
        .filter(|(_, n)| *n > 0)
        .map(|(priority, n)| format!("{n} {priority}"))
        .collect();
    if counts.is_empty() {
        return say("  findings   none");
    }
    say(format!("  findings   {} ({}); P0 and P1 block", findings.len(), counts.join(", ")));
    for priority in PRIORITIES {
        of(priority).take(MAX_FINDINGS).for_each(finding);
        let n_more = of(priority).count().saturating_sub(MAX_FINDINGS);
        if n_more > 0 {
            say(format!("    {priority} and {n_more} more, in the report"));
        }
    }
}

/// One finding, with its places and what to do.
pub(crate) fn finding(finding: &Finding) {
    let style = if finding.blocks() { BAD } else { WARN };
    let message = finding.message.lines().next().unwrap_or_default();
    let (priority, rule) = (styled(style, finding.priority), styled(DIM, &finding.rule));
    say(format!("    {priority} {rule} {}", visible(message)));
    if let Some(reason) = &finding.waived {
        say(format!("       reference quirk, waived: {}", visible(reason)));
    }
    let places = [("reference", &finding.reference), ("candidate", &finding.candidate)];
    let places: Vec<_> =
        places.iter().filter_map(|(side, at)| at.as_ref().map(|at| format!("{side} {at}"))).collect();
    if !places.is_empty() {
        say(styled(DIM, format!("       at {}", places.join(", "))));
    }
    if finding.blocks() && !finding.advice.is_empty() {
        say(styled(DIM, format!("       {}", finding.advice.lines().next().unwrap_or_default())));
    }
}

fn revised(revision: &Revision) {
    let count = |kind| revision.changes.iter().filter(|change| change.kind == kind).count();
    match &revision.verdict {
        RevisionVerdict::Accepted if revision.changes.is_empty() => {
            say("  revision   none: nothing of this can be mended mechanically");
        }
        RevisionVerdict::Declined(_) => {}
        RevisionVerdict::Accepted if !matches!(revision.by, Reviser::Mechanical) => {
            say("  revision   the documents were reworded, and the guard let it through");
        }
        RevisionVerdict::Accepted => {
            let (n_lines, n_vectors) = (count(ChangeKind::ApiLine), count(ChangeKind::Vector));
            let n_shown = count(ChangeKind::VectorShown);
            say(format!(
                "  revision   where the spec was silent it now speaks: {n_lines} API lines, {n_vectors} vectors with the"
            ));
            say(format!(
                "             reference's answers, {} shown from now on. The guard let it through: it parses, no",
                counted(n_shown, "withheld vector")
            ));
            say("             id vanished, and every new vector holds on the reference");
            let n_mended = count(ChangeKind::VectorMended);
            if n_mended > 0 {
                let mended = counted(n_mended, "vector");
                say(format!("             {mended} that the reference fails: expecting now what it gives"));
            }
        }
        RevisionVerdict::Refused(reasons) => {
            say(format!("  revision   {}: {}", styled(BAD, "refused by the guard"), reasons.join("; ")));
        }
    }
}

fn reviewed(review: &Reviewed) {
    say(match review {
        Reviewed::Accepted => "  review     a person accepted the revision".to_owned(),
        Reviewed::Refused(reason) => {
            format!("  review     {}: {}", styled(BAD, "refused by a person"), visible(reason))
        }
        Reviewed::Edited(_) => {
            "  review     a person edited the revision, and the guard let it through".to_owned()
        }
    });
}

fn ended(end: &RunEnd) {
    say("");
    match end {
        RunEnd::Passed => {
            say(styled(GOOD, "Passed: blind rebuilds from the spec are as faithful as was asked."));
        }
        end => say(styled(BAD, format!("Fell short: {end}."))),
    }
}

fn share(ratio: Ratio) -> String {
    match ratio.share() {
        Some(share) => format!("{ratio} ({})", percent(Some(share))),
        None => "unknown".into(),
    }
}

/// Rounded down: what is not whole must not look so.
fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "unknown".into(), |share| format!("{:.1} %", (share * 1000.0).floor() / 10.0))
}
