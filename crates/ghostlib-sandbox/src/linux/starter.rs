//! The confined starter, as the supervisor sees it: made ahead, and then told what to start.

use super::launcher::{CONFINE, CONFINE_ITSELF};
use super::wire::{Confinement, Preparation, Report, Request, Streams, send_request};
use super::{bubblewrap, std_command};
use crate::{CommandLine, ProcessEnd};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::Pid;
use std::ffi::OsString;
use std::io::{self, PipeWriter, Read, Write, pipe};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Stdio};

/// A process that waits for what it is to start.
pub(super) struct Starter {
    child: Child,
    pub(super) socket: UnixStream,
    /// Where bubblewrap waits for its options, which depend on the policy.
    options: Option<PipeWriter>,
}

impl Starter {
    pub(super) fn prepare(preparation: &Preparation) -> io::Result<Self> {
        let launcher = &preparation.launcher;
        let Confinement::Bubblewrap { program, disable_userns } = &preparation.confinement else {
            let command = CommandLine::new(&launcher.program).args(&launcher.args).arg(CONFINE_ITSELF);
            return Self::start(&command, None);
        };
        let (theirs, options) = pipe()?;
        // For this one execution: it is closed here when bubblewrap has been started.
        fcntl_setfd(&theirs, FdFlags::empty())?;
        let command = CommandLine::new(program)
            .args(bubblewrap::fixed_options(preparation.identity, *disable_userns))
            .args(["--args", &theirs.as_raw_fd().to_string(), "--", bubblewrap::LAUNCHER])
            .args(&launcher.args)
            .arg(CONFINE);
        Self::start(&command, Some(options))
    }

    fn start(command: &CommandLine, options: Option<PipeWriter>) -> io::Result<Self> {
        let (socket, theirs) = UnixStream::pair()?;
        let child = std_command(command)
            .env_clear()
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        Ok(Self { child, socket, options })
    }

    pub(super) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Tells it what to start.
    pub(super) fn begin(&mut self, request: &Request, temporary: &Path, streams: &Streams) -> io::Result<()> {
        let told = self
            .options
            .take()
            .map_or(Ok(()), |pipe| send_options(pipe, &bubblewrap::options(request, temporary)));
        let sent = told.and_then(|()| send_request(&self.socket, &serde_json::to_vec(request)?, streams));
        match sent {
            // Whoever went away before reading has left its reason on standard error.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            sent => sent,
        }
    }

    /// What it wrote to its standard error where it ended without a report. Silence means that somebody killed it, and
    /// the command is the only one who was in a position to do that.
    pub(super) fn last_words(&mut self) -> Report {
        let mut words = Vec::new();
        if let Some(stderr) = self.child.stderr.take() {
            let _as_far_as_it_goes = stderr.take(1 << 16).read_to_end(&mut words);
        }
        match String::from_utf8_lossy(&words).trim() {
            "" => Report::Ended(ProcessEnd::Signalled(libc::SIGKILL)),
            words => Report::Setup { reason: words.into() },
        }
    }
}

/// Each ends in a zero byte. The pipe's end is that of the options.
fn send_options(mut pipe: PipeWriter, options: &[OsString]) -> io::Result<()> {
    let bytes: Vec<u8> = options.iter().flat_map(|option| [option.as_bytes(), b"\0"].concat()).collect();
    pipe.write_all(&bytes)
}
