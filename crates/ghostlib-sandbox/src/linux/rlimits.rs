use crate::Limits;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::io;

/// Binds all processes of this one's user together. Only where that user is the sandbox's own is that a limit
/// of the sandbox.
pub(super) fn apply_to_user(limits: &Limits) -> io::Result<()> {
    limits.processes.map_or(Ok(()), |limit| lower(Resource::Nproc, limit, limit))
}

/// Binds this process and all that it starts, each for itself.
pub(super) fn apply(limits: &Limits) -> io::Result<()> {
    lower(Resource::Core, 0, 0)?;
    if let Some(cpu) = limits.cpu {
        let seconds = cpu.as_secs().saturating_add(u64::from(cpu.subsec_nanos() > 0)).max(1);
        // The soft limit's signal tells what happened; the hard one is for whoever ignores it.
        lower(Resource::Cpu, seconds, seconds.saturating_add(1))?;
    }
    for (resource, limit) in [
        (Resource::As, limits.memory_bytes),
        (Resource::Fsize, limits.file_bytes),
        (Resource::Nofile, limits.open_files),
    ] {
        if let Some(limit) = limit {
            lower(resource, limit, limit)?;
        }
    }
    Ok(())
}

/// Sets the limit, or leaves the one that is there already if that is tighter.
fn lower(resource: Resource, soft: u64, hard: u64) -> io::Result<()> {
    let present = getrlimit(resource);
    let tightest = |limit: u64, present: Option<u64>| Some(present.map_or(limit, |it| it.min(limit)));
    let new = Rlimit { current: tightest(soft, present.maximum), maximum: tightest(hard, present.maximum) };
    Ok(setrlimit(resource, new)?)
}
