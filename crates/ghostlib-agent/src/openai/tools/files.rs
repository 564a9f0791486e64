use super::arguments::Arguments;
use super::{Outcome, Toolbox};
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
        let n_lines = arguments.number("n_lines")?;
        if first == 1 && n_lines.is_none() {
            return Ok(text);
        }
        let skipped = usize::try_from(first - 1).unwrap_or(usize::MAX);
        let n_taken = n_lines.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
        let n_all = text.lines().count();
        if skipped >= n_all {
            return Err(format!("the file has {n_all} lines"));
        }
        Ok(text.split_inclusive('\n').skip(skipped).take(n_taken).collect())
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

/// Without the path of the workspace on this machine.
fn told(error: &TaskError) -> String {
    match error {
        TaskError::File { reason, .. } => reason.clone(),
        error => error.to_string(),
    }
}
