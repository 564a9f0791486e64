//! A spec with parts left out, for measuring what they are worth.

use crate::source::{SourceFile, Sources};
use crate::spec::Spec;
use crate::visible::without_vectors;
use ghostlib_model::Shown;
use std::fmt::Write as _;
use std::ops::Range;

/// Keys of the front matter that speak of what is left out.
const OF_VECTORS: [&str; 1] = ["vectors"];
const OF_THE_BODY: [&str; 6] = ["vectors", "files", "aliases", "retired", "keywords", "lints"];

/// What somebody sees of a spec to whom only a part is shown. Nothing but the named parts is changed.
pub fn shown(sources: &Sources, spec: &Spec, what: &Shown) -> Sources {
    match what {
        Shown::Whole => sources.clone(),
        Shown::ApiAlone => Sources { document: api_alone(&sources.document, spec), ..Sources::default() },
        Shown::Without { sections, requirements, vectors, vector_ids } => {
            let mut shown = sources.clone();
            for file in &mut shown.vector_files {
                *file = without_vectors(file, vector_ids);
            }
            for file in std::iter::once(&mut shown.document).chain(&mut shown.parts) {
                let text = String::from_utf8_lossy(&file.bytes).into_owned();
                let mut cuts = sections_in(&text, sections);
                cuts.extend(requirements_in(&file.path, &text, spec, requirements));
                if *vectors {
                    cuts.extend(vector_blocks(&text));
                }
                file.bytes = without(&text, cuts).into_bytes();
            }
            if *vectors {
                shown.vector_files.clear();
                let text = String::from_utf8_lossy(&shown.document.bytes).into_owned();
                shown.document.bytes = without_keys(&text, &OF_VECTORS).into_bytes();
            }
            shown
        }
    }
}

/// The parts that are named and that a spec does not have.
pub fn not_there(sources: &Sources, spec: &Spec, what: &Shown) -> Vec<String> {
    let Shown::Without { sections, requirements, .. } = what else { return Vec::new() };
    let has_section = |name: &&String| {
        let has = |file: &SourceFile| {
            !sections_in(&String::from_utf8_lossy(&file.bytes), std::slice::from_ref(*name)).is_empty()
        };
        sources.documents().any(has)
    };
    let has_requirement = |id: &&String| spec.requirements.iter().any(|one| one.id.as_str() == id.as_str());
    let sections =
        sections.iter().filter(|name| !has_section(name)).map(|name| format!("the section `{name}`"));
    let requirements =
        requirements.iter().filter(|id| !has_requirement(id)).map(|id| format!("the requirement `{id}`"));
    sections.chain(requirements).collect()
}

/// The titles of a spec's sections, in order.
pub fn section_titles(sources: &Sources) -> Vec<String> {
    let of = |file: &SourceFile| -> Vec<String> {
        let text = String::from_utf8_lossy(&file.bytes).into_owned();
        headings(&text).into_iter().map(|(_, _, title)| title).collect()
    };
    sources.documents().flat_map(of).collect()
}

fn api_alone(document: &SourceFile, spec: &Spec) -> SourceFile {
    let text = String::from_utf8_lossy(&document.bytes);
    let front = front_matter(&text).map_or("", |range| &text[range]);
    let mut shown = without_keys(front, &OF_THE_BODY);
    let _fits = write!(shown, "\n# {}\n", spec.front_matter.name);
    for block in &spec.api_blocks {
        let code = block.code.trim_end();
        let _fits = write!(shown, "\n```{} api\n{code}\n```\n", block.language);
    }
    SourceFile::new(&document.path, shown)
}

/// The front matter with its fences.
fn front_matter(text: &str) -> Option<Range<usize>> {
    let rest = text.strip_prefix("---")?;
    let end = rest.find("\n---")? + "---".len() + "\n---".len();
    let line_end = text[end..].find('\n').map_or(text.len(), |newline| end + newline + 1);
    Some(0..line_end)
}

/// A document without keys of its front matter, each with all that belongs to it.
pub(crate) fn without_keys(text: &str, keys: &[&str]) -> String {
    let Some(range) = front_matter(text) else { return text.to_owned() };
    let mut leaves_out = false;
    let mut kept = String::new();
    for line in text[range.clone()].split_inclusive('\n') {
        let is_key = !line.starts_with([' ', '\t', '-', '#']) || line.starts_with("---");
        if is_key {
            leaves_out = line.split_once(':').is_some_and(|(key, _)| keys.contains(&key.trim()));
        }
        if !leaves_out {
            kept.push_str(line);
        }
    }
    kept + &text[range.end..]
}

/// Lines outside of fenced blocks, with where they begin.
fn plain_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    let mut fence: Option<&str> = None;
    text.split_inclusive('\n').filter_map(move |line| {
        let start = at;
        at += line.len();
        let trimmed = line.trim_start();
        match fence {
            Some(open) if trimmed.starts_with(open) => {
                fence = None;
                None
            }
            Some(_) => None,
            None if trimmed.starts_with("```") => {
                fence = Some("```");
                None
            }
            None if trimmed.starts_with("~~~") => {
                fence = Some("~~~");
                None
            }
            None => Some((start, line)),
        }
    })
}

/// Where headings begin, their levels and titles.
fn headings(text: &str) -> Vec<(usize, usize, String)> {
    let body = front_matter(text).map_or(0, |range| range.end);
    let heading = |(at, line): (usize, &str)| {
        let level = line.bytes().take_while(|byte| *byte == b'#').count();
        let title = line[level..].trim().trim_end_matches('#').trim_end();
        let is_heading = (1..=6).contains(&level) && line[level..].starts_with([' ', '\t']) && at >= body;
        is_heading.then(|| (at, level, title.to_owned()))
    };
    plain_lines(text).filter_map(heading).collect()
}

/// Sections of these titles, up to the next heading that is not below them.
fn sections_in(text: &str, titles: &[String]) -> Vec<Range<usize>> {
    let headings = headings(text);
    let mut cuts = Vec::new();
    for (n, (start, level, title)) in headings.iter().enumerate() {
        if titles.contains(title) {
            let next = headings[n + 1..].iter().find(|(_, other, _)| other <= level);
            cuts.push(*start..next.map_or(text.len(), |(at, ..)| *at));
        }
    }
    cuts
}

/// Requirements of these ids, each with the line of its id.
fn requirements_in(path: &str, text: &str, spec: &Spec, ids: &[String]) -> Vec<Range<usize>> {
    let named = spec
        .requirements
        .iter()
        .filter(|one| *one.place.file == *path && ids.iter().any(|id| *id == one.id.as_str()));
    let cut = |one: &ghostlib_model::Requirement| {
        let span = one.place.span;
        let mark = format!("r[{}]", one.id);
        let before = text[..span.start].trim_end();
        let start = before.strip_suffix(mark.as_str()).map_or(span.start, str::len);
        start..span.end
    };
    named.map(cut).collect()
}

fn vector_blocks(text: &str) -> Vec<Range<usize>> {
    let mut cuts = Vec::new();
    let mut rest = 0;
    while let Some(found) = text[rest..].find("```yaml vectors") {
        let start = rest + found;
        let end = text[start + 3..].find("\n```").map_or(text.len(), |at| start + 3 + at + "\n```".len());
        cuts.push(start..end);
        rest = end;
    }
    cuts
}

fn without(text: &str, mut cuts: Vec<Range<usize>>) -> String {
    cuts.sort_by_key(|cut| cut.start);
    let mut kept = String::new();
    let mut at = 0;
    for cut in cuts {
        if cut.start >= at {
            kept.push_str(&text[at..cut.start]);
        }
        at = at.max(cut.end);
    }
    kept + &text[at..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, parse_with};

    const DOCUMENT: &str = "---\nghostlib: 1\nname: a\nversion: 1.0.0\nvectors:\n  - t.yaml\nreference: {path: x}\n---\n\n# A\n\nProse.\n\n## One\n\nr[one]\nIt MUST be one.\n\nr[two]\nIt MUST be two.\n\n```text\n## no heading\n```\n\n### Below\n\nMore.\n\n## Two\n\n```rust api\npub fn f(n: u8) -> u8;\n```\n\n```yaml vectors\nf: [{name: x, input: 1, output: 1}]\n```\n\nThe end.\n";

    fn of(what: &Shown) -> (String, usize, Vec<String>) {
        let sources = Sources {
            document: SourceFile::new("SPEC.md", DOCUMENT),
            vector_files: vec![SourceFile::new("t.yaml", "f: [{name: y, input: 2, output: 2}]\n")],
            ..Sources::default()
        };
        let (spec, _) = parse_with(&sources, &Options::default());
        let shown = shown(&sources, &spec, what);
        let text = String::from_utf8(shown.document.bytes.clone()).unwrap();
        (text, shown.vector_files.len(), not_there(&sources, &spec, what))
    }

    #[test]
    fn the_api_alone_has_neither_prose_nor_vectors() {
        let (text, n_files, _) = of(&Shown::ApiAlone);
        let front = "---\nghostlib: 1\nname: a\nversion: 1.0.0\nreference: {path: x}\n---\n";
        assert_eq!(text, format!("{front}\n# a\n\n```rust api\npub fn f(n: u8) -> u8;\n```\n"));
        assert_eq!(n_files, 0);
    }

    #[test]
    fn sections_requirements_and_vectors_are_left_out_and_all_else_stays() {
        let without = |sections: &[&str], requirements: &[&str], vectors| {
            let owned = |all: &[&str]| all.iter().map(ToString::to_string).collect();
            let (sections, requirements) = (owned(sections), owned(requirements));
            of(&Shown::Without { sections, requirements, vectors, vector_ids: vec![] })
        };
        let (text, ..) = without(&["One"], &[], false);
        assert!(!text.contains("It MUST") && !text.contains("More.") && text.contains("## Two"), "{text}");
        let (text, n_files, _) = without(&[], &["one"], false);
        assert_eq!((text.len(), n_files), (DOCUMENT.len() - "r[one]\nIt MUST be one.".len(), 1));
        let (text, n_files, _) = without(&[], &[], true);
        assert!(
            !text.contains("yaml vectors") && !text.contains("t.yaml") && text.contains("The end."),
            "{text}"
        );
        assert_eq!(n_files, 0);
        let file = SourceFile::new(
            "t.yaml",
            "# two\nf: [{name: y, input: 2, output: 2}, {name: z, input: 3, output: 3}]\n",
        );
        assert_eq!(without_vectors(&file, &["f/x".to_owned()]), file);
        let left = String::from_utf8(without_vectors(&file, &["f/y".to_owned()]).bytes).unwrap();
        assert!(left.contains("name: z") && !left.contains("name: y"), "{left}");
        let (text, _, missing) = without(&["no heading"], &["three"], false);
        assert_eq!(text, DOCUMENT);
        assert_eq!(missing, ["the section `no heading`", "the requirement `three`"]);
    }
}
