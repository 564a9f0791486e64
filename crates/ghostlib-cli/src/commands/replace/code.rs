//! Spec, code and evaluation of what is to replace a dependency.

use crate::args::{AgentArgs, SandboxChoice};
use crate::commands::init::reference_yaml;
use crate::commands::measuring::{BUILD_WALL, place, plan};
use crate::commands::run::{Watching, engine, keep};
use crate::environment::{canaries, sandbox, toolchain};
use crate::error::CliError;
use crate::settings::Settings;
use ghostlib_agent::FileTree;
use ghostlib_model::{Evaluation, RunOptions, Shown};
use ghostlib_run::distil::{Naming, distil, skeleton};
use ghostlib_run::replace::Dependency;
use ghostlib_run::slice::Slice;
use ghostlib_run::store::{Candidates, Project};
use ghostlib_run::{Candidate, Judge, JudgeOptions, JudgePlaces, JudgeTools, LoadedSpec};
use ghostlib_sandbox::Sandbox;
use ghostlib_spec::edit::with_reference;
use ghostlib_verify::Tools;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where it all happens.
pub(super) struct Bench {
    sandbox: Arc<Sandbox>,
    tools: Tools,
    project: Project,
    scratch: PathBuf,
    settings: Settings,
}

/// Sequences of calls an operation.
const CASES: u32 = 1000;
/// The share of the vectors in vector files that the agent does not see, as in a run.
const HIDDEN: f64 = 0.3;
/// The headline from which on code counts as the same.
pub(super) const TARGET: f64 = 0.99;

impl Bench {
    pub(super) async fn new(
        choice: SandboxChoice,
        project: Project,
        dependency: &Dependency,
    ) -> Result<Self, CliError> {
        Ok(Self {
            sandbox: sandbox(choice).await?,
            tools: Tools::Rust(toolchain().await?),
            scratch: project.root().join(".ghostlib/replace").join(&dependency.package),
            project,
            settings: Settings::load()?,
        })
    }

    /// A folder for what comes about on the way.
    pub(super) fn scratch(&self) -> &Path {
        &self.scratch
    }

    /// Writes a slice where people and an agent can read it, with the dependency as its reference.
    pub(super) fn write_slice(&self, slice: &Slice, dependency: &Dependency) -> Result<PathBuf, CliError> {
        let dir = self.scratch.join("slice");
        let _ = fs::remove_dir_all(&dir);
        let mut spec = slice.spec.clone();
        let reference = reference_yaml(&dependency.source, &dir);
        spec.sources.document.bytes = with_reference(&spec.document_text(), &reference).into_bytes();
        spec.write(&dir)?;
        Ok(dir)
    }

    /// The first spec of a dependency, drawn from itself.
    pub(super) async fn distilled(&self, dependency: &Dependency) -> Result<LoadedSpec, CliError> {
        let reference = reference_yaml(&dependency.source, &self.project.root().join("."));
        let naming = Naming { name: dependency.package.clone(), reference };
        let skeleton = skeleton(&naming).without_errors()?;
        let judge = self.judge(&skeleton).await?;
        Ok(distil(&naming, &judge, &self.options()).await?.spec)
    }

    /// How code stands to the dependency, as far as the slice goes.
    pub(super) async fn evaluate(&self, slice: &LoadedSpec, code: &Path) -> Result<Evaluation, CliError> {
        let [dir, scratch] = place(&self.project, code)?;
        let judge = self.judge(slice).await?;
        let options = self.options();
        let ready = judge.ready(slice, &options).await?;
        let record = FileTree::read(&dir).unwrap_or_default();
        let candidate = Candidate { dir: &dir, scratch: &scratch, record: &record };
        Ok(judge.evaluate(slice, &ready, candidate, &options).await?)
    }

    /// Lets an agent write the code: one blind rebuild of the slice in this folder.
    pub(super) async fn rebuilt(
        &self,
        slice: &Path,
        agent: &AgentArgs,
        sandbox: SandboxChoice,
        json: bool,
    ) -> Result<PathBuf, CliError> {
        let mut options = self.run_options(agent, sandbox);
        let watching = Watching { json, tmux: agent.tmux(&self.project)? };
        let engine = engine(&self.project, &mut options, sandbox, &self.settings, watching).await?;
        let outcome = engine.run(slice, options).await?;
        keep(&self.project, &outcome)?;
        let sessions =
            outcome.summary.iterations.iter().flat_map(|one| &one.attempts).flat_map(|one| &one.sessions);
        let Some(candidate) = sessions.filter_map(|session| session.candidate.as_ref()).next_back() else {
            return Err(CliError::environment("the agent left no code")
                .hint(format!("`ghostlib status {}` says how its session ended", outcome.run)));
        };
        let failed = |error: String| CliError::environment(error);
        let candidates =
            Candidates::open(&self.project.candidates()).map_err(|error| failed(error.to_string()))?;
        let tree = candidates.read(&candidate.commit).map_err(|error| failed(error.to_string()))?;
        let dir = self.scratch.join("code");
        let _ = fs::remove_dir_all(&dir);
        tree.write(&dir).map_err(|error| failed(error.to_string()))?;
        Ok(dir)
    }

    fn run_options(&self, agent: &AgentArgs, sandbox: SandboxChoice) -> RunOptions {
        let agents = if agent.agents.is_empty() { vec!["auto".to_owned()] } else { agent.agents.clone() };
        RunOptions {
            agents,
            reviser: None,
            samples: 1,
            confirm: 0,
            parallel: 1,
            growth: 0,
            budget: self.settings.run().budget,
            shown: Shown::Whole,
            review: false,
            model: agent.model.clone(),
            effort: agent.effort.clone(),
            session: agent.budget(self.settings.session()),
            sandbox: sandbox.name().into(),
            target: TARGET,
            max_iterations: 1,
            cases: usize::try_from(CASES).unwrap_or(usize::MAX),
            seed: 1,
            hidden: HIDDEN,
        }
    }

    async fn judge(&self, spec: &LoadedSpec) -> Result<Judge, CliError> {
        let places = JudgePlaces {
            base: self.project.root().to_owned(),
            cache: self.project.references(),
            scratch: self.project.reference_build(),
        };
        let tools = JudgeTools { reference: self.tools.clone(), candidate: self.tools.clone() };
        Ok(Judge::prepare(Arc::clone(&self.sandbox), tools, &spec.spec, places).await?)
    }

    fn options(&self) -> JudgeOptions {
        JudgeOptions {
            differential: plan(CASES, 1),
            build_wall: BUILD_WALL,
            copy: self.settings.copy_thresholds(),
            budget: self.settings.evaluate_budget(),
            canaries: canaries(),
        }
    }
}
