//! Names that nobody outside can tell, and types written in another way.

use super::generics::names_in_scope;
use super::source::{At, Respelling, Source};
use std::collections::HashMap;

const FUNCTIONS: &[&str] = &["function_item", "function_signature_item"];

/// Arguments get other names, in the bodies too.
pub(super) fn arguments_renamed(source: &Source<'_>) -> Vec<Respelling> {
    let functions = source.all(FUNCTIONS).into_iter();
    let respellings = functions.flat_map(|function| {
        let parameters = function.field("parameters").map(At::children).unwrap_or_default().into_iter();
        let names = parameters
            .filter_map(|parameter| parameter.field("pattern").filter(|at| at.kind() == "identifier"));
        names.filter_map(move |name| argument_renamed(function, name))
    });
    respellings.collect()
}

fn argument_renamed(function: At<'_>, name: At<'_>) -> Option<Respelling> {
    let new = format!("{}_respelt", name.source());
    let renamed = Respelling::default().and(name, name.node.byte_range(), new.clone());
    let Some(body) = function.field("body") else { return Some(renamed) };
    let below = body.below();
    let in_text = format!("{{{}", name.source());
    let is_unclear = below.iter().any(|at| match at.kind() {
        "string_literal" | "raw_string_literal" => at.source().contains(&in_text),
        "shorthand_field_initializer" | "shorthand_field_identifier" | "token_tree" => {
            at.below().iter().any(|inner| inner.source() == name.source())
        }
        _ => false,
    });
    if is_unclear {
        return None;
    }
    let uses = below.into_iter().filter(|at| at.is_name(name.source()));
    Some(uses.fold(renamed, |all, at| all.and(at, at.node.byte_range(), new.clone())))
}

/// `Self` in signatures of an `impl` becomes its type.
pub(super) fn self_written_out(source: &Source<'_>) -> Vec<Respelling> {
    let types = signature_types(source).into_iter();
    let respellings = types.filter_map(|(ty, owner)| {
        let is_self = ty.kind() == "type_identifier" && ty.is_name("Self");
        (is_self && !owner.contains("'_")).then(|| ty.replaced(owner))
    });
    respellings.collect()
}

/// The type of an `impl` becomes `Self` in its signatures.
pub(super) fn self_written_short(source: &Source<'_>) -> Vec<Respelling> {
    let types = signature_types(source).into_iter();
    let respellings = types.filter_map(|(ty, owner)| {
        let is_type = ty.kind() == "generic_type" || ty.is_name(owner);
        let is_whole = ty.parent().is_none_or(|parent| parent.kind() != "generic_type");
        (is_type && is_whole && ty.source() == owner && !owner.contains("'_")).then(|| ty.replaced("Self"))
    });
    respellings.collect()
}

/// What stands in the signatures of an `impl`, with the type that it is about.
fn signature_types<'s>(source: &'s Source<'_>) -> Vec<(At<'s>, &'s str)> {
    let blocks = source.all(&["impl_item"]).into_iter();
    let types = blocks.flat_map(|block| {
        let owner = block.field("type").map(At::source).unwrap_or_default();
        let members = block.field("body").map(At::children).unwrap_or_default().into_iter();
        let functions = members.filter(|member| FUNCTIONS.contains(&member.kind()));
        let parts = functions.flat_map(|at| [at.field("parameters"), at.field("return_type")]).flatten();
        parts.flat_map(At::below).map(move |at| (at, owner))
    });
    types.collect()
}

/// `std::fmt` becomes `core::fmt`, and the other way.
pub(super) fn std_and_core(source: &Source<'_>) -> Vec<Respelling> {
    const SHARED: &[&str] = &[
        "fmt", "ops", "iter", "str", "cmp", "hash", "convert", "marker", "slice", "mem", "num", "option",
        "result", "time", "cell", "ptr", "default", "clone",
    ];
    let paths = source.all(&["scoped_identifier", "scoped_type_identifier"]).into_iter();
    let respellings = paths.filter_map(|path| {
        let (root, name) = (path.field("path")?, path.field("name")?);
        let other = match root.source() {
            "std" => "core",
            "core" => "std",
            _ => return None,
        };
        (root.kind() == "identifier" && SHARED.contains(&name.source())).then(|| root.replaced(other))
    });
    respellings.collect()
}

/// `Option` becomes `core::option::Option`, where the file has no other one.
pub(super) fn prelude_written_out(source: &Source<'_>) -> Vec<Respelling> {
    const PRELUDE: &[(&str, &str)] = &[
        ("Option", "core::option::Option"),
        ("Iterator", "core::iter::Iterator"),
        ("Clone", "core::clone::Clone"),
        ("Into", "std::convert::Into"),
        ("AsRef", "core::convert::AsRef"),
        ("String", "std::string::String"),
        ("Vec", "std::vec::Vec"),
    ];
    let names = source.all(&["type_identifier"]).into_iter();
    let respellings = names.filter_map(|at| {
        let (short, long) = PRELUDE.iter().find(|(short, _)| at.is_name(short))?;
        let parent = at.parent()?;
        let is_use = matches!(
            parent.kind(),
            "generic_type" | "trait_bounds" | "reference_type" | "parameter" | "type_arguments"
        );
        let is_other = at.text.contains(&format!("::{short};")) || at.text.contains(&format!("::{short},"));
        let is_own = declared(source).contains_key(short);
        (is_use && !is_other && !is_own && !names_in_scope(at).contains(short)).then(|| at.replaced(*long))
    });
    respellings.collect()
}

/// The names of all items, with how often each is declared.
pub(super) fn declared<'s>(source: &'s Source<'_>) -> HashMap<&'s str, usize> {
    const ITEMS: &[&str] = &[
        "struct_item",
        "enum_item",
        "union_item",
        "trait_item",
        "type_item",
        "function_item",
        "const_item",
        "static_item",
        "mod_item",
        "function_signature_item",
        "associated_type",
        "enum_variant",
        "macro_definition",
    ];
    let mut names = HashMap::new();
    for name in source.all(ITEMS).into_iter().filter_map(|item| item.field("name")) {
        *names.entry(name.source()).or_default() += 1;
    }
    names
}

/// Private functions, structs, enums and constants get other names.
pub(super) fn helpers_renamed(source: &Source<'_>) -> Vec<Respelling> {
    let names = declared(source);
    let items = source.all(&["function_item", "struct_item", "enum_item", "const_item"]).into_iter();
    let is_private = |item: &At<'_>| {
        let is_free = item.parent().is_some_and(|parent| match parent.kind() {
            "source_file" => true,
            "declaration_list" => parent.parent().is_some_and(|owner| owner.kind() == "mod_item"),
            _ => false,
        });
        is_free && item.child("visibility_modifier").is_none()
    };
    let respellings = items.filter(is_private).filter_map(|item| {
        let name = item.field("name")?.source();
        (names.get(name) == Some(&1)).then_some(())?;
        helper_renamed(source, name)
    });
    respellings.collect()
}

fn helper_renamed(source: &Source<'_>, name: &str) -> Option<Respelling> {
    let mut renamed = Respelling::default();
    let in_text = format!("{{{name}");
    for at in source.roots().into_iter().flat_map(At::below) {
        match at.kind() {
            "string_literal" if at.source().contains(&in_text) => return None,
            "field_identifier" | "shorthand_field_identifier" if at.source() == name => return None,
            "identifier" | "type_identifier" if at.source() == name => {
                if is_of_std(at) {
                    return None;
                }
                renamed = renamed.and(at, at.node.byte_range(), format!("{name}_respelt"));
            }
            _ => {}
        }
    }
    Some(renamed)
}

/// Whether it is a part of a path into the standard library, or of a list at the end of one.
fn is_of_std(at: At<'_>) -> bool {
    let above = std::iter::successors(at.parent(), |at| at.parent());
    let mut paths = above
        .take_while(|at| {
            matches!(
                at.kind(),
                "scoped_identifier" | "scoped_type_identifier" | "use_list" | "scoped_use_list"
            )
        })
        .filter_map(|at| at.field("path"));
    paths.any(|path| {
        let path = path.source().trim_start_matches(':');
        ["std", "core", "alloc"].iter().any(|root| path.starts_with(root))
    })
}

/// `fn f()` becomes `fn f() -> ()`.
pub(super) fn unit_returned(source: &Source<'_>) -> Vec<Respelling> {
    let functions = source.all(FUNCTIONS).into_iter().filter(|at| at.field("return_type").is_none());
    let respellings = functions.filter_map(|function| {
        let end = function.field("parameters")?.node.end_byte();
        Some(Respelling::default().and(function, end..end, " -> ()"))
    });
    respellings.collect()
}

/// `&self` becomes `self: &Self`.
pub(super) fn receivers_typed(source: &Source<'_>) -> Vec<Respelling> {
    let receivers = source.all(&["self_parameter"]).into_iter();
    let respellings = receivers.filter_map(|receiver| match receiver.source() {
        "self" => Some(receiver.replaced("self: Self")),
        "&self" => Some(receiver.replaced("self: &Self")),
        "&mut self" => Some(receiver.replaced("self: &mut Self")),
        _ => None,
    });
    respellings.collect()
}

/// `&self` becomes `self: &Type`.
pub(super) fn receivers_named(source: &Source<'_>) -> Vec<Respelling> {
    let parts = signature_types(source).into_iter();
    let respellings = parts.filter_map(|(receiver, owner)| {
        let (is_receiver, is_named) = (receiver.kind() == "self_parameter", !owner.contains("'_"));
        let typed = match receiver.source() {
            "self" => format!("self: {owner}"),
            "&self" => format!("self: &{owner}"),
            "&mut self" => format!("self: &mut {owner}"),
            _ => return None,
        };
        (is_receiver && is_named).then(|| receiver.replaced(typed))
    });
    respellings.collect()
}

/// A type in a signature becomes a private alias of it.
pub(super) fn aliases(source: &Source<'_>) -> Vec<Respelling> {
    let functions = source.all(FUNCTIONS).into_iter();
    let respellings = functions.filter_map(|function| {
        let ty = function.field("return_type")?;
        let is_plain = |at: &At<'_>| {
            !matches!(
                at.kind(),
                "reference_type"
                    | "abstract_type"
                    | "dynamic_type"
                    | "lifetime"
                    | "function_type"
                    | "never_type"
                    | "qualified_type"
                    | "macro_invocation"
            ) && at.source() != "Self"
        };
        let scope = names_in_scope(function);
        let is_local = ty.kind() == "generic_type"
            && ty.below().iter().all(|at| is_plain(at) && !scope.contains(at.source()));
        // The names of associated types are not known here.
        let outer = outermost(function).filter(|_| is_local && !ty.source().contains("::"))?;
        let name = format!("Respelt{}", function.node.start_byte());
        let start = crate::edits::with_attributes(outer.node, outer.text).start;
        let alias = format!("type {name} = {};\n", ty.source());
        Some(ty.replaced(name).and(outer, start..start, alias))
    });
    respellings.collect()
}

/// The item of a module in which this one stands; nothing within functions.
fn outermost(item: At<'_>) -> Option<At<'_>> {
    let mut at = item;
    loop {
        let parent = at.parent()?;
        match parent.kind() {
            "source_file" => return Some(at),
            "declaration_list" if parent.parent()?.kind() == "mod_item" => return Some(at),
            "block" => return None,
            _ => at = parent,
        }
    }
}

/// `use a::B;` becomes `use a::B as BRespelt;`, and so all of its file.
pub(super) fn imports_renamed(source: &Source<'_>) -> Vec<Respelling> {
    let uses = source.all(&["use_declaration"]).into_iter();
    let private = uses.filter(|at| at.child("visibility_modifier").is_none());
    let top = private.filter(|at| at.parent().is_some_and(|parent| parent.kind() == "source_file"));
    let leaves = top.flat_map(|at| at.below().into_iter().filter(|at| is_leaf(*at)).collect::<Vec<_>>());
    leaves.filter(|leaf| !is_used_below(source, *leaf)).filter_map(import_renamed).collect()
}

/// Whether the files of modules below may use an import: for them it is no less visible than for their parent.
fn is_used_below(source: &Source<'_>, leaf: At<'_>) -> bool {
    let name = leaf.field("name").unwrap_or(leaf).source();
    let path = source.tree.files[leaf.file].path.as_str();
    let folder = ["lib.rs", "mod.rs"].iter().find_map(|root| path.strip_suffix(root));
    let folder = folder.map_or_else(|| path.replace(".rs", "/"), str::to_owned);
    let below = source
        .roots()
        .into_iter()
        .filter(|root| root.file != leaf.file && source.tree.files[root.file].path.starts_with(&folder));
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mentions = |text: &str| text.split(|c| !is_word(c)).any(|word| word == name);
    below.into_iter().any(|root| {
        let mut uses = root.below().into_iter().filter(|at| at.kind() == "use_declaration");
        let starts_above = |text: &str| text.contains("super") || text.contains("crate");
        mentions(root.text)
            && uses
                .any(|at| starts_above(at.source()) && (mentions(at.source()) || at.source().contains("::*")))
    })
}

fn is_leaf(at: At<'_>) -> bool {
    let parent = at.parent().map(At::kind);
    matches!(at.kind(), "identifier" | "scoped_identifier")
        && matches!(parent, Some("use_declaration" | "use_list"))
}

fn import_renamed(leaf: At<'_>) -> Option<Respelling> {
    let name = leaf.field("name").unwrap_or(leaf).source();
    let new = format!("{name}Respelt");
    let root = std::iter::successors(Some(leaf), |at| at.parent()).last()?;
    let end = leaf.node.end_byte();
    let mut renamed = Respelling::default().and(leaf, end..end, format!(" as {new}"));
    for at in root.below() {
        let is_here = at.source() == name && matches!(at.kind(), "identifier" | "type_identifier");
        if !is_here || leaf.node.byte_range().contains(&at.node.start_byte()) {
            continue;
        }
        let around: Vec<_> = std::iter::successors(at.parent(), |at| at.parent()).map(At::kind).collect();
        // Of macros, attributes, other imports and what has the same name nobody knows here.
        let is_unclear = around.iter().any(|kind| {
            matches!(
                *kind,
                "token_tree"
                    | "attribute_item"
                    | "inner_attribute_item"
                    | "use_declaration"
                    | "macro_definition"
            )
        }) || at.parent().is_some_and(|parent| {
            parent.kind().ends_with("_item")
                && parent.field("name").is_some_and(|own| own.node.id() == at.node.id())
        });
        if is_unclear {
            return None;
        }
        if at.is_name(name) {
            renamed = renamed.and(at, at.node.byte_range(), new.clone());
        }
    }
    Some(renamed)
}
