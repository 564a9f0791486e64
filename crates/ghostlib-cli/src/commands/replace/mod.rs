//! Replacing a dependency of a Cargo project by a rebuilt slice of it.

mod code;
mod errors;
mod told;

use super::spec::slice::tell as tell_slice;
use crate::args::{AgentArgs, SandboxChoice};
use crate::commands::measuring::BUILD_WALL;
use crate::console::{say, say_json, visible, warn};
use crate::environment::{sandbox, toolchain};
use crate::error::{CliError, Verdict};
use crate::narrate;
use clap::Args;
use code::{Bench, TARGET};
use ghostlib_diff::Part;
use ghostlib_model::Evaluation;
use ghostlib_run::LoadedSpec;
use ghostlib_run::replace::{Dependency, Trial, Uses, find, put, try_in_copy};
use ghostlib_run::slice::{Slice, slice, wanted};
use ghostlib_run::store::Project;
use ghostlib_spec::Options;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Replace a dependency of a Cargo project by code that was rebuilt from a spec of what the project uses of it.
///
/// What the project uses is read from its source. The spec is cut to that, an agent that sees nothing else writes the code, and
/// the code is compared with the dependency. Then the project's own tests are run with it, in a copy; only if they pass is the
/// project changed: the code goes to `vendor/NAME`, and `[patch.crates-io]` leads there.
#[derive(Args)]
pub(crate) struct ReplaceArgs {
    /// The dependency, by the name of its package: `NAME`, or `NAME@VERSION`.
    dependency: String,
    /// The folder of the Cargo project.
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    project: PathBuf,
    /// Only say what is used where and what the slice has. Nothing is built or written.
    #[arg(long)]
    dry_run: bool,
    /// The dependency's spec: a SPEC.md, or its folder. Without it the first spec is drawn from the dependency itself, as
    /// `ghostlib distil` does.
    #[arg(long, value_name = "SPEC")]
    spec: Option<PathBuf>,
    /// What the slice is to have besides, with commas between the names.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// Leave out what only tests, examples, benches and code in documentation use. They do not compile then.
    #[arg(long)]
    library_only: bool,
    /// Take the code in this folder, and ask no agent.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["agents"])]
    code: Option<PathBuf>,
    /// Where the code goes, from the project's root on [default: vendor/NAME].
    #[arg(long, value_name = "FOLDER")]
    into: Option<String>,
    /// Change the project also if the code differs from the dependency, as long as the project's own tests pass.
    #[arg(long)]
    accept_differences: bool,
    #[command(flatten)]
    agent: AgentArgs,
    /// Where code is built and run, and the agent works.
    #[arg(long, value_enum, default_value_t)]
    sandbox: SandboxChoice,
}

pub(crate) async fn replace(args: &ReplaceArgs, json: bool) -> Result<Verdict, CliError> {
    let dir = args.project.canonicalize().map_err(|error| {
        CliError::input(format!("{}: {error}", args.project.display()))
            .hint("name the folder of a Cargo project")
    })?;
    let dependency = find(&dir, &args.dependency).await?;
    let part = if args.library_only { Part::Library } else { Part::Everything };
    let uses = Uses::of(&dependency, part)?;
    if !json {
        told::uses(&dependency, &uses);
    }
    if args.dry_run {
        return dry_run(args, json, &dependency, &uses);
    }
    let place = args.into.clone().unwrap_or_else(|| format!("vendor/{}", dependency.package));
    check_place(&dependency, &place)?;
    let project = Project::at(&dependency.root);
    let bench = Bench::new(args.sandbox, project, &dependency).await?;
    let (whole, cut) = args.slice(&bench, &dependency, &uses).await?;
    let slice_dir = bench.write_slice(&cut, &dependency)?;
    if !json {
        tell_slice(&whole, &cut);
        say(format!("the slice is in {}", slice_dir.display()));
    }
    let code = match &args.code {
        Some(code) => code.clone(),
        None => bench.rebuilt(&slice_dir, &args.agent, args.sandbox, json).await?,
    };
    let began = Instant::now();
    let evaluation = bench.evaluate(&cut.spec, &code).await?;
    if !json {
        narrate::evaluated(&evaluation, began.elapsed().as_secs_f64());
    }
    let trial = args.trial(&bench, &dependency, (&code, &place)).await?;
    let is_same = evaluation.passes(TARGET) || args.accept_differences;
    let replaced = trial.passed() && is_same;
    if replaced {
        put(&dependency, (&code, &place), &dependency.root)?;
    }
    if json {
        say_json(&told::json(
            &dependency,
            &uses,
            Some(outcome(&whole, &cut, &evaluation, &trial, replaced.then_some(&place))),
        ));
    } else {
        told::trial(&trial);
        told::end(&dependency, &place, &code, (trial.passed(), is_same));
    }
    Ok(if replaced { Verdict::Passed } else { Verdict::FellShort })
}

fn outcome(
    whole: &LoadedSpec,
    slice: &Slice,
    evaluation: &Evaluation,
    trial: &Trial,
    place: Option<&String>,
) -> Value {
    let broken =
        |one: &ghostlib_verify::rust::own_tests::TestLeftOut| json!({"test": one.test, "reason": one.reason});
    json!({
        "spec": whole.stamp(),
        "slice": slice.spec.stamp(),
        "headline": evaluation.fidelity.unknown().is_empty().then(|| evaluation.fidelity.headline()),
        "findings": evaluation.findings,
        "tests": {
            "before": trial.n_before,
            "after": trial.n_after,
            "broken": trial.broken.iter().map(broken).collect::<Vec<_>>(),
        },
        "written": place,
    })
}

fn dry_run(
    args: &ReplaceArgs,
    json: bool,
    dependency: &Dependency,
    uses: &Uses,
) -> Result<Verdict, CliError> {
    let cut = match &args.spec {
        None => None,
        Some(path) => {
            let options = Options::default();
            let whole = LoadedSpec::read(path)?.without_errors()?;
            let cut = slice(&whole, &options, &args.wanted(uses));
            Some((whole, cut))
        }
    };
    if json {
        let cut = cut.map(|(whole, cut)| json!({"spec": whole.stamp(), "slice": cut.spec.stamp()}));
        say_json(&told::json(dependency, uses, cut));
        return Ok(Verdict::Passed);
    }
    match cut {
        Some((whole, cut)) => tell_slice(&whole, &cut),
        None => say("without `--spec`, the first spec is drawn from the dependency itself"),
    }
    warn("nothing is built or written");
    Ok(Verdict::Passed)
}

fn check_place(dependency: &Dependency, place: &str) -> Result<(), CliError> {
    let inside = Path::new(place).components().all(|part| matches!(part, std::path::Component::Normal(_)));
    if !inside {
        return Err(CliError::input(format!("`{}` is not within the project", visible(place)))
            .hint("name a folder from the project's root on, as `vendor/NAME`"));
    }
    if dependency.root.join(place).exists() {
        return Err(CliError::input(format!("{place} is there already"))
            .hint("remove it, or choose another folder with `--into`; nothing is overwritten"));
    }
    Ok(())
}

impl ReplaceArgs {
    fn wanted(&self, uses: &Uses) -> Vec<ghostlib_diff::Wanted> {
        [uses.wanted(), wanted(&self.only)].concat()
    }

    /// The whole spec, and its slice.
    async fn slice(
        &self,
        bench: &Bench,
        dependency: &Dependency,
        uses: &Uses,
    ) -> Result<(LoadedSpec, Slice), CliError> {
        let mut whole = match &self.spec {
            Some(path) => LoadedSpec::read(path)?.without_errors()?,
            None => bench.distilled(dependency).await?,
        };
        // It is the code that the project has which is replaced, whatever version the spec was written for.
        whole.spec.front_matter.reference = Some(dependency.source.clone());
        let mut cut = slice(&whole, &Options::default(), &self.wanted(uses));
        if let Some(name) = cut.unknown.iter().find(|name| self.only.contains(name)) {
            return Err(CliError::input(format!(
                "the spec has no operation, function or type `{}`",
                visible(name)
            )));
        }
        for name in &cut.unknown {
            warn(format!("the spec does not say anything of `{}`, which the project uses", visible(name)));
        }
        cut.spec.spec.front_matter.reference = Some(dependency.source.clone());
        Ok((whole, cut))
    }

    async fn trial(
        &self,
        bench: &Bench,
        dependency: &Dependency,
        code: (&Path, &str),
    ) -> Result<Trial, CliError> {
        let (sandbox, toolchain) = (sandbox(self.sandbox).await?, toolchain().await?);
        let scratch = bench.scratch().join("trial");
        fs::create_dir_all(&scratch)
            .map_err(|error| CliError::environment(format!("{}: {error}", scratch.display())))?;
        Ok(try_in_copy((&sandbox, &toolchain), dependency, code, &scratch, BUILD_WALL).await?)
    }
}
