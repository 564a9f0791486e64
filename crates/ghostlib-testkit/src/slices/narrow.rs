//! A library that has only a slice: all else of its API is hidden from its users.

use ghostlib_diff::{SourceFile, SourceTree};
use ghostlib_model::ApiKind;
use ghostlib_run::replace::Uses;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The changed files of a library, and how many items were hidden.
pub(super) struct Narrowed {
    pub(super) files: BTreeMap<String, String>,
    pub(super) n_hidden: usize,
}

/// Hides what a slice does not have. What macros make is left as it is.
pub(super) fn narrowed(tree: &SourceTree, uses: &Uses) -> Narrowed {
    let kept: BTreeSet<&str> =
        uses.cut.kept.iter().flat_map(|(one, _)| &one.paths).map(String::as_str).collect();
    let left_out: BTreeSet<&str> =
        uses.cut.left_out.iter().flat_map(|one| &one.paths).map(String::as_str).collect();
    let is_kept_elsewhere = |place: &ghostlib_model::Place| {
        uses.api.items.iter().any(|item| item.place == *place && kept.contains(item.path.as_str()))
    };
    let mut cuts: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    let mut hidden = BTreeSet::new();
    for item in uses.api.items.iter().filter(|item| left_out.contains(item.path.as_str())) {
        let file = tree.files.iter().find(|file| *file.path == *item.place.file);
        let start = item.place.span.start;
        let is_written = file.is_some_and(|file| file.text[start.min(file.text.len())..].starts_with("pub "));
        if is_written && item.kind != ApiKind::Macro && !is_kept_elsewhere(&item.place) {
            cuts.entry(file.map_or("", |file| &file.path)).or_default().insert(start);
            if item.kind != ApiKind::Method {
                hidden.insert(last(&item.path));
            }
        }
    }
    let n_hidden = cuts.values().map(BTreeSet::len).sum();
    let shown: BTreeSet<&str> = kept.iter().map(|path| last(path)).collect();
    hidden.retain(|name| !shown.contains(name));
    let file = |file: &SourceFile| {
        let text = hide(&file.text, cuts.get(file.path.as_str()));
        (file.path.clone(), exports(&text, &hidden))
    };
    Narrowed {
        files: tree
            .files
            .iter()
            .filter(|file| Path::new(&file.path).extension().is_some_and(|it| it == "rs"))
            .map(file)
            .collect(),
        n_hidden,
    }
}

fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

fn hide(text: &str, starts: Option<&BTreeSet<usize>>) -> String {
    let mut hidden = text.to_owned();
    for start in starts.into_iter().flatten().rev() {
        hidden.replace_range(*start..*start + "pub".len(), "pub(crate)");
    }
    hidden
}

/// The text, in which what is hidden is not exported either.
fn exports(text: &str, hidden: &BTreeSet<&str>) -> String {
    const USE: &str = "pub use ";
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(USE) {
        let (before, statement) = rest.split_at(at);
        made.push_str(before);
        let end = statement.find(';').map_or(statement.len(), |end| end + 1);
        let (above, indent) = before.split_at(before.rfind('\n').map_or(0, |newline| newline + 1));
        let is_code = indent.trim().is_empty();
        let all = leaves(statement[USE.len()..end].trim_end_matches(';'));
        let is_hidden = |leaf: &String| leaf.split(" as ").any(|name| hidden.contains(last(name.trim())));
        if is_code && all.iter().any(is_hidden) {
            let attributes: Vec<&str> =
                above.lines().rev().take_while(|line| line.trim().starts_with("#[")).collect();
            let statements = all.iter().map(|leaf| {
                let how = if is_hidden(leaf) { "#[allow(unused_imports)] pub(crate) use" } else { "pub use" };
                format!("{how} {leaf};\n")
            });
            let between = attributes.into_iter().rev().flat_map(|line| [line, "\n"]).collect::<String>();
            made.push_str(&statements.collect::<Vec<_>>().join(&between));
        } else {
            made.push_str(&statement[..end]);
        }
        rest = &statement[end..];
    }
    made + rest
}

/// The paths of a `use`, each by itself.
fn leaves(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((prefix, rest)) = tree.split_once('{') else {
        return vec![tree.trim_end_matches("::self").to_owned()];
    };
    let inner = rest.rsplit_once('}').map_or(rest, |(inner, _)| inner);
    let mut depth = 0;
    let parts = inner.split(|c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    let parts: Vec<&str> = parts.map(str::trim).filter(|part| !part.is_empty()).collect();
    parts.into_iter().flat_map(|part| leaves(&format!("{}{part}", prefix.trim()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_not_exported_and_all_else_is() {
        let hidden = BTreeSet::from(["B"]);
        assert_eq!(
            exports("#[cfg(a)]\npub use m::{A, B, n::{self, C as D}};\nfn f() {}\n", &hidden),
            "#[cfg(a)]\npub use m::A;\n#[cfg(a)]\n#[allow(unused_imports)] pub(crate) use m::B;\n#[cfg(a)]\npub use m::n;\n#[cfg(a)]\npub use m::n::C as D;\n\nfn f() {}\n"
        );
        assert_eq!(exports("pub use m::*;\n", &hidden), "pub use m::*;\n");
    }
}
