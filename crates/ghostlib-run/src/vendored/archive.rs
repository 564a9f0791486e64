//! The code as it was written and as it was last accepted, in one file: a tar archive, compressed by gzip, with the folders
//! `original/` and, if there are accepted edits, `accepted/`.

use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};
use ghostlib_agent::{FileTree, check_name};
use std::io::{self, Read};

/// What the archive holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) original: FileTree,
    pub(super) accepted: Option<FileTree>,
}

/// More than this is in no archive that was written here. A small file may well unpack to a large one.
const MAX_BYTES: u64 = 128 << 20;
const MAX_FILES: usize = 20_000;
const FOLDERS: [&str; 2] = ["original", "accepted"];

/// The same trees are the same bytes.
pub(super) fn pack(kept: &Kept) -> io::Result<Vec<u8>> {
    let compressed = GzBuilder::new().mtime(0).write(Vec::new(), Compression::default());
    let mut archive = tar::Builder::new(compressed);
    for (folder, tree) in FOLDERS.iter().zip([Some(&kept.original), kept.accepted.as_ref()]) {
        for (path, bytes) in tree.iter().flat_map(|tree| &tree.files) {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            header.set_mtime(0);
            archive.append_data(&mut header, format!("{folder}/{path}"), bytes.as_slice())?;
        }
    }
    archive.into_inner()?.finish()
}

/// Nothing is taken on trust.
pub(super) fn unpack(bytes: &[u8]) -> io::Result<Kept> {
    let wrong = |reason: String| io::Error::new(io::ErrorKind::InvalidData, reason);
    let mut archive = tar::Archive::new(GzDecoder::new(bytes).take(MAX_BYTES));
    let mut all = FileTree::default();
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let is_plain = entry.header().entry_type().is_file() && check_name(&path).is_ok();
        if !is_plain || all.files.len() == MAX_FILES {
            return Err(wrong(format!("`{}` has no place in it", path.escape_default())));
        }
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        all.files.insert(path, content);
    }
    let [original, accepted] = FOLDERS.map(|folder| all.below(folder));
    if original.files.len() + accepted.files.len() != all.files.len() {
        return Err(wrong("it holds more than code".into()));
    }
    Ok(Kept { original, accepted: Some(accepted).filter(|tree| !tree.files.is_empty()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back_and_is_the_same_each_time() {
        let tree = |text: &str| {
            let long = format!("src/{}.rs", "long/".repeat(40));
            FileTree::from_files([("src/lib.rs".into(), text.into()), (long, Vec::new())])
        };
        for accepted in [None, Some(tree("two"))] {
            let kept = Kept { original: tree("one"), accepted };
            let packed = pack(&kept).unwrap();
            assert_eq!(packed, pack(&kept).unwrap());
            assert_eq!(unpack(&packed).unwrap(), kept);
        }
        assert!(unpack(b"nonsense").is_err());
    }
}
