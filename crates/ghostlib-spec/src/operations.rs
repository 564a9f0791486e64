//! Operations that headings declare: `### duration(seconds, options?) → string`.

use crate::markdown::{Markdown, Section};
use crate::text::Text;
use ghostlib_model::Place;
use serde::{Deserialize, Serialize};

/// An operation as the spec's prose declares it, whatever the language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// Its name: `duration`, `Table.new`.
    pub name: String,
    /// Its parameters, in their order.
    pub parameters: Vec<Parameter>,
    /// What it gives, as the heading says it: `number | error`.
    pub output: Option<String>,
    /// Where the heading stands.
    pub place: Place,
}

/// A parameter of an [`Operation`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Whether a call may leave it out: `options?`.
    pub is_optional: bool,
}

/// The operations of a document, in the order of their headings.
pub(crate) fn read(text: &Text, markdown: &Markdown) -> Vec<Operation> {
    let read = |(section, head): (&Section, Head)| Operation {
        name: head.name.to_owned(),
        parameters: head.parameters,
        output: head.output.map(str::to_owned),
        place: text.place(text.trimmed(section.span)),
    };
    read_titles(markdown).map(read).collect()
}

/// The headings that declare an operation.
pub(crate) fn read_titles(markdown: &Markdown) -> impl Iterator<Item = (&Section, Head<'_>)> {
    markdown.sections.iter().filter_map(|section| Some((section, head(&section.title)?)))
}

/// What a heading says of its operation.
pub(crate) struct Head<'a> {
    name: &'a str,
    parameters: Vec<Parameter>,
    output: Option<&'a str>,
}

fn head(title: &str) -> Option<Head<'_>> {
    let title = super::statements::without_number(title);
    let (name, rest) = title.split_once('(')?;
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '#' | '!' | '?');
    if name.is_empty()
        || !name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        || !name.chars().all(is_part)
    {
        return None;
    }
    let (parameters, behind) = rest.rsplit_once(')')?;
    let behind = behind.trim();
    let output = ["→", "->", "=>", ":"].iter().find_map(|arrow| behind.strip_prefix(arrow)).map(str::trim);
    if output.is_none() && !behind.is_empty() {
        return None;
    }
    // What stands in brackets may be left out, the comma before it included: `value[, offset[, end]]`.
    let mut depth = 0_usize;
    let mut read = |text: &str| {
        let n_open = text.matches('[').count();
        let parameter = parameter(text.trim(), depth > 0 || text.trim_start().starts_with('['));
        depth = (depth + n_open).saturating_sub(text.matches(']').count());
        parameter
    };
    let parameters: Vec<_> = parameters
        .split(',')
        .filter(|text| !text.trim_matches(['[', ']', ' ']).is_empty())
        .map(&mut read)
        .collect();
    Some(Head { name, parameters, output: output.filter(|output| !output.is_empty()) })
}

fn parameter(text: &str, is_bracketed: bool) -> Parameter {
    let text = text.trim_matches(['[', ']', ' ']);
    let name = text.split([':', '=', ' ']).next().unwrap_or_default();
    let is_optional = is_bracketed || name.ends_with('?') || text.contains('=');
    Parameter { name: name.trim_end_matches('?').to_owned(), is_optional }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_declare_operations() {
        let found = head("3.1 pad(text, width?: int, fill = ' ') → string | error").unwrap();
        assert_eq!((found.name, found.output), ("pad", Some("string | error")));
        let parameters: Vec<_> = found.parameters.iter().map(|p| (p.name.as_str(), p.is_optional)).collect();
        assert_eq!(parameters, [("text", false), ("width", true), ("fill", true)]);
        let found = head("fill(value[, offset[, end]])").unwrap();
        let optional: Vec<_> = found.parameters.iter().map(|p| (p.name.as_str(), p.is_optional)).collect();
        assert_eq!(optional, [("value", false), ("offset", true), ("end", true)]);
        assert_eq!(head("Table.new() -> Table").unwrap().name, "Table.new");
        for none in ["Padding", "Status (OPTIONAL)", "Errors(fatal) and others", "f(x", "(a)"] {
            assert!(head(none).is_none(), "{none}");
        }
    }
}
