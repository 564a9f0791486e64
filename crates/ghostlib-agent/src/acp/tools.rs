//! Calls of tools, from their announcement to their end.

use crate::trajectory::{FileChangeKind, TrajectoryEvent, cut};
use agent_client_protocol::v1::schema::{
    ContentBlock, Meta, ToolCall, ToolCallContent, ToolCallStatus, ToolCallUpdate, ToolCallUpdateFields,
    ToolKind,
};
use serde_json::Value;
use std::collections::VecDeque;
use std::path::PathBuf;

/// The most calls that are kept open at once.
const MAX_OPEN: usize = 256;
/// The most bytes that are kept of a text of an open call. The recorder cuts at less.
const MAX_TEXT: usize = 64 << 10;

/// The calls that have begun and are not over.
#[derive(Debug, Default)]
pub(super) struct OpenCalls {
    calls: VecDeque<Call>,
}

#[derive(Debug)]
struct Call {
    id: String,
    kind: ToolKind,
    name: Option<String>,
    title: String,
    input: Option<String>,
    output: Option<String>,
    /// What a terminal would show.
    shown: String,
    exited_badly: bool,
    locations: Vec<PathBuf>,
    changes: Vec<(String, FileChangeKind)>,
}

impl OpenCalls {
    /// A call is announced, or told of as a whole.
    pub(super) fn announce(&mut self, call: ToolCall) -> Vec<TrajectoryEvent> {
        self.update(call.into())
    }

    /// What is new of a call. When it is over, its events; one that is over already tells nothing more.
    pub(super) fn update(&mut self, update: ToolCallUpdate) -> Vec<TrajectoryEvent> {
        let id = update.tool_call_id.to_string();
        let status = update.fields.status;
        let is_over = matches!(status, Some(ToolCallStatus::Completed | ToolCallStatus::Failed));
        let mut call = match self.calls.iter().position(|call| call.id == id) {
            Some(at) => self.calls.remove(at).unwrap_or_else(|| Call::new(id)),
            // What comes after a call's end repeats it.
            None if update.fields.title.is_none() => return Vec::new(),
            None => Call::new(id),
        };
        call.take(update.fields);
        call.show(update.meta.unwrap_or_default());
        if is_over {
            return call.over(status == Some(ToolCallStatus::Failed));
        }
        self.calls.push_back(call);
        let oldest = if self.calls.len() > MAX_OPEN { self.calls.pop_front() } else { None };
        oldest.map(Call::unfinished).into_iter().collect()
    }

    /// Those that never ended, in order.
    pub(super) fn unfinished(&mut self) -> Vec<TrajectoryEvent> {
        self.calls.drain(..).map(Call::unfinished).collect()
    }
}

impl Call {
    fn new(id: String) -> Self {
        Self {
            id,
            kind: ToolKind::default(),
            name: None,
            title: String::new(),
            input: None,
            output: None,
            shown: String::new(),
            exited_badly: false,
            locations: Vec::new(),
            changes: Vec::new(),
        }
    }

    fn take(&mut self, fields: ToolCallUpdateFields) {
        self.kind = fields.kind.unwrap_or(self.kind);
        self.name = fields.name.or(self.name.take());
        self.title = fields.title.unwrap_or_else(|| std::mem::take(&mut self.title));
        self.input = fields.raw_input.as_ref().and_then(input).or(self.input.take());
        if let Some(locations) = fields.locations {
            self.locations = locations.into_iter().map(|location| location.path).collect();
        }
        let (texts, changes) = contents(fields.content.unwrap_or_default());
        if !changes.is_empty() {
            self.changes = changes;
        }
        let raw = || fields.raw_output.as_ref().and_then(output);
        self.output = Some(texts).filter(|text| !text.is_empty()).or_else(raw).or(self.output.take());
        for text in [&mut self.input, &mut self.output].into_iter().flatten() {
            cut(text, MAX_TEXT);
        }
    }

    /// Agents that would show their commands in a terminal of the client say in `_meta` what stands there and how the
    /// command exited: a convention of Zed's, which Codex's adapter follows for every client.
    fn show(&mut self, mut meta: Meta) {
        for key in ["terminal_output", "terminal_output_delta"] {
            if let Some(piece) = meta.remove(key).as_ref().and_then(|shown| shown["data"].as_str()) {
                self.shown.push_str(piece);
                cut(&mut self.shown, MAX_TEXT);
            }
        }
        let exit = meta.remove("terminal_exit");
        self.exited_badly |= exit.and_then(|exit| exit["exit_code"].as_i64()).is_some_and(|code| code != 0);
    }

    fn over(mut self, failed: bool) -> Vec<TrajectoryEvent> {
        let removed = self.locations.iter().filter(|_| self.kind == ToolKind::Delete);
        let removed = removed.map(|path| (path.to_string_lossy().into_owned(), FileChangeKind::Removed));
        let changes: Vec<_> = std::mem::take(&mut self.changes).into_iter().chain(removed).collect();
        let changes = changes.into_iter().filter(|_| !failed);
        let changes = changes.map(|(path, change)| TrajectoryEvent::FileChange { path, change });
        let shown = Some(std::mem::take(&mut self.shown)).filter(|shown| !shown.is_empty());
        let output = shown.or(self.output.take()).unwrap_or_default();
        let failed = failed || self.exited_badly;
        [self.event(Some(output), failed)].into_iter().chain(changes).collect()
    }

    fn unfinished(self) -> TrajectoryEvent {
        self.event(None, false)
    }

    fn event(self, output: Option<String>, failed: bool) -> TrajectoryEvent {
        let kind = serde_json::to_value(self.kind).ok();
        let kind = kind.and_then(|kind| kind.as_str().map(str::to_owned)).unwrap_or_default();
        let tool = self.name.unwrap_or(kind);
        TrajectoryEvent::ToolCall { tool, input: self.input.unwrap_or(self.title), output, failed }
    }
}

/// A command as it is, anything else as JSON; nothing, if it is empty.
fn input(raw: &Value) -> Option<String> {
    match &raw["command"] {
        Value::String(command) => return Some(command.clone()),
        Value::Array(words) => {
            let words: Vec<_> = words.iter().filter_map(Value::as_str).collect();
            return Some(words.join(" "));
        }
        _ => {}
    }
    let is_empty = raw.as_object().is_some_and(serde_json::Map::is_empty) || raw.is_null();
    (!is_empty).then(|| raw.as_str().map_or_else(|| raw.to_string(), str::to_owned))
}

/// The part of a result that is its output, where it says which that is.
fn output(raw: &Value) -> Option<String> {
    let told = ["formatted_output", "aggregated_output", "output", "stdout"];
    let told = told.iter().find_map(|name| raw[*name].as_str()).or(raw.as_str());
    (!raw.is_null()).then(|| told.map_or_else(|| raw.to_string(), str::to_owned))
}

fn contents(contents: Vec<ToolCallContent>) -> (String, Vec<(String, FileChangeKind)>) {
    let (mut texts, mut changes) = (Vec::new(), Vec::new());
    for content in contents {
        match content {
            ToolCallContent::Content(content) => {
                if let ContentBlock::Text(text) = content.content {
                    texts.push(text.text);
                }
            }
            ToolCallContent::Diff(diff) => {
                let change = diff.old_text.map_or(FileChangeKind::Added, |_| FileChangeKind::Changed);
                changes.push((diff.path.to_string_lossy().into_owned(), change));
            }
            _ => {}
        }
    }
    (texts.join("\n"), changes)
}
