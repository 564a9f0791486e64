//! The limits that nothing in the kernel ends a tree of processes at: somebody has to look.

use super::cgroup::Groups;
use super::{disk, tree};
use crate::{Limits, ProcessEnd};
use rustix::process::Pid;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// From one look at the control groups to the next.
const PAUSE: Duration = Duration::from_millis(100);
/// To look at the disk may take this share of the time at most.
const DISK_SHARE: u32 = 20;

/// Looks at what a tree of processes has used up.
pub(super) struct Watch<'a> {
    limits: &'a Limits,
    groups: &'a Groups,
    /// The folders whose contents count.
    places: Vec<PathBuf>,
    next: Instant,
    next_disk: Instant,
}

impl<'a> Watch<'a> {
    pub(super) fn new(limits: &'a Limits, groups: &'a Groups, places: Vec<PathBuf>) -> Self {
        let next = Instant::now() + PAUSE;
        Self { limits, groups, places, next, next_disk: next }
    }

    /// When to look again; nothing where there is nothing to look at.
    pub(super) fn next(&self) -> Option<Instant> {
        let looks_at_groups = !self.groups.dirs().is_empty();
        (looks_at_groups || self.looks_at_disk()).then_some(self.next)
    }

    /// The limit that is reached, if one is.
    pub(super) fn look(&mut self) -> Option<ProcessEnd> {
        let now = Instant::now();
        self.next = now + PAUSE;
        let reached = self.groups();
        if reached.is_some() || !self.looks_at_disk() || now < self.next_disk {
            return reached;
        }
        let reached = self.disk(&tree::descendants());
        let took = now.elapsed();
        self.next_disk = Instant::now() + PAUSE.max(took * DISK_SHARE);
        reached
    }

    /// The limit that was reached, when all processes are gone.
    pub(super) fn last_look(&self) -> Option<ProcessEnd> {
        self.groups().or_else(|| if self.looks_at_disk() { self.disk(&[]) } else { None })
    }

    fn looks_at_disk(&self) -> bool {
        self.limits.disk_bytes.is_some() || self.limits.disk_files.is_some()
    }

    fn groups(&self) -> Option<ProcessEnd> {
        let is_over = |limit: Duration| self.groups.cpu().is_some_and(|used| used > limit);
        if self.groups.ran_out_of_memory() {
            Some(ProcessEnd::MemoryLimit)
        } else if self.groups.ran_out_of_processes() {
            Some(ProcessEnd::ProcessLimit)
        } else if self.limits.tree_cpu.is_some_and(is_over) {
            Some(ProcessEnd::CpuLimit)
        } else {
            None
        }
    }

    fn disk(&self, processes: &[Pid]) -> Option<ProcessEnd> {
        let used = disk::usage(&self.places, processes);
        let is_over = |used: u64, limit: Option<u64>| limit.is_some_and(|limit| used > limit);
        let is_full =
            is_over(used.bytes, self.limits.disk_bytes) || is_over(used.n_files, self.limits.disk_files);
        is_full.then_some(ProcessEnd::DiskLimit)
    }
}
