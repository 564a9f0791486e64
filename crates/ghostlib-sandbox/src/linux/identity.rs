//! Who a sandboxed process is for the rest of the machine.

use rustix::process::{Gid, Uid, geteuid};
use rustix::thread::{
    CapabilitySet, capabilities, set_thread_groups, set_thread_res_gid, set_thread_res_uid,
};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;

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
/// How many there are.
const COUNT: u32 = 4096;

/// The user of the sandbox with a number of its own.
pub(super) fn assigned(number: u32) -> u32 {
    FIRST + number % COUNT
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
    fn in_a_small_user_namespace_there_are_no_such_users() {
        assert!(is_mapped("         0          0 4294967295\n"));
        assert!(!is_mapped("         0       1000          1\n         1     100000      65536\n"));
        assert!(!is_mapped("nonsense"));
    }
}
