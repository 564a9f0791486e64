//! Having code written from a spec, and measuring it, until it passes.

use crate::console::{BAD, GOOD, counted, say, styled, visible};
use crate::error::CliError;
use crate::narrate;
use crate::wire::vendored::AttemptJson;
use ghostlib_agent::{FileTree, Present};
use ghostlib_model::{Environment, Evaluation, Ratio, RunOptions};
use ghostlib_run::store::{AcceptedEdit, LockedReference, LockedVendoring, tree_hash};
use ghostlib_run::vendored::{Bench, FetchedSpec, ToVendor, VendoredCrate, VendoredError, Written};
use ghostlib_run::{
    Candidate, Conformance, Engine, Judge, JudgeOptions, JudgePlaces, JudgeTools, LoadedSpec, Ready, Rebuilt,
    ToRebuild,
};
use ghostlib_verify::{Differential, Tools};
use std::path::Path;
use std::sync::Arc;

/// What is to be written, and how it is measured.
pub(in crate::commands) struct Proving<'a> {
    pub(in crate::commands) engine: &'a Engine,
    pub(in crate::commands) bench: &'a Bench,
    /// The spec at its origin, or a slice of it.
    pub(in crate::commands) fetched: &'a FetchedSpec,
    pub(in crate::commands) options: RunOptions,
    /// Whether the reference is compared with.
    pub(in crate::commands) reference: bool,
    /// Whether nothing is told to people.
    pub(in crate::commands) json: bool,
}

/// What sessions are given.
pub(in crate::commands) struct Task<'a> {
    /// What they are called.
    pub(in crate::commands) label: String,
    pub(in crate::commands) package: &'a str,
    pub(in crate::commands) vendoring: LockedVendoring,
    /// What they begin with, where that is not nothing.
    pub(in crate::commands) present: Option<Present>,
    /// The crate whose accepted edits are kept.
    pub(in crate::commands) before: Option<&'a VendoredCrate>,
}

/// Code that passed.
pub(in crate::commands) struct Proved {
    /// All files of the crate's folder.
    pub(in crate::commands) files: FileTree,
    pub(in crate::commands) conformance: Conformance,
}

/// A reference that is ready to be compared with.
struct Compared {
    judge: Judge,
    ready: Ready,
    options: JudgeOptions,
}

impl Proving<'_> {
    /// Has code written until some passes; nothing, if none does. What became of each attempt is added to `attempts`.
    pub(in crate::commands) async fn prove(
        &self,
        task: &Task<'_>,
        attempts: &mut Vec<AttemptJson>,
    ) -> Result<Option<Proved>, CliError> {
        let withheld = self.fetched.spec.to_withhold(self.options.hidden, self.options.seed);
        let spec = self.fetched.spec.clone().withholding(&withheld);
        let compared = if self.reference { Some(self.compared(&spec).await?) } else { None };
        let cargo_home = self.bench.checks.cargo_home(&spec).await?;
        for n_before in 0..self.options.samples as usize {
            let wanted = ToRebuild {
                label: &task.label,
                spec: &spec,
                package: task.package,
                cargo_home: cargo_home.clone(),
                n_before,
                present: task.present.clone(),
            };
            let rebuilt = self.engine.rebuild(wanted, self.options.clone()).await?;
            let passed = Ratio::new(1, n_before + 1);
            let (attempt, proved) = self.measure(task, &spec, compared.as_ref(), &rebuilt, passed).await?;
            attempts.push(attempt);
            if proved.is_some() {
                return Ok(proved);
            }
        }
        Ok(None)
    }

    async fn measure(
        &self,
        task: &Task<'_>,
        spec: &LoadedSpec,
        compared: Option<&Compared>,
        rebuilt: &Rebuilt,
        passed: Ratio,
    ) -> Result<(AttemptJson, Option<Proved>), CliError> {
        let mut attempt = AttemptJson::of(rebuilt);
        let Some(candidate) = &rebuilt.candidate else {
            self.tell(&attempt);
            return Ok((attempt, None));
        };
        let mut to_vendor = ToVendor {
            candidate,
            spec: &self.fetched.spec,
            licences: &self.fetched.licences,
            lock: self.written(task, rebuilt).lock(),
        };
        let original = match to_vendor.code() {
            Err(VendoredError::Unfit(reason)) => {
                attempt.unfit = Some(reason);
                self.tell(&attempt);
                return Ok((attempt, None));
            }
            code => code?,
        };
        let (code, accepted) = with_edits(task, &original)?;
        let conformance = self.bench.checks.conformance(spec, &code).await?;
        to_vendor.lock.conforms(&conformance, passed);
        attempt.measured(&conformance);
        let mut all_pass = conformance.passed();
        if let Some(compared) = compared.filter(|_| all_pass) {
            let evaluation = compared.evaluate(self.engine, spec, &code, rebuilt).await?;
            all_pass = evaluation.passes(self.options.target);
            attempt.compared(&evaluation);
            let plan = (self.options.cases, self.options.seed);
            to_vendor.lock.is_like(compared.stamp(), &evaluation, passed, plan);
        }
        attempt.passed = all_pass;
        self.tell(&attempt);
        if !all_pass {
            return Ok((attempt, None));
        }
        let files = to_vendor.files(&original, &code, accepted)?;
        Ok((attempt, Some(Proved { files, conformance })))
    }

    fn written<'w>(&'w self, task: &Task<'_>, rebuilt: &'w Rebuilt) -> Written<'w> {
        let stamp = self.engine.sandbox.stamp();
        Written {
            spec: &self.fetched.spec,
            session: &rebuilt.session,
            prompt: &rebuilt.prompt,
            environment: Environment {
                toolchain: self.engine.toolchain.version.clone(),
                sandbox: stamp.backend,
            },
            vendoring: LockedVendoring { enforces: stamp.enforces, ..task.vendoring.clone() },
        }
    }

    async fn compared(&self, spec: &LoadedSpec) -> Result<Compared, CliError> {
        let project = &self.engine.project;
        let base = self.fetched.base.clone();
        let tools = JudgeTools::of(&spec.spec, &base, Tools::Rust(self.engine.toolchain.clone())).await?;
        let places = JudgePlaces { base, cache: project.references(), scratch: project.reference_build() };
        let judge = Judge::prepare(Arc::clone(&self.engine.sandbox), tools, &spec.spec, places).await?;
        let options = JudgeOptions {
            differential: Differential {
                cases: self.options.cases,
                seed: self.options.seed,
                max_differences: 8,
            },
            build_wall: self.bench.checks.wall,
            copy: self.engine.copy_thresholds.clone(),
            budget: self.engine.evaluate_budget,
            canaries: self.engine.canaries.clone(),
        };
        let ready = judge.ready(spec, &options).await?;
        Ok(Compared { judge, ready, options })
    }

    fn tell(&self, attempt: &AttemptJson) {
        if self.json {
            return;
        }
        let mark = if attempt.passed { styled(GOOD, "passed") } else { styled(BAD, "fell short") };
        say(format!("{}: {mark}, {}", attempt.session, visible(&attempt.in_words())));
        attempt.blocking().take(MAX_FINDINGS).for_each(narrate::finding);
        let n_more = attempt.blocking().count().saturating_sub(MAX_FINDINGS);
        if n_more > 0 {
            say(format!("    and {}", counted(n_more, "more finding")));
        }
    }
}

/// The most findings that are told of one attempt.
const MAX_FINDINGS: usize = 8;

fn with_edits(task: &Task<'_>, original: &FileTree) -> Result<(FileTree, Vec<AcceptedEdit>), CliError> {
    Ok(match task.before {
        Some(before) => before.edits_onto(original)?,
        None => (original.clone(), Vec::new()),
    })
}

impl Compared {
    async fn evaluate(
        &self,
        engine: &Engine,
        spec: &LoadedSpec,
        code: &FileTree,
        rebuilt: &Rebuilt,
    ) -> Result<Evaluation, CliError> {
        let hash = tree_hash(code).map_err(VendoredError::from)?;
        let laid_out = engine.project.lay_out(code, &hash);
        let [dir, scratch] = laid_out.map_err(|error| CliError::environment(error.to_string()))?;
        let candidate = Candidate { dir: &dir, scratch: &scratch, record: &rebuilt.record };
        Ok(self.judge.evaluate(spec, &self.ready, candidate, &self.options).await?)
    }

    fn stamp(&self) -> LockedReference {
        let stamp = self.judge.stamp();
        LockedReference { source: stamp.source.to_string(), checksum: stamp.checksum }
    }
}

impl Proved {
    /// Lets the next verification of the crate, now that it lies in its folder, begin with what was measured of it.
    pub(in crate::commands) fn remember(&self, dir: &Path, bench: &Bench) -> Result<(), CliError> {
        VendoredCrate::read(dir)?.remember(bench, &self.conformance);
        Ok(())
    }
}
