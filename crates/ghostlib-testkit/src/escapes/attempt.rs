use super::EscapesError;
use super::evidence::Evidence;
use ghostlib_sandbox::{CommandLine, Guarantee};
use serde::Deserialize;

/// Attempts of one kind.
pub(super) struct Family {
    pub(super) name: &'static str,
    file: &'static str,
    text: &'static str,
}

macro_rules! families {
    ($($name:literal),* $(,)?) => {
        /// All of them, in the order of the table.
        pub(super) const FAMILIES: &[Family] = &[$(Family {
            name: $name,
            file: concat!($name, ".toml"),
            text: include_str!(concat!("../../escapes/", $name, ".toml")),
        }),*];
    };
}

families!("files", "environment", "network", "processes", "privilege", "resources", "workspace", "broker");

/// What every attempt in Python can use.
const PRELUDE: &str = include_str!("../../escapes/prelude.py");

/// What an attempt prints first, so that one that never began cannot pass for one that was held.
pub(super) const BEGUN: &str = "ATTEMPT-BEGUN";

/// One way to get out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Attempt {
    pub(super) id: String,
    pub(super) title: String,
    /// What it attacks.
    pub(super) guarantee: Guarantee,
    sh: Option<String>,
    python: Option<String>,
    /// What shows that it got through.
    pub(super) evidence: Evidence,
    #[serde(default)]
    pub(super) limits: LimitKind,
    /// That of its file.
    #[serde(skip)]
    pub(super) network: NetworkKind,
}

/// What of the network the sandbox of an attempt is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum NetworkKind {
    #[default]
    None,
    Broker,
}

/// Which limits hold in the sandbox. One alone is attacked where several would end the same attempt.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum LimitKind {
    /// Those of the tree, and those that disturb none of these.
    #[default]
    Tree,
    /// Those of each process.
    Process,
    /// Those of the tree, and no limit of a file's size.
    NoFile,
    /// Those of the tree, and no limit of the disk.
    NoDisk,
}

impl Family {
    pub(super) fn attempts(&self) -> Result<Vec<Attempt>, EscapesError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            #[serde(default)]
            network: NetworkKind,
            attempt: Vec<Attempt>,
        }
        let file: File =
            toml::from_str(self.text).map_err(|source| EscapesError::Attempts { file: self.file, source })?;
        Ok(file.attempt.into_iter().map(|attempt| Attempt { network: file.network, ..attempt }).collect())
    }
}

impl Attempt {
    /// The program, by the names that Debian has for its interpreters.
    pub(super) fn command(&self) -> CommandLine {
        match (&self.sh, &self.python) {
            (Some(script), _) => CommandLine::new("/bin/sh").args(["-c", &format!("echo {BEGUN}\n{script}")]),
            (None, script) => {
                let script = script.as_deref().unwrap_or_default();
                let text = format!("{PRELUDE}\nprint({BEGUN:?}, flush=True)\n{script}");
                CommandLine::new("/usr/bin/python3").args(["-I", "-S", "-c", &text])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_attempt_has_an_id_of_its_own_and_one_program() {
        let attempts: Vec<Attempt> = FAMILIES.iter().flat_map(|it| it.attempts().unwrap()).collect();
        let ids: BTreeSet<&str> = attempts.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(ids.len(), attempts.len());
        assert!(attempts.len() >= 60, "{}", attempts.len());
        for attempt in &attempts {
            assert!(attempt.sh.is_some() != attempt.python.is_some(), "{}", attempt.id);
        }
    }
}
