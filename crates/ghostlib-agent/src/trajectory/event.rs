use ghostlib_model::{SessionEnd, Sha256Hex};
use serde::{Deserialize, Serialize};

/// Something that happened in a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum TrajectoryEvent {
    /// The session began, with this prompt.
    Started {
        /// The prompt's hash.
        prompt: Sha256Hex,
    },
    /// The agent, or its program, wrote this.
    Text {
        /// `stdout`, `stderr` or `message`.
        from: String,
        /// The text.
        text: String,
    },
    /// What the model thought, as far as it shows that. Reports leave it out.
    Reasoning {
        /// The thoughts.
        text: String,
    },
    /// The agent used a tool.
    ToolCall {
        /// The tool, as the agent calls it: `Bash`, `exec_command`, `write_file`.
        tool: String,
        /// What it was given: a command, or JSON.
        input: String,
        /// What came back; nothing, where the session ended before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        output: Option<String>,
        /// Whether the tool reports an error.
        #[serde(default, skip_serializing_if = "is_false")]
        failed: bool,
    },
    /// The agent says that it changed a file. What counts is what lies in the workspace.
    FileChange {
        /// The file, as the agent names it.
        path: String,
        /// What happened to it.
        change: FileChangeKind,
    },
    /// Tokens that were used since the last such event.
    Usage {
        /// Tokens that the model read, cached ones among them.
        input: u64,
        /// Those of them that came from a cache.
        cached: u64,
        /// Tokens that the model wrote.
        output: u64,
    },
    /// What the session has cost so far, as the agent says.
    Cost {
        /// US dollars.
        usd: f64,
    },
    /// The model asked to wait.
    RateLimit {
        /// For how long, where it said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seconds: Option<u64>,
    },
    /// The implementer objects to something in the spec.
    PushBack {
        /// The objections as written.
        text: String,
    },
    /// Something that whoever reads the recording should know.
    Note {
        /// The note.
        text: String,
    },
    /// The session is over.
    Ended {
        /// How.
        end: SessionEnd,
    },
}

/// What happened to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileChangeKind {
    /// It is new.
    Added,
    /// It is another one now.
    Changed,
    /// It is gone.
    Removed,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl TrajectoryEvent {
    /// A text of the agent's model.
    pub(crate) fn message(text: impl Into<String>) -> Self {
        Self::Text { from: "message".into(), text: text.into() }
    }

    /// Its texts, whichever they are.
    pub(crate) fn texts(&mut self) -> Vec<&mut String> {
        match self {
            Self::Text { text, .. }
            | Self::Reasoning { text }
            | Self::PushBack { text }
            | Self::Note { text } => vec![text],
            Self::ToolCall { tool, input, output, .. } => {
                [Some(tool), Some(input), output.as_mut()].into_iter().flatten().collect()
            }
            Self::FileChange { path, .. } => vec![path],
            Self::Started { .. }
            | Self::Usage { .. }
            | Self::Cost { .. }
            | Self::RateLimit { .. }
            | Self::Ended { .. } => Vec::new(),
        }
    }
}

/// Keeps the beginning and the end: an error is usually told last.
pub(crate) fn cut(text: &mut String, limit: usize) {
    if text.len() <= limit {
        return;
    }
    let begins = (0..=limit / 2).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let ends = (text.len() - limit / 2..text.len()).find(|at| text.is_char_boundary(*at));
    let ends = ends.unwrap_or(text.len());
    let n_left_out = ends - begins;
    *text = format!("{}\n[{n_left_out} bytes left out]\n{}", &text[..begins], &text[ends..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_keep_their_ends() {
        let (mut input, mut output) =
            ("short".to_owned(), format!("begin{}{}end", "\u{e4}".repeat(100), "x"));
        for text in [&mut input, &mut output] {
            cut(text, 21);
        }
        assert_eq!(input, "short");
        assert!(output.starts_with("begin") && output.ends_with("xend"), "{output}");
        assert!(output.contains("bytes left out]") && output.len() < 60, "{output}");
    }
}
