use crate::console::{counted, say, say_json};
use crate::diagnostics::draw;
use crate::error::{CliError, Verdict};
use clap::Args;
use ghostlib_model::Severity;
use ghostlib_run::LoadedSpec;
use std::path::PathBuf;

/// Check a spec's own text: ids, levels, vectors, API blocks, bindings.
#[derive(Args)]
pub(crate) struct LintArgs {
    /// A SPEC.md, or its folder.
    spec: PathBuf,
}

pub(crate) fn lint(args: &LintArgs, json: bool) -> Result<Verdict, CliError> {
    let loaded = LoadedSpec::read(&args.spec)?;
    let count =
        |severity| loaded.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let (n_errors, n_warnings) = (count(Severity::Error), count(Severity::Warning));
    if json {
        say_json(&loaded.diagnostics);
    } else {
        for diagnostic in &loaded.diagnostics {
            say(draw(&loaded, diagnostic));
            say("");
        }
        let stamp = loaded.stamp();
        say(format!(
            "{}: {}, {}, {}; {}, {}",
            args.spec.display(),
            counted(stamp.n_requirements, "requirement"),
            counted(stamp.n_vectors, "vector"),
            counted(stamp.n_api_items, "API item"),
            counted(n_errors, "error"),
            counted(n_warnings, "warning")
        ));
    }
    Ok(if n_errors == 0 { Verdict::Passed } else { Verdict::FellShort })
}
