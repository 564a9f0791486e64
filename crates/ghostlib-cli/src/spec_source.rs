use crate::environment::current_dir;
use crate::error::CliError;
use ghostlib_run::LoadedSpec;
use ghostlib_spec::Options;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Where a state of a spec is: a path, or `REV:PATH` of a git repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SpecSource {
    /// On the disk.
    Path(PathBuf),
    /// In a revision.
    Revision {
        /// The revision.
        revision: String,
        /// The path in it.
        path: String,
    },
}

impl FromStr for SpecSource {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        // What is there is meant, also if its name has a colon.
        Ok(match text.split_once(':').filter(|_| !Path::new(text).exists()) {
            Some((revision, path)) if !revision.is_empty() => {
                Self::Revision { revision: revision.to_owned(), path: path.to_owned() }
            }
            _ => Self::Path(text.into()),
        })
    }
}

impl SpecSource {
    pub(crate) fn read(&self, options: &Options) -> Result<LoadedSpec, CliError> {
        Ok(match self {
            Self::Path(path) => LoadedSpec::read_with(path, options)?,
            Self::Revision { revision, path } => {
                LoadedSpec::read_revision(&current_dir()?, revision, path, options)?
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_has_a_colon_and_a_path_that_is_there_is_a_path() {
        let source = |text: &str| text.parse::<SpecSource>().unwrap();
        let revision = |revision: &str, path: &str| SpecSource::Revision {
            revision: revision.into(),
            path: path.into(),
        };
        assert_eq!(source("HEAD~1:specs/a"), revision("HEAD~1", "specs/a"));
        assert_eq!(source("HEAD:"), revision("HEAD", ""));
        assert_eq!(source("specs/none"), SpecSource::Path("specs/none".into()));
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a:b");
        std::fs::create_dir(&path).unwrap();
        assert_eq!(source(path.to_str().unwrap()), SpecSource::Path(path));
    }
}
