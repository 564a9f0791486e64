//! One attempt in one arena.

use super::EscapesError;
use super::attempt::{Attempt, BEGUN, LimitKind, NetworkKind};
use super::model::Model;
use super::runtime::SandboxRuntime;
use super::stage::{Props, Stage};
use ghostlib_sandbox::{
    Finished, Guarantee, Limits, Network, ProcessEnd, Sandbox, SandboxPolicy, SandboxRole, host,
};
use std::ffi::OsStr;
use std::time::Duration;

/// Where an attempt is made.
pub(super) enum Arena {
    /// Nothing holds it.
    Bare,
    Sandbox(Sandbox),
    /// Somebody else's sandbox.
    Runtime(SandboxRuntime),
}

/// What an arena says of a guarantee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Promise {
    /// It holds.
    Declared,
    /// It does not hold on this machine.
    NotDeclared,
    /// Nothing: it does not know our guarantees.
    Unknown,
}

impl Arena {
    /// The backend, as the table names it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Bare => "bare".into(),
            Self::Sandbox(sandbox) => sandbox.stamp().backend,
            Self::Runtime(_) => "sandbox-runtime".into(),
        }
    }

    pub(super) fn promise(&self, guarantee: Guarantee) -> Promise {
        match self {
            Self::Sandbox(sandbox) if sandbox.require(&[guarantee]).is_ok() => Promise::Declared,
            Self::Sandbox(_) => Promise::NotDeclared,
            Self::Bare | Self::Runtime(_) => Promise::Unknown,
        }
    }
}

/// How it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Through,
    /// With how the process ended, or its last words.
    Held(String),
    /// It did not even begin, which shows nothing.
    NotBegun(String),
    /// There is nothing there that it could attack.
    NotMade,
}

impl Outcome {
    pub(super) fn is_through(&self) -> bool {
        *self == Self::Through
    }
}

pub(super) async fn trial(attempt: &Attempt, arena: &Arena, props: &Props) -> Result<Outcome, EscapesError> {
    if matches!(arena, Arena::Runtime(_)) && attempt.network == NetworkKind::Broker {
        return Ok(Outcome::NotMade);
    }
    let stage = Stage::set(props).await?;
    let finished = {
        let run = run(attempt, arena, &stage, props);
        tokio::pin!(run);
        loop {
            tokio::select! {
                finished = &mut run => break finished?,
                () = tokio::time::sleep(Duration::from_millis(30)) => stage.glance(),
            }
        }
    };
    // A signal may take a moment to end the victim, and a datagram to arrive.
    tokio::time::sleep(Duration::from_millis(20)).await;
    let said = String::from_utf8_lossy(&[finished.stdout.as_slice(), &finished.stderr].concat()).into_owned();
    // What was said first may be lost where too much is said.
    let has_begun = said.contains(BEGUN) || finished.end == ProcessEnd::OutputLimit;
    Ok(if !has_begun {
        Outcome::NotBegun(last_words(&finished))
    } else if attempt.evidence.is_there(&stage, &said, &props.secret) {
        Outcome::Through
    } else {
        Outcome::Held(last_words(&finished))
    })
}

async fn run(
    attempt: &Attempt,
    arena: &Arena,
    stage: &Stage,
    props: &Props,
) -> Result<Finished, EscapesError> {
    let mut variables = stage.variables(props);
    let model = match attempt.network {
        NetworkKind::None => None,
        NetworkKind::Broker => Some(Model::start(&props.secret).await?),
    };
    match arena {
        Arena::Bare => {
            variables.push(("BARE", "yes".into()));
            variables.extend(model.iter().flat_map(Model::variables_bare));
            let env: Vec<(&str, &OsStr)> =
                variables.iter().map(|(name, value)| (*name, value.as_ref())).collect();
            Ok(host::run(&attempt.command(), &stage.work(), &env, Duration::from_secs(20)).await?)
        }
        Arena::Runtime(runtime) => runtime.run(attempt, stage, &variables).await,
        Arena::Sandbox(sandbox) => {
            variables.push(("PATH", "/usr/bin:/bin".into()));
            variables.extend(model.iter().flat_map(Model::variables_inside));
            let policy = SandboxPolicy {
                read: vec![stage.readable()],
                env: variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
                network: model.as_ref().map_or(Network::None, Model::network),
                limits: limits(attempt.limits),
                ..SandboxRole::Test.policy(&stage.work())
            };
            Ok(sandbox.run(&policy, &attempt.command(), Vec::new()).await?)
        }
    }
}

fn limits(kind: LimitKind) -> Limits {
    let tree = Limits {
        wall: Duration::from_secs(4),
        cpu: None,
        tree_cpu: Some(Duration::from_secs(1)),
        memory_bytes: None,
        tree_memory_bytes: Some(200 << 20),
        processes: Some(40),
        file_bytes: Some(8 << 20),
        disk_bytes: Some(16 << 20),
        disk_files: Some(1000),
        open_files: Some(64),
        output_bytes: 1 << 20,
    };
    match kind {
        LimitKind::Tree => tree,
        LimitKind::NoDisk => Limits { disk_bytes: None, disk_files: None, ..tree },
        LimitKind::NoFile => Limits { file_bytes: None, ..tree },
        LimitKind::Process => Limits {
            cpu: Some(Duration::from_secs(2)),
            tree_cpu: None,
            memory_bytes: Some(300 << 20),
            tree_memory_bytes: None,
            ..tree
        },
    }
}

fn last_words(finished: &Finished) -> String {
    let said = String::from_utf8_lossy(&finished.stderr);
    let last = said.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let last: String = last.chars().filter(|c| !c.is_control()).take(120).collect();
    format!("{} {last}", finished.end).trim_end().to_owned()
}
