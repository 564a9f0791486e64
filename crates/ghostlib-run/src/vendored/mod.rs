//! Libraries that a team has in its own repository as code that an agent wrote from a spec.
//!
//! ```text
//! vendor/NAME/
//!   Cargo.toml, src/    the code, an ordinary crate; the root module begins with where it came from
//!   NOTICE, LICENSE…    whose spec it is, and under which licence
//!   spec/               the spec that it was written from, with all vectors
//!   ghostlib.lock       what was proved, and the hashes of all of it
//!   ghostlib.original   the code as it was written, and with accepted edits; compressed
//!   ghostlib.patch      the accepted edits, for people to read
//! ```
//!
//! All of it is committed. [`verify`] needs nothing else: no network, no agent, no reference.

mod archive;
mod changes;
mod edits;
mod known;
mod lay_out;
mod merge;
mod origin;
mod proof;
mod suspicions;
mod verify;

pub use changes::SpecChanges;
pub use edits::{Edit, between as edits_between};
pub use lay_out::{ToVendor, as_candidate, place, replace};
pub use origin::{FetchedSpec, OriginError, SpecOrigin, newest_version};
pub use proof::Written;
pub use suspicions::{Suspicions, suspicions};
pub use verify::{Bench, Verified, verify};

use crate::judge::{Conformance, VisibleError};
use crate::spec_files::{LoadedSpec, SpecError};
use crate::store::{
    CandidatesError, LOCKFILE, LockedVendoring, Lockfile, LockfileError, tree_hash, write_file,
};
use ghostlib_agent::{FileTree, TreeError};
use std::io;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// The folder with the spec.
const SPEC: &str = "spec";
/// The code as it was written.
const ORIGINAL: &str = "ghostlib.original";
/// The accepted edits.
const PATCH: &str = "ghostlib.patch";
/// Cargo writes it where the crate is built by itself.
const CARGO_LOCK: &str = "Cargo.lock";

/// A vendored crate as it lies in its folder.
#[derive(Clone, Debug)]
pub struct VendoredCrate {
    /// Its folder.
    pub dir: PathBuf,
    /// What was proved of it.
    pub lock: Lockfile,
    /// How it lies there.
    pub vendoring: LockedVendoring,
    /// Its spec.
    pub spec: LoadedSpec,
    /// Its code, with manifest and licences.
    pub code: FileTree,
    /// The hash of the code, as git makes it.
    pub tree: String,
    own: FileTree,
}

/// Why something cannot be done with a vendored crate.
#[derive(Debug, thiserror::Error)]
pub enum VendoredError {
    /// The folder has no lockfile.
    #[error("{} has no {LOCKFILE}: it is no vendored crate", .0.display())]
    NoLock(PathBuf),
    /// The lockfile cannot be read.
    #[error("{}: {source}", .path.display())]
    Lock {
        /// The lockfile.
        path: PathBuf,
        /// Why.
        source: LockfileError,
    },
    /// The lockfile is that of a run.
    #[error("{} is the lockfile of a run, not of a vendored crate", .0.display())]
    OfARun(PathBuf),
    /// The folder is there already.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
    /// A candidate that cannot be vendored.
    #[error("the candidate cannot be vendored: {0}")]
    Unfit(String),
    /// There is no edit to accept.
    #[error("{} has no edit that is not accepted already", .0.display())]
    NothingToAccept(PathBuf),
    /// Accepted edits and new code change the same lines.
    #[error("accepted edits and the new code change the same lines of {}", .0.join(", "))]
    Conflict(Vec<String>),
    /// The code as it was written is not there any more.
    #[error("{} is not what was written with the crate: {reason}", .path.display())]
    Original {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A tree that cannot be read or written.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The spec.
    #[error("the spec in {}: {source}", .dir.display())]
    Spec {
        /// Its folder.
        dir: PathBuf,
        /// Why.
        source: SpecError,
    },
    /// A tree cannot be hashed.
    #[error(transparent)]
    Hash(#[from] CandidatesError),
    /// The code could not be built or asked.
    #[error(transparent)]
    Check(#[from] VisibleError),
    /// A file.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl VendoredCrate {
    /// Reads the crate in a folder. What is not as the lockfile says is for [`verify`] to find.
    ///
    /// # Errors
    /// If there is no lockfile of a vendored crate that this version can read, no spec, or something that is no plain file.
    pub fn read(dir: &Path) -> Result<Self, VendoredError> {
        let path = dir.join(LOCKFILE);
        if !path.is_file() {
            return Err(VendoredError::NoLock(dir.into()));
        }
        let mut code = FileTree::read(dir)?;
        let own = take_out(&mut code);
        let text = String::from_utf8_lossy(own.files.get(LOCKFILE).map_or(&[], Vec::as_slice)).into_owned();
        let lock =
            Lockfile::parse(&text).map_err(|source| VendoredError::Lock { path: path.clone(), source })?;
        let vendoring = lock.vendored.clone().ok_or(VendoredError::OfARun(path))?;
        let spec = LoadedSpec::of_files(&own.below(SPEC))
            .map_err(|source| VendoredError::Spec { dir: dir.join(SPEC), source })?;
        let tree = tree_hash(&code)?;
        Ok(Self { dir: dir.into(), lock, vendoring, spec, code, tree, own })
    }

    /// Where its spec came from; a relative path starts at the crate's folder.
    ///
    /// # Errors
    /// If the lockfile names no such place.
    pub fn origin(&self) -> Result<SpecOrigin, OriginError> {
        Ok(self.vendoring.source.parse()?)
    }

    /// Keeps what was measured of the crate, so that it is not measured again here.
    pub fn remember(&self, bench: &Bench, conformance: &Conformance) {
        if let Some(path) = known::path_of(self, bench) {
            known::keep(&path, conformance);
        }
    }

    /// The hash of the code that is not to be edited: as it was written, or as it was last accepted.
    pub fn accepted_tree(&self) -> &str {
        self.vendoring.accepted.last().map_or(&self.lock.candidate.tree, |edit| &edit.tree)
    }

    /// The code as it was written.
    ///
    /// # Errors
    /// If that cannot be had any more.
    pub fn original(&self) -> Result<FileTree, VendoredError> {
        Ok(self.kept()?.original)
    }

    fn kept(&self) -> Result<archive::Kept, VendoredError> {
        let wrong = |reason: String| VendoredError::Original { path: self.dir.join(ORIGINAL), reason };
        let bytes = self.own.files.get(ORIGINAL).ok_or_else(|| wrong("it is not there".into()))?;
        let kept = archive::unpack(bytes).map_err(|error| wrong(error.to_string()))?;
        if tree_hash(&kept.original)? == self.lock.candidate.tree {
            Ok(kept)
        } else {
            Err(wrong("its hash is another".into()))
        }
    }

    /// Records the code as it is now as an edit that somebody has looked at.
    ///
    /// # Errors
    /// If nothing was edited, the code as it was written is not there any more, or a file cannot be written.
    pub fn accept(&self, reason: &str) -> Result<(), VendoredError> {
        if self.tree == self.accepted_tree() {
            return Err(VendoredError::NothingToAccept(self.dir.clone()));
        }
        let original = self.original()?;
        let mut accepted = self.vendoring.accepted.clone();
        accepted.push(crate::store::AcceptedEdit { reason: reason.into(), tree: self.tree.clone() });
        if self.tree == self.lock.candidate.tree {
            accepted.clear();
        }
        let files = lay_out::with_edits(&self.lock, &original, &self.code, accepted)?;
        // The lockfile comes last: what it does not name yet counts for nothing.
        for name in [ORIGINAL, PATCH, LOCKFILE] {
            let path = self.dir.join(name);
            let wrong = |source| VendoredError::Io { path: path.clone(), source };
            match files.files.get(name) {
                Some(bytes) => write_file(&path, bytes).map_err(wrong)?,
                None if path.exists() => std::fs::remove_file(&path).map_err(wrong)?,
                None => {}
            }
        }
        Ok(())
    }
}

/// Takes out of a folder's files what is no code: what ghostlib keeps there, and what cargo writes.
fn take_out(files: &mut FileTree) -> FileTree {
    let is_own = |path: &str| {
        [LOCKFILE, ORIGINAL, PATCH, CARGO_LOCK].contains(&path)
            || path.strip_prefix(SPEC).is_some_and(|rest| rest.starts_with('/'))
    };
    let (own, code) =
        std::mem::take(&mut files.files).into_iter().partition(|(path, _): &(String, Vec<u8>)| is_own(path));
    files.files = code;
    FileTree { files: own }
}

/// Whether a folder has the code of a vendored crate as it was written, whatever became of its lockfile.
pub(crate) fn is_crate(dir: &Path) -> bool {
    dir.join(ORIGINAL).exists()
}

/// How deep below a folder vendored crates are looked for.
const MAX_DEPTH: usize = 8;

/// The folders of all vendored crates below a folder, sorted. Hidden folders and those of build tools are not looked into.
pub fn find_crates(root: &Path) -> Vec<PathBuf> {
    let is_looked_into = |entry: &walkdir::DirEntry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0 || !(name.starts_with('.') || name == "target" || name == "node_modules")
    };
    let entries = WalkDir::new(root).max_depth(MAX_DEPTH).sort_by_file_name().into_iter();
    let files = entries.filter_entry(is_looked_into).filter_map(Result::ok);
    let locks = files.filter(|entry| entry.file_type().is_file() && entry.file_name() == LOCKFILE);
    let is_vendored = |path: &Path| {
        // The lockfile of a run is another thing; one that cannot be read may well be that of a vendored crate.
        let text = std::fs::read_to_string(path).unwrap_or_default();
        Lockfile::parse(&text).is_ok_and(|lock| lock.vendored.is_some())
            || path.parent().is_some_and(is_crate)
    };
    let dirs = locks.filter(|entry| is_vendored(entry.path())).filter_map(|entry| {
        let dir = entry.path().parent()?;
        Some(dir.strip_prefix(".").unwrap_or(dir).to_owned())
    });
    dirs.collect()
}
