//! `unsafe` in the candidate that the reference has none of, or less.

use crate::Api;
use ghostlib_model::{Finding, Place, Priority};
use std::collections::{BTreeMap, HashMap};

/// That the candidate's code says `unsafe` more often than the reference's, where the reference's is known.
pub(super) fn unsafe_finding(required: &Api, candidate: &Api) -> Option<Finding> {
    let (known, places) = (required.unsafe_code.as_deref()?, candidate.unsafe_code.as_deref()?);
    if places.len() <= known.len() {
        return None;
    }
    let n_places = places.len();
    let word = if n_places == 1 { "place" } else { "places" };
    let reference = if known.is_empty() { "none".to_owned() } else { format!("{} of them", known.len()) };
    let message = format!("`unsafe` stands in {n_places} {word}, and the reference has {reference}");
    let mut finding = Finding::new("unsafe-added", Priority::P2, &candidate.crate_name, message);
    finding.advice = String::from("Write it in safe Rust.");
    finding.candidate = first_added(&by_item(required, known), &by_item(candidate, places)).cloned();
    Some(finding)
}

/// The first place at the first item that has more of them than the reference's has.
fn first_added<'a>(
    known: &BTreeMap<&str, Vec<&Place>>,
    own: &BTreeMap<&str, Vec<&'a Place>>,
) -> Option<&'a Place> {
    let n_known = |item: &str| known.get(item).map_or(0, Vec::len);
    let more = own.iter().filter(|(item, places)| places.len() > n_known(item));
    more.filter_map(|(_, places)| places.first().copied()).min()
}

/// The places by the path of the public item that begins last before them: the one in which they stand, or one near by.
fn by_item<'a>(api: &'a Api, places: &'a [Place]) -> BTreeMap<&'a str, Vec<&'a Place>> {
    let mut items: HashMap<&str, BTreeMap<usize, &str>> = HashMap::new();
    for item in &api.items {
        items.entry(&item.place.file).or_default().insert(item.place.span.start, &item.path);
    }
    let mut by_item: BTreeMap<&str, Vec<&Place>> = BTreeMap::new();
    for place in places {
        let before = items.get(&*place.file).and_then(|items| items.range(..=place.span.start).next_back());
        by_item.entry(before.map_or("", |(_, path)| path)).or_default().push(place);
    }
    by_item
}
