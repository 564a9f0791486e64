//! What happens at each limit, and that each end is told apart.

use crate::support::{Workspace, assert_fails, assert_ok, on_every_backend, shell};
use ghostlib_sandbox::{ProcessEnd, Sandbox};
use std::time::Duration;

on_every_backend!(
    wall_time,
    processor_time,
    memory,
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
