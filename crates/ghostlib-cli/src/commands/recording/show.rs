use super::{Folders, Place};
use crate::console::{BOLD, counted, say, say_json, styled, visible};
use crate::error::{CliError, Verdict};
use crate::narrate::{blindness, clock, usage_text};
use crate::transcript::{Reasoning, Transcript};
use clap::Args;
use ghostlib_agent::{AgentError, Recording, TrajectoryEvent, TrajectoryLine};
use serde_json::{Value, json};

/// Tell recorded sessions: what was said, which tools were used, what was written, what it took, how it ended.
#[derive(Args)]
pub(super) struct ShowArgs {
    #[command(flatten)]
    folders: Folders,
    /// What the model thought, too.
    #[arg(long)]
    reasoning: bool,
}

pub(super) fn show(args: &ShowArgs, json: bool) -> Result<Verdict, CliError> {
    let reasoning = Reasoning::of_flag(args.reasoning);
    let places = args.folders.recordings()?;
    let read = |place: &Place| Recording::read(&place.dir.to_string_lossy(), &place.dir);
    let recordings = places.iter().map(read).collect::<Result<Vec<_>, _>>();
    let recordings = recordings.map_err(AgentError::from)?;
    if json {
        say_json(&recordings.iter().map(|one| to_json(one, reasoning)).collect::<Vec<_>>());
        return Ok(Verdict::Passed);
    }
    for (n, recording) in recordings.iter().enumerate() {
        if n > 0 {
            say("");
        }
        introduce(recording);
        let transcript = Transcript::new(reasoning);
        recording.trajectory.lines.iter().for_each(|line| transcript.tell(line));
        conclude(recording);
    }
    Ok(Verdict::Passed)
}

fn introduce(recording: &Recording) {
    let meta = &recording.meta;
    let of = |what: &str, value: &Option<String>| {
        value.as_ref().map_or_else(String::new, |value| format!(", {what} {}", visible(value)))
    };
    say(styled(BOLD, format!("Session {}", visible(&recording.name))));
    say(format!(
        "{} by {}{}{}: {}",
        meta.role,
        visible(&meta.agent),
        of("model", &meta.model),
        of("effort", &meta.effort),
        blindness(&recording.agent()),
    ));
    say(format!("spec {}, prompt {}", meta.spec.short(), meta.prompt.short()));
    say("");
}

fn conclude(recording: &Recording) {
    let lines = &recording.trajectory.lines;
    let took = clock(lines.last().map_or(0, |line| line.at_ms));
    let n_bytes: usize = recording.candidate.files.values().map(Vec::len).sum();
    let n_files = counted(recording.candidate.files.len(), "file");
    say("");
    say(format!("{} in {took}; the candidate has {n_files}, {n_bytes} bytes", counted(lines.len(), "event")));
    if let Some(usage) = &recording.meta.usage {
        say(usage_text(usage));
    }
}

fn to_json(recording: &Recording, reasoning: Reasoning) -> Value {
    let is_shown = |line: &&TrajectoryLine| {
        reasoning == Reasoning::Shown || !matches!(line.event, TrajectoryEvent::Reasoning { .. })
    };
    json!({
        "recording": recording.name,
        "about": recording.meta,
        "events": recording.trajectory.lines.iter().filter(is_shown).collect::<Vec<_>>(),
        "candidate": recording.candidate.files.keys().collect::<Vec<_>>(),
    })
}
