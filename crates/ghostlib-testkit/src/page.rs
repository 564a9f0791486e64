//! Generated parts of documents.

use std::fs;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub(crate) enum PageError {
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{}: no line `{mark}`", path.display())]
    Mark { path: PathBuf, mark: String },
}

/// Replaces what stands between the lines `<!-- name -->` and `<!-- /name -->`.
pub(crate) fn write_block(path: &Path, name: &str, block: &str) -> Result<(), PageError> {
    let io = |source| PageError::Io { path: path.into(), source };
    let page = fs::read_to_string(path).map_err(io)?;
    let (start, end) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
    let replaced =
        replace(&page, &start, &end, block).ok_or(PageError::Mark { path: path.into(), mark: start })?;
    fs::write(path, replaced).map_err(io)
}

fn replace(page: &str, start: &str, end: &str, block: &str) -> Option<String> {
    let from = page.find(start)? + start.len();
    let to = from + page[from..].find(end)?;
    Some(format!("{}\n\n{}\n\n{}", &page[..from], block.trim(), &page[to..]))
}

#[cfg(test)]
mod tests {
    use super::replace;

    #[test]
    fn only_what_is_between_the_marks_changes() {
        let page = "a\n<!-- x -->\nold\n<!-- /x -->\nb\n";
        let replaced = replace(page, "<!-- x -->", "<!-- /x -->", "new\n").unwrap();
        assert_eq!(replaced, "a\n<!-- x -->\n\nnew\n\n<!-- /x -->\nb\n");
        assert_eq!(replace(page, "<!-- y -->", "<!-- /y -->", ""), None);
    }
}
