//! Where the program begins when it was executed again to start something.

use super::confine::Surroundings;
use super::{confine, supervise};
use rustix::stdio::stdin;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;

/// The stage that watches over the tree of processes.
pub(super) const SUPERVISE: &str = "supervise";
/// The stage that restricts itself and starts the command, where bubblewrap is around it.
pub(super) const CONFINE: &str = "confine";
/// The same where nothing is.
pub(super) const CONFINE_ITSELF: &str = "confine-itself";

/// Runs one stage of the launcher: `args` is what follows the [`Launcher`](crate::Launcher)'s own arguments.
/// Its standard input must be the socket to whoever started it. To be called before anything else, above all
/// before any thread is started: both stages change the whole process. Exit code 2 says that it was not
/// called as the launcher.
pub fn main(mut args: impl Iterator<Item = OsString>) -> ExitCode {
    let Ok(socket) = stdin().try_clone_to_owned().map(UnixStream::from) else {
        return ExitCode::from(2);
    };
    if let Err(error) = close_inherited_files(&socket) {
        return failed(&error);
    }
    match args.next() {
        Some(stage) if stage == SUPERVISE => supervise::main(&socket, args.next().as_deref()),
        Some(stage) if stage == CONFINE => confine::main(&socket, Surroundings::Bubblewrap),
        Some(stage) if stage == CONFINE_ITSELF => confine::main(&socket, Surroundings::Host),
        _ => ExitCode::from(2),
    }
}

/// Closes whatever this process was given besides the standard streams. Ghostlib's own files are closed on
/// execution, but those that it was started with may not be.
fn close_inherited_files(socket: &UnixStream) -> io::Result<()> {
    let entries = fs::read_dir("/proc/self/fd")?;
    let open: Vec<i32> =
        entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    for fd in open.into_iter().filter(|fd| *fd > 2 && *fd != socket.as_raw_fd()) {
        // The folder's own descriptor is among them, and gone by now.
        let _closed_already = nix::unistd::close(fd);
    }
    Ok(())
}

/// Standard error goes to whoever waits for this process.
fn failed(error: &io::Error) -> ExitCode {
    let _nobody_reads = writeln!(io::stderr(), "/proc/self/fd: {error}");
    ExitCode::from(2)
}
