//! A spec for people who do not have ghostlib.

use crate::commands::written_anew;
use crate::console::{counted, say, say_json};
use crate::error::{CliError, Verdict};
use ghostlib_run::LoadedSpec;
use ghostlib_spec::Options;
use ghostlib_spec::exchange::to_whenwords;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Writes the spec at a path in the layout of whenwords.
pub(super) fn export(path: &Path, into: Option<&Path>, json: bool) -> Result<Verdict, CliError> {
    let loaded = LoadedSpec::read(path)?.without_errors()?;
    let name = &loaded.spec.front_matter.name;
    let into = into.map_or_else(|| PathBuf::from(format!("{name}-whenwords")), Path::to_owned);
    let exported = to_whenwords(&loaded.sources, &Options::default());
    written_anew(&into, exported.files.iter())?;
    let files: Vec<&str> = exported.files.iter().map(|file| file.path.as_str()).collect();
    if json {
        say_json(&json!({
            "into": into, "files": files, "requirements": loaded.spec.requirements.len(),
            "vectors": exported.n_vectors, "hidden": exported.n_hidden, "left_out": exported.left_out,
        }));
        return Ok(Verdict::Passed);
    }
    let hidden = match exported.n_hidden {
        0 => String::new(),
        n => format!("; {} stay{} here", counted(n, "hidden vector"), if n == 1 { "s" } else { "" }),
    };
    say(format!(
        "wrote {} into {}: {}{hidden}",
        files.join(", "),
        into.display(),
        counted(exported.n_vectors, "vector")
    ));
    if !exported.left_out.is_empty() {
        say(format!("not in it, since the layout has no place for it: {}", exported.left_out.join(", ")));
    }
    Ok(Verdict::Passed)
}
