//! What a sequence does besides returning: what it prints, the variables that it sets, and the files that it leaves.

use crate::surroundings::{text_or_bytes, Variables};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

extern "C" {
    fn dup(fd: i32) -> i32;
    fn dup2(from: i32, to: i32) -> i32;
    fn fchdir(fd: i32) -> i32;
}

/// The standard streams, redirected into files of no name, and what else a sequence may change.
pub(crate) struct Effects {
    streams: [(&'static str, File); 2],
    variables: Variables,
    folder: File,
    /// When the folder was changed the last time before it was seen to be empty.
    empty_at: Option<SystemTime>,
}

/// Two changes of a folder may come to have one time, which ticks every few milliseconds.
const TICK: Duration = Duration::from_millis(100);

/// More of one effect is cut.
const MAX_BYTES: u64 = 64 << 10;

impl Effects {
    /// Redirects the standard streams. What was the standard output is for answers alone.
    pub(crate) fn redirect() -> io::Result<(Self, File)> {
        // SAFETY: both take any numbers, and the descriptor that is made belongs to nobody else.
        let answers = unsafe {
            let copy = dup(1);
            if copy < 0 {
                return Err(io::Error::last_os_error());
            }
            File::from(OwnedFd::from_raw_fd(copy))
        };
        let stream = |name: &'static str, fd: i32| -> io::Result<(&'static str, File)> {
            let path = format!(".ghostlib-{name}");
            let file = OpenOptions::new().read(true).append(true).create(true).open(&path)?;
            fs::remove_file(&path)?;
            // SAFETY: as above.
            if unsafe { dup2(file.as_raw_fd(), fd) } < 0 {
                return Err(io::Error::last_os_error());
            }
            Ok((name, file))
        };
        let streams = [stream("stdout", 1)?, stream("stderr", 2)?];
        let (variables, folder) = (Variables::now(), File::open(".")?);
        Ok((Self { streams, variables, folder, empty_at: None }, answers))
    }

    /// What has come about since it was last asked, as a JSON object; nothing if nothing has.
    pub(crate) fn take(&mut self) -> io::Result<Option<String>> {
        io::stdout().flush()?;
        // SAFETY: it takes any number.
        if unsafe { fchdir(self.folder.as_raw_fd()) } < 0 {
            return Err(io::Error::last_os_error());
        }
        let mut entries = Vec::new();
        for (name, file) in &mut self.streams {
            if file.metadata()?.len() == 0 {
                continue;
            }
            file.rewind()?;
            let mut bytes = Vec::new();
            Read::by_ref(file).take(MAX_BYTES).read_to_end(&mut bytes)?;
            file.set_len(0)?;
            entries.push(format!("\"{name}\":{}", text_or_bytes(&bytes)));
        }
        let variables = self.variables.restore();
        if !variables.is_empty() {
            entries.push(format!("\"variables\":[{}]", variables.join(",")));
        }
        let mut files = Vec::new();
        if self.may_have_files()? {
            collect(Path::new("."), &mut files)?;
        }
        if !files.is_empty() {
            files.sort();
            entries.push(format!("\"files\":[{}]", files.join(",")));
        }
        Ok((!entries.is_empty()).then(|| format!("{{{}}}", entries.join(","))))
    }

    /// Whether the folder has changed since it was seen to be empty: asking for its time is cheaper than looking.
    fn may_have_files(&mut self) -> io::Result<bool> {
        let changed = self.folder.metadata()?.modified()?;
        let is_as_it_was = self.empty_at == Some(changed);
        if changed.elapsed().is_ok_and(|ago| ago > TICK) {
            self.empty_at = Some(changed);
        }
        Ok(!is_as_it_was)
    }
}

/// Tells the files of a folder, and removes them.
fn collect(folder: &Path, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let shown = text_or_bytes(path.strip_prefix(".").unwrap_or(&path).as_os_str().as_bytes());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            collect(&path, files)?;
            fs::remove_dir(&path)?;
            files.push(format!("[{shown},null]"));
            continue;
        }
        let mut content = Vec::new();
        if kind.is_file() {
            File::open(&path)?.take(MAX_BYTES).read_to_end(&mut content)?;
        }
        fs::remove_file(&path)?;
        files.push(format!("[{shown},{}]", text_or_bytes(&content)));
    }
    Ok(())
}
