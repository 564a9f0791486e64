//! What a compiler leaves in an executable about its counters.
//!
//! The format is LLVM's: "LLVM Code Coverage Mapping Format", version 7, and the raw profile's records of functions
//! (`llvm/include/llvm/ProfileData/InstrProfData.inc`).

use super::mapping::{Bytes, Function, file_names, function};
use md5::{Digest, Md5};
use object::{Object, ObjectSection};
use std::collections::HashMap;

/// The functions of an executable, and where each finds its counters.
#[derive(Debug)]
pub(super) struct Executable {
    pub(super) functions: Vec<Function>,
    /// The first counter and their number, by the hashes of a function's name and of its shape.
    counters: HashMap<(u64, u64), (u64, u64)>,
}

/// The parts of one format follow each other at multiples of this.
const ALIGNED: usize = 8;
/// The version of the mapping that is read, as it is written.
const VERSION: u32 = 6;
/// The length of a record of a function's counters.
const RECORD: usize = 64;

impl Executable {
    /// Reads the sections of an executable. An error says in a few words what is not as it should be.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        let file =
            object::File::parse(bytes).map_err(|error| format!("the executable is broken: {error}"))?;
        let section = |name: &str| {
            let found = file.section_by_name(name);
            found.and_then(|found| Some((found.address(), found.data().ok()?)))
        };
        let (Some((_, map)), Some((_, functions))) = (section("__llvm_covmap"), section("__llvm_covfun"))
        else {
            return Err("nothing in it was built with counters".into());
        };
        let names = names(map).ok_or("its table of files is of an unknown format")?;
        let functions = records(functions, &names).ok_or("its table of functions is of an unknown format")?;
        let (Some((at, data)), Some((start, counters))) =
            (section("__llvm_prf_data"), section("__llvm_prf_cnts"))
        else {
            return Err("nothing in it has a counter".into());
        };
        let n_counters = counters.len() as u64 / 8;
        let counters =
            counters_of(at, data, start, n_counters).ok_or("its counters are of an unknown format")?;
        Ok(Self { functions, counters })
    }

    /// The first counter of a function and their number, if any of it was compiled.
    pub(super) fn counters(&self, function: &Function) -> Option<(u64, u64)> {
        self.counters.get(&function.hashes).copied()
    }
}

/// The names of files, by the hash of how they are written.
fn names(section: &[u8]) -> Option<HashMap<u64, Vec<String>>> {
    let mut names = HashMap::new();
    let mut bytes = Bytes::new(section);
    while !bytes.is_empty() {
        let (_, size, _, version) = (bytes.u32()?, bytes.u32()?, bytes.u32()?, bytes.u32()?);
        if version != VERSION {
            return None;
        }
        let written = bytes.take(usize::try_from(size).ok()?)?;
        let digest = Md5::digest(written);
        let hash = u64::from_le_bytes(digest[..8].try_into().ok()?);
        names.insert(hash, file_names(written)?);
        bytes.align(ALIGNED);
    }
    Some(names)
}

fn records(section: &[u8], names: &HashMap<u64, Vec<String>>) -> Option<Vec<Function>> {
    let mut functions = vec![];
    let mut bytes = Bytes::new(section);
    while !bytes.is_empty() {
        let (name, size, shape, files) = (bytes.u64()?, bytes.u32()?, bytes.u64()?, bytes.u64()?);
        let written = bytes.take(usize::try_from(size).ok()?)?;
        functions.push(function((name, shape), written, names.get(&files)?)?);
        bytes.align(ALIGNED);
    }
    Some(functions)
}

fn counters_of(at: u64, data: &[u8], start: u64, n_counters: u64) -> Option<HashMap<(u64, u64), (u64, u64)>> {
    let mut found = HashMap::new();
    for (record, at) in data.chunks(RECORD).zip((at..).step_by(RECORD)) {
        let mut bytes = Bytes::new(record);
        let (name, shape, relative) = (bytes.u64()?, bytes.u64()?, bytes.u64()?);
        // The bitmap, the function itself, and its values.
        bytes.take(24)?;
        let n = u64::from(bytes.u32()?);
        let first = at.wrapping_add(relative).checked_sub(start)? / 8;
        if first.checked_add(n)? > n_counters {
            return None;
        }
        found.insert((name, shape), (first, n));
    }
    Some(found)
}
