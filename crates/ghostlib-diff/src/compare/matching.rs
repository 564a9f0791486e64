//! Which required item is which of the candidate's.

use super::signature::{Difference, difference};
use ghostlib_model::{ApiItem, ApiKind};
use std::collections::BTreeMap;

pub(super) struct Matching<'a> {
    pub(super) pairs: Vec<Pair<'a>>,
    pub(super) missing: Vec<&'a ApiItem>,
    pub(super) extra: Vec<&'a ApiItem>,
}

/// A required item, and the candidate's item at the same path.
pub(super) struct Pair<'a> {
    pub(super) required: &'a ApiItem,
    pub(super) candidate: &'a ApiItem,
    pub(super) difference: Difference,
}

/// Pairs items by path, of the same kind first, and of several by the nearest signature.
pub(super) fn match_items<'a>(required: &'a [ApiItem], candidate: &'a [ApiItem]) -> Matching<'a> {
    let mut free: BTreeMap<&str, Vec<&'a ApiItem>> = BTreeMap::new();
    for item in candidate {
        free.entry(&item.path).or_default().push(item);
    }
    let mut matching = Matching { pairs: vec![], missing: required.iter().collect(), extra: vec![] };
    // The best matches go first, or an item could take what fits another one better.
    for wanted in [
        Difference::None,
        Difference::Pattern,
        Difference::AddedConst,
        Difference::ImplTrait,
        Difference::Signature,
        Difference::Kind,
    ] {
        matching.missing.retain(|item| match take(&mut free, item, wanted) {
            Some(candidate) => {
                matching.pairs.push(Pair { required: item, candidate, difference: wanted });
                false
            }
            None => true,
        });
    }
    matching.extra = free.into_values().flatten().collect();
    matching
}

fn take<'a>(
    free: &mut BTreeMap<&str, Vec<&'a ApiItem>>,
    required: &ApiItem,
    wanted: Difference,
) -> Option<&'a ApiItem> {
    let items = free.get_mut(required.path.as_str())?;
    let index = items.iter().position(|item| difference(required, item) == wanted)?;
    // What implements a trait is never another kind of item.
    let is_impl = |item: &ApiItem| item.kind == ApiKind::TraitImpl;
    (is_impl(required) == is_impl(items[index])).then(|| items.remove(index))
}
