//! What happened in the sessions of a run, along their time.

use super::about::AgentView;
use super::text::{count, duration, plain, thousands};
use super::{Limits, or_unknown};
use crate::{Beside, Turn, TurnKind};
use ghostlib_model::{
    AgentStamp, IterationSummary, Reviser, RunSummary, SessionEnd, SessionId, SessionUsage,
};
use serde::Serialize;

/// The most events of a session that are shown, and the most characters of a text in them.
const MOST_TURNS: usize = 400;
const MOST_CHARS: usize = 800;

/// A session.
#[derive(Serialize)]
pub(crate) struct SessionStory {
    anchor: String,
    id: String,
    what: String,
    agent: AgentView,
    end: String,
    time: String,
    used: String,
    /// How long it took, of the longest one: from 0 to 100.
    width: String,
    marks: Vec<Mark>,
    tally: String,
    turns: Vec<TurnView>,
    n_left_out: Option<String>,
}

/// An event on the line of a session.
#[derive(Serialize)]
struct Mark {
    x: String,
    class: &'static str,
}

#[derive(Serialize)]
struct TurnView {
    time: String,
    class: &'static str,
    label: String,
    text: String,
    /// The first line, where the rest is folded.
    line: String,
    is_long: bool,
    output: Option<String>,
}

/// A session, wherever the summary has it.
pub(super) struct Worked<'a> {
    pub(super) id: &'a SessionId,
    pub(super) what: String,
    pub(super) agent: &'a AgentStamp,
    pub(super) end: &'a SessionEnd,
    pub(super) seconds: f64,
    pub(super) usage: Option<SessionUsage>,
}

/// The sessions of all implementers and revisers, in the order of the run.
pub(super) fn worked(it: &IterationSummary) -> Vec<Worked<'_>> {
    let attempts = it.attempts.iter().flat_map(|attempt| {
        let what = format!("Attempt {}.{}", it.iteration, attempt.attempt);
        attempt.sessions.iter().map(move |one| Worked {
            id: &one.id,
            what: what.clone(),
            agent: &one.agent,
            end: &one.end,
            seconds: one.seconds,
            usage: one.usage,
        })
    });
    let revisers = it.revisions.iter().filter_map(|revision| match &revision.by {
        Reviser::Agent(session) => Some(Worked {
            id: &session.session,
            what: format!("Reviser after iteration {}", it.iteration),
            agent: &session.agent,
            end: &session.end,
            seconds: session.seconds,
            usage: session.usage,
        }),
        Reviser::Mechanical | Reviser::Person => None,
    });
    attempts.chain(revisers).collect()
}

/// The sessions with what is known of their turns.
pub(crate) fn sessions(summary: &RunSummary, beside: &Beside, limits: Limits) -> Vec<SessionStory> {
    let all: Vec<_> = summary.iterations.iter().flat_map(worked).collect();
    let story = |one: &Worked<'_>| beside.sessions.iter().find(|story| story.session == *one.id);
    let turns = |one: &Worked<'_>| story(one).map_or(&[][..], |story| story.turns.as_slice());
    let longest = all.iter().map(|one| one.span(turns(one))).fold(1e-9, f64::max);
    let view = |(i, one): (usize, &Worked<'_>)| one.view(i + 1, turns(one), longest, limits);
    all.iter().enumerate().map(view).collect()
}

impl Worked<'_> {
    /// How long it took in seconds, as far as its end or its last event tells.
    fn span(&self, turns: &[Turn]) -> f64 {
        let last = turns.last().map_or(0.0, |turn| seconds(turn.at_ms));
        if self.seconds.is_finite() { self.seconds.max(last) } else { last }
    }

    fn view(&self, number: usize, turns: &[Turn], longest: f64, limits: Limits) -> SessionStory {
        let of = |wanted: &[TurnKind]| turns.iter().filter(|turn| wanted.contains(&turn.kind)).count();
        let told = [
            (of(&[TurnKind::Tool, TurnKind::FailedTool]), "tool call"),
            (of(&[TurnKind::FailedTool]), "failed call"),
            (of(&[TurnKind::File]), "file change"),
            (of(&[TurnKind::Objection]), "objection"),
        ];
        let told: Vec<_> = told.iter().filter(|(n, _)| *n > 0).map(|(n, what)| count(*n, what)).collect();
        let n_left_out = turns.len().saturating_sub(MOST_TURNS);
        SessionStory {
            anchor: format!("s{number}"),
            id: or_unknown(self.id.as_str()),
            what: self.what.clone(),
            agent: AgentView::of(self.agent),
            end: plain(&self.end.to_string(), limits.chars),
            time: duration(self.span(turns)),
            used: used(self.usage.as_ref()),
            width: format!("{:.1}", self.span(turns) / longest * 100.0),
            marks: turns.iter().filter_map(|turn| Mark::of(turn, longest)).collect(),
            tally: if told.is_empty() { "no tool call is recorded".into() } else { told.join(", ") },
            turns: turns.iter().take(MOST_TURNS).map(TurnView::of).collect(),
            n_left_out: (n_left_out > 0).then(|| thousands(n_left_out)),
        }
    }
}

/// `12,000 tokens, 3 answers, 0.12 US dollars`; nothing, where it is not known.
pub(super) fn used(usage: Option<&SessionUsage>) -> String {
    let Some(usage) = usage else { return String::new() };
    let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let tokens = count(number(usage.tokens()), "token");
    let money = usage.usd.map_or_else(String::new, |usd| format!(", {usd:.2} US dollars"));
    format!("{tokens}, {}{money}", count(number(usage.turns), "answer"))
}

impl Mark {
    fn of(turn: &Turn, longest: f64) -> Option<Self> {
        let class = class(turn.kind);
        let is_marked = !matches!(turn.kind, TurnKind::Text | TurnKind::Other);
        is_marked.then(|| Self { x: format!("{:.2}", seconds(turn.at_ms) / longest * 100.0), class })
    }
}

impl TurnView {
    fn of(turn: &Turn) -> Self {
        let text = plain(turn.text.trim_end(), MOST_CHARS);
        let line = plain(turn.text.trim().lines().next().unwrap_or_default(), 120);
        Self {
            time: clock(turn.at_ms),
            class: class(turn.kind),
            label: plain(&turn.label, 60),
            is_long: turn.output.is_some() || text != line,
            text,
            line,
            output: turn.output.as_ref().map(|output| plain(output.trim_end(), MOST_CHARS)),
        }
    }
}

fn class(kind: TurnKind) -> &'static str {
    match kind {
        TurnKind::Tool => "tool",
        TurnKind::FailedTool => "broke",
        TurnKind::File => "file",
        TurnKind::Objection => "objects",
        TurnKind::Text => "says",
        TurnKind::Other => "quiet",
    }
}

/// `1:05`
fn clock(at_ms: u64) -> String {
    let seconds = at_ms / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[expect(clippy::cast_precision_loss, reason = "a session is shorter than 2^52 milliseconds")]
fn seconds(at_ms: u64) -> f64 {
    at_ms as f64 / 1000.0
}
