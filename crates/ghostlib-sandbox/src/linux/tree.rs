//! Ends every descendant of this process. That works because the supervisor is a subreaper: whoever loses
//! its parent becomes the supervisor's child, however many times it forked and whatever session it made.

use super::identity::pid_namespace;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, WaitOptions, getpid, kill_process, pidfd_open, wait};
use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long processes that were killed may take to go.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a starter may take to end that has reported, and what bubblewrap has made after it, before anybody looks for
/// what else there is.
const LAST_BREATH: Duration = Duration::from_millis(10);

/// Kills and reaps descendants until there is none, when a starter has reported: it is just about to end by
/// itself, and to look through all processes is by far the dearer part.
pub(super) fn end_descendants_of_starter(starter: Pid) {
    let until = Instant::now() + LAST_BREATH;
    if let (Ok(starter), Ok(breath)) =
        (pidfd_open(starter, PidfdFlags::empty()), Timespec::try_from(LAST_BREATH))
    {
        let _ended_or_not = poll(&mut [PollFd::new(&starter, PollFlags::IN)], Some(&breath));
    }
    while reap() && Instant::now() < until {
        sleep(Duration::from_micros(100));
    }
    end_descendants();
}

/// Kills and reaps descendants until there is none.
pub(super) fn end_descendants() {
    let mut pause = Duration::from_micros(100);
    while reap() {
        for pid in descendants() {
            let _already_gone = kill_process(pid, Signal::KILL);
        }
        sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// Reaps those children that are dead, and tells whether there are others.
fn reap() -> bool {
    loop {
        match wait(WaitOptions::NOHANG) {
            Ok(Some(_)) | Err(rustix::io::Errno::INTR) => {}
            Ok(None) => return true,
            Err(_no_child) => return false,
        }
    }
}

/// Kills every process of a user that sees the same processes as this one, until there is none. Those in a namespace
/// of their own are somebody else's, or end with the process that made it.
pub(super) fn end_processes_of(uid: u32) {
    let patience = Instant::now() + PATIENCE;
    loop {
        let processes = processes_of(uid);
        if processes.is_empty() || Instant::now() > patience {
            return;
        }
        for pid in processes {
            let _already_gone = kill_process(pid, Signal::KILL);
        }
        sleep(Duration::from_millis(1));
    }
}

/// Without those that are dead, of which only the entry that their parent reads is left.
fn processes_of(uid: u32) -> Vec<Pid> {
    let (Ok(entries), Ok(own)) = (fs::read_dir("/proc"), pid_namespace("self")) else { return Vec::new() };
    let of_user = entries.flatten().filter(|entry| {
        let status = fs::read_to_string(entry.path().join("status")).unwrap_or_default();
        is_alive(&status)
            && real_uid(&status) == Some(uid)
            && pid_namespace(&entry.file_name().to_string_lossy()).is_ok_and(|it| it == own)
    });
    of_user.filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)).collect()
}

/// Whether `/proc/PID/status` is that of a process that is more than an entry for its parent to read.
fn is_alive(status: &str) -> bool {
    !status.lines().any(|line| line.starts_with("State:\tZ") || line.starts_with("State:\tX"))
}

/// The real user in `/proc/PID/status`.
fn real_uid(status: &str) -> Option<u32> {
    status.lines().find_map(|line| line.strip_prefix("Uid:\t"))?.split_whitespace().next()?.parse().ok()
}

/// All descendants of this process, as far as `/proc` shows them at the moment: parents before their children,
/// or they would go on with what comes next as a child is killed.
pub(super) fn descendants() -> Vec<Pid> {
    let parents = parents();
    let mut family = vec![getpid().as_raw_nonzero().get()];
    let mut n_followed = 0;
    while let Some(&parent) = family.get(n_followed) {
        family.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(pid, _)| *pid));
        n_followed += 1;
    }
    family.into_iter().skip(1).filter_map(Pid::from_raw).collect()
}

/// Every process with its parent.
fn parents() -> Vec<(i32, i32)> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries
        .flatten()
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            Some((pid, parent_in(&stat)?))
        })
        .collect()
}

/// The parent in a line of `/proc/PID/stat`. The program's name before it is in parentheses and may contain
/// anything, parentheses too.
fn parent_in(stat: &str) -> Option<i32> {
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_and_blanks_does_not_hide_the_parent() {
        assert_eq!(parent_in("17 (a) b (c)) S 4 17 17 0"), Some(4));
        assert_eq!(parent_in("17 (a"), None);
    }

    #[test]
    fn whose_a_process_is_stands_in_its_status() {
        let status = "Name:\tUid:\nState:\tZ (zombie)\nUid:\t2000000007\t1\t2\t3\nGid:\t4\n";
        assert_eq!((real_uid(status), is_alive(status)), (Some(2_000_000_007), false));
        assert!(processes_of(rustix::process::getuid().as_raw()).contains(&getpid()));
    }

    #[test]
    fn this_process_knows_its_parent() {
        let own = getpid().as_raw_nonzero().get();
        let parent = std::os::unix::process::parent_id();
        assert!(parents().contains(&(own, i32::try_from(parent).unwrap())));
    }
}
