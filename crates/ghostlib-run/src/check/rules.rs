//! What a check can find beside what reading and linting say.

use ghostlib_model::{CheckLevel, Severity};
use ghostlib_spec::Code;

/// A kind of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its code.
    pub id: &'static str,
    /// How bad it is.
    pub level: CheckLevel,
    /// What it means, in one sentence.
    pub summary: &'static str,
    /// Whether it is about a spec's text, and has a page among the lints.
    pub is_lint: bool,
}

const fn of(id: &'static str, level: CheckLevel, summary: &'static str) -> Rule {
    Rule { id, level, summary, is_lint: false }
}

impl Rule {
    /// The rules of a check alone, in the order of its steps.
    pub const OWN: [Self; 16] = [
        of("spec-unreadable", CheckLevel::Error, "A file that is to be a spec cannot be read."),
        of(
            "reference-unusable",
            CheckLevel::Error,
            "The pinned reference does not exist, does not build, or has no public API.",
        ),
        of(
            "reference-api-drift",
            CheckLevel::Error,
            "The spec declares an item that the reference does not have, or has otherwise.",
        ),
        of(
            "reference-api-undeclared",
            CheckLevel::Note,
            "The reference has public items that the spec does not declare.",
        ),
        of("vector-untrue", CheckLevel::Error, "The reference does not give what a vector expects."),
        of("vector-unasked", CheckLevel::Warning, "The reference cannot be asked a vector."),
        of(
            "lock-stale",
            CheckLevel::Warning,
            "The spec has changed since what the lockfile says was measured.",
        ),
        of("lock-unreadable", CheckLevel::Error, "A lockfile cannot be read, or is in a newer format."),
        of("lock-unmatched", CheckLevel::Note, "A lockfile is about a spec that was not found."),
        of("vendored-unreadable", CheckLevel::Error, "A vendored crate cannot be read."),
        of(
            "vendored-code-edited",
            CheckLevel::Error,
            "Vendored code is not as it was written, and nobody has accepted the edit.",
        ),
        of(
            "vendored-spec-edited",
            CheckLevel::Error,
            "The spec beside vendored code is not the one that the code was written from.",
        ),
        of(
            "vendored-patch-edited",
            CheckLevel::Error,
            "The record of accepted edits is not the one that the lockfile names.",
        ),
        of(
            "vendored-original-lost",
            CheckLevel::Error,
            "The vendored code as it was written cannot be had any more.",
        ),
        of(
            "vendored-sandbox-weaker",
            CheckLevel::Warning,
            "The sandbox enforces less than the one in which a vendored crate was proved.",
        ),
        of("baseline-unused", CheckLevel::Note, "An entry of the baseline accepts nothing that is there."),
    ];

    /// All rules: a check's own, and the codes of reading and linting.
    pub fn all() -> impl Iterator<Item = Self> {
        let of_code = |code: &Code| Self {
            id: code.as_str(),
            level: match code.severity() {
                Severity::Error => CheckLevel::Error,
                Severity::Warning => CheckLevel::Warning,
                Severity::Info => CheckLevel::Note,
            },
            summary: code.summary(),
            is_lint: true,
        };
        Self::OWN.into_iter().chain(Code::ALL.iter().map(of_code))
    }
}

/// The rule of that code.
pub fn rule(id: &str) -> Option<Rule> {
    Rule::all().find(|rule| rule.id == id)
}
