use crate::Sha256Hex;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Where a reference comes from, pinned: `crate:NAME@VERSION`, `pypi:NAME@VERSION`, `git:URL#REV`, or a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReferenceSource {
    /// A version of a crate of the registry that cargo is set up for.
    Crate {
        /// The crate's name.
        name: String,
        /// The exact version.
        version: String,
    },
    /// A version of a project of the package index that pip is set up for.
    #[serde(rename = "pypi")]
    PyPi {
        /// The project's name.
        name: String,
        /// The exact version.
        version: String,
    },
    /// A revision of a git repository.
    Git {
        /// Anything that `git clone` takes.
        url: String,
        /// A commit, tag or branch.
        rev: String,
    },
    /// A folder with a Cargo package or a Python project.
    Path(String),
    /// One of those with some of its rules changed. No text names it, only the front matter of a spec.
    Perturbed(Box<Perturbation>),
}

/// A library with some of its rules changed, so that nobody knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Perturbation {
    /// The library as it is.
    pub of: ReferenceSource,
    /// The seed by which the changes were chosen.
    pub seed: u64,
    /// The changes, in the library without its comments, documentation and tests.
    pub changes: Vec<RuleChange>,
    /// Over the files of the changed library.
    pub hash: Sha256Hex,
}

/// One rule of a library, and what it becomes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RuleChange {
    /// Where it is: `src/date.rs:23:31`, with line and column from 1.
    pub at: String,
    /// What stands there.
    pub from: String,
    /// What comes to stand there.
    pub to: String,
}

impl ReferenceSource {
    /// The library as it is, if this is one with changes.
    pub fn origin(&self) -> &Self {
        match self {
            Self::Perturbed(perturbation) => perturbation.of.origin(),
            other => other,
        }
    }
}

/// Why a text names no reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseReferenceError {
    /// `crate:` without a name or a version.
    #[error("`{0}` does not name a crate and its version; write `crate:NAME@VERSION`")]
    Crate(String),
    /// `pypi:` without a name or a version.
    #[error("`{0}` does not name a Python project and its version; write `pypi:NAME@VERSION`")]
    PyPi(String),
    /// `git:` without a URL or a revision.
    #[error("`{0}` does not name a repository and its revision; write `git:URL#REV`")]
    Git(String),
    /// Nothing at all.
    #[error(
        "a reference is missing; write `crate:NAME@VERSION`, `pypi:NAME@VERSION`, `git:URL#REV`, or a path"
    )]
    Empty,
}

impl FromStr for ReferenceSource {
    type Err = ParseReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(rest) = text.strip_prefix("crate:") {
            let Some((name, version)) = pinned(rest) else {
                return Err(ParseReferenceError::Crate(text.into()));
            };
            return Ok(Self::Crate { name, version });
        }
        if let Some(rest) = text.strip_prefix("pypi:") {
            let Some((name, version)) = pinned(rest) else {
                return Err(ParseReferenceError::PyPi(text.into()));
            };
            return Ok(Self::PyPi { name, version });
        }
        if let Some(rest) = text.strip_prefix("git:") {
            return match rest.rsplit_once('#') {
                Some((url, rev)) if !url.is_empty() && !rev.is_empty() => {
                    Ok(Self::Git { url: url.into(), rev: rev.into() })
                }
                _ => Err(ParseReferenceError::Git(text.into())),
            };
        }
        if text.is_empty() { Err(ParseReferenceError::Empty) } else { Ok(Self::Path(text.into())) }
    }
}

/// `NAME@VERSION`
fn pinned(text: &str) -> Option<(String, String)> {
    let (name, version) = text.split_once('@')?;
    (!name.is_empty() && !version.is_empty()).then(|| (name.into(), version.into()))
}

impl fmt::Display for ReferenceSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crate { name, version } => write!(f, "crate:{name}@{version}"),
            Self::PyPi { name, version } => write!(f, "pypi:{name}@{version}"),
            Self::Git { url, rev } => write!(f, "git:{url}#{rev}"),
            Self::Path(path) => f.write_str(path),
            Self::Perturbed(perturbation) => {
                write!(f, "{} perturbed into {}", perturbation.of, perturbation.hash.short())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_reads_back_as_it_is_written() {
        for text in
            ["crate:shell-words@1.1.1", "pypi:humanize@4.9.0", "git:https://example.org/a#b.git#v1", "../lib"]
        {
            assert_eq!(text.parse::<ReferenceSource>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn half_a_reference_says_how_to_write_a_whole_one() {
        for text in ["crate:a", "crate:@1", "crate:a@", "pypi:a", "pypi:@1", "pypi:a@", "git:x", "git:#r", ""]
        {
            let error = text.parse::<ReferenceSource>().unwrap_err();
            assert!(error.to_string().contains("write `"), "{error}");
        }
    }
}
