//! How two APIs differ.

mod findings;
mod matching;
mod optional;
mod signature;

use crate::Api;
use findings::{extra_findings, missing_findings, pair_finding, raises_finding, unsafe_finding};
use ghostlib_model::{ApiDimension, ApiItem, ApiKind, ApiLevel, Finding, Ratio};
use matching::{Matching, match_items};

/// The differences of two APIs.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiComparison {
    /// How much of the required API is there, and how much else. Each item counts, also where one finding
    /// stands for several.
    pub dimension: ApiDimension,
    /// What differs, the most important first. What the spec says about it is left as silent.
    pub findings: Vec<Finding>,
}

/// Compares what is required, the reference's API or the one that a spec declares, with a candidate's.
pub fn compare(required: &Api, candidate: &Api) -> ApiComparison {
    let matching = match_items(&required.items, &candidate.items);
    let mut findings: Vec<Finding> = matching.pairs.iter().filter_map(|pair| pair_finding(pair)).collect();
    findings.extend(missing_findings(&matching.missing));
    findings.extend(extra_findings(&matching.extra));
    findings.extend(unsafe_finding(required, candidate));
    findings.extend(matching.pairs.iter().filter_map(raises_finding));
    findings.sort_by(|a, b| (a.priority, &a.subject, &a.rule).cmp(&(b.priority, &b.subject, &b.rule)));
    ApiComparison { dimension: dimension(required, candidate, &matching), findings }
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
