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
    let mut free = Free::new();
    for item in candidate {
        free.entry(&item.path).or_default().push(item);
    }
    let mut matching = Matching { pairs: vec![], missing: required.iter().collect(), extra: vec![] };
    // The best matches go first, or an item could take what fits another one better: of two that read the same, the
    // one that is also declared so.
    matching.pair_off(&mut free, Difference::None, |a, b| a.declaration == b.declaration);
    for wanted in [
        Difference::None,
        Difference::Pattern,
        Difference::AddedConst,
        Difference::ImplTrait,
        Difference::Signature,
        Difference::Kind,
    ] {
        matching.pair_off(&mut free, wanted, |_, _| true);
    }
    matching.extra = free.into_values().flatten().collect();
    matching
}

/// The candidate's items by path, as long as nothing is paired with them.
type Free<'a> = BTreeMap<&'a str, Vec<&'a ApiItem>>;

impl<'a> Matching<'a> {
    /// Pairs what differs in `wanted` and fits.
    fn pair_off(
        &mut self,
        free: &mut Free<'a>,
        wanted: Difference,
        fits: impl Fn(&ApiItem, &ApiItem) -> bool,
    ) {
        let is_impl = |item: &ApiItem| item.kind == ApiKind::TraitImpl;
        self.missing.retain(|required| {
            let Some(items) = free.get_mut(required.path.as_str()) else { return true };
            let fitting =
                items.iter().position(|item| fits(required, item) && difference(required, item) == wanted);
            // What implements a trait is never another kind of item.
            let Some(index) = fitting.filter(|index| is_impl(required) == is_impl(items[*index])) else {
                return true;
            };
            let candidate = items.remove(index);
            self.pairs.push(Pair { required, candidate, difference: wanted });
            false
        });
    }
}
