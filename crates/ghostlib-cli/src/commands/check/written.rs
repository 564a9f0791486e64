//! Where what was found is written, and in which formats.

use super::text::text;
use crate::ci::CiFormat;
use crate::console::say;
use crate::environment::variable;
use crate::error::CliError;
use clap::ValueEnum;
use ghostlib_model::CheckReport;
use ghostlib_report::check::markdown;
use ghostlib_run::store::write_file;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A format, and the file that it goes to; without one, standard output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FormatTo {
    /// Text for people, if there is none.
    format: Option<CiFormat>,
    file: Option<PathBuf>,
}

impl FromStr for FormatTo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, file) = text.split_once('=').map_or((text, None), |(name, file)| (name, Some(file)));
        let format = match name {
            "text" => None,
            name => Some(CiFormat::from_str(name, false).map_err(|_| unknown(name))?),
        };
        if file.is_some_and(str::is_empty) {
            return Err(format!("write the file behind the `=`: `{name}=FILE`"));
        }
        Ok(Self { format, file: file.map(PathBuf::from) })
    }
}

fn unknown(name: &str) -> String {
    let names = CiFormat::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let names: Vec<String> =
        std::iter::once("text".to_owned()).chain(names.map(|one| one.get_name().to_owned())).collect();
    format!("there is no format `{name}`; there are {}", names.join(", "))
}

/// That two formats do not go to one place.
pub(super) fn check(formats: &[FormatTo]) -> Result<(), CliError> {
    let twice =
        formats.iter().enumerate().find(|(i, one)| formats[..*i].iter().any(|other| other.file == one.file));
    match twice {
        None => Ok(()),
        Some((_, FormatTo { file: Some(file), .. })) => {
            Err(CliError::input(format!("two formats go to {}", file.display()))
                .hint("give each a file of its own"))
        }
        Some(_) => Err(CliError::input("two formats go to standard output")
            .hint("send all but one to files: `--format github --format sarif=ghostlib.sarif`")),
    }
}

/// Writes every format to its place, and text to standard output where no other goes there. The summary of a GitHub job
/// goes to the file that GitHub names.
pub(super) fn write(
    formats: &[FormatTo],
    report: &CheckReport,
    json: bool,
    shows_notes: bool,
) -> Result<(), CliError> {
    let of = |format: Option<CiFormat>| {
        format.map_or_else(|| text(report, shows_notes), |format| format.of(report))
    };
    for FormatTo { format, file } in formats {
        if let Some(file) = file {
            let plain = anstream::adapter::strip_str(&of(*format)).to_string();
            write_file(file, plain.as_bytes()).map_err(|error| cannot(file, &error))?;
        }
        if *format == Some(CiFormat::Github) {
            append_summary(report)?;
        }
    }
    let to_stdout = formats.iter().find(|one| one.file.is_none()).map(|one| one.format);
    let format = if json { Some(CiFormat::Json) } else { to_stdout.flatten() };
    say(of(format).trim_end());
    Ok(())
}

fn append_summary(report: &CheckReport) -> Result<(), CliError> {
    let Some(path) = variable("GITHUB_STEP_SUMMARY").map(PathBuf::from) else { return Ok(()) };
    let file = File::options().append(true).create(true).open(&path);
    let appended = file.and_then(|mut file| file.write_all(markdown(report).as_bytes()));
    appended.map_err(|error| cannot(&path, &error))
}

fn cannot(path: &Path, error: &std::io::Error) -> CliError {
    CliError::environment(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_has_a_name_and_may_have_a_file() {
        let parsed = |text: &str| text.parse::<FormatTo>();
        let to = |format, file: Option<&str>| FormatTo { format, file: file.map(PathBuf::from) };
        assert_eq!(parsed("text"), Ok(to(None, None)));
        assert_eq!(parsed("sarif=a=b"), Ok(to(Some(CiFormat::Sarif), Some("a=b"))));
        assert!(parsed("srif").unwrap_err().contains("text, github, sarif"));
        assert!(parsed("json=").unwrap_err().contains("json=FILE"));
        assert!(check(&[to(None, None), to(Some(CiFormat::Json), None)]).is_err());
        assert!(check(&[to(None, None), to(Some(CiFormat::Json), Some("a"))]).is_ok());
    }
}
