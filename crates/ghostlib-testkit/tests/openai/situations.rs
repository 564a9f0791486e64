use ghostlib_sandbox::{CommandLine, host};
use std::path::Path;
use std::time::Duration;

/// The agents that are programs are in the same situations where they are installed; this one always is.
#[tokio::test]
async fn it_comes_through_every_situation_that_agents_are_put_in() {
    let sessions =
        CommandLine::new(env!("CARGO_BIN_EXE_ghostlib-testkit")).args(["sessions", "--agent", "openai"]);
    let ran = host::run(&sessions, Path::new("."), &[], Duration::from_secs(300)).await.unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    let complaints = String::from_utf8_lossy(&ran.stderr).into_owned();
    println!("{complaints}");
    assert!(ran.end.is_success(), "{said}{complaints}");
    // Two APIs, in each sandbox that is there.
    assert!(said.contains("behaviours of 4 agents") || said.contains("behaviours of 2 agents"), "{said}");
}
