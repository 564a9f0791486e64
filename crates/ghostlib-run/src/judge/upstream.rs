//! The reference's public tests on a candidate. They are in no score.

use super::{Candidate, Judge, JudgeError};
use crate::spec_files::LoadedSpec;
use ghostlib_verify::Tools;
use ghostlib_verify::rust::Subject;
use ghostlib_verify::rust::own_tests::{NoTests, UpstreamTests, upstream_tests};
use std::fmt::Write as _;
use std::time::Duration;

impl Judge {
    /// Runs the reference's integration tests on the reference, and those that pass on a candidate; or says why none
    /// are run. Both are in Rust.
    ///
    /// # Errors
    /// If one is in another language, or the sandbox fails.
    pub async fn upstream_tests(
        &self,
        loaded: &LoadedSpec,
        candidate: Candidate<'_>,
        wall: Duration,
    ) -> Result<Result<UpstreamTests, NoTests>, JudgeError> {
        let (Tools::Rust(toolchain), Tools::Rust(_)) = (&self.tools.reference, &self.tools.candidate) else {
            return Err(JudgeError::NoUpstreamTests);
        };
        let scratches = [self.scratch.join("upstream"), candidate.scratch.join("upstream")];
        let dirs = [self.reference.dir.as_path(), candidate.dir];
        let [known, own] = [0, 1].map(|at| Subject {
            dir: dirs[at],
            scratch: &scratches[at],
            read: &[],
            cargo_config: "",
            crate_name: &self.api.crate_name,
            wall,
        });
        let mut allowed = String::new();
        let target = loaded.spec.front_matter.targets.get(self.tools.candidate.language());
        for dependency in target.iter().flat_map(|target| &target.dependencies) {
            let version = dependency.version.as_deref().unwrap_or("*");
            let _ = writeln!(allowed, "{:?} = {version:?}", dependency.name);
        }
        Ok(upstream_tests(&self.sandbox, toolchain, [&known, &own], &allowed).await?)
    }
}
