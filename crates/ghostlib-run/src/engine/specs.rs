//! The specs of a run, as its folder has them. The one in use is read once, however many attempts are made from it.

use super::RunError;
use super::next;
use super::work::Work;
use crate::spec_files::{LoadedSpec, Seen};
use ghostlib_model::{IterationSummary, RunSummary, Sha256Hex, VectorId};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// A spec as an iteration has it.
#[derive(Debug)]
pub(super) struct SpecInUse {
    pub(super) loaded: LoadedSpec,
    pub(super) hash: Sha256Hex,
    /// What implementers see of it.
    pub(super) seen: Seen,
}

/// What was read already. It can be read again at any time.
#[derive(Debug, Default)]
pub(super) struct SpecsRead(Mutex<Read>);

#[derive(Debug, Default)]
struct Read {
    /// What is withheld of the spec that the run began with.
    withheld: Option<BTreeSet<VectorId>>,
    last: Option<Arc<SpecInUse>>,
}

impl Work<'_> {
    /// The spec of the next iteration.
    pub(super) fn next_spec(&self, summary: &RunSummary) -> Result<Arc<SpecInUse>, RunError> {
        let last = summary.iterations.last();
        let hash = last.map_or(&self.first_spec, next::spec_after);
        self.spec_as_shown(summary, hash, last.map_or(1, |last| last.iteration + 1))
    }

    /// The spec of an iteration, with what is withheld in it.
    pub(super) fn spec_of(
        &self,
        summary: &RunSummary,
        iteration: &IterationSummary,
    ) -> Result<Arc<SpecInUse>, RunError> {
        self.spec_as_shown(summary, &iteration.spec.hash, iteration.iteration)
    }

    /// The spec that an iteration has left, with what is withheld in the next one.
    pub(super) fn spec_after(
        &self,
        summary: &RunSummary,
        it: &IterationSummary,
    ) -> Result<Arc<SpecInUse>, RunError> {
        self.spec_as_shown(summary, next::spec_after(it), it.iteration + 1)
    }

    /// What is withheld is chosen once, from the spec that the run began with. What a revision showed stays shown.
    fn spec_as_shown(
        &self,
        summary: &RunSummary,
        hash: &Sha256Hex,
        iteration: u32,
    ) -> Result<Arc<SpecInUse>, RunError> {
        let mut read = self.specs.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut withheld = if let Some(chosen) = &read.withheld {
            chosen.clone()
        } else {
            let first = self.read_spec(&self.first_spec)?;
            read.withheld.insert(first.to_withhold(self.options.hidden, self.options.seed)).clone()
        };
        let shown: BTreeSet<&str> = next::shown_before(summary, iteration).collect();
        withheld.retain(|id| !shown.contains(id.as_str()));
        if let Some(last) = &read.last
            && last.hash == *hash
            && last.loaded.withheld == withheld
        {
            return Ok(Arc::clone(last));
        }
        let loaded = self.read_spec(hash)?.withholding(&withheld).showing(&self.options.shown);
        let in_use = Arc::new(SpecInUse { hash: hash.clone(), seen: loaded.seen(), loaded });
        read.last = Some(Arc::clone(&in_use));
        Ok(in_use)
    }

    /// A spec as it was recorded.
    pub(super) fn read_spec(&self, hash: &Sha256Hex) -> Result<LoadedSpec, RunError> {
        let dir = self.engine.project.spec_dir(&self.run, hash);
        let document = LoadedSpec::document_in(&dir, Path::new(&self.spec_path));
        let loaded = LoadedSpec::read(&document)?;
        if loaded.stamp().hash == *hash { Ok(loaded) } else { Err(RunError::SnapshotChanged(dir)) }
    }
}
