//! Programs that are measured from outside.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// The argument by which this program compares a pair once.
pub(crate) const ONCE: &str = "--once";

/// What a program needed.
pub(crate) struct Run {
    /// Until it was done.
    pub(crate) seconds: f64,
    /// The most bytes at any time.
    pub(crate) memory: u64,
}

/// This program, comparing a pair once.
pub(crate) fn run_once(reference: &Path, candidate: &Path) -> Run {
    run(&std::env::current_exe().unwrap(), &[Path::new(ONCE), reference, candidate])
}

/// Runs a program under GNU time, which knows how much memory it needed.
pub(crate) fn run(program: &Path, args: &[&Path]) -> Run {
    #[expect(clippy::disallowed_methods, reason = "a program is measured")]
    let mut command = Command::new("/usr/bin/time");
    command.args(["-f", "%M"]).arg(program).args(args).stdout(Stdio::null());
    let start = Instant::now();
    let output = command.output().expect("GNU time at /usr/bin/time");
    let seconds = start.elapsed().as_secs_f64();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let n_kib: u64 = stderr.lines().last().and_then(|line| line.parse().ok()).expect("GNU time says it last");
    Run { seconds, memory: n_kib << 10 }
}
