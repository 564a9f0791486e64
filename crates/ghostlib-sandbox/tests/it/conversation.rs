use crate::support::{Workspace, on_every_backend, shell, text};
use ghostlib_sandbox::{CommandLine, ProcessEnd, Sandbox};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

on_every_backend!(
    lines_go_back_and_forth,
    standard_error_is_kept_beside_it,
    a_large_input_comes_back_whole,
    input_that_nobody_reads_is_no_error,
);

async fn lines_go_back_and_forth(sandbox: &Sandbox) {
    let workspace = Workspace::new();
    let script = "while read line; do echo \"got $line\"; done; exit 3";
    let mut running = sandbox.spawn(&workspace.policy, &shell(script)).unwrap();
    let mut stdin = running.take_stdin().unwrap();
    let mut lines = BufReader::new(running.take_stdout().unwrap()).lines();
    for word in ["one", "two", "three"] {
        stdin.write_all(format!("{word}\n").as_bytes()).await.unwrap();
        assert_eq!(lines.next_line().await.unwrap().unwrap(), format!("got {word}"));
    }
    drop(stdin);
    assert_eq!(lines.next_line().await.unwrap(), None);
    assert_eq!(running.wait().await.unwrap().end, ProcessEnd::Exited(3));
}

async fn standard_error_is_kept_beside_it(sandbox: &Sandbox) {
    let workspace = Workspace::new();
    let running = sandbox.spawn(&workspace.policy, &shell("echo words >&2")).unwrap();
    let finished = running.wait().await.unwrap();
    assert_eq!((finished.end, text(&finished.stderr).as_str()), (ProcessEnd::Exited(0), "words\n"));
}

async fn a_large_input_comes_back_whole(sandbox: &Sandbox) {
    let mut workspace = Workspace::new();
    workspace.policy.limits.output_bytes = 4 << 20;
    let input: Vec<u8> = (0..3 << 20).map(|n: u32| n.to_le_bytes()[0]).collect();
    let finished = sandbox.run(&workspace.policy, &CommandLine::new("cat"), input.clone()).await.unwrap();
    assert!(finished.end.is_success() && finished.stdout == input);
}

async fn input_that_nobody_reads_is_no_error(sandbox: &Sandbox) {
    let workspace = Workspace::new();
    let finished = sandbox.run(&workspace.policy, &shell("exit 4"), vec![b'x'; 1 << 20]).await.unwrap();
    assert_eq!(finished.end, ProcessEnd::Exited(4));
}
