//! The supervisor: starts the confined starter, waits for whichever end comes first, and then ends every
//! process that came of it.

use super::launcher::CONFINE;
use super::wire::{
    Confinement, Report, Request, Streams, Word, receive_request, receive_word, send_report, send_request,
};
use super::{bridge, bubblewrap, std_command, tree};
use crate::{CommandLine, Network, ProcessEnd};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{getpid, set_child_subreaper};
use std::fs::Permissions;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, ExitCode, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub(super) fn main(ghostlib: &UnixStream) -> ExitCode {
    let report = run(ghostlib).unwrap_or_else(|report| report);
    send_report(ghostlib, &report);
    ExitCode::SUCCESS
}

/// What was first.
enum Outcome {
    /// The starter told how it went.
    Reported(Report),
    /// The starter ended without a word.
    StarterGone,
    /// The wall time is over.
    TimedOut,
    /// Ghostlib wants no more of it, or is gone itself.
    Abandoned,
}

fn run(ghostlib: &UnixStream) -> Result<Report, Report> {
    let (mut request, streams) =
        receive_request(ghostlib).map_err(|error| Report::setup("receiving the policy", error))?;
    let deadline = Instant::now().checked_add(request.policy.limits.wall);
    set_child_subreaper(Some(getpid())).map_err(|error| Report::setup("becoming a subreaper", error))?;
    let temporary = private_folder().map_err(|error| Report::setup("making a temporary folder", error))?;
    give_temporary_folder(&mut request, temporary.path());
    let (starter, mut child) = start(&request, temporary.path(), &streams)
        .map_err(|error| Report::setup("starting the confined process", error))?;
    // The ends of a pipe that are kept here would keep it open for ghostlib.
    drop(streams);
    let outcome = watch(ghostlib, &starter, &request.policy.network, deadline);
    tree::end_descendants();
    Ok(match outcome.map_err(|error| Report::setup("watching the process", error))? {
        Outcome::Reported(report) => report,
        Outcome::StarterGone => last_words(&mut child),
        Outcome::TimedOut => Report::Ended(ProcessEnd::TimedOut),
        Outcome::Abandoned => Report::Ended(ProcessEnd::Signalled(libc::SIGKILL)),
    })
}

fn private_folder() -> io::Result<TempDir> {
    tempfile::Builder::new().prefix("ghostlib-").permissions(Permissions::from_mode(0o700)).tempdir()
}

fn give_temporary_folder(request: &mut Request, folder: &Path) {
    let inside = match request.confinement {
        Confinement::Landlock { .. } => {
            request.policy.write.push(folder.into());
            folder
        }
        Confinement::Bubblewrap { .. } => Path::new(bubblewrap::TEMPORARY),
    };
    let inside = inside.to_string_lossy().into_owned();
    request.policy.env.entry("TMPDIR".into()).or_insert(inside);
}

fn start(request: &Request, temporary: &Path, streams: &Streams) -> io::Result<(UnixStream, Child)> {
    let (socket, theirs) = UnixStream::pair()?;
    let child = std_command(&starter(request, temporary))
        .env_clear()
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    match send_request(&socket, &serde_json::to_vec(request)?, streams) {
        // Whoever went away before reading has left its reason on standard error.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        sent => sent?,
    }
    Ok((socket, child))
}

fn starter(request: &Request, temporary: &Path) -> CommandLine {
    match &request.confinement {
        Confinement::Landlock { .. } => {
            CommandLine::new(&request.launcher.program).args(&request.launcher.args).arg(CONFINE)
        }
        Confinement::Bubblewrap { program, disable_userns } => {
            bubblewrap::command(program, *disable_userns, request, temporary)
        }
    }
}

fn watch(
    ghostlib: &UnixStream,
    starter: &UnixStream,
    network: &Network,
    deadline: Option<Instant>,
) -> io::Result<Outcome> {
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if left == Some(Duration::ZERO) {
            return Ok(Outcome::TimedOut);
        }
        let timeout = left.and_then(|left| Timespec::try_from(left).ok());
        let mut fds = [PollFd::new(starter, PollFlags::IN), PollFd::new(ghostlib, PollFlags::IN)];
        match poll(&mut fds, timeout.as_ref()) {
            Err(rustix::io::Errno::INTR) | Ok(0) => continue,
            polled => polled?,
        };
        if !fds[0].revents().is_empty() {
            match (receive_word(starter)?, network) {
                (Some(Word::Listener(listener)), Network::Broker { socket, .. }) => {
                    bridge::start(listener, socket.clone())?;
                    continue;
                }
                (Some(Word::Report(report)), _) => return Ok(Outcome::Reported(report)),
                _ => return Ok(Outcome::StarterGone),
            }
        }
        // Nothing but the end ever comes from there.
        return Ok(Outcome::Abandoned);
    }
}

/// What a starter that ended without a report wrote to its standard error. Silence means that somebody
/// killed it, and the command is the only one who was in a position to do that.
fn last_words(child: &mut Child) -> Report {
    let mut words = Vec::new();
    if let Some(stderr) = child.stderr.take() {
        let _as_far_as_it_goes = stderr.take(1 << 16).read_to_end(&mut words);
    }
    match String::from_utf8_lossy(&words).trim() {
        "" => Report::Ended(ProcessEnd::Signalled(libc::SIGKILL)),
        words => Report::Setup { reason: words.into() },
    }
}
