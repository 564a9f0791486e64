//! What each role is given, as data. Who runs something names the paths and the environment on top.

use crate::{Limits, Network, SandboxPolicy};
use ghostlib_model::Role;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

/// What a sandboxed process is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SandboxRole {
    /// An agent that builds a candidate: it reads spec and workspace, and the reference never.
    Implementer,
    /// An agent that revises the spec: it reads findings, and the reference never.
    Reviser,
    /// An agent that writes a spec from the reference, which it may read. It has no network.
    Author,
    /// A compiler, and the build scripts that it runs.
    Build,
    /// Code that was built, under test.
    Test,
    /// A person, an editor or another agent that is handed a task. Nothing is enforced, and nothing is started.
    Handoff,
}

impl SandboxRole {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Implementer, Self::Reviser, Self::Author, Self::Build, Self::Test, Self::Handoff];

    /// Its name, such as `implementer`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Implementer => "implementer",
            Self::Reviser => "reviser",
            Self::Author => "author",
            Self::Build => "build",
            Self::Test => "test",
            Self::Handoff => "handoff",
        }
    }

    /// What a process of this role may use up. An agent has an hour, the others ten minutes, where nobody sets
    /// another time.
    pub fn limits(self) -> Limits {
        let (wall, size) = match self {
            Self::Implementer | Self::Reviser | Self::Author | Self::Handoff => (60, &AGENT),
            Self::Build => (10, &BUILD),
            Self::Test => (10, &TEST),
        };
        Limits {
            wall: Duration::from_secs(wall * 60),
            memory_bytes: Some(size.memory),
            tree_memory_bytes: Some(2 * size.memory),
            processes: Some(size.processes),
            file_bytes: Some(size.file),
            disk_bytes: Some(size.disk),
            disk_files: Some(size.files),
            output_bytes: size.output,
            ..Limits::default()
        }
    }

    /// A policy that lets it work in one folder and nothing else.
    pub fn policy(self, workspace: &Path) -> SandboxPolicy {
        SandboxPolicy {
            role: self,
            read: Vec::new(),
            write: vec![workspace.to_owned()],
            env: BTreeMap::new(),
            dir: workspace.to_owned(),
            network: Network::None,
            limits: self.limits(),
        }
    }
}

impl From<Role> for SandboxRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Implementer => Self::Implementer,
            Role::Reviser => Self::Reviser,
            Role::Author => Self::Author,
        }
    }
}

/// Sizes in bytes, and counts.
struct Size {
    /// Of each process.
    memory: u64,
    processes: u64,
    /// Of each file.
    file: u64,
    /// Of all files together.
    disk: u64,
    files: u64,
    output: u64,
}

const AGENT: Size = Size {
    memory: 8 << 30,
    processes: 4096,
    file: 1 << 30,
    disk: 32 << 30,
    files: 2_000_000,
    output: 16 << 20,
};
const BUILD: Size = Size {
    memory: 8 << 30,
    processes: 4096,
    file: 2 << 30,
    disk: 32 << 30,
    files: 2_000_000,
    output: 64 << 20,
};
const TEST: Size = Size {
    memory: 2 << 30,
    processes: 1024,
    file: 64 << 20,
    disk: 4 << 30,
    files: 200_000,
    output: 16 << 20,
};

impl fmt::Display for SandboxRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that no role has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no role `{0}`; there are implementer, reviser, author, build, test and handoff")]
pub struct UnknownRole(String);

impl FromStr for SandboxRole {
    type Err = UnknownRole;

    fn from_str(name: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.name() == name).ok_or_else(|| UnknownRole(name.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for role in SandboxRole::ALL {
            assert_eq!(role.name().parse(), Ok(role));
            assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{role}\""));
            assert!("nobody".parse::<SandboxRole>().unwrap_err().to_string().contains(role.name()));
        }
    }

    #[test]
    fn no_role_reads_or_reaches_anything_by_itself() {
        for role in SandboxRole::ALL {
            let policy = role.policy(Path::new("/work"));
            assert_eq!((policy.read.len(), &policy.network), (0, &Network::None));
            assert!(policy.limits.processes.is_some() && policy.limits.disk_bytes.is_some());
        }
    }
}
