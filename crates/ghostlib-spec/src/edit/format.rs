use super::{means_the_same, newline};
use crate::front_matter;
use crate::markdown::{self, Block, Markdown};
use crate::text::Text;
use crate::{Options, Sources};
use std::ops::Range;

/// The documents of a spec, formatted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formatted {
    /// The spec.
    pub sources: Sources,
    /// The documents that stay as they are, since they would say something else or are not UTF-8.
    pub left: Vec<String>,
}

/// Formats those documents of a spec that say the same after as before.
pub fn format_documents(sources: &Sources, options: &Options) -> Formatted {
    let mut formatted = Formatted { sources: sources.clone(), left: Vec::new() };
    for at in 0..sources.documents().count() {
        let mut tried = formatted.sources.clone();
        let Some(document) = super::documents_mut(&mut tried).nth(at) else { continue };
        let path = document.path.clone();
        let Ok(text) = std::str::from_utf8(&document.bytes) else {
            formatted.left.push(path);
            continue;
        };
        document.bytes = format(text).into_bytes();
        if tried == formatted.sources || means_the_same(&formatted.sources, &tried, options) {
            formatted.sources = tried;
        } else {
            formatted.left.push(path);
        }
    }
    formatted
}

/// The document with what nobody sees in one form: every line ends as the first does, none with white space but
/// for hard breaks, an id on a line of its own has an empty line before it, and the last line ends.
///
/// Front matter, code and HTML keep their white space. What is formatted stays as it is when formatted again.
pub fn format(document: &str) -> String {
    let body = front_matter::divide(document).body;
    let text = Text::new("", document);
    let markdown = markdown::read(&text, body);
    let kept = Kept::of(&markdown, body, document);
    let newline = newline(document);
    let mut formatted = String::with_capacity(document.len());
    let mut start = 0;
    for line in document.split_inclusive('\n') {
        let content = line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
        let end = start + content.len();
        if kept.covers(end) {
            formatted.push_str(content);
        } else {
            if kept.is_apart(document, start) && !ends_with_empty_line(&formatted) {
                formatted.push_str(newline);
            }
            formatted.push_str(kept.without_white_space(document, content, start + line.len()));
        }
        if line.ends_with('\n') || !content.is_empty() {
            formatted.push_str(newline);
        }
        start += line.len();
    }
    if !kept.stays_open(document) {
        formatted.truncate(formatted.trim_end_matches(['\n', '\r']).len());
        if !formatted.is_empty() {
            formatted.push_str(newline);
        }
    }
    formatted
}

/// Parts of a document, in their order.
struct Kept {
    /// What keeps its white space.
    verbatim: Vec<Range<usize>>,
    /// Paragraphs that stand in no list.
    paragraphs: Vec<Range<usize>>,
}

impl Kept {
    fn of(markdown: &Markdown, body: usize, document: &str) -> Self {
        let mut verbatim: Vec<Range<usize>> = std::iter::once(0..body).collect();
        let mut paragraphs = Vec::new();
        let mut depth = 0_usize;
        for block in &markdown.blocks {
            match block {
                Block::Fence(at) => {
                    let span = markdown.fences[*at].span;
                    verbatim.push(span.start..span.end);
                }
                Block::Html(span) => verbatim.push(span.start..span.end),
                Block::Prose(id) if depth == 0 => {
                    let span = markdown.prose(*id).span;
                    paragraphs.push(span.start..span.end);
                }
                Block::ItemStart | Block::QuoteStart => depth += 1,
                Block::ItemEnd | Block::QuoteEnd => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        let code = markdown.proses().flat_map(|prose| prose.code_spans.iter());
        verbatim.extend(code.map(|span| span.start..span.end));
        verbatim.sort_by_key(|range| range.start);
        let mut kept = Self { verbatim, paragraphs };
        if kept.stays_open(document) {
            kept.verbatim.push(document.trim_end().len()..document.len() + 1);
        }
        kept
    }

    /// Whether a line that ends there ends in something that keeps its white space.
    fn covers(&self, offset: usize) -> bool {
        let before = self.verbatim.partition_point(|range| range.start <= offset);
        // They do not overlap, but two may meet, and what is not closed goes on beside them.
        self.verbatim[..before].iter().rev().take(3).any(|range| offset <= range.end)
    }

    /// Whether code or HTML goes on to the end of the document, so that the white space there belongs to it.
    fn stays_open(&self, document: &str) -> bool {
        let text = document.trim_end();
        let last_line = text.rfind('\n').map_or(0, |newline| newline + 1);
        let last_words = text[last_line..].trim_start();
        let closes = last_words.starts_with("```") || last_words.starts_with("~~~");
        let last =
            self.verbatim.iter().filter(|range| range.start < text.len()).max_by_key(|range| range.end);
        last.is_some_and(|range| range.end >= text.len() && !(closes && range.start < last_line))
    }

    /// Whether a line is an id that gets an empty line before it.
    fn is_apart(&self, document: &str, start: usize) -> bool {
        let before = self.paragraphs.partition_point(|range| range.start <= start);
        let is_in_paragraph = self.paragraphs[..before].last().is_some_and(|range| start < range.end);
        is_in_paragraph && is_id_line(line_at(document, start))
    }

    /// A line without the white space at its end, unless that breaks the line before the next one.
    fn without_white_space<'a>(&self, document: &str, line: &'a str, next: usize) -> &'a str {
        let bare = line.trim_end_matches([' ', '\t']);
        let goes_on = !line_at(document, next).trim().is_empty() && !self.is_apart(document, next);
        let breaks = line[bare.len()..].starts_with("  ") && !bare.is_empty() && goes_on;
        if breaks { line } else { bare }
    }
}

fn line_at(document: &str, start: usize) -> &str {
    document.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default()
}

/// Whether a line that is not indented is `r[…]` and nothing else.
fn is_id_line(line: &str) -> bool {
    let id = line.trim_end().strip_prefix("r[").and_then(|rest| rest.strip_suffix(']'));
    id.is_some_and(|id| !id.is_empty() && !id.contains(['[', ']', ' ']))
}

fn ends_with_empty_line(text: &str) -> bool {
    let mut lines = text.lines().rev();
    lines.next().is_none_or(|line| line.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formats(before: &str, after: &str) {
        assert_eq!(format(before), after, "{before:?}");
        assert_eq!(format(after), after, "is not idempotent: {after:?}");
    }

    #[test]
    fn white_space_goes_but_for_hard_breaks_and_what_is_verbatim() {
        formats("a \nb\t\n \t\nc", "a\nb\n\nc\n");
        formats("a  \nb  \n\n", "a  \nb\n");
        formats("- a \n  b  \n- c\n", "- a\n  b  \n- c\n");
        formats("```text\na \n\n  \n```\nb \n", "```text\na \n\n  \n```\nb\n");
        formats("    code \n    more  \n\nb \n", "    code \n    more  \n\nb\n");
        formats("<pre>\na \n</pre>\n\nb \n", "<pre>\na \n</pre>\n\nb\n");
        formats("a `b \nc` d \n", "a `b \nc` d\n");
        formats("---\nname: x \n---\na \n", "---\nname: x \n---\na\n");
        formats("", "");
        formats("\n\n", "");
        formats("```\na \n\n", "```\na \n\n");
        formats("```\na \n```\n\n", "```\na \n```\n");
        formats("\r\n<pre>\n  ", "\r\n<pre>\r\n  \r\n");
    }

    #[test]
    fn every_line_ends_as_the_first_does() {
        formats("a\r\nb\nc\r\n", "a\r\nb\r\nc\r\n");
        formats("a\nb\r\n```\r\nc\r\n```\r\n", "a\nb\n```\nc\n```\n");
    }

    #[test]
    fn an_id_has_an_empty_line_before_it_where_that_changes_nothing() {
        formats("a\nr[b.c]\nd\n\nr[e]\nf\n", "a\n\nr[b.c]\nd\n\nr[e]\nf\n");
        formats("a  \nr[b]\nc\n", "a\n\nr[b]\nc\n");
        formats("r[b]\na\n", "r[b]\na\n");
        formats("# A\nr[b]\na\n", "# A\n\nr[b]\na\n");
        for same in ["- a\nr[b]\nc\n", "- r[a]\n  b\n", "> a\nr[b]\n", "a\nr[b] c\n", "```\na\nr[b]\n```\n"] {
            formats(same, same);
        }
    }
}
