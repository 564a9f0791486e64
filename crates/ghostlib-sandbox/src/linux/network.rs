//! The network of a sandbox with a broker: a namespace of its own, with nothing in it but a loopback
//! interface, and there one listener.

use super::wire::{Confinement, Isolation};
use nix::sched::{CloneFlags, unshare};
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, sendto, socket_with};
use rustix::process::{getegid, geteuid};
use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};

/// Listens where the command will look for the broker. Enters a network namespace where that was not done
/// yet, so no thread may have been started.
pub(super) fn listen(confinement: &Confinement, port: u16) -> io::Result<TcpListener> {
    match confinement {
        // bubblewrap has made the namespace, and switched its loopback interface on.
        Confinement::Bubblewrap { .. } | Confinement::Landlock { isolation: Isolation::PortRule, .. } => {}
        Confinement::Landlock { isolation: Isolation::Namespace, .. } => {
            enter_namespace()?;
            switch_loopback_on()?;
        }
        Confinement::Landlock { isolation: Isolation::Impossible, .. } => {
            let reason = "it takes network namespaces, or Landlock ABI 4";
            return Err(io::Error::new(io::ErrorKind::Unsupported, reason));
        }
    }
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
}

/// Whoever may not make network namespaces may do so within a user namespace, on most systems.
fn enter_namespace() -> io::Result<()> {
    if unshare(CloneFlags::CLONE_NEWNET).is_ok() {
        return Ok(());
    }
    let (uid, gid) = (geteuid(), getegid());
    unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNET)?;
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", format!("{0} {0} 1", uid.as_raw()))?;
    fs::write("/proc/self/gid_map", format!("{0} {0} 1", gid.as_raw()))
}

/// Asks the kernel by netlink, as rtnetlink(7) describes it, because `ioctl` would need `unsafe`.
fn switch_loopback_on() -> io::Result<()> {
    // Without a protocol, which is `NETLINK_ROUTE`.
    let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None)?;
    sendto(&socket, &request(), SendFlags::empty(), &SocketAddrNetlink::new(0, 0))?;
    let mut answer = [0; 256];
    let (length, _) = recv(&socket, &mut answer, RecvFlags::empty())?;
    // `struct nlmsgerr`: the header, and then the negated error number.
    match answer[..length].get(16..20).and_then(|code| code.try_into().ok()).map(i32::from_ne_bytes) {
        Some(0) => Ok(()),
        Some(code) => Err(io::Error::from_raw_os_error(code.saturating_neg())),
        None => Err(io::Error::other("the answer of the kernel is too short")),
    }
}

/// `struct nlmsghdr` and `struct ifinfomsg`: set `IFF_UP` on interface 1, and acknowledge.
fn request() -> Vec<u8> {
    const RTM_NEWLINK: u16 = 16;
    const NLM_F_REQUEST_AND_ACK: u16 = 1 | 4;
    const LOOPBACK: i32 = 1;
    const IFF_UP: u32 = 1;
    let header = [
        &32_u32.to_ne_bytes()[..],
        &RTM_NEWLINK.to_ne_bytes(),
        &NLM_F_REQUEST_AND_ACK.to_ne_bytes(),
        &1_u32.to_ne_bytes(),
        &0_u32.to_ne_bytes(),
    ];
    let interface = [&[0; 4][..], &LOOPBACK.to_ne_bytes(), &IFF_UP.to_ne_bytes(), &IFF_UP.to_ne_bytes()];
    [header.concat(), interface.concat()].concat()
}
