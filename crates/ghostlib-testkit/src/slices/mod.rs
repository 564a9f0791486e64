//! Whether published crates still compile, and pass their own tests, with dependencies that have only what they are found to use.

mod narrow;

use crate::page::{PageError, write_block};
use crate::published::{FetchError, Published, unpacked};
use crate::say;
use crate::workplace::{Workplace, WorkplaceError};
use clap::Args;
use ghostlib_diff::{Part, ReadError, SourceTree};
use ghostlib_run::replace::{
    Dependency, ProjectError, Trial, TrialError, Uses, UsesError, find, try_in_copy,
};
use ghostlib_verify::Tools;
use narrow::narrowed;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use walkdir::WalkDir;

/// Cut dependencies of published crates to what these are found to use, hide all else of them, and build and test the crates.
#[derive(Args)]
pub(crate) struct SlicesArgs {
    /// A file that lists crates with one of their dependencies, `name version dependency` a line.
    #[arg(long, value_name = "FILE")]
    crates: Option<PathBuf>,
    /// Only the crates of these names.
    #[arg(long, value_name = "CRATE")]
    only: Vec<String>,
    /// Where fetched crates and what is built are kept.
    #[arg(long, value_name = "FOLDER", default_value = "target/slices")]
    cache: PathBuf,
    /// Put the table between the marks of this Markdown file.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum SlicesError {
    #[error("`{0}` is no name, version and dependency")]
    Line(String),
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    Workplace(#[from] WorkplaceError),
    #[error(transparent)]
    Project(#[from] ProjectError),
    #[error(transparent)]
    Uses(#[from] UsesError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Page(#[from] PageError),
    #[error("slices are of libraries in Rust")]
    NoRust,
}

const WALL: Duration = Duration::from_secs(900);

pub(crate) fn slices(args: &SlicesArgs) -> Result<ExitCode, SlicesError> {
    let runtime = tokio::runtime::Runtime::new().map_err(WorkplaceError::at(&args.cache))?;
    runtime.block_on(measure(args))
}

async fn measure(args: &SlicesArgs) -> Result<ExitCode, SlicesError> {
    let place = Workplace::at(&args.cache).await?;
    let list = match &args.crates {
        Some(path) => fs::read_to_string(path).map_err(at(path))?,
        None => include_str!("crates.txt").to_owned(),
    };
    say(HEAD);
    let mut rows = vec![];
    for line in list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (published, dependency) =
            line.trim().rsplit_once(' ').ok_or_else(|| SlicesError::Line(line.to_owned()))?;
        let published: Published = published.parse()?;
        if args.only.is_empty() || args.only.contains(&published.name) {
            let row = row(&published, dependency, &place).await?;
            say(row.line());
            rows.push(row);
        }
    }
    let n_passed = rows.iter().filter(|row| row.passed()).count();
    let all = format!("| **{n_passed} of {} compile and pass their tests** | | | | | | | |", rows.len());
    say(&all);
    if let Some(path) = &args.markdown {
        let lines: Vec<String> = rows.iter().map(Row::line).collect();
        write_block(path, "slices", &format!("{HEAD}\n{}\n{all}\n", lines.join("\n")))?;
    }
    Ok(if n_passed == rows.len() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

const HEAD: &str = "| crate | dependency | API items of it | in the slice | asked for by paths, by methods | hidden | compiles | tests that pass: before, after | seconds |\n\
                    |---|---|---|---|---|---|---|---|---|";

/// What became of one crate.
struct Row {
    name: String,
    dependency: String,
    n_items: usize,
    n_slice: usize,
    n_used: [usize; 2],
    n_hidden: usize,
    trial: Result<Trial, TrialError>,
    seconds: u64,
}

impl Row {
    fn passed(&self) -> bool {
        self.trial.as_ref().is_ok_and(Trial::passed)
    }

    fn line(&self) -> String {
        let (compiles, tests) = match &self.trial {
            Ok(trial) => {
                let said = trial.broken.first().map_or_else(
                    || "yes".to_owned(),
                    |one| format!("no: {}, {}", one.test, one.reason.lines().next().unwrap_or_default()),
                );
                (said, format!("{}, {}", trial.n_before, trial.n_after))
            }
            Err(error) => (format!("not tried: {error}"), String::new()),
        };
        format!(
            "| {} | {} | {} | {} | {}, {} | {} | {} | {tests} | {} |",
            self.name,
            self.dependency,
            self.n_items,
            self.n_slice,
            self.n_used[0],
            self.n_used[1],
            self.n_hidden,
            compiles.replace('|', "\\|"),
            self.seconds
        )
    }
}

async fn row(published: &Published, dependency: &str, place: &Workplace) -> Result<Row, SlicesError> {
    let Tools::Rust(toolchain) = &place.tools else { return Err(SlicesError::NoRust) };
    let began = Instant::now();
    let scratch = place.cache.join(format!("{}-{dependency}", published.name));
    let _ = fs::remove_dir_all(scratch.join("consumer"));
    let project = scratch.join("consumer");
    copy(&unpacked(published, &place.cache)?, &project)?;
    stand_alone(&project)?;
    let dependency = find(&project, dependency).await?;
    let uses = Uses::of(&dependency, Part::Everything)?;
    let code = scratch.join("narrowed");
    let n_hidden = write_narrowed(&dependency, &uses, &code)?;
    let trial =
        try_in_copy((&place.sandbox, toolchain), &dependency, (&code, "vendor/narrowed"), &scratch, WALL)
            .await;
    let n_methods =
        uses.used().filter(|(_, used)| used.how.iter().all(|how| *how == ghostlib_diff::How::Method)).count();
    Ok(Row {
        name: published.to_string(),
        dependency: format!("{} {}", dependency.package, dependency.version),
        n_items: uses.api.items.len(),
        n_slice: uses.slice.items.len(),
        n_used: [uses.used().count() - n_methods, n_methods],
        n_hidden,
        trial,
        seconds: began.elapsed().as_secs(),
    })
}

/// The dependency with all hidden that is not in the slice.
fn write_narrowed(dependency: &Dependency, uses: &Uses, code: &Path) -> Result<usize, SlicesError> {
    let _ = fs::remove_dir_all(code);
    copy(&dependency.dir, code)?;
    let narrowed = narrowed(&SourceTree::read(&dependency.dir)?, uses);
    for (path, text) in &narrowed.files {
        let path = code.join(path);
        fs::write(&path, text).map_err(at(&path))?;
    }
    Ok(narrowed.n_hidden)
}

/// The folder lies below ghostlib's own Cargo workspace, and is no member of it.
fn stand_alone(project: &Path) -> Result<(), SlicesError> {
    let path = project.join("Cargo.toml");
    let manifest = fs::read_to_string(&path).map_err(at(&path))?;
    if manifest.lines().any(|line| line.trim() == "[workspace]") {
        return Ok(());
    }
    fs::write(&path, format!("{manifest}\n[workspace]\n")).map_err(at(&path))
}

fn copy(from: &Path, to: &Path) -> Result<(), SlicesError> {
    for entry in WalkDir::new(from) {
        let entry = entry.map_err(|error| SlicesError::Io { path: from.to_owned(), source: error.into() })?;
        let target = to.join(entry.path().strip_prefix(from).unwrap_or(entry.path()));
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).map_err(at(&target))?;
        } else if entry.file_type().is_file() && entry.file_name() != ".cargo-ok" {
            fs::copy(entry.path(), &target).map_err(at(entry.path()))?;
        }
    }
    Ok(())
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> SlicesError + use<> {
    let path = path.to_owned();
    move |source| SlicesError::Io { path, source }
}
