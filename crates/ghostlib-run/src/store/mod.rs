//! What is kept in `.ghostlib/` of a project, and how.
//!
//! ```text
//! .ghostlib/
//!   lock                    held by the one process that writes
//!   cache/references/       references with their dependencies
//!   build/reference/        the reference's driver and build output
//!   build/candidates/TREE/  a candidate's source, driver and build output, by the hash of its tree
//!   candidates.git/         candidates as commits, a ref each: refs/runs/RUN/ITERATION.ATTEMPT
//!   tasks/                  tasks that were handed out
//!   workspaces/SESSION/     where agents work
//!   runs/RUN/journal.jsonl  what happened; every state is derived from it
//!   runs/RUN/log.jsonl      what it told of its work; a full one before it is log.old.jsonl
//!   runs/RUN/specs/HASH/    each spec that the run has had
//!   runs/RUN/sessions/      recordings of sessions; of one under way, its events so far
//! ```

mod candidates;
mod clean;
mod export;
mod file;
mod import;
mod journal;
mod lockfile;
mod parcel;
mod project;
mod sessions;
mod unpack;

pub use candidates::{Candidates, CandidatesError, tree_hash};
pub use clean::{CleanError, Waste};
pub use export::Exported;
pub use file::write_file;
pub use import::Imported;
pub use journal::{FORMAT as JOURNAL_FORMAT, Journal, JournalError};
pub(crate) use lockfile::rounded;
pub use lockfile::{
    AcceptedEdit, FORMAT as LOCKFILE_FORMAT, LOCKFILE, LockedAgent, LockedCandidate, LockedFidelity,
    LockedPolicy, LockedReference, LockedSpec, LockedVendoring, LockedWaiver, Lockfile, LockfileError,
};
pub use parcel::{FORMAT as PARCEL_FORMAT, ParcelError};
pub use project::{Project, ProjectError, ProjectLock};
