use super::stage::Stage;
use rustix::fs::{AtFlags, Mode, OFlags, open, openat, statat};
use serde::Deserialize;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

/// What shows that an attempt got through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Evidence {
    /// The planted secret is in what it printed.
    Secret,
    /// The name of a planted file is.
    Names,
    /// It says so itself.
    Told,
    /// Something beside the workspace is not as it was.
    Changed,
    /// A server has been talked to.
    Reached,
    /// The victim's process is gone.
    Ended,
    /// A process that it started is still there.
    Survivor,
    /// A process that it started was root for the host.
    RootSleeper,
    /// A program lies in the workspace that runs as root.
    LeftSetuid,
    /// One lies at the bottom of its folders.
    LeftDeepSetuid,
    /// A device does.
    LeftDevice,
    /// What it made in its temporary folder is still there.
    LeftTemporary,
}

/// What an attempt prints that knows that it got through.
const TOLD: &str = "GOT-THROUGH";

impl Evidence {
    /// Whether it is there, after an attempt that printed `said`.
    pub(super) fn is_there(self, stage: &Stage, said: &str, secret: &str) -> bool {
        match self {
            Self::Secret => said.contains(secret),
            Self::Names => said.contains(Stage::VICTIM_FILE),
            Self::Told => said.contains(TOLD),
            Self::Changed => stage.is_changed(),
            Self::Reached => stage.is_reached(),
            Self::Ended => !stage.victim_lives(),
            Self::Survivor => !stage.survivors().is_empty(),
            Self::RootSleeper => stage.saw_root_sleeper(),
            Self::LeftSetuid => left(stage, |it| it.is_file() && it.uid() == 0 && it.mode() & 0o6000 != 0),
            Self::LeftDeepSetuid => is_setuid_at_the_bottom(&stage.work()).unwrap_or(false),
            Self::LeftTemporary => !stage.left_in_temporary_folders().is_empty(),
            Self::LeftDevice => left(stage, |it| it.file_type().is_char_device()),
        }
    }
}

/// Follows the folders called `d` down to the last one, where the program `own` is to lie.
fn is_setuid_at_the_bottom(work: &Path) -> rustix::io::Result<bool> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut here = open(work, flags, Mode::empty())?;
    while let Ok(below) = openat(&here, "d", flags, Mode::empty()) {
        here = below;
    }
    let own = statat(&here, "own", AtFlags::SYMLINK_NOFOLLOW)?;
    Ok(own.st_uid == 0 && own.st_mode & 0o6000 != 0)
}

fn left(stage: &Stage, is_it: impl Fn(&fs::Metadata) -> bool) -> bool {
    let entries = fs::read_dir(stage.work()).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).any(|metadata| is_it(&metadata))
}
