//! What recorded runs show, as the tables of the book.

mod table;

use crate::page::{PageError, write_block};
use crate::say;
use clap::Args;
use ghostlib_model::{RunSummary, Sha256Hex};
use ghostlib_run::store::{Journal, JournalError};
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Put what the recorded runs show into tables.
#[derive(Args)]
pub(crate) struct EvaluationArgs {
    /// The recorded runs: a folder a spec, and in it a folder a run.
    #[arg(long, value_name = "FOLDER", default_value = "fixtures/runs")]
    runs: PathBuf,
    /// Put the tables between the marks of this Markdown file.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum EvaluationError {
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Page(#[from] PageError),
}

/// A recorded run.
struct Recorded {
    /// The name of its folder.
    name: String,
    dir: PathBuf,
    summary: RunSummary,
}

impl Recorded {
    /// The floor is a run whose agents saw the API block alone.
    fn is_floor(&self) -> bool {
        self.summary.options.as_ref().is_some_and(|options| options.shown == ghostlib_model::Shown::ApiAlone)
    }

    /// The lines of the documents of one of its specs, and those of all its files.
    fn spec_lines(&self, spec: &Sha256Hex) -> Result<[usize; 2], EvaluationError> {
        let dir = self.dir.join("specs").join(spec.short());
        let mut lines = [0, 0];
        for path in entries(&dir)? {
            let text = fs::read_to_string(&path).map_err(at(&path))?;
            lines[0] += if path.extension().is_some_and(|it| it == "md") { text.lines().count() } else { 0 };
            lines[1] += text.lines().count();
        }
        Ok(lines)
    }
}

pub(crate) fn evaluation(args: &EvaluationArgs) -> Result<ExitCode, EvaluationError> {
    let mut text = String::new();
    for spec in entries(&args.runs)?.iter().filter(|path| path.is_dir()) {
        let dirs = entries(spec)?.into_iter().filter(|path| path.is_dir());
        let runs = dirs.map(|dir| read(&dir)).collect::<Result<Vec<_>, _>>()?;
        let (floors, runs): (Vec<_>, Vec<_>) = runs.into_iter().partition(Recorded::is_floor);
        for run in &runs {
            let _always = writeln!(text, "{}", table::of_run(run, &floors)?);
        }
    }
    match &args.markdown {
        Some(path) => write_block(path, "evaluation", &text)?,
        None => say(&text),
    }
    Ok(ExitCode::SUCCESS)
}

fn read(dir: &Path) -> Result<Recorded, EvaluationError> {
    let events = Journal::read(&dir.join("journal.jsonl"))?;
    let name = dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Recorded { name, dir: dir.into(), summary: RunSummary::of(events) })
}

/// What a folder has, by name.
fn entries(dir: &Path) -> Result<Vec<PathBuf>, EvaluationError> {
    let entries = fs::read_dir(dir).map_err(at(dir))?;
    let mut paths =
        entries.map(|entry| entry.map(|it| it.path())).collect::<Result<Vec<_>, _>>().map_err(at(dir))?;
    paths.sort();
    Ok(paths)
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> EvaluationError + use<> {
    let path = path.to_owned();
    |source| EvaluationError::Io { path, source }
}
