//! The confined starter: restricts itself, starts the command as its child, and tells how that ended.

use super::wire::{Confinement, Report, Request, Streams, receive_request, send_listener, send_report};
use super::{landlock, network, rlimits, seccomp, std_command};
use crate::{Network, ProcessEnd};
use rustix::process::{
    DumpableBehavior, Signal, set_dumpable_behavior, set_parent_process_death_signal, setsid,
};
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, clear_ambient_capability_set,
    remove_capability_from_bounding_set, set_capabilities, set_no_new_privs,
};
use std::io;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitCode, ExitStatus, Stdio};

pub(super) fn main(socket: &UnixStream) -> ExitCode {
    let report = run(socket).map_or_else(|report| report, Report::Ended);
    send_report(socket, &report);
    ExitCode::SUCCESS
}

fn run(socket: &UnixStream) -> Result<ProcessEnd, Report> {
    let (request, streams) =
        receive_request(socket).map_err(|error| Report::setup("receiving the policy", error))?;
    prepare_network(socket, &request).map_err(|error| Report::setup("listening for the broker", error))?;
    restrict(&request)?;
    let mut child = start(&request, streams).map_err(|error| Report::NotStarted {
        program: request.command.program.clone(),
        reason: error.to_string(),
    })?;
    child.wait().map(process_end).map_err(|error| Report::setup("waiting for the command", error))
}

/// Makes the listener for the broker, and leaves the rest to the supervisor.
fn prepare_network(socket: &UnixStream, request: &Request) -> io::Result<()> {
    match request.policy.network {
        Network::None => Ok(()),
        Network::Broker { port, .. } => send_listener(socket, &network::listen(&request.confinement, port)?),
    }
}

fn restrict(request: &Request) -> Result<(), Report> {
    isolate_process().map_err(|error| Report::setup("leaving the session", error))?;
    rlimits::apply(&request.policy.limits)
        .map_err(|error| Report::setup("setting resource limits", error))?;
    if let Confinement::Landlock { .. } = request.confinement {
        landlock::apply(&request.policy).map_err(|error| Report::setup("applying Landlock", error))?;
    }
    drop_capabilities().map_err(|error| Report::setup("dropping capabilities", error))?;
    seccomp::apply(&request.policy.network)
        .map_err(|error| Report::setup("applying the system call filter", error))
}

/// Dies with the supervisor, has no terminal, and cannot be looked into by the command.
fn isolate_process() -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    setsid()?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    Ok(set_no_new_privs(true)?)
}

/// Leaves a process of root with what its files' owner may do and nothing more.
fn drop_capabilities() -> io::Result<()> {
    if capabilities(None)?.effective.contains(CapabilitySet::SETPCAP) {
        // The first number that the kernel does not know ends the list.
        let _last = (0..64)
            .map(|number| CapabilitySet::from_bits_retain(1 << number))
            .try_for_each(remove_capability_from_bounding_set);
    }
    clear_ambient_capability_set()?;
    let none = CapabilitySet::empty();
    Ok(set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })?)
}

fn start(request: &Request, [stdin, stdout, stderr]: Streams) -> io::Result<Child> {
    std_command(&request.command)
        .env_clear()
        .envs(&request.policy.env)
        .current_dir(&request.policy.dir)
        .stdin(Stdio::from(stdin))
        .stdout(Stdio::from(stdout))
        .stderr(Stdio::from(stderr))
        .spawn()
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
