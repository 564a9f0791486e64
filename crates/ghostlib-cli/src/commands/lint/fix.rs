use super::Linter;
use crate::console::{GOOD, say, styled, visible, warn};
use crate::error::CliError;
use ghostlib_model::{Diagnostic, Severity};
use ghostlib_run::LoadedSpec;
use ghostlib_run::store::write_file;
use ghostlib_spec::edit::apply_fixes;
use ghostlib_spec::{SourceFile, Sources};

/// How often the text is mended and looked at anew: a fix may have stood in the way of another.
const MAX_ROUNDS: usize = 10;

/// Mends what can be mended, writes the files, says what was done, and gives the files as they are now.
pub(super) fn fix(linter: &Linter, loaded: &LoadedSpec, json: bool) -> Result<Sources, CliError> {
    let mut sources = loaded.sources.clone();
    let mut done = Vec::new();
    for _ in 0..MAX_ROUNDS {
        let (fixed, mended) = round(linter, &sources);
        if mended.is_empty() {
            break;
        }
        sources = fixed;
        done.extend(mended);
    }
    for (new, old) in all_files(&sources).zip(all_files(&loaded.sources)) {
        if new != old {
            let path = loaded.dir.join(&new.path);
            write_file(&path, &new.bytes)
                .map_err(|error| CliError::environment(format!("{}: {error}", path.display())))?;
        }
    }
    for diagnostic in done {
        let said = format!("{}: {} [{}]", diagnostic.place, diagnostic.message, diagnostic.code);
        let said = format!("{} {}", styled(GOOD, "fixed"), visible(&said));
        if json { warn(said) } else { say(said) }
    }
    Ok(sources)
}

/// The files with one round of fixes, and what was mended.
fn round(linter: &Linter, sources: &Sources) -> (Sources, Vec<Diagnostic>) {
    let (_, diagnostics) = linter.lint(sources);
    let n_errors = count_errors(&diagnostics);
    let mut fixed = sources.clone();
    let mut mended = Vec::new();
    for path in all_files(sources).map(|file| file.path.clone()) {
        let about = |diagnostic: &&Diagnostic| *diagnostic.place.file == *path && !diagnostic.fix.is_empty();
        let fixable: Vec<&Diagnostic> = diagnostics.iter().filter(about).collect();
        let mut tried = fixed.clone();
        let Some(file) = all_files_mut(&mut tried).find(|file| file.path == path) else { continue };
        // Places in a file that is not UTF-8 are not those of its bytes.
        let Some(text) = std::str::from_utf8(&file.bytes).ok().filter(|_| !fixable.is_empty()) else {
            continue;
        };
        let done = apply_fixes(text, fixable.iter().map(|diagnostic| diagnostic.fix.as_slice()));
        if done.text == text {
            continue;
        }
        file.bytes = done.text.into_bytes();
        if count_errors(&linter.lint(&tried).1) > n_errors {
            warn(format!("{path} is left as it is: with the fixes it would have an error more"));
            continue;
        }
        fixed = tried;
        let applied = fixable.into_iter().zip(done.applied).filter(|(_, applied)| *applied);
        mended.extend(applied.map(|(diagnostic, _)| diagnostic.clone()));
    }
    (fixed, mended)
}

fn count_errors(diagnostics: &[Diagnostic]) -> usize {
    diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
}

/// The files that diagnostics can be about: those of the spec, and those beside it.
fn all_files(sources: &Sources) -> impl Iterator<Item = &SourceFile> {
    sources.files().chain(&sources.companions)
}

fn all_files_mut(sources: &mut Sources) -> impl Iterator<Item = &mut SourceFile> {
    std::iter::once(&mut sources.document)
        .chain(&mut sources.parts)
        .chain(&mut sources.vector_files)
        .chain(&mut sources.companions)
}
