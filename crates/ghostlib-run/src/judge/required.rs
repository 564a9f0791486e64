//! What a spec requires of its reference's API.

use crate::distil::declared_lines;
use crate::slice::wanted;
use crate::spec_files::LoadedSpec;
use ghostlib_diff::{Api, Language, cut_blocks, is_same_path};
use ghostlib_model::{ApiItem, ApiKind};
use std::borrow::Cow;

/// The API of the reference that candidates of a spec must have: all of it, and of a slice what its API blocks declare. One
/// without API blocks of that language requires what it was cut to, with all that belongs to it.
pub(super) fn of<'a>(loaded: &LoadedSpec, reference: &'a Api, language: &dyn Language) -> Cow<'a, Api> {
    let Some(slice) = &loaded.spec.front_matter.slice else { return Cow::Borrowed(reference) };
    let mut required = reference.clone();
    let mut declared = loaded.declared_api(language);
    if declared.items.is_empty() && language.name() != "rust" {
        required.items.retain(|item| slice.only.iter().any(|name| is_it_or_below(&item.path, name)));
        return Cow::Owned(required);
    }
    if declared.items.is_empty() {
        let code = declared_lines(reference).join("\n");
        let cut = cut_blocks(&[&code], &wanted(&slice.only));
        let code = cut.blocks.into_iter().flatten().collect::<String>();
        declared = language.extract_block(&code, "", 0, &code);
    }
    required.items.retain(|item| declares(&declared, reference, item));
    Cow::Owned(required)
}

fn is_it_or_below(path: &str, name: &str) -> bool {
    let is_below = path.strip_prefix(name).is_some_and(|rest| rest.starts_with(['.', ':']));
    is_below || is_same_path(&path.replace('.', "::"), &name.replace('.', "::"))
}

/// Whether an API has an item. Of the implementations of one trait for one type only those with the same arguments are the
/// same, where that can be told.
fn declares(declared: &Api, reference: &Api, item: &ApiItem) -> bool {
    let same: Vec<&ApiItem> = declared.items.iter().filter(|one| one.path == item.path).collect();
    let is_told = |item: &ApiItem| same.iter().any(|one| one.signature == item.signature);
    if item.kind != ApiKind::TraitImpl || is_told(item) {
        return !same.is_empty();
    }
    let mut others = reference.items.iter().filter(|other| other.path == item.path);
    !same.is_empty() && !others.any(is_told)
}
