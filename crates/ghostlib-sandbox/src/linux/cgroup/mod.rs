//! Control groups, which bind a tree of processes as a whole: of version 1 or 2, whichever gives a controller
//! here (the kernel's `admin-guide/cgroup-v1` and `admin-guide/cgroup-v2`).

mod detect;

use crate::Limits;
use rustix::process::{Pid, Signal, getpid, kill_process};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a group may take to become empty once its processes are killed.
const PATIENCE: Duration = Duration::from_secs(5);

/// What can be bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Controller {
    Memory,
    Pids,
    Cpu,
}

/// Which of the kernel's two interfaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Version {
    V1,
    V2,
}

/// Where groups of a controller can be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    version: Version,
    /// The new group's parent.
    parent: PathBuf,
}

impl Controller {
    const ALL: [Self; 3] = [Self::Memory, Self::Pids, Self::Cpu];

    fn name(self, version: Version) -> &'static str {
        match (self, version) {
            (Self::Memory, _) => "memory",
            (Self::Pids, _) => "pids",
            (Self::Cpu, Version::V1) => "cpuacct",
            (Self::Cpu, Version::V2) => "cpu",
        }
    }

    fn is_asked(self, limits: &Limits) -> bool {
        match self {
            Self::Memory => limits.tree_memory_bytes.is_some(),
            Self::Pids => limits.processes.is_some(),
            Self::Cpu => limits.tree_cpu.is_some(),
        }
    }
}

/// The controllers for which this process can make groups.
pub(super) fn available() -> Vec<Controller> {
    places().into_iter().map(|(controller, _)| controller).collect()
}

fn places() -> Vec<(Controller, Place)> {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    detect::places(&read("/proc/self/cgroup"), &read("/proc/self/mountinfo"))
}

/// The groups of one sandbox.
#[derive(Clone, Debug)]
pub(super) struct Groups(Vec<Group>);

#[derive(Clone, Debug)]
struct Group {
    controller: Controller,
    version: Version,
    dir: PathBuf,
}

impl Groups {
    /// Those that the limits ask for and that can be had here, called `name`. Nothing is made yet.
    pub(super) fn planned(limits: &Limits, name: &str) -> Self {
        if !Controller::ALL.iter().any(|it| it.is_asked(limits)) {
            return Self(Vec::new());
        }
        let asked = places().into_iter().filter(|(controller, _)| controller.is_asked(limits));
        let group =
            |(controller, Place { version, parent })| Group { controller, version, dir: parent.join(name) };
        Self(asked.map(group).collect())
    }

    /// Whether one of them has that controller.
    pub(super) fn bind(&self, controller: Controller) -> bool {
        self.group(controller).is_some()
    }

    /// The folders that [`make`](Self::make) makes, each once.
    pub(super) fn dirs(&self) -> Vec<PathBuf> {
        let mut dirs: Vec<PathBuf> = self.0.iter().map(|group| group.dir.clone()).collect();
        dirs.sort();
        dirs.dedup();
        dirs
    }

    /// Makes them, with their limits.
    pub(super) fn make(&self, limits: &Limits) -> io::Result<()> {
        for dir in self.dirs() {
            fs::create_dir(&dir).map_err(|error| at(&dir, &error))?;
        }
        self.0.iter().try_for_each(|group| group.limit(limits))
    }

    /// Moves a process in that has started nothing yet; what it starts from now on begins there.
    pub(super) fn take_in(&self, pid: Pid) -> io::Result<()> {
        let pid = pid.as_raw_nonzero().to_string();
        self.dirs().iter().try_for_each(|dir| write(&dir.join("cgroup.procs"), &pid))
    }

    /// Whether the kernel had to end a process because memory ran out.
    pub(super) fn ran_out_of_memory(&self) -> bool {
        self.counted(Controller::Memory, "oom_kill ") > 0
    }

    /// Whether the kernel refused to make a process.
    pub(super) fn ran_out_of_processes(&self) -> bool {
        self.counted(Controller::Pids, "max ") > 0
    }

    /// Processor time of all processes so far, those that have ended among them.
    pub(super) fn cpu(&self) -> Option<Duration> {
        let group = self.group(Controller::Cpu)?;
        match group.version {
            Version::V1 => {
                let text = fs::read_to_string(group.dir.join("cpuacct.usage")).ok()?;
                text.trim().parse().ok().map(Duration::from_nanos)
            }
            Version::V2 => {
                let text = fs::read_to_string(group.dir.join("cpu.stat")).ok()?;
                Some(Duration::from_micros(field(&text, "usage_usec ")))
            }
        }
    }

    fn group(&self, controller: Controller) -> Option<&Group> {
        self.0.iter().find(|group| group.controller == controller)
    }

    /// What a controller's file of events says under a name that ends in a blank.
    fn counted(&self, controller: Controller, name: &str) -> u64 {
        let Some(group) = self.group(controller) else { return 0 };
        let file = match (controller, group.version) {
            (Controller::Memory, Version::V1) => "memory.oom_control",
            (Controller::Memory, Version::V2) => "memory.events",
            _ => "pids.events",
        };
        fs::read_to_string(group.dir.join(file)).map_or(0, |text| field(&text, name))
    }
}

impl Group {
    fn limit(&self, limits: &Limits) -> io::Result<()> {
        let file = |name: &str| self.dir.join(name);
        match (self.controller, self.version) {
            (Controller::Memory, Version::V1) => {
                let bytes = limits.tree_memory_bytes.unwrap_or(u64::MAX).to_string();
                write(&file("memory.limit_in_bytes"), &bytes)?;
                // Without accounting of swap the file is missing, or refuses; the memory is bound all the same.
                let _no_swap_accounting = write(&file("memory.memsw.limit_in_bytes"), &bytes);
            }
            (Controller::Memory, Version::V2) => {
                write(&file("memory.max"), &limits.tree_memory_bytes.unwrap_or(u64::MAX).to_string())?;
                let _no_swap_accounting = write(&file("memory.swap.max"), "0");
            }
            (Controller::Pids, _) => {
                write(&file("pids.max"), &limits.processes.unwrap_or(u64::MAX).to_string())?;
            }
            (Controller::Cpu, _) => {}
        }
        Ok(())
    }
}

/// Kills whatever is in the groups, and removes them. Those that are gone already are none of its business.
pub(super) fn remove(dirs: &[PathBuf]) -> io::Result<()> {
    let patience = Instant::now() + PATIENCE;
    for dir in dirs {
        while let Err(error) = fs::remove_dir(dir) {
            match error.kind() {
                io::ErrorKind::NotFound => break,
                _ if Instant::now() > patience => return Err(at(dir, &error)),
                _ => end_processes(dir),
            }
            sleep(Duration::from_millis(1));
        }
    }
    Ok(())
}

fn end_processes(dir: &Path) {
    let listed = fs::read_to_string(dir.join("cgroup.procs")).unwrap_or_default();
    let others = |pid: &Pid| *pid != getpid();
    for pid in listed.lines().filter_map(|line| Pid::from_raw(line.parse().ok()?)).filter(others) {
        let _already_gone = kill_process(pid, Signal::KILL);
    }
}

/// The number after a name that begins a line; 0 where there is none.
fn field(text: &str, name: &str) -> u64 {
    text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok()).unwrap_or(0)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    fs::write(path, text).map_err(|error| at(path, &error))
}

fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_by_name() {
        let events = "low 0\nhigh 3\noom 2\noom_kill 17\noom_group_kill 1\n";
        assert_eq!((field(events, "oom_kill "), field(events, "max ")), (17, 0));
    }

    #[test]
    fn without_limits_of_the_tree_there_are_no_groups() {
        assert_eq!(Groups::planned(&Limits::default(), "none").dirs(), Vec::<PathBuf>::new());
    }

    #[test]
    fn groups_that_are_gone_are_no_error() {
        remove(&["/no/such/group".into()]).unwrap();
    }
}
