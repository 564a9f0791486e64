use super::init::reference_yaml;
use super::measuring::{BUILD_WALL, call_text};
use crate::args::SandboxChoice;
use crate::console::{BOLD, DIM, counted, line_of_progress, say, say_json, styled, visible, warn};
use crate::environment::{current_dir, sandbox, tools};
use crate::error::{CliError, Verdict};
use clap::Args;
use ghostlib_diff::{FeatureSet, SourceTree, extract_crate, literals};
use ghostlib_model::ReferenceSource;
use ghostlib_run::store::write_file;
use ghostlib_run::{
    JudgeError, PerturbPlan, PerturbProgress, Perturbed, ShownChange, Workshop, perturb as choose,
};
use ghostlib_verify::{Library, Tools};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// Make a library that nobody knows: a published one with a few dozen of its rules, constants and messages changed.
///
/// A spec of it has to bring the changes across, where memory brings back the original. Changes are small and
/// plausible, in the source as a person would write it; each shows in some call, and no call fails that did not before.
/// Comments, documentation and the library's own tests are left out, since they tell the rules as they were. What was
/// changed is listed beside the library, in `DIR.changes.md`, with what the front matter of a spec says to name it.
/// Rust alone.
#[derive(Args)]
pub(crate) struct PerturbArgs {
    /// The library: `crate:NAME@VERSION`, `git:URL#REV`, or a path.
    reference: ReferenceSource,
    /// The folder for the changed library; it must not be there yet.
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
    /// The seed by which changes are chosen: the same seed gives the same library.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many changes; fewer, if no more are to be found.
    #[arg(long, value_name = "N", default_value_t = 36, value_parser = clap::value_parser!(u16).range(1..))]
    count: u16,
    /// Sequences of calls an operation, by which changes show.
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..))]
    cases: u32,
    /// Where the library is built and run.
    #[arg(long, value_enum, default_value_t)]
    sandbox: SandboxChoice,
}

pub(crate) async fn perturb(args: &PerturbArgs, json: bool) -> Result<Verdict, CliError> {
    let list = beside(&args.into);
    if let Some(there) = [&args.into, &list].into_iter().find(|path| path.exists()) {
        return Err(CliError::input(format!("{} exists already", there.display()))
            .hint("it is left as it is; choose another folder with `--into`"));
    }
    let scratch = tempfile::tempdir()
        .map_err(|error| CliError::environment(format!("no temporary folder can be made: {error}")))?;
    let (tools, reference) = fetch(&args.reference, scratch.path()).await?;
    let tree = SourceTree::read(&reference.dir).map_err(JudgeError::from)?;
    let api = extract_crate(&tree, &FeatureSet::Default)
        .map_err(|reason| JudgeError::Api { package: reference.package.clone(), reason })?;
    let sandbox = sandbox(args.sandbox).await?;
    let workshop = Workshop { sandbox: &sandbox, tools: &tools, scratch: scratch.path(), wall: BUILD_WALL };
    let cases = usize::try_from(args.cases).unwrap_or(usize::MAX);
    let plan = PerturbPlan { count: args.count.into(), seed: args.seed, cases };
    let progress = line_of_progress();
    let tell = |so_far: &PerturbProgress| progress.set_message(told_so_far(so_far));
    let perturbed = choose(workshop, (&reference, &api), &literals(&tree), plan, &tell).await;
    progress.finish_and_clear();
    let perturbed = perturbed?;
    let written = copy(&perturbed.dir, &args.into)
        .and_then(|()| write_file(&list, document(&reference, &perturbed).as_bytes()));
    written.map_err(|error| CliError::environment(format!("{}: {error}", args.into.display())))?;
    if json {
        say_json(&told(args, &list, &perturbed));
    } else {
        print(args, &list, &perturbed);
    }
    Ok(Verdict::Passed)
}

/// The list of changes, where nobody looks who is given the library alone.
fn beside(dir: &Path) -> PathBuf {
    let name = dir.file_name().map_or_else(|| "perturbed".into(), |name| name.to_string_lossy().into_owned());
    dir.with_file_name(format!("{name}.changes.md"))
}

async fn fetch(source: &ReferenceSource, cache: &Path) -> Result<(Tools, Library), CliError> {
    if let Some(language) = Tools::language_from(source).filter(|language| *language != "rust") {
        return Err(CliError::input(format!(
            "{source} is in {language}, and only libraries in Rust are perturbed"
        )));
    }
    let tools = tools("rust").await?;
    let reference = tools.fetch(source, &current_dir()?, &cache.join("references")).await?;
    Ok((tools, reference))
}

fn told_so_far(so_far: &PerturbProgress) -> String {
    format!("{} found, {} tried that cannot be made", counted(so_far.n_fit, "change"), so_far.n_unfit)
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

fn source(perturbed: &Perturbed) -> ReferenceSource {
    ReferenceSource::Perturbed(Box::new(perturbed.perturbation.clone()))
}

/// The list of changes.
fn document(reference: &Library, perturbed: &Perturbed) -> String {
    let yaml = reference_yaml(&source(perturbed), Path::new(".."));
    let head = format!(
        "# What was changed in {} {}\n\n`{}`, seed {}: {}. Comments, documentation and tests are left out.\n\
         Whoever is to rebuild the library from a spec must not see this list, nor the library.\n\n\
         In the front matter of a spec:\n\n```yaml\n{yaml}```\n",
        reference.package,
        reference.version,
        perturbed.perturbation.of,
        perturbed.perturbation.seed,
        counted(perturbed.changes.len(), "change"),
    );
    let entries = perturbed.changes.iter().enumerate().map(|(at, one)| entry(at + 1, one));
    std::iter::once(head).chain(entries).collect()
}

fn entry(at: usize, shown: &ShownChange) -> String {
    let ShownChange { change, shown_by } = shown;
    let [before, after] = &change.lines;
    let calls: String = shown_by.sequence.calls.iter().map(|call| call_text(call) + "\n").collect();
    format!(
        "\n## {at}. `{}` becomes `{}`\n\n{}:{}, in `{}`, change {}\n\n```diff\n- {before}\n+ {after}\n```\n\n\
         ```text\n{calls}was: {}\nis:  {}\n```\n",
        change.before,
        change.after,
        change.place.file,
        change.place.line,
        change.function,
        change.number,
        shown_by.reference,
        shown_by.candidate,
    )
}

fn print(args: &PerturbArgs, list: &Path, perturbed: &Perturbed) {
    for ShownChange { change, .. } in &perturbed.changes {
        say(format!(
            "{}:{}: `{}` becomes `{}` {}",
            visible(&change.place.file),
            change.place.line,
            visible(&change.before),
            visible(&change.after),
            styled(DIM, format!("in `{}`", visible(&change.function))),
        ));
    }
    let [unbuilt, unseen, harmful] = perturbed.n_unfit;
    say(format!(
        "{} of {} that can be made; {unbuilt} tried did not compile, {unseen} showed nowhere, {harmful} harmed callers",
        styled(BOLD, counted(perturbed.changes.len(), "change")),
        perturbed.n_possible,
    ));
    if perturbed.changes.len() < args.count.into() {
        warn(format!(
            "no more than {} could be found; more calls, by `--cases`, may show more",
            perturbed.changes.len()
        ));
    }
    say(format!("wrote {}, and what was changed to {}", args.into.display(), list.display()));
}

fn told(args: &PerturbArgs, list: &Path, perturbed: &Perturbed) -> Value {
    let [unbuilt, unseen, harmful] = perturbed.n_unfit;
    json!({
        "into": args.into,
        "list": list,
        "reference": reference_yaml(&source(perturbed), Path::new("..")),
        "seed": perturbed.perturbation.seed,
        "hash": perturbed.perturbation.hash,
        "possible": perturbed.n_possible,
        "unfit": {"uncompiled": unbuilt, "unseen": unseen, "harmful": harmful},
        "changes": perturbed.changes.iter().map(change).collect::<Vec<_>>(),
    })
}

fn change(shown: &ShownChange) -> Value {
    let ShownChange { change, shown_by } = shown;
    json!({
        "number": change.number,
        "place": {"file": &*change.place.file, "line_start": change.place.line, "line_end": change.place.end_line, "column": change.place.column},
        "function": change.function,
        "before": change.before,
        "after": change.after,
        "calls": shown_by.sequence.calls,
        "was": shown_by.reference,
        "is": shown_by.candidate,
    })
}
