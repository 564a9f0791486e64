//! Reading an exported run, of which nothing is taken on trust.

use super::parcel::{
    FORMAT, JOURNAL, MANIFEST, MAX_BYTES, MAX_MANIFEST, MAX_MEMBERS, Manifest, ParcelError, name_in_archive,
};
use flate2::read::GzDecoder;
use ghostlib_agent::{FileTree, check_name};
use ghostlib_model::{RunId, Sha256Hex};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The files of an export by their paths, and the run that they are. Each is as it was written, and together they are not
/// larger than may be.
pub(super) fn read(path: &Path) -> Result<(RunId, FileTree), ParcelError> {
    let io = |source| ParcelError::Io { path: path.into(), source };
    let damaged = |reason: String| ParcelError::Damaged { path: path.into(), reason };
    let not_a_run = |reason: &str| ParcelError::NotARun { path: path.into(), reason: reason.into() };
    let mut file = File::open(path).map_err(io)?;
    if !file.metadata().map_err(io)?.is_file() {
        return Err(not_a_run("it is no plain file"));
    }
    let mut first = [0; 2];
    let is_gzip = file.read_exact(&mut first).is_ok() && first == [0x1f, 0x8b];
    if !is_gzip {
        return Err(not_a_run("it is not compressed by gzip"));
    }
    let mut archive = tar::Archive::new(GzDecoder::new(io::Cursor::new(first).chain(file)));
    // What tar has for long names and the like is not taken for anything but a member that has no place here.
    let mut entries = archive.entries().map_err(io)?.raw(true);
    let mut next = |name: &str, max_bytes: u64| -> Result<Vec<u8>, String> {
        let Some(entry) = entries.next() else { return Err(format!("`{name}` is missing")) };
        let entry = entry.map_err(|error| error.to_string())?;
        if !entry.header().entry_type().is_file() || *entry.path_bytes() != *name.as_bytes() {
            return Err(format!("`{}` stands where `{name}` should", entry.path_bytes().escape_ascii()));
        }
        let mut bytes = Vec::new();
        let n_bytes = entry.take(max_bytes + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        if n_bytes as u64 > max_bytes { Err(format!("`{name}` is too large")) } else { Ok(bytes) }
    };
    let text = next(MANIFEST, MAX_MANIFEST).map_err(|reason| not_a_run(&reason))?;
    let manifest = manifest(path, &text)?;
    let mut files = FileTree::default();
    for (at, member) in manifest.members.into_iter().enumerate() {
        check_path(&member.path).map_err(damaged)?;
        let bytes = next(&name_in_archive(at, &member.path), member.bytes).map_err(damaged)?;
        if bytes.len() as u64 != member.bytes || Sha256Hex::of(&bytes) != member.sha256 {
            return Err(damaged(format!("`{}` is not what was exported", member.path)));
        }
        if files.files.insert(member.path.clone(), bytes).is_some() {
            return Err(damaged(format!("`{}` is there twice", member.path)));
        }
    }
    if entries.next().is_some() {
        return Err(damaged("there is more in it than it lists".into()));
    }
    Ok((manifest.run, files))
}

fn manifest(path: &Path, text: &[u8]) -> Result<Manifest, ParcelError> {
    let not_a_run = |reason: String| ParcelError::NotARun { path: path.into(), reason };
    let value: serde_json::Value =
        serde_json::from_slice(text).map_err(|error| not_a_run(format!("{MANIFEST}: {error}")))?;
    // A newer one may well look otherwise.
    let format = value["ghostlib-export"].as_u64().and_then(|format| u32::try_from(format).ok());
    if let Some(format) = format.filter(|format| *format > FORMAT) {
        return Err(ParcelError::Newer { path: path.into(), format });
    }
    let manifest: Manifest =
        serde_json::from_value(value).map_err(|error| not_a_run(format!("{MANIFEST}: {error}")))?;
    let n_bytes = manifest.members.iter().fold(0, |sum: u64, one| sum.saturating_add(one.bytes));
    if manifest.members.len() > MAX_MEMBERS || n_bytes > MAX_BYTES {
        let reason = format!("it has more than {MAX_MEMBERS} files or {} MiB", MAX_BYTES >> 20);
        return Err(ParcelError::Damaged { path: path.into(), reason });
    }
    Ok(manifest)
}

/// A path is that of a journal, or of a file in one of three folders, and means the same everywhere.
fn check_path(path: &str) -> Result<(), String> {
    let shown = path.escape_debug();
    check_name(path).map_err(|reason| format!("`{shown}`: {reason}"))?;
    let parts: Vec<&str> = path.split('/').collect();
    let has_place = matches!(parts[..], [JOURNAL] | ["commits", _] | ["specs" | "sessions", _, _, ..]);
    if has_place { Ok(()) } else { Err(format!("`{shown}` has no place in a run")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_a_run_or_have_no_place_in_it_are_refused() {
        for path in
            ["journal.jsonl", "specs/0123/SPEC.md", "sessions/r1-1/candidate/src/lib.rs", "commits/1.1"]
        {
            assert_eq!(check_path(path), Ok(()), "{path}");
        }
        for path in ["../x", "/etc/passwd", "specs/../../x/y", "sessions//x", "", "lock", "specs/0", "a\0b"] {
            assert!(check_path(path).is_err(), "{path}");
        }
    }
}
