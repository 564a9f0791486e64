//! The confined starter: restricts itself, starts the command as its child, and tells how that ended.

use super::identity::{become_user, is_assigned};
use super::landlock::SystemRules;
use super::reachable::make_reachable;
use super::wire::{Confinement, Report, Request, Streams, receive_request, send_listener, send_report};
use super::{landlock, network, rlimits, seccomp, std_command};
use crate::{Network, ProcessEnd};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{DumpableBehavior, Pid, PidfdFlags, getuid, pidfd_open, set_dumpable_behavior, setsid};
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, clear_ambient_capability_set,
    remove_capability_from_bounding_set, set_capabilities, set_no_new_privs,
};
use std::io;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::thread;

/// Where the starter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Surroundings {
    /// In a view of the file system that has nothing but what the policy names.
    Bubblewrap,
    /// Where whoever started ghostlib is.
    Host,
}

pub(super) fn main(socket: &UnixStream, surroundings: Surroundings) -> ExitCode {
    let report = run(socket, surroundings).map_or_else(|report| report, Report::Ended);
    send_report(socket, &report);
    ExitCode::SUCCESS
}

fn run(socket: &UnixStream, surroundings: Surroundings) -> Result<ProcessEnd, Report> {
    // What depends on no policy is done while nobody waits for it yet.
    let rules = match surroundings {
        Surroundings::Bubblewrap => None,
        Surroundings::Host => Some(landlock::system_rules()),
    };
    drop_bounding_set().map_err(|error| Report::setup("dropping rights", error))?;
    let (request, streams) =
        receive_request(socket).map_err(|error| Report::setup("receiving the policy", error))?;
    prepare_network(socket, &request).map_err(|error| Report::setup("listening for the broker", error))?;
    restrict(&request, rules)?;
    let mut child = start(&request, streams).map_err(|error| Report::NotStarted {
        program: request.command.program.clone(),
        reason: error.to_string(),
    })?;
    match first(&child, socket) {
        Ok(First::Command) => {
            child.wait().map(process_end).map_err(|error| Report::setup("waiting for the command", error))
        }
        Ok(First::Supervisor) => {
            end_all(&request);
            Ok(ProcessEnd::Signalled(libc::SIGKILL))
        }
        Err(error) => Err(Report::setup("following the command", error)),
    }
}

/// Who was gone first.
enum First {
    Command,
    Supervisor,
}

fn first(child: &Child, socket: &UnixStream) -> io::Result<First> {
    let command = pidfd_open(Pid::from_child(child), PidfdFlags::empty())?;
    let mut fds = [PollFd::new(&command, PollFlags::IN), PollFd::new(socket, PollFlags::IN)];
    while let Err(error) = poll(&mut fds, None) {
        if error != Errno::INTR {
            return Err(error.into());
        }
    }
    Ok(if fds[0].revents().is_empty() { First::Supervisor } else { First::Command })
}

/// Kills everything in the sandbox, which nobody else does once the supervisor is dead: all that this process
/// may send a signal to. Where that could be more than the sandbox, nothing is done.
fn end_all(request: &Request) {
    let is_alone = match request.confinement {
        Confinement::Bubblewrap { .. } => true,
        Confinement::Landlock { abi, .. } => is_assigned(getuid().as_raw()) || landlock::scopes_signals(abi),
    };
    if is_alone {
        let _nothing_left = nix::sys::signal::kill(nix::unistd::Pid::from_raw(-1), nix::sys::signal::SIGKILL);
    }
}

/// Makes the listener for the broker, and leaves the rest to the supervisor.
fn prepare_network(socket: &UnixStream, request: &Request) -> io::Result<()> {
    match request.policy.network {
        Network::None => Ok(()),
        Network::Broker { port, .. } => send_listener(socket, &network::listen(&request.confinement, port)?),
    }
}

fn restrict(request: &Request, rules: Option<Result<SystemRules, String>>) -> Result<(), Report> {
    setsid().map_err(|error| Report::setup("leaving the session", error))?;
    rlimits::apply(&request.policy.limits)
        .map_err(|error| Report::setup("setting resource limits", error))?;
    if let Some(rules) = rules {
        let named = request.policy.read.iter().chain(&request.policy.write);
        request
            .uid
            .map_or(Ok(()), |uid| make_reachable(named, uid))
            .map_err(|error| Report::setup("opening the way to the policy's paths", error))?;
        rules
            .and_then(|rules| landlock::apply(rules, &request.policy))
            .map_err(|error| Report::setup("applying Landlock", error))?;
    }
    drop_rights(request).map_err(|error| Report::setup("dropping rights", error))?;
    seccomp::apply(&request.policy.network, &request.confinement)
        .map_err(|error| Report::setup("applying the system call filter", error))
}

/// Becomes the user that it is to be, can gain nothing by what it executes, and cannot be looked into by the
/// command.
fn drop_rights(request: &Request) -> io::Result<()> {
    if let Some(uid) = request.uid {
        become_user(uid)?;
        rlimits::apply_to_user(&request.policy.limits)?;
    }
    drop_capabilities()?;
    set_no_new_privs(true)?;
    // Not before the user changes, which sets it anew.
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}

fn drop_bounding_set() -> io::Result<()> {
    if capabilities(None)?.effective.contains(CapabilitySet::SETPCAP) {
        // The first number that the kernel does not know ends the list.
        let _last = (0..64)
            .map(|number| CapabilitySet::from_bits_retain(1 << number))
            .try_for_each(remove_capability_from_bounding_set);
    }
    Ok(())
}

/// Leaves a process of root with what its files' owner may do and nothing more.
fn drop_capabilities() -> io::Result<()> {
    clear_ambient_capability_set()?;
    let none = CapabilitySet::empty();
    Ok(set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })?)
}

fn start(request: &Request, [stdin, stdout, stderr]: Streams) -> io::Result<Child> {
    let mut command = std_command(&request.command);
    command
        .env_clear()
        .envs(&request.policy.env)
        .current_dir(&request.policy.dir)
        .stdin(Stdio::from(stdin))
        .stdout(Stdio::from(stdout))
        .stderr(Stdio::from(stderr));
    match request.confinement {
        Confinement::Landlock { abi, .. } if landlock::scopes_signals(abi) => spawn_scoped(command),
        _ => command.spawn(),
    }
}

/// Starts the command so that it can neither stop nor kill this process, which has to end everything should the
/// supervisor be killed. Landlock binds the thread that starts it, and that thread is gone when the command runs; in
/// bubblewrap, the kernel itself ends everything.
fn spawn_scoped(mut command: Command) -> io::Result<Child> {
    let spawn = move || landlock::scope_signals().and_then(|()| command.spawn());
    let spawned = thread::Builder::new().spawn(spawn)?.join();
    spawned.unwrap_or_else(|_| Err(io::Error::other("the thread that starts it ended early")))
}

/// How a child ended, as its status has it.
pub(super) fn process_end(status: ExitStatus) -> ProcessEnd {
    match status.signal() {
        Some(libc::SIGXCPU) => ProcessEnd::CpuLimit,
        Some(libc::SIGXFSZ) => ProcessEnd::FileLimit,
        Some(signal) => ProcessEnd::Signalled(signal),
        None => ProcessEnd::Exited(status.code().unwrap_or_default()),
    }
}
