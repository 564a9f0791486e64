//! Putting a run into one file.

use super::parcel::{
    FORMAT, JOURNAL, MANIFEST, MAX_BYTES, MAX_MEMBERS, Manifest, Member, Named, ParcelError, commit_path,
    name_in_archive,
};
use super::{Candidates, Journal, Project};
use flate2::{Compression, GzBuilder};
use ghostlib_agent::{FileTree, Recording};
use ghostlib_model::{RunId, Sha256Hex};
use std::io::{self, Write};
use std::path::Path;

/// What an export came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Specs in it.
    pub n_specs: usize,
    /// Recordings of sessions in it.
    pub n_sessions: usize,
    /// Candidates in it.
    pub n_candidates: usize,
    /// Bytes of the file.
    pub bytes: u64,
}

impl Project {
    /// Writes a run into one file, as far as it is recorded; see [`super::PARCEL_FORMAT`]. A file that is there is
    /// replaced.
    ///
    /// # Errors
    /// If something that the journal names is not there or not as it was, the run is too large, or a file cannot be read
    /// or written.
    pub fn export(&self, run: &RunId, file: &Path) -> Result<Exported, ParcelError> {
        let (events, text) = Journal::read_with_text(&self.journal(run))?;
        let named = Named::of(&events);
        let unfit = |reason: String| ParcelError::Unfit { run: run.clone(), reason };
        let mut members = vec![(JOURNAL.to_owned(), text)];
        for hash in &named.specs {
            let files = FileTree::read(&self.spec_dir(run, hash))?;
            members.extend(below(&format!("specs/{}", hash.short()), files));
        }
        for session in &named.sessions {
            let files = Recording::files_in(&self.session_dir(run, session))?;
            members.extend(below(&format!("sessions/{session}"), files));
        }
        let candidates = Candidates::open(&self.candidates())?;
        for (attempt, (session, stamp)) in &named.candidates {
            let recording = Recording::read(session.as_str(), &self.session_dir(run, session))?;
            if candidates.read(&stamp.commit)? != recording.candidate {
                return Err(unfit(format!("the recording {session} has another candidate than its commit")));
            }
            members.push((commit_path(*attempt), candidates.raw_commit(&stamp.commit)?));
        }
        let n_bytes: u64 = members.iter().map(|(_, bytes)| bytes.len() as u64).sum();
        if members.len() > MAX_MEMBERS || n_bytes > MAX_BYTES {
            return Err(unfit(format!("it has more than {MAX_MEMBERS} files or {} MiB", MAX_BYTES >> 20)));
        }
        let bytes =
            write(run, &members, file).map_err(|source| ParcelError::Io { path: file.into(), source })?;
        let (n_specs, n_sessions) = (named.specs.len(), named.sessions.len());
        Ok(Exported { n_specs, n_sessions, n_candidates: named.candidates.len(), bytes })
    }
}

fn below(folder: &str, files: FileTree) -> impl Iterator<Item = (String, Vec<u8>)> + use<> {
    let folder = folder.to_owned();
    files.files.into_iter().map(move |(path, bytes)| (format!("{folder}/{path}"), bytes))
}

/// Writes the file beside its place and renames it, and gives its size.
fn write(run: &RunId, members: &[(String, Vec<u8>)], file: &Path) -> io::Result<u64> {
    let listed = members.iter().map(|(path, bytes)| Member {
        path: path.clone(),
        bytes: bytes.len() as u64,
        sha256: Sha256Hex::of(bytes),
    });
    let manifest = Manifest { format: FORMAT, run: run.clone(), members: listed.collect() };
    let manifest = serde_json::to_vec_pretty(&manifest)?;
    // No time and no name of a machine, so that the same run is the same file.
    let compressed = GzBuilder::new().mtime(0).write(Vec::new(), Compression::default());
    let mut archive = tar::Builder::new(compressed);
    add(&mut archive, MANIFEST, &manifest)?;
    for (at, (path, bytes)) in members.iter().enumerate() {
        add(&mut archive, &name_in_archive(at, path), bytes)?;
    }
    let bytes = archive.into_inner()?.finish()?;
    super::write_file(file, &bytes)?;
    Ok(bytes.len() as u64)
}

fn add(archive: &mut tar::Builder<impl Write>, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_path(name)?;
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_cksum();
    archive.append(&header, bytes)
}
