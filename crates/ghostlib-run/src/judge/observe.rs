//! The reference by itself: its source, and what it does.

use super::{Judge, JudgeError, JudgeOptions, Ready, seeds};
use crate::spec_files::LoadedSpec;
use ghostlib_diff::SourceTree;
use ghostlib_verify::{Observed, Operation, observe};

impl Judge {
    /// The reference's source.
    pub(crate) fn source(&self) -> &SourceTree {
        &self.tree
    }

    /// The language of the reference, as fenced blocks have it.
    pub(crate) fn language(&self) -> &'static str {
        self.tools.reference.language()
    }

    /// What the reference does in calls of operations, each with how many of them are wanted.
    ///
    /// # Errors
    /// If the sandbox fails.
    pub(crate) async fn observe(
        &self,
        loaded: &LoadedSpec,
        ready: &Ready,
        wanted: &[(&Operation, usize)],
        options: &JudgeOptions,
    ) -> Result<Vec<Observed>, JudgeError> {
        let seeds = seeds(loaded, &ready.operations, &[&self.literals]);
        let operations = &ready.operations.callable;
        Ok(observe(&ready.driver, operations, wanted, &seeds, &options.differential).await?)
    }
}
