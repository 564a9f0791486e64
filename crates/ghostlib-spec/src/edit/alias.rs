use super::scalar::scalar;
use super::{insert, newline};
use crate::front_matter;
use crate::yaml::{self, Entry, Kind, Node};
use ghostlib_model::{Span, TextEdit};

/// The edit that notes under `aliases:` of the front matter that a requirement had another id before. There is none
/// for a document without front matter, for front matter that is not YAML, and for an alias that is there already.
pub fn alias_edit(document: &str, old: &str, new: &str) -> Option<TextEdit> {
    let range = front_matter::divide(document).yaml?;
    let yaml = &document[range.clone()];
    let root = yaml::parse(yaml).ok()?;
    let newline = newline(document);
    let entry = format!("{}: {}", scalar(old), scalar(new));
    let (offset, text) = match root.get("aliases") {
        None if yaml[root.span.start..].starts_with('{') => {
            (root.span.start + 1, format!("aliases: {{{entry}}}, "))
        }
        None => (yaml.len(), format!("aliases:{newline}  {entry}{newline}")),
        Some(node) => insertion(yaml, node, old, &entry, newline)?,
    };
    let at = range.start + offset;
    Some(TextEdit { span: Span::new(at, at), text })
}

/// The document with the edit of [`alias_edit`].
pub fn add_alias(document: &str, old: &str, new: &str) -> String {
    match alias_edit(document, old, new) {
        Some(edit) => insert(document, edit.span.start, &edit.text),
        None => document.to_owned(),
    }
}

/// Where in the YAML an entry goes, and how it is written there.
fn insertion(yaml: &str, aliases: &Node, old: &str, entry: &str, newline: &str) -> Option<(usize, String)> {
    match &aliases.kind {
        Kind::Map(entries) if entries.iter().any(|entry| entry.key == old) => None,
        Kind::Map(entries) => Some(match entries.last() {
            _ if yaml[aliases.span.start..].starts_with('{') => {
                let separator = if entries.is_empty() { "" } else { ", " };
                (aliases.span.start + 1, format!("{entry}{separator}"))
            }
            Some(last) => below(yaml, last, entry, newline),
            None => return None,
        }),
        // Nothing behind the colon stands at the colon.
        Kind::Null if yaml[aliases.span.start..].starts_with(':') => {
            Some((aliases.span.start + 1, format!(" {{{entry}}}")))
        }
        _ => None,
    }
}

/// On a line of its own below the last entry, indented as that is.
fn below(yaml: &str, last: &Entry, entry: &str, newline: &str) -> (usize, String) {
    let line_start = yaml[..last.key_span.start].rfind('\n').map_or(0, |at| at + 1);
    let indent = &yaml[line_start..last.key_span.start];
    let end = last.span().end;
    let line_end = yaml[end..].find('\n').map_or(yaml.len(), |at| end + at + 1);
    (line_end, format!("{indent}{entry}{newline}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dialect, Options, SourceFile, Sources, parse_with};

    #[test]
    fn an_alias_is_added_in_every_form_of_front_matter() {
        let cases = [
            ("---\nname: x\n---\n", "---\nname: x\naliases:\n  a.b: c\n---\n"),
            ("---\r\nname: x\r\n---\r\n", "---\r\nname: x\r\naliases:\r\n  a.b: c\r\n---\r\n"),
            (
                "---\naliases:\n   x: c # y\nname: z\n---\n",
                "---\naliases:\n   x: c # y\n   a.b: c\nname: z\n---\n",
            ),
            ("---\naliases: {x: c}\n---\n", "---\naliases: {a.b: c, x: c}\n---\n"),
            ("---\naliases: {}\n---\n", "---\naliases: {a.b: c}\n---\n"),
            ("---\naliases:\nname: z\n---\n", "---\naliases: {a.b: c}\nname: z\n---\n"),
            ("---\n{name: x}\n---\n", "---\n{aliases: {a.b: c}, name: x}\n---\n"),
        ];
        for (before, after) in cases {
            let edited = add_alias(before, "a.b", "c");
            assert_eq!(edited, after);
            assert_eq!(add_alias(&edited, "a.b", "d"), after, "an alias that is there stays");
            let sources = Sources { document: SourceFile::new("SPEC.md", edited), ..Sources::default() };
            let options = Options { dialect: Some(Dialect::Native), ..Options::default() };
            let aliases = parse_with(&sources, &options).0.front_matter.aliases;
            assert_eq!(aliases.get("a.b").map(String::as_str), Some("c"), "{before}");
        }
    }

    #[test]
    fn a_document_that_cannot_have_it_stays() {
        for document in ["# A\n", "---\nname: [\n---\n", "---\naliases: x\n---\n", "---\nname: x\n"] {
            assert_eq!(add_alias(document, "a", "b"), document);
        }
    }
}
