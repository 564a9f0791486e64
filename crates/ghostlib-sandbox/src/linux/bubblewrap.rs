//! The bubblewrap part of the confinement: a root that holds nothing but what is listed.

use super::launcher::CONFINE;
use super::system_paths;
use super::wire::Request;
use crate::{CommandLine, SandboxPolicy};
use std::fs;
use std::path::{Path, PathBuf};

/// Where the temporary folder is found inside.
pub(super) const TEMPORARY: &str = "/tmp";

/// Where the launcher is found inside.
const LAUNCHER: &str = "/run/ghostlib/launcher";

/// The command line of bubblewrap that ends in the confined starter.
pub(super) fn command(
    program: &Path,
    disable_userns: bool,
    request: &Request,
    temporary: &Path,
) -> CommandLine {
    let mut command = CommandLine::new(program)
        .args(["--unshare-all", "--unshare-user", "--uid", "1000", "--gid", "1000", "--hostname", "sandbox"])
        .args(["--cap-drop", "ALL", "--die-with-parent", "--clearenv"]);
    if disable_userns {
        command = command.arg("--disable-userns");
    }
    command = system(command);
    command = command.arg("--bind").arg(temporary).arg(TEMPORARY);
    command = policy_paths(command, &request.policy);
    command = command.arg("--ro-bind").arg(&request.launcher.program).arg(LAUNCHER);
    for hidden in system_paths::hidden() {
        // A path of the policy that lies over a hidden one shows it, as asked.
        if !request.policy.read.iter().chain(&request.policy.write).any(|path| hidden.starts_with(path)) {
            command = command.arg("--remount-ro").arg(hidden);
        }
    }
    command
        .args(["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/", "--"])
        .arg(LAUNCHER)
        .args(&request.launcher.args)
        .arg(CONFINE)
}

/// The fixed set of system files; links stay links, so that `/bin` is still the same as `/usr/bin`.
fn system(mut command: CommandLine) -> CommandLine {
    command = command.args(["--tmpfs", "/"]);
    for path in system_paths::programs().chain(system_paths::etc()) {
        command = match fs::read_link(path) {
            Ok(target) if path.parent() == Some(Path::new("/")) => {
                command.arg("--symlink").arg(target).arg(path)
            }
            _ => command.arg("--ro-bind").arg(path).arg(path),
        };
    }
    for path in system_paths::hidden() {
        command = command.arg("--tmpfs").arg(path);
    }
    command.args(["--dev", "/dev", "--proc", "/proc"])
}

/// Outer paths first, or they would cover the inner ones.
fn policy_paths(mut command: CommandLine, policy: &SandboxPolicy) -> CommandLine {
    let writable = |path: &Path| policy.write.iter().any(|write| path.starts_with(write));
    let read = policy.read.iter().filter(|path| !writable(path)).map(|path| ("--ro-bind", path));
    let mut binds: Vec<(&str, &PathBuf)> =
        read.chain(policy.write.iter().map(|path| ("--bind", path))).collect();
    binds.sort_by_key(|(_, path)| path.components().count());
    for (option, path) in binds {
        command = command.arg(option).arg(path).arg(path);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, Network, SandboxRole};
    use std::collections::BTreeMap;

    #[test]
    fn inner_paths_come_after_outer_ones_and_writing_wins() {
        let policy = SandboxPolicy {
            role: SandboxRole::Build,
            read: vec!["/a/b/c/d".into(), "/a".into(), "/a/b/sub".into()],
            write: vec!["/a/b".into()],
            env: BTreeMap::new(),
            dir: "/a".into(),
            network: Network::None,
            limits: Limits::default(),
        };
        let args = policy_paths(CommandLine::new("bwrap"), &policy).args;
        assert_eq!(args, ["--ro-bind", "/a", "/a", "--bind", "/a/b", "/a/b"]);
    }
}
