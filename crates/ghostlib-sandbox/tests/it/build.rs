//! A real toolchain at work inside.

use crate::support::{Workspace, assert_fails, assert_ok, on_every_backend, outside, text};
use ghostlib_sandbox::{CommandLine, Limits, Sandbox};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

on_every_backend!(cargo_builds_a_crate_with_a_build_script, a_build_script_cannot_read_a_secret);

const MANIFEST: &str = "[package]\nname = \"tiny\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n";

async fn sysroot() -> PathBuf {
    let asked = outside(&CommandLine::new("rustc").args(["--print", "sysroot"])).await;
    PathBuf::from(text(&asked.stdout).trim())
}

/// A crate whose program prints what its build script found.
async fn tiny_crate(build_script: &str) -> (Workspace, PathBuf) {
    let (mut workspace, sysroot) = (Workspace::new(), sysroot().await);
    let write = |path: &str, text: &str| fs::write(workspace.path().join(path), text).unwrap();
    fs::create_dir(workspace.path().join("src")).unwrap();
    write("Cargo.toml", MANIFEST);
    write("build.rs", build_script);
    // What is made of a library is moved from one folder to another.
    write("src/lib.rs", "");
    write("src/main.rs", "fn main() { println!(\"{}\", env!(\"FOUND\")) }");
    let home = workspace.path().join("cargo-home").display().to_string();
    workspace.policy.env.insert("CARGO_HOME".into(), home);
    let path = format!("{}/bin:/usr/bin:/bin", sysroot.display());
    workspace.policy.env.insert("PATH".into(), path);
    workspace.policy.read.push(sysroot.clone());
    workspace.policy.limits = Limits { wall: Duration::from_secs(120), ..Limits::default() };
    (workspace, sysroot.join("bin/cargo"))
}

async fn cargo_builds_a_crate_with_a_build_script(sandbox: &Sandbox) {
    let (workspace, cargo) = tiny_crate("fn main() { println!(\"cargo:rustc-env=FOUND=words\") }").await;
    let build = CommandLine::new(cargo).args(["build", "--offline"]);
    assert_ok(&sandbox.run(&workspace.policy, &build, Vec::new()).await.unwrap());
    let tiny = CommandLine::new(workspace.path().join("target/debug/tiny"));
    assert_eq!(sandbox.run(&workspace.policy, &tiny, Vec::new()).await.unwrap().stdout, b"words\n");
}

async fn a_build_script_cannot_read_a_secret(sandbox: &Sandbox) {
    let secrets = Workspace::new();
    let secret = secrets.path().join("secret");
    fs::write(&secret, "words").unwrap();
    let read = format!("std::fs::read_to_string(r\"{}\").unwrap()", secret.display());
    let script = format!("fn main() {{ println!(\"cargo:rustc-env=FOUND={{}}\", {read}) }}");
    let (mut workspace, cargo) = tiny_crate(&script).await;
    let build = CommandLine::new(cargo).args(["build", "--offline"]);
    let inside = sandbox.run(&workspace.policy, &build, Vec::new()).await.unwrap();
    assert_fails(&inside);
    assert!(text(&inside.stderr).contains("build.rs"), "{}", text(&inside.stderr));
    workspace.policy.read.push(secret);
    assert_ok(&sandbox.run(&workspace.policy, &build, Vec::new()).await.unwrap());
}
