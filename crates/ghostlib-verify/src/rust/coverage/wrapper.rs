//! What stands between cargo and the compiler, and puts counters in.

use crate::VerifyError;
use crate::rust::build::{Places, Subject};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

const WRAPPER: &str = include_str!("../templates/rustc-wrapper.sh");

/// Whether a driver counts what runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::rust) enum Counters {
    None,
    InTheLibrary {
        /// The program that stands between cargo and the compiler.
        wrapper: PathBuf,
    },
}

impl Counters {
    /// Writes the wrapper into a folder, in which no build may write.
    pub(super) fn in_the_library(folder: &Path) -> Result<Self, VerifyError> {
        let wrapper = folder.join("rustc-wrapper.sh");
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&wrapper, WRAPPER))
            .and_then(|()| fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)))
            .map_err(VerifyError::at(&wrapper))?;
        Ok(Self::InTheLibrary { wrapper })
    }

    /// Variables of the build, and all that it may read besides the library.
    pub(in crate::rust) fn asked_by(
        &self,
        subject: &Subject<'_>,
    ) -> (Vec<(&'static str, String)>, Vec<PathBuf>) {
        let mut read = subject.read.to_vec();
        let Self::InTheLibrary { wrapper } = self else { return (vec![], read) };
        read.push(wrapper.clone());
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let variables = vec![
            ("RUSTC_WRAPPER", text(wrapper)),
            ("GHOSTLIB_LIBRARY", text(subject.dir)),
            ("GHOSTLIB_DRIVER", text(&Places::of(subject).source)),
        ];
        (variables, read)
    }
}
