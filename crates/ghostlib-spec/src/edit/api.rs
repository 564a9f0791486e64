use super::{indent_of, insert, newline};
use crate::markdown::{self, Fence};
use crate::text::Text;
use crate::{api, front_matter};

/// Adds lines at the end of the document's last API block of a language. Where it has none, a section `## API`
/// with one is added at the end.
///
/// No lines change nothing.
pub fn add_api_lines(document: &str, language: &str, lines: &[String]) -> String {
    if lines.is_empty() {
        return document.to_owned();
    }
    let text = Text::new("", document);
    let body = front_matter::divide(document).body;
    let fences = markdown::read(&text, body).fences;
    let is_ours = |fence: &&Fence| fence.is(language, api::API);
    match fences.iter().rev().find(is_ours) {
        Some(fence) => append(document, &text, fence, lines),
        None => with_section(document, language, lines),
    }
}

fn append(document: &str, text: &Text, fence: &Fence, lines: &[String]) -> String {
    let newline = newline(document);
    let indent = indent_of(document, fence.span.start);
    let code_start = (text.line_end(fence.span.start) + 1).min(document.len());
    let code_end = if fence.code.as_str().is_empty() { code_start } else { fence.code_span().end };
    let mut added = String::new();
    if !document[..code_end].ends_with('\n') {
        // The block runs to the end of a document that lacks its last newline.
        added.push_str(newline);
    }
    for line in lines.iter().flat_map(|line| line.lines()) {
        added.push_str(&indent);
        added.push_str(line);
        added.push_str(newline);
    }
    insert(document, code_end, &added)
}

fn with_section(document: &str, language: &str, lines: &[String]) -> String {
    let newline = newline(document);
    let fence = "`".repeat(longest_run_of_backticks(lines).max(2) + 1);
    let mut section = vec!["## API".to_owned(), String::new(), format!("{fence}{language} {}", api::API)];
    section.extend(lines.iter().flat_map(|line| line.lines()).map(str::to_owned));
    section.push(fence);
    let gap = match document {
        "" => "",
        _ if document.ends_with("\n\n") || document.ends_with("\r\n\r\n") => "",
        _ if document.ends_with('\n') => newline,
        _ => &newline.repeat(2),
    };
    [document, gap, &section.join(newline), newline].concat()
}

fn longest_run_of_backticks(lines: &[String]) -> usize {
    let runs = lines.iter().flat_map(|line| line.split(|c| c != '`').map(str::len));
    runs.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|&line| line.to_owned()).collect()
    }

    #[test]
    fn lines_go_to_the_end_of_the_last_block_of_the_language() {
        let document = "```rust api\nfn a();\n```\n\ntext\n\n```rust api\nfn b();\n```\n\n```c api\n```\nend";
        let edited = add_api_lines(document, "rust", &lines(&["fn c();", "fn d();"]));
        assert_eq!(edited, document.replace("fn b();\n", "fn b();\nfn c();\nfn d();\n"));
        let edited = add_api_lines(document, "c", &lines(&["int c();"]));
        assert_eq!(edited, document.replace("c api\n", "c api\nint c();\n"));
    }

    #[test]
    fn indentation_and_line_ends_are_kept() {
        let document = "- x\r\n\r\n  ```rust api\r\n  fn a();\r\n  ```\r\n";
        let edited = add_api_lines(document, "rust", &lines(&["fn b();"]));
        assert_eq!(edited, document.replace("  fn a();\r\n", "  fn a();\r\n  fn b();\r\n"));
    }

    #[test]
    fn a_block_that_is_not_closed_is_appended_to() {
        assert_eq!(
            add_api_lines("```rust api\nfn a();", "rust", &lines(&["fn b();"])),
            "```rust api\nfn a();\nfn b();\n"
        );
        assert_eq!(add_api_lines("```rust api", "rust", &lines(&["fn b();"])), "```rust api\nfn b();\n");
    }

    #[test]
    fn a_document_without_a_block_gets_a_section() {
        let section = "## API\n\n```rust api\nfn a();\n```\n";
        for (document, gap) in [("", ""), ("text", "\n\n"), ("text\n", "\n"), ("text\n\n", "")] {
            assert_eq!(
                add_api_lines(document, "rust", &lines(&["fn a();"])),
                format!("{document}{gap}{section}")
            );
        }
        assert!(add_api_lines("", "rust", &lines(&["/// ```"])).contains("````rust api\n"));
    }

    #[test]
    fn no_lines_change_nothing() {
        assert_eq!(add_api_lines("text", "rust", &[]), "text");
    }
}
