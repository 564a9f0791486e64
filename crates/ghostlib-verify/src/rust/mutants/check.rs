//! What the compiler says of a library with mutants.

use super::MODULE;
use crate::VerifyError;
use crate::rust::build::{CompilerMessage, Places, Subject, cargo, clear};
use crate::rust::reference::toml_string;
use crate::rust::toolchain::Toolchain;
use ghostlib_sandbox::{Finished, Sandbox};
use serde_json::Value;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// What the compiler said.
pub(super) struct Checked {
    pub(super) succeeded: bool,
    /// For each error the places in the library that it names, the most telling first.
    pub(super) errors: Vec<Vec<Found>>,
    /// The same errors, for people.
    pub(super) messages: Vec<CompilerMessage>,
    /// Where a choice between mutants is compiled.
    pub(super) choices: Vec<Found>,
}

/// A range of bytes in a file.
pub(super) struct Found {
    pub(super) file: PathBuf,
    pub(super) range: Range<usize>,
}

/// Checks the library alone, as a dependency: its lints are warnings then, and each choice gives a warning.
pub(super) async fn check(
    sandbox: &Sandbox,
    toolchain: &Toolchain,
    subject: &Subject<'_>,
    package: &str,
) -> Result<Checked, VerifyError> {
    let places = Places::of(subject);
    let manifest = format!(
        "[package]\nname = \"ghostlib-wrapper\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[lib]\npath = \"lib.rs\"\n\
         [dependencies.subject]\npackage = {}\npath = {}\n[workspace]\n",
        toml_string(package),
        toml_string(&subject.dir.to_string_lossy()),
    );
    clear(subject, &places)?;
    fs::create_dir_all(&places.source).map_err(VerifyError::at(&places.source))?;
    for (name, text) in [("Cargo.toml", manifest.as_str()), ("lib.rs", "")] {
        let path = places.source.join(name);
        fs::write(&path, text).map_err(VerifyError::at(&path))?;
    }
    let before = [
        "rustc",
        "--offline",
        "--quiet",
        "--lib",
        "--profile",
        "check",
        "--message-format=json",
        "--package",
        package,
    ];
    let finished =
        cargo(sandbox, toolchain, subject, (&before, &["--", "--force-warn=deprecated"]), &[]).await?;
    Ok(read(&finished, subject.dir))
}

fn read(finished: &Finished, tree: &Path) -> Checked {
    let mut checked =
        Checked { succeeded: finished.end.is_success(), errors: vec![], messages: vec![], choices: vec![] };
    for line in String::from_utf8_lossy(&finished.stdout).lines() {
        let Ok(value) = serde_json::from_str::<Value>(line) else { continue };
        let message = &value["message"];
        if message["level"] == "error" {
            let text = |key: &str| message[key].as_str().unwrap_or_default().to_owned();
            let places = places(message, tree);
            // The last error only counts the others.
            if !message["spans"].as_array().is_none_or(Vec::is_empty) {
                checked.errors.push(places);
                checked.messages.push(CompilerMessage {
                    text: text("message"),
                    rendered: text("rendered"),
                    place: None,
                });
            }
        } else if message["code"]["code"] == "deprecated" && is_choice(message) {
            checked.choices.extend(places(message, tree));
        }
    }
    if !checked.succeeded && checked.messages.is_empty() {
        let said = String::from_utf8_lossy(&finished.stderr).trim().to_owned();
        let text = said.lines().next().unwrap_or_default().to_owned();
        checked.messages.push(CompilerMessage { text, rendered: said, place: None });
    }
    checked
}

fn is_choice(message: &Value) -> bool {
    message["message"].as_str().is_some_and(|text| text.contains(MODULE))
}

/// The places in the library that a message points at: those that it is about, or all that it names if it is about
/// code elsewhere, such as that of a macro.
fn places(message: &Value, tree: &Path) -> Vec<Found> {
    let spans = || message["spans"].as_array().into_iter().flatten();
    let primary: Vec<Found> =
        spans().filter(|span| span["is_primary"] == true).filter_map(|span| found(span, tree)).collect();
    if primary.is_empty() { spans().filter_map(|span| outermost(span, tree)).collect() } else { primary }
}

/// The place from which the macro was called that a span is in.
fn outermost(span: &Value, tree: &Path) -> Option<Found> {
    let caller = span.get("expansion").and_then(|expansion| expansion.get("span"));
    caller.and_then(|caller| outermost(caller, tree)).or_else(|| found(span, tree))
}

fn found(span: &Value, tree: &Path) -> Option<Found> {
    let file = Path::new(span["file_name"].as_str()?);
    let offset = |key: &str| usize::try_from(span[key].as_u64()?).ok();
    file.starts_with(tree)
        .then(|| Some(Found { file: file.to_owned(), range: offset("byte_start")?..offset("byte_end")? }))?
}
