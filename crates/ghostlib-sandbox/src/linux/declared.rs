//! What each backend enforces on this machine, and why not more.

use super::cgroup::Controller;
use super::identity::Identity;
use super::wire::Isolation;
use crate::{Declared, Guarantee};
use rustix::process::geteuid;

/// What decides about guarantees, besides the backend.
pub(super) struct Machine {
    /// The controllers for which groups can be made.
    pub(super) controllers: Vec<Controller>,
    /// As whom commands run.
    pub(super) identity: Identity,
    /// Whether ghostlib runs as root.
    pub(super) is_root: bool,
}

impl Machine {
    pub(super) fn this() -> Self {
        Self {
            controllers: super::cgroup::available(),
            identity: Identity::possible(),
            is_root: geteuid().is_root(),
        }
    }

    fn lacks_controller(&self, controller: Controller) -> Option<&'static str> {
        (!self.controllers.contains(&controller)).then_some(NO_GROUP)
    }

    /// What is missing whatever the backend.
    fn lacks(&self, guarantee: Guarantee) -> Option<&'static str> {
        match guarantee {
            Guarantee::CpuLimitOfTheTree => self.lacks_controller(Controller::Cpu),
            Guarantee::MemoryLimitOfTheTree => self.lacks_controller(Controller::Memory),
            // The kernel counts the processes of a user, and this user has no others.
            Guarantee::ProcessCountLimit if self.identity == Identity::Assigned => None,
            Guarantee::ProcessCountLimit => self.lacks_controller(Controller::Pids),
            Guarantee::UidDropped if self.is_root && self.identity == Identity::Callers => {
                Some(ROOT_IN_A_CAGE)
            }
            _ => None,
        }
    }
}

const NO_GROUP: &str = "no control group with this controller can be made here; a session of its own has one: \
                        `systemd-run --user --scope ghostlib …`";
const ROOT_IN_A_CAGE: &str = "this root has not the capabilities to become another user, or has no other users; \
                              start ghostlib as a user who is not root";

/// What bubblewrap enforces.
pub(super) fn bubblewrap(machine: &Machine) -> Vec<Declared> {
    declare(|guarantee| machine.lacks(guarantee))
}

/// What Landlock enforces with that version of the kernel's interface.
pub(super) fn landlock(abi: u32, isolation: Isolation, machine: &Machine) -> Vec<Declared> {
    let has_own_user = machine.identity == Identity::Assigned;
    declare(|guarantee| match guarantee {
        Guarantee::FilesWriteAllowList if abi < 3 => {
            Some("files can be truncated before Landlock ABI 3 (Linux 6.2)")
        }
        Guarantee::FileMetadataProtected => Some(
            "Landlock covers neither stat nor, on files of the same user, chmod, chown, utimes and attributes; \
             use bubblewrap",
        ),
        Guarantee::OtherProcessesHidden => {
            Some("their entries in /proc cannot be opened, but stat shows that they exist; use bubblewrap")
        }
        // Nobody may signal or trace another user's processes.
        Guarantee::OtherProcessesSafe if abi < 6 && !has_own_user => {
            Some("signals reach them before Landlock ABI 6 (Linux 6.12)")
        }
        Guarantee::ProcessTreeEnds if abi < 6 => Some(
            "before Landlock ABI 6 (Linux 6.12) a process can stop what would end it, and live on if ghostlib is killed",
        ),
        Guarantee::OnlyTheBroker => match isolation {
            Isolation::Namespace => None,
            Isolation::PortRule => Some(
                "network namespaces cannot be made here, and Landlock binds the port of a connection but not the \
                 host; use bubblewrap",
            ),
            Isolation::Impossible => Some(
                "nothing with a broker is started: it takes network namespaces, or Landlock ABI 4 (Linux 6.7)",
            ),
        },
        other => machine.lacks(other),
    })
}

fn declare(lacks: impl Fn(Guarantee) -> Option<&'static str>) -> Vec<Declared> {
    let declared = |guarantee: &Guarantee| Declared {
        guarantee: *guarantee,
        lacks: lacks(*guarantee).map(str::to_owned),
    };
    Guarantee::ALL.iter().map(declared).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_of_lacking(declared: &[Declared]) -> Vec<&'static str> {
        declared.iter().filter(|it| it.lacks.is_some()).map(|it| it.guarantee.name()).collect()
    }

    fn user(controllers: Vec<Controller>) -> Machine {
        Machine { controllers, identity: Identity::Callers, is_root: false }
    }

    #[test]
    fn old_kernels_do_not_promise_what_they_cannot_keep() {
        let lacking = |abi, isolation| names_of_lacking(&landlock(abi, isolation, &user(vec![])));
        let lacks = |abi| lacking(abi, Isolation::Namespace).len();
        assert_eq!((lacks(1) - lacks(3), lacks(3) - lacks(6)), (1, 2));
        assert!(!lacking(6, Isolation::Namespace).contains(&"only-the-broker"));
        for isolation in [Isolation::PortRule, Isolation::Impossible] {
            assert!(lacking(6, isolation).contains(&"only-the-broker"));
        }
    }

    #[test]
    fn without_control_groups_no_tree_is_bound_as_a_whole() {
        let lacking = names_of_lacking(&bubblewrap(&user(vec![])));
        assert_eq!(lacking, ["cpu-limit-of-the-tree", "memory-limit-of-the-tree", "process-count-limit"]);
        let lacking = names_of_lacking(&bubblewrap(&user(vec![Controller::Pids, Controller::Memory])));
        assert_eq!(lacking, ["cpu-limit-of-the-tree"]);
    }

    #[test]
    fn a_root_that_cannot_become_somebody_else_says_so() {
        let caged = Machine { controllers: vec![], identity: Identity::Callers, is_root: true };
        assert!(names_of_lacking(&bubblewrap(&caged)).contains(&"uid-dropped"));
        let free = Machine { identity: Identity::Assigned, ..caged };
        let lacking = names_of_lacking(&bubblewrap(&free));
        assert!(!lacking.contains(&"uid-dropped") && !lacking.contains(&"process-count-limit"));
    }
}
