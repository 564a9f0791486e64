//! Diagnostics of a spec, drawn with their source line.

use crate::console::visible;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use ghostlib_model::{Diagnostic, Severity, Span};
use ghostlib_spec::Sources;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The texts that diagnostics are about: those of the spec, and of what stands beside it.
pub(crate) struct Texts<'a>(BTreeMap<&'a str, Cow<'a, str>>);

impl<'a> Texts<'a> {
    pub(crate) fn of(sources: &'a Sources) -> Self {
        let files = sources.files().chain(&sources.companions);
        Self(files.map(|file| (file.path.as_str(), String::from_utf8_lossy(&file.bytes))).collect())
    }

    /// A diagnostic with the lines that it is about and what to do.
    pub(crate) fn draw(&self, diagnostic: &Diagnostic) -> String {
        let excerpt = self.0.get(&*diagnostic.place.file).and_then(|text| lines(text, diagnostic.place.span));
        let Some((lines, span)) = excerpt else { return one_line(diagnostic) };
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Info => Level::INFO,
        };
        let snippet = Snippet::source(lines)
            .path(&*diagnostic.place.file)
            .line_start(usize::try_from(diagnostic.place.line).unwrap_or(1))
            .annotation(AnnotationKind::Primary.span(span.start..span.end));
        let mut group = level.primary_title(&diagnostic.message).id(&diagnostic.code).element(snippet);
        if let Some(help) = &diagnostic.help {
            group = group.element(Level::HELP.message(help));
        }
        Renderer::styled().render(&[group])
    }
}

/// The whole lines that a span touches, and the span within them.
fn lines(text: &str, span: Span) -> Option<(&str, Span)> {
    let end = span.end.min(text.len());
    let start = span.start.min(end);
    let line_start = text.get(..start)?.rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = text.get(end..)?.find('\n').map_or(text.len(), |newline| end + newline);
    Some((&text[line_start..line_end], Span::new(start - line_start, end - line_start)))
}

/// A diagnostic on one line, for where its source is not at hand.
pub(crate) fn one_line(diagnostic: &Diagnostic) -> String {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    let help = diagnostic.help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
    visible(&format!("{}: {severity}[{}]: {}{help}", diagnostic.place, diagnostic.code, diagnostic.message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_shown_with_its_whole_lines() {
        let text = "one\ntwo three\nfour\n";
        assert_eq!(lines(text, Span::new(8, 13)), Some(("two three", Span::new(4, 9))));
        assert_eq!(lines(text, Span::new(4, 16)), Some(("two three\nfour", Span::new(0, 12))));
        assert_eq!(lines(text, Span::new(99, 100)), Some(("", Span::new(0, 0))));
        assert_eq!(lines("é", Span::new(1, 2)), None);
    }
}
