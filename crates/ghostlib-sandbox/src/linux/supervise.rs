//! The supervisor: starts the confined starter, waits for whichever end comes first, and then ends every
//! process that came of it.

use super::bridge::Bridge;
use super::cgroup::{Controller, Groups};
use super::identity::{Identity, assigned};
use super::ownership::Lent;
use super::registry::{Claim, Registry};
use super::starter::Starter;
use super::traces::Traces;
use super::watch::Watch;
use super::wire::{
    Confinement, Preparation, Report, Request, Streams, Word, decode, receive_request, receive_word,
    send_report,
};
use super::{bubblewrap, tree};
use crate::{Limits, Network, ProcessEnd};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{getpid, set_child_subreaper};
use std::ffi::OsStr;
use std::fs::DirBuilder;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

pub(super) fn main(ghostlib: &UnixStream, preparation: Option<&OsStr>) -> ExitCode {
    let preparation = preparation.and_then(|it| decode(it.as_bytes()).ok());
    let Some(preparation) = preparation else { return ExitCode::from(2) };
    let report = run(ghostlib, &preparation).unwrap_or_else(|report| report);
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

fn run(ghostlib: &UnixStream, preparation: &Preparation) -> Result<Report, Report> {
    // All this is done while nobody waits for it yet.
    let prepared = prepare(preparation);
    let received = receive_request(ghostlib);
    let (claim, starter) = prepared?;
    let report = received
        .map_err(|error| Report::setup("receiving the policy", error))
        .and_then(|(request, streams)| run_prepared(ghostlib, request, streams, claim, starter));
    tree::end_descendants();
    report
}

fn prepare(preparation: &Preparation) -> Result<(Claim, Starter), Report> {
    set_child_subreaper(Some(getpid())).map_err(|error| Report::setup("becoming a subreaper", error))?;
    let claim = Registry::of_user()
        .and_then(|registry| registry.claim())
        .map_err(|error| Report::setup("registering the sandbox", error))?;
    let starter = Starter::prepare(preparation).map_err(not_started)?;
    Ok((claim, starter))
}

fn not_started(error: io::Error) -> Report {
    Report::setup("starting the confined process", error)
}

/// What ends a tree of processes that would go on.
struct Bounds {
    limits: Limits,
    groups: Groups,
    deadline: Option<Instant>,
}

fn run_prepared(
    ghostlib: &UnixStream,
    mut request: Request,
    streams: Streams,
    mut claim: Claim,
    starter: Starter,
) -> Result<Report, Report> {
    let deadline = Instant::now().checked_add(request.policy.limits.wall);
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
    let bounds = Bounds { limits, groups, deadline };
    let report = run_registered(ghostlib, starter, &request, streams, &traces, &bounds);
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
    mut starter: Starter,
    request: &Request,
    streams: Streams,
    traces: &Traces,
    Bounds { limits, groups, deadline }: &Bounds,
) -> Result<Report, Report> {
    make(traces).map_err(|error| Report::setup("making a temporary folder", error))?;
    groups.make(limits).map_err(|error| Report::setup("making control groups", error))?;
    groups
        .take_in(starter.pid())
        .and_then(|()| starter.begin(request, &traces.temporary, &streams))
        .map_err(not_started)?;
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
    let outcome = follow(ghostlib, &starter.socket, &request.policy.network, *deadline, &mut watch);
    match outcome {
        Ok(Outcome::Reported(_)) => tree::end_descendants_of_starter(starter.pid()),
        _ => tree::end_descendants(),
    }
    Ok(match outcome.map_err(|error| Report::setup("watching the process", error))? {
        Outcome::Reported(Report::Ended(end)) => Report::Ended(watch.last_look().unwrap_or(end)),
        Outcome::Reported(report) => report,
        Outcome::StarterGone => watch.last_look().map_or_else(|| starter.last_words(), Report::Ended),
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

fn follow(
    ghostlib: &UnixStream,
    starter: &UnixStream,
    network: &Network,
    deadline: Option<Instant>,
    watch: &mut Watch<'_>,
) -> io::Result<Outcome> {
    // They are gone when this is over, which is before ghostlib hears of it.
    let mut bridges = vec![];
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
                    bridges.push(Bridge::start(listener, socket.clone())?);
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
