//! A spec of another format, written as a native one.

use super::ImportArgs;
use crate::commands::init::folder_of;
use crate::commands::written_anew;
use crate::console::{WARN, counted, say, say_json, styled, visible, warn};
use crate::error::{CliError, Verdict};
use ghostlib_model::Place;
use ghostlib_run::{LoadedSpec, SpecError};
use ghostlib_spec::exchange::{Imported, Naming, TESTS, into_native, license_of};
use ghostlib_spec::{Dialect, SourceFile, Spec};
use serde_json::{Value, json};
use std::fs;
use std::io::Read;
use std::path::Path;

/// What files of gzip start with.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// How a licence is called beside a spec.
const LICENSES: [&str; 5] = ["LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "COPYING"];

/// The spec at the path, unless it is a run's file, or nothing that is read as a spec says anything.
pub(super) fn find(args: &ImportArgs) -> Result<Option<LoadedSpec>, CliError> {
    if is_compressed(&args.path) {
        return Ok(None);
    }
    let is_spec_asked_for = args.into.is_some() || args.name.is_some() || args.path.is_dir();
    match LoadedSpec::read_with(&args.path, &args.reading.options()) {
        Ok(found) if says_something(&found.spec) => Ok(Some(found)),
        Ok(found) if is_spec_asked_for => {
            let document = found.dir.join(&found.sources.document.path);
            Err(CliError::input(format!("{} says nothing that must hold", document.display()))
                .hint("`ghostlib parse` shows how it is read; `--dialect` says what it is"))
        }
        Ok(_) => Ok(None),
        Err(error @ SpecError::NoDocument(_)) => Err(several(&args.path, error)),
        Err(error) => Err(error.into()),
    }
}

/// Whether a file is compressed as a run's is.
pub(super) fn is_compressed(path: &Path) -> bool {
    let mut start = [0; 2];
    fs::File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == GZIP
}

fn says_something(spec: &Spec) -> bool {
    !(spec.requirements.is_empty()
        && spec.vectors.is_empty()
        && spec.operations.is_empty()
        && spec.deltas.is_empty())
}

/// OpenSpec and spec-kit have a folder of specs, each in a folder of its own.
fn several(path: &Path, error: SpecError) -> CliError {
    let error = CliError::from(error);
    let folders = [path.to_owned(), path.join("specs")];
    let entries = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    let mut specs: Vec<_> =
        entries.map(|entry| entry.path().join("spec.md")).filter(|path| path.is_file()).collect();
    specs.sort();
    match specs.first() {
        Some(first) => error.hint(format!(
            "{} in it; import one by one: `ghostlib import {}`",
            counted(specs.len(), "spec"),
            first.display()
        )),
        None => error,
    }
}

/// Writes the spec, and says what became of it.
pub(super) fn import(args: &ImportArgs, mut found: LoadedSpec, json: bool) -> Result<Verdict, CliError> {
    let is_native = found.spec.dialect == Dialect::Native && found.spec.front_matter.format.is_some();
    if is_native {
        return Err(CliError::input(format!("{} is a native spec already", args.path.display()))
            .hint("`ghostlib lint` checks it; `ghostlib export --format whenwords` writes it for others"));
    }
    let dir = if found.dir.as_os_str().is_empty() { Path::new(".").to_owned() } else { found.dir.clone() };
    if found.sources.vector_files.is_empty()
        && let Ok(bytes) = fs::read(dir.join(TESTS))
    {
        found.sources.vector_files.push(SourceFile::new(TESTS, bytes));
    }
    let imported = into_native(&found.sources, &args.reading.options(), &naming(args, &dir));
    let into = match &args.into {
        Some(into) => into.clone(),
        None => folder_of(&imported.name, None)?,
    };
    let native = LoadedSpec::of(imported.sources.clone());
    written_anew(&into, native.sources.files())?;
    let spec = into.join(ghostlib_run::DOCUMENT);
    if json {
        say_json(&as_json(&imported, &spec, &native.spec));
    } else {
        tell(&imported, &into, &native.spec);
    }
    Ok(Verdict::Passed)
}

fn naming(args: &ImportArgs, dir: &Path) -> Naming {
    let folder =
        dir.canonicalize().ok().and_then(|dir| Some(dir.file_name()?.to_string_lossy().into_owned()));
    let texts = LICENSES.iter().filter_map(|name| fs::read_to_string(dir.join(name)).ok());
    let license = texts.into_iter().find_map(|text| license_of(&text).map(str::to_owned));
    Naming { name: args.name.clone(), folder, license }
}

fn as_json(imported: &Imported, path: &Path, native: &Spec) -> Value {
    let at = |place: &Place, mut said: Value| {
        said["file"] = (*place.file).into();
        said["line"] = place.line.into();
        said["column"] = place.column.into();
        said
    };
    json!({
        "spec": path,
        "name": imported.name,
        "dialect": imported.dialect,
        "requirements": imported.n_requirements,
        "carried": imported.n_carried,
        "vectors": native.vectors.len(),
        "operations": native.operations.len(),
        "added": imported.added.iter().map(|one| at(&one.place, json!({"text": one.text}))).collect::<Vec<_>>(),
        "renamed": imported.renamed.iter().map(|one| at(&one.place, json!({"was": one.was, "now": one.now}))).collect::<Vec<_>>(),
        "restated": imported.restated.iter().map(|one| at(&one.place, json!({"id": one.id}))).collect::<Vec<_>>(),
        "left_out": imported.left_out.iter().map(|one| at(&one.place, json!({"what": one.what}))).collect::<Vec<_>>(),
        "to_fill_in": imported.to_fill_in,
    })
}

fn tell(imported: &Imported, into: &Path, native: &Spec) {
    say(format!(
        "wrote {}, read as {}: {} of {} carried over, {}",
        into.join(ghostlib_run::DOCUMENT).display(),
        imported.dialect,
        imported.n_carried,
        counted(imported.n_requirements, "requirement"),
        counted(native.vectors.len(), "vector"),
    ));
    for one in &imported.added {
        say(format!("{}: put in before it: {}", one.place, visible(&one.text)));
    }
    for one in &imported.renamed {
        say(format!("{}: the id {} is {} now", one.place, visible(&one.was), one.now));
    }
    for one in &imported.restated {
        say(format!("{}: {} is written once more, behind it", one.place, one.id));
    }
    for one in &imported.left_out {
        warn(format!("{}: {}: {}", styled(WARN, "left out"), one.place, visible(&one.what)));
    }
    if !imported.to_fill_in.is_empty() {
        say(format!("fill in in the front matter: {}", imported.to_fill_in.join(", ")));
    }
    say(format!("next: `ghostlib lint {}`", into.display()));
}
