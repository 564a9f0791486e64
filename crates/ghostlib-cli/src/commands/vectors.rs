use crate::console::{counted, say, say_json, visible, warn};
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use clap::{Args, ValueEnum};
use ghostlib_diff::Api;
use ghostlib_run::store::{Project, write_file};
use ghostlib_run::{LoadedSpec, TestLanguage, needs_reference, reference_api, test_file};
use ghostlib_verify::TestFile;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Write a spec's vectors as a plain test file, to keep beside a rebuild: for cargo or for pytest.
///
/// Hidden vectors are not written. What plain code cannot say is listed at the end of the file, and counted on standard
/// error. Where the spec does not say how an operation is called, its reference is fetched and read; nothing is run.
#[derive(Args)]
pub(crate) struct VectorsArgs {
    /// A SPEC.md, or its folder.
    spec: PathBuf,
    /// The language of the tests.
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    emit: Emitted,
    /// The file that is written; standard output without it.
    #[arg(long, value_name = "FILE")]
    into: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Emitted {
    /// For `tests/` of a crate.
    Rust,
    /// For pytest: a file `test_….py`.
    Python,
}

pub(crate) async fn vectors(args: &VectorsArgs, json: bool) -> Result<Verdict, CliError> {
    let loaded = LoadedSpec::read(&args.spec)?.without_errors()?;
    let language = match args.emit {
        Emitted::Rust => TestLanguage::Rust,
        Emitted::Python => TestLanguage::Python,
    };
    let reference = reference(&loaded, language).await?;
    let file = test_file(&loaded, language, reference.as_ref(), &args.about(&loaded, language));
    if let Some(path) = &args.into {
        write_file(path, file.text.as_bytes())
            .map_err(|error| CliError::environment(format!("{}: {error}", path.display())))?;
    }
    let n_hidden = loaded.spec.vectors.iter().filter(|vector| vector.hidden).count();
    if json {
        let left_out: Vec<_> =
            file.left_out.iter().map(|one| json!({ "id": one.id, "reason": one.reason })).collect();
        let text = args.into.is_none().then_some(&file.text);
        say_json(&json!({
            "text": text, "file": args.into, "tests": file.n_tests, "left_out": left_out, "hidden": n_hidden,
        }));
    } else if args.into.is_none() {
        say(file.text.trim_end());
    }
    tell(&file, args.into.as_deref(), n_hidden);
    Ok(Verdict::Passed)
}

/// The API of the reference, where the vectors need it. Without it they are written as far as they can be.
async fn reference(loaded: &LoadedSpec, language: TestLanguage) -> Result<Option<Api>, CliError> {
    if !needs_reference(loaded, language) {
        return Ok(None);
    }
    let cache = Project::at(current_dir()?).references();
    match reference_api(loaded, language, &loaded.dir, &cache).await {
        Ok(api) => Ok(api),
        Err(error) => {
            warn(format!("the reference's API is not read: {error}"));
            Ok(None)
        }
    }
}

fn tell(file: &TestFile, into: Option<&Path>, n_hidden: usize) {
    let to = into.map_or_else(String::new, |path| format!(" to {}", path.display()));
    let hidden = if n_hidden == 0 { String::new() } else { format!("; {n_hidden} hidden") };
    let tests = counted(file.n_tests, "test");
    warn(format!("{tests} written{to}; {} left out{hidden}", counted(file.left_out.len(), "vector")));
    for one in &file.left_out {
        warn(format!("  {}: {}", visible(one.id.as_str()), visible(&one.reason)));
    }
}

impl VectorsArgs {
    fn about(&self, loaded: &LoadedSpec, language: TestLanguage) -> Vec<String> {
        let front_matter = &loaded.spec.front_matter;
        let into = self.into.iter().map(|path| format!(" --into {}", path.display()));
        let into: String = into.collect();
        vec![
            format!("What the spec of {} {} shows by example.", front_matter.name, front_matter.version),
            String::new(),
            "This file is written by".to_owned(),
            format!("`ghostlib vectors {} --emit {}{into}`.", self.spec.display(), language.name()),
        ]
    }
}
