//! The Landlock part of the confinement: which paths can be opened, and for what.

use super::system_paths;
use crate::{Network, SandboxPolicy};
use ::landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, LandlockStatus, NetPort,
    PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetStatus, Scope,
    path_beneath_rules,
};
use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

/// The newest interface that this file was written for.
const NEWEST: ABI = ABI::V9;

/// Files about the machine that programs size themselves by.
const MACHINE: &[&str] = &["/proc/cpuinfo", "/proc/meminfo"];

/// What every command may open, whatever its policy.
pub(super) struct SystemRules(RulesetCreated);

pub(super) fn system_rules() -> Result<SystemRules, String> {
    ruleset_of_system().map(SystemRules).map_err(|error| error.to_string())
}

/// Binds this thread and all that it starts to these and to the policy's paths, for good.
pub(super) fn apply(rules: SystemRules, policy: &SandboxPolicy) -> Result<(), String> {
    let ruleset = add_policy(rules.0, policy).map_err(|error| error.to_string())?;
    let status = ruleset.restrict_self().map_err(|error| error.to_string())?;
    match status.ruleset {
        RulesetStatus::NotEnforced => Err("the kernel does not enforce Landlock".into()),
        _ => Ok(()),
    }
}

/// The version of the kernel's interface, or why there is none.
///
/// Only an enforced ruleset tells its version, so a thread of its own enforces one: Landlock binds the
/// calling thread alone.
pub(super) fn abi() -> Result<u32, String> {
    let probe = || Ruleset::default().handle_access(AccessFs::MakeBlock)?.create()?.restrict_self();
    let status = std::thread::spawn(probe).join().map_err(|_| "the probe ended early".to_string())?;
    match status.map_err(|error| error.to_string())?.landlock {
        LandlockStatus::Available { effective_abi, .. } => Ok(effective_abi as u32),
        LandlockStatus::NotEnabled => Err("the kernel has Landlock, but it is switched off at boot".into()),
        LandlockStatus::NotImplemented => Err("the kernel has no Landlock (it came with Linux 5.13)".into()),
    }
}

/// Whether processes below a ruleset can be kept from sending signals to those above it, by that version of the kernel's
/// interface.
pub(super) fn scopes_signals(abi: u32) -> bool {
    abi >= 6
}

/// Binds this thread and all that it starts to send signals to nothing but what it starts, for good.
pub(super) fn scope_signals() -> io::Result<()> {
    signals_alone().map_err(|error| io::Error::other(error.to_string()))
}

/// Every ruleset denies to move files between folders, unless it says otherwise.
fn signals_alone() -> Result<(), Box<dyn Error>> {
    let ruleset = Ruleset::default().scope(Scope::Signal)?.handle_access(AccessFs::Refer)?.create()?;
    let anywhere = PathBeneath::new(PathFd::new("/")?, AccessFs::Refer);
    ruleset.add_rule(anywhere)?.restrict_self()?;
    Ok(())
}

fn ruleset_of_system() -> Result<RulesetCreated, Box<dyn Error>> {
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V1))?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?;
    Ok(ruleset
        .add_rules(path_beneath_rules(readable_system_paths(), AccessFs::from_read(NEWEST)))?
        .add_rules(path_beneath_rules(system_paths::DEVICES, device_access()))?)
}

fn add_policy(ruleset: RulesetCreated, policy: &SandboxPolicy) -> Result<RulesetCreated, Box<dyn Error>> {
    let ruleset = add_policy_paths(ruleset, &policy.read, AccessFs::from_read(NEWEST))?;
    let ruleset = add_policy_paths(ruleset, &policy.write, write_access())?;
    Ok(match policy.network {
        Network::None => ruleset,
        Network::Broker { port, .. } => ruleset.add_rule(NetPort::new(port, AccessNet::ConnectTcp))?,
    })
}

fn readable_system_paths() -> Vec<PathBuf> {
    let hidden = system_paths::hidden();
    let hidden: Vec<&Path> = hidden.iter().map(PathBuf::as_path).collect();
    let mut roots: Vec<PathBuf> =
        system_paths::programs().map(|root| root.canonicalize().unwrap_or(root.into())).collect();
    // Most are links into the first.
    roots.sort();
    roots.dedup_by(|root, before| root.starts_with(before));
    let programs = roots.iter().flat_map(|root| system_paths::without(root, &hidden));
    let others = system_paths::etc().chain(MACHINE.iter().map(Path::new)).map(Path::to_path_buf);
    programs.chain(others).collect()
}

/// Unlike those of the system, paths of the policy must be there.
fn add_policy_paths(
    mut ruleset: RulesetCreated,
    paths: &[PathBuf],
    access: BitFlags<AccessFs>,
) -> Result<RulesetCreated, Box<dyn Error>> {
    for path in paths {
        let access = if path.is_dir() { access } else { access & AccessFs::from_file(NEWEST) };
        ruleset = ruleset.add_rule(PathBeneath::new(PathFd::new(path)?, access))?;
    }
    Ok(ruleset)
}

/// All but the making of devices and sockets, and the control of devices.
fn write_access() -> BitFlags<AccessFs> {
    let denied = AccessFs::MakeChar
        | AccessFs::MakeBlock
        | AccessFs::MakeSock
        | AccessFs::IoctlDev
        | AccessFs::ResolveUnix;
    AccessFs::from_all(NEWEST) & !denied
}

fn device_access() -> BitFlags<AccessFs> {
    AccessFs::ReadFile | AccessFs::WriteFile
}
