use ghostlib_model::SandboxStamp;
use serde::{Deserialize, Serialize};

/// One thing that a sandbox may promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guarantee {
    /// Its name, such as `no-network`.
    pub name: String,
    /// Why it is not enforced; nothing where it is.
    pub lacks: Option<String>,
}

impl Guarantee {
    /// A promise that is kept.
    pub(crate) fn kept(name: &str) -> Self {
        Self { name: name.into(), lacks: None }
    }

    /// A promise that is not kept, and why.
    pub(crate) fn missing(name: &str, reason: &str) -> Self {
        Self { name: name.into(), lacks: Some(reason.into()) }
    }

    /// A promise that is kept `if` so, and otherwise not for `reason`.
    pub(crate) fn kept_if(condition: bool, name: &str, reason: &str) -> Self {
        if condition { Self::kept(name) } else { Self::missing(name, reason) }
    }
}

/// What one backend can do on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackendReport {
    /// The backend: `bubblewrap`, `landlock`.
    pub backend: String,
    /// Its version, where it has one that could be found out: `bubblewrap 0.8.0`, `Landlock ABI 7`.
    pub version: Option<String>,
    /// Why it cannot be used; nothing where a trial run in it succeeded.
    pub unavailable: Option<String>,
    /// What it enforces and what not, here. Empty where its version is not known.
    pub guarantees: Vec<Guarantee>,
    /// How to get what is missing, where something can be done.
    pub hint: Option<String>,
}

/// The record of a backend that goes into journals.
pub(crate) fn stamp(backend: &str, guarantees: &[Guarantee]) -> SandboxStamp {
    let enforces = guarantees.iter().filter(|it| it.lacks.is_none()).map(|it| it.name.clone());
    let lacks =
        guarantees.iter().filter_map(|it| it.lacks.as_ref().map(|reason| format!("{}: {reason}", it.name)));
    SandboxStamp { backend: backend.into(), enforces: enforces.collect(), lacks: lacks.collect() }
}
