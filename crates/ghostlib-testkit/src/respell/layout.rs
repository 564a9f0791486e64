//! Where items stand: order, files, modules.

use super::source::{At, Respelling, Source};
use crate::edits::{is_public, with_attributes};
use fastrand::Rng;
use ghostlib_diff::SourceFile;

const MOVABLE: &[&str] = &[
    "function_item",
    "struct_item",
    "enum_item",
    "impl_item",
    "trait_item",
    "const_item",
    "static_item",
    "type_item",
];

/// Items that stand next to each other change places.
pub(super) fn items_reordered(source: &Source<'_>) -> Vec<Respelling> {
    let lists = source.all(&["source_file", "declaration_list"]).into_iter();
    let in_module = lists.filter(|at| match at.parent() {
        None => true,
        Some(parent) => matches!(parent.kind(), "mod_item" | "impl_item"),
    });
    in_module.flat_map(reordered).collect()
}

fn reordered(list: At<'_>) -> Vec<Respelling> {
    let items: Vec<_> = list.children().into_iter().filter(|at| at.kind() != "attribute_item").collect();
    let runs = items.chunk_by(|a, b| MOVABLE.contains(&a.kind()) && MOVABLE.contains(&b.kind()));
    let respellings = runs.filter(|run| run.len() > 1).map(|run| {
        let whole = |at: &At<'_>| with_attributes(at.node, at.text);
        let mut order: Vec<_> = run.iter().collect();
        Rng::with_seed(run.len() as u64).shuffle(&mut order);
        run.iter().zip(order).fold(Respelling::default(), |all, (here, other)| {
            all.and(*here, whole(here), &here.text[whole(other)])
        })
    });
    respellings.collect()
}

/// `mod x { … }` becomes a file of its own.
pub(super) fn modules_split(source: &Source<'_>) -> Vec<Respelling> {
    let modules = source.all(&["mod_item"]).into_iter();
    let respellings = modules.filter_map(|module| {
        let (body, name) = (module.field("body")?, module.field("name")?);
        let is_top = module.parent().is_some_and(|parent| parent.kind() == "source_file");
        let inner = body.source().strip_prefix('{')?.strip_suffix('}')?;
        let is_leaf = body.children().iter().all(|at| at.kind() != "mod_item") && !inner.contains("include");
        let path = format!("{}/{}.rs", child_folder(source, module.file), name.source());
        let is_new = source.tree.files.iter().all(|file| file.path != path);
        let range = body.node.byte_range();
        (is_top && is_leaf && is_new).then(|| Respelling {
            made: Some(SourceFile::new(path, inner)),
            ..Respelling::default().and(module, range, ";")
        })
    });
    respellings.collect()
}

/// `mod x;` becomes `mod x { … }`.
pub(super) fn modules_merged(source: &Source<'_>) -> Vec<Respelling> {
    let modules = source.all(&["mod_item"]).into_iter();
    let respellings = modules.filter_map(|module| {
        let name = module.field("name").filter(|_| module.field("body").is_none())?;
        let is_top = module.parent().is_some_and(|parent| parent.kind() == "source_file");
        let has_path = crate::edits::attributes(module.node)
            .iter()
            .any(|at| module.text[at.byte_range()].contains("path"));
        let folder = child_folder(source, module.file);
        let paths = [format!("{folder}/{}.rs", name.source()), format!("{folder}/{}/mod.rs", name.source())];
        let file = source.tree.files.iter().position(|file| paths.contains(&file.path))?;
        let end = module.node.end_byte();
        let body = format!(" {{\n{}\n}}", source.tree.files[file].text);
        let merged = Respelling::default().and(module, end - 1..end, body);
        (is_top && !has_path).then_some(Respelling { removed: Some(file), ..merged })
    });
    respellings.collect()
}

/// The folder of the modules that a file declares.
fn child_folder<'s>(source: &'s Source<'_>, file: usize) -> &'s str {
    let path = source.tree.files[file].path.strip_suffix(".rs").unwrap_or_default();
    match path.rsplit_once('/') {
        Some((folder, "lib" | "main" | "mod")) => folder,
        _ => path,
    }
}

/// A public item moves into a private module that is re-exported.
pub(super) fn moved_and_re_exported(source: &Source<'_>) -> Vec<Respelling> {
    let items =
        source.all(&["function_item", "enum_item", "trait_item", "type_item", "struct_item"]).into_iter();
    let respellings = items.filter_map(|item| {
        let is_top = item.parent().is_some_and(|parent| parent.kind() == "source_file");
        let text = &item.text[with_attributes(item.node, item.text)];
        let is_relative = ["self::", "super::", "pub(", "macro_rules", "$crate"].iter().any(|word| text.contains(word));
        let is_alone = crate::edits::attributes(item.node).iter().all(|at| !item.text[at.byte_range()].contains("cfg"));
        let name = item.field("name")?.source();
        let module = format!("respelt_{}_{}", item.file, item.node.start_byte());
        let moved = format!("mod {module} {{\n#[allow(unused_imports)] use super::*;\n{text}\n}}\npub use self::{module}::{name};");
        let range = with_attributes(item.node, item.text);
        (is_top && is_public(item.node) && !is_relative && is_alone && !has_private_fields(item))
            .then(|| Respelling::default().and(item, range, moved))
    });
    respellings.collect()
}

/// Whether only its own module can build it.
fn has_private_fields(item: At<'_>) -> bool {
    let body = item.field("body").filter(|_| item.kind() == "struct_item");
    body.is_some_and(|body| match body.kind() {
        "ordered_field_declaration_list" => true,
        _ => body.children().iter().any(|at| at.kind() == "field_declaration" && !is_public(at.node)),
    })
}

/// Comments are left out.
pub(super) fn comments_removed(source: &Source<'_>) -> Vec<Respelling> {
    let mut respellings = vec![];
    for root in source.roots() {
        let mut pending = vec![root.node];
        while let Some(node) = pending.pop() {
            let mut cursor = node.walk();
            pending.extend(node.children(&mut cursor));
            if crate::edits::is_comment(node) {
                let end = if root.text[node.byte_range()].ends_with('\n') { "\n" } else { "" };
                respellings.push(Respelling::default().and(root, node.byte_range(), end));
            }
        }
    }
    respellings
}

/// Derives are written one by one, the last one first.
pub(super) fn derives_split(source: &Source<'_>) -> Vec<Respelling> {
    let attributes = source.all(&["attribute_item"]).into_iter();
    let respellings = attributes.filter_map(|at| {
        let list = at.source().strip_prefix("#[derive(")?.strip_suffix(")]")?;
        let names: Vec<_> = list.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        let split: Vec<_> = names.iter().rev().map(|name| format!("#[derive({name})]")).collect();
        (names.len() > 1).then(|| at.replaced(split.join(" ")))
    });
    respellings.collect()
}

/// Attributes that a user can notice get another text, or none.
pub(super) fn attribute_texts_changed(source: &Source<'_>) -> Vec<Respelling> {
    let attributes = source.all(&["attribute_item"]).into_iter();
    let respellings = attributes.filter_map(|at| {
        let inner = at.source().strip_prefix("#[")?.strip_suffix(']')?.trim();
        match inner.split([' ', '=', '(']).next()? {
            "must_use" if inner == "must_use" => Some(at.replaced("#[must_use = \"nothing else is done\"]")),
            "must_use" => Some(at.replaced("#[must_use]")),
            "deprecated" if inner == "deprecated" => Some(at.replaced("#[deprecated(note = \"it is old\")]")),
            "deprecated" => Some(at.replaced("#[deprecated]")),
            _ => None,
        }
    });
    respellings.collect()
}

/// Attributes stand under a condition that always holds.
pub(super) fn attributes_conditional(source: &Source<'_>) -> Vec<Respelling> {
    let attributes = source.all(&["attribute_item"]).into_iter();
    let respellings = attributes.filter_map(|at| {
        let inner = at.source().strip_prefix("#[")?.strip_suffix(']')?;
        let name = inner.split([' ', '=', '(']).next()?;
        let is_noticed = ["must_use", "deprecated", "repr", "non_exhaustive", "derive"].contains(&name);
        is_noticed.then(|| at.replaced(format!("#[cfg_attr(all(), {inner})]")))
    });
    respellings.collect()
}
