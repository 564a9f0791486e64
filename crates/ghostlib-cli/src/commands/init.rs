use crate::console::{say, say_json};
use crate::error::{CliError, Verdict};
use clap::Args;
use ghostlib_model::{Perturbation, ReferenceSource, RuleChange};
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Component, Path, PathBuf};

/// Start a spec.
#[derive(Args)]
pub(crate) struct InitArgs {
    /// The library's name.
    name: String,
    /// The library that the spec describes: `crate:NAME@VERSION`, `pypi:NAME@VERSION`, `git:URL#REV`, or a path.
    #[arg(long)]
    reference: Option<ReferenceSource>,
    /// The folder for the spec; `specs/NAME` if it is not given.
    #[arg(long)]
    into: Option<PathBuf>,
}

pub(crate) fn init(args: &InitArgs, json: bool) -> Result<Verdict, CliError> {
    let dir = folder_of(&args.name, args.into.as_ref())?;
    let path = dir.join(ghostlib_run::DOCUMENT);
    let written = fs::create_dir_all(&dir)
        .and_then(|()| File::create_new(&path))
        .and_then(|mut file| file.write_all(document(args, &dir).as_bytes()));
    match written {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(CliError::input(format!("{} exists already", path.display()))
                .hint("it is left as it is; choose another folder with `--into`"));
        }
        Err(error) => return Err(CliError::environment(format!("{}: {error}", path.display()))),
    }
    if json {
        say_json(&serde_json::json!({ "spec": path }));
    } else {
        say(format!("wrote {}", path.display()));
        say("next: describe the library in it, then");
        say(format!("  ghostlib lint {}", dir.display()));
        say(format!("  ghostlib run {} --agent handoff", dir.display()));
    }
    Ok(Verdict::Passed)
}

fn document(args: &InitArgs, dir: &Path) -> String {
    let reference = args.reference.as_ref().map_or_else(String::new, |source| reference_yaml(source, dir));
    include_str!("init.md").replace("{name}", &args.name).replace("{reference}\n", &reference)
}

/// How the front matter of a spec in this folder names a reference.
pub(in crate::commands) fn reference_yaml(source: &ReferenceSource, dir: &Path) -> String {
    match source {
        ReferenceSource::Crate { name, version } => {
            format!("reference:\n  crate: {name}\n  version: {version:?}\n")
        }
        ReferenceSource::PyPi { name, version } => {
            format!("reference:\n  pypi: {name}\n  version: {version:?}\n")
        }
        ReferenceSource::Git { url, rev } => format!("reference:\n  git: {url:?}\n  rev: {rev:?}\n"),
        ReferenceSource::Path(path) => format!("reference:\n  path: {:?}\n", seen_from(dir, path)),
        ReferenceSource::Perturbed(perturbation) => {
            let Perturbation { of, seed, changes, hash } = &**perturbation;
            let of = reference_yaml(of, dir);
            let text = |text: &str| serde_json::Value::from(text).to_string();
            let changes: Vec<String> = changes
                .iter()
                .map(|RuleChange { at, from, to }| {
                    format!("      - {{at: {}, from: {}, to: {}}}\n", text(at), text(from), text(to))
                })
                .collect();
            let changes = changes.concat();
            format!(
                "{of}  perturb:\n    seed: {seed}\n    hash: {:?}\n    changes:\n{changes}",
                hash.as_str()
            )
        }
    }
}

/// The folder of a spec of this name, where none is given.
pub(super) fn folder_of(name: &str, into: Option<&PathBuf>) -> Result<PathBuf, CliError> {
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        return Err(CliError::input(format!("`{name}` is no name for a library"))
            .hint("use letters, digits, `-` and `_`, as for a crate"));
    }
    Ok(into.cloned().unwrap_or_else(|| PathBuf::from("specs").join(name)))
}

/// A path from the current folder, as it is written in a spec: from the spec's own folder.
fn seen_from(dir: &Path, path: &str) -> String {
    let is_inside = dir.components().all(|part| matches!(part, Component::Normal(_)));
    if Path::new(path).is_absolute() || !is_inside {
        // Above the current folder there is no telling how the two lie; an absolute path always holds.
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.into());
        return absolute.to_string_lossy().into_owned();
    }
    let up: PathBuf = dir.components().map(|_| "..").collect();
    up.join(path).to_string_lossy().into_owned()
}
