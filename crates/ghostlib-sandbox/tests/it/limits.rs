//! What happens at each limit, and that each end is told apart.

use crate::support::{Workspace, assert_fails, assert_ok, on_every_backend, shell};
use ghostlib_sandbox::{Guarantee, ProcessEnd, Sandbox};
use std::time::Duration;

on_every_backend!(
    wall_time,
    processor_time,
    memory,
    memory_of_the_tree,
    processes,
    processor_time_of_the_tree,
    disk_bytes,
    disk_behind_a_link,
    disk_of_files_without_a_name,
    disk_files,
    file_size,
    open_files,
    endless_output,
    endless_errors_in_a_conversation,
    exit_codes_come_through,
    signals_come_through,
);

async fn wall_time(sandbox: &Sandbox) {
    let mut workspace = Workspace::new();
    workspace.policy.limits.wall = Duration::from_millis(400);
    let finished = workspace.shell(sandbox, "echo begun; sleep 60").await;
    assert_eq!((finished.end, finished.stdout.as_slice()), (ProcessEnd::TimedOut, &b"begun\n"[..]));
    assert!(finished.wall < Duration::from_secs(10), "{:?}", finished.wall);
}

async fn processor_time(sandbox: &Sandbox) {
    let mut workspace = Workspace::new();
    workspace.policy.limits.cpu = Some(Duration::from_millis(300));
    assert_eq!(workspace.shell(sandbox, "while :; do :; done").await.end, ProcessEnd::CpuLimit);
}

async fn memory(sandbox: &Sandbox) {
    let mut workspace = Workspace::new();
    let script = "set -o pipefail; head -c 200000000 /dev/zero | tail > /dev/null";
    assert_ok(&workspace.shell(sandbox, script).await);
    workspace.policy.limits.memory_bytes = Some(100 << 20);
    assert_fails(&workspace.shell(sandbox, script).await);
}

/// Whether this machine can bind that; a line that says so where it cannot.
#[expect(clippy::print_stdout, reason = "a test that is skipped must be seen to be")]
fn enforces(sandbox: &Sandbox, guarantee: Guarantee) -> bool {
    let missing = sandbox.require(&[guarantee]);
    if let Err(error) = &missing {
        println!("skipped: {error}");
    }
    missing.is_ok()
}

/// Four processes of which each alone stays below the limit.
async fn memory_of_the_tree(sandbox: &Sandbox) {
    if !enforces(sandbox, Guarantee::MemoryLimitOfTheTree) {
        return;
    }
    let mut workspace = Workspace::new();
    let script = "for n in 1 2 3 4; do (head -c 40000000 /dev/zero; sleep 1) | tail > /dev/null & done; wait";
    workspace.policy.limits.tree_memory_bytes = Some(1 << 30);
    assert_ok(&workspace.shell(sandbox, script).await);
    workspace.policy.limits.tree_memory_bytes = Some(100 << 20);
    assert_eq!(workspace.shell(sandbox, script).await.end, ProcessEnd::MemoryLimit);
}

async fn processes(sandbox: &Sandbox) {
    if !enforces(sandbox, Guarantee::ProcessCountLimit) {
        return;
    }
    let mut workspace = Workspace::new();
    let script = "for n in $(seq 20); do sleep 3 & done; wait";
    workspace.policy.limits.processes = Some(40);
    assert_ok(&workspace.shell(sandbox, script).await);
    workspace.policy.limits.processes = Some(10);
    let end = workspace.shell(sandbox, script).await.end;
    assert!(matches!(end, ProcessEnd::ProcessLimit | ProcessEnd::Exited(1..)), "{end}");
}

/// Two processes at a time, none of which runs for long.
async fn processor_time_of_the_tree(sandbox: &Sandbox) {
    if !enforces(sandbox, Guarantee::CpuLimitOfTheTree) {
        return;
    }
    let mut workspace = Workspace::new();
    workspace.policy.limits.tree_cpu = Some(Duration::from_millis(500));
    let script = "while :; do timeout 0.1 sh -c 'while :; do :; done'; done";
    assert_eq!(workspace.shell(sandbox, script).await.end, ProcessEnd::CpuLimit);
}

async fn disk_bytes(sandbox: &Sandbox) {
    let mut workspace = Workspace::new();
    let script = "for n in 1 2 3 4 5; do head -c 1000000 /dev/zero > $TMPDIR/$n; done; sleep 0.3";
    workspace.policy.limits.disk_bytes = Some(8 << 20);
    assert_ok(&workspace.shell(sandbox, script).await);
    workspace.policy.limits.disk_bytes = Some(4 << 20);
    assert_eq!(workspace.shell(sandbox, script).await.end, ProcessEnd::DiskLimit);
    // What comes between two looks is found at the end.
    let script = script.replace("sleep 0.3", "cp $TMPDIR/* .");
    assert_eq!(workspace.shell(sandbox, &script).await.end, ProcessEnd::DiskLimit);
}

async fn disk_behind_a_link(sandbox: &Sandbox) {
    let (mut workspace, beside) = (Workspace::new(), tempfile::tempdir().unwrap());
    let link = beside.path().join("link");
    std::os::unix::fs::symlink(workspace.path(), &link).unwrap();
    workspace.policy.write = vec![link.clone()];
    workspace.policy.dir = link;
    workspace.policy.limits.disk_bytes = Some(4 << 20);
    let script = "head -c 8000000 /dev/zero > file; sleep 10";
    assert_eq!(workspace.shell(sandbox, script).await.end, ProcessEnd::DiskLimit);
}

async fn disk_of_files_without_a_name(sandbox: &Sandbox) {
    let mut workspace = Workspace::new();
    workspace.policy.limits.disk_bytes = Some(4 << 20);
    let script = "exec 3> file; rm file; head -c 8000000 /dev/zero >&3; sleep 10";
    assert_eq!(workspace.shell(sandbox, script).await.end, ProcessEnd::DiskLimit);
}

async fn disk_files(sandbox: &Sandbox) {
    let mut workspace = Workspace::new();
    workspace.policy.limits.disk_files = Some(100);
    assert_ok(&workspace.shell(sandbox, "touch $(seq 50)").await);
    let finished = workspace.shell(sandbox, "mkdir sub; cd sub; touch $(seq 200); sleep 10").await;
    assert_eq!(finished.end, ProcessEnd::DiskLimit);
    assert!(finished.wall < Duration::from_secs(5), "{:?}", finished.wall);
}

async fn file_size(sandbox: &Sandbox) {
    let mut workspace = Workspace::new();
    workspace.policy.limits.file_bytes = Some(1 << 20);
    let finished = workspace.shell(sandbox, "exec head -c 2000000 /dev/zero > file").await;
    assert_eq!(finished.end, ProcessEnd::FileLimit);
    assert_eq!(workspace.path().join("file").metadata().unwrap().len(), 1 << 20);
}

async fn open_files(sandbox: &Sandbox) {
    let mut workspace = Workspace::new();
    workspace.policy.limits.open_files = Some(20);
    assert_eq!(workspace.shell(sandbox, "ulimit -n").await.stdout, b"20\n");
}

async fn endless_output(sandbox: &Sandbox) {
    let mut workspace = Workspace::new();
    workspace.policy.limits.output_bytes = 100_000;
    let finished = workspace.shell(sandbox, "yes").await;
    assert_eq!((finished.end, finished.stdout.len()), (ProcessEnd::OutputLimit, 100_000));
}

async fn endless_errors_in_a_conversation(sandbox: &Sandbox) {
    let mut workspace = Workspace::new();
    workspace.policy.limits.output_bytes = 100_000;
    let running = sandbox.spawn(&workspace.policy, &shell("yes >&2")).unwrap();
    let finished = running.wait().await.unwrap();
    assert_eq!((finished.end, finished.stderr.len()), (ProcessEnd::OutputLimit, 100_000));
}

async fn exit_codes_come_through(sandbox: &Sandbox) {
    let workspace = Workspace::new();
    for code in [0, 1, 101, 137, 255] {
        let finished = workspace.shell(sandbox, &format!("exit {code}")).await;
        assert_eq!(finished.end, ProcessEnd::Exited(code));
    }
}

async fn signals_come_through(sandbox: &Sandbox) {
    let workspace = Workspace::new();
    for signal in [6, 9, 11, 15] {
        let finished = workspace.shell(sandbox, &format!("kill -{signal} $$")).await;
        assert_eq!(finished.end, ProcessEnd::Signalled(signal));
    }
}
