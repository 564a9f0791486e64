//! Type parameters, their bounds, and lifetimes.

use super::source::{At, Respelling, Source};
use std::collections::HashSet;

const GENERIC: &[&str] = &[
    "function_item",
    "function_signature_item",
    "struct_item",
    "enum_item",
    "union_item",
    "trait_item",
    "impl_item",
    "type_item",
];

fn parameters<'s>(item: At<'s>, kind: &str) -> Vec<At<'s>> {
    let all = item.field("type_parameters").map(At::children).unwrap_or_default();
    all.into_iter().filter(|parameter| parameter.kind() == kind).collect()
}

/// `T` becomes `TRespelt` in all of its item.
pub(super) fn parameters_renamed(source: &Source<'_>) -> Vec<Respelling> {
    let items = source.all(GENERIC).into_iter();
    let respellings = items.flat_map(|item| {
        let names = ["type_parameter", "const_parameter"].map(|kind| parameters(item, kind)).concat();
        names.into_iter().filter_map(move |parameter| renamed(item, parameter.field("name")?.source()))
    });
    respellings.collect()
}

fn renamed(item: At<'_>, name: &str) -> Option<Respelling> {
    let below = item.below();
    // What an inner item calls by the same name is another thing; of tokens nobody knows.
    let is_unclear = below.iter().any(|at| {
        let declares = at.node.id() != item.node.id() && GENERIC.contains(&at.kind());
        at.kind() == "token_tree" && at.below().iter().any(|token| token.source() == name)
            || declares
                && at
                    .field("type_parameters")
                    .is_some_and(|list| list.below().iter().any(|at| at.source() == name))
    });
    if is_unclear {
        return None;
    }
    let uses = below.into_iter().filter(|at| at.is_name(name));
    Some(
        uses.fold(Respelling::default(), |all, at| {
            all.and(at, at.node.byte_range(), format!("{name}Respelt"))
        }),
    )
}

pub(super) fn lifetimes_renamed(source: &Source<'_>) -> Vec<Respelling> {
    let items = source.all(GENERIC).into_iter();
    let respellings = items.flat_map(|item| {
        let names = parameters(item, "lifetime_parameter").into_iter();
        names.filter_map(move |parameter| {
            let name = parameter.field("name")?.source();
            let uses = item.below().into_iter().filter(|at| at.kind() == "lifetime" && at.source() == name);
            Some(uses.fold(Respelling::default(), |all, at| {
                all.and(at, at.node.byte_range(), format!("{name}_respelt"))
            }))
        })
    });
    respellings.collect()
}

pub(super) fn inline_to_where(source: &Source<'_>) -> Vec<Respelling> {
    let items = source.all(GENERIC).into_iter().filter(|item| item.kind() != "type_item");
    let respellings = items.filter_map(|item| {
        let bounded = parameters(item, "type_parameter").into_iter();
        let bounded: Vec<_> = bounded
            .filter_map(|parameter| Some((parameter.field("name")?, parameter.field("bounds")?)))
            .collect();
        let predicates: Vec<_> =
            bounded.iter().map(|(name, bounds)| format!("{}{}", name.source(), bounds.source())).collect();
        if bounded.is_empty() {
            return None;
        }
        let removed = bounded
            .iter()
            .fold(Respelling::default(), |all, (_, bounds)| all.and(*bounds, bounds.node.byte_range(), ""));
        with_predicates(item, removed, &predicates.join(", "))
    });
    respellings.collect()
}

fn with_predicates(item: At<'_>, respelling: Respelling, predicates: &str) -> Option<Respelling> {
    let Some(clause) = item.child("where_clause") else {
        let at = clause_position(item)?;
        return Some(respelling.and(item, at..at, format!(" where {predicates} ")));
    };
    let end = clause.children().into_iter().rfind(|at| at.kind() == "where_predicate")?.node.end_byte();
    Some(respelling.and(item, end..end, format!(", {predicates}")))
}

/// Where a `where` has to stand: before the body, or before the semicolon.
fn clause_position(item: At<'_>) -> Option<usize> {
    match item.field("body") {
        Some(body) if body.kind() != "ordered_field_declaration_list" => Some(body.node.start_byte()),
        _ if item.source().ends_with(';') => Some(item.node.end_byte() - 1),
        _ => None,
    }
}

pub(super) fn where_to_inline(source: &Source<'_>) -> Vec<Respelling> {
    let items = source.all(GENERIC).into_iter();
    items
        .flat_map(|item| predicates(item).into_iter().filter_map(move |predicate| inlined(item, predicate)))
        .collect()
}

fn predicates(item: At<'_>) -> Vec<At<'_>> {
    let clause = item.child("where_clause").map(At::children).unwrap_or_default();
    clause.into_iter().filter(|at| at.kind() == "where_predicate").collect()
}

fn inlined(item: At<'_>, predicate: At<'_>) -> Option<Respelling> {
    let (left, bounds) = (predicate.field("left")?, predicate.field("bounds")?);
    let is_own =
        |parameter: &At<'_>| parameter.field("name").is_some_and(|name| name.source() == left.source());
    let parameter = parameters(item, "type_parameter").into_iter().find(is_own)?;
    let added = bounds.source().trim_start_matches(':').trim();
    let (at, text) = match parameter.field("bounds") {
        Some(bounds) => (bounds.node.end_byte(), format!(" + {added}")),
        None => (parameter.field("name")?.node.end_byte(), format!(": {added}")),
    };
    let range = match &predicates(item)[..] {
        [_] => item.child("where_clause")?.node.byte_range(),
        _ => crate::faults::element(item.text, predicate.node.byte_range()),
    };
    Some(Respelling::default().and(item, range, "").and(item, at..at, text))
}

/// `A + B` becomes `B + A`.
pub(super) fn bounds_reversed(source: &Source<'_>) -> Vec<Respelling> {
    let lists = source.all(&["trait_bounds"]).into_iter();
    let respellings = lists.filter_map(|list| {
        let bounds: Vec<_> = list.children().into_iter().filter(|at| at.node.is_named()).collect();
        let reversed: Vec<_> = bounds.iter().rev().map(|at| at.source()).collect();
        (bounds.len() > 1).then(|| list.replaced(format!(": {}", reversed.join(" + "))))
    });
    respellings.collect()
}

/// `&self` becomes `&'respelt self`, and what is returned lives as long.
pub(super) fn receivers_lifetime_named(source: &Source<'_>) -> Vec<Respelling> {
    let functions = source.all(&["function_item", "function_signature_item"]).into_iter();
    functions.filter_map(|function| receiver_named(function)).collect()
}

fn receiver_named(function: At<'_>) -> Option<Respelling> {
    let receiver = function.field("parameters")?.child("self_parameter")?;
    let is_elided = receiver.source().starts_with('&') && receiver.child("lifetime").is_none();
    if !is_elided {
        return None;
    }
    let after = receiver.node.start_byte() + 1;
    let named = Respelling::default().and(function, after..after, "'respelt ");
    let (at, parameter) = match function.field("type_parameters") {
        Some(list) => (list.node.start_byte() + 1, "'respelt, "),
        None => (function.field("name")?.node.end_byte(), "<'respelt>"),
    };
    let named = named.and(function, at..at, parameter);
    output_named(function, named)
}

/// What is elided in the return type is named; nothing where lifetimes there are those of a closure.
fn output_named(function: At<'_>, named: Respelling) -> Option<Respelling> {
    let output = function.field("return_type").map(At::below).unwrap_or_default();
    if output.iter().any(|at| at.kind() == "function_type") {
        return None;
    }
    let named = output.into_iter().fold(named, |all, at| match at.kind() {
        "reference_type" if at.child("lifetime").is_none() => {
            let after = at.node.start_byte() + 1;
            all.and(at, after..after, "'respelt ")
        }
        "lifetime" if at.source() == "'_" => all.and(at, at.node.byte_range(), "'respelt"),
        _ => all,
    });
    Some(named)
}

/// `f(&str) -> &str` becomes `f<'respelt>(&'respelt str) -> &'respelt str`.
pub(super) fn arguments_lifetime_named(source: &Source<'_>) -> Vec<Respelling> {
    let functions = source.all(&["function_item"]).into_iter();
    functions.filter_map(|function| argument_named(function)).collect()
}

fn argument_named(function: At<'_>) -> Option<Respelling> {
    let [parameter] = function
        .field("parameters")?
        .children()
        .into_iter()
        .filter(|at| at.node.is_named())
        .collect::<Vec<_>>()[..]
    else {
        return None;
    };
    let ty = parameter.field("type").filter(|ty| ty.kind() == "reference_type")?;
    let is_plain =
        ty.field("type").is_some_and(|inner| matches!(inner.source(), "str" | "[u8]" | "String" | "u8"));
    let is_elided = ty.child("lifetime").is_none() && function.field("type_parameters").is_none();
    if !is_plain || !is_elided {
        return None;
    }
    let (name, after) = (function.field("name")?.node.end_byte(), ty.node.start_byte() + 1);
    let named =
        Respelling::default().and(function, name..name, "<'respelt>").and(ty, after..after, "'respelt ");
    output_named(function, named)
}

/// `where T: A + B` becomes `where T: A, T: B`.
pub(super) fn predicates_split(source: &Source<'_>) -> Vec<Respelling> {
    let predicates = source.all(&["where_predicate"]).into_iter();
    let respellings = predicates.filter_map(|predicate| {
        let (left, list) = (predicate.field("left")?, predicate.field("bounds")?);
        let bounds: Vec<_> = list.children().into_iter().filter(|at| at.node.is_named()).collect();
        let split: Vec<_> =
            bounds.iter().map(|bound| format!("{}: {}", left.source(), bound.source())).collect();
        (bounds.len() > 1).then(|| predicate.replaced(split.join(", ")))
    });
    respellings.collect()
}

/// The names that an item's own parameters take, and those of the items around it.
pub(super) fn names_in_scope(item: At<'_>) -> HashSet<&str> {
    let around = std::iter::successors(Some(item), |at| at.parent());
    let lists = around.filter_map(|at| at.field("type_parameters"));
    lists.flat_map(At::below).filter(|at| at.node.child_count() == 0).map(At::source).collect()
}
