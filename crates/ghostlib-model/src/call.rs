use crate::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One call of an operation, as a driver receives it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The operation.
    pub operation: String,
    /// Its input, shaped like a vector's. `{"$": n}` in it stands for what call `n` of the sequence returned.
    pub input: Value,
}

/// Calls that are made one after the other in one process, and can use what those before them returned.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sequence {
    /// The calls, in their order.
    pub calls: Vec<Call>,
}

impl Sequence {
    /// A call, and those that are made before it.
    pub fn ending_with(before: &[Call], operation: &str, input: &Value) -> Self {
        let last = Call { operation: operation.to_owned(), input: input.clone() };
        Self { calls: before.iter().cloned().chain([last]).collect() }
    }
}

/// What a library looks for around it, which a sequence lays out by calls that every driver has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surroundings {
    /// Files below the working folder.
    pub files: bool,
    /// Variables of the environment.
    pub variables: bool,
}

impl Surroundings {
    /// The operation that writes a file: `path`, relative, and `content`.
    pub const FILE: &str = "$file";
    /// The operation that sets a variable: `name`, and `value` or nothing.
    pub const VARIABLE: &str = "$variable";

    /// Whether an operation lays something out, and is none of the library.
    pub fn is_laid_out_by(operation: &str) -> bool {
        [Self::FILE, Self::VARIABLE].contains(&operation)
    }

    /// What either looks for.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { files: self.files || other.files, variables: self.variables || other.variables }
    }
}

/// What a driver answers to a sequence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SequenceAnswer {
    /// One answer a call.
    pub answers: Vec<Answer>,
    /// What was printed and which files were left, if anything was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effects: Option<Value>,
    /// How often each place of the library ran, by the driver's own name for it; empty from a driver that does not
    /// count, or was not asked to.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ran: BTreeMap<String, u64>,
}

/// What a driver answers to one call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The operation returned this value.
    Ok(Value),
    /// The operation returned or raised an error.
    Error(Failure),
    /// The operation panicked with this message.
    Panic(String),
    /// The driver process died in the call: an abort, a stack overflow, a signal, a limit.
    Crash(String),
    /// No answer within the time for one call, in milliseconds.
    Hang(u64),
    /// The call could not be made, and why: the input does not fit the parameters, the operation is not in this
    /// driver, or a value that it needs is not there.
    NotRun(String),
}

/// An error that an operation returned or raised.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Told", into = "Told")]
pub struct Failure {
    /// Its variant or class, if the driver tells it.
    pub class: Option<String>,
    /// What it says.
    pub text: String,
}

/// An error as it is written: its text alone where no class is told.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Told {
    Text(String),
    Whole { class: String, text: String },
}

impl From<Told> for Failure {
    fn from(told: Told) -> Self {
        match told {
            Told::Text(text) => Self { class: None, text },
            Told::Whole { class, text } => Self { class: Some(class), text },
        }
    }
}

impl From<Failure> for Told {
    fn from(failure: Failure) -> Self {
        match failure.class {
            Some(class) => Self::Whole { class, text: failure.text },
            None => Self::Text(failure.text),
        }
    }
}

impl From<&str> for Failure {
    fn from(text: &str) -> Self {
        Self { class: None, text: text.to_owned() }
    }
}

impl Answer {
    /// The class by which behaviour is compared: `ok`, `error`, `panic`, `crash`, `hang` or `not-run`.
    pub fn class(&self) -> &'static str {
        match self {
            Self::Ok(_) => "ok",
            Self::Error(_) => "error",
            Self::Panic(_) => "panic",
            Self::Crash(_) => "crash",
            Self::Hang(_) => "hang",
            Self::NotRun(_) => "not-run",
        }
    }

    /// Whether the operation came back to its caller with a value or an error.
    pub fn returned(&self) -> bool {
        matches!(self, Self::Ok(_) | Self::Error(_))
    }

    /// Whether the two agree in class, in the value where both are values, and in the class of the error where both
    /// are errors and tell it. The text of errors and panics is compared apart.
    pub fn agrees_with(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Ok(a), Self::Ok(b)) => a == b,
            (Self::Error(a), Self::Error(b)) => a.class == b.class || a.class.is_none() || b.class.is_none(),
            _ => self.class() == other.class(),
        }
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ok(value) => write!(f, "{value}"),
            Self::Error(Failure { class: Some(class), text }) => write!(f, "error {class}: {text}"),
            Self::Error(Failure { class: None, text }) => write!(f, "error: {text}"),
            Self::Panic(message) => write!(f, "panic: {message}"),
            Self::Crash(reason) => write!(f, "crash: {reason}"),
            Self::Hang(millis) => write!(f, "no answer in {millis} ms"),
            Self::NotRun(reason) => write!(f, "not run: {reason}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_error_without_a_class_is_its_text() {
        for (written, class) in
            [(json!({"error": "no"}), None), (json!({"error": {"class": "No", "text": "no"}}), Some("No"))]
        {
            let answer: Answer = serde_json::from_value(written.clone()).unwrap();
            assert_eq!(answer, Answer::Error(Failure { class: class.map(str::to_owned), text: "no".into() }));
            assert_eq!(serde_json::to_value(&answer).unwrap(), written);
        }
    }

    #[test]
    fn errors_agree_by_their_class() {
        let error = |class: Option<&str>, text: &str| {
            Answer::Error(Failure { class: class.map(str::to_owned), text: text.into() })
        };
        assert!(error(Some("A"), "x").agrees_with(&error(Some("A"), "y")));
        assert!(!error(Some("A"), "x").agrees_with(&error(Some("B"), "x")));
        assert!(error(Some("A"), "x").agrees_with(&error(None, "y")));
        assert!(!error(None, "x").agrees_with(&Answer::Ok(json!(null))));
    }
}
