//! The bubblewrap part of the confinement: a root that holds nothing but what is listed.

use super::identity::Identity;
use super::reachable::opened;
use super::system_paths;
use super::wire::Request;
use crate::{CommandLine, SandboxPolicy};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the temporary folder is found inside.
pub(super) const TEMPORARY: &str = "/tmp";

/// Where the launcher is found inside.
pub(super) const LAUNCHER: &str = "/run/ghostlib/launcher";

/// The options that are the same for every policy.
pub(super) fn fixed_options(identity: Identity, disable_userns: bool) -> Vec<&'static str> {
    let mut options =
        vec!["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"];
    options.extend(["--hostname", "sandbox", "--die-with-parent", "--clearenv", "--cap-drop", "ALL"]);
    match identity {
        // The starter still has to become that user.
        Identity::Assigned => {
            options.extend([
                "--cap-add",
                "CAP_SETUID",
                "--cap-add",
                "CAP_SETGID",
                "--cap-add",
                "CAP_SETPCAP",
            ]);
        }
        Identity::Callers => options.extend(["--unshare-user", "--uid", "1000", "--gid", "1000"]),
    }
    if disable_userns && identity == Identity::Callers {
        options.push("--disable-userns");
    }
    options
}

/// The options that show what the policy names, and nothing else.
pub(super) fn options(request: &Request, temporary: &Path) -> Vec<OsString> {
    // Only its arguments count.
    let mut command = system(CommandLine::new(""), request.uid);
    command = command.arg("--bind").arg(temporary).arg(TEMPORARY);
    command = policy_paths(command, &request.policy, request.uid);
    command = command.arg("--ro-bind").arg(&request.launcher.program).arg(LAUNCHER);
    for hidden in &system_paths::hidden() {
        // A path of the policy that lies over a hidden one shows it, as asked.
        if !request.policy.read.iter().chain(&request.policy.write).any(|path| hidden.starts_with(path)) {
            command = command.arg("--remount-ro").arg(hidden);
        }
    }
    command.args(["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/"]).args
}

/// The fixed set of system files; links stay links, so that `/bin` is still the same as `/usr/bin`.
fn system(mut command: CommandLine, uid: Option<u32>) -> CommandLine {
    command = command.args(["--tmpfs", "/"]);
    if uid.is_some() {
        command = open_ways(command, &system_paths::etc().collect::<Vec<_>>());
    }
    for path in system_paths::programs().chain(system_paths::etc()) {
        command = match fs::read_link(path) {
            Ok(target) if path.parent() == Some(Path::new("/")) => {
                command.arg("--symlink").arg(target).arg(path)
            }
            _ => command.arg("--ro-bind").arg(path).arg(path),
        };
    }
    for path in &system_paths::hidden() {
        command = command.arg("--tmpfs").arg(path);
    }
    command.args(["--dev", "/dev", "--proc", "/proc"])
}

/// Outer paths first, or they would cover the inner ones.
fn policy_paths(command: CommandLine, policy: &SandboxPolicy, uid: Option<u32>) -> CommandLine {
    let writable = |path: &Path| policy.write.iter().any(|write| path.starts_with(write));
    let read = policy.read.iter().filter(|path| !writable(path));
    let read = read.flat_map(|path| uid.map_or_else(|| vec![whole(path)], |uid| entries(path, uid)));
    let mut binds: Vec<(&str, PathBuf)> =
        read.chain(policy.write.iter().map(|path| ("--bind", path.clone()))).collect();
    binds.sort_by_key(|(_, path)| path.components().count());
    let command = match uid {
        Some(_) => open_ways(command, &binds.iter().map(|(_, path)| path.as_path()).collect::<Vec<_>>()),
        None => command,
    };
    binds.into_iter().fold(command, |command, (option, path)| {
        let source = match option {
            "--symlink" => fs::read_link(&path).unwrap_or_default(),
            _ => path.clone(),
        };
        command.arg(option).arg(source).arg(path)
    })
}

fn whole(path: &Path) -> (&'static str, PathBuf) {
    ("--ro-bind", path.to_path_buf())
}

/// The path, or what is in it, if it is a folder that is closed to that user. To bind a link would show what it
/// leads to.
fn entries(path: &Path, uid: u32) -> Vec<(&'static str, PathBuf)> {
    let opened = opened(path, uid).into_iter();
    opened
        .map(|entry| if entry != path && entry.is_symlink() { ("--symlink", entry) } else { whole(&entry) })
        .collect()
}

/// Makes the folders above, which bubblewrap would close to all but root.
fn open_ways(command: CommandLine, paths: &[&Path]) -> CommandLine {
    let above: BTreeSet<&Path> = paths.iter().flat_map(|path| path.ancestors().skip(1)).collect();
    let is_bound = |folder: &Path| paths.iter().any(|path| folder.starts_with(path));
    let ways = above.into_iter().filter(|folder| folder.parent().is_some() && !is_bound(folder));
    ways.fold(command, |command, folder| command.args(["--perms", "0755", "--dir"]).arg(folder))
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
        let args = policy_paths(CommandLine::new("bwrap"), &policy, None).args;
        assert_eq!(args, ["--ro-bind", "/a", "/a", "--bind", "/a/b", "/a/b"]);
    }
}
