//! What goes on right now, on a terminal: a line for each iteration, for each attempt in work, and for whatever else takes
//! time, made from the spans that are open.

use crate::console::{line_of_progress, visible};
use indicatif::ProgressBar;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{LookupSpan, Scope};

/// Draws what spans tell.
pub(super) struct Progress;

/// What an open span has to say, in words; nothing for one that is of no interest by itself.
fn words(span: &str) -> Option<&'static str> {
    Some(match span {
        "iteration" => "iteration",
        "attempt" => "attempt",
        "fetch" => "fetching the library",
        "prepare" => "fetching and reading the reference",
        "start" => "asking the reference the spec's vectors",
        "session" => "session",
        "read" => "reading the library",
        "api" => "comparing the API",
        "copy" => "looking for copied code",
        "build" => "building",
        "vectors" => "running vectors",
        "behaviour" => "comparing behaviour",
        "structure" => "matching functions",
        "plant" => "planting mutants",
        "reproduced" => "asking twice what is compared",
        "mutants" => "trying mutants",
        "tests" => "running its own tests",
        "attribute" => "deciding who must change",
        "revise" => "revising the spec",
        "reword" => "a reviser works",
        "guard" => "checking the revision",
        "check" => "checking",
        _ => return None,
    })
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Progress {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let said = Said::by(|said| attributes.record(said));
        let around = span.parent().and_then(|parent| line_of(parent.scope()));
        let name = span.name();
        if name == "tool" {
            return around.iter().for_each(|line| line.change(|line| line.happened(&said.name)));
        }
        let Some(words) = words(name) else { return };
        let what = format!("{words} {}", said.name).trim_end().to_owned();
        let has_own = ["iteration", "attempt"].contains(&name);
        let line = around.filter(|_| !has_own).unwrap_or_default();
        line.change(|line| match name {
            "attempt" => line.label = what,
            "iteration" => {
                line.label = what;
                line.parts.push(Part::new(id, "attempts done"));
            }
            _ => line.parts.push(Part { done: said.done, of: said.of, ..Part::new(id, &what) }),
        });
        span.extensions_mut().insert(line);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(line) = span.extensions().get::<Line>() {
            let said = Said::by(|said| values.record(said));
            line.change(|line| line.count(id, &said));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let said = Said::by(|said| event.record(said));
        if let Some(line) = context.event_scope(event).and_then(line_of) {
            line.change(|line| line.happened(&said.message));
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        if let Some(line) = span.extensions().get::<Line>() {
            line.change(|line| line.parts.retain(|part| part.id != id));
        }
    }
}

/// The line of the innermost span that has one.
fn line_of<'a, S: LookupSpan<'a>>(mut scope: Scope<'a, S>) -> Option<Line> {
    scope.find_map(|span| span.extensions().get::<Line>().cloned())
}

/// A line, which several spans share. It is drawn as long as something on it goes on.
#[derive(Clone, Default)]
struct Line(Arc<Mutex<Drawn>>);

#[derive(Default)]
struct Drawn {
    label: String,
    /// What goes on, the innermost last.
    parts: Vec<Part>,
    bar: Option<ProgressBar>,
}

struct Part {
    id: Id,
    what: String,
    done: Option<u64>,
    of: Option<u64>,
    /// What happened last.
    happened: String,
}

impl Part {
    fn new(id: &Id, what: &str) -> Self {
        Self { id: id.clone(), what: what.into(), done: None, of: None, happened: String::new() }
    }
}

impl Line {
    fn change(&self, change: impl FnOnce(&mut Drawn)) {
        let mut drawn = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut drawn);
        match drawn.text() {
            Some(text) => drawn.bar.get_or_insert_with(line_of_progress).set_message(text),
            None => {
                if let Some(bar) = drawn.bar.take() {
                    bar.finish_and_clear();
                }
            }
        }
    }
}

impl Drawn {
    fn happened(&mut self, what: &str) {
        if let (Some(part), false) = (self.parts.last_mut(), what.is_empty()) {
            part.happened = visible(what);
        }
    }

    fn count(&mut self, id: &Id, said: &Said) {
        if let Some(part) = self.parts.iter_mut().find(|part| part.id == *id) {
            (part.done, part.of) = (said.done.or(part.done), said.of.or(part.of));
        }
    }

    /// What the line says; nothing, if nothing goes on.
    fn text(&self) -> Option<String> {
        let Part { what, done, of, happened, .. } = self.parts.last()?;
        let label = if self.label.is_empty() { String::new() } else { format!("{}: ", self.label) };
        let count = match (done, of) {
            (Some(done), Some(of)) => format!(", {done} of {of}"),
            _ => String::new(),
        };
        let happened = if happened.is_empty() { String::new() } else { format!(", {happened}") };
        Some(format!("{label}{what}{count}{happened}"))
    }
}

/// What the fields of a span or an event say, as far as it is shown.
#[derive(Default)]
struct Said {
    name: String,
    done: Option<u64>,
    of: Option<u64>,
    message: String,
}

impl Said {
    fn by(record: impl FnOnce(&mut Self)) -> Self {
        let mut said = Self::default();
        record(&mut said);
        said
    }

    fn add(&mut self, field: &Field, text: &str) {
        match field.name() {
            "iteration" | "attempt" | "library" | "tool" | "input" => {
                let gap = if self.name.is_empty() { "" } else { " " };
                self.name = format!("{}{gap}{text}", self.name);
            }
            "message" => text.clone_into(&mut self.message),
            _ => {}
        }
    }
}

impl Visit for Said {
    fn record_u64(&mut self, field: &Field, value: u64) {
        match field.name() {
            "done" => self.done = Some(value),
            "of" => self.of = Some(value),
            _ => self.add(field, &value.to_string()),
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        match u64::try_from(value) {
            Ok(value) => self.record_u64(field, value),
            Err(_) => self.add(field, &value.to_string()),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.add(field, &format!("{value:?}"));
    }
}
