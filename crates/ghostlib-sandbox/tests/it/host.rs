use crate::support::{marked, marker, shell, text, until_marked};
use ghostlib_sandbox::{CommandLine, ProcessEnd, host};
use rustix::process::{Pid, Signal, kill_process};
use std::path::Path;
use std::time::Duration;

const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(30);

#[tokio::test]
async fn the_environment_is_inherited_and_extended() {
    let script = shell("echo $PATH-$MORE; pwd; echo err >&2; exit 5");
    let finished = host::run(&script, Path::new("/usr"), &[("MORE", "yes".as_ref())], LONG).await.unwrap();
    let path = std::env::var("PATH").unwrap();
    assert_eq!(text(&finished.stdout), format!("{path}-yes\n/usr\n"));
    assert_eq!((finished.end, text(&finished.stderr).as_str()), (ProcessEnd::Exited(5), "err\n"));
}

#[tokio::test]
async fn a_tool_that_never_ends_is_ended_with_its_children() {
    let marker = marker();
    let script = shell(&format!("echo begun; sleep {marker} & sleep {marker}"));
    let finished = host::run(&script, Path::new("/"), &[], SHORT).await.unwrap();
    assert_eq!((finished.end, finished.stdout.as_slice()), (ProcessEnd::TimedOut, &b"begun\n"[..]));
    until_marked(0, &marker).await;
}

#[tokio::test]
async fn what_a_tool_leaves_running_does_not_hold_up_its_end() {
    let marker = marker();
    let finished = host::run(&shell(&format!("sleep {marker} &")), Path::new("/"), &[], LONG).await.unwrap();
    assert_eq!(finished.end, ProcessEnd::Exited(0));
    until_marked(0, &marker).await;
}

#[tokio::test]
async fn a_daemon_that_keeps_the_streams_open_does_not_hold_up_the_end() {
    let marker = marker();
    let script =
        shell(&format!("echo said; setsid sleep {marker} & until pgrep -f {marker} >/dev/null; do :; done"));
    let finished = host::run(&script, Path::new("/"), &[], LONG).await.unwrap();
    assert_eq!((finished.end, finished.stdout.as_slice()), (ProcessEnd::Exited(0), &b"said\n"[..]));
    assert!(finished.wall < Duration::from_secs(10), "{:?}", finished.wall);
    for daemon in marked(&marker) {
        kill_process(Pid::from_raw(daemon).unwrap(), Signal::KILL).unwrap();
    }
}

#[tokio::test]
async fn a_dropped_future_ends_the_tool() {
    let marker = marker();
    let script = shell(&format!("sleep {marker} & sleep {marker}"));
    tokio::select! {
        _ = host::run(&script, Path::new("/"), &[], LONG) => panic!("it ended by itself"),
        () = until_marked(2, &marker) => {}
    }
    until_marked(0, &marker).await;
}

#[tokio::test]
async fn a_missing_tool_and_a_missing_folder_are_told_apart() {
    let missing = CommandLine::new("no-such-tool");
    let error = host::run(&missing, Path::new("/"), &[], LONG).await.unwrap_err().to_string();
    assert!(error.starts_with("cannot start `no-such-tool`: No such file"), "{error}");
    let error = host::run(&CommandLine::new("true"), Path::new("/no/folder"), &[], LONG).await.unwrap_err();
    assert_eq!(error.to_string(), "cannot start `true`: `/no/folder` is not a folder");
}
