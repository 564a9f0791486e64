use crate::args::ReadingArgs;
use crate::console::{BOLD, DIM, counted, say, say_json, styled, visible, warn};
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use crate::spec_source::SpecSource;
use clap::Args;
use ghostlib_diff::{Because, Declared, Part, Wanted};
use ghostlib_model::ReferenceSource;
use ghostlib_run::LoadedSpec;
use ghostlib_run::replace::{Uses, find};
use ghostlib_run::slice::{Slice, slice as sliced, wanted};
use ghostlib_spec::did_you_mean;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Cut a spec to the part that some operations need.
///
/// The slice has their vectors and declarations, the types that those name, the requirements that speak of them, and what binds
/// all. It is a spec of its own, which says what it is a slice of; a candidate of it is held against that part of the reference
/// alone.
#[derive(Args)]
pub(crate) struct SliceArgs {
    /// A SPEC.md, its folder, or `REV:PATH` in the git repository around the current folder.
    spec: SpecSource,
    /// What the slice is to have: operations, functions, and types with all of their functions, with commas between them.
    #[arg(long, value_name = "NAME", value_delimiter = ',', required_unless_present = "used_by")]
    only: Vec<String>,
    /// What the Cargo project in this folder uses of the reference, or of the dependency with the spec's name.
    #[arg(long, value_name = "FOLDER")]
    used_by: Option<PathBuf>,
    /// With `--used-by`, leave out what only tests, examples, benches and code in documentation use.
    #[arg(long, requires = "used_by")]
    library_only: bool,
    /// The folder to write the slice to. Without it is only told what the slice has.
    #[arg(long, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// Say of each declaration, operation and requirement why it is kept.
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    reading: ReadingArgs,
}

pub(crate) async fn slice(args: &SliceArgs, json: bool) -> Result<Verdict, CliError> {
    let options = args.reading.options();
    let whole = args.spec.read(&options)?.without_errors()?;
    let mut asked = wanted(&args.only);
    if let Some(project) = &args.used_by {
        asked.extend(used_by(&whole, project, args.library_only).await?);
    }
    let mut slice = sliced(&whole, &options, &asked);
    let named = wanted(&args.only);
    if let Some(name) = slice.unknown.iter().find(|name| named.iter().any(|one| one.path == **name)) {
        return Err(unknown(name, &slice));
    }
    for name in &slice.unknown {
        warn(format!("the spec does not say anything of `{}`, which the project uses", visible(name)));
    }
    if let Some(output) = &args.output {
        check_free(output)?;
        move_reference(&mut slice.spec, &whole.dir, output)?;
        slice.spec.write(output)?;
    }
    if json {
        say_json(&as_json(args, &whole, &slice));
        return Ok(Verdict::Passed);
    }
    if args.explain {
        explain(&slice);
    }
    tell(&whole, &slice);
    match &args.output {
        Some(output) => say(format!("wrote {}", output.display())),
        None => warn("nothing is written; give a folder with `--output`"),
    }
    Ok(Verdict::Passed)
}

/// What a project uses of the library that a spec describes.
async fn used_by(whole: &LoadedSpec, project: &Path, library_only: bool) -> Result<Vec<Wanted>, CliError> {
    let front = &whole.spec.front_matter;
    let name = match front.reference.as_ref().map(ReferenceSource::origin) {
        Some(ReferenceSource::Crate { name, .. }) => name,
        _ => &front.name,
    };
    let dependency = find(project, name).await?;
    let part = if library_only { Part::Library } else { Part::Everything };
    Ok(Uses::of(&dependency, part)?.wanted())
}

/// A name that the spec does not have.
fn unknown(name: &str, slice: &Slice) -> CliError {
    let declared = slice.api.iter().map(|(one, _)| one).chain(&slice.api_left_out);
    let paths = declared.flat_map(|one| one.paths.iter());
    let operations = slice.operations.iter().chain(&slice.operations_left_out);
    let known: Vec<&str> = paths.chain(operations).map(String::as_str).collect();
    let error = CliError::input(format!("the spec has no operation, function or type `{}`", visible(name)));
    let near = did_you_mean(name, known.iter().copied());
    error.hint(near.unwrap_or_else(|| "`ghostlib parse SPEC` lists its operations and its API".into()))
}

fn check_free(output: &Path) -> Result<(), CliError> {
    let is_empty = output.read_dir().map_or(!output.exists(), |mut entries| entries.next().is_none());
    if is_empty {
        return Ok(());
    }
    Err(CliError::input(format!("{} is there already and is not an empty folder", output.display()))
        .hint("choose another one; nothing is overwritten"))
}

/// A path to a reference starts at the spec's folder, which is another one now.
fn move_reference(slice: &mut LoadedSpec, from: &Path, to: &Path) -> Result<(), CliError> {
    let Some(source) = &slice.spec.front_matter.reference else { return Ok(()) };
    let ReferenceSource::Path(path) = source.origin() else { return Ok(()) };
    if Path::new(path).is_absolute() {
        return Ok(());
    }
    let here = current_dir()?;
    let new = from_to(&plain(&here.join(to)), &plain(&here.join(from).join(path)));
    let text = slice.document_text();
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let is_path = |line: &&mut String| {
        let value = line.trim().trim_start_matches("reference: {").strip_prefix("path:");
        value.is_some_and(|value| value.trim().trim_matches(['"', '\'', '}', ' ']) == path)
    };
    if let Some(line) = lines.iter_mut().find(is_path) {
        *line = line.replacen(path.as_str(), &new.to_string_lossy(), 1);
    }
    slice.sources.document.bytes = lines.concat().into_bytes();
    Ok(())
}

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => drop(plain.pop()),
            std::path::Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

/// The way from one folder to another.
fn from_to(from: &Path, to: &Path) -> PathBuf {
    let n_shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(n_shared).map(|_| PathBuf::from(".."));
    up.chain(to.components().skip(n_shared).map(|part| PathBuf::from(part.as_os_str()))).collect()
}

fn explain(slice: &Slice) {
    let heading = |text: &str| say(styled(BOLD, text));
    heading("API");
    for (declared, because) in &slice.api {
        say(format!("  {}: {}", visible(&shown(declared)), why(because)));
    }
    heading("operations");
    for operation in &slice.operations {
        say(format!("  {}", visible(operation)));
    }
    heading("requirements");
    for (id, reason) in &slice.requirements {
        say(format!("  {id}: {}", visible(&reason.to_string())));
    }
    heading("left out");
    let api = slice.api_left_out.iter().map(shown);
    let requirements = slice.requirements_left_out.iter().map(ToString::to_string);
    for name in api.chain(slice.operations_left_out.iter().cloned()).chain(requirements) {
        say(format!("  {}", styled(DIM, visible(&name))));
    }
    say("");
}

fn shown(declared: &Declared) -> String {
    if declared.paths.is_empty() { declared.head.clone() } else { declared.paths.join(", ") }
}

fn why(because: &Because) -> String {
    match because {
        Because::Asked => "asked for".into(),
        Because::NamedBy(path) if path.is_empty() => "something that is kept names it".into(),
        Because::NamedBy(path) => format!("`{}` names it", visible(path)),
        Because::ImplementationFor(path) => format!("belongs to `{}`", visible(path)),
        Because::Holds(path) => format!("holds `{}`", visible(path)),
        Because::Unread => "cannot be read".into(),
    }
}

pub(in crate::commands) fn tell(whole: &LoadedSpec, slice: &Slice) {
    let [was, is] = [whole.stamp(), slice.spec.stamp()];
    say(format!(
        "the slice has {} of {} API items, {} of {}, {} of {}, {} of {}; {} of {} bytes",
        is.n_api_items,
        was.n_api_items,
        slice.operations.len(),
        counted(slice.operations.len() + slice.operations_left_out.len(), "operation"),
        is.n_vectors,
        counted(was.n_vectors, "vector"),
        is.n_requirements,
        counted(was.n_requirements, "requirement"),
        is.bytes,
        was.bytes,
    ));
}

fn as_json(args: &SliceArgs, whole: &LoadedSpec, slice: &Slice) -> Value {
    let declared = |(one, because): &(Declared, Because)| json!({"item": shown(one), "why": why(because)});
    let requirement = |(id, reason): &(ghostlib_model::RequirementId, ghostlib_spec::slice::Reason)| json!({"id": id, "reason": reason, "text": reason.to_string()});
    json!({
        "of": whole.stamp(),
        "slice": slice.spec.stamp(),
        "only": args.only,
        "api": slice.api.iter().map(declared).collect::<Vec<_>>(),
        "operations": slice.operations,
        "requirements": slice.requirements.iter().map(requirement).collect::<Vec<_>>(),
        "left_out": {
            "api": slice.api_left_out.iter().map(shown).collect::<Vec<_>>(),
            "operations": slice.operations_left_out,
            "requirements": slice.requirements_left_out,
        },
        "output": args.output,
    })
}
