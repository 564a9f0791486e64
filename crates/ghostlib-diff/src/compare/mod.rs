//! How two APIs differ.

mod aliases;
mod attributes;
mod consequences;
mod findings;
mod matching;
mod moves;
mod optional;
mod order;
mod paths;
mod signature;
mod unsafety;

pub use moves::Move;

use crate::Api;
use aliases::aligned;
use attributes::attribute_findings;
use consequences::Gone;
use findings::{extra_findings, missing_findings, move_finding, pair_findings, raises_finding};
use ghostlib_model::{ApiDimension, ApiItem, ApiKind, ApiLevel, Finding, Ratio};
use matching::{Matching, Pair, match_items};
use moves::{at_required_paths, find_moves};
use order::order_findings;
use unsafety::unsafe_finding;

/// The differences of two APIs.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiComparison {
    /// How much of the required API is there, and how much else. Each item counts, also where one finding
    /// stands for several.
    pub dimension: ApiDimension,
    /// The items behind the shares of `dimension`.
    pub items: ApiItems,
    /// What differs, the most important first. What the spec says about it is left as silent.
    pub findings: Vec<Finding>,
    /// The required items that are there at another path. Each is a finding too.
    pub moves: Vec<Move>,
}

/// The items that keep each share from being whole, each by its path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiItems {
    /// Items but for trait implementations.
    pub path: Level,
    /// The same, those with another signature included.
    pub signature: Level,
    /// Trait implementations.
    pub trait_impl: Level,
}

/// What one side has and the other has not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Level {
    /// What the reference has.
    pub missing: Vec<String>,
    /// What the candidate has.
    pub extra: Vec<String>,
}

/// Compares what is required, the reference's API or the one that a spec declares, with a candidate's.
pub fn compare(required: &Api, candidate: &Api) -> ApiComparison {
    let given = aligned(&required.items, &candidate.items);
    let matching = match_items(&required.items, &given);
    // What has moved counts as missing, but differs in nothing else than its path.
    let dimension = dimension(required, candidate, &matching);
    let items = items(&matching);
    let moves = find_moves(&matching);
    let mut findings = if moves.is_empty() {
        findings(&matching, &moves)
    } else {
        let renamed = at_required_paths(&given, &moves);
        findings(&match_items(&required.items, &renamed), &moves)
    };
    findings.extend(moves.iter().map(move_finding));
    findings.extend(unsafe_finding(required, candidate));
    findings.sort_by(|a, b| (a.priority, &a.subject, &a.rule).cmp(&(b.priority, &b.subject, &b.rule)));
    ApiComparison { dimension, items, findings, moves }
}

fn findings(matching: &Matching<'_>, moves: &[Move]) -> Vec<Finding> {
    let gone = Gone::new(matching, moves);
    let extra: Vec<_> = matching.extra.iter().copied().filter(|item| !gone.leaves(item)).collect();
    let mut findings: Vec<Finding> = pair_findings(matching, &gone);
    findings.extend(missing_findings(&matching.missing));
    findings.extend(extra_findings(&extra));
    findings.extend(matching.pairs.iter().filter_map(raises_finding));
    findings.extend(attribute_findings(matching));
    findings.extend(order_findings(matching));
    findings
}

fn items(matching: &Matching<'_>) -> ApiItems {
    let is_impl = |item: &ApiItem| item.kind == ApiKind::TraitImpl;
    let paths = |items: &mut dyn Iterator<Item = &ApiItem>| {
        let mut paths: Vec<String> = items.map(|item| item.path.clone()).collect();
        paths.sort_unstable();
        paths
    };
    let level = |impls: bool, is_other: &dyn Fn(&Pair<'_>) -> bool| {
        let others =
            || matching.pairs.iter().filter(|pair| is_impl(pair.required) == impls && is_other(pair));
        let missing = matching.missing.iter().copied().filter(|item| is_impl(item) == impls);
        let extra = matching.extra.iter().copied().filter(|item| is_impl(item) == impls);
        Level {
            missing: paths(&mut missing.chain(others().map(|pair| pair.required))),
            extra: paths(&mut extra.chain(others().map(|pair| pair.candidate))),
        }
    };
    let has_other_kind = |pair: &Pair<'_>| pair.required.kind != pair.candidate.kind;
    ApiItems {
        path: level(false, &has_other_kind),
        signature: level(false, &|pair| !pair.difference.is_compatible()),
        trait_impl: level(true, &has_other_kind),
    }
}

fn dimension(required: &Api, candidate: &Api, matching: &Matching<'_>) -> ApiDimension {
    let is_impl = |item: &ApiItem| item.kind == ApiKind::TraitImpl;
    let level = |n: usize, impls: bool| {
        let of = |api: &Api| api.items.iter().filter(|item| is_impl(item) == impls).count();
        ApiLevel { recall: Ratio::new(n, of(required)), precision: Ratio::new(n, of(candidate)) }
    };
    let pairs = || matching.pairs.iter().filter(|pair| pair.required.kind == pair.candidate.kind);
    let n_items = pairs().filter(|pair| !is_impl(pair.required)).count();
    let n_same = pairs().filter(|pair| !is_impl(pair.required) && pair.difference.is_compatible()).count();
    let n_impls = pairs().filter(|pair| is_impl(pair.required)).count();
    ApiDimension {
        path: level(n_items, false),
        signature: level(n_same, false),
        trait_impl: level(n_impls, true),
    }
}
