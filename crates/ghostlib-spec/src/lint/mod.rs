//! What is doubtful about a spec that can be read.
//!
//! A file a family. Each lint looks at the whole spec and reports to the same `Report`; levels and allows are
//! applied there, in one place.

mod facts;
mod levels;
mod text;

pub use levels::{LintLevel, UnknownLint};

use crate::markdown::Markdown;
use crate::parse::Opening;
use crate::source::Sources;
use crate::spec::Spec;
use crate::text::Text;
use crate::{Code, Options, front_matter, markdown, parse_with};
use ghostlib_model::{Diagnostic, Span, TextEdit};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Levels that stand above those of the front matter, by code.
pub type LintLevels = BTreeMap<Code, LintLevel>;

/// All that is to be said about a spec: the diagnostics of reading it, and the lints, in the order of their
/// places. Levels of the front matter and of `levels`, and allows within the text, are applied.
pub fn lint(sources: &Sources, options: &Options, levels: &LintLevels) -> (Spec, Vec<Diagnostic>) {
    lint_with(sources, options, levels, |_| Vec::new())
}

/// As [`lint`], with what else there is to say about the spec that was read, such as how it stands to its
/// reference. Levels and allows hold for that too.
pub fn lint_with(
    sources: &Sources,
    options: &Options,
    levels: &LintLevels,
    further: impl FnOnce(&Spec) -> Vec<Diagnostic>,
) -> (Spec, Vec<Diagnostic>) {
    let (spec, mut diagnostics) = parse_with(sources, options);
    diagnostics.extend(further(&spec));
    let files: Vec<(&str, Cow<str>)> =
        sources.documents().map(|file| (file.path.as_str(), file.decode().0)).collect();
    let companions: Vec<(&str, Cow<str>)> =
        sources.companions.iter().map(|file| (file.path.as_str(), file.decode().0)).collect();
    let is_newer = diagnostics.iter().any(|diagnostic| diagnostic.code == Code::FormatNewer.as_str());
    if !is_newer {
        let input = Input {
            sources,
            spec: &spec,
            documents: documents(&files, options),
            companions: documents(&companions, options),
        };
        let mut report = Report::default();
        for check in CHECKS {
            check(&input, &mut report);
        }
        diagnostics.append(&mut report.diagnostics);
    }
    levels::apply(sources, &spec, levels, &mut diagnostics);
    crate::parse::sort(&mut diagnostics, &sources.document.path, &spec.front_matter);
    (spec, diagnostics)
}

/// The families of lints.
const CHECKS: [fn(&Input, &mut Report); 2] = [facts::check, text::check];

/// What lints look at.
pub(crate) struct Input<'a> {
    pub(crate) sources: &'a Sources,
    pub(crate) spec: &'a Spec,
    /// The spec's Markdown files, the document first.
    pub(crate) documents: Vec<Document<'a>>,
    /// Markdown files beside it.
    pub(crate) companions: Vec<Document<'a>>,
}

/// A Markdown file, read.
pub(crate) struct Document<'a> {
    pub(crate) text: Text<'a>,
    pub(crate) markdown: Markdown,
}

fn documents<'a>(files: &'a [(&'a str, Cow<'a, str>)], options: &Options) -> Vec<Document<'a>> {
    let read = |(i, (path, content)): (usize, &'a (&'a str, Cow<'a, str>))| {
        let text = Text::new(path, content);
        let markdown = if i == 0 {
            Opening::read(&text, options, &mut Vec::new()).markdown
        } else {
            markdown::read(&text, front_matter::divide(content).body)
        };
        Document { text, markdown }
    };
    files.iter().enumerate().map(read).collect()
}

/// Where lints report to.
#[derive(Default)]
pub(crate) struct Report {
    diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// Reports a complaint about a part of a document, and what to do about it.
    pub(crate) fn at(&mut self, document: &Document, code: Code, span: Span, message: String, help: &str) {
        self.add(code.at(document.text.place(span), message).help(help).into());
    }

    /// Reports a complaint that can be mended by replacing parts of the file that it is about.
    pub(crate) fn fixable(
        &mut self,
        document: &Document,
        code: Code,
        span: Span,
        message: String,
        help: &str,
        fix: Vec<TextEdit>,
    ) {
        let mut diagnostic: Diagnostic = code.at(document.text.place(span), message).help(help).into();
        diagnostic.fix = fix;
        self.add(diagnostic);
    }

    /// Reports a complaint at a place that is already known, such as a vector's.
    pub(crate) fn add(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::SourceFile;

    /// A native document with further front matter.
    pub(crate) fn native(front_matter: &str, body: &str) -> String {
        format!("---\nghostlib: 1\nname: x\nversion: 1.0.0\n{front_matter}---\n\n{body}")
    }

    /// The codes of all lints of a document.
    pub(crate) fn codes_of(document: &str) -> Vec<String> {
        codes(&Sources { document: SourceFile::new("SPEC.md", document), ..Sources::default() })
    }

    /// The same, beside files of these names.
    pub(crate) fn codes_with_listing(document: &str, listing: &[&str]) -> Vec<String> {
        let listing = Some(listing.iter().map(|&name| name.to_owned()).collect());
        codes(&Sources { document: SourceFile::new("SPEC.md", document), listing, ..Sources::default() })
    }

    pub(crate) fn codes(sources: &Sources) -> Vec<String> {
        let (_, diagnostics) = lint(sources, &Options::default(), &LintLevels::new());
        diagnostics.into_iter().map(|diagnostic| diagnostic.code).collect()
    }

    #[test]
    fn levels_and_allows_change_what_is_shown() {
        let todo = "It MUST hold. TODO.\n";
        assert!(
            codes_of(&native("lints: {requirement-id-missing: allow}\n", todo)).contains(&"todo".to_owned())
        );
        let levels = "lints: {requirement-id-missing: allow, todo: allow}\n";
        assert_eq!(codes_of(&native(levels, todo)), [""; 0]);
        assert_eq!(codes_of(&native("lints: {tood: allow}\n", "x\n")), ["front-matter-value"]);
        let allowed = format!("<!-- ghostlib-allow todo: it is known -->\n{todo}\nTODO\n");
        assert_eq!(codes_of(&native("lints: {requirement-id-missing: allow}\n", &allowed)), ["todo"]);
        assert_eq!(codes_of(&native("", "<!-- ghostlib-allow todo -->\n")), ["allow-invalid"]);
        assert_eq!(codes_of(&native("", "<!-- ghostlib-allow nothing: x -->\n")), ["allow-invalid"]);
    }
}
