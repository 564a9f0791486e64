//! Which backends there are on this machine, and what each of them enforces here.

use super::declared::Machine;
use super::identity::Identity;
use super::sandbox::Sandbox;
use super::wire::{Confinement, Isolation};
use super::{declared, host, landlock};
use crate::{
    BackendReport, CommandLine, Declared, Finished, Launcher, Limits, Network, SandboxError, SandboxPolicy,
    SandboxRole,
};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

const LANDLOCK: &str = "landlock";
const BUBBLEWRAP: &str = "bubblewrap";

/// A backend that seems to be there.
#[derive(Clone, Debug)]
pub(super) struct Backend {
    pub(super) name: &'static str,
    pub(super) version: String,
    pub(super) confinement: Confinement,
    pub(super) identity: Identity,
    pub(super) guarantees: Vec<Declared>,
}

/// Landlock as the kernel has it.
pub(super) async fn landlock(launcher: &Launcher) -> Result<Backend, SandboxError> {
    let abi = landlock::abi().map_err(|reason| SandboxError::Unavailable { backend: LANDLOCK, reason })?;
    let machine = Machine::this();
    let backend = |isolation| Backend {
        name: LANDLOCK,
        version: format!("Landlock ABI {abi}"),
        confinement: Confinement::Landlock { abi, isolation },
        identity: machine.identity,
        guarantees: declared::landlock(abi, isolation, &machine),
    };
    let best = backend(Isolation::Namespace);
    // Nothing is ever sent to the socket.
    let network = Network::Broker { socket: "/dev/null".into(), port: 8080 };
    if run_true(&Sandbox::untried(best.clone(), launcher.clone()), network)
        .await
        .is_ok_and(|finished| finished.end.is_success())
    {
        return Ok(best);
    }
    Ok(backend(if abi >= 4 { Isolation::PortRule } else { Isolation::Impossible }))
}

/// The first bubblewrap on `path_env`.
pub(super) async fn bubblewrap(path_env: Option<&OsStr>) -> Result<Backend, SandboxError> {
    let missing = |reason| SandboxError::Unavailable { backend: BUBBLEWRAP, reason };
    let program = find("bwrap", path_env).ok_or_else(|| missing("there is no `bwrap` on the PATH".into()))?;
    let asked = CommandLine::new(&program).arg("--version");
    let answer = host::run(&asked, Path::new("/"), &[], Duration::from_secs(10)).await;
    let answer = answer.map_err(|error| missing(error.to_string()))?;
    let version = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
    let disable_userns = is_at_least_0_8(&version);
    let machine = Machine::this();
    Ok(Backend {
        name: BUBBLEWRAP,
        version,
        confinement: Confinement::Bubblewrap { program, disable_userns },
        identity: machine.identity,
        guarantees: declared::bubblewrap(&machine),
    })
}

/// Runs `true` in the backend: only that shows that kernel and distribution let it work.
pub(super) async fn try_out(backend: Backend, launcher: Launcher) -> Result<Sandbox, SandboxError> {
    let name = backend.name;
    let unavailable = |reason| SandboxError::Unavailable { backend: name, reason };
    let sandbox = Sandbox::untried(backend, launcher);
    match run_true(&sandbox, Network::None).await {
        Ok(finished) if finished.end.is_success() => Ok(sandbox),
        Ok(finished) => Err(unavailable(format!("`true` in it gave {}", finished.end))),
        Err(SandboxError::Setup { reason }) => Err(unavailable(reason)),
        Err(error) => Err(error),
    }
}

async fn run_true(sandbox: &Sandbox, network: Network) -> Result<Finished, SandboxError> {
    let policy = SandboxPolicy {
        role: SandboxRole::Test,
        read: vec!["/usr/bin".into()],
        write: Vec::new(),
        env: BTreeMap::from([("PATH".into(), "/usr/bin:/bin".into())]),
        dir: "/usr/bin".into(),
        network,
        limits: Limits { wall: Duration::from_secs(20), ..Limits::default() },
    };
    sandbox.run(&policy, &CommandLine::new("true"), Vec::new()).await
}

/// What every backend can do on this machine, the stronger one first.
pub async fn probe(launcher: &Launcher, path_env: Option<&OsStr>) -> Vec<BackendReport> {
    let hint = "install it (`apt-get install bubblewrap`, `dnf install bubblewrap`), and allow unprivileged user \
                namespaces if you are not root";
    let bubblewrap = report(BUBBLEWRAP, bubblewrap(path_env).await, launcher, hint).await;
    let hint = "use Linux 5.13 or newer with `landlock` among its boot parameter `lsm=`";
    vec![bubblewrap, report(LANDLOCK, landlock(launcher).await, launcher, hint).await]
}

async fn report(
    name: &str,
    found: Result<Backend, SandboxError>,
    launcher: &Launcher,
    hint: &str,
) -> BackendReport {
    let (version, guarantees, tried) = match found {
        Ok(backend) => {
            let (version, guarantees) = (backend.version.clone(), backend.guarantees.clone());
            (Some(version), guarantees, try_out(backend, launcher.clone()).await.map(drop))
        }
        Err(error) => (None, Vec::new(), Err(error)),
    };
    let unavailable = tried.err().map(|error| match error {
        SandboxError::Unavailable { reason, .. } => reason,
        other => other.to_string(),
    });
    let hint = unavailable.as_ref().map(|_| hint.to_owned());
    BackendReport { backend: name.into(), version, unavailable, guarantees, hint }
}

fn find(program: &str, path_env: Option<&OsStr>) -> Option<PathBuf> {
    let candidates = std::env::split_paths(path_env?).map(|folder| folder.join(program));
    candidates.filter(|path| path.is_absolute()).find(|path| path.is_file())
}

/// Since then bubblewrap can take the making of further user namespaces away.
fn is_at_least_0_8(version: &str) -> bool {
    let mut numbers =
        version.trim_start_matches("bubblewrap ").split('.').map(|it| it.parse::<u32>().unwrap_or(0));
    (numbers.next(), numbers.next()) >= (Some(0), Some(8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        let newer = ["bubblewrap 0.8.0", "bubblewrap 0.11.0", "bubblewrap 1.0"];
        assert!(newer.into_iter().all(is_at_least_0_8));
        assert!(!["bubblewrap 0.7.0", "bubblewrap 0.4.1", ""].into_iter().any(is_at_least_0_8));
    }
}
