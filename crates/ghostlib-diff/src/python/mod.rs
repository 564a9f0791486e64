//! The public API of Python code, read with tree-sitter and never imported.
//!
//! A library is read in steps: [`layout`] finds its modules, [`reader`] reads what their statements bind,
//! [`package`] answers what a name means in any of them, [`reach`] finds what a user can reach and by which
//! paths, and [`items`] tells each item twice, once normalised for comparing and once as a declaration.

mod all;
mod class;
mod conditions;
mod decorators;
mod enums;
mod fields;
mod function;
mod items;
mod language;
mod layout;
mod manifest;
mod members;
mod package;
mod parameters;
mod raises;
mod reach;
mod reader;
mod scope;
mod std_names;
mod strings;
mod syntax;
mod types;
mod unseen;
mod values;

pub use language::Python;

use crate::{Api, ExtractError, SourceFile, SourceTree};
use layout::Layout;
use members::MemberCache;
use package::Package;
use raises::Bodies;
use reach::reach;
use syntax::Sources;
use types::World;

/// Reads the public API of the library in `tree`, as it is on Linux under `CPython` 3.12.
fn extract_tree(tree: &SourceTree) -> Result<Api, ExtractError> {
    let layout = Layout::of(tree);
    if layout.modules.is_empty() {
        return Err(ExtractError::NoModules);
    }
    let crate_name = layout.name.clone();
    tree.parse();
    let sources = Sources::of_tree(tree);
    Ok(Api { crate_name, ..extract(&Package::of_layout(&sources, layout)) })
}

/// Reads what a spec's block declares: stubs, every one of them public.
fn extract_block(code: &str, file: &str, offset: usize, document: &str) -> Api {
    let block = SourceFile::written_in(&Python, file, code);
    let sources = Sources::of_block(&block, offset, document);
    extract(&Package::of_block(&sources))
}

fn extract(package: &Package<'_>) -> Api {
    let reached = reach(package);
    let bodies = Bodies::default();
    let world = World { package, reached: &reached, bodies: &bodies };
    let cache = MemberCache::default();
    let modules = reached.modules.iter().filter(|(path, _)| !path.is_empty());
    let mut items: Vec<_> = modules.filter_map(|(path, id)| items::module_item(world, path, *id)).collect();
    for (module, name, paths) in reached.all() {
        items.extend(items::items(world, &cache, (module, name), paths));
    }
    items.sort_by(|a, b| (&a.path, a.kind, &a.signature).cmp(&(&b.path, b.kind, &b.signature)));
    items.dedup_by(|a, b| a.path == b.path && a.kind == b.kind && a.signature == b.signature);
    Api { crate_name: String::new(), items, unseen: unseen::unseen(world), unsafe_code: None }
}
