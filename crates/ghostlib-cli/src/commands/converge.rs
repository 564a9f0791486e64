use super::measuring::{BUILD_WALL, call_text, place, plan};
use crate::args::SandboxChoice;
use crate::console::{BOLD, DIM, WARN, counted, say, say_json, styled, visible, warn};
use crate::environment::{current_dir, sandbox, tools_of};
use crate::error::{CliError, Verdict};
use clap::Args;
use ghostlib_model::Ratio;
use ghostlib_run::store::Project;
use ghostlib_run::{Consensus, Implementation, LoadedSpec, OperationConsensus, consensus};
use ghostlib_verify::Disagreement;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Compare implementations of one spec among themselves, without a reference and across languages: where they disagree,
/// the spec leaves something open.
///
/// Exit code 0: they agree on everything that was tried. 1: they disagree.
#[derive(Args)]
pub(crate) struct ConvergeArgs {
    /// A SPEC.md, or its folder.
    spec: PathBuf,
    /// The folders of the implementations, in Rust or Python; two or more.
    #[arg(required = true, num_args = 2.., value_name = "CANDIDATE")]
    candidates: Vec<PathBuf>,
    /// Sequences of calls an operation.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    cases: u32,
    /// The seed of the sequences.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the candidates are built and run.
    #[arg(long, value_enum, default_value_t)]
    sandbox: SandboxChoice,
}

pub(crate) async fn converge(args: &ConvergeArgs, json: bool) -> Result<Verdict, CliError> {
    let loaded = LoadedSpec::read(&args.spec)?.without_errors()?;
    let project = Project::at(current_dir()?);
    let lock = project.lock()?;
    let mut sites = vec![];
    for candidate in &args.candidates {
        let [dir, scratch] = place(&project, candidate)?;
        let tools = tools_of(&dir, candidate).await?;
        sites.push((dir, scratch, tools));
    }
    let implementations: Vec<Implementation<'_>> =
        sites.iter().map(|(dir, scratch, tools)| Implementation { dir, scratch, tools }).collect();
    let plan = plan(args.cases, args.seed);
    let sandbox = sandbox(args.sandbox).await?;
    let found = consensus(&sandbox, &loaded, &implementations, &plan, BUILD_WALL).await?;
    drop(lock);
    if json {
        say_json(&told(args, &found));
    } else {
        print(args, &found);
    }
    let agrees = |one: &OperationConsensus| one.convergence.unanimous.n == one.convergence.unanimous.of;
    Ok(if found.operations.iter().all(agrees) { Verdict::Passed } else { Verdict::FellShort })
}

fn print(args: &ConvergeArgs, found: &Consensus) {
    for (candidate, missing) in args.candidates.iter().zip(&found.missing) {
        for one in missing {
            warn(format!(
                "{}: `{}` is not called: {}",
                candidate.display(),
                visible(&one.item),
                visible(&one.reason)
            ));
        }
    }
    for one in &found.operations {
        let convergence = &one.convergence;
        if convergence.disagreements.is_empty() {
            continue;
        }
        let name = styled(BOLD, visible(&convergence.operation));
        say(format!(
            "{name}: all agree on {} calls, {} of the pairs",
            convergence.unanimous,
            percent(convergence.pairs)
        ));
        for disagreement in &convergence.disagreements {
            print_disagreement(args, disagreement);
        }
        let decides = if one.requirements.is_empty() {
            "no requirement speaks of it".to_owned()
        } else {
            format!("should be decided by {}", one.requirements.join(", "))
        };
        say(styled(DIM, format!("    {decides}")));
        say("");
    }
    let total = total(found);
    say(format!(
        "{} among {}: all agree on {} calls ({}), and {} of the pairs",
        counted(found.operations.len(), "operation"),
        counted(args.candidates.len(), "candidate"),
        total[0],
        percent(total[0]),
        percent(total[1]),
    ));
}

fn print_disagreement(args: &ConvergeArgs, disagreement: &Disagreement) {
    for (at, call) in disagreement.sequence.calls.iter().enumerate() {
        say(format!("    {at}: {}", visible(&call_text(call))));
    }
    for (answer, who) in &disagreement.groups {
        let names: Vec<String> = who.iter().map(|at| args.candidates[*at].display().to_string()).collect();
        say(format!("       {} {}", styled(WARN, names.join(", ")), visible(&answer.to_string())));
    }
}

/// Calls on which all agree, and pairs that agree, over all operations.
fn total(found: &Consensus) -> [Ratio; 2] {
    let sum = |of: fn(&OperationConsensus) -> Ratio| {
        let all = found.operations.iter().map(of);
        all.fold(Ratio::default(), |sum, one| Ratio::new(sum.n + one.n, sum.of + one.of))
    };
    [sum(|one| one.convergence.unanimous), sum(|one| one.convergence.pairs)]
}

fn percent(ratio: Ratio) -> String {
    ratio.share().map_or_else(|| "nothing".to_owned(), |share| format!("{:.1} %", share * 100.0))
}

fn told(args: &ConvergeArgs, found: &Consensus) -> Value {
    let candidate = |at: &usize| args.candidates[*at].display().to_string();
    let disagreement = |one: &Disagreement| {
        let groups = one.groups.iter().map(|(answer, who)| {
            json!({"answer": answer, "candidates": who.iter().map(candidate).collect::<Vec<_>>()})
        });
        json!({"calls": one.sequence.calls, "answers": groups.collect::<Vec<_>>()})
    };
    let operations = found.operations.iter().map(|one| {
        let convergence = &one.convergence;
        json!({
            "operation": convergence.operation,
            "calls": convergence.unanimous.of,
            "unanimous": convergence.unanimous.share(),
            "pairs": convergence.pairs.share(),
            "requirements": one.requirements,
            "disagreements": convergence.disagreements.iter().map(disagreement).collect::<Vec<_>>(),
        })
    });
    let missing = args.candidates.iter().zip(&found.missing).map(|(candidate, missing)| {
        let reasons = missing.iter().map(|one| json!({"path": one.item, "reason": one.reason}));
        json!({"candidate": candidate.display().to_string(), "uncallable": reasons.collect::<Vec<_>>()})
    });
    let [unanimous, pairs] = total(found);
    json!({
        "unanimous": unanimous.share(),
        "pairs": pairs.share(),
        "operations": operations.collect::<Vec<_>>(),
        "candidates": missing.collect::<Vec<_>>(),
    })
}
