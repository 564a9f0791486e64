//! A line of the log: what is told, and all spans around it, the outermost first.

use serde_json::{Map, Value, json};
use std::fmt::{self, Debug};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::{LookupSpan, Scope, SpanRef};

/// Writes JSON Lines. The format of `tracing-subscriber` lists the spans around the code that tells, which are others than
/// those around the span that is told of, where attempts go on beside each other.
pub(super) struct JsonLine;

impl<S, N> FormatEvent<S, N> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut timestamp = String::new();
        SystemTime.format_time(&mut Writer::new(&mut timestamp))?;
        let mut fields = Fields::default();
        event.record(&mut fields);
        let scope = context.event_scope().into_iter().flat_map(Scope::from_root);
        let spans: Vec<Value> = scope.map(|span| told::<S, N>(&span)).collect();
        let metadata = event.metadata();
        let mut line = json!({
            "timestamp": timestamp,
            "level": metadata.level().as_str(),
            "message": fields.0.remove("message"),
            "spans": spans,
            "target": metadata.target(),
        });
        if !fields.0.is_empty() {
            line["fields"] = fields.0.into();
        }
        writeln!(writer, "{line}")
    }
}

/// A span by its name, with its fields.
fn told<S: for<'a> LookupSpan<'a>, N: 'static>(span: &SpanRef<'_, S>) -> Value {
    let mut told = json!({ "name": span.name() });
    let extensions = span.extensions();
    let fields = extensions.get::<FormattedFields<N>>();
    if let Some(Ok(Value::Object(mut fields))) = fields.map(|fields| serde_json::from_str(fields)) {
        told.as_object_mut().into_iter().for_each(|told| told.append(&mut fields));
    }
    told
}

#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn add(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.add(field, format!("{value:?}"));
    }
}
