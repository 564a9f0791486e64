//! What was found before, by a hash over all that it depends on.

use crate::store::write_file;
use ghostlib_model::{CHECK_FORMAT, CheckStep, Sha256Hex};
use std::fs;
use std::path::PathBuf;

/// A folder of what checks have found. Nothing in it is needed: what is missing or unreadable is found again. It must be
/// the user's own: a repository that brought it along could say of itself what it likes.
#[derive(Clone, Debug)]
pub struct Cache {
    dir: PathBuf,
}

impl Cache {
    /// The cache in a folder, which need not be there.
    pub fn at(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// What was found, if it is known.
    pub fn get(&self, key: &Sha256Hex) -> Option<Vec<CheckStep>> {
        let text = fs::read(self.path(key)).ok()?;
        let mut steps: Vec<CheckStep> = serde_json::from_slice(&text).ok()?;
        for step in &mut steps {
            (step.cached, step.seconds) = (true, 0.0);
        }
        Some(steps)
    }

    /// Keeps what was found, unless a part of it could not be known. That it cannot be kept is no error.
    pub fn keep(&self, key: &Sha256Hex, steps: &[CheckStep]) {
        if steps.iter().all(|step| step.skipped.is_none()) {
            let text = serde_json::to_vec(steps).unwrap_or_default();
            let _only_slower_next_time = write_file(&self.path(key), &text);
        }
    }

    fn path(&self, key: &Sha256Hex) -> PathBuf {
        self.dir.join(format!("v{CHECK_FORMAT}-{key}.json"))
    }
}
