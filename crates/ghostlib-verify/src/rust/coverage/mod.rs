//! Building a library into a driver that counts what runs in it.
//!
//! The compiler puts counters into the library and into the driver itself, where the library's generic functions are
//! compiled, and into nothing else. Which counter stands for which code is read from the executable.

mod executable;
mod mapping;
mod wrapper;

pub(super) use wrapper::Counters;

use super::build::{Built, Subject, build_with, executable_of};
use super::toolchain::Toolchain;
use super::types_of::OwnType;
use crate::VerifyError;
use crate::coverage::{CoverageMap, MappedFunction, Region, Sum};
use crate::operation::Operation;
use crate::session::{Counting, Driver};
use executable::Executable;
use ghostlib_sandbox::Sandbox;
use std::collections::HashMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Builds a driver as [`build`](super::build()) does, one that counts what runs in the library. Where that cannot be,
/// the driver is built without, and tells why.
///
/// # Errors
/// If the sandbox or the file system fails.
pub async fn build_counting(
    sandbox: &Arc<Sandbox>,
    toolchain: &Toolchain,
    subject: &Subject<'_>,
    types: &[OwnType],
    operations: &[Operation],
) -> Result<Built, VerifyError> {
    let reason = if toolchain.has_profiler() {
        let scratch = subject.scratch.join("counted");
        let counted = Subject { scratch: &scratch, ..subject.clone() };
        let counters = Counters::in_the_library(subject.scratch)?;
        match build_with(sandbox, toolchain, &counted, types, operations, &counters).await? {
            Built::Driver { driver, left_out } => {
                return Ok(Built::Driver { driver: with_counting(driver, &counted)?, left_out });
            }
            Built::Failed(_) => "the library does not build with counters",
        }
    } else {
        "the toolchain has no runtime for counters"
    };
    Ok(match build_with(sandbox, toolchain, subject, types, operations, &Counters::None).await? {
        Built::Driver { driver, left_out } => {
            Built::Driver { driver: driver.with_counting(Err(reason.to_owned())), left_out }
        }
        failed @ Built::Failed(_) => failed,
    })
}

/// The driver, asked for the counters that belong to the library.
fn with_counting(driver: Driver, subject: &Subject<'_>) -> Result<Driver, VerifyError> {
    let path = executable_of(subject);
    let bytes = fs::read(&path).map_err(VerifyError::at(&path))?;
    let executable = match Executable::read(&bytes) {
        Ok(executable) => executable,
        Err(reason) => return Ok(driver.with_counting(Err(reason))),
    };
    let (map, ranges) = map(&executable, subject.dir);
    let list = subject.scratch.join("counters");
    let text = ranges.iter().fold(String::new(), |mut text, (first, n)| {
        let _ = writeln!(text, "{first} {n}");
        text
    });
    fs::write(&list, text).map_err(VerifyError::at(&list))?;
    let args = vec![list.clone().into_os_string()];
    Ok(driver.with_counting(Ok(Counting { map, args, read: vec![list] })))
}

/// The library's part of an executable: its code, and where its counters are.
fn map(executable: &Executable, dir: &Path) -> (CoverageMap, Vec<(u64, u64)>) {
    let mut sources = Sources { dir, files: HashMap::new() };
    let (mut functions, mut ranges) = (vec![], vec![]);
    for function in &executable.functions {
        let range = executable.counters(function);
        let place = |at: u64| range.filter(|(_, n)| at < *n).map(|(first, _)| (first + at).to_string());
        let regions: Vec<(&str, Region, Sum)> = function
            .regions
            .iter()
            .filter(|(file, ..)| Path::new(file).starts_with(dir))
            .map(|(file, region, counts)| {
                let sum = counts.iter().filter_map(|(at, factor)| Some((place(*at)?, *factor))).collect();
                (file.as_str(), *region, sum)
            })
            .collect();
        let Some((file, first, _)) = regions.iter().min_by_key(|(_, region, _)| region.start) else {
            continue;
        };
        let mapped = sources.function(file, *first);
        ranges.extend(range);
        functions.push((mapped, regions.iter().map(|(_, region, sum)| (*region, sum.clone())).collect()));
    }
    ranges.sort_unstable();
    (CoverageMap::new(functions), ranges)
}

/// The library's files, as far as they were asked for.
struct Sources<'a> {
    dir: &'a Path,
    files: HashMap<String, (Arc<str>, Vec<String>)>,
}

impl Sources<'_> {
    /// The function or closure whose first piece this is.
    fn function(&mut self, file: &str, first: Region) -> MappedFunction {
        let (relative, lines) = self.files.entry(file.to_owned()).or_insert_with(|| {
            let relative = Path::new(file).strip_prefix(self.dir).unwrap_or(Path::new(file));
            let text = fs::read(file).unwrap_or_default();
            let lines = String::from_utf8_lossy(&text).lines().map(str::to_owned).collect();
            (relative.to_string_lossy().into(), lines)
        });
        let (line, column) = first.start;
        let text = lines.get((line as usize).saturating_sub(1)).map(String::as_str);
        let name = text.and_then(|text| text.get((column as usize).saturating_sub(1)..)).and_then(name);
        MappedFunction { file: Arc::clone(relative), line, name }
    }
}

/// The name of the function whose signature starts here.
fn name(signature: &str) -> Option<String> {
    let mut words = signature.split_whitespace();
    let qualifiers = ["pub", "const", "async", "unsafe", "extern", "\"C\""];
    let word = words.find(|word| !qualifiers.contains(word) && !word.starts_with("pub("))?;
    let name = words.next().filter(|_| word == "fn")?;
    Some(name.split(['(', '<']).next()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_have_names_and_closures_have_none() {
        for (signature, expected) in [
            ("pub fn split(text: &str) {", Some("split")),
            ("pub(crate) const unsafe fn r#go<T>() {", Some("r#go")),
            ("fn next", Some("next")),
            ("|fn_of| fn_of()", None),
            ("", None),
        ] {
            assert_eq!(name(signature).as_deref(), expected, "{signature}");
        }
    }
}
