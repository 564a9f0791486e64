//! How often each piece of the library ran, where the compiler put counters into it.

use std::fmt::Write;

#[cfg(feature = "counters")]
extern "C" {
    fn __llvm_profile_begin_counters() -> *mut u64;
    fn __llvm_profile_end_counters() -> *mut u64;
}

/// The counters that the judge asks for.
pub(crate) struct Counters {
    first: *mut u64,
    /// The first and how many, of each part.
    ranges: Vec<(usize, usize)>,
}

impl Counters {
    /// Those in a file that the first argument names: a line has the first and how many. None without an argument.
    pub(crate) fn asked_for() -> Self {
        let text = std::env::args_os().nth(1).and_then(|path| std::fs::read_to_string(path).ok());
        let (first, n) = all();
        let range = |line: &str| {
            let (first, n_asked) = line.split_once(' ')?;
            let (first, n_asked) = (first.parse::<usize>().ok()?, n_asked.parse::<usize>().ok()?);
            (first.checked_add(n_asked)? <= n).then_some((first, n_asked))
        };
        Self { first, ranges: text.iter().flat_map(|text| text.lines()).filter_map(range).collect() }
    }

    /// Whether none is asked for.
    pub(crate) fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Writes the counters that are not zero as a JSON object, and makes them zero.
    pub(crate) fn take(&mut self, out: &mut String) {
        let mut separator = "";
        out.push('{');
        for at in self.ranges.iter().flat_map(|(first, n)| *first..first + n) {
            // SAFETY: `asked_for` keeps ranges that lie within the counters alone. Threads of the library may write to
            // one at the same time, which nobody else reads.
            let count = unsafe {
                let counter = self.first.add(at);
                let count = counter.read_volatile();
                if count != 0 {
                    counter.write_volatile(0);
                }
                count
            };
            if count != 0 {
                let _ = write!(out, "{separator}\"{at}\":{count}");
                separator = ",";
            }
        }
        out.push('}');
    }
}

/// Where the counters of the process start, and how many there are.
#[cfg(feature = "counters")]
fn all() -> (*mut u64, usize) {
    // SAFETY: both tell the bounds of one section, which lasts as long as the process.
    unsafe {
        let (first, end) = (__llvm_profile_begin_counters(), __llvm_profile_end_counters());
        (first, usize::try_from(end.offset_from(first)).unwrap_or(0))
    }
}

#[cfg(not(feature = "counters"))]
fn all() -> (*mut u64, usize) {
    (std::ptr::null_mut(), 0)
}
