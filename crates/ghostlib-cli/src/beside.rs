//! What lies beside a run's journal and is shown in its report, as far as it is there: a report never fails for want of it.

use ghostlib_agent::{EVENTS_FILE, FileChangeKind, Recording, Trajectory, TrajectoryEvent, TrajectoryLine};
use ghostlib_model::{AttemptId, IterationSummary, Reviser, RunId, RunSummary, SessionId, Sha256Hex};
use ghostlib_report::{Beside, Stated, Story, Turn, TurnKind};
use ghostlib_run::LoadedSpec;
use ghostlib_run::store::Project;
use ghostlib_verify::rust::cached;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The run as one HTML page, with what its folder has.
pub(crate) fn page(project: &Project, run: &RunId, summary: &RunSummary) -> String {
    let mut beside = Beside { specs: specs(project, run, summary), ..Beside::default() };
    for it in &summary.iterations {
        for attempt in &it.attempts {
            let id = AttemptId { iteration: it.iteration, attempt: attempt.attempt };
            for session in &attempt.sessions {
                let recording = recording(project, run, &session.id);
                beside.sources.extend(recording.iter().flat_map(|one| candidate_files(summary, id, one)));
                beside.sessions.extend(story(project, run, &session.id, recording));
            }
        }
        for revision in &it.revisions {
            if let Reviser::Agent(session) = &revision.by {
                let recording = recording(project, run, &session.session);
                beside.sessions.extend(story(project, run, &session.session, recording));
            }
        }
    }
    beside.sources.extend(reference_files(project, summary));
    ghostlib_report::html(summary, &beside)
}

/// The specs that the run has had, each once.
fn specs(project: &Project, run: &RunId, summary: &RunSummary) -> Vec<Stated> {
    let mut read: Vec<Stated> = Vec::new();
    for it in &summary.iterations {
        if read.iter().all(|one| one.hash != it.spec.hash) {
            read.extend(stated(&project.spec_dir(run, &it.spec.hash), &summary.spec_path, &it.spec.hash));
        }
    }
    read
}

fn stated(dir: &Path, spec_path: &str, hash: &Sha256Hex) -> Option<Stated> {
    let loaded = LoadedSpec::read(&LoadedSpec::document_in(dir, Path::new(spec_path))).ok()?;
    let vectors = loaded.spec.vectors.into_iter().map(|vector| (vector.id, vector.requirements)).collect();
    Some(Stated { hash: hash.clone(), requirements: loaded.spec.requirements, vectors })
}

fn recording(project: &Project, run: &RunId, session: &SessionId) -> Option<Recording> {
    Recording::read(session.as_str(), &project.session_dir(run, session)).ok()
}

/// What happened in a session: of one without a whole recording, its events so far.
fn story(project: &Project, run: &RunId, session: &SessionId, recording: Option<Recording>) -> Option<Story> {
    let trajectory = recording.map(|recording| recording.trajectory).or_else(|| {
        let text = fs::read_to_string(project.session_dir(run, session).join(EVENTS_FILE)).ok()?;
        Trajectory::from_json_lines(&text).ok()
    })?;
    Some(Story { session: session.clone(), turns: trajectory.lines.into_iter().filter_map(turn).collect() })
}

/// An event as a report tells it; nothing, where it leaves it out.
fn turn(line: TrajectoryLine) -> Option<Turn> {
    let (kind, label, text) = match line.event {
        TrajectoryEvent::ToolCall { tool, input, output, failed } => {
            let kind = if failed { TurnKind::FailedTool } else { TurnKind::Tool };
            return Some(Turn { at_ms: line.at_ms, kind, label: tool, text: input, output });
        }
        TrajectoryEvent::Started { prompt } => {
            (TurnKind::Other, "starts", format!("prompt {}", prompt.short()))
        }
        TrajectoryEvent::Text { from, text } if from == "message" => (TurnKind::Text, "says", text),
        TrajectoryEvent::Text { text, .. } => (TurnKind::Text, "writes", text),
        TrajectoryEvent::FileChange { path, change } => {
            let what = match change {
                FileChangeKind::Added => "adds",
                FileChangeKind::Changed => "changes",
                FileChangeKind::Removed => "removes",
            };
            (TurnKind::File, what, path)
        }
        TrajectoryEvent::RateLimit { seconds } => {
            let how_long = seconds.map_or_else(String::new, |seconds| format!(" {seconds} s"));
            (TurnKind::Other, "rate limit", format!("the model asks to wait{how_long}"))
        }
        TrajectoryEvent::PushBack { text } => (TurnKind::Objection, "objects", text),
        TrajectoryEvent::Note { text } => (TurnKind::Other, "note", text),
        TrajectoryEvent::Ended { end } => (TurnKind::Other, "ends", end.to_string()),
        TrajectoryEvent::Reasoning { .. } | TrajectoryEvent::Usage { .. } | TrajectoryEvent::Cost { .. } => {
            return None;
        }
    };
    Some(Turn { at_ms: line.at_ms, kind, label: label.into(), text, output: None })
}

/// Source by whose it is, the reference's without an attempt, and by its file.
type Sources = BTreeMap<(Option<AttemptId>, String), String>;

/// The files of a candidate that findings about it point into.
fn candidate_files(summary: &RunSummary, id: AttemptId, recording: &Recording) -> Sources {
    let evaluation = summary.attempt(id).and_then(|attempt| attempt.evaluation.as_deref());
    let findings = evaluation.into_iter().flat_map(|evaluation| &evaluation.findings);
    let files = findings.filter_map(|finding| Some(finding.candidate.as_ref()?.file.to_string()));
    let text = |file: String| {
        let bytes = recording.candidate.files.get(&file)?;
        Some(((Some(id), file), String::from_utf8_lossy(bytes).into_owned()))
    };
    files.filter_map(text).collect()
}

/// The files of the reference that findings point into, if it was fetched here.
fn reference_files(project: &Project, summary: &RunSummary) -> Sources {
    let Some(reference) = &summary.reference else { return Sources::new() };
    let Some(dir) = cached(&reference.source, &reference.checksum, &project.references()) else {
        return Sources::new();
    };
    let evaluations = summary.iterations.iter().flat_map(IterationSummary::evaluations);
    let findings = evaluations.flat_map(|(_, evaluation)| &evaluation.findings);
    let mut files: Vec<_> = findings.filter_map(|finding| Some(&finding.reference.as_ref()?.file)).collect();
    files.sort();
    files.dedup();
    // A place may come from a file that somebody else wrote: none leads out of the folder.
    let is_inside =
        |file: &str| Path::new(file).components().all(|part| matches!(part, std::path::Component::Normal(_)));
    let files = files.into_iter().filter(|file| is_inside(file));
    files
        .filter_map(|file| Some(((None, file.to_string()), fs::read_to_string(dir.join(&**file)).ok()?)))
        .collect()
}
