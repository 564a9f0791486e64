//! What both do.

use super::DiffArgs;
use super::library::Library;
use crate::commands::harvesting::harvest_into;
use crate::commands::measuring::{BUILD_WALL, call_text, function_json, plan};
use crate::console::{BAD, BOLD, DIM, WARN, counted, say, styled, visible};
use crate::environment::sandbox;
use crate::error::CliError;
use ghostlib_diff::literals;
use ghostlib_model::{CodeCoverage, CodeFunction, CodeReached};
use ghostlib_run::{Behaviour, LoadedSpec, Power, PowerPlan, Workshop, behaviour, power};
use ghostlib_verify::Difference;
use serde_json::{Value, json};
use std::path::Path;

/// More reasons are not listed for people.
const MAX_LISTED: usize = 20;

pub(super) async fn compare(
    args: &DiffArgs,
    [reference, candidate]: [&Library; 2],
    cache: &Path,
) -> Result<(Behaviour, Option<Power>), CliError> {
    let (Some((tools, known)), Some((_, own))) = (&reference.fetched, &candidate.fetched) else {
        return Err(CliError::input("only a library that was fetched is run"));
    };
    let scratch = tempfile::tempdir_in(cache)
        .map_err(|error| CliError::environment(format!("no temporary folder can be made: {error}")))?;
    let sandbox = sandbox(args.sandbox).await?;
    let workshop = Workshop { sandbox: &sandbox, tools, scratch: scratch.path(), wall: BUILD_WALL };
    let plan = plan(args.cases, args.seed);
    let behaviour = behaviour(
        workshop,
        known,
        &reference.api,
        (own, &candidate.api.crate_name),
        [&literals(&reference.tree), &literals(&candidate.tree)],
        &plan,
    )
    .await?;
    let power = match args.power {
        Some(max_mutants) => {
            let plan = PowerPlan { max_mutants, seed: args.seed };
            Some(power(workshop, (known, &reference.api.crate_name), &behaviour, plan).await?)
        }
        None => None,
    };
    Ok((behaviour, power))
}

/// Writes the differences as vectors.
pub(super) fn harvest(
    path: &Path,
    spec: Option<&LoadedSpec>,
    behaviour: &Behaviour,
) -> Result<Value, CliError> {
    let differences = behaviour.tried.iter().flat_map(|tried| &tried.differences);
    harvest_into(path, spec, differences.map(|one| (one.sequence.calls.as_slice(), &one.reference)))
}

pub(super) fn print(behaviour: &Behaviour) {
    for tried in behaviour.tried.iter().filter(|tried| !tried.differences.is_empty()) {
        let agreement = &tried.agreement;
        say(format!(
            "{}: {} calls agree, {} accepted",
            styled(BOLD, visible(&agreement.operation)),
            agreement.agreed,
            agreement.accepted
        ));
        for difference in &tried.differences {
            print_difference(difference);
        }
        say("");
    }
    for one in behaviour.missing.iter().take(MAX_LISTED) {
        say(format!(
            "{} `{}` of the candidate: {}",
            styled(WARN, "not callable"),
            visible(&one.operation),
            visible(&one.reason)
        ));
    }
    for one in behaviour.offered.uncallable.iter().take(MAX_LISTED) {
        say(styled(DIM, format!("not called: `{}`: {}", visible(&one.item), visible(&one.reason))));
    }
    if !behaviour.unknown.is_empty() {
        let shown: Vec<&str> = behaviour.unknown.iter().take(MAX_LISTED).map(String::as_str).collect();
        say(styled(
            DIM,
            format!("unknown, since the reference accepted too little: {}", visible(&shown.join(", "))),
        ));
    }
    print_code(&behaviour.code);
    let n_calls: usize = behaviour.tried.iter().map(|tried| tried.agreement.tried).sum();
    say(format!(
        "behaviour: {} agreement over {} and {}, {} of the public functions exercised; {} s to build the reference, {} s the candidate, {} s to call both",
        behaviour.agreement.map_or_else(|| "unknown".to_owned(), |share| format!("{share:.4}")),
        counted(behaviour.tried.len(), "operation"),
        counted(n_calls, "call"),
        behaviour.coverage,
        behaviour.times[0].as_secs(),
        behaviour.times[1].as_secs(),
        behaviour.times[2].as_secs(),
    ));
}

fn print_code(code: &CodeCoverage) {
    let CodeReached { lines, regions, functions, not_entered } = match code {
        CodeCoverage::Counted(code) => code,
        CodeCoverage::Unknown { unknown } => {
            return say(styled(DIM, format!("code of the reference: not counted: {unknown}")));
        }
    };
    for one in not_entered.iter().take(MAX_LISTED) {
        let CodeFunction { file, line, name } = one;
        say(styled(DIM, format!("never entered: `{}` at {}:{line}", visible(name), visible(file))));
    }
    if not_entered.len() > MAX_LISTED {
        say(styled(DIM, format!("and {} more; `--json` lists all", not_entered.len() - MAX_LISTED)));
    }
    say(format!("code of the reference: {lines} lines ran, {regions} regions, {functions} functions"));
}

fn print_difference(difference: &Difference) {
    for (at, call) in difference.sequence.calls.iter().enumerate() {
        say(format!("    {at}: {}", visible(&call_text(call))));
    }
    let style = if difference.candidate_fails() { BAD } else { WARN };
    say(format!("       reference {}", visible(&difference.reference.to_string())));
    say(format!("       {} {}", styled(style, "candidate"), visible(&difference.candidate.to_string())));
}

pub(super) fn json(behaviour: &Behaviour, power: Option<&Power>) -> Value {
    let functions: Vec<Value> = behaviour
        .tried
        .iter()
        .map(|tried| {
            let mut function = function_json(&tried.agreement);
            function["differences"] = tried.differences.iter().map(one).collect();
            function
        })
        .collect();
    json!({
        "agreement": behaviour.agreement,
        "coverage": behaviour.coverage.share(),
        "code": behaviour.code,
        "functions": functions,
        "unknown": behaviour.unknown,
        "uncallable": behaviour.offered.uncallable.iter().map(|one| json!({"path": one.item, "reason": one.reason})).collect::<Vec<_>>(),
        "missing": behaviour.missing.iter().map(|one| json!({"path": one.operation, "reason": one.reason})).collect::<Vec<_>>(),
        "power": power.map(super::power::json),
        "times": behaviour.times.map(|time| time.as_secs_f64()),
    })
}

fn one(difference: &Difference) -> Value {
    json!({
        "calls": difference.sequence.calls,
        "reference": difference.reference,
        "candidate": difference.candidate,
    })
}
