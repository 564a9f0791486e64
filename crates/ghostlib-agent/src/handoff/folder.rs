//! A folder in which somebody else may change anything at any time: files in it are reached step by step from an open
//! descriptor, so that no link leads out, also not one that is planted between a check and its use.

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags};
use rustix::fs::{fstat, mkdirat, openat, renameat, statat, unlinkat};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;

/// An open folder.
#[derive(Debug)]
pub(super) struct Folder(OwnedFd);

/// What stands under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// A plain file of so many bytes.
    File(u64),
    Folder,
    /// A link, a device and the like.
    Special,
}

const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
/// Opening a pipe must not wait for its other end.
const FILE: OFlags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

impl Folder {
    /// Opens a folder by a path that is trusted but for its last part, which must be no link.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(openat(CWD, path, FOLDER, Mode::empty())?))
    }

    /// A folder in this one.
    pub(super) fn folder(&self, name: &str) -> io::Result<Self> {
        match openat(&self.0, name, FOLDER, Mode::empty()) {
            Ok(opened) => Ok(Self(opened)),
            Err(Errno::LOOP | Errno::NOTDIR) => Err(invalid("it is no folder, or a link to one")),
            Err(error) => Err(error.into()),
        }
    }

    /// A folder in this one, made if it is missing.
    pub(super) fn made(&self, name: &str) -> io::Result<Self> {
        match mkdirat(&self.0, name, Mode::from_raw_mode(0o755)) {
            Ok(()) | Err(Errno::EXIST) => self.folder(name),
            Err(error) => Err(error.into()),
        }
    }

    /// What stands under a name; nothing, if it is free.
    pub(super) fn entry(&self, name: &str) -> io::Result<Option<Entry>> {
        let stat = match statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => stat,
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        Ok(Some(match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Entry::File(u64::try_from(stat.st_size).unwrap_or(0)),
            FileType::Directory => Entry::Folder,
            _ => Entry::Special,
        }))
    }

    /// The names in the folder, sorted. One that is no UTF-8 is an error.
    pub(super) fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.0)? {
            let entry = entry?;
            let name =
                entry.file_name().to_str().map_err(|_| invalid("it holds a name that is not UTF-8"))?;
            if name != "." && name != ".." {
                names.push(name.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    /// What a plain file of at most so many bytes holds.
    pub(super) fn read(&self, name: &str, max_bytes: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let n_bytes = self.plain(name, OFlags::RDONLY)?.take(max_bytes + 1).read_to_end(&mut bytes)?;
        if n_bytes as u64 > max_bytes { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
    }

    /// Puts a file in the place of a plain one, or where there is none. Others see the old content or the new.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        if !matches!(self.entry(name)?, None | Some(Entry::File(_))) {
            return Err(invalid(NOT_PLAIN));
        }
        let partial = format!(".{name}.partial");
        let flags = FILE | OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
        let create = || openat(&self.0, &*partial, flags, Mode::from_raw_mode(0o644));
        let created = match create() {
            // One that was left by a process that was ended.
            Err(Errno::EXIST) => {
                unlinkat(&self.0, &*partial, AtFlags::empty())?;
                create()?
            }
            created => created?,
        };
        File::from(created).write_all(bytes)?;
        Ok(renameat(&self.0, &*partial, &self.0, name)?)
    }

    /// Adds a line to a plain file, which is made if it is missing.
    pub(super) fn append_line(&self, name: &str, line: &str) -> io::Result<()> {
        let mut file = self.plain(name, OFlags::RDWR | OFlags::CREATE | OFlags::APPEND)?;
        let mut text = Vec::new();
        Read::by_ref(&mut file).take(MAX_TEXT + 1).read_to_end(&mut text)?;
        if text.len() as u64 > MAX_TEXT {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let before = if text.is_empty() || text.ends_with(b"\n") { "" } else { "\n" };
        // One write: two lines that are added at once do not mix.
        file.write_all(format!("{before}{line}\n").as_bytes())
    }

    /// Removes a file or a link, not what it leads to.
    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        Ok(unlinkat(&self.0, name, AtFlags::empty())?)
    }

    fn plain(&self, name: &str, flags: OFlags) -> io::Result<File> {
        let opened = openat(&self.0, name, FILE | flags, Mode::from_raw_mode(0o644))
            .map_err(|error| if error == Errno::LOOP { invalid(NOT_PLAIN) } else { error.into() })?;
        let stat = fstat(&opened)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(invalid(NOT_PLAIN));
        }
        if stat.st_nlink > 1 {
            return Err(invalid("the file has another name elsewhere"));
        }
        Ok(File::from(opened))
    }
}

const MAX_TEXT: u64 = 1 << 20;
/// What is said of links, devices and the like.
pub(super) const NOT_PLAIN: &str = "it is a link or a special file, not a plain one";

pub(super) fn invalid(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}
