//! Starts processes, and says what they cannot reach. No other crate of the project may start one.
//!
//! A [`Sandbox`] runs a [`CommandLine`] under a [`SandboxPolicy`]: plain data that names the readable
//! paths, the writable ones, the whole environment, and the limits. What is not named is out of reach.
//! Which guarantees hold depends on the backend and on the kernel; [`Sandbox::stamp`] tells, and
//! [`probe`] tells it of every backend. Trusted tools such as `cargo vendor` run through [`host`].
//!
//! # How a process comes to be
//!
//! ```text
//! ghostlib ── supervisor ── confined starter ── the command
//!               │             └ limits, Landlock (or bubblewrap around it), seccomp
//!               └ reaps every descendant, keeps the wall limit, ends all when ghostlib goes away
//! ```
//!
//! Supervisor and starter are this same program, executed again by way of a [`Launcher`]; both begin
//! in [`launcher::main`]. Each pair talks over a Unix socket that is the lower one's standard input,
//! and along which the command's three standard streams are handed down. When that socket closes, for
//! whatever reason, the lower side ends everything below it.
//!
//! Both are started before there is anything to do: a [`Sandbox`] keeps one such pair ready, which has made nothing yet and
//! ends when it is no longer wanted.

#[cfg(unix)]
pub mod broker;
mod command;
mod error;
mod finished;
mod guarantee;
mod policy;
mod roles;

#[cfg(target_os = "linux")]
#[path = "linux/mod.rs"]
mod platform;
#[cfg(not(target_os = "linux"))]
#[path = "unsupported.rs"]
mod platform;

pub use command::{CommandLine, Launcher};
pub use error::SandboxError;
pub use finished::{Finished, ProcessEnd};
pub use guarantee::{BackendReport, Declared, Guarantee, UnknownGuarantee};
pub use platform::{Running, Sandbox, host, launcher, probe, remove_folder};
pub use policy::{BackendChoice, Limits, Network, SandboxPolicy};
pub use roles::{SandboxRole, UnknownRole};
