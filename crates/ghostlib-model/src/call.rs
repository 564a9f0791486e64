use crate::Value;
use serde::{Deserialize, Serialize};

/// One call of an operation, as a driver receives it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The operation.
    pub operation: String,
    /// Its input, shaped like a vector's.
    pub input: Value,
}

/// What a driver answers to one call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The operation returned this value.
    Ok(Value),
    /// The operation returned an error with this text.
    Error(String),
    /// The operation panicked with this message.
    Panic(String),
    /// The driver process died in the call: an abort, a stack overflow, a signal, a limit.
    Crash(String),
    /// No answer within the time for one call, in milliseconds.
    Hang(u64),
    /// The call could not be made, and why: the input does not fit the parameters, or the operation is not
    /// in this driver.
    NotRun(String),
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

    /// Whether the two agree in class, and in the value where both are values. The text of errors and
    /// panics is compared apart.
    pub fn agrees_with(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Ok(a), Self::Ok(b)) => a == b,
            _ => self.class() == other.class(),
        }
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ok(value) => write!(f, "{value}"),
            Self::Error(text) => write!(f, "error: {text}"),
            Self::Panic(message) => write!(f, "panic: {message}"),
            Self::Crash(reason) => write!(f, "crash: {reason}"),
            Self::Hang(millis) => write!(f, "no answer in {millis} ms"),
            Self::NotRun(reason) => write!(f, "not run: {reason}"),
        }
    }
}
