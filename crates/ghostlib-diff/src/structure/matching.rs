//! Which function is which.

use super::MatchedBy;
use super::functions::Function;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Bodies of fewer tokens are alike by chance.
const MIN_TOKENS: usize = 16;
/// Bodies that share less than this are not alike.
const MIN_SIMILARITY: f64 = 0.5;
/// A subtree that more functions have than this says nothing about which is which.
const MAX_OCCURRENCES: usize = 8;

/// The pairs, in the order of the reference.
pub(super) fn match_functions(required: &[&Function], given: &[&Function]) -> Vec<(usize, usize, MatchedBy)> {
    let mut matching =
        Matching { required, given, partner: vec![None; required.len()], taken: HashSet::new() };
    matching.by(MatchedBy::Path, |one| Some(&one.path));
    matching.by(MatchedBy::Name, |one| Some(one.in_module()));
    matching.by(MatchedBy::Signature, |one| Some((&one.name, &one.signature)));
    matching.by(MatchedBy::Body, |one| (one.body.n_tokens >= MIN_TOKENS).then_some(one.body.hash));
    matching.by_likeness();
    let pairs = matching.partner.into_iter().enumerate();
    pairs.filter_map(|(i, partner)| partner.map(|(j, by)| (i, j, by))).collect()
}

struct Matching<'f> {
    required: &'f [&'f Function],
    given: &'f [&'f Function],
    /// What each required function was matched with.
    partner: Vec<Option<(usize, MatchedBy)>>,
    taken: HashSet<usize>,
}

impl<'f> Matching<'f> {
    /// Pairs the functions with equal keys, where a key belongs to as many on both sides: in their order.
    fn by<K: Ord>(&mut self, by: MatchedBy, key: impl Fn(&'f Function) -> Option<K>) {
        let mut sides: BTreeMap<K, [Vec<usize>; 2]> = BTreeMap::new();
        for (i, function) in self.required.iter().enumerate().filter(|(i, _)| self.partner[*i].is_none()) {
            if let Some(key) = key(function) {
                sides.entry(key).or_default()[0].push(i);
            }
        }
        for (j, function) in self.given.iter().enumerate().filter(|(j, _)| !self.taken.contains(j)) {
            if let Some(key) = key(function) {
                sides.entry(key).or_default()[1].push(j);
            }
        }
        for [required, given] in sides.into_values() {
            if required.len() == given.len() {
                required.into_iter().zip(given).for_each(|(i, j)| self.pair(i, j, by));
            }
        }
    }

    /// Pairs what is left by how much of the bodies is the same, the most alike first.
    fn by_likeness(&mut self) {
        let mut having: HashMap<u64, Vec<usize>> = HashMap::new();
        for (j, function) in self.given.iter().enumerate().filter(|(j, _)| !self.taken.contains(j)) {
            if function.body.n_tokens >= MIN_TOKENS {
                function.body.subtrees().iter().for_each(|hash| having.entry(*hash).or_default().push(j));
            }
        }
        let mut alike = vec![];
        for (i, function) in self.required.iter().enumerate().filter(|(i, _)| self.partner[*i].is_none()) {
            if function.body.n_tokens < MIN_TOKENS {
                continue;
            }
            let shared = function.body.subtrees().iter().filter_map(|hash| having.get(hash));
            let near: HashSet<usize> =
                shared.filter(|having| having.len() <= MAX_OCCURRENCES).flatten().copied().collect();
            for j in near {
                let similarity = function.body.similarity(&self.given[j].body);
                if similarity >= MIN_SIMILARITY {
                    alike.push((similarity, i, j));
                }
            }
        }
        alike.sort_by(|a, b| b.0.total_cmp(&a.0).then((Reverse(b.1), b.2).cmp(&(Reverse(a.1), a.2))));
        for (_, i, j) in alike {
            if self.partner[i].is_none() && !self.taken.contains(&j) {
                self.pair(i, j, MatchedBy::Likeness);
            }
        }
    }

    fn pair(&mut self, i: usize, j: usize, by: MatchedBy) {
        self.partner[i] = Some((j, by));
        self.taken.insert(j);
    }
}
