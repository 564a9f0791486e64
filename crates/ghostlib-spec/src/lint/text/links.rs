//! Links, references to sections, and files that are not there.

use super::super::{Document, Input, Report};
use crate::code::Code;
use crate::markdown::{Block, Link, Markdown};
use ghostlib_model::Span;
use regex::Regex;
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

static SECTION: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:\b[Ss]ections?|§§?)\s*(\d+(?:\.\d+)*)").ok());
static FILE_NAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[\w./-]+\.[A-Za-z]{1,5}$").ok());

pub(super) fn check(input: &Input, report: &mut Report) {
    let anchors: HashMap<&str, BTreeSet<String>> =
        input.documents.iter().map(|document| (document.text.file(), anchors(document))).collect();
    for document in &input.documents {
        for link in &document.markdown.links {
            check_anchor(document, link, &anchors, report);
        }
        check_sections(input, document, report);
    }
    if let Some(listing) = &input.sources.listing {
        let listing: BTreeSet<&str> = listing.iter().map(String::as_str).collect();
        for document in input.documents.iter().chain(&input.companions) {
            check_files(document, &listing, report);
        }
    }
}

/// What `#…` can lead to: headings by the rule of GitHub, HTML anchors, and written ids.
fn anchors(document: &Document) -> BTreeSet<String> {
    static ANCHOR: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?:id|name)\s*=\s*["']?([^"'\s>]+)|\br\[([\w.+-]+)\]|\{#([\w.-]+)\}"#).ok()
    });
    let mut anchors = BTreeSet::new();
    let mut counts: HashMap<String, usize> = HashMap::new();
    for section in &document.markdown.sections {
        let anchor = anchor_of(&section.title);
        let count = counts.entry(anchor.clone()).or_default();
        anchors.insert(if *count == 0 { anchor } else { format!("{anchor}-{count}") });
        *count += 1;
    }
    if let Some(pattern) = ANCHOR.as_ref() {
        for captures in pattern.captures_iter(document.text.as_str()) {
            let found = captures.iter().skip(1).flatten().next();
            anchors.extend(found.map(|found| found.as_str().to_owned()));
        }
    }
    let ids: Vec<String> = anchors.iter().map(|anchor| format!("r-{anchor}")).collect();
    anchors.extend(ids);
    anchors
}

/// A heading's anchor: lower case, `-` for each space, no other punctuation.
fn anchor_of(title: &str) -> String {
    let kept = title.to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ' '));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn check_anchor(
    document: &Document,
    link: &Link,
    anchors: &HashMap<&str, BTreeSet<String>>,
    report: &mut Report,
) {
    let Some((file, anchor)) = link.target.split_once('#') else { return };
    let file = file.strip_prefix("./").unwrap_or(file);
    let file = if file.is_empty() { document.text.file() } else { file };
    let Some(known) = anchors.get(file).filter(|_| !anchor.is_empty()) else { return };
    let is_known = known.contains(anchor) || known.contains(&anchor.to_lowercase());
    if !is_known && !anchor.starts_with('L') {
        let help = "link to a heading that is there: its text in lower case, with `-` for spaces";
        let message = format!("`#{anchor}` is no heading of {file}");
        report.at(document, Code::LinkDangling, link.span, message, help);
    }
}

/// Complains about "Section 4.9" where the sections have numbers and none has this.
fn check_sections(input: &Input, document: &Document, report: &mut Report) {
    let numbers: BTreeSet<&str> =
        input.documents.iter().flat_map(|document| numbers(&document.markdown)).collect();
    let own = numbers_count(&document.markdown);
    let Some(pattern) = SECTION.as_ref().filter(|_| own > 2) else { return };
    for prose in document.markdown.proses() {
        let text = document.text.slice(prose.span);
        for captures in pattern.captures_iter(text) {
            let (Some(whole), Some(number)) = (captures.get(0), captures.get(1)) else { continue };
            if numbers.contains(number.as_str()) || is_elsewhere(text, whole.start(), whole.end()) {
                continue;
            }
            let span = Span::new(prose.span.start + whole.start(), prose.span.start + whole.end());
            let message = format!("there is no section {}", number.as_str());
            report.at(
                document,
                Code::LinkDangling,
                span,
                message,
                "name a section that is there, or link to its heading",
            );
        }
    }
}

fn numbers(markdown: &Markdown) -> impl Iterator<Item = &str> {
    markdown.sections.iter().filter_map(|section| section.number())
}

fn numbers_count(markdown: &Markdown) -> usize {
    numbers(markdown).count()
}

/// Whether a section of another document is meant: "RFC 3986 section 3.2", "Section 5 of the standard", a link.
fn is_elsewhere(text: &str, start: usize, end: usize) -> bool {
    let before = &text[..start];
    let tail = before.char_indices().rev().nth(40).map_or(before, |(at, _)| &before[at..]);
    let others =
        ["RFC", "ISO", "ECMA", "IEEE", "spec", "Unicode", "UAX", "UTS", "POSIX", "[", "http", "standard"];
    let after = text[end..].trim_start();
    others.iter().any(|other| tail.contains(other))
        || after.starts_with("of ")
        || after.starts_with("in ")
        || after.starts_with(']')
}

/// Complains about links to files, and about tables of files.
fn check_files(document: &Document, listing: &BTreeSet<&str>, report: &mut Report) {
    let folder = document.text.file().rsplit_once('/').map_or("", |(folder, _)| folder);
    for link in &document.markdown.links {
        let target = link.target.split(['#', '?']).next().unwrap_or_default();
        let is_path = target.contains(['.', '/']);
        if is_path && is_beside(target) && !is_there(listing, folder, target) {
            let message = format!("the file `{target}` is not there");
            report.at(document, Code::FileDangling, link.span, message, "create it, or mend the link");
        }
    }
    let mut is_table_of_files = false;
    for block in &document.markdown.blocks {
        let Block::Row(row) = block else { continue };
        let Some(cell) = row.cells.clone().next().map(|id| document.markdown.prose(id)) else { continue };
        let words = cell.words.trim().to_lowercase();
        if row.is_head {
            is_table_of_files = matches!(words.as_str(), "file" | "files" | "filename" | "path");
            continue;
        }
        let name = document.text.slice(cell.span).trim().trim_matches(['`', '*']);
        let is_name = FILE_NAME.as_ref().is_some_and(|pattern| pattern.is_match(name));
        if is_table_of_files && is_name && is_beside(name) && !is_there(listing, folder, name) {
            let message = format!("the table lists the file `{name}`, which is not there");
            let help = "create it, or take it out of the table";
            report.at(document, Code::FileDangling, cell.span, message, help);
        }
    }
}

/// Whether a target is a file beside the document or below it.
fn is_beside(target: &str) -> bool {
    !target.is_empty()
        && !target.starts_with(['/', '#', '<', '{'])
        && !target.contains(':')
        && !target.contains("..")
        && !target.contains(['*', '{', '<', ' '])
}

fn is_there(listing: &BTreeSet<&str>, folder: &str, target: &str) -> bool {
    let target = target.strip_prefix("./").unwrap_or(target).trim_end_matches('/').replace("%20", " ");
    let path = if folder.is_empty() { target } else { format!("{folder}/{target}") };
    let below = format!("{path}/");
    listing.contains(path.as_str())
        || listing.range(below.as_str()..).next().is_some_and(|next| next.starts_with(&below))
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{codes_of, codes_with_listing, native};

    #[test]
    fn links_lead_to_headings_or_files_that_are_there() {
        let document =
            "# A b\n\n## `C` (d)!\n\n## C d\n\nSee [a](#a-b), [c](#c-d), [d](#c-d-1), [e](#gone).\n";
        assert_eq!(codes_of(&native("", document)), ["link-dangling"]);
        let document = "[a](b.md) [c](gone.md) [d](https://x.y/z.md) [e](sub/)\n\n| File | Use |\n|---|---|\n| `b.md` | a |\n| no.md | b |\n";
        assert_eq!(
            codes_with_listing(&native("", document), &["b.md", "sub/x.md"]),
            ["file-dangling", "file-dangling"]
        );
    }

    #[test]
    fn numbered_sections_are_there() {
        let document = "# 1. A\n\n# 2. B\n\n## 2.1 C\n\nSee Section 2.1 and section 3.\nRFC 9110 section 4 says so. Section 7 of it too.\n";
        assert_eq!(codes_of(&native("", document)), ["link-dangling"]);
        assert_eq!(codes_of(&native("", "# A\n\nSee section 3.\n")), [""; 0]);
    }
}
