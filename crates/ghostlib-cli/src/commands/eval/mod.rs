mod upstream;

use crate::args::SandboxChoice;
use crate::commands::harvesting::harvest_into;
use crate::commands::measuring::{BUILD_WALL, function_json, place, places, plan, share};
use crate::console::{say_json, warn};
use crate::environment::{canaries, current_dir, sandbox, tools_of};
use crate::error::{CliError, Verdict};
use crate::narrate;
use crate::settings::Settings;
use crate::wire::expected::ExpectedJson;
use clap::Args;
use ghostlib_agent::FileTree;
use ghostlib_model::{Answer, Call, Evaluation, Evidence, ReferenceSource, VectorOutcome, VectorResult};
use ghostlib_run::store::Project;
use ghostlib_run::{Candidate, Judge, JudgeOptions, JudgeTools, LoadedSpec, Ready};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Measure code that is there against a spec and its reference, in all dimensions. No agent is asked.
///
/// The candidate is built and run in the sandbox. Exit code 0: the gates hold, and the headline reaches the target.
#[derive(Args)]
pub(crate) struct EvalArgs {
    /// A SPEC.md, or its folder.
    spec: PathBuf,
    /// The folder of the code.
    candidate: PathBuf,
    /// The real library, where it is not the one that the spec names: `crate:NAME@VERSION`, `pypi:NAME@VERSION`,
    /// `git:URL#REV`, or a path from the spec's folder on.
    #[arg(long, value_name = "REFERENCE")]
    reference: Option<ReferenceSource>,
    /// The headline that passes, from 0 to 1.
    #[arg(long, default_value_t = 0.99, value_parser = share)]
    target: f64,
    /// Sequences of calls an operation.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    cases: u32,
    /// The seed of the sequences.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write each difference as a vector with the reference's answer to this vector file. What it has stays.
    #[arg(long, value_name = "FILE")]
    harvest: Option<PathBuf>,
    /// Run the reference's integration tests and doc tests on the candidate too. They are in no score.
    #[arg(long)]
    upstream_tests: bool,
    /// Where the candidate is built and run.
    #[arg(long, value_enum, default_value_t)]
    sandbox: SandboxChoice,
}

pub(crate) async fn eval(args: &EvalArgs, json: bool) -> Result<Verdict, CliError> {
    let mut loaded = LoadedSpec::read(&args.spec)?.without_errors()?;
    if let Some(reference) = &args.reference {
        loaded.spec.front_matter.reference = Some(reference.clone());
    }
    let project = Project::at(current_dir()?);
    let lock = project.lock()?;
    let began = Instant::now();
    let [dir, scratch] = place(&project, &args.candidate)?;
    let places = places(&project, &args.spec);
    let judge = Judge::prepare(
        sandbox(args.sandbox).await?,
        JudgeTools::of(&loaded.spec, &places.base, tools_of(&dir, &args.candidate).await?).await?,
        &loaded.spec,
        places,
    )
    .await?;
    let options = args.judge_options()?;
    let ready = judge.ready(&loaded, &options).await?;
    // What is no plain tree is looked through as far as it is read elsewhere.
    let record = FileTree::read(&dir).unwrap_or_default();
    let candidate = Candidate { dir: &dir, scratch: &scratch, record: &record };
    let evaluation = judge.evaluate(&loaded, &ready, candidate, &options).await?;
    let upstream = if args.upstream_tests {
        Some(judge.upstream_tests(&loaded, candidate, BUILD_WALL).await?)
    } else {
        None
    };
    drop(lock);
    let harvested = args.harvest.as_ref().map(|path| harvest(path, &loaded, &evaluation)).transpose()?;
    if json {
        let mut told = told(&loaded, &evaluation, &ready);
        if let Some(harvested) = harvested {
            told["harvest"] = harvested;
        }
        told["upstream_tests"] = json!(upstream.as_ref().map(upstream::json));
        say_json(&told);
    } else {
        for dropped in &ready.dropped {
            warn(format!("the reference itself does not do what vector {} says; it is not used", dropped.id));
        }
        narrate::evaluated(&evaluation, began.elapsed().as_secs_f64());
        upstream.iter().for_each(upstream::print);
    }
    Ok(if evaluation.passes(args.target) { Verdict::Passed } else { Verdict::FellShort })
}

fn harvest(path: &Path, loaded: &LoadedSpec, evaluation: &Evaluation) -> Result<Value, CliError> {
    let calls = |evidence: &Evidence| {
        let last = Call { operation: evidence.operation.clone(), input: evidence.input.clone() };
        evidence.before.iter().cloned().chain([last]).collect()
    };
    let evidence = evaluation.findings.iter().filter_map(|finding| finding.evidence.as_ref());
    let found: Vec<(Vec<Call>, &Answer)> =
        evidence.filter_map(|one| Some((calls(one), one.reference.as_ref()?))).collect();
    harvest_into(path, Some(loaded), found.iter().map(|(calls, answer)| (calls.as_slice(), *answer)))
}

impl EvalArgs {
    fn judge_options(&self) -> Result<JudgeOptions, CliError> {
        let settings = Settings::load()?;
        Ok(JudgeOptions {
            differential: plan(self.cases, self.seed),
            build_wall: BUILD_WALL,
            copy: settings.copy_thresholds(),
            budget: settings.evaluate_budget(),
            canaries: canaries(),
        })
    }
}

fn told(loaded: &LoadedSpec, evaluation: &Evaluation, ready: &Ready) -> Value {
    let fidelity = &evaluation.fidelity;
    let gates: serde_json::Map<String, Value> = fidelity
        .gates
        .iter()
        .map(|result| (result.gate.to_string().to_lowercase(), json!(result.passed)))
        .collect();
    json!({
        "headline": fidelity.unknown().is_empty().then(|| fidelity.headline()),
        "gates": gates,
        "vectors": vectors(loaded, evaluation),
        "api": fidelity.api,
        "behaviour": {
            "agreement": fidelity.behaviour.agreement,
            "coverage": fidelity.coverage.share(),
            "code": evaluation.code,
            "functions": evaluation.functions.iter().map(function_json).collect::<Vec<_>>(),
            "unknown": evaluation.functions.iter().filter(|one| !one.is_known()).map(|one| &one.operation).collect::<Vec<_>>(),
            "uncallable": ready.operations.uncallable.iter().map(|one| json!({"path": one.item, "reason": one.reason})).collect::<Vec<_>>(),
        },
        "findings": evaluation.findings,
        "alarms": evaluation.alarms,
        "times": evaluation.times,
    })
}

fn vectors(loaded: &LoadedSpec, evaluation: &Evaluation) -> Value {
    let fidelity = &evaluation.fidelity.vectors;
    let of = |wanted: fn(&VectorOutcome) -> bool| -> Vec<&VectorResult> {
        evaluation.vectors.iter().filter(|result| wanted(&result.outcome)).collect()
    };
    let (failed, not_run): (Vec<_>, Vec<_>) = of(|outcome| matches!(outcome, VectorOutcome::Failed(_)))
        .into_iter()
        .partition(|result| !matches!(result.outcome, VectorOutcome::Failed(Answer::NotRun(_))));
    let expected = |result: &VectorResult| {
        loaded
            .spec
            .vectors
            .iter()
            .find(|vector| vector.id == result.id)
            .map(|vector| ExpectedJson::from(&vector.expected))
    };
    let with_both = |result: &&VectorResult| {
        let VectorOutcome::Failed(answer) = &result.outcome else { return Value::Null };
        json!({"id": result.id, "expected": expected(result), "candidate": answer})
    };
    let with_reason = |result: &&VectorResult| {
        let VectorOutcome::Failed(answer) = &result.outcome else { return Value::Null };
        json!({"id": result.id, "reason": answer.to_string()})
    };
    json!({
        "planned": fidelity.all.of,
        "passed": fidelity.all.n,
        "failed": failed.iter().map(with_both).collect::<Vec<_>>(),
        "not_run": not_run.iter().map(with_reason).collect::<Vec<_>>(),
        "dropped": of(|outcome| matches!(outcome, VectorOutcome::Dropped(_))).iter().map(|one| &one.id).collect::<Vec<_>>(),
        "hidden": {"planned": fidelity.hidden.of, "passed": fidelity.hidden.n},
    })
}
