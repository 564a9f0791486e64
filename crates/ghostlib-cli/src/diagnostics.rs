//! Diagnostics of a spec, drawn with their source line.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use ghostlib_model::{Diagnostic, Severity};
use ghostlib_run::LoadedSpec;

/// A diagnostic with the lines that it is about and what to do.
pub(crate) fn draw(loaded: &LoadedSpec, diagnostic: &Diagnostic) -> String {
    let sources = &loaded.sources;
    let file = std::iter::once(&sources.document)
        .chain(&sources.vector_files)
        .find(|file| file.path == diagnostic.place.file);
    let Some(file) = file else { return one_line(diagnostic) };
    let text = String::from_utf8_lossy(&file.bytes);
    let span = diagnostic.place.span;
    let end = span.end.min(text.len());
    let start = span.start.min(end);
    if !text.is_char_boundary(start) || !text.is_char_boundary(end) {
        return one_line(diagnostic);
    }
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let snippet = Snippet::source(&*text)
        .path(&diagnostic.place.file)
        .annotation(AnnotationKind::Primary.span(start..end));
    let mut group = level.primary_title(&diagnostic.message).id(&diagnostic.code).element(snippet);
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help));
    }
    Renderer::styled().render(&[group])
}

/// A diagnostic on one line, for where its source is not at hand.
pub(crate) fn one_line(diagnostic: &Diagnostic) -> String {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    let help = diagnostic.help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
    format!("{}: {severity}[{}]: {}{help}", diagnostic.place, diagnostic.code, diagnostic.message)
}
