//! Where control groups can be made, as `/proc/self/cgroup` and `/proc/self/mountinfo` tell it (cgroups(7),
//! `proc_pid_mountinfo(5)`).

use super::{Controller, Place, Version};
use rustix::fs::{Access, access};
use std::fs;
use std::path::{Path, PathBuf};

/// One hierarchy: where it is mounted, and which of its groups this process is in.
struct Hierarchy {
    version: Version,
    controllers: Vec<String>,
    mount: PathBuf,
    own: PathBuf,
}

/// Where a group for each controller can be made; those that have none are left out.
pub(super) fn places(cgroups: &str, mounts: &str) -> Vec<(Controller, Place)> {
    let hierarchies: Vec<Hierarchy> =
        cgroups.lines().filter_map(|line| hierarchy(line, mounts)).filter(|it| it.own.is_dir()).collect();
    let of = |controller: Controller| hierarchies.iter().find_map(|it| it.place(controller));
    Controller::ALL.into_iter().filter_map(|it| Some((it, of(it)?))).collect()
}

/// A line of `/proc/self/cgroup`: `4:memory:/some/group`, or `0::/some/group` for version 2.
fn hierarchy(line: &str, mounts: &str) -> Option<Hierarchy> {
    let mut parts = line.splitn(3, ':');
    let (_number, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
    let version = if controllers.is_empty() { Version::V2 } else { Version::V1 };
    let controllers: Vec<String> = controllers.split(',').map(str::to_owned).collect();
    let (root, mount) = mounts.lines().find_map(|line| mount_of(line, version, &controllers))?;
    let own = mount.join(Path::new(path).strip_prefix(root).ok()?);
    Some(Hierarchy { version, controllers, mount, own })
}

/// The root and the mount point in a line of `/proc/self/mountinfo`, if it is the hierarchy that is looked for:
/// `35 31 0:32 ROOT POINT rw,relatime - cgroup cgroup rw,memory`.
fn mount_of(line: &str, version: Version, controllers: &[String]) -> Option<(PathBuf, PathBuf)> {
    let (place, kind) = line.split_once(" - ")?;
    let mut kind = kind.split(' ');
    let (name, options) = (kind.next()?, kind.nth(1)?);
    let found = match version {
        Version::V1 => {
            name == "cgroup" && controllers.iter().all(|it| options.split(',').any(|option| option == it))
        }
        Version::V2 => name == "cgroup2",
    };
    let mut place = place.split(' ').skip(3).map(unescaped);
    found.then_some((place.next()?, place.next()?))
}

/// Blanks and their like are written as octal numbers in mountinfo.
fn unescaped(text: &str) -> PathBuf {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .into_iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
        .into()
}

impl Hierarchy {
    fn place(&self, controller: Controller) -> Option<Place> {
        let parent = match self.version {
            Version::V1 if !self.controllers.iter().any(|it| it == controller.name(Version::V1)) => None,
            Version::V1 => Some(self.own.clone()),
            // A group with processes of its own gives no controllers to the groups below it. The one above it may.
            Version::V2 => self.upwards().find(|dir| Self::gives(dir, controller)).map(Path::to_path_buf),
        };
        let parent = parent.filter(|dir| is_writable(dir))?;
        Some(Place { version: self.version, parent })
    }

    fn upwards(&self) -> impl Iterator<Item = &Path> {
        self.own.ancestors().take_while(|dir| dir.starts_with(&self.mount)).take(2)
    }

    fn gives(dir: &Path, controller: Controller) -> bool {
        // The kernel counts the time of every group, asked or not.
        if controller == Controller::Cpu {
            return is_writable(dir);
        }
        let given = fs::read_to_string(dir.join("cgroup.subtree_control")).unwrap_or_default();
        given.split_whitespace().any(|it| it == controller.name(Version::V2))
    }
}

fn is_writable(dir: &Path) -> bool {
    access(dir, Access::WRITE_OK).is_ok() && access(dir.join("cgroup.procs"), Access::WRITE_OK).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    /// A planted tree of groups, with what each gives to those below.
    fn planted(groups: &[(&str, &str)]) -> TempDir {
        let root = tempfile::tempdir().unwrap();
        for (group, gives) in groups {
            let dir = root.path().join(group);
            fs::create_dir_all(&dir).unwrap();
            fs::write(dir.join("cgroup.procs"), "").unwrap();
            fs::write(dir.join("cgroup.subtree_control"), gives).unwrap();
        }
        root
    }

    fn found(cgroups: &str, mounts: &str, root: &TempDir) -> Vec<String> {
        let mounts = mounts.replace("ROOT", &root.path().display().to_string());
        let places = places(cgroups, &mounts);
        let shown = |place: &Place| place.parent.strip_prefix(root.path()).unwrap().display().to_string();
        places.iter().map(|(it, place)| format!("{it:?} {:?} {}", place.version, shown(place))).collect()
    }

    #[test]
    fn version_1_has_a_group_for_each_controller() {
        let root = planted(&[("memory/a", ""), ("pids", ""), ("cpu,cpuacct/a/b", "")]);
        let cgroups = "4:memory:/a\n8:pids:/\n2:cpu,cpuacct:/a/b\n9:name=systemd:/\n";
        let mounts = "35 31 0:32 / ROOT/memory rw - cgroup cgroup rw,memory\n\
                      39 31 0:36 / ROOT/pids rw - cgroup cgroup rw,pids\n\
                      40 31 0:37 / ROOT/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct";
        let expected = ["Memory V1 memory/a", "Pids V1 pids", "Cpu V1 cpu,cpuacct/a/b"];
        assert_eq!(found(cgroups, mounts, &root), expected);
    }

    #[test]
    fn in_version_2_the_group_above_may_be_the_one_that_gives_controllers() {
        let root = planted(&[("user.slice", "cpu memory pids"), ("user.slice/session.scope", "")]);
        let mounts = "41 31 0:38 / ROOT rw - cgroup2 cgroup2 rw";
        let expected = ["Memory V2 user.slice", "Pids V2 user.slice", "Cpu V2 user.slice/session.scope"];
        assert_eq!(found("0::/user.slice/session.scope\n", mounts, &root), expected);
    }

    #[test]
    fn on_a_hybrid_machine_each_controller_is_taken_where_it_is() {
        let root = planted(&[("unified", ""), ("pids/p", "")]);
        let mounts = "41 31 0:38 / ROOT/unified rw - cgroup2 cgroup2 rw\n\
                      39 31 0:36 / ROOT/pids rw - cgroup cgroup rw,pids";
        assert_eq!(found("8:pids:/p\n0::/\n", mounts, &root), ["Pids V1 pids/p", "Cpu V2 unified"]);
    }

    #[test]
    fn a_container_sees_a_part_of_the_hierarchy() {
        let root = planted(&[("memory", "")]);
        let mounts = "35 31 0:32 /docker/x ROOT/memory rw - cgroup cgroup rw,memory";
        assert_eq!(found("4:memory:/docker/x\n", mounts, &root), ["Memory V1 memory"]);
        assert_eq!(found("4:memory:/elsewhere\n", mounts, &root), [""; 0]);
    }

    #[test]
    fn nonsense_is_no_place() {
        let root = planted(&[]);
        assert_eq!(found("", "", &root), [""; 0]);
        assert_eq!(found("x\n::\n4:memory\n0::/\n", "a b - cgroup2\n - - \n", &root), [""; 0]);
    }
}
