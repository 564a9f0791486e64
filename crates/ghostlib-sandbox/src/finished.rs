use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// A process that is over, and everything that it left on its standard streams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// How it ended.
    pub end: ProcessEnd,
    /// What it wrote to standard output, up to the output limit. Empty where the caller took the stream.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error, up to the output limit.
    pub stderr: Vec<u8>,
    /// Wall time from the start of the sandbox until everything in it was gone.
    pub wall: Duration,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProcessEnd {
    /// It returned this exit code, from 0 to 255.
    Exited(i32),
    /// This signal ended it.
    Signalled(i32),
    /// It was ended at its wall time limit.
    TimedOut,
    /// It was ended because its standard streams carried more than the output limit.
    OutputLimit,
    /// It was ended because one of its processes, or all together, used more processor time than allowed.
    CpuLimit,
    /// It was ended because all its processes together needed more memory than allowed. A process that alone
    /// asks for more address space than allowed is refused it, and ends as it likes.
    MemoryLimit,
    /// It was ended because it tried to have more processes than allowed.
    ProcessLimit,
    /// It was ended because what it wrote takes more of the disk than allowed, in bytes or in files.
    DiskLimit,
    /// It was ended because a file grew over its size limit.
    FileLimit,
}

impl ProcessEnd {
    /// Whether it returned exit code 0.
    pub fn is_success(self) -> bool {
        self == Self::Exited(0)
    }

    /// Whether it was ended at a limit.
    pub fn is_limit(self) -> bool {
        !matches!(self, Self::Exited(_) | Self::Signalled(_))
    }
}

impl fmt::Display for ProcessEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(code) => write!(f, "exit code {code}"),
            Self::Signalled(signal) => match signal_name(*signal) {
                Some(name) => write!(f, "signal {signal} ({name})"),
                None => write!(f, "signal {signal}"),
            },
            Self::TimedOut => f.write_str("wall time limit reached"),
            Self::OutputLimit => f.write_str("output limit reached"),
            Self::CpuLimit => f.write_str("processor time limit reached"),
            Self::MemoryLimit => f.write_str("memory limit reached"),
            Self::ProcessLimit => f.write_str("limit of processes reached"),
            Self::DiskLimit => f.write_str("disk limit of the workspace reached"),
            Self::FileLimit => f.write_str("file size limit reached"),
        }
    }
}

/// The names of those signals that have one number on every Linux architecture and end a process.
fn signal_name(signal: i32) -> Option<&'static str> {
    Some(match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        5 => "SIGTRAP",
        6 => "SIGABRT",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_told_apart_in_words() {
        assert_eq!(ProcessEnd::Exited(101).to_string(), "exit code 101");
        assert_eq!(ProcessEnd::Signalled(6).to_string(), "signal 6 (SIGABRT)");
        assert_eq!(ProcessEnd::Signalled(40).to_string(), "signal 40");
    }
}
