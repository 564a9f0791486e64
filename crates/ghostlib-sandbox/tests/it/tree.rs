//! Nothing outlives its sandbox.

use crate::support::{
    Workspace, assert_ok, marked, marker, n_marked, on_every_backend, payload, shell, until_marked,
};
use ghostlib_sandbox::{CommandLine, ProcessEnd, Sandbox};
use rustix::process::{Pid, Signal, kill_process};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

on_every_backend!(
    the_wall_limit_ends_every_descendant,
    what_the_command_leaves_behind_ends_with_it,
    dropping_ends_every_descendant,
    killing_ends_every_descendant,
    a_dropped_future_ends_every_descendant,
    a_killed_ghostlib_takes_all_with_it,
    a_killed_supervisor_takes_all_with_it,
    a_command_that_kills_its_starter_gains_nothing,
    a_command_that_stops_its_starter_gains_nothing,
);

/// Three sleepers: a child, one in a session of its own, and one whose parents are gone.
fn family(marker: &str) -> String {
    format!("setsid sh -c '(setsid sleep {marker} &) ; exec sleep {marker}' & sleep {marker} & ")
}

async fn the_wall_limit_ends_every_descendant(sandbox: &Sandbox) {
    let (mut workspace, marker) = (Workspace::new(), marker());
    workspace.policy.limits.wall = Duration::from_secs(2);
    let (policy, script) = (workspace.policy.clone(), shell(&(family(&marker) + "wait")));
    let run = {
        let sandbox = sandbox.clone();
        tokio::spawn(async move { sandbox.run(&policy, &script, Vec::new()).await })
    };
    until_marked(3, &marker).await;
    assert_eq!(run.await.unwrap().unwrap().end, ProcessEnd::TimedOut);
    assert_eq!(n_marked(&marker), 0);
}

async fn what_the_command_leaves_behind_ends_with_it(sandbox: &Sandbox) {
    let (workspace, marker) = (Workspace::new(), marker());
    let finished = workspace.shell(sandbox, &(family(&marker) + "sleep 0.2; exit 0")).await;
    assert_ok(&finished);
    assert_eq!(n_marked(&marker), 0);
}

async fn dropping_ends_every_descendant(sandbox: &Sandbox) {
    let (workspace, marker) = (Workspace::new(), marker());
    let running = sandbox.spawn(&workspace.policy, &shell(&(family(&marker) + "wait"))).unwrap();
    until_marked(3, &marker).await;
    drop(running);
    until_marked(0, &marker).await;
}

async fn killing_ends_every_descendant(sandbox: &Sandbox) {
    let (workspace, marker) = (Workspace::new(), marker());
    let mut running = sandbox.spawn(&workspace.policy, &shell(&(family(&marker) + "wait"))).unwrap();
    until_marked(3, &marker).await;
    running.kill().await;
    assert_eq!(n_marked(&marker), 0);
    assert_eq!(running.wait().await.unwrap().end, ProcessEnd::Signalled(9));
}

async fn a_dropped_future_ends_every_descendant(sandbox: &Sandbox) {
    let (workspace, marker) = (Workspace::new(), marker());
    let script = shell(&(family(&marker) + "wait"));
    tokio::select! {
        _ = sandbox.run(&workspace.policy, &script, Vec::new()) => panic!("it ended by itself"),
        () = until_marked(3, &marker) => {}
    }
    until_marked(0, &marker).await;
}

async fn a_killed_ghostlib_takes_all_with_it(sandbox: &Sandbox) {
    let marker = marker();
    let mut ghostlib = start(
        &payload(std::env::current_exe().unwrap(), "sleeps_in_a_sandbox"),
        &sandbox.stamp().backend,
        &marker,
    );
    until_marked(2, &marker).await;
    // That of the sandbox, and the one that is kept ready.
    let patience = Instant::now() + Duration::from_secs(10);
    while supervisors_of(ghostlib.id()).len() < 2 && Instant::now() < patience {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let supervisors = supervisors_of(ghostlib.id());
    assert_eq!(supervisors.len(), 2, "{supervisors:?}");
    kill_process(Pid::from_child(&ghostlib), Signal::KILL).unwrap();
    ghostlib.wait().unwrap();
    until_marked(0, &marker).await;
    let live_on = || supervisors.iter().any(|pid| marked("supervise").contains(pid));
    while live_on() && Instant::now() < patience {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(!live_on(), "{supervisors:?}");
}

#[tokio::test]
async fn a_start_does_not_miss_what_was_kept_ready_for_it() {
    let program = std::env::current_exe().unwrap();
    assert_ok(&crate::support::outside(&payload(program, "loses_what_is_kept_ready")).await);
}

/// Those that are alive, also where nothing is told to them yet.
pub(crate) fn supervisors_of(ghostlib: u32) -> Vec<i32> {
    let parent = i32::try_from(ghostlib).unwrap();
    marked("supervise").into_iter().filter(|pid| parent_of(*pid) == Some(parent)).collect()
}

fn parent_of(pid: i32) -> Option<i32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

async fn a_killed_supervisor_takes_all_with_it(sandbox: &Sandbox) {
    let (workspace, marker) = (Workspace::new(), marker());
    let script = "echo $TMPDIR; ".to_owned() + &family(&marker) + "wait";
    let running = sandbox.spawn(&workspace.policy, &shell(&script)).unwrap();
    until_marked(3, &marker).await;
    kill_process(supervisor_of(&marker), Signal::KILL).unwrap();
    until_marked(0, &marker).await;
    assert!(running.wait().await.is_err());
}

/// The process that this one started, and that the sleepers descend from.
fn supervisor_of(marker: &str) -> Pid {
    let own = i32::try_from(std::process::id()).unwrap();
    let mut pid = marked(marker)[0];
    while parent_of(pid).unwrap() != own {
        pid = parent_of(pid).unwrap();
    }
    Pid::from_raw(pid).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a process that is killed from outside, as a user would")]
fn start(command: &CommandLine, backend: &str, marker: &str) -> Child {
    let mut process = Command::new(&command.program);
    process.args(&command.args).env("BACKEND", backend).env("MARKER", marker).spawn().unwrap()
}

async fn a_command_that_kills_its_starter_gains_nothing(sandbox: &Sandbox) {
    let (workspace, marker) = (Workspace::new(), marker());
    let script = family(&marker) + "kill -9 $PPID; sleep 1; exit 7";
    let finished = workspace.shell(sandbox, &script).await;
    let is_refused = finished.end == ProcessEnd::Exited(7);
    assert!(is_refused || finished.end == ProcessEnd::Signalled(9), "{}", finished.end);
    assert_eq!(n_marked(&marker), 0);
}

async fn a_command_that_stops_its_starter_gains_nothing(sandbox: &Sandbox) {
    let (workspace, marker) = (Workspace::new(), marker());
    let script = "kill -STOP $PPID; echo tried; ".to_owned() + &family(&marker) + "wait";
    let run = {
        let (sandbox, policy) = (sandbox.clone(), workspace.policy.clone());
        tokio::spawn(async move { sandbox.run(&policy, &shell(&script), Vec::new()).await })
    };
    until_marked(3, &marker).await;
    kill_process(supervisor_of(&marker), Signal::KILL).unwrap();
    until_marked(0, &marker).await;
    tokio::time::timeout(Duration::from_secs(10), run).await.unwrap().unwrap().unwrap_err();
}
