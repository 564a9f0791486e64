//! Under root the command is somebody else, and ghostlib works on what it wrote all the same.

use crate::support::{
    Workspace, assert_fails, assert_ok, marker, on_every_backend, outside, shell, text, until_marked,
};
use ghostlib_sandbox::{Guarantee, Sandbox};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

on_every_backend!(
    for_the_host_the_command_is_not_root,
    what_the_command_wrote_belongs_to_the_caller_at_the_end,
    a_folder_that_is_closed_to_others_can_be_named,
    a_link_in_such_a_folder_does_not_lead_out,
    a_program_that_would_run_as_its_owner_loses_that,
);

/// The real user of the process that sleeps for the marker.
fn host_uid(marker: &str) -> u32 {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let mut sleepers = entries.filter(|entry| {
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).eq([&b"sleep"[..], marker.as_bytes(), b""])
    });
    fs::metadata(sleepers.next().unwrap().path()).unwrap().uid()
}

async fn for_the_host_the_command_is_not_root(sandbox: &Sandbox) {
    sandbox.require(&[Guarantee::UidDropped]).unwrap();
    let (workspace, marker) = (Workspace::new(), marker());
    let mut running = sandbox.spawn(&workspace.policy, &shell(&format!("sleep {marker}"))).unwrap();
    until_marked(1, &marker).await;
    assert_ne!(host_uid(&marker), 0);
    running.kill().await;
}

async fn what_the_command_wrote_belongs_to_the_caller_at_the_end(sandbox: &Sandbox) {
    let workspace = Workspace::new();
    fs::write(workspace.path().join("task"), "text").unwrap();
    let script =
        "echo more >> task && mkdir -m 0 -p a && mkdir b && echo x > b/c && chmod 000 b/c && chmod 000 b";
    assert_ok(&workspace.shell(sandbox, script).await);
    let caller = rustix::process::geteuid().as_raw();
    for name in ["", "task", "a", "b"] {
        assert_eq!(fs::metadata(workspace.path().join(name)).unwrap().uid(), caller, "{name}");
    }
    assert_eq!(fs::read_to_string(workspace.path().join("task")).unwrap(), "textmore\n");
    let path = workspace.path().join("b");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    fs::remove_dir_all(path).unwrap();
}

/// As a temporary folder is that root makes.
fn closed_folder(root: &Path) -> std::path::PathBuf {
    let closed = root.join("closed");
    fs::create_dir_all(closed.join("sub")).unwrap();
    fs::write(closed.join("sub/file"), "words").unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    closed
}

async fn a_folder_that_is_closed_to_others_can_be_named(sandbox: &Sandbox) {
    let (mut workspace, root) = (Workspace::new(), tempfile::tempdir().unwrap());
    let closed = closed_folder(root.path());
    let script = format!("cat {0}/sub/file; ls {0}", closed.display());
    assert_fails(&workspace.shell(sandbox, &script).await);
    workspace.policy.read.push(closed);
    let finished = workspace.shell(sandbox, &script).await;
    assert_eq!(text(&finished.stdout), "wordssub\n", "{}", text(&finished.stderr));
}

async fn a_link_in_such_a_folder_does_not_lead_out(sandbox: &Sandbox) {
    let (mut workspace, root) = (Workspace::new(), tempfile::tempdir().unwrap());
    let closed = closed_folder(root.path());
    fs::write(root.path().join("secret"), "hidden").unwrap();
    symlink(root.path().join("secret"), closed.join("link")).unwrap();
    let script = format!("cat {}/link", closed.display());
    assert_ok(&outside(&shell(&script)).await);
    workspace.policy.read.push(closed);
    assert_fails(&workspace.shell(sandbox, &script).await);
}

async fn a_program_that_would_run_as_its_owner_loses_that(sandbox: &Sandbox) {
    if !rustix::process::geteuid().is_root() {
        // Its owner is who it was made for, and gains nothing.
        return;
    }
    let workspace = Workspace::new();
    assert_ok(&workspace.shell(sandbox, "cp /bin/true own && chmod 6755 own").await);
    let mode = fs::metadata(workspace.path().join("own")).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o755);
}
