//! What every running sandbox has made on the machine, so that the next one can clear away after one whose
//! supervisor was killed.
//!
//! A folder has numbered files. A supervisor owns a number for as long as it holds the lock on its file, and
//! writes its [`Traces`] there before it makes anything. Locks go away with their owner, however that ends:
//! an unlocked file with something in it tells of a dead one. Files are emptied, never removed, so that no two
//! processes can hold locks on different files of one name.

use super::traces::Traces;
use rustix::fs::{Mode, OFlags, open};
use rustix::process::geteuid;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// The most sandboxes at a time.
pub(super) const NUMBERS: u32 = 4096;

/// The folder with the files.
pub(super) struct Registry(PathBuf);

/// A number that is this process's own until it ends.
#[derive(Debug)]
pub(super) struct Claim {
    pub(super) number: u32,
    file: File,
}

impl Registry {
    /// The one that all ghostlibs of this user share, wherever their temporary folders are.
    pub(super) fn of_user() -> io::Result<Self> {
        let uid = geteuid();
        // Two registries would give one user to two sandboxes, so root has one place and no other.
        if uid.is_root() {
            return Self::at(Path::new("/run/ghostlib"));
        }
        let [place, other] = [format!("/run/user/{uid}/ghostlib"), format!("/tmp/ghostlib-{uid}")];
        Self::at(Path::new(&place)).or_else(|_| Self::at(Path::new(&other)))
    }

    /// Makes the folder if need be. Somebody else's is refused: they could have us remove what they name.
    fn at(folder: &Path) -> io::Result<Self> {
        match DirBuilder::new().mode(0o700).create(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let metadata = fs::symlink_metadata(folder)?;
        let is_ours =
            metadata.is_dir() && metadata.uid() == geteuid().as_raw() && metadata.mode() & 0o022 == 0;
        if is_ours {
            Ok(Self(folder.into()))
        } else {
            Err(io::Error::other(format!("{} is not a folder of this user alone", folder.display())))
        }
    }

    /// The first number that nobody has. What its last owner left behind is gone by then.
    pub(super) fn claim(&self) -> io::Result<Claim> {
        for number in 0..NUMBERS {
            // A number that cannot be had is somebody else's, or was spoilt by one.
            if let Ok(Some(mut claim)) = self.lock(number)
                && claim.clear_away().is_ok()
            {
                return Ok(claim);
            }
        }
        let reason = format!("none of the {NUMBERS} numbers in {} is free", self.0.display());
        Err(io::Error::other(reason))
    }

    /// Clears away after every dead owner, and tells after how many. What cannot be cleared away now stays
    /// on record for the next time.
    pub(super) fn sweep(&self) -> usize {
        let names = fs::read_dir(&self.0).into_iter().flatten().flatten();
        let numbers = names.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        numbers
            .filter(|number| {
                let claim = self.lock(*number).ok().flatten();
                claim.is_some_and(|mut claim| matches!(claim.clear_away(), Ok(Cleared::Traces)))
            })
            .count()
    }

    fn lock(&self, number: u32) -> io::Result<Option<Claim>> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let path = self.0.join(number.to_string());
        let file = File::from(open(&path, flags, Mode::RUSR | Mode::WUSR)?);
        let metadata = file.metadata()?;
        let is_ours = metadata.is_file()
            && metadata.uid() == geteuid().as_raw()
            && (metadata.nlink(), metadata.mode() & 0o077) == (1, 0);
        if !is_ours {
            return Err(io::Error::other(format!("{} is not of this user alone", path.display())));
        }
        match file.try_lock() {
            Ok(()) => Ok(Some(Claim { number, file })),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }
}

/// What there was to clear away.
enum Cleared {
    Nothing,
    Traces,
}

impl Claim {
    /// To be called before anything is made.
    pub(super) fn record(&mut self, traces: &Traces) -> io::Result<()> {
        let text = serde_json::to_vec(traces)?;
        self.file.rewind()?;
        self.file.write_all(&text)
    }

    /// To be called when nothing of it is left.
    pub(super) fn forget(&mut self) -> io::Result<()> {
        self.file.set_len(0)
    }

    fn clear_away(&mut self) -> io::Result<Cleared> {
        let mut text = Vec::new();
        self.file.read_to_end(&mut text)?;
        let mut cleared = Cleared::Nothing;
        // Whoever was killed while it wrote had not made anything yet.
        if let Ok(traces) = serde_json::from_slice::<Traces>(&text) {
            traces.end_processes();
            traces.remove()?;
            cleared = Cleared::Traces;
        }
        self.forget()?;
        Ok(cleared)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn registry() -> (tempfile::TempDir, Registry) {
        let folder = tempfile::tempdir().unwrap();
        let registry = Registry::at(&folder.path().join("registry")).unwrap();
        (folder, registry)
    }

    /// Traces of a temporary folder with a file in it.
    fn traces(folder: &Path) -> Traces {
        let temporary = folder.join("temporary");
        fs::create_dir(&temporary).unwrap();
        fs::write(temporary.join("file"), "x").unwrap();
        Traces { temporary, ..Traces::default() }
    }

    #[test]
    fn the_living_are_left_alone_and_the_dead_cleared_away() {
        let (folder, registry) = registry();
        let traces = traces(folder.path());
        let mut living = registry.claim().unwrap();
        living.record(&traces).unwrap();
        assert_eq!((registry.sweep(), traces.temporary.exists()), (0, true));
        assert_eq!(registry.claim().unwrap().number, 1);
        drop(living);
        assert_eq!((registry.sweep(), traces.temporary.exists()), (1, false));
        assert_eq!(registry.sweep(), 0);
    }

    #[test]
    fn a_number_is_clean_when_it_is_claimed_again() {
        let (folder, registry) = registry();
        let traces = traces(folder.path());
        registry.claim().unwrap().record(&traces).unwrap();
        assert_eq!(registry.claim().unwrap().number, 0);
        assert!(!traces.temporary.exists());
    }

    #[test]
    fn a_torn_record_is_that_of_somebody_who_had_made_nothing() {
        let (folder, registry) = registry();
        drop(registry.claim().unwrap());
        fs::write(folder.path().join("registry/0"), "{\"temporary\":\"/ho").unwrap();
        assert_eq!((registry.sweep(), registry.claim().unwrap().number), (0, 0));
    }

    #[test]
    fn a_record_that_somebody_else_may_have_written_is_passed_over() {
        let (folder, registry) = registry();
        let traces = traces(folder.path());
        registry.claim().unwrap().record(&traces).unwrap();
        let record = folder.path().join("registry/0");
        fs::set_permissions(&record, fs::Permissions::from_mode(0o666)).unwrap();
        assert_eq!((registry.claim().unwrap().number, registry.sweep()), (1, 0));
        assert!(traces.temporary.exists(), "nobody knows whether it was ours");
    }

    #[test]
    fn a_folder_that_others_can_write_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        assert!(Registry::at(folder.path()).is_err());
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/run", &link).unwrap();
        assert!(Registry::at(&link).is_err());
    }
}
