//! The crates to measure: a name, a version, and perhaps why structure cannot see all of it.

use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};

const OWN: &str = include_str!("crates.txt");

/// One line of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) version: String,
    /// Why some of its items cannot be seen without a compiler.
    pub(super) exception: Option<String>,
}

/// Stands before a cause that is none where macros are expanded.
const UNEXPANDED: &str = "unexpanded: ";

impl Entry {
    /// Drops a cause that goes with the macros.
    pub(super) fn without_macros(&mut self) {
        self.exception.take_if(|cause| cause.starts_with(UNEXPANDED));
    }

    /// Why some of its items cannot be seen, as it is shown.
    pub(super) fn cause(&self) -> Option<&str> {
        let cause = self.exception.as_deref()?;
        Some(cause.strip_prefix(UNEXPANDED).unwrap_or(cause))
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ListError {
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("line {0} is not a name and a version")]
    Line(usize),
}

/// The crates of a file, or those that the project measures.
pub(super) fn read(path: Option<&Path>) -> Result<Vec<Entry>, ListError> {
    match path {
        Some(path) => {
            let text =
                fs::read_to_string(path).map_err(|source| ListError::Io { path: path.into(), source })?;
            parse(&text)
        }
        None => parse(OWN),
    }
}

fn parse(text: &str) -> Result<Vec<Entry>, ListError> {
    let lines = text.lines().map(str::trim).enumerate();
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    lines.map(|(index, line)| entry(line).ok_or(ListError::Line(index + 1))).collect()
}

fn entry(line: &str) -> Option<Entry> {
    let (name, rest) = line.split_once(' ')?;
    let (version, exception) = rest
        .trim()
        .split_once(' ')
        .map_or((rest.trim(), None), |(version, cause)| (version, Some(cause.trim().to_owned())));
    Some(Entry { name: name.to_owned(), version: version.to_owned(), exception })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_name_a_version_and_perhaps_a_cause() {
        let list = parse("# crates\n\nhex 0.4.3\nsyn  2.0.1   a macro makes it\n").unwrap();
        assert_eq!((list[0].name.as_str(), list[0].version.as_str()), ("hex", "0.4.3"));
        assert_eq!(list[0].exception, None);
        assert_eq!(
            (list[1].version.as_str(), list[1].exception.as_deref()),
            ("2.0.1", Some("a macro makes it"))
        );
        let mut syn = parse("syn 2.0.1 unexpanded: a macro\n").unwrap().remove(0);
        assert_eq!(syn.cause(), Some("a macro"));
        syn.without_macros();
        assert_eq!(syn.cause(), None);
        assert!(matches!(parse("\nhex"), Err(ListError::Line(2))));
    }

    #[test]
    fn the_projects_own_list_is_long_enough_and_has_each_crate_once() {
        let own = read(None).unwrap();
        let mut names: Vec<_> = own.iter().map(|entry| &entry.name).collect();
        names.sort();
        names.dedup();
        assert!(names.len() >= 30 && names.len() == own.len());
    }
}
