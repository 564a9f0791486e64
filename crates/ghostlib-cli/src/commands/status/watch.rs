//! A run that goes on, from its journal.

use super::{next, state};
use crate::console::{DIM, is_terminal, redraw, say, styled, visible, warn};
use crate::error::{CliError, Verdict};
use crate::narrate::{clock, recorded};
use ghostlib_agent::{TaskState, Tasks};
use ghostlib_model::{Event, RunId, RunSummary};
use ghostlib_run::store::{Journal, Project};
use std::fs;
use std::time::{Duration, SystemTime};
use tokio::time::sleep;

/// How often it is looked whether something happened.
const TICK: Duration = Duration::from_millis(250);
/// How often in a row nothing has to happen before it is looked whether anybody works.
const QUIET_TICKS: u32 = 4;

pub(super) async fn watch(project: &Project, run: &RunId, json: bool) -> Result<Verdict, CliError> {
    let path = project.journal(run);
    let mut summary = RunSummary::default();
    let (mut n_bytes, mut n_told, mut n_quiet) = (None, 0, 0);
    loop {
        // Asked before it is looked, so that what was recorded last is seen.
        let is_left = n_quiet > QUIET_TICKS && !project.is_locked();
        let now = fs::metadata(&path).ok().map(|metadata| metadata.len());
        let mut new: Vec<Event> = Vec::new();
        if now != n_bytes {
            new.extend(Journal::read(&path)?.into_iter().skip(n_told));
            n_bytes = now;
        }
        n_told += new.len();
        n_quiet = if new.is_empty() { n_quiet + 1 } else { 0 };
        if json {
            new.iter().for_each(tell_json);
        } else if !is_terminal() {
            new.iter().for_each(recorded);
        }
        for event in new {
            summary.apply(event);
        }
        if !json && is_terminal() {
            redraw(&live(project, run, &summary));
        }
        if summary.end.is_some() {
            return Ok(Verdict::Passed);
        }
        if is_left && n_quiet > 0 {
            warn(format!("nobody works on the run {run}; `ghostlib resume {run}` goes on"));
            return Ok(Verdict::Passed);
        }
        sleep(TICK).await;
    }
}

fn tell_json(event: &Event) {
    say(serde_json::to_string(event).unwrap_or_default());
}

/// What is recorded, and what goes on.
fn live(project: &Project, run: &RunId, summary: &RunSummary) -> Vec<String> {
    let mut lines = state(run, summary);
    if summary.end.is_some() {
        return lines;
    }
    let last = fs::metadata(project.journal(run)).and_then(|metadata| metadata.modified());
    let since = last.ok().and_then(|last| SystemTime::now().duration_since(last).ok()).unwrap_or_default();
    let ms = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
    lines.push(format!("{} ({} since the last step)", next(summary), clock(ms)));
    // A task that cannot be read is somebody else's to complain about.
    let tasks = Tasks::new(project.tasks()).list().unwrap_or_default();
    let prefix = format!("{run}-");
    for task in tasks.iter().filter(|task| task.id.starts_with(&prefix) && !task.state.is_closed()) {
        let by = match &task.state {
            TaskState::Claimed(claim) => format!("{} works on it", visible(&claim.by)),
            _ => "nobody has claimed it".to_owned(),
        };
        lines.push(format!("waiting for task {}: {by}", task.id));
    }
    lines.push(styled(DIM, "Ctrl-C ends the watching alone; `ghostlib attach` shows a session"));
    lines
}
