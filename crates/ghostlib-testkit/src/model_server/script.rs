use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// What a scripted model says, whichever client asks.
///
/// The steps are grouped into answers: one ends with a call of a tool ([`Step::Write`], [`Step::Run`], [`Step::Call`],
/// [`Step::Forever`] of one of these, or [`Step::Together`]), or with [`Step::End`]. Which answer a request gets follows from
/// the conversation that it carries, so that a request that is tried again gets the same one again.
///
/// ```toml
/// [[steps]]
/// status = { code = 429, retry_after = 1, times = 1 }
/// [[steps]]
/// write = { path = "hello.txt", content = "hello\n" }
/// [[steps]]
/// say = { text = "Done." }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// What each answer is said to have used.
    #[serde(default)]
    pub usage: Usage,
}

/// One thing that a scripted model does. `times` is for how many requests a fault is there; without it, for all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Step {
    /// Writes a file, with whatever tool the client offers for that.
    Write {
        /// The file, as the client's tool takes it.
        path: String,
        /// What it is to hold.
        content: String,
    },
    /// Runs a shell command, with whatever tool the client offers for that.
    Run {
        /// The command.
        command: String,
    },
    /// Calls a tool of this name, offered or not.
    Call {
        /// The tool.
        tool: String,
        /// Its arguments. A text is sent as it is: to a tool for plain text, or, beginning with `{`, as arguments that
        /// are no JSON.
        arguments: serde_json::Value,
    },
    /// Calls several tools in one answer.
    Together {
        /// The calls.
        steps: Vec<Step>,
    },
    /// Says something.
    Say {
        /// What.
        text: String,
    },
    /// Thinks aloud.
    Reason {
        /// What.
        text: String,
    },
    /// Declines, as models do for reasons of policy.
    Refuse {
        /// What it says to that.
        #[serde(default)]
        text: String,
    },
    /// Ends the answer here. The next one comes when the client has said something to this one.
    End {},
    /// Answers with an HTTP status.
    Status {
        /// The status, such as 429.
        code: u16,
        /// The header `Retry-After`, in seconds.
        #[serde(default)]
        retry_after: Option<u32>,
        /// For how many requests.
        #[serde(default)]
        times: Option<u32>,
        /// What the error's body says.
        #[serde(default)]
        message: Option<String>,
    },
    /// Breaks the answer off.
    Cut {
        /// After how much of it.
        after: Extent,
        /// For how many requests.
        #[serde(default)]
        times: Option<u32>,
    },
    /// Breaks the form of the answer.
    Malformed {
        /// In which way.
        kind: Malformed,
        /// For how many requests.
        #[serde(default)]
        times: Option<u32>,
    },
    /// Never answers; the connection stays open.
    Silence {
        /// For how many requests.
        #[serde(default)]
        times: Option<u32>,
    },
    /// Does this again and again.
    Forever(Box<Step>),
    /// Waits, in the middle of a streamed answer.
    Pause {
        /// Milliseconds.
        ms: u64,
    },
}

/// How much of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extent {
    /// So many bytes of its body.
    Bytes(usize),
    /// So many events of its stream. An answer in one piece is cut at once.
    Events(usize),
}

/// How the form of an answer is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Malformed {
    /// Every second event, or the one piece, ends in the middle of its JSON.
    BrokenJson,
    /// Events of types, and fields of names, that nobody knows stand between the others. The answer is whole.
    UnknownEvents,
    /// Events have their types and nothing else.
    MissingFields,
}

/// Tokens that an answer is said to have used. Always the same, so that sums can be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// All of the input.
    pub input: u64,
    /// Of these, read from a cache.
    pub cached: u64,
    /// All of the output.
    pub output: u64,
    /// Of these, reasoning.
    pub reasoning: u64,
}

impl Default for Usage {
    fn default() -> Self {
        Self { input: 100, cached: 7, output: 20, reasoning: 3 }
    }
}

/// Why a script cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no script.
    #[error("{}: {source}", path.display())]
    Toml {
        /// The file.
        path: PathBuf,
        /// Why.
        source: toml::de::Error,
    },
}

impl Script {
    /// A script of these steps.
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { steps: steps.into_iter().collect(), usage: Usage::default() }
    }

    /// Reads a script from a TOML file.
    pub fn read(path: &Path) -> Result<Self, ScriptError> {
        let text =
            fs::read_to_string(path).map_err(|source| ScriptError::Io { path: path.into(), source })?;
        toml::from_str(&text).map_err(|source| ScriptError::Toml { path: path.into(), source })
    }
}

impl Step {
    /// Writes a file.
    pub fn write(path: &str, content: &str) -> Self {
        Self::Write { path: path.into(), content: content.into() }
    }

    /// Runs a shell command.
    pub fn run(command: &str) -> Self {
        Self::Run { command: command.into() }
    }

    /// Calls a tool by its name.
    pub fn call(tool: &str, arguments: serde_json::Value) -> Self {
        Self::Call { tool: tool.into(), arguments }
    }

    /// Says something.
    pub fn say(text: &str) -> Self {
        Self::Say { text: text.into() }
    }

    /// Answers with an HTTP status, for so many requests; without a number, for all.
    pub fn status(code: u16, times: Option<u32>) -> Self {
        Self::Status { code, retry_after: None, times, message: None }
    }

    /// Whether an answer ends with it.
    pub(super) fn ends_answer(&self) -> bool {
        match self {
            Self::Forever(step) => step.ends_answer(),
            Self::Write { .. }
            | Self::Run { .. }
            | Self::Call { .. }
            | Self::Together { .. }
            | Self::End {} => true,
            _ => false,
        }
    }

    /// For how many requests it is a fault, if it is one.
    pub(super) fn fault(&self) -> Option<u32> {
        match self {
            Self::Status { times, .. }
            | Self::Cut { times, .. }
            | Self::Malformed { times, .. }
            | Self::Silence { times } => Some(times.unwrap_or(u32::MAX)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_plain_data() {
        let text = r#"
            [[steps]]
            status = { code = 429, retry_after = 1, times = 2 }
            [[steps]]
            cut = { after = { events = 2 } }
            [[steps]]
            malformed = { kind = "broken-json", times = 1 }
            [[steps]]
            silence = {}
            [[steps]]
            forever = { run = { command = "true" } }
            [[steps]]
            end = {}
        "#;
        let script: Script = toml::from_str(text).unwrap();
        let expected = [
            Step::Status { code: 429, retry_after: Some(1), times: Some(2), message: None },
            Step::Cut { after: Extent::Events(2), times: None },
            Step::Malformed { kind: Malformed::BrokenJson, times: Some(1) },
            Step::Silence { times: None },
            Step::Forever(Box::new(Step::run("true"))),
            Step::End {},
        ];
        assert_eq!(script, Script::new(expected));
        assert!(toml::from_str::<Script>("[[steps]]\nsay = { txt = '' }").is_err());
    }
}
