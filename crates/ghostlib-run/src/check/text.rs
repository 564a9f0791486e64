//! Where findings are in the files of a spec.

use super::{SpecUnderCheck, join};
use ghostlib_model::{CheckFinding, CheckLevel, CheckPlace, Diagnostic, Place, RequirementId, Severity};
use std::borrow::Cow;

/// More of the text at a place does not tell a finding from others any better.
const MAX_CHARS: usize = 200;

pub(super) fn of_diagnostic(spec: &SpecUnderCheck, diagnostic: &Diagnostic) -> CheckFinding {
    let level = match diagnostic.severity {
        Severity::Error => CheckLevel::Error,
        Severity::Warning => CheckLevel::Warning,
        Severity::Info => CheckLevel::Note,
    };
    let covered = covered(spec, &diagnostic.place);
    let text = if covered.is_empty() { diagnostic.message.clone() } else { covered };
    let mut finding = CheckFinding::new(&diagnostic.code, level, text, &diagnostic.message);
    finding.help.clone_from(&diagnostic.help);
    finding.place = Some(place(spec, &diagnostic.place));
    finding.requirement = requirement_at(spec, &diagnostic.place);
    finding
}

/// A place of the spec, in the repository.
pub(super) fn place(spec: &SpecUnderCheck, place: &Place) -> CheckPlace {
    CheckPlace::of(place, join(spec.folder(), &place.file), &text_of(spec, &place.file))
}

/// Where the front matter names the reference, or the first line.
pub(super) fn reference_place(spec: &SpecUnderCheck) -> CheckPlace {
    let text = text_of(spec, &spec.loaded.sources.document.path);
    let line = text.lines().position(|line| line.starts_with("reference:"));
    let number = line.and_then(|line| u32::try_from(line + 1).ok()).unwrap_or(1);
    let mut place = CheckPlace::start_of(&spec.document);
    (place.line, place.end_line) = (number, number);
    place
}

fn text_of<'a>(spec: &'a SpecUnderCheck, path: &str) -> Cow<'a, str> {
    let sources = &spec.loaded.sources;
    let file = sources.files().chain(&sources.companions).find(|file| file.path == path);
    file.map_or(Cow::Borrowed(""), |file| String::from_utf8_lossy(&file.bytes))
}

/// The text at a place, its white space made one.
fn covered(spec: &SpecUnderCheck, place: &Place) -> String {
    let text = text_of(spec, &place.file);
    let covered = text.get(place.span.start..place.span.end).unwrap_or_default();
    let words: Vec<&str> = covered.split_whitespace().collect();
    words.join(" ").chars().take(MAX_CHARS).collect()
}

fn requirement_at(spec: &SpecUnderCheck, place: &Place) -> Option<RequirementId> {
    let is_there = |other: &Place| {
        other.file == place.file && other.line <= place.line && place.end_line <= other.end_line
    };
    let found = spec.loaded.spec.requirements.iter().find(|requirement| is_there(&requirement.place));
    found.map(|requirement| requirement.id.clone())
}
