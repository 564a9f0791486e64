use crate::{SandboxError, SandboxRole};
use ghostlib_model::PolicyStamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Everything that a sandboxed process may reach. What is not named here is out of its reach, a small
/// fixed set of system files apart (compilers, shared libraries, harmless devices; nothing of any
/// user's home and nothing of `/tmp`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxPolicy {
    /// What the process is there for.
    pub role: SandboxRole,
    /// Files and folders to read and execute, absolute; folders with all that is below them.
    pub read: Vec<PathBuf>,
    /// The same to write as well. A path below one of these is writable even if `read` names it too.
    pub write: Vec<PathBuf>,
    /// The whole environment. `TMPDIR` is added where it is not named: a folder that is writable, empty
    /// at the start and removed at the end.
    pub env: BTreeMap<String, String>,
    /// The working directory, inside of one of the paths above.
    pub dir: PathBuf,
    /// What of the network it may reach.
    #[serde(default)]
    pub network: Network,
    /// What the process may use up.
    pub limits: Limits,
}

/// What of the network a sandboxed process may reach.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Network {
    /// Nothing.
    #[default]
    None,
    /// One server: connections to `127.0.0.1:port` inside come out at a Unix socket outside.
    Broker {
        /// The socket, absolute: usually that of a broker. It is connected to from outside of the sandbox,
        /// with the rights of whoever started ghostlib, and need not be visible inside.
        socket: PathBuf,
        /// The port inside, not 0.
        port: u16,
    },
}

/// What a sandboxed process may use up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Wall time of the whole tree of processes, its set-up included.
    pub wall: Duration,
    /// Processor time of each process, in whole seconds, rounded up.
    pub cpu: Option<Duration>,
    /// Processor time of all processes together.
    pub tree_cpu: Option<Duration>,
    /// Address space of each process, in bytes.
    pub memory_bytes: Option<u64>,
    /// Memory of all processes together, the pages of files that they read among it, in bytes.
    pub tree_memory_bytes: Option<u64>,
    /// Processes and threads at one time, the sandbox's own two or three among them.
    pub processes: Option<u64>,
    /// Size of each file that is written, in bytes.
    pub file_bytes: Option<u64>,
    /// What all that lies below the writable paths takes on the disk, in bytes.
    pub disk_bytes: Option<u64>,
    /// How many files, folders and links lie below the writable paths.
    pub disk_files: Option<u64>,
    /// Open files of each process.
    pub open_files: Option<u64>,
    /// Standard output and standard error together, in bytes.
    pub output_bytes: u64,
}

impl Default for Limits {
    /// One minute, a MiB of output, and nothing else.
    fn default() -> Self {
        Self {
            wall: Duration::from_secs(60),
            cpu: None,
            tree_cpu: None,
            memory_bytes: None,
            tree_memory_bytes: None,
            processes: None,
            disk_bytes: None,
            disk_files: None,
            file_bytes: None,
            open_files: None,
            output_bytes: 1 << 20,
        }
    }
}

/// Which backend to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackendChoice {
    /// bubblewrap if it is on the `PATH` and works, else Landlock.
    #[default]
    Auto,
    /// bubblewrap or nothing.
    Bubblewrap,
    /// Landlock or nothing.
    Landlock,
}

impl SandboxPolicy {
    /// The policy as a journal keeps it.
    pub fn stamp(&self) -> PolicyStamp {
        let texts =
            |paths: &[PathBuf]| paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
        let Limits { wall, cpu, tree_cpu, output_bytes, .. } = &self.limits;
        let limits = [
            ("wall_seconds", Some(wall.as_secs())),
            ("cpu_seconds", cpu.map(|limit| limit.as_secs())),
            ("tree_cpu_seconds", tree_cpu.map(|limit| limit.as_secs())),
            ("memory_bytes", self.limits.memory_bytes),
            ("tree_memory_bytes", self.limits.tree_memory_bytes),
            ("processes", self.limits.processes),
            ("file_bytes", self.limits.file_bytes),
            ("disk_bytes", self.limits.disk_bytes),
            ("disk_files", self.limits.disk_files),
            ("open_files", self.limits.open_files),
            ("output_bytes", Some(*output_bytes)),
        ];
        PolicyStamp {
            role: self.role.to_string(),
            read: texts(&self.read),
            write: texts(&self.write),
            variables: self.env.keys().cloned().collect(),
            network: match self.network {
                Network::None => "none".into(),
                Network::Broker { .. } => "broker".into(),
            },
            limits: limits.into_iter().filter_map(|(name, limit)| Some((name.to_owned(), limit?))).collect(),
        }
    }

    /// Checks that the role is one that can be enforced, that every path is absolute and exists, and that the
    /// working directory is inside.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only a backend asks"))]
    pub(crate) fn check(&self) -> Result<(), SandboxError> {
        if self.role == SandboxRole::Handoff {
            return Err(SandboxError::NotEnforced);
        }
        let mut inside = false;
        let dir = resolve(&self.dir, "dir")?;
        for (list, paths) in [("read", &self.read), ("write", &self.write)] {
            for path in paths {
                inside |= dir.starts_with(resolve(path, list)?);
            }
        }
        if let Network::Broker { socket, port } = &self.network {
            resolve(socket, "network")?;
            if *port == 0 {
                return Err(SandboxError::BrokerPort { socket: socket.clone() });
            }
        }
        if inside { Ok(()) } else { Err(SandboxError::DirOutside { path: self.dir.clone() }) }
    }
}

fn resolve(path: &Path, list: &'static str) -> Result<PathBuf, SandboxError> {
    if !path.is_absolute() {
        return Err(SandboxError::RelativePath { path: path.into(), list });
    }
    path.canonicalize().map_err(|source| SandboxError::Path { path: path.into(), list, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(read: &[&str], dir: &str) -> SandboxPolicy {
        SandboxPolicy {
            role: SandboxRole::Test,
            read: read.iter().map(PathBuf::from).collect(),
            write: Vec::new(),
            env: BTreeMap::new(),
            dir: dir.into(),
            network: Network::None,
            limits: Limits::default(),
        }
    }

    #[test]
    fn a_journal_gets_the_names_of_variables_and_no_values() {
        let mut policy = policy(&["/usr"], "/usr");
        policy.env.insert("KEY".into(), "a secret".into());
        let stamp = policy.stamp();
        assert_eq!((&stamp.variables[..], &stamp.network[..]), (&["KEY".to_owned()][..], "none"));
        assert_eq!((stamp.limits["wall_seconds"], stamp.limits.get("processes")), (60, None));
        assert!(!serde_json::to_string(&stamp).unwrap().contains("secret"));
    }

    #[test]
    fn a_missing_path_is_named_with_its_list() {
        let error = policy(&["/usr", "/no/such/place"], "/usr").check().unwrap_err().to_string();
        assert!(error.contains("`/no/such/place` as its read path"), "{error}");
    }

    #[test]
    fn what_is_handed_off_is_not_run() {
        let handed = SandboxRole::Handoff.policy(Path::new("/usr"));
        assert!(handed.check().unwrap_err().to_string().contains("`handoff`"));
    }

    #[test]
    fn relative_paths_are_refused() {
        let error = policy(&["usr"], "/usr").check().unwrap_err().to_string();
        assert!(error.contains("`usr`") && error.contains("not absolute"), "{error}");
    }

    #[test]
    fn a_brokers_socket_must_be_there_and_its_port_a_number_that_can_be_named() {
        let with = |socket: &str, port| {
            let network = Network::Broker { socket: socket.into(), port };
            SandboxPolicy { network, ..policy(&["/usr"], "/usr") }.check().map_err(|error| error.to_string())
        };
        assert_eq!(with("/usr/bin/env", 8080), Ok(()));
        assert!(with("/no/such/socket", 8080).unwrap_err().contains("`/no/such/socket` as its network path"));
        assert!(with("/usr/bin/env", 0).unwrap_err().contains("port 0"));
    }

    #[test]
    fn policies_from_before_there_was_a_network_have_none() {
        let mut json = serde_json::to_value(policy(&["/usr"], "/usr")).unwrap();
        json.as_object_mut().unwrap().remove("network");
        assert_eq!(serde_json::from_value::<SandboxPolicy>(json).unwrap().network, Network::None);
    }

    #[test]
    fn the_working_directory_must_be_inside() {
        policy(&["/usr"], "/usr/bin").check().unwrap();
        let error = policy(&["/usr/bin"], "/usr").check().unwrap_err().to_string();
        assert!(error.contains("`/usr` is outside"), "{error}");
    }
}
