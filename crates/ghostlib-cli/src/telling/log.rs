//! The log of a run: what `tracing` tells, as JSON Lines in the run's folder, up to a size.

use super::redacted;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// From this size on a log is put aside and a new one begun. Of those that were put aside, one is kept.
const MAX_BYTES: u64 = 8 << 20;
/// What is told before it is known which run it belongs to is kept up to here.
const MAX_WAITING: usize = 64 << 10;

static LOG: Mutex<Log> = Mutex::new(Log::Waiting(Vec::new()));

/// Where lines go.
enum Log {
    /// There is no run yet.
    Waiting(Vec<u8>),
    /// The folder of the run is there.
    Open(Open),
}

struct Open {
    path: PathBuf,
    file: File,
    n_bytes: u64,
}

/// From now on lines go to the log of a run, with those that were told before it began. A log that cannot be written does
/// not stop a run.
pub(crate) fn log_into(path: &Path) {
    let mut log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
    let Ok(mut open) = Open::at(path) else { return };
    if let Log::Waiting(lines) = &*log {
        let _as_far_as_it_goes = open.write(lines);
    }
    *log = Log::Open(open);
}

/// From now on lines belong to no run.
pub(crate) fn no_log() {
    *LOG.lock().unwrap_or_else(PoisonError::into_inner) = Log::Waiting(Vec::new());
}

/// Writes lines to the log, wherever it is.
pub(super) struct RunLog;

impl Write for RunLog {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = redacted(&String::from_utf8_lossy(line));
        match &mut *LOG.lock().unwrap_or_else(PoisonError::into_inner) {
            Log::Waiting(lines) if lines.len() + text.len() > MAX_WAITING => {}
            Log::Waiting(lines) => lines.extend_from_slice(text.as_bytes()),
            Log::Open(open) => open.write(text.as_bytes())?,
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Open {
    fn at(path: &Path) -> io::Result<Self> {
        let file = File::options().append(true).create(true).open(path)?;
        Ok(Self { path: path.into(), n_bytes: file.metadata()?.len(), file })
    }

    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        if self.n_bytes > 0 && self.n_bytes + lines.len() as u64 > MAX_BYTES {
            fs::rename(&self.path, self.path.with_extension("old.jsonl"))?;
            *self = Self::at(&self.path)?;
        }
        self.file.write_all(lines)?;
        self.n_bytes += lines.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_is_full_is_put_aside_and_only_one_of_these_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.jsonl");
        let mut open = Open::at(&path).unwrap();
        let line = "x".repeat(999_999);
        for n in 0..24 {
            open.write(format!("{line}{n}\n").as_bytes()).unwrap();
        }
        let sizes: Vec<u64> = ["log.jsonl", "log.old.jsonl"]
            .map(|name| fs::metadata(dir.path().join(name)).unwrap().len())
            .to_vec();
        assert!(sizes.iter().all(|size| (1..=MAX_BYTES).contains(size)), "{sizes:?}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
        assert!(fs::read_to_string(&path).unwrap().ends_with("23\n"));
    }
}
