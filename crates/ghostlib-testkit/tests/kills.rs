//! A ghostlib that is killed leaves nothing behind.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::process::Command;

/// A sample of what the command does 200 times.
#[test]
#[expect(clippy::disallowed_methods, reason = "the campaign is run as a developer runs it")]
fn nothing_is_left_of_a_ghostlib_that_is_killed_after_the_next_start() {
    let ran = Command::new(env!("CARGO_BIN_EXE_ghostlib-testkit"))
        .args(["kills", "--times", "12"])
        .output()
        .unwrap();
    let (said, complaints) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{said}\n{complaints}");
    assert!(said.contains("0 left anything after the next start"), "{said}\n{complaints}");
}
