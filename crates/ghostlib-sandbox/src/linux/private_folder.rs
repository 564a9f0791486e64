use super::registry::{Claim, Registry};
use super::traces::Traces;
use std::env;
use std::fs::{self, DirBuilder};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// A temporary folder that only this user can enter. It goes away when this is dropped, or, where ghostlib is
/// killed, when the next sandbox starts.
#[derive(Debug)]
pub(crate) struct PrivateFolder {
    path: PathBuf,
    claim: Claim,
}

impl PrivateFolder {
    pub(crate) fn make() -> io::Result<Self> {
        let mut claim = Registry::of_user()?.claim()?;
        let name = format!("ghostlib-{}-{:016x}", claim.number, RandomState::new().build_hasher().finish());
        let path = env::temp_dir().join(name);
        claim.record(&Traces { temporary: path.clone(), ..Traces::default() })?;
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self { path, claim })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        // What cannot be removed stays on record.
        let _on_record = fs::remove_dir_all(&self.path).and_then(|()| self.claim.forget());
    }
}
