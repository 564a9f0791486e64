//! The supervisor: starts the confined starter, waits for whichever end comes first, and then ends every
//! process that came of it.

use super::cgroup::{Controller, Groups};
use super::identity::{Identity, assigned};
use super::launcher::CONFINE;
use super::ownership::Lent;
use super::registry::{Claim, Registry};
use super::traces::Traces;
use super::watch::Watch;
use super::wire::{
    Confinement, Report, Request, Streams, Word, receive_request, receive_word, send_report, send_request,
};
use super::{bridge, bubblewrap, std_command, tree};
use crate::{CommandLine, Limits, Network, ProcessEnd};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{getpid, set_child_subreaper};
use std::fs::DirBuilder;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitCode, Stdio};
use std::time::Instant;

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
    /// A limit is reached that the supervisor keeps.
    Limit(ProcessEnd),
    /// Ghostlib wants no more of it, or is gone itself.
    Abandoned,
}

fn run(ghostlib: &UnixStream) -> Result<Report, Report> {
    let (mut request, streams) =
        receive_request(ghostlib).map_err(|error| Report::setup("receiving the policy", error))?;
    let deadline = Instant::now().checked_add(request.policy.limits.wall);
    set_child_subreaper(Some(getpid())).map_err(|error| Report::setup("becoming a subreaper", error))?;
    let mut claim = Registry::of_user()
        .and_then(|registry| registry.claim())
        .map_err(|error| Report::setup("registering the sandbox", error))?;
    let name = format!("ghostlib-{}-{:016x}", claim.number, RandomState::new().build_hasher().finish());
    let limits = request.policy.limits.clone();
    let groups = Groups::planned(&limits, &name);
    if groups.bind(Controller::Pids) {
        // The starter's rlimit would be reached first, and tells nobody.
        request.policy.limits.processes = None;
    }
    let traces = plan(&mut request, &claim, &name, &groups)
        .and_then(|traces| claim.record(&traces).map(|()| traces))
        .map_err(|error| Report::setup("recording what will be made", error))?;
    let report = run_registered(ghostlib, &request, &limits, streams, &traces, &groups, deadline);
    tree::end_descendants();
    // What cannot be removed stays on record, and the next sandbox tries again.
    let _on_record = traces.remove().and_then(|()| claim.forget());
    report
}

/// Names everything that will be made, and gives the temporary folder to the command.
fn plan(request: &mut Request, claim: &Claim, name: &str, groups: &Groups) -> io::Result<Traces> {
    request.uid = match request.identity {
        Identity::Assigned => Some(assigned(claim.number)?),
        Identity::Callers => None,
    };
    let lent = match request.uid {
        Some(_) => request.policy.write.iter().map(|path| Lent::of(path)).collect::<io::Result<_>>()?,
        None => Vec::new(),
    };
    let temporary = std::env::temp_dir().join(name);
    give_temporary_folder(request, &temporary);
    Ok(Traces { temporary, cgroups: groups.dirs(), uid: request.uid, lent })
}

fn run_registered(
    ghostlib: &UnixStream,
    request: &Request,
    limits: &Limits,
    streams: Streams,
    traces: &Traces,
    groups: &Groups,
    deadline: Option<Instant>,
) -> Result<Report, Report> {
    make(traces).map_err(|error| Report::setup("making a temporary folder", error))?;
    groups.make(limits).map_err(|error| Report::setup("making control groups", error))?;
    let begun = groups.join().and_then(|()| start(request, &traces.temporary, &streams));
    // Also when nothing was started: what is in the groups is killed in the end.
    let left = groups.leave();
    let (starter, mut child) = begun
        .and_then(|begun| left.map(|()| begun))
        .map_err(|error| Report::setup("starting the confined process", error))?;
    // The ends of a pipe that are kept here would keep it open for ghostlib.
    drop(streams);
    let written = request.policy.write.iter();
    // By their own names: links are not followed where things are counted.
    let mut places: Vec<PathBuf> =
        written.map(|path| path.canonicalize().unwrap_or_else(|_| path.clone())).collect();
    if !places.contains(&traces.temporary) {
        places.push(traces.temporary.clone());
    }
    let mut watch = Watch::new(limits, groups, places);
    let outcome = follow(ghostlib, &starter, &request.policy.network, deadline, &mut watch);
    match outcome {
        Ok(Outcome::Reported(_)) => tree::end_descendants_of_starter(),
        _ => tree::end_descendants(),
    }
    Ok(match outcome.map_err(|error| Report::setup("watching the process", error))? {
        Outcome::Reported(Report::Ended(end)) => Report::Ended(watch.last_look().unwrap_or(end)),
        Outcome::Reported(report) => report,
        Outcome::StarterGone => watch.last_look().map_or_else(|| last_words(&mut child), Report::Ended),
        Outcome::Limit(end) => Report::Ended(end),
        Outcome::Abandoned => Report::Ended(ProcessEnd::Signalled(libc::SIGKILL)),
    })
}

/// Makes the temporary folder, and lends what is to be written.
fn make(traces: &Traces) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(&traces.temporary)?;
    let Some(uid) = traces.uid else { return Ok(()) };
    Lent::of(&traces.temporary)?.give(uid)?;
    traces.lent.iter().try_for_each(|lent| lent.give(uid))
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

fn follow(
    ghostlib: &UnixStream,
    starter: &UnixStream,
    network: &Network,
    deadline: Option<Instant>,
    watch: &mut Watch<'_>,
) -> io::Result<Outcome> {
    let is_over = |time: Option<Instant>| time.is_some_and(|time| time <= Instant::now());
    loop {
        if is_over(deadline) {
            return Ok(Outcome::Limit(ProcessEnd::TimedOut));
        }
        if is_over(watch.next())
            && let Some(end) = watch.look()
        {
            return Ok(Outcome::Limit(end));
        }
        let next = deadline.into_iter().chain(watch.next()).min();
        let left = next.map(|next| next.saturating_duration_since(Instant::now()));
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
