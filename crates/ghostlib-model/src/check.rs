//! What a check found, in a form that every format of CI can say.

use crate::{Place, RequirementId, Sha256Hex};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The number of the format in which a [`CheckReport`] is written.
pub const CHECK_FORMAT: u32 = 1;

/// What was checked, and what was found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CheckReport {
    /// The number of this format.
    pub format: u32,
    /// The command: `ghostlib check`.
    pub command: String,
    /// The version of ghostlib.
    pub version: String,
    /// The lowest level at which a finding makes the check fail.
    pub fails_from: CheckLevel,
    /// Whether a step that was skipped makes it fail too.
    pub skips_fail: bool,
    /// The rules of the findings, by id.
    pub rules: Vec<CheckRule>,
    /// What was done, in order.
    pub steps: Vec<CheckStep>,
}

/// A kind of findings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CheckRule {
    /// A stable code: `vector-untrue`.
    pub id: String,
    /// How bad it is, unless something says otherwise.
    pub level: CheckLevel,
    /// What it means, in one sentence.
    pub summary: String,
    /// The address of its documentation.
    pub page: String,
}

/// One thing that was looked at in one way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CheckStep {
    /// What was looked at: the path of a spec or of a library, from the root of the repository.
    pub subject: String,
    /// In which way: `lint`, `reference`.
    pub name: String,
    /// Why it was not done, if it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
    /// Whether what it found was known from before, and nothing of it had changed.
    pub cached: bool,
    /// How long it took.
    pub seconds: f64,
    /// What it found.
    pub findings: Vec<CheckFinding>,
}

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CheckFinding {
    /// The code of the rule.
    pub rule: String,
    /// How bad it is.
    pub level: CheckLevel,
    /// What is not as it should be.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<CheckPlace>,
    /// What it is about: an API path, the id of a vector, or the text that stands in its place. With the rule and the
    /// file it tells the finding from others, wherever its line moves to.
    pub text: String,
    /// The requirement that it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub requirement: Option<RequirementId>,
    /// Why it does not count, if it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Acceptance>,
}

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Acceptance {
    /// Why.
    pub reason: String,
    /// The last day on which that holds, as `2026-12-31`; for ever, if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// Where a finding is. All numbers count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CheckPlace {
    /// The file, from the root of the repository, with `/` between its parts.
    pub file: String,
    /// The first line.
    pub line: u32,
    /// The column of the first character.
    pub column: u32,
    /// The last line.
    pub end_line: u32,
    /// The column behind the last character, on the last line.
    pub end_column: u32,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CheckLevel {
    /// Something to know.
    Note,
    /// Something that probably was not meant.
    Warning,
    /// Something that must not stay so.
    #[default]
    Error,
}

/// How many there are of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CheckCounts {
    /// Findings that count, by level.
    pub errors: usize,
    /// The same.
    pub warnings: usize,
    /// The same.
    pub notes: usize,
    /// Findings that do not count.
    pub accepted: usize,
    /// Steps that were not done.
    pub skipped: usize,
    /// Steps of which nothing had changed.
    pub cached: usize,
}

impl CheckLevel {
    /// All levels, the worst first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Note];
}

impl fmt::Display for CheckLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

impl CheckPlace {
    /// A place of a text, in the file that has it in the repository.
    pub fn of(place: &Place, file: impl Into<String>, text: &str) -> Self {
        let covered = text.get(place.span.start..place.span.end).unwrap_or_default();
        let covered = covered.strip_suffix('\n').unwrap_or(covered);
        let width = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        let end_column = match covered.rsplit_once('\n') {
            Some((_, last)) => width(last).saturating_add(1),
            None => place.column.saturating_add(width(covered)),
        };
        let Place { line, column, end_line, .. } = *place;
        Self { file: file.into(), line, column, end_line, end_column }
    }

    /// The first character of a file.
    pub fn start_of(file: impl Into<String>) -> Self {
        Self { file: file.into(), line: 1, column: 1, end_line: 1, end_column: 1 }
    }
}

impl fmt::Display for CheckPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl CheckFinding {
    /// A finding of a rule about something; the rest is empty, and filled in by whoever knows it.
    pub fn new(rule: &str, level: CheckLevel, text: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            rule: rule.into(),
            level,
            message: message.into(),
            help: None,
            place: None,
            text: text.into(),
            requirement: None,
            accepted: None,
        }
    }

    /// The file that it is in, or nothing.
    pub fn file(&self) -> &str {
        self.place.as_ref().map_or("", |place| &place.file)
    }

    /// The same for the same finding on another line.
    pub fn fingerprint(&self) -> Sha256Hex {
        Sha256Hex::of(format!("{}\0{}\0{}", self.rule, self.file(), self.text).as_bytes())
    }
}

impl CheckStep {
    /// The worst level of what it found and nobody has accepted.
    pub fn worst(&self) -> Option<CheckLevel> {
        self.findings.iter().filter(|one| one.accepted.is_none()).map(|one| one.level).max()
    }
}

impl CheckReport {
    /// All findings, each with its step.
    pub fn findings(&self) -> impl Iterator<Item = (&CheckStep, &CheckFinding)> {
        self.steps.iter().flat_map(|step| step.findings.iter().map(move |finding| (step, finding)))
    }

    /// The findings that count, the worst first, and otherwise in their order.
    pub fn counting(&self) -> Vec<&CheckFinding> {
        let mut findings: Vec<_> = self.findings().map(|(_, one)| one).collect();
        findings.retain(|finding| finding.accepted.is_none());
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
        findings
    }

    /// How many there are of each.
    pub fn counts(&self) -> CheckCounts {
        let mut counts = CheckCounts::default();
        for (_, finding) in self.findings() {
            *match (&finding.accepted, finding.level) {
                (Some(_), _) => &mut counts.accepted,
                (None, CheckLevel::Error) => &mut counts.errors,
                (None, CheckLevel::Warning) => &mut counts.warnings,
                (None, CheckLevel::Note) => &mut counts.notes,
            } += 1;
        }
        counts.skipped = self.steps.iter().filter(|step| step.skipped.is_some()).count();
        counts.cached = self.steps.iter().filter(|step| step.cached).count();
        counts
    }

    /// Whether a step makes the check fail.
    pub fn fails_by(&self, step: &CheckStep) -> bool {
        let is_denied = step.worst().is_some_and(|level| level >= self.fails_from);
        is_denied || (self.skips_fail && step.skipped.is_some())
    }

    /// Whether nothing makes it fail.
    pub fn passes(&self) -> bool {
        !self.steps.iter().any(|step| self.fails_by(step))
    }

    /// The steps by what was looked at, in the order of the names.
    pub fn by_subject(&self) -> BTreeMap<&str, Vec<&CheckStep>> {
        let mut subjects: BTreeMap<&str, Vec<&CheckStep>> = BTreeMap::new();
        for step in &self.steps {
            subjects.entry(&step.subject).or_default().push(step);
        }
        subjects
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;

    #[test]
    fn a_place_ends_behind_its_last_character() {
        let text = "äb cd\nef\n";
        let at = |start, end| {
            let place = Place::in_text("x", text, Span::new(start, end));
            let CheckPlace { line, column, end_line, end_column, .. } = CheckPlace::of(&place, "a/x", text);
            [line, column, end_line, end_column]
        };
        assert_eq!(at(0, 3), [1, 1, 1, 3]);
        assert_eq!(at(4, 8), [1, 4, 2, 2]);
        assert_eq!(at(4, 9), [1, 4, 2, 3], "the line's end is not a column of its own");
        assert_eq!(at(10, 10), [3, 1, 3, 1]);
    }

    #[test]
    fn what_is_accepted_does_not_fail_and_a_line_is_no_part_of_what_a_finding_is() {
        let mut finding = CheckFinding::new("r", CheckLevel::Error, "t", "m");
        finding.place = Some(CheckPlace::start_of("a"));
        let mut moved = finding.clone();
        moved.place.as_mut().unwrap().line = 9;
        assert_eq!(finding.fingerprint(), moved.fingerprint());
        let mut other = finding.clone();
        other.place = Some(CheckPlace::start_of("b"));
        assert_ne!(finding.fingerprint(), other.fingerprint());

        let step = CheckStep { findings: vec![finding], ..CheckStep::default() };
        let mut report = CheckReport { steps: vec![step], ..CheckReport::default() };
        assert!(!report.passes());
        report.steps[0].findings[0].accepted = Some(Acceptance { reason: "known".into(), until: None });
        assert!(report.passes());
        assert_eq!((report.counts().errors, report.counts().accepted), (0, 1));
        report.steps[0].skipped = Some("no network".into());
        assert!(report.passes());
        report.skips_fail = true;
        assert!(!report.passes());
    }
}
