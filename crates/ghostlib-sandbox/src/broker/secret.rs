//! Keys, and where they come from.

use crate::{CommandLine, ProcessEnd, SandboxError, host};
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How long a command may take to tell a key.
const COMMAND_WALL: Duration = Duration::from_secs(60);

/// A key, or another text that must not get out. It has no `Display` and cannot be serialised, and its
/// `Debug` says nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

impl Secret {
    /// The fewest bytes: what is shorter turns up by chance, and could not be redacted.
    pub const MIN_LEN: usize = 8;
    /// The most bytes.
    pub const MAX_LEN: usize = 4096;

    /// A secret of visible ASCII characters, as headers can carry it.
    pub fn new(text: &str) -> Result<Self, SecretError> {
        if !(Self::MIN_LEN..=Self::MAX_LEN).contains(&text.len()) {
            return Err(SecretError::Length { n_bytes: text.len() });
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(SecretError::Characters);
        }
        Ok(Self(text.into()))
    }

    /// The text itself.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Where a key comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeySource {
    /// A variable of ghostlib's own environment.
    Env(String),
    /// What a trusted command writes to its standard output, but for blanks around it.
    Command(CommandLine),
}

impl KeySource {
    /// Reads the key. `variable` looks a variable up; a command runs in `dir`, outside of any sandbox, for a
    /// minute at most.
    pub async fn read(
        &self,
        variable: impl Fn(&str) -> Option<OsString>,
        dir: &Path,
    ) -> Result<Secret, SecretError> {
        match self {
            Self::Env(name) => {
                let unset = || SecretError::Unset { name: name.clone() };
                let value = variable(name).ok_or_else(unset)?;
                Secret::new(value.to_str().ok_or(SecretError::Characters)?.trim())
            }
            Self::Command(command) => {
                let told = host::run(command, dir, &[], COMMAND_WALL).await?;
                if !told.end.is_success() {
                    let program = command.program.to_string_lossy().into_owned();
                    return Err(SecretError::Command { program, end: told.end });
                }
                let told = str::from_utf8(&told.stdout).map_err(|_| SecretError::Characters)?;
                Secret::new(told.trim())
            }
        }
    }
}

/// Why there is no key. None of these repeats what was found.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The variable is not there.
    #[error("the variable `{name}`, which should hold the API key, is not set")]
    Unset {
        /// The variable.
        name: String,
    },
    /// The command failed. Its output may hold the key, and is not shown.
    #[error("`{program}`, which should tell the API key, ended with {end}")]
    Command {
        /// The program.
        program: String,
        /// How it ended.
        end: ProcessEnd,
    },
    /// The command could not be run.
    #[error(transparent)]
    Run(#[from] SandboxError),
    /// Too short or too long.
    #[error(
        "a key of {n_bytes} bytes cannot be used: it takes {} to {} bytes",
        Secret::MIN_LEN,
        Secret::MAX_LEN
    )]
    Length {
        /// How long it is.
        n_bytes: usize,
    },
    /// Other characters than a header can carry.
    #[error("the key holds characters other than visible ASCII")]
    Characters,
    /// More secrets than can be looked for at once.
    #[error("there are too many secrets to look for")]
    TooMany,
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "sk-planted-0123456789";

    #[test]
    fn a_secret_does_not_show() {
        let shown = format!("{:?}", Secret::new(KEY).unwrap());
        assert_eq!(shown, "Secret(..)");
    }

    #[test]
    fn what_cannot_be_redacted_or_sent_is_no_secret() {
        assert!(Secret::new("short").unwrap_err().to_string().contains("5 bytes"));
        for text in ["line\r\nx-injected: 1", "sk planted key", "sk-plänted-key"] {
            assert!(matches!(Secret::new(text), Err(SecretError::Characters)), "{text}");
        }
    }

    #[tokio::test]
    async fn keys_come_from_a_variable_or_a_command() {
        let variable = |name: &str| (name == "KEY").then(|| OsString::from(format!("{KEY}\n")));
        let dir = Path::new("/");
        let read = async |source: KeySource| source.read(variable, dir).await;
        let key = Secret::new(KEY).unwrap();
        assert_eq!(read(KeySource::Env("KEY".into())).await.unwrap(), key);
        let error = read(KeySource::Env("OTHER".into())).await.unwrap_err();
        assert!(error.to_string().contains("`OTHER`"), "{error}");
        let told = KeySource::Command(CommandLine::new("echo").arg(KEY));
        assert_eq!(read(told).await.unwrap(), key);
    }

    #[tokio::test]
    async fn a_command_that_fails_does_not_give_its_output_away() {
        let script = format!("echo {KEY}; echo {KEY} >&2; exit 3");
        let source = KeySource::Command(CommandLine::new("sh").args(["-c", &script]));
        let error = source.read(|_| None, Path::new("/")).await.unwrap_err();
        assert_eq!(error.to_string(), "`sh`, which should tell the API key, ended with exit code 3");
        assert!(!format!("{error:?}").contains(KEY), "{error:?}");
    }
}
