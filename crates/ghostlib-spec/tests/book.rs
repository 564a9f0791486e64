//! The format is specified once, in `specs/ghostlib-spec`, and what else is read at the top of `lib.rs`; the book's page is made from
//! both.

#![allow(clippy::unwrap_used, reason = "a test")]

use regex::{Captures, Regex};
use std::fs;
use std::path::{Path, PathBuf};

const INTRODUCTION: &str = "# The spec format

This page specifies format 1, and how specs of other formats are read, as `ghostlib lint`, `parse` and `run` do. Its first part is
itself a ghost library: `specs/ghostlib-spec`, with vectors. Lines such as `r[id.line]` are ids of requirements.
JSON Schemas of front matter, vector files and `parse --json` are in `schemas/`.
";

/// `UPDATE_BOOK=1 cargo test -p ghostlib-spec --test book` writes the page.
#[test]
fn the_book_says_what_the_crate_says() {
    let page = root().join("docs/src/spec-format.md");
    let made = made();
    if std::env::var_os("UPDATE_BOOK").is_some() {
        fs::write(&page, &made).unwrap();
    }
    assert!(
        fs::read_to_string(&page).unwrap() == made,
        "docs/src/spec-format.md is stale: run with UPDATE_BOOK=1"
    );
}

/// Every lint has its page, and the book lists it.
#[test]
fn every_lint_has_its_page() {
    let summary = fs::read_to_string(root().join("docs/src/SUMMARY.md")).unwrap();
    for code in ghostlib_spec::Code::ALL.iter().filter(|code| code.is_lint()) {
        let page = fs::read_to_string(root().join(format!("docs/src/lints/{code}.md"))).unwrap_or_default();
        assert!(page.starts_with(&format!("# {code}\n")), "docs/src/lints/{code}.md");
        assert!(page.contains("Precision on the corpus: "), "{code}");
        assert!(summary.contains(&format!("(lints/{code}.md)")), "{code}");
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The page: the format's spec without its front matter, and the crate's documentation from the first heading on, its
/// headings one level deeper, and names of Rust items without links.
fn made() -> String {
    let spec = fs::read_to_string(root().join("specs/ghostlib-spec/SPEC.md")).unwrap();
    let body = spec.splitn(3, "---\n").nth(2).unwrap();
    let body = body.trim_start().split_once('\n').unwrap().1;
    let source = fs::read_to_string(root().join("crates/ghostlib-spec/src/lib.rs")).unwrap();
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    let lines = lines.map(|line| line.strip_prefix(' ').unwrap_or(line));
    let link = Regex::new(
        r"\[(`?[^\]`]+`?)\]\((?:ghostlib_model|Operation|RequirementDelta)[^)]*\)|\[(`[A-Za-z_:()]+`)\]",
    )
    .unwrap();
    let mut page = INTRODUCTION.to_owned() + body + "\n";
    for line in lines.skip_while(|line| !line.starts_with("# ")) {
        let deeper = if line.starts_with('#') { "#" } else { "" };
        let plain = link.replace_all(line, |found: &Captures| {
            found.get(1).or(found.get(2)).map_or(String::new(), |name| name.as_str().to_owned())
        });
        page.extend([deeper, &plain, "\n"]);
    }
    page.replace("\n\n\n", "\n\n")
}
