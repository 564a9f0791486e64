//! The order of variants, where a user can notice it: by comparing values, or by casting them to numbers.

use super::matching::{Matching, Pair};
use super::paths::parent;
use super::signature::Difference;
use ghostlib_model::{ApiItem, ApiKind, Finding, Place, Priority};
use std::collections::{BTreeMap, HashMap, HashSet};

/// One finding for each enum whose variants have another order in the candidate. Variants that only one side has
/// change the order of no others.
pub(super) fn order_findings(matching: &Matching<'_>) -> Vec<Finding> {
    let enums = matching.pairs.iter().filter(|pair| is_both(pair, ApiKind::Enum));
    let mut variants = Variants::of(matching);
    let derived = derived(matching);
    // What is listed below an enum stands there at one path alone.
    let findings = enums.filter_map(|pair| {
        let variants = variants.remove(pair.required.path.as_str())?;
        let effect = if derived.contains(&(&pair.required.place, &pair.candidate.place)) {
            "values are ordered otherwise"
        } else if variants.have_no_fields() {
            "casts give other numbers"
        } else {
            return None;
        };
        let (wanted, given) = variants.first_out_of_order()?;
        Some(finding(pair, (wanted, given), effect))
    });
    findings.collect()
}

fn is_both(pair: &Pair<'_>, kind: ApiKind) -> bool {
    pair.required.kind == kind && pair.candidate.kind == kind
}

/// The places of the types that derive their order, on both sides: what is derived stands where its type stands.
fn derived<'a>(matching: &Matching<'a>) -> HashSet<(&'a Place, &'a Place)> {
    let impls = matching.pairs.iter().filter(|pair| is_both(pair, ApiKind::TraitImpl));
    let ordering = impls
        .filter(|pair| [" as PartialOrd>", " as Ord>"].iter().any(|name| pair.required.path.ends_with(name)));
    ordering.map(|pair| (&pair.required.place, &pair.candidate.place)).collect()
}

/// The variants of one enum.
#[derive(Default)]
struct Variants<'a, 'm> {
    required: Vec<&'a ApiItem>,
    candidate: Vec<&'a ApiItem>,
    same: Vec<&'m Pair<'a>>,
}

impl<'a, 'm> Variants<'a, 'm> {
    /// By the paths of what they are below of.
    fn of(matching: &'m Matching<'a>) -> HashMap<&'a str, Self> {
        let mut all: HashMap<&str, Self> = HashMap::new();
        for pair in matching.pairs.iter().filter(|pair| is_both(pair, ApiKind::Variant)) {
            let variants = all.entry(parent(&pair.required.path).unwrap_or_default()).or_default();
            variants.required.push(pair.required);
            variants.candidate.push(pair.candidate);
            variants.same.extend(Some(pair).filter(|pair| pair.difference == Difference::None));
        }
        let is_variant = |item: &&&'a ApiItem| item.kind == ApiKind::Variant;
        for item in matching.missing.iter().filter(is_variant) {
            all.entry(parent(&item.path).unwrap_or_default()).or_default().required.push(item);
        }
        for item in matching.extra.iter().filter(is_variant) {
            all.entry(parent(&item.path).unwrap_or_default()).or_default().candidate.push(item);
        }
        all
    }

    fn have_no_fields(&self) -> bool {
        self.required.iter().chain(&self.candidate).all(|item| head_and_value(item).0 == HEAD)
    }

    /// The required variant and the candidate's at the first position at which they differ.
    fn first_out_of_order(&self) -> Option<(&'m Pair<'a>, &'m Pair<'a>)> {
        let (required, candidate) = (numbers(&self.required)?, numbers(&self.candidate)?);
        let [mut wanted, mut given] = [self.same.clone(), self.same.clone()];
        wanted.sort_by_key(|pair| required.get(pair.required.path.as_str()));
        given.sort_by_key(|pair| candidate.get(pair.candidate.path.as_str()));
        let mut positions = wanted.into_iter().zip(given);
        positions.find(|(wanted, given)| !std::ptr::eq(*wanted, *given))
    }
}

/// What a variant without fields reads as; one that is non-exhaustive can be cast by no user.
const HEAD: &str = "variant";

/// What stands before the number of a variant, and the number.
fn head_and_value(variant: &ApiItem) -> (&str, Option<&str>) {
    let signature = variant.signature.as_str();
    signature.rsplit_once(" = ").map_or((signature, None), |(head, value)| (head, Some(value)))
}

/// The discriminants by path; nothing where not all can be told, or not all have a place of their own.
fn numbers<'a>(variants: &[&'a ApiItem]) -> Option<HashMap<&'a str, i128>> {
    let by_place: BTreeMap<_, _> = variants.iter().map(|variant| (&variant.place, *variant)).collect();
    let mut numbers = HashMap::new();
    let mut next = 0_i128;
    for variant in by_place.into_values() {
        let (head, value) = head_and_value(variant);
        // What is longer than its name has a number that cannot be told.
        let is_told = value.is_some() || head != HEAD || is_bare_name(variant);
        let number = value.map_or(Some(next), |value| value.parse().ok()).filter(|_| is_told)?;
        numbers.insert(variant.path.as_str(), number);
        next = number.checked_add(1)?;
    }
    Some(numbers).filter(|numbers| numbers.len() == variants.len())
}

fn is_bare_name(variant: &ApiItem) -> bool {
    let span = variant.place.span;
    let name = parent(&variant.path).map_or("", |parent| &variant.path[parent.len() + "::".len()..]);
    span.end - span.start == name.len()
}

fn finding(pair: &Pair<'_>, (wanted, given): (&Pair<'_>, &Pair<'_>), effect: &str) -> Finding {
    let [path, first, second] = [pair, wanted, given].map(|pair| pair.required.path.as_str());
    let message = format!("`{second}` stands where `{first}` is required, so that {effect}");
    let mut finding = Finding::new("api-variant-order", Priority::P2, path, message);
    finding.advice = format!("Put `{first}` before `{second}`.");
    finding.reference = Some(wanted.required.place.clone());
    finding.candidate = Some(given.candidate.place.clone());
    finding
}
