//! No attempt gets out of the sandbox.

use std::process::Command;

#[test]
#[expect(clippy::disallowed_methods, reason = "the suite is run as a developer runs it")]
fn no_attempt_gets_through_where_a_backend_declares_to_hold_it() {
    let ran = Command::new(env!("CARGO_BIN_EXE_ghostlib-testkit")).arg("escapes").output().unwrap();
    let (said, complaints) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{said}\n{complaints}");
    assert!(said.contains("where the guarantee is declared, 0 got through"), "{said}\n{complaints}");
}
