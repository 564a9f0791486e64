//! From the updates of a session to the events of a trajectory.

use super::tools::OpenCalls;
use crate::trajectory::TrajectoryEvent;
use agent_client_protocol::UntypedMessage;
use agent_client_protocol::v1::schema::{
    ContentBlock, ContentChunk, Plan, PlanEntryStatus, SessionNotification, SessionUpdate, Usage, UsageUpdate,
};
use std::collections::BTreeSet;

/// A text that comes in pieces is told in parts of about so many bytes.
const PART: usize = 8 << 10;
/// The most kinds of updates that are remembered as not known.
const MAX_UNKNOWN: usize = 32;

/// What was told of a session, and is not yet an event.
#[derive(Debug, Default)]
pub(super) struct Updates {
    text: Option<(Voice, String)>,
    calls: OpenCalls,
    cost: Option<f64>,
    plan: String,
    unknown: BTreeSet<String>,
}

/// Whose text it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Voice {
    Message,
    Thought,
}

impl Updates {
    /// What a notification tells. Those of other methods tell nothing.
    pub(super) fn hear(&mut self, message: &UntypedMessage) -> Vec<TrajectoryEvent> {
        if message.method != "session/update" {
            return Vec::new();
        }
        match serde_json::from_value::<SessionNotification>(message.params.clone()) {
            Ok(notification) => self.update(notification.update),
            Err(_) => self.unknown(message),
        }
    }

    /// Something that is told in words, after what was told before.
    pub(super) fn note(&mut self, text: String) -> Vec<TrajectoryEvent> {
        self.after_the_text([TrajectoryEvent::Note { text }])
    }

    /// What is left at the end.
    pub(super) fn finish(&mut self) -> Vec<TrajectoryEvent> {
        let text = self.text.take().and_then(spoken);
        text.into_iter().chain(self.calls.unfinished()).collect()
    }

    fn update(&mut self, update: SessionUpdate) -> Vec<TrajectoryEvent> {
        match update {
            SessionUpdate::AgentMessageChunk(chunk) => self.chunk(Voice::Message, chunk),
            SessionUpdate::AgentThoughtChunk(chunk) => self.chunk(Voice::Thought, chunk),
            SessionUpdate::ToolCall(call) => {
                let events = self.calls.announce(call);
                self.after_the_text(events)
            }
            SessionUpdate::ToolCallUpdate(update) => {
                let events = self.calls.update(update);
                self.after_the_text(events)
            }
            SessionUpdate::Plan(plan) => self.plan(&plan),
            SessionUpdate::UsageUpdate(usage) => self.cost(&usage).into_iter().collect(),
            SessionUpdate::Notice(notice) => self.note(notice.title),
            _ => Vec::new(),
        }
    }

    fn chunk(&mut self, voice: Voice, chunk: ContentChunk) -> Vec<TrajectoryEvent> {
        let ContentBlock::Text(piece) = chunk.content else { return Vec::new() };
        let before = match &mut self.text {
            Some((speaking, text)) if *speaking == voice => {
                text.push_str(&piece.text);
                None
            }
            text => text.replace((voice, piece.text)),
        };
        let is_long = self.text.as_ref().is_some_and(|(_, text)| text.len() >= PART);
        let long = if is_long { self.text.take() } else { None };
        before.into_iter().chain(long).filter_map(spoken).collect()
    }

    fn after_the_text(&mut self, events: impl IntoIterator<Item = TrajectoryEvent>) -> Vec<TrajectoryEvent> {
        let events: Vec<_> = events.into_iter().collect();
        if events.is_empty() {
            return events;
        }
        self.text.take().and_then(spoken).into_iter().chain(events).collect()
    }

    fn plan(&mut self, plan: &Plan) -> Vec<TrajectoryEvent> {
        let line = |entry: &agent_client_protocol::v1::schema::PlanEntry| {
            let mark = match entry.status {
                PlanEntryStatus::Completed => 'x',
                PlanEntryStatus::InProgress => '>',
                _ => ' ',
            };
            format!("\n[{mark}] {}", entry.content)
        };
        let text = format!("its plan:{}", plan.entries.iter().map(line).collect::<String>());
        if text == self.plan {
            return Vec::new();
        }
        self.plan.clone_from(&text);
        self.note(text)
    }

    fn cost(&mut self, usage: &UsageUpdate) -> Option<TrajectoryEvent> {
        let usd = usage.cost.as_ref().filter(|cost| cost.currency.eq_ignore_ascii_case("usd"))?.amount;
        if self.cost.replace(usd) == Some(usd) { None } else { Some(TrajectoryEvent::Cost { usd }) }
    }

    fn unknown(&mut self, message: &UntypedMessage) -> Vec<TrajectoryEvent> {
        let kind = message.params["update"]["sessionUpdate"].as_str().unwrap_or("without a kind");
        let kind: String = kind.chars().take(64).collect();
        if self.unknown.len() >= MAX_UNKNOWN || !self.unknown.insert(kind.clone()) {
            return Vec::new();
        }
        self.note(format!("it tells of something that could not be read: {kind}"))
    }
}

/// The tokens of a turn. What the model read for the first time and what came from a cache are told apart by agents.
pub(super) fn tokens(usage: &Usage) -> TrajectoryEvent {
    let cached = usage.cached_read_tokens.unwrap_or(0);
    let written = usage.cached_write_tokens.unwrap_or(0);
    TrajectoryEvent::Usage {
        input: usage.input_tokens.saturating_add(cached).saturating_add(written),
        cached,
        output: usage.output_tokens,
    }
}

fn spoken((voice, text): (Voice, String)) -> Option<TrajectoryEvent> {
    let event = match voice {
        Voice::Message => TrajectoryEvent::message(text.clone()),
        Voice::Thought => TrajectoryEvent::Reasoning { text: text.clone() },
    };
    (!text.trim().is_empty()).then_some(event)
}
