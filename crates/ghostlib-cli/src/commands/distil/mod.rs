mod told;

use super::init::{folder_of, reference_yaml};
use super::measuring::BUILD_WALL;
use super::run::{Watching, engine};
use crate::args::SandboxChoice;
use crate::console::{visible, warn};
use crate::environment::{canaries, current_dir, sandbox};
use crate::error::{CliError, Verdict};
use crate::settings::Settings;
use clap::Args;
use ghostlib_model::{ReferenceSource, RunBudget, RunOptions, SessionBudget, Shown};
use ghostlib_run::distil::{Distilled, Naming, distil as distilled, skeleton};
use ghostlib_run::store::Project;
use ghostlib_run::{DOCUMENT, Judge, JudgeOptions, JudgePlaces, JudgeTools};
use ghostlib_verify::Differential;
use std::fs;
use std::path::{Path, PathBuf};

/// Write the first spec of a library, out of the library itself: its API, what its documentation says by template, and
/// vectors of the calls that its tests, documentation and examples make.
///
/// What each vector expects is what the library answered in the sandbox, twice alike. Without an agent no sentence is
/// invented: what no template fits is counted.
#[derive(Args)]
pub(crate) struct DistilArgs {
    /// The library: `crate:NAME@VERSION`, `pypi:NAME@VERSION`, `git:URL#REV`, or a path.
    reference: ReferenceSource,
    /// The spec's name; the library's own if it is not given.
    name: Option<String>,
    /// The folder for the spec; `specs/NAME` if it is not given.
    #[arg(long)]
    into: Option<PathBuf>,
    /// Write over a SPEC.md that is there.
    #[arg(long)]
    force: bool,
    /// The most vectors of one operation.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..))]
    vectors: u16,
    /// Generated sequences of calls an operation, from which vectors are taken where the library's own inputs show less.
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..))]
    cases: u32,
    /// The seed of the sequences.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the library is built and run, and the agent works.
    #[arg(long, value_enum, default_value_t)]
    sandbox: SandboxChoice,
    /// Who writes the prose: the agent gets the draft and the library's source, and what it leaves is held against the guard of
    /// revisions. Named as for `run`: `auto`, `codex`, `claude`, `handoff`, `command:PROGRAM ARGUMENTS`.
    #[arg(long)]
    agent: Option<String>,
    /// The agent's model, as its endpoint calls it.
    #[arg(long, requires = "agent")]
    model: Option<String>,
    /// How hard the model is to think, in the words of its maker.
    #[arg(long, requires = "agent")]
    effort: Option<String>,
    /// Wall time for one session of the agent, in seconds.
    #[arg(long, value_name = "SECONDS", requires = "agent")]
    session_seconds: Option<u64>,
}

pub(crate) async fn distil(args: &DistilArgs, json: bool) -> Result<Verdict, CliError> {
    let name = args.name()?;
    let dir = folder_of(&name, args.into.as_ref())?;
    let path = dir.join(DOCUMENT);
    if path.exists() && !args.force {
        return Err(CliError::input(format!("{} exists already", path.display())).hint(
            "it is left as it is; choose another folder with `--into`, or write over it with `--force`",
        ));
    }
    let project = Project::at(current_dir()?);
    let lock = project.lock()?;
    // A path of the front matter starts at the folder, which therefore has to be there.
    fs::create_dir_all(&dir).map_err(|error| CliError::environment(format!("{}: {error}", dir.display())))?;
    let naming = Naming { reference: reference_yaml(&args.reference, &dir), name };
    let written = args.write(&naming, &project, &dir, json).await;
    if written.is_err() {
        // It goes only if there is nothing in it.
        let _ = fs::remove_dir(&dir);
    }
    let (draft, refused) = written?;
    draft.spec.write(&dir)?;
    drop(lock);
    for reason in &refused {
        warn(format!("what the agent left was refused: {}", visible(reason)));
    }
    if json {
        told::say_as_json(&path, &draft, &refused);
    } else {
        told::say_all(&path, &dir, &draft);
    }
    Ok(if refused.is_empty() { Verdict::Passed } else { Verdict::FellShort })
}

impl DistilArgs {
    /// The name that is given, or that of the reference.
    fn name(&self) -> Result<String, CliError> {
        if let Some(name) = &self.name {
            return Ok(name.clone());
        }
        let name = match self.reference.origin() {
            ReferenceSource::Crate { name, .. } | ReferenceSource::PyPi { name, .. } => Some(name.clone()),
            ReferenceSource::Git { url, .. } => {
                let last = url.trim_end_matches('/').rsplit(['/', ':']).next();
                last.map(|name| name.trim_end_matches(".git").to_owned())
            }
            ReferenceSource::Path(path) => {
                let whole = Path::new(path).canonicalize().ok();
                whole.and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
            }
            ReferenceSource::Perturbed(_) => None,
        };
        name.ok_or_else(|| {
            CliError::input("the reference does not tell a name")
                .hint("give one: `ghostlib distil REFERENCE NAME`")
        })
    }

    /// The spec, and why what an agent made of it was refused, if it was.
    async fn write(
        &self,
        naming: &Naming,
        project: &Project,
        dir: &Path,
        json: bool,
    ) -> Result<(Distilled, Vec<String>), CliError> {
        let settings = Settings::load()?;
        let spec = skeleton(naming).without_errors()?.spec;
        let places = JudgePlaces {
            base: dir.to_owned(),
            cache: project.references(),
            scratch: project.reference_build(),
        };
        let tools = JudgeTools::of_reference(&spec, dir).await?;
        let judge = Judge::prepare(sandbox(self.sandbox).await?, tools, &spec, places).await?;
        let draft = distilled(naming, &judge, &self.judge_options(&settings)).await?;
        let Some(agent) = &self.agent else { return Ok((draft, Vec::new())) };
        let mut options = self.run_options(agent, &settings);
        let watching = Watching { json, tmux: None };
        let engine = engine(project, &mut options, self.sandbox, &settings, watching).await?;
        let authored = Box::pin(engine.author(draft, judge, options)).await?;
        Ok((authored.distilled, authored.refused))
    }

    fn judge_options(&self, settings: &Settings) -> JudgeOptions {
        let cases = usize::try_from(self.cases).unwrap_or(usize::MAX);
        let max_differences = self.vectors.into();
        JudgeOptions {
            differential: Differential { cases, seed: self.seed, max_differences },
            build_wall: BUILD_WALL,
            copy: settings.copy_thresholds(),
            budget: settings.evaluate_budget(),
            canaries: canaries(),
        }
    }

    /// What an author's sessions take of a run.
    fn run_options(&self, agent: &str, settings: &Settings) -> RunOptions {
        let session = settings.session();
        RunOptions {
            agents: vec![agent.to_owned()],
            reviser: None,
            samples: 1,
            confirm: 0,
            parallel: 1,
            growth: 0,
            budget: RunBudget::default(),
            shown: Shown::Whole,
            review: false,
            model: self.model.clone(),
            effort: self.effort.clone(),
            session: SessionBudget { seconds: self.session_seconds.or(session.seconds), ..session },
            sandbox: self.sandbox.name().into(),
            target: 1.0,
            max_iterations: 1,
            cases: usize::try_from(self.cases).unwrap_or(usize::MAX),
            seed: self.seed,
            hidden: 0.0,
        }
    }
}
