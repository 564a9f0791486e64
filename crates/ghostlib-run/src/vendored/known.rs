//! What was measured before of the very same code and spec, by the same toolchain in the same kind of sandbox.
//!
//! It lies in the user's own folder. A repository must not bring it along: it could say of itself what it likes.

use super::VendoredCrate;
use super::verify::Bench;
use crate::judge::Conformance;
use crate::store::write_file;
use ghostlib_model::Sha256Hex;
use ghostlib_verify::Tools;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::PathBuf;

/// Another number is another format, and what has it is not read.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Entry {
    format: u32,
    conformance: Conformance,
}

/// Where the result for a crate is kept, if results are kept.
pub(super) fn path_of(held: &VendoredCrate, bench: &Bench) -> Option<PathBuf> {
    let toolchain = match &bench.checks.tools {
        Tools::Rust(toolchain) => &toolchain.version,
        Tools::Python(_) => return None,
    };
    let stamp = bench.checks.sandbox.stamp();
    let own = env!("CARGO_PKG_VERSION");
    let spec = held.spec.stamp().hash;
    let parts = [&held.tree, spec.as_str(), toolchain, own, &stamp.backend, &stamp.enforces.join(" ")];
    let name = Sha256Hex::of_parts(parts.map(AsRef::as_ref));
    Some(bench.known.as_ref()?.join(format!("{name}.json")))
}

pub(super) fn find(path: &std::path::Path) -> Option<Conformance> {
    let entry: Entry = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    (entry.format == FORMAT).then_some(entry.conformance)
}

/// Where it cannot be kept, it is measured again.
pub(super) fn keep(path: &std::path::Path, conformance: &Conformance) {
    let entry = Entry { format: FORMAT, conformance: conformance.clone() };
    if let Ok(text) = serde_json::to_vec(&entry) {
        let _kept = write_file(path, &text);
    }
}
