//! Everything that needs Linux.

mod backend;
mod bridge;
mod bubblewrap;
mod capture;
mod cgroup;
mod confine;
mod declared;
mod disk;
pub mod host;
mod identity;
mod landlock;
pub mod launcher;
mod network;
mod ownership;
mod private_folder;
mod reachable;
mod registry;
mod rlimits;
mod running;
mod sandbox;
mod seccomp;
mod spare;
mod starter;
mod supervise;
mod system_paths;
mod traces;
mod tree;
mod walk;
mod watch;
mod wire;

pub use backend::probe;
pub(crate) use private_folder::PrivateFolder;
pub use running::Running;
pub use sandbox::Sandbox;
pub use traces::remove_folder;

use crate::CommandLine;

/// The only place where a process is made.
#[expect(clippy::disallowed_methods, reason = "this crate is where processes are started")]
fn std_command(command: &CommandLine) -> std::process::Command {
    let mut process = std::process::Command::new(&command.program);
    process.args(&command.args);
    process
}
