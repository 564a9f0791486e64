//! The members of enums.

use super::class::Class;
use super::members::is_public;
use super::scope::What;
use super::types::Style;
use super::values::UNKNOWN;
use ghostlib_model::{ApiAttributes, ApiItem, ApiKind};

/// The members of an enum in the order of the text; `base` is what makes the class one.
pub(super) fn variants(class: &Class<'_, '_>, base: &str) -> Vec<ApiItem> {
    let renderer = class.renderer(Style::Normal);
    let sources = class.world.package.sources;
    let mut bindings: Vec<_> = class.scope.names.keys().filter(|name| is_public(name)).collect();
    bindings.sort_by_key(|name| class.scope.chosen(name).map(|binding| binding.site.node.start_byte()));
    let mut items = vec![];
    let mut last: Option<i128> = None;
    for name in bindings {
        let Some(binding) = class.scope.chosen(name) else { continue };
        let What::Value { annotation: None, value: Some(value) } = &binding.what else { continue };
        let value = sources.piece(binding.site.at(*value));
        let told = match renderer.value(value).as_str() {
            "enum.auto()" | "auto()" => automatic(name, base, last),
            told => told.to_owned(),
        };
        last = told.parse().ok().or(last);
        items.push(ApiItem {
            path: (*name).to_owned(),
            kind: ApiKind::Variant,
            signature: format!(" = {told}"),
            declaration: format!("{name} = {told}"),
            function: None,
            attributes: ApiAttributes::default(),
            place: sources.place(binding.site),
        });
    }
    items
}

/// What `auto()` stands for, behind a member of the value `last`.
fn automatic(name: &str, base: &str, last: Option<i128>) -> String {
    let next = match base {
        "enum.StrEnum" => return format!("'{}'", name.to_lowercase()),
        "enum.Flag" | "enum.IntFlag" => match last {
            // The next power of two.
            Some(last) if last > 0 => 1_i128.checked_shl(128 - last.leading_zeros()),
            _ => Some(1),
        },
        _ => last.map_or(Some(1), |last| last.checked_add(1)),
    };
    next.map_or_else(|| UNKNOWN.to_owned(), |next| next.to_string())
}
