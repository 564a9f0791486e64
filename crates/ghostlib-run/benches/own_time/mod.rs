//! What a process has used itself. Other work on the machine disturbs it little.

use std::fs;
use std::io;
use std::time::Duration;

/// Processor time of this process on all cores, without what it has started, in ticks of a hundredth of a second:
/// `proc_pid_stat(5)`.
pub(crate) fn own_time() -> io::Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let behind_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: u64 = behind_name.split_whitespace().skip(11).take(2).flat_map(str::parse::<u64>).sum();
    Ok(Duration::from_millis(ticks * 10))
}
