use super::arguments::Arguments;
use super::{MAX_OUTPUT, Outcome, Toolbox};
use crate::{FileChangeKind, TaskError};

/// A file that is another one now.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::openai) struct Change {
    pub(in crate::openai) path: String,
    pub(in crate::openai) kind: FileChangeKind,
}

impl Toolbox<'_> {
    pub(super) fn list_files(&self) -> Result<String, String> {
        let files = self.workspace.files().map_err(|error| told(&error))?;
        Ok(files.iter().map(|(path, n_bytes)| format!("{path} ({n_bytes})\n")).collect::<Vec<_>>().concat())
    }

    pub(super) fn read_file(&self, arguments: &Arguments) -> Result<String, String> {
        let text = self.workspace.read(arguments.text("path")?).map_err(|error| told(&error))?;
        let first = arguments.number("first_line")?.unwrap_or(1).max(1);
        lines(&text, first, arguments.number("n_lines")?)
    }

    pub(super) fn write_file(&self, arguments: &Arguments) -> Outcome {
        let (path, content) = (arguments.text("path")?, arguments.text("content")?);
        let kind = match self.workspace.read(path) {
            Ok(_) => FileChangeKind::Changed,
            Err(_) => FileChangeKind::Added,
        };
        self.workspace.write(path, content).map_err(|error| told(&error))?;
        Ok(("Written.".into(), Some(Change { path: path.into(), kind })))
    }

    pub(super) fn edit_file(&self, arguments: &Arguments) -> Outcome {
        let (path, old) = (arguments.text("path")?, arguments.text("old_text")?);
        let text = self.workspace.read(path).map_err(|error| told(&error))?;
        let n_found = if old.is_empty() { 0 } else { text.matches(old).count() };
        if n_found != 1 {
            return Err(format!("`old_text` stands in the file {n_found} times; it must be once"));
        }
        let text = text.replacen(old, arguments.text("new_text")?, 1);
        self.workspace.write(path, &text).map_err(|error| told(&error))?;
        Ok(("Replaced.".into(), Some(Change { path: path.into(), kind: FileChangeKind::Changed })))
    }
}

/// Some lines of a text, as many as can be told, and where to read on.
fn lines(text: &str, first: u64, n_wanted: Option<u64>) -> Result<String, String> {
    let as_usize = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let n_all = text.lines().count();
    let n_before = as_usize(first - 1);
    if n_before > 0 && n_before >= n_all {
        return Err(format!("the file has {n_all} lines"));
    }
    let mut told = String::new();
    let wanted = text.split_inclusive('\n').skip(n_before).take(n_wanted.map_or(usize::MAX, as_usize));
    for (n_told, line) in wanted.enumerate() {
        // A line that is too long by itself is cut by whoever tells it.
        if n_told > 0 && told.len() + line.len() > MAX_OUTPUT - 100 {
            let (last, next) = (n_before + n_told, n_before + n_told + 1);
            return Ok(format!(
                "{told}[these are lines {first} to {last} of {n_all}; read on with first_line {next}]"
            ));
        }
        told += line;
    }
    Ok(told)
}

/// Without the path of the workspace on this machine.
fn told(error: &TaskError) -> String {
    match error {
        TaskError::File { reason, .. } => reason.clone(),
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_read_in_parts_that_make_the_whole() {
        let text: String = (0..5000).map(|n| format!("{n} line\n")).collect::<Vec<_>>().concat();
        let (mut whole, mut first) = (String::new(), 1);
        loop {
            let part = lines(&text, first, None).unwrap();
            assert!(part.len() <= MAX_OUTPUT);
            let Some((told, next)) = part.split_once("[these are lines") else {
                whole += &part;
                break;
            };
            whole += told;
            first = next.trim_end_matches(']').rsplit(' ').next().unwrap().parse().unwrap();
        }
        assert_eq!(whole, text);
    }

    #[test]
    fn lines_are_taken_out_of_a_file() {
        assert_eq!(lines("a\nb\nc", 2, Some(1)), Ok("b\n".into()));
        assert_eq!(lines("a\nb\nc", 3, Some(9)), Ok("c".into()));
        assert_eq!(lines("", 1, None), Ok(String::new()));
        assert_eq!(lines("a\n", 2, None), Err("the file has 1 lines".into()));
        assert_eq!(lines("a", u64::MAX, Some(u64::MAX)), Err("the file has 1 lines".into()));
    }
}
