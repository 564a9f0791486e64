//! The public API of Rust code, read with tree-sitter.
//!
//! A crate is read in steps: [`load`] reads the module tree under one configuration, [`reach`] finds what a
//! user can reach and by which paths, [`items`] and [`impls`] tell each item twice, once normalised for
//! comparing and once as a declaration. [`resolve`] answers what a path means anywhere in between.

mod attributes;
mod bodies;
mod cfg;
mod constant;
mod defaults;
mod derives;
mod elision;
mod fields;
mod files;
mod function;
mod generics;
mod impls;
mod imports;
mod items;
mod krate;
mod language;
mod load;
mod macros;
mod manifest;
mod meta;
mod reach;
mod receiver;
mod resolve;
mod source;
mod std_names;
mod text;
mod traits;
mod types;

pub(crate) use imports::{UseLeaf, use_leaves};
pub use language::Rust;

use crate::node::walk;
use crate::{Api, ExtractError, FeatureSet, Lossy, SourceFile, SourceTree, Unseen};
use cfg::Configuration;
use ghostlib_model::{ApiItem, ApiKind, Place, Span};
use impls::Implementation;
use krate::{Krate, ModuleId};
use load::{Loaded, load};
use macros::Expansion;
use manifest::Manifest;
use reach::{Reached, reach};
use source::{Sources, is_comment};
use std::collections::BTreeSet;
use types::World;

/// Reads the public API of the crate whose manifest is at the root of `tree`, on 64-bit Linux with these
/// features. What cannot be read is listed as unseen; errors are only about the manifest and the root file.
pub fn extract_crate(tree: &SourceTree, features: &FeatureSet) -> Result<Api, ExtractError> {
    let manifest = Manifest::read(tree)?;
    let mut sources = Sources::of_tree(tree);
    let Some(root) = sources.find(&manifest.lib_path) else {
        return Err(ExtractError::NoLibrary { path: manifest.lib_path });
    };
    let configuration = Configuration::Features(manifest.features(features));
    tree.parse();
    let mut macros = Expansion::default();
    let loaded = loop {
        let loaded = load(&sources, root, &configuration, manifest.imports_start_at_root);
        let pieces = macros.expand(&loaded.krate, &loaded.invocations, &configuration);
        if pieces.is_empty() {
            break loaded;
        }
        sources.add(pieces);
    };
    let unsafe_code = unsafe_code(&sources, &loaded.files);
    let lossy = lossy(tree, &loaded.files);
    let mut api = extract(loaded);
    api.unseen.splice(0..0, lossy);
    Ok(Api { crate_name: manifest.crate_name, unsafe_code: Some(unsafe_code), ..api })
}

/// Reads the public API of the crate whose manifest is at the root of `tree` from its source as
/// `rustc -Zunpretty=expanded` prints it: one text, in which no macro, derive, or `cfg` is left. Places are in a
/// file `expanded.rs`; which code is `unsafe` is not told.
pub fn extract_expanded(tree: &SourceTree, expanded: &str) -> Result<Api, ExtractError> {
    let manifest = Manifest::read(tree)?;
    let file = SourceFile::new("expanded.rs", bodies::without_bodies(expanded));
    let sources = Sources::of_block(&file, 0, &file.text);
    let loaded = load(&sources, 0, &Configuration::Expanded, manifest.imports_start_at_root);
    Ok(Api { crate_name: manifest.crate_name, ..extract(loaded) })
}

/// Reads what a spec's `rust api` block declares: items without bodies, every one of them public. `code`
/// stands in `document`, the text of `file`, from the byte `offset` on; places point there.
///
/// A struct with `/* private fields */` between its braces has fields that a user cannot see; one that ends
/// with `;` is a value of itself.
pub fn extract_block(code: &str, file: &str, offset: usize, document: &str) -> Api {
    let block = SourceFile::written_in(&Rust, file, code);
    let sources = Sources::of_block(&block, offset, document);
    extract(load(&sources, 0, &Configuration::Everything, false))
}

fn extract(loaded: Loaded<'_>) -> Api {
    let Loaded { krate, mut unseen, files, .. } = loaded;
    let reached = reach(&krate);
    let world = World { krate: &krate, reached: &reached };
    let mut items: Vec<ApiItem> = vec![];
    for id in krate.def_ids() {
        items.extend(items::items(world, id));
        items.extend(derives::derives(world, id, &mut unseen));
    }
    for implementation in krate.impls.iter().filter_map(|block| Implementation::new(world, block)) {
        match implementation.block.site.node.child_by_field_name("trait") {
            Some(of_trait) => items.extend(implementation.of_trait(of_trait)),
            None => items.extend(implementation.inherent(&mut unseen)),
        }
    }
    items.sort_by(|a, b| {
        (&a.path, a.kind, &a.signature, &a.place).cmp(&(&b.path, b.kind, &b.signature, &b.place))
    });
    items.dedup_by(|a, b| is_same(a, b));
    unseen.extend(outside(&krate, &reached));
    unseen.extend(errors(&krate, &files));
    unseen.sort_by(|a, b| a.place.cmp(&b.place));
    Api { crate_name: String::new(), items, unseen, unsafe_code: None }
}

/// Whether an item is listed twice. Two implementations may read the same, as those of `From` between a crate's
/// `Duration` and that of the standard library do.
fn is_same(a: &ApiItem, b: &ApiItem) -> bool {
    let is_equal = a.path == b.path && a.kind == b.kind && a.signature == b.signature;
    is_equal && (a.kind != ApiKind::TraitImpl || a.place == b.place)
}

/// Re-exports of what other crates define.
fn outside(krate: &Krate<'_>, reached: &Reached) -> Vec<Unseen> {
    let imports =
        reached.outside.iter().map(|(ModuleId(module), import)| &krate.modules[*module].imports[*import]);
    let unseen = imports.map(|import| {
        let name = import.name.map_or("all", |name| name);
        let what = format!("`{name}`, re-exported from `{}`", import.path.join("::").trim_start_matches(':'));
        Unseen { what, place: krate.place(import.site) }
    });
    unseen.collect()
}

/// The outermost pieces that do not parse.
fn errors(krate: &Krate<'_>, files: &BTreeSet<usize>) -> Vec<Unseen> {
    let mut unseen = vec![];
    for file in files {
        let Some(root) = krate.sources.root(*file).filter(|root| root.has_error()) else { continue };
        let mut n_errors = 0_usize;
        walk(root, |node| {
            let is_error = node.is_error() || node.is_missing();
            if is_error && n_errors < MAX_ERRORS {
                n_errors += 1;
                let place = krate.sources.place(*file, Span::from(node.byte_range()));
                unseen.push(Unseen { what: "code that does not parse".to_owned(), place });
            }
            !is_error && node.has_error() && n_errors < MAX_ERRORS
        });
    }
    unseen
}

/// More pieces of one file than this are not listed.
const MAX_ERRORS: usize = 16;

fn unsafe_code(sources: &Sources<'_>, files: &BTreeSet<usize>) -> Vec<Place> {
    let mut places = vec![];
    for file in files {
        let mentions = sources.file(*file).text.contains("unsafe");
        let Some(root) = sources.root(*file).filter(|_| mentions) else { continue };
        walk(root, |node| {
            // In the arguments of macros a word is no keyword yet.
            let is_unsafe =
                node.kind() == "unsafe" && node.parent().is_some_and(|parent| parent.kind() != "token_tree");
            if is_unsafe {
                places.push(sources.place(*file, Span::from(node.byte_range())));
            }
            !is_comment(node)
        });
    }
    places
}

fn lossy(tree: &SourceTree, files: &BTreeSet<usize>) -> Vec<Unseen> {
    let files = files.iter().filter_map(|file| tree.files.get(*file));
    let lossy = files.filter_map(|file| {
        let what = match file.lossy? {
            Lossy::NotUtf8 => "bytes that are not UTF-8",
            Lossy::TooLarge => "a file that is too large to be read",
        };
        Some(Unseen { what: what.to_owned(), place: Place::start_of(file.path.as_str()) })
    });
    lossy.collect()
}
