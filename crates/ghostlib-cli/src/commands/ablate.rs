use super::run::{LoopArgs, Watching, engine, finish, keep};
use crate::console::{BOLD, counted, say, say_json, styled, warn};
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use crate::settings::Settings;
use clap::Args;
use ghostlib_model::{Evaluation, RunId, RunOptions, RunSummary, Shown};
use ghostlib_run::LoadedSpec;
use ghostlib_run::store::{Journal, Project};
use ghostlib_spec::{not_there, section_titles};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Measure what parts of a spec are worth: rebuild from the spec without them, and judge by all of it.
///
/// With nothing named, the memory floor: implementers see the API block alone. What a spec contributes is the fidelity that
/// its own rebuilds reach less that floor. Each part is a run of one iteration, which changes no spec.
#[derive(Args)]
pub(crate) struct AblateArgs {
    /// A SPEC.md, or its folder.
    spec: PathBuf,
    /// Show the API block alone, without prose and vectors.
    #[arg(long)]
    floor: bool,
    /// Leave out all vectors.
    #[arg(long)]
    vectors: bool,
    /// Leave out the section of this title, and what is below it; can be given several times, each is measured by itself.
    #[arg(long = "section", value_name = "TITLE")]
    sections: Vec<String>,
    /// Leave out the requirement of this id; can be given several times, each is measured by itself.
    #[arg(long = "requirement", value_name = "ID")]
    requirements: Vec<String>,
    /// The run to compare with; the newest one of this spec, as it is now, if it is not given.
    #[arg(long, value_name = "RUN")]
    against: Option<String>,
    #[command(flatten)]
    options: LoopArgs,
}

/// How well rebuilds did, with a part of the spec left out or with all of it.
pub(super) struct Figures {
    what: String,
    pub(super) run: RunId,
    headlines: Vec<f64>,
    n_passing: usize,
}

pub(crate) async fn ablate(args: &AblateArgs, json: bool) -> Result<Verdict, CliError> {
    let settings = Settings::load()?;
    let mut options = args.options.to_options(&settings)?;
    (options.max_iterations, options.confirm, options.hidden) = (1, 0, 0.0);
    let loaded = LoadedSpec::read(&args.spec)?.without_errors()?;
    let parts = args.parts();
    for part in &parts {
        check(&loaded, part)?;
    }
    let project = Project::at(current_dir()?);
    let whole = whole(&project, &loaded, args.against.as_deref(), &options)?;
    let mut figures: Vec<Figures> = Vec::new();
    let watching = Watching { json, tmux: None };
    let engine = engine(&project, &mut options, args.options.sandbox(), &settings, watching).await?;
    for part in parts {
        if !json {
            say(styled(BOLD, format!("Rebuilding from {part}")));
        }
        options.shown = part;
        let outcome = engine.run(&args.spec, options.clone()).await?;
        // With `--json` the figures of all parts are one document.
        if json {
            keep(&project, &outcome)?;
        } else {
            finish(&project, &outcome, json)?;
        }
        figures.push(Figures::of(options.shown.to_string(), &outcome.run, &outcome.summary, &options, None));
    }
    if json {
        say_json(&json!({
            "whole": whole.as_ref().map(Figures::json),
            "parts": figures.iter().map(Figures::json).collect::<Vec<_>>(),
        }));
    } else {
        print(whole.as_ref(), &figures);
    }
    Ok(Verdict::Passed)
}

impl AblateArgs {
    /// What is measured, in order.
    fn parts(&self) -> Vec<Shown> {
        let without = |sections: &[String], requirements: &[String], vectors| Shown::Without {
            sections: sections.to_vec(),
            requirements: requirements.to_vec(),
            vectors,
            vector_ids: Vec::new(),
        };
        let mut parts = Vec::new();
        parts.extend(self.vectors.then(|| without(&[], &[], true)));
        parts.extend(self.sections.iter().map(|title| without(std::slice::from_ref(title), &[], false)));
        parts.extend(self.requirements.iter().map(|id| without(&[], std::slice::from_ref(id), false)));
        if self.floor || parts.is_empty() {
            parts.insert(0, Shown::ApiAlone);
        }
        parts
    }
}

fn check(loaded: &LoadedSpec, part: &Shown) -> Result<(), CliError> {
    match &not_there(&loaded.sources, &loaded.spec, part)[..] {
        [] => Ok(()),
        missing => {
            Err(CliError::input(format!("the spec does not have {}", missing.join(", "))).hint(format!(
                "its sections are: {}; `ghostlib parse` shows its requirements",
                section_titles(&loaded.sources).join(", ")
            )))
        }
    }
}

/// What rebuilds from the whole spec reached, in the run that is named or the newest one that had this spec.
pub(super) fn whole(
    project: &Project,
    loaded: &LoadedSpec,
    wanted: Option<&str>,
    options: &RunOptions,
) -> Result<Option<Figures>, CliError> {
    let hash = loaded.stamp().hash;
    let runs = match wanted {
        Some(wanted) => vec![project.find_run(Some(wanted))?],
        None => project.runs()?.into_iter().rev().collect(),
    };
    for run in runs {
        let Ok(events) = Journal::read(&project.journal(&run)) else { continue };
        let summary = RunSummary::of(events);
        let is_whole = summary.options.as_ref().is_some_and(|options| options.shown.is_whole());
        let figures = Figures::of(Shown::Whole.to_string(), &run, &summary, options, Some(&hash));
        if is_whole && !figures.headlines.is_empty() {
            return Ok(Some(figures));
        }
        if let Some(wanted) = wanted {
            return Err(CliError::input(format!(
                "the run {wanted} has no rebuild of this spec as it is now"
            ))
            .hint("run the spec once more, or name another run with `--against`"));
        }
    }
    Ok(None)
}

impl Figures {
    fn of(
        what: String,
        run: &RunId,
        summary: &RunSummary,
        options: &RunOptions,
        spec: Option<&ghostlib_model::Sha256Hex>,
    ) -> Self {
        let is_meant =
            |one: &&ghostlib_model::IterationSummary| spec.is_none_or(|hash| one.spec.hash == *hash);
        let iterations = summary.iterations.iter().filter(is_meant);
        let evaluations: Vec<&Evaluation> =
            iterations.flat_map(ghostlib_model::IterationSummary::evaluations).map(|(_, one)| one).collect();
        Self {
            what,
            run: run.clone(),
            headlines: evaluations.iter().map(|one| one.fidelity.headline()).collect(),
            n_passing: evaluations.iter().filter(|one| one.passes(options.target)).count(),
        }
    }

    /// Whether there are rebuilds, and all pass.
    pub(super) fn passes(&self) -> bool {
        !self.headlines.is_empty() && self.n_passing == self.headlines.len()
    }

    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    fn mean(&self) -> Option<f64> {
        (!self.headlines.is_empty()).then(|| self.headlines.iter().sum::<f64>() / self.headlines.len() as f64)
    }

    fn json(&self) -> Value {
        json!({
            "shown": self.what, "run": self.run, "headlines": self.headlines, "mean": self.mean(),
            "passing": self.n_passing,
        })
    }

    fn line(&self) -> String {
        let ends =
            self.headlines.iter().fold([1.0_f64, 0.0], |[low, high], one| [low.min(*one), high.max(*one)]);
        let figures = self.mean().map_or_else(
            || "no rebuild could be measured".to_owned(),
            |mean| format!("headline {mean:.3} ({:.3} to {:.3})", ends[0], ends[1]),
        );
        let n = self.headlines.len();
        format!(
            "{}: {figures}, {} of {} pass, run {}",
            self.what,
            self.n_passing,
            counted(n, "rebuild"),
            self.run
        )
    }
}

fn print(whole: Option<&Figures>, figures: &[Figures]) {
    say("");
    say(styled(BOLD, "What implementers saw, and what came of it"));
    for one in whole.into_iter().chain(figures) {
        say(format!("  {}", one.line()));
    }
    let Some(all) = whole.and_then(Figures::mean) else {
        warn("there is no run of the whole spec to compare with: `ghostlib run` makes one");
        return;
    };
    for one in figures {
        if let Some(mean) = one.mean() {
            say(format!("  what was left out contributes {:+.3} to the headline: {}", all - mean, one.what));
        }
    }
}
