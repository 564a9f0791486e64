//! Who a sandboxed process is for the rest of the machine.

use super::registry::NUMBERS;
use rustix::process::{Gid, Uid, geteuid};
use rustix::thread::{
    CapabilitySet, capabilities, set_thread_groups, set_thread_res_gid, set_thread_res_uid,
};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;

/// Which user of the host the command runs as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Identity {
    /// The one that started ghostlib.
    Callers,
    /// One of the sandbox's own, which owns nothing. Only root can give it.
    Assigned,
}

impl Identity {
    /// The better one of those that this process can give.
    pub(super) fn possible() -> Self {
        let needed = CapabilitySet::SETUID
            | CapabilitySet::SETGID
            | CapabilitySet::SETPCAP
            | CapabilitySet::CHOWN
            | CapabilitySet::FOWNER
            | CapabilitySet::DAC_OVERRIDE
            | CapabilitySet::KILL
            | CapabilitySet::SYS_ADMIN;
        let has_rights = capabilities(None).is_ok_and(|sets| sets.effective.contains(needed));
        let are_mapped = ["/proc/self/uid_map", "/proc/self/gid_map"]
            .iter()
            .all(|path| is_mapped(&fs::read_to_string(path).unwrap_or_default()));
        if geteuid().is_root() && has_rights && are_mapped { Self::Assigned } else { Self::Callers }
    }
}

/// Whether the users of sandboxes exist in this user namespace: a line has the first number inside, the first
/// number outside, and how many there are (`user_namespaces(7)`).
fn is_mapped(uid_map: &str) -> bool {
    uid_map.lines().any(|line| {
        let numbers: Vec<u64> = line.split_whitespace().filter_map(|it| it.parse().ok()).collect();
        let [inside, _outside, length] = numbers[..] else { return false };
        inside <= u64::from(FIRST) && u64::from(FIRST + COUNT) <= inside + length
    })
}

/// The first of the users that sandboxes run as. Their numbers lie where neither distributions nor systemd
/// nor container engines assign any (systemd's "Users, Groups, UIDs and GIDs").
const FIRST: u32 = 2_000_000_000;
/// How many there are: for each number of a sandbox one in each block.
const COUNT: u32 = NUMBERS * BLOCKS;
const BLOCKS: u32 = 1 << 15;

/// The user of the sandbox with a number of its own.
pub(super) fn assigned(number: u32) -> io::Result<u32> {
    Ok(assigned_among(pid_namespace("self")?, number))
}

/// Ghostlibs that do not see each other's processes, as one in a privileged container and one on its host, do not see
/// each other's registries either: each has a block of users to itself, or else one would end what the other runs.
fn assigned_among(pid_namespace: u64, number: u32) -> u32 {
    // Numbers of namespaces are close to each other, and spread by the fraction of the golden ratio.
    let spread = pid_namespace.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 49;
    let block = u32::try_from(spread).unwrap_or_default() % BLOCKS;
    FIRST + block * NUMBERS + number % NUMBERS
}

/// Which processes a process sees, by the number of its namespace; `process` is its entry in `/proc`.
pub(super) fn pid_namespace(process: &str) -> io::Result<u64> {
    Ok(fs::metadata(format!("/proc/{process}/ns/pid"))?.ino())
}

/// Whether it is one of those.
pub(super) fn is_assigned(uid: u32) -> bool {
    (FIRST..FIRST + COUNT).contains(&uid)
}

/// Makes this thread, which must be the only one, that user with a group of the same number and no other. As
/// the user changes from root, the kernel takes all capabilities.
pub(super) fn become_user(uid: u32) -> io::Result<()> {
    let (uid, gid) = (Uid::from_raw(uid), Gid::from_raw(uid));
    set_thread_groups(&[])?;
    set_thread_res_gid(gid, gid, gid)?;
    Ok(set_thread_res_uid(uid, uid, uid)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ghostlibs_that_do_not_see_each_other_share_no_user() {
        let blocks: std::collections::BTreeSet<u32> =
            (0..64).map(|n| assigned_among(4_026_531_836 + n, 7)).collect();
        assert!(blocks.len() > 62, "{} users for 64 namespaces", blocks.len());
        assert!(blocks.iter().all(|uid| is_assigned(*uid)));
        assert!(is_assigned(assigned(NUMBERS - 1).unwrap()));
        assert!(FIRST.checked_add(COUNT).is_some_and(|end| end < 1 << 31), "as the documentation has it");
    }

    #[test]
    fn in_a_small_user_namespace_there_are_no_such_users() {
        assert!(is_mapped("         0          0 4294967295\n"));
        assert!(!is_mapped("         0       1000          1\n         1     100000      65536\n"));
        assert!(!is_mapped("nonsense"));
    }
}
