//! What `ghostlib check` costs in a repository of many ghost libraries, beside the cargo builds that it needs.

use crate::builds::{BuildsError, by_hand};
use crate::page::write_block;
use crate::say;
use crate::workplace::{Workplace, WorkplaceError};
use clap::Args;
use ghostlib_model::ReferenceSource;
use ghostlib_sandbox::{CommandLine, host};
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Time `ghostlib check` in a repository that is made for it, against building every library in it by hand.
#[derive(Args)]
pub(crate) struct ChecksArgs {
    /// How many libraries the repository has.
    #[arg(long, default_value_t = 50)]
    libraries: usize,
    /// The ghostlib that is timed; the one beside this program, unless told.
    #[arg(long, value_name = "FILE")]
    ghostlib: Option<PathBuf>,
    /// Give 1 where the first check costs more than so many times the builds.
    #[arg(long, value_name = "TIMES")]
    max_ratio: Option<f64>,
    /// Where what is fetched and built is kept.
    #[arg(long, value_name = "FOLDER", default_value = "target/checks")]
    cache: PathBuf,
    /// Put the table between the marks of this Markdown file.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

const WALL: Duration = Duration::from_secs(3600);

pub(crate) fn checks(args: &ChecksArgs) -> Result<ExitCode, BuildsError> {
    let runtime = tokio::runtime::Runtime::new().map_err(WorkplaceError::at(&args.cache))?;
    runtime.block_on(measure(args))
}

async fn measure(args: &ChecksArgs) -> Result<ExitCode, BuildsError> {
    let place = Workplace::at(&args.cache).await?;
    let beside = env::current_exe().map_err(WorkplaceError::at(Path::new(".")))?.with_file_name("ghostlib");
    let timed = Timed { program: args.ghostlib.clone().unwrap_or(beside), home: place.cache.join("home") };
    let scratch = place.scratch()?;
    // What drivers have in common is compiled once for a toolchain, by whoever is first.
    let warm = scratch.path().join("warm");
    write(&warm, 1)?;
    timed.check(&warm, &[]).await?;

    let repository = scratch.path().join("repository");
    write(&repository, args.libraries)?;
    let hand = scratch.path().join("hand");
    let mut by_hand_of_all = Duration::ZERO;
    for i in 0..args.libraries {
        let source = ReferenceSource::Path(format!("references/{}", name(i)));
        let library = place.tools.fetch(&source, &repository, &scratch.path().join("cache")).await?;
        by_hand_of_all += by_hand(&library, &hand.join(name(i))).await?;
    }
    let first = timed.check(&repository, &[]).await?;
    let again = timed.check(&repository, &[]).await?;
    let spec = repository.join("specs").join(name(0)).join("SPEC.md");
    let text = fs::read_to_string(&spec).map_err(WorkplaceError::at(&spec))?;
    fs::write(&spec, text + "\nMore is not said.\n").map_err(WorkplaceError::at(&spec))?;
    let one = timed.check(&repository, &[]).await?;
    let empty = scratch.path().join("empty");
    write(&empty, 0)?;
    let nothing = timed.check(&empty, &[]).await?;
    let ratio = first.as_secs_f64() / by_hand_of_all.as_secs_f64();
    let seconds = |time: Duration| format!("{:.2} s", time.as_secs_f64());
    let table = format!(
        "| libraries | all built by hand | first check | times | nothing has changed | an empty repository | one spec has changed |\n\
         |---|---|---|---|---|---|---|\n| {} | {} | {} | {ratio:.2} | {} | {} | {} |\n",
        args.libraries,
        seconds(by_hand_of_all),
        seconds(first),
        seconds(again),
        seconds(nothing),
        seconds(one)
    );
    say(&table);
    if let Some(path) = &args.markdown {
        write_block(path, "checks", &table)?;
    }
    let is_fine = args.max_ratio.is_none_or(|max| ratio <= max);
    Ok(if is_fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The program that is timed.
struct Timed {
    program: PathBuf,
    home: PathBuf,
}

impl Timed {
    async fn check(&self, repository: &Path, args: &[&str]) -> Result<Duration, BuildsError> {
        let started = Instant::now();
        let command = CommandLine::new(&self.program).args(["check"]).args(args.iter().copied());
        let own = [("XDG_CACHE_HOME", OsStr::new(&self.home)), ("XDG_CONFIG_HOME", OsStr::new(&self.home))];
        let finished = host::run(&command, repository, &own, WALL).await?;
        if finished.end.is_success() {
            return Ok(started.elapsed());
        }
        let said = [finished.stdout, finished.stderr].concat();
        Err(BuildsError::Build("the repository".into(), String::from_utf8_lossy(&said).into_owned()))
    }
}

fn name(i: usize) -> String {
    format!("scale-{i}")
}

/// A repository with so many libraries, no two of which do the same, and a spec of each.
fn write(repository: &Path, n_libraries: usize) -> Result<(), WorkplaceError> {
    fs::create_dir_all(repository.join(".git")).map_err(WorkplaceError::at(repository))?;
    for i in 0..n_libraries {
        let name = name(i);
        let manifest = format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2021\"\n");
        let library = format!(
            "//! Scales numbers.\n\n/// Scales a number by {i}, and says so.\npub fn scaled(value: u32) -> Option<u32> {{\n    \
             value.checked_mul({i})\n}}\n\n/// The words of a text.\npub fn words(text: &str) -> Vec<String> {{\n    \
             text.split_whitespace().map(str::to_owned).collect()\n}}\n"
        );
        let spec = format!(
            "---\nghostlib: 1\nname: {name}\nversion: 1.0.0\nreference: {{path: ../../references/{name}}}\n---\n\n# Scale\n\n\
             r[scaled]\n`scaled` MUST return the value times {i}, or nothing where that is too large.\n\n\
             r[words]\n`words` MUST return the words of the text.\n\n```yaml vectors\nscaled:\n  \
             - {{name: two, input: {{value: 2}}, output: {}, requirements: scaled}}\nwords:\n  \
             - {{name: two, input: {{text: \" a  b\"}}, output: [a, b], requirements: words}}\n```\n\n```rust api\n\
             pub fn scaled(value: u32) -> Option<u32>;\npub fn words(text: &str) -> Vec<String>;\n```\n",
            2 * i
        );
        for (path, text) in [
            (format!("references/{name}/Cargo.toml"), manifest),
            (format!("references/{name}/src/lib.rs"), library),
            (format!("specs/{name}/SPEC.md"), spec),
        ] {
            let path = repository.join(path);
            let folder = path.parent().unwrap_or(repository);
            fs::create_dir_all(folder)
                .and_then(|()| fs::write(&path, text))
                .map_err(WorkplaceError::at(&path))?;
        }
    }
    Ok(())
}
