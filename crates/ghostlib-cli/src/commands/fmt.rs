use crate::args::ReadingArgs;
use crate::console::{GOOD, WARN, counted, say, say_json, styled, warn};
use crate::error::{CliError, Verdict};
use clap::Args;
use ghostlib_run::LoadedSpec;
use ghostlib_run::store::write_file;
use ghostlib_spec::edit::{self, RenameError};
use ghostlib_spec::{Options, SourceFile, Sources, nearest};
use serde_json::json;
use std::path::PathBuf;

/// Put a spec's text into one form, write ids into it, or rename one. What it says stays the same.
#[derive(Args)]
pub(crate) struct FmtArgs {
    /// A SPEC.md, or its folder.
    spec: PathBuf,
    /// Write an id before each requirement that has none.
    #[arg(long)]
    ids: bool,
    /// Give a requirement another id, in the documents and in the vectors, and keep the old one as an alias; can be
    /// given several times.
    #[arg(long = "rename", value_name = "OLD=NEW", value_parser = renaming)]
    renamings: Vec<(String, String)>,
    /// Change nothing, and give 1 if something would change.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    reading: ReadingArgs,
}

fn renaming(text: &str) -> Result<(String, String), String> {
    let (old, new) = text.split_once('=').ok_or("write the old id, `=`, and the new one")?;
    Ok((old.trim().to_owned(), new.trim().to_owned()))
}

pub(crate) fn fmt(args: &FmtArgs, json: bool) -> Result<Verdict, CliError> {
    let options = args.reading.options();
    let loaded = LoadedSpec::read_with(&args.spec, &options)?;
    let mut sources = loaded.sources.clone();
    for (old, new) in &args.renamings {
        sources = edit::rename(&sources, &options, old, new).map_err(|error| {
            let ids = loaded.spec.requirements.iter().map(|one| one.id.as_str());
            let near = matches!(error, RenameError::Unknown(_)).then(|| nearest(old, ids)).flatten();
            match (CliError::from(error), near) {
                (error, Some(near)) => error.hint(format!("did you mean `{near}`?")),
                (error, None) => error,
            }
        })?;
    }
    if args.ids {
        sources = edit::write_ids_of(&sources, &options);
    }
    let formatted = edit::format_documents(&sources, &options);
    for path in &formatted.left {
        warn(format!("{path} is not formatted: it is not UTF-8, or would say something else"));
    }
    let sources = formatted.sources;
    let changed: Vec<&SourceFile> = changed(&loaded.sources, &sources);
    if !args.check {
        for file in &changed {
            let path = loaded.dir.join(&file.path);
            write_file(&path, &file.bytes)
                .map_err(|error| CliError::environment(format!("{}: {error}", path.display())))?;
        }
    }
    let paths: Vec<PathBuf> = changed.iter().map(|file| loaded.dir.join(&file.path)).collect();
    if json {
        say_json(&json!({ "changed": paths, "written": !args.check }));
    } else {
        let (style, word) = if args.check { (WARN, "would change") } else { (GOOD, "changed") };
        for path in &paths {
            say(format!("{} {}", styled(style, word), path.display()));
        }
        if args.ids {
            say(ids(&sources, &options));
        }
        if paths.is_empty() {
            say(format!("{}: nothing to change", args.spec.display()));
        }
    }
    Ok(if args.check && !paths.is_empty() { Verdict::FellShort } else { Verdict::Passed })
}

fn changed<'a>(before: &Sources, after: &'a Sources) -> Vec<&'a SourceFile> {
    let pairs = after.files().zip(before.files());
    pairs.filter(|(after, before)| after != before).map(|(after, _)| after).collect()
}

/// How many requirements have a written id, and how many could not get one.
fn ids(sources: &Sources, options: &Options) -> String {
    let requirements = LoadedSpec::of_with(sources.clone(), options).spec.requirements;
    let n_written = requirements.iter().filter(|requirement| requirement.id_is_written()).count();
    let n_others = requirements.len() - n_written;
    let others = match n_others {
        0 => String::new(),
        _ => format!("; {n_others} cannot have one where they stand, such as a clause within a sentence"),
    };
    format!("{} with a written id{others}", counted(n_written, "requirement"))
}
