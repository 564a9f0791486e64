//! What a model reads of tasks and files.

use ghostlib_agent::{Task, TaskError, TaskState};
use std::collections::BTreeMap;
use std::fmt::{self, Display, Write as _};

/// Why a tool did not do what it was asked, and what to do next.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    reason: String,
    next: String,
}

impl Refusal {
    pub(super) fn new(reason: &str, next: &str) -> Self {
        Self { reason: reason.to_owned(), next: next.to_owned() }
    }
}

impl Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Not done: {}. Next: {}.", self.reason.trim_end_matches('.'), self.next)
    }
}

impl From<TaskError> for Refusal {
    fn from(error: TaskError) -> Self {
        let next = match &error {
            TaskError::Unknown { .. } | TaskError::Closed(_) => {
                "list_tasks shows those that are open".to_owned()
            }
            TaskError::Claimed { id, .. } => format!(
                "take another one of list_tasks; if nobody works on it any more, the user can give it back with `ghostlib task release {id}`"
            ),
            TaskError::Unclaimed(id) => format!("claim it with claim_task, id {id}"),
            TaskError::Busy(id) => format!("submit_task or give_up {id} first"),
            TaskError::Unfinished { id, .. } => {
                format!("mend it, then submit {id} again; check_task tells more")
            }
            TaskError::Path { .. } => {
                "read_task without a path lists the files; you can write below candidate/ alone".to_owned()
            }
            TaskError::File { .. } => "tell the user".to_owned(),
        };
        Self { reason: error.to_string(), next }
    }
}

/// The tasks that are not closed.
pub(super) fn list(tasks: &[Task]) -> String {
    if tasks.is_empty() {
        return "No task is open. The user hands tasks out with `ghostlib run SPEC --agent handoff`."
            .to_owned();
    }
    let line = |task: &Task| {
        let state = match &task.state {
            TaskState::Claimed(claim) => format!("claimed by {}", claim.by),
            _ => "open".to_owned(),
        };
        format!("{}: {}, {state}, folder {}", task.id, task.role, task.workspace.display())
    };
    tasks.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The text of a task, and its files.
pub(super) fn overview(text: &str, files: &BTreeMap<String, u64>) -> String {
    let mut overview = format!("{}\n\nFiles, for read_task with a path:\n", text.trim_end());
    for (path, n_bytes) in files {
        let _ = writeln!(overview, "- {path} ({n_bytes} bytes)");
    }
    overview
}

/// How much of a file is told at once.
const MAX_PAGE: usize = 64 << 10;

/// The lines of a text from one on, as many as are told at once; of a line that is longer, its beginning.
pub(super) fn page(text: &str, from_line: usize) -> String {
    let mut page = String::new();
    for (line, number) in text.split_inclusive('\n').zip(1..).skip(from_line.saturating_sub(1)) {
        if page.is_empty() && line.len() > MAX_PAGE {
            let end = (0..=MAX_PAGE).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
            let _ = write!(page, "{}\n[line {number} is longer than can be told]", &line[..end]);
            return page;
        }
        if page.len() + line.len() > MAX_PAGE {
            let _ = write!(page, "[it goes on: read it with from_line {number}]");
            return page;
        }
        page.push_str(line);
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_told_in_pages_that_make_the_whole() {
        let text = (1..=9000).map(|n| format!("this is line {n}\n")).collect::<Vec<_>>().concat();
        let mut whole = String::new();
        let mut from = 1;
        loop {
            let page = page(&text, from);
            assert!(page.len() <= MAX_PAGE + 100);
            let Some((lines, rest)) = page.split_once("[it goes on: read it with from_line ") else {
                whole.push_str(&page);
                break;
            };
            whole.push_str(lines);
            from = rest.trim_end_matches(']').parse().unwrap();
        }
        assert_eq!(whole, text);
        assert_eq!(page("a\nb", 2), "b");
        assert_eq!(page("a\nb", 9), "");
    }

    #[test]
    fn a_line_that_is_too_long_is_cut_between_characters() {
        let page = page(&"é".repeat(MAX_PAGE), 1);
        assert!(page.ends_with("[line 1 is longer than can be told]") && page.len() < MAX_PAGE + 100);
    }

    #[test]
    fn a_refusal_says_what_to_do_next() {
        let refusal = Refusal::from(TaskError::Unclaimed("r1-1".into())).to_string();
        assert_eq!(
            refusal,
            "Not done: the task `r1-1` is not claimed yet. Next: claim it with claim_task, id r1-1."
        );
    }
}
