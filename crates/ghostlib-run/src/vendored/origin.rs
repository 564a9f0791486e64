//! Where specs come from that somebody else has written, and getting them from there.

use crate::slice::{slice, wanted};
use crate::spec_files::{LoadedSpec, SpecError};
use ghostlib_agent::FileTree;
use ghostlib_model::{ParseReferenceError, ReferenceSource, Sha256Hex};
use ghostlib_sandbox::{CommandLine, SandboxError, host};
use ghostlib_spec::Options;
use ghostlib_verify::ReferenceError;
use ghostlib_verify::rust::fetch;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// Where a spec comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpecOrigin {
    /// A document or its folder.
    Path(PathBuf),
    /// A repository.
    Git {
        /// Its URL.
        url: String,
        /// A branch, a tag, or a commit.
        rev: String,
        /// The path of the document or its folder from the root on; empty for the root.
        path: String,
    },
    /// A published crate that has a spec in its root.
    Crate {
        /// Its name.
        name: String,
        /// Its version.
        version: String,
    },
}

/// A spec as it is at its origin.
#[derive(Clone, Debug)]
pub struct FetchedSpec {
    /// The spec, or the slice of it that is wanted.
    pub spec: LoadedSpec,
    /// Over the files of the whole spec.
    pub whole: Sha256Hex,
    /// The folder that its relative paths start at; the temporary one of a repository holds nothing else.
    pub base: PathBuf,
    /// The commit, of one out of a repository.
    pub revision: Option<String>,
    /// Texts of licences that lie beside it.
    pub licences: FileTree,
}

/// Why a spec cannot be had from its origin.
#[derive(Debug, thiserror::Error)]
pub enum OriginError {
    /// The spec says nothing of what is wanted of it.
    #[error("the spec has no operation, function or type `{0}`")]
    NotInSpec(String),
    /// The lockfile names none.
    #[error("the source in the lockfile: {0}")]
    Source(#[from] ParseReferenceError),
    /// The spec.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// The crate.
    #[error(transparent)]
    Crate(#[from] ReferenceError),
    /// The crate has no spec.
    #[error("{0} has no SPEC.md in its root")]
    NoSpec(String),
    /// The repository has no such revision, or no spec there.
    #[error("{origin} is no spec: {source}")]
    NotThere {
        /// Where it was looked for.
        origin: String,
        /// What is wrong.
        source: SpecError,
    },
    /// The repository cannot be had.
    #[error("{origin} cannot be fetched: {said}")]
    Git {
        /// Where from.
        origin: String,
        /// What git said.
        said: String,
    },
    /// A tool cannot be run.
    #[error("`{tool}` cannot be run")]
    NoTool {
        /// Which.
        tool: &'static str,
        /// Why.
        source: SandboxError,
    },
    /// A tool said something else than was asked.
    #[error("what the newest version of {name} is cannot be told: {said}")]
    NoVersion {
        /// The crate.
        name: String,
        /// What cargo said.
        said: String,
    },
    /// A folder.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl FromStr for SpecOrigin {
    type Err = ParseReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_url = text.contains("://") || text.starts_with("git@");
        let whole = if is_url && !text.starts_with("git:") { format!("git:{text}") } else { text.to_owned() };
        Ok(match whole.parse()? {
            ReferenceSource::Git { url, rev } => {
                // No name of a revision has a colon.
                let (rev, path) = rev.split_once(':').unwrap_or((&rev, ""));
                if rev.is_empty() {
                    return Err(ParseReferenceError::Git(text.to_owned()));
                }
                Self::Git { url, rev: rev.to_owned(), path: path.trim_matches('/').to_owned() }
            }
            ReferenceSource::Crate { name, version } => Self::Crate { name, version },
            _ => Self::Path(text.into()),
        })
    }
}

impl fmt::Display for SpecOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => write!(f, "{}", path.display()),
            Self::Git { url, rev, path } if path.is_empty() => write!(f, "git:{url}#{rev}"),
            Self::Git { url, rev, path } => write!(f, "git:{url}#{rev}:{path}"),
            Self::Crate { name, version } => write!(f, "crate:{name}@{version}"),
        }
    }
}

impl FetchedSpec {
    /// The same with the slice of its spec that these operations, functions and types need; all of it, if there are none.
    ///
    /// # Errors
    /// If the spec says nothing of one of them.
    pub fn sliced(self, only: &[String]) -> Result<Self, OriginError> {
        if only.is_empty() {
            return Ok(self);
        }
        let slice = slice(&self.spec, &Options::default(), &wanted(only));
        match slice.unknown.into_iter().next() {
            Some(unknown) => Err(OriginError::NotInSpec(unknown)),
            None => Ok(Self { spec: slice.spec.without_errors()?, ..self }),
        }
    }
}

const WALL: Duration = Duration::from_secs(600);

impl SpecOrigin {
    /// The spec as it is there now. Relative paths start at `base`; crates are kept in `cache`. Nothing of what is fetched is
    /// run, and no file of a repository is checked out.
    ///
    /// # Errors
    /// If it is not to be had.
    pub async fn fetch(&self, base: &Path, cache: &Path) -> Result<FetchedSpec, OriginError> {
        match self {
            Self::Path(path) => {
                let spec = LoadedSpec::read(&base.join(path))?;
                let licences = spec.licences()?;
                Ok(FetchedSpec {
                    base: spec.dir.clone(),
                    whole: spec.stamp().hash,
                    spec,
                    revision: None,
                    licences,
                })
            }
            Self::Git { url, rev, path } => self.clone_bare(url, rev, path, cache).await,
            Self::Crate { name, version } => {
                let source = ReferenceSource::Crate { name: name.clone(), version: version.clone() };
                let fetched = fetch(&source, base, cache).await?;
                let spec = LoadedSpec::read(&fetched.dir).map_err(|error| match error {
                    SpecError::NoDocument(_) => OriginError::NoSpec(self.to_string()),
                    error => error.into(),
                })?;
                let licences = spec.licences()?;
                Ok(FetchedSpec {
                    base: spec.dir.clone(),
                    whole: spec.stamp().hash,
                    spec,
                    revision: None,
                    licences,
                })
            }
        }
    }

    async fn clone_bare(
        &self,
        url: &str,
        rev: &str,
        path: &str,
        cache: &Path,
    ) -> Result<FetchedSpec, OriginError> {
        let io = |source| OriginError::Io { path: cache.into(), source };
        fs::create_dir_all(cache).map_err(io)?;
        let held = tempfile::Builder::new().prefix("spec-").tempdir_in(cache).map_err(io)?;
        let repository = held.path().join("repository");
        let command =
            CommandLine::new("git").args(["clone", "--quiet", "--bare", "--", url]).arg(&repository);
        run("git", &command, held.path()).await?.map_err(|said| self.failed(said))?;
        let spec = LoadedSpec::read_revision(&repository, rev, path, &Options::default())
            .map_err(|source| OriginError::NotThere { origin: self.to_string(), source })?;
        Ok(FetchedSpec {
            whole: spec.stamp().hash,
            spec,
            base: held.path().to_owned(),
            revision: Some(LoadedSpec::commit_of(&repository, rev)?),
            licences: LoadedSpec::licences_in_revision(&repository, rev, path)?,
        })
    }

    fn failed(&self, said: String) -> OriginError {
        OriginError::Git { origin: self.to_string(), said }
    }

    /// The same, as it is written where its relative path starts at another folder.
    #[must_use]
    pub fn seen_from(&self, base: &Path, dir: &Path) -> Self {
        let Self::Path(path) = self else { return self.clone() };
        let [there, here] = [base.join(path), base.join(dir)].map(|path| absolute(&path));
        let n_common = there.components().zip(here.components()).take_while(|(a, b)| a == b).count();
        let up = here.components().skip(n_common).map(|_| Component::ParentDir);
        Self::Path(up.chain(there.components().skip(n_common)).collect())
    }

    /// The same at its newest: of a crate its newest version, and of a repository, where a commit is pinned, its own branch.
    ///
    /// # Errors
    /// If cargo cannot be asked.
    pub async fn newest(&self, dir: &Path) -> Result<Self, OriginError> {
        Ok(match self {
            Self::Crate { name, .. } => {
                Self::Crate { name: name.clone(), version: newest_version(name, dir).await? }
            }
            Self::Git { url, path, .. } if self.is_pinned() => {
                Self::Git { url: url.clone(), rev: "HEAD".into(), path: path.clone() }
            }
            other => other.clone(),
        })
    }

    /// The same at another revision or version; nothing, where there are none.
    pub fn at(&self, wanted: &str) -> Option<Self> {
        match self {
            Self::Path(_) => None,
            Self::Git { url, path, .. } => {
                Some(Self::Git { url: url.clone(), rev: wanted.to_owned(), path: path.clone() })
            }
            Self::Crate { name, .. } => Some(Self::Crate { name: name.clone(), version: wanted.to_owned() }),
        }
    }

    /// Whether it is one commit of a repository, which never moves.
    pub fn is_pinned(&self) -> bool {
        matches!(self, Self::Git { rev, .. } if is_commit(rev))
    }
}

fn is_commit(rev: &str) -> bool {
    rev.len() >= 7 && rev.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A path without `.` and `..`. A link in it is not followed: it is part of what the user wrote.
fn absolute(path: &Path) -> PathBuf {
    let mut whole = PathBuf::new();
    for part in std::path::absolute(path).unwrap_or_else(|_| path.into()).components() {
        match part {
            Component::ParentDir => {
                whole.pop();
            }
            Component::CurDir => {}
            part => whole.push(part),
        }
    }
    whole
}

/// The newest version of a published crate, as the user's cargo finds it. `dir` is a folder outside of any Cargo workspace.
///
/// # Errors
/// If cargo cannot be asked, or does not know.
pub async fn newest_version(name: &str, dir: &Path) -> Result<String, OriginError> {
    let command = CommandLine::new("cargo").args(["info", "--quiet", "--color", "never", "--", name]);
    let no_version = |said: String| OriginError::NoVersion { name: name.to_owned(), said };
    let told = run("cargo", &command, dir).await?.map_err(no_version)?;
    let line = told.lines().find_map(|line| line.strip_prefix("version: "));
    // `version: 1.0.1 (latest 2.0.0)` where the newest needs another compiler.
    let version = line.and_then(|line| match line.split_once("(latest ") {
        Some((_, latest)) => latest.strip_suffix(')'),
        None => line.split_whitespace().next(),
    });
    version.map(str::to_owned).ok_or_else(|| no_version("it names no version".into()))
}

/// What a tool says, or what it says when it fails.
async fn run(
    tool: &'static str,
    command: &CommandLine,
    dir: &Path,
) -> Result<Result<String, String>, OriginError> {
    let finished = host::run(command, dir, &[], WALL).await;
    let finished = finished.map_err(|source| OriginError::NoTool { tool, source })?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    Ok(if finished.end.is_success() {
        Ok(text(&finished.stdout))
    } else {
        Err(text(&finished.stderr).replace('\n', "; "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_reads_back_as_it_is_written() {
        for text in [
            "crate:shell-words@1.1.1",
            "git:https://example.org/a.git#main",
            "git:https://example.org/a.git#v1:specs/a",
            "specs/a",
        ] {
            assert_eq!(text.parse::<SpecOrigin>().unwrap().to_string(), text);
        }
        let bare = "https://example.org/a.git#v1:specs/a/".parse::<SpecOrigin>().unwrap();
        assert_eq!(bare.to_string(), "git:https://example.org/a.git#v1:specs/a");
        for text in ["https://example.org/a.git", "git:x#:specs", "crate:a"] {
            assert!(text.parse::<SpecOrigin>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_path_is_written_from_the_folder_that_it_is_seen_from() {
        let origin = |text: &str| text.parse::<SpecOrigin>().unwrap();
        let seen =
            |text: &str| origin(text).seen_from(Path::new("/work/p"), Path::new("vendor/a")).to_string();
        assert_eq!(seen("specs/a"), "../../specs/a");
        assert_eq!(seen("../other/./a"), "../../../other/a");
        assert_eq!(seen("/work/p/vendor/b"), "../b");
        assert_eq!(seen("crate:a@1"), "crate:a@1");
    }
}
