use ghostlib_model::SandboxStamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Makes the enum, its names, and what each promises, from one list.
macro_rules! guarantees {
    ($($variant:ident $name:literal $promise:literal,)*) => {
        /// One thing that a sandbox may promise. The names are stable: settings and journals hold them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Guarantee {
            $(
                #[doc = $promise]
                #[serde(rename = $name)]
                $variant,
            )*
        }

        impl Guarantee {
            /// All of them, in the order in which they are shown.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name, such as `no-network`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// What it promises, as one line.
            pub fn promise(self) -> &'static str {
                match self { $(Self::$variant => $promise),* }
            }
        }
    };
}

guarantees! {
    FilesReadAllowList "files-read-allow-list" "Nothing can be read but what is named.",
    FilesWriteAllowList "files-write-allow-list" "Nothing can be written but what is named.",
    FileMetadataProtected "file-metadata-protected" "Of other files neither mode nor owner, times or attributes can be seen or changed.",
    OtherProcessesHidden "other-processes-hidden" "Other processes cannot be seen.",
    OtherProcessesSafe "other-processes-safe" "Other processes can be neither signalled nor traced.",
    ProcessTreeEnds "process-tree-ends" "Nothing that was started lives on, also when ghostlib is killed.",
    NoNetwork "no-network" "No address of any network can be reached.",
    NoUnixSocketsOfTheHost "no-unix-sockets-of-the-host" "No socket of the host's services can be reached, by path or by abstract name.",
    OnlyTheBroker "only-the-broker" "Of the network, a process that is given a broker reaches nothing else.",
    NoSharedMemoryWithTheHost "no-shared-memory-with-the-host" "No memory, semaphore or queue is shared with processes outside.",
    NoInheritedFiles "no-inherited-files" "No file that ghostlib has open is open inside.",
    NoTerminal "no-terminal" "There is no controlling terminal, and nothing can be typed into one.",
    NoKernelInterfaces "no-kernel-interfaces" "Namespaces, mounts, keyrings, rings of requests, bpf, perf and modules of the kernel are out of reach.",
    EnvironmentCleared "environment-cleared" "No variable is set but what is named.",
    CapabilitiesDropped "capabilities-dropped" "No capability is left, and none can be gained.",
    UidDropped "uid-dropped" "For the host the command is not root, whoever started ghostlib.",
    WallLimit "wall-limit" "The tree of processes ends at the limit of wall time.",
    OutputLimit "output-limit" "The tree of processes ends when its standard streams carry more than allowed.",
    CpuLimit "cpu-limit" "Each process ends at the limit of processor time.",
    CpuLimitOfTheTree "cpu-limit-of-the-tree" "The tree of processes ends at the limit of processor time of all together.",
    MemoryLimit "memory-limit" "Each process gets no more address space than allowed.",
    MemoryLimitOfTheTree "memory-limit-of-the-tree" "The tree of processes gets no more memory than allowed, and ends when it needs more.",
    ProcessCountLimit "process-count-limit" "There are never more processes and threads than allowed.",
    OpenFilesLimit "open-files-limit" "Each process has no more files open than allowed.",
    FileSizeLimit "file-size-limit" "No file grows larger than allowed.",
    DiskLimit "disk-limit" "The tree of processes ends soon after what it wrote takes more room or files than allowed; it is watched, not held.",
}

impl fmt::Display for Guarantee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that no guarantee has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no guarantee `{0}`")]
pub struct UnknownGuarantee(String);

impl FromStr for Guarantee {
    type Err = UnknownGuarantee;

    fn from_str(name: &str) -> Result<Self, UnknownGuarantee> {
        let found = Self::ALL.iter().copied().find(|it| it.name() == name);
        found.ok_or_else(|| UnknownGuarantee(name.into()))
    }
}

/// Whether a backend keeps a guarantee on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    /// Which.
    #[serde(rename = "name")]
    pub guarantee: Guarantee,
    /// Why it is not enforced, and how it could be; nothing where it is.
    pub lacks: Option<String>,
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
    /// What it enforces and what not, here, in the order of [`Guarantee::ALL`]. Empty where its version is not
    /// known.
    pub guarantees: Vec<Declared>,
    /// How to get what is missing, where something can be done.
    pub hint: Option<String>,
}

/// The record of a backend that goes into journals.
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only a backend asks"))]
pub(crate) fn stamp(backend: &str, guarantees: &[Declared], required: &[Guarantee]) -> SandboxStamp {
    let enforces = guarantees.iter().filter(|it| it.lacks.is_none()).map(|it| it.guarantee.name().to_owned());
    let lacks = guarantees
        .iter()
        .filter_map(|it| it.lacks.as_ref().map(|reason| format!("{}: {reason}", it.guarantee)));
    SandboxStamp {
        backend: backend.into(),
        enforces: enforces.collect(),
        lacks: lacks.collect(),
        required: required.iter().map(|it| it.name().to_owned()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_also_from_json() {
        for guarantee in Guarantee::ALL {
            assert_eq!(guarantee.name().parse(), Ok(*guarantee));
            let json = serde_json::to_string(guarantee).unwrap();
            assert_eq!(json, format!("\"{guarantee}\""));
            assert!(guarantee.promise().ends_with('.'), "{guarantee}");
        }
        let error = "no-netwrk".parse::<Guarantee>().unwrap_err();
        assert_eq!(error.to_string(), "there is no guarantee `no-netwrk`");
    }
}
