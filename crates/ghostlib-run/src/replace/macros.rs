//! What the macros of a dependency expand to, as far as their own text names it.

use ghostlib_diff::{Api, Extent, SourceTree, Wanted};
use ghostlib_model::{ApiItem, ApiKind};
use std::collections::BTreeSet;

/// The items that the macros among `wanted`, and the macros that these call, name behind `$crate`.
pub(super) fn named(tree: &SourceTree, api: &Api, wanted: &[Wanted]) -> Vec<Wanted> {
    let mut pending: Vec<String> = wanted.iter().map(|one| one.path.clone()).collect();
    let mut known = BTreeSet::new();
    while let Some(path) = pending.pop() {
        let macros = api.items.iter().filter(|item| item.kind == ApiKind::Macro && item.path == path);
        for name in macros.flat_map(|item| behind_crate(text_of(tree, item))) {
            if known.insert(name.clone()) {
                pending.push(name);
            }
        }
    }
    known.into_iter().map(|path| Wanted { path, extent: Extent::Alone }).collect()
}

/// The text of a macro's definition.
fn text_of<'t>(tree: &'t SourceTree, item: &ApiItem) -> &'t str {
    let file = tree.files.iter().find(|file| *file.path == *item.place.file);
    let text = file.and_then(|file| file.text.get(item.place.span.start..)).unwrap_or_default();
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth <= 1 => return &text[..at],
            '}' => depth -= 1,
            _ => {}
        }
    }
    text
}

/// The paths behind each `$crate`.
fn behind_crate(text: &str) -> Vec<String> {
    let path = |rest: &str| -> String {
        let is_part = |c: &char| c.is_alphanumeric() || matches!(c, '_' | ':') || c.is_whitespace();
        let path: String = rest.chars().take_while(is_part).filter(|c| !c.is_whitespace()).collect();
        path.trim_matches(':').to_owned()
    };
    text.split("$crate").skip(1).map(path).filter(|path| !path.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_diff::{FeatureSet, Language, Rust, SourceFile};

    #[test]
    fn what_a_macro_expands_to_is_found_in_its_text() {
        let code = "#[macro_export]\nmacro_rules! defer { ($a:expr) => { let _guard = $crate :: guard((), |()| { $crate::inner!($a) }); } }\n\
            #[macro_export]\nmacro_rules! inner { ($a:expr) => { $crate::m::run($a) } }\npub fn guard() {}\npub fn other() {}\n";
        let manifest = SourceFile::new("Cargo.toml", "[package]\nname = \"a\"\n");
        let tree = SourceTree { files: vec![manifest, SourceFile::new("src/lib.rs", code)] };
        let api = Rust.extract(&tree, &FeatureSet::Default).unwrap();
        let wanted = [Wanted { path: "defer".into(), extent: Extent::Alone }];
        let paths: Vec<String> = named(&tree, &api, &wanted).into_iter().map(|one| one.path).collect();
        assert_eq!(paths, ["guard", "inner", "m::run"]);
    }
}
