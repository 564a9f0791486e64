use super::{Entry, Kind, Node};
use crate::code::Code;
use crate::nearest::did_you_mean;
use crate::text::{Excerpt, Text};
use ghostlib_model::{Diagnostic, Place, Span, Value};

/// Takes values out of a YAML text and complains at their places in the file.
pub(crate) struct Reader<'a> {
    pub(crate) text: &'a Text<'a>,
    pub(crate) yaml: &'a Excerpt,
    pub(crate) diagnostics: &'a mut Vec<Diagnostic>,
}

/// The keys that a map may have.
pub(crate) struct Keys {
    pub(crate) known: &'static [&'static str],
    /// What a key that is not among them is.
    pub(crate) unknown: Code,
}

impl Reader<'_> {
    /// The tree of the YAML text, or a complaint and nothing.
    pub(crate) fn parse(&mut self) -> Option<Node> {
        match super::parse(self.yaml.as_str()) {
            Ok(node) => Some(node),
            Err(error) => {
                let help = "check quotes, brackets and indentation around this place";
                self.report(Code::YamlInvalid, error.span, error.message, help);
                None
            }
        }
    }

    pub(crate) fn place(&self, span: Span) -> Place {
        self.text.place(self.yaml.span_in_document(span))
    }

    pub(crate) fn report(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let draft = code.at(self.place(span), message);
        let help = help.into();
        self.diagnostics.push(if help.is_empty() { draft } else { draft.help(help) }.into());
    }

    /// The entries of a map. Keys that are not known get a complaint.
    pub(crate) fn map<'n>(
        &mut self,
        node: &'n Node,
        what: &str,
        keys: &Keys,
        wrong: Code,
    ) -> Option<&'n [Entry]> {
        let Some(entries) = node.as_map() else {
            self.wrong(node, what, "a map", wrong);
            return None;
        };
        for entry in entries {
            if !keys.known.contains(&entry.key.as_str()) {
                let help = did_you_mean(&entry.key, keys.known.iter().copied()).unwrap_or_default();
                let message = format!("{what} has the unknown key `{}`", entry.key);
                self.report(keys.unknown, entry.key_span, message, help);
            }
        }
        Some(entries)
    }

    /// A text, or a number or boolean as it is written: `version: 1.10` is `1.10`.
    pub(crate) fn text(&mut self, node: &Node, what: &str, wrong: Code) -> Option<String> {
        match &node.kind {
            Kind::Text(text) => Some(text.clone()),
            Kind::Bool(_) | Kind::Int(_) | Kind::Uint(_) | Kind::Float(_) => {
                Some(self.written(node).to_owned())
            }
            Kind::Null | Kind::List(_) | Kind::Map(_) => {
                self.wrong(node, what, "a text", wrong);
                None
            }
        }
    }

    /// A list of texts; one text alone is a list of one.
    pub(crate) fn texts(&mut self, node: &Node, what: &str, wrong: Code) -> Vec<(String, Span)> {
        match &node.kind {
            Kind::List(items) => {
                let read = |item| self.text(item, what, wrong).map(|text| (text, item.span));
                items.iter().filter_map(read).collect()
            }
            Kind::Text(text) => vec![(text.clone(), node.span)],
            _ => {
                self.wrong(node, what, "a list of texts", wrong);
                Vec::new()
            }
        }
    }

    /// The value as JSON has it.
    pub(crate) fn json(&mut self, node: &Node) -> Option<Value> {
        Some(match &node.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Int(value) => (*value).into(),
            Kind::Uint(value) => (*value).into(),
            Kind::Float(value) => self.json_float(node, *value)?,
            Kind::Text(text) => Value::String(text.clone()),
            Kind::List(items) => {
                Value::Array(items.iter().map(|item| self.json(item)).collect::<Option<_>>()?)
            }
            Kind::Map(entries) => {
                let read = |entry: &Entry| Some((entry.key.clone(), self.json(&entry.value)?));
                Value::Object(entries.iter().map(read).collect::<Option<_>>()?)
            }
        })
    }

    /// Complains about a value of the wrong kind.
    pub(crate) fn wrong(&mut self, node: &Node, what: &str, expected: &str, code: Code) {
        let message = format!("{what} is {}, not {expected}", node.describe());
        self.report(code, node.span, message, format!("write {expected}"));
    }

    fn json_float(&mut self, node: &Node, value: f64) -> Option<Value> {
        let written = self.written(node).to_owned();
        let is_integer = written.trim_start_matches(['-', '+']).bytes().all(|b| b.is_ascii_digit());
        match serde_json::Number::from_f64(value) {
            // A quoted text that a tag turns into a number is as exact as the number.
            Some(number) if !is_integer || written.is_empty() => Some(Value::Number(number)),
            Some(_) => {
                let message = format!("the integer {written} does not fit into 64 bits");
                self.report(Code::VectorNotJson, node.span, message, "write it as a quoted text");
                None
            }
            None => {
                let message = format!("`{written}` is a number that JSON does not have");
                self.report(Code::VectorNotJson, node.span, message, "write it as a quoted text");
                None
            }
        }
    }

    fn written(&self, node: &Node) -> &str {
        self.yaml.as_str().get(node.scalar.start..node.scalar.end).unwrap_or_default()
    }
}
