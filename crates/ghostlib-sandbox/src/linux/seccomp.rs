//! The system calls that no sandboxed process may make, whatever the backend.

use super::wire::Confinement;
use crate::Network;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch, apply_filter, sock_filter,
};
use std::collections::BTreeMap;

/// Denied with "operation not permitted".
const DENIED: &[i64] = &[
    // Looking into, and acting as, other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    // Another view of the file system, or another namespace.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    // Parts of the kernel that are wide and that no compiler needs.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_fanotify_init,
    libc::SYS_lookup_dcookie,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    // Memory and queues that are shared with the host's processes by a key or a name.
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_shmctl,
    libc::SYS_semget,
    libc::SYS_semop,
    libc::SYS_semtimedop,
    libc::SYS_semctl,
    libc::SYS_msgget,
    libc::SYS_msgsnd,
    libc::SYS_msgrcv,
    libc::SYS_msgctl,
    libc::SYS_mq_open,
    libc::SYS_mq_unlink,
    // The machine itself.
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_syslog,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_vhangup,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_kexec_file_load,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
];

/// The flags of `clone` that make a namespace.
const NAMESPACE_FLAGS: &[u64] = &[
    0x0000_0080, // CLONE_NEWTIME
    0x0002_0000, // CLONE_NEWNS
    0x0200_0000, // CLONE_NEWCGROUP
    0x0400_0000, // CLONE_NEWUTS
    0x0800_0000, // CLONE_NEWIPC
    0x1000_0000, // CLONE_NEWUSER
    0x2000_0000, // CLONE_NEWPID
    0x4000_0000, // CLONE_NEWNET
];

/// Calls that act on the process whose number is their first argument: permitted on the calling one, which is number 0.
const OF_ONE_PROCESS: &[i64] = &[
    libc::SYS_prlimit64,
    libc::SYS_sched_setaffinity,
    libc::SYS_sched_setattr,
    libc::SYS_sched_setparam,
    libc::SYS_sched_setscheduler,
];

/// Told to be missing where what happens in folders that cannot be opened could be watched.
const WATCHES: &[i64] = &[
    libc::SYS_inotify_init1,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_inotify_init,
];

/// Whose priority `setpriority` changes: that of one process.
const PRIO_PROCESS: u64 = 0;
/// The same for `ioprio_set`.
const IOPRIO_WHO_PROCESS: u64 = 1;

/// The requests of `ioctl` that put words into a terminal's mouth.
const TERMINAL_REQUESTS: &[u64] = &[
    0x5412, // TIOCSTI
    0x541c, // TIOCLINUX
];

/// Binds this thread and all that it starts, for good. Calls of another architecture end the process.
pub(super) fn apply(network: &Network, confinement: &Confinement) -> Result<(), seccompiler::Error> {
    for program in programs(network, confinement)?.iter().filter(|program| !program.is_empty()) {
        apply_filter(program)?;
    }
    Ok(())
}

fn programs(
    network: &Network,
    confinement: &Confinement,
) -> Result<[BpfProgram; 4], seccompiler::BackendError> {
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    let compile = |rules, errno: i32| {
        let action = SeccompAction::Errno(errno.unsigned_abs());
        SeccompFilter::new(rules, SeccompAction::Allow, action, arch)?.try_into()
    };
    let sockets = match network {
        Network::None => compile(every_socket(), libc::EPERM)?,
        Network::Broker { .. } => compile(sockets_but_tcp()?, libc::EAFNOSUPPORT)?,
    };
    Ok([no_x32(), compile(denied()?, libc::EPERM)?, compile(unknown(confinement), libc::ENOSYS)?, sockets])
}

/// Sockets of every family, those of the host's services included. Pipes and pairs of streams stay.
fn every_socket() -> BTreeMap<i64, Vec<SeccompRule>> {
    let mut rules = BTreeMap::new();
    add(&mut rules, libc::SYS_socket, &[]);
    rules
}

/// All but TCP over IPv4. Landlock's rule for ports knows no other protocols for streams, such as MPTCP, so
/// they must not pass. The error is the one of a kernel without these families: clients that try one after
/// the other go on.
fn sockets_but_tcp() -> Result<BTreeMap<i64, Vec<SeccompRule>>, seccompiler::BackendError> {
    let none_of = |argument, allowed: &[i32]| {
        let differs = |value: &i32| {
            let (len, value) = (SeccompCmpArgLen::Dword, u64::from(value.unsigned_abs()));
            SeccompCondition::new(argument, len, SeccompCmpOp::Ne, value)
        };
        SeccompRule::new(allowed.iter().map(differs).collect::<Result<_, _>>()?)
    };
    let (stream, cloexec, nonblock) = (libc::SOCK_STREAM, libc::SOCK_CLOEXEC, libc::SOCK_NONBLOCK);
    let streams = [stream, stream | cloexec, stream | nonblock, stream | cloexec | nonblock];
    let chain = [none_of(0, &[libc::AF_INET])?, none_of(1, &streams)?, none_of(2, &[0, libc::IPPROTO_TCP])?];
    let mut rules = BTreeMap::new();
    add(&mut rules, libc::SYS_socket, &chain);
    // Data in the first packet: a connection that older kernels do not show to Landlock.
    let fast_open = |argument| {
        let (len, flag) = (SeccompCmpArgLen::Dword, u64::from(libc::MSG_FASTOPEN.unsigned_abs()));
        rule(argument, len, SeccompCmpOp::MaskedEq(flag), flag)
    };
    add(&mut rules, libc::SYS_sendto, &[fast_open(3)?]);
    add(&mut rules, libc::SYS_sendmsg, &[fast_open(2)?]);
    add(&mut rules, libc::SYS_sendmmsg, &[fast_open(3)?]);
    Ok(rules)
}

/// What is not permitted.
fn denied() -> Result<BTreeMap<i64, Vec<SeccompRule>>, seccompiler::BackendError> {
    let mut rules = BTreeMap::new();
    for number in DENIED {
        add(&mut rules, *number, &[]);
    }
    let namespaces = NAMESPACE_FLAGS
        .iter()
        .map(|flag| rule(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(*flag), *flag));
    add(&mut rules, libc::SYS_clone, &namespaces.collect::<Result<Vec<_>, _>>()?);
    add(&mut rules, libc::SYS_socketpair, &pairs_that_reach_out()?);
    for number in OF_ONE_PROCESS {
        add(&mut rules, *number, &[not(0, 0)?]);
    }
    add(&mut rules, libc::SYS_setpriority, &[not(0, PRIO_PROCESS)?, not(1, 0)?]);
    add(&mut rules, libc::SYS_ioprio_set, &[not(0, IOPRIO_WHO_PROCESS)?, not(1, 0)?]);
    let requests =
        TERMINAL_REQUESTS.iter().map(|request| rule(1, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, *request));
    add(&mut rules, libc::SYS_ioctl, &requests.collect::<Result<Vec<_>, _>>()?);
    Ok(rules)
}

/// Half of a pair of datagram sockets can send to any other socket by its name. Those of streams are connected
/// to each other for good. The kernel makes raw ones of this family datagram ones.
fn pairs_that_reach_out() -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    const TYPE: u64 = 0xf;
    let kind = |kind: i32| {
        rule(1, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(TYPE), u64::from(kind.unsigned_abs()))
    };
    let family = u64::from(libc::AF_UNIX.unsigned_abs());
    [kind(libc::SOCK_DGRAM), kind(libc::SOCK_RAW), not(0, family)].into_iter().collect()
}

/// Any other value than this one. Limits and priorities can be changed of the calling process, which is number
/// 0, and not of others that belong to the same user.
fn not(argument: u8, value: u64) -> Result<SeccompRule, seccompiler::BackendError> {
    rule(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, value)
}

/// What must look as if the kernel did not have it. The flags of `clone3` lie in memory, where no filter can
/// see them; the C libraries fall back to `clone`.
///
/// Landlock does not bind what is watched, and each event has a name in it. In bubblewrap there is nothing but what the
/// policy names.
fn unknown(confinement: &Confinement) -> BTreeMap<i64, Vec<SeccompRule>> {
    let mut rules = BTreeMap::new();
    add(&mut rules, libc::SYS_clone3, &[]);
    if let Confinement::Landlock { .. } = confinement {
        for number in WATCHES {
            add(&mut rules, *number, &[]);
        }
    }
    rules
}

fn rule(
    argument: u8,
    len: SeccompCmpArgLen,
    op: SeccompCmpOp,
    value: u64,
) -> Result<SeccompRule, seccompiler::BackendError> {
    SeccompRule::new(vec![SeccompCondition::new(argument, len, op, value)?])
}

fn add(rules: &mut BTreeMap<i64, Vec<SeccompRule>>, number: i64, chain: &[SeccompRule]) {
    rules.insert(number, chain.to_vec());
}

/// Tells that there are no calls of the x32 ABI, which arrive as calls of the same architecture under numbers of their
/// own. As a program by itself it is far shorter than with each number twice, and the kernel tries a filter with every
/// number there is.
#[cfg(target_arch = "x86_64")]
fn no_x32() -> BpfProgram {
    const X32: u32 = 0x4000_0000;
    let instruction =
        |code: u32, jt, jf, k| sock_filter { code: u16::try_from(code).unwrap_or_default(), jt, jf, k };
    let load_number = instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0);
    let is_x32 = instruction(libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K, 0, 1, X32);
    let give = |action| instruction(libc::BPF_RET | libc::BPF_K, 0, 0, action);
    let missing = libc::SECCOMP_RET_ERRNO | libc::ENOSYS.unsigned_abs();
    vec![load_number, is_x32, give(missing), give(libc::SECCOMP_RET_ALLOW)]
}

#[cfg(not(target_arch = "x86_64"))]
fn no_x32() -> BpfProgram {
    BpfProgram::new()
}

#[cfg(test)]
mod tests {
    use super::super::wire::Isolation;
    use super::*;

    #[test]
    fn the_filters_compile_and_fit_the_kernels_limit() {
        let broker = Network::Broker { socket: "/run/broker".into(), port: 8080 };
        let landlock = Confinement::Landlock { abi: 1, isolation: Isolation::Namespace };
        for program in
            [Network::None, broker].iter().flat_map(|network| programs(network, &landlock).unwrap())
        {
            assert!(program.len() < 600, "{} instructions", program.len());
        }
    }

    #[test]
    fn every_denied_call_is_named_once() {
        let unique: std::collections::BTreeSet<_> = DENIED.iter().collect();
        assert_eq!(unique.len(), DENIED.len());
    }
}
