//! What building reference and candidate into drivers costs, beside building the same two crates by hand.

use crate::page::{PageError, write_block};
use crate::published::{FetchError, Published, listed};
use crate::say;
use crate::workplace::{Workplace, WorkplaceError};
use clap::Args;
use ghostlib_diff::{ExtractError, FeatureSet, ReadError, SourceTree, extract_crate};
use ghostlib_model::ReferenceSource;
use ghostlib_sandbox::{CommandLine, SandboxError, host};
use ghostlib_verify::{Library, Offered, ReferenceError, VerifyError};
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use walkdir::WalkDir;

/// Time building published crates into drivers against `cargo build`, in one run.
#[derive(Args)]
pub(crate) struct BuildsArgs {
    /// A file that lists crates, `name version` a line.
    #[arg(long, value_name = "FILE")]
    crates: Option<PathBuf>,
    /// Only the crates of these names.
    #[arg(long, value_name = "CRATE")]
    only: Vec<String>,
    /// Where fetched crates and what is built are kept.
    #[arg(long, value_name = "FOLDER", default_value = "target/exercise")]
    cache: PathBuf,
    /// Put the table between the marks of this Markdown file.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum BuildsError {
    #[error(transparent)]
    List(#[from] FetchError),
    #[error(transparent)]
    Workplace(#[from] WorkplaceError),
    #[error(transparent)]
    Fetch(#[from] ReferenceError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Extract(#[from] ExtractError),
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    #[error(transparent)]
    Verify(#[from] VerifyError),
    #[error("{0} does not build:\n{1}")]
    Build(String, String),
    #[error(transparent)]
    Page(#[from] PageError),
}

/// Each figure is the fastest of so many candidates that differ in a line, since others use the machine too.
const N_CHANGES: u32 = 3;
const WALL: Duration = Duration::from_secs(900);

pub(crate) fn builds(args: &BuildsArgs) -> Result<ExitCode, BuildsError> {
    let runtime = tokio::runtime::Runtime::new().map_err(WorkplaceError::at(&args.cache))?;
    runtime.block_on(measure(args))
}

async fn measure(args: &BuildsArgs) -> Result<ExitCode, BuildsError> {
    let place = Workplace::at(&args.cache).await?;
    say(HEAD);
    let mut lines = vec![];
    for published in listed(args.crates.as_deref(), include_str!("exercise/crates.txt"))? {
        if args.only.is_empty() || args.only.contains(&published.name) {
            lines.push(line(&published, &place).await?);
            say(&lines[lines.len() - 1]);
        }
    }
    if let Some(path) = &args.markdown {
        write_block(path, "builds", &format!("{HEAD}\n{}\n", lines.join("\n")))?;
    }
    Ok(ExitCode::SUCCESS)
}

const HEAD: &str = "| crate | both by hand, from nothing | both drivers, from nothing | times | the next candidate by hand | its driver, the reference's being there | times |\n\
                    |---|---|---|---|---|---|---|";

async fn line(published: &Published, place: &Workplace) -> Result<String, BuildsError> {
    let source = ReferenceSource::Crate { name: published.name.clone(), version: published.version.clone() };
    let library = place.tools.fetch(&source, &place.cache, &place.cache).await?;
    let api = extract_crate(&SourceTree::read(&library.dir)?, &FeatureSet::Default)?;
    let scratch = place.scratch()?;
    let offered = place.tools.offered(&api.items);
    let drivers = Drivers { place, offered, crate_name: api.crate_name };
    let candidate = copy(&library, &scratch.path().join("candidate"))?;
    let [hand, dir] = ["hand", "drivers"].map(|name| scratch.path().join(name));
    let by_hand = by_hand(&library, &hand.join("reference")).await?
        + by_hand(&candidate, &hand.join("candidate")).await?;
    let cold = drivers.build(&library, &dir, true).await? + drivers.build(&candidate, &dir, false).await?;
    let (mut next_by_hand, mut next) = (Duration::MAX, Duration::MAX);
    for _ in 0..N_CHANGES {
        change(&candidate)?;
        next_by_hand = next_by_hand.min(self::by_hand(&candidate, &hand.join("candidate")).await?);
        let reference = drivers.build(&library, &dir, true).await?;
        next = next.min(reference + drivers.build(&candidate, &dir, false).await?);
    }
    let ratio = |ours: Duration, theirs: Duration| ours.as_secs_f64() / theirs.as_secs_f64();
    Ok(format!(
        "| {published} | {:.1} s | {:.1} s | {:.2} | {:.2} s | {:.2} s | {:.2} |",
        by_hand.as_secs_f64(),
        cold.as_secs_f64(),
        ratio(cold, by_hand),
        next_by_hand.as_secs_f64(),
        next.as_secs_f64(),
        ratio(next, next_by_hand),
    ))
}

/// What builds the drivers of one crate.
struct Drivers<'a> {
    place: &'a Workplace,
    offered: Offered,
    crate_name: String,
}

impl Drivers<'_> {
    async fn build(&self, library: &Library, dir: &Path, counts: bool) -> Result<Duration, BuildsError> {
        let started = Instant::now();
        let scratch = dir.join(if counts { "reference" } else { "candidate" });
        let site = library.site(&self.crate_name, &scratch, WALL);
        let site = if counts { site.counting() } else { site };
        let (types, operations) = (&self.offered.types, &self.offered.operations);
        let built = self.place.tools.driver(&self.place.sandbox, site, types, operations).await?;
        built.map_err(|said| BuildsError::Build(library.package.clone(), said))?;
        Ok(started.elapsed())
    }
}

/// Builds a program that uses the library, as somebody does who has both folders.
pub(crate) async fn by_hand(library: &Library, dir: &Path) -> Result<Duration, BuildsError> {
    let (package, path) = (&library.package, library.dir.display());
    let manifest = format!(
        "[package]\nname = \"by-hand\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n\
         [dependencies]\nlibrary = {{ package = \"{package}\", path = \"{path}\" }}\n"
    );
    for (name, text) in [
        ("Cargo.toml", manifest.as_str()),
        ("src/main.rs", "#[allow(unused_imports)] use library as _; fn main() {}"),
        (".cargo/config.toml", &library.needs.cargo_config),
    ] {
        let path = dir.join(name);
        if !path.exists() {
            let folder = path.parent().unwrap_or(dir);
            fs::create_dir_all(folder)
                .and_then(|()| fs::write(&path, text))
                .map_err(WorkplaceError::at(&path))?;
        }
    }
    let started = Instant::now();
    let command = CommandLine::new("cargo").args(["build", "--offline", "--quiet"]);
    let target = dir.join("target");
    let finished = host::run(&command, dir, &[("CARGO_TARGET_DIR", OsStr::new(&target))], WALL).await?;
    if !finished.end.is_success() {
        let said = String::from_utf8_lossy(&finished.stderr).into_owned();
        return Err(BuildsError::Build(library.package.clone(), said));
    }
    Ok(started.elapsed())
}

/// The same library somewhere else.
fn copy(library: &Library, dir: &Path) -> Result<Library, BuildsError> {
    for entry in WalkDir::new(&library.dir).into_iter().flatten() {
        let to = dir.join(entry.path().strip_prefix(&library.dir).unwrap_or(entry.path()));
        let copied = if entry.file_type().is_dir() {
            fs::create_dir_all(&to)
        } else {
            fs::copy(entry.path(), &to).map(drop)
        };
        copied.map_err(WorkplaceError::at(&to))?;
    }
    Ok(Library { dir: dir.to_owned(), ..library.clone() })
}

/// Adds an item to the library, so that it has to be compiled again.
fn change(library: &Library) -> Result<(), BuildsError> {
    let path = library.dir.join("src/lib.rs");
    let opened = fs::OpenOptions::new().append(true).open(&path);
    opened
        .and_then(|mut file| file.write_all(b"\nconst _: () = ();\n"))
        .map_err(WorkplaceError::at(&path))?;
    Ok(())
}
