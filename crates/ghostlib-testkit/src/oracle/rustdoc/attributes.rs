//! Attributes that are no part of a signature.

use ghostlib_model::ApiAttributes;
use rustdoc_types::{Attribute, AttributeRepr, Crate, Item, ReprKind};
use std::path::PathBuf;

/// What rustdoc tells of the attributes of one item.
#[derive(Debug)]
pub(crate) struct Marked {
    pub(crate) name: String,
    pub(crate) file: PathBuf,
    /// The first line of the item itself.
    pub(crate) line: usize,
    pub(crate) attributes: ApiAttributes,
}

pub(super) fn marked(krate: &Crate) -> Vec<Marked> {
    krate.index.values().filter(|item| item.crate_id == 0).filter_map(of_item).collect()
}

fn of_item(item: &Item) -> Option<Marked> {
    let span = item.span.as_ref()?;
    let repr = item.attrs.iter().find_map(|attribute| match attribute {
        Attribute::Repr(repr) => Some(repr_text(repr)),
        _ => None,
    });
    let attributes = ApiAttributes {
        must_use: Some(item.attrs.iter().any(|of| matches!(of, Attribute::MustUse { .. }))),
        deprecated: Some(item.deprecation.is_some()),
        repr: Some(repr.unwrap_or_default()),
    };
    Some(Marked { name: item.name.clone()?, file: span.filename.clone(), line: span.begin.0, attributes })
}

fn repr_text(repr: &AttributeRepr) -> String {
    let AttributeRepr { kind, align, packed, int } = repr;
    let kind = match kind {
        ReprKind::Rust => None,
        ReprKind::C => Some("C".to_owned()),
        ReprKind::Transparent => Some("transparent".to_owned()),
        ReprKind::Simd => Some("simd".to_owned()),
    };
    let with = |name: &str, n: &u64| if *n == 1 { name.to_owned() } else { format!("{name}({n})") };
    let packed = packed.as_ref().map(|n| with("packed", n));
    let align = align.as_ref().map(|n| with("align", n));
    let mut all: Vec<String> = [kind, align, packed, int.clone()].into_iter().flatten().collect();
    all.sort();
    all.join(", ")
}
