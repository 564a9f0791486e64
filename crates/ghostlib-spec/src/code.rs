use ghostlib_model::{Diagnostic, Place, Severity};
use std::fmt;

macro_rules! codes {
    ($($variant:ident = $text:literal, $severity:ident, $summary:literal;)*) => {
        /// The kinds of diagnostics that reading a spec gives.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $summary] $variant,)*
        }

        impl Code {
            /// All codes, in the order of the format's description.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The code as [`Diagnostic::code`] has it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            /// How bad it always is.
            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$variant => Severity::$severity,)*
                }
            }

            /// The code of that name.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.as_str() == name)
            }

            /// What it means, in one sentence.
            pub fn summary(self) -> &'static str {
                match self {
                    $(Self::$variant => $summary,)*
                }
            }
        }
    };
}

codes! {
    NotUtf8 = "not-utf8", Error,
        "A file holds bytes that are not UTF-8.";
    YamlInvalid = "yaml-invalid", Error,
        "The front matter, a vector file or a fenced block is not valid YAML, or exceeds its limits.";
    FrontMatterMissing = "front-matter-missing", Error,
        "The document does not start with front matter.";
    FrontMatterUnclosed = "front-matter-unclosed", Error,
        "The front matter has no closing `---` line.";
    FrontMatterUnknownKey = "front-matter-unknown-key", Error,
        "The front matter has a key that the format does not know.";
    FrontMatterMissingKey = "front-matter-missing-key", Error,
        "The front matter lacks a key that it must have.";
    FrontMatterValue = "front-matter-value", Error,
        "A key of the front matter has a value of the wrong kind.";
    FormatMissing = "format-missing", Warning,
        "The front matter does not say which format the spec has.";
    FormatNewer = "format-newer", Error,
        "The spec or a vector file is in a newer format than this version reads.";
    ReferenceInvalid = "reference-invalid", Error,
        "The reference does not name exactly one pinned source.";
    VectorFileOutside = "vector-file-outside", Error,
        "The front matter names a vector file outside of the document's folder.";
    VectorFileRepeated = "vector-file-repeated", Error,
        "The front matter names a vector file twice.";
    VectorFileMissing = "vector-file-missing", Error,
        "The front matter names a vector file that is not there.";
    RequirementIdMalformed = "requirement-id-malformed", Error,
        "A written requirement id has characters that an id cannot have.";
    RequirementIdDuplicate = "requirement-id-duplicate", Error,
        "Two requirements have the same written id.";
    RequirementIdDangling = "requirement-id-dangling", Warning,
        "A written requirement id stands before no paragraph and no list.";
    RequirementIdInline = "requirement-id-inline", Warning,
        "A requirement id stands on a line with other text, where it names nothing.";
    AliasTaken = "alias-taken", Error,
        "An alias is the id that a requirement has now.";
    AliasDangling = "alias-dangling", Error,
        "An alias leads to a requirement that the spec does not have.";
    FileOutside = "file-outside", Error,
        "The front matter names a file outside of the document's folder.";
    FileMissing = "file-missing", Error,
        "The front matter names a file that is not there.";
    FenceUnknown = "fence-unknown", Warning,
        "The words behind a fence are nearly those of a block that the format knows.";
    VectorValue = "vector-value", Error,
        "A part of a vector has a value of the wrong kind.";
    VectorNotJson = "vector-not-json", Error,
        "A vector holds a value that JSON cannot carry.";
    VectorUnknownKey = "vector-unknown-key", Error,
        "A vector has a key that the format does not know.";
    VectorMissingKey = "vector-missing-key", Error,
        "A vector lacks its name or its input.";
    VectorExpectation = "vector-expectation", Error,
        "A vector does not have exactly one of `output` and `error`.";
    VectorComparison = "vector-comparison", Error,
        "A vector has a `tolerance` without a number or is `unordered` without a list.";
    VectorIdDuplicate = "vector-id-duplicate", Error,
        "Two vectors have the same id.";
    VectorHiddenInDocument = "vector-hidden-in-document", Error,
        "A vector of the document itself, which implementers see, is marked as hidden.";
    UnknownRequirement = "unknown-requirement", Error,
        "A vector names a requirement that the spec does not have.";
    BindingValue = "binding-value", Error,
        "A part of a bindings block has a value of the wrong kind.";
    BindingDuplicate = "binding-duplicate", Error,
        "An operation has two bindings for one language.";
    BindingUnbalanced = "binding-unbalanced", Error,
        "A binding opens a `{{` that it does not close.";
    BindingUnknownOperation = "binding-unknown-operation", Error,
        "A binding is for an operation that no vector calls and no API block declares.";
    // Lints from here on; each has a page in docs/src/lints.
    AllowInvalid = "allow-invalid", Warning,
        "An allow names no lint, or gives no reason.";
    VectorDuplicate = "vector-duplicate", Warning,
        "Two vectors of an operation have the same input and expect the same.";
    VectorContradiction = "vector-contradiction", Warning,
        "Two vectors of an operation have the same input and expect different things.";
    VectorContradictsTable = "vector-contradicts-table", Warning,
        "A vector expects another output than a table of thresholds gives for its input.";
    VectorContradictsErrors = "vector-contradicts-errors", Warning,
        "A vector expects a value where the spec states an error, or an error that no stated condition covers.";
    BoundaryGap = "boundary-gap", Warning,
        "No row of a table of thresholds claims a value between two of its rows.";
    BoundaryOverlap = "boundary-overlap", Warning,
        "Two rows of a table of thresholds claim the same value.";
    ExampleContradictsVector = "example-contradicts-vector", Warning,
        "An example gives another result than a vector or another example with the same input.";
    ExampleContradictsTable = "example-contradicts-table", Warning,
        "A sentence about one value says otherwise than the row of a table that claims the value.";
    ExampleContradictsSignature = "example-contradicts-signature", Warning,
        "A call has other arguments than its operation takes, or takes a result that can fail for a bare value.";
    ExampleUnchecked = "example-unchecked", Info,
        "An example states the result of a call that no vector has.";
    CountContradiction = "count-contradiction", Warning,
        "Prose claims another number of vectors or operations than the files hold.";
    OptionalContradiction = "optional-contradiction", Warning,
        "A parameter that a heading marks as optional is called required, or the reverse.";
    RequirementIdMissing = "requirement-id-missing", Info,
        "A MUST has no written id, so that its id changes with its text.";
    RequirementIdVanished = "requirement-id-vanished", Warning,
        "Something names an id that no requirement has, or that is retired.";
    LinkDangling = "link-dangling", Warning,
        "A link or a reference leads to a section that is not there.";
    FileDangling = "file-dangling", Warning,
        "A link or a list of files names a file that is not there.";
    MustUnchecked = "must-unchecked", Info,
        "A MUST that a test could check has no vector.";
    WeakWording = "weak-wording", Info,
        "A requirement binds by a word in lower case, beside others that have keywords.";
    VagueWording = "vague-wording", Warning,
        "A MUST or SHOULD has a word that everybody measures differently.";
    Compound = "compound", Info,
        "One sentence, or one id, states several requirements.";
    Todo = "todo", Warning,
        "Something is still to be written or decided.";
    TermUndefined = "term-undefined", Info,
        "An output has a placeholder that no text explains.";
    UnitUndefined = "unit-undefined", Warning,
        "A unit without a fixed length is used where nothing says how long it is.";
    CarryUndefined = "carry-undefined", Info,
        "A quantity in several units is rounded, and nothing says what is carried from one to the next.";
    HiddenText = "hidden-text", Warning,
        "There is text that readers of the rendered document do not see.";
    AgentInstruction = "agent-instruction", Warning,
        "Text tells an agent to fetch, to run, to reveal, or to set its rules aside.";
    PseudocodeDiscloses = "pseudocode-discloses", Info,
        "A block gives an implementation away rather than behaviour.";
    ReferenceCode = "reference-code", Warning,
        "A code block holds code of the reference.";
    SpecOversized = "spec-oversized", Warning,
        "The spec is longer than the code of its reference.";
    WaiverUnmatched = "waiver-unmatched", Warning,
        "A waiver is about nothing that the reference has.";
}

impl Code {
    /// Whether it is a lint: about a spec that can be read. Its level can be changed, and it can be allowed.
    pub fn is_lint(self) -> bool {
        self >= Self::AllowInvalid
    }

    /// A diagnostic of this code.
    pub(crate) fn at(self, place: Place, message: impl Into<String>) -> Draft {
        Draft(Diagnostic {
            code: self.as_str().to_owned(),
            severity: self.severity(),
            message: message.into(),
            help: None,
            place,
            fix: Vec::new(),
        })
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A diagnostic that may still get its help.
pub(crate) struct Draft(Diagnostic);

impl Draft {
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }
}

impl From<Draft> for Diagnostic {
    fn from(draft: Draft) -> Self {
        draft.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_is_its_own_and_says_what_it_means() {
        let texts: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(texts.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(code.summary().ends_with('.'), "{code}");
            assert!(code.as_str().chars().all(|c| c.is_ascii_lowercase() || c == '-' || c == '8'), "{code}");
        }
    }
}
