//! In which order changes are tried.

use ghostlib_verify::rust::perturb::Change;
use std::collections::BTreeMap;

/// All changes, in rounds, in each of which every function has its turn. What stands in a line with
/// another is often about the same, and comes last.
pub(super) fn queue(changes: &[Change], seed: u64) -> Vec<&Change> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut functions: BTreeMap<(&str, &str), Vec<(f64, &Change)>> = BTreeMap::new();
    for change in changes {
        let order = random.f64() * unlikeliness(change);
        functions.entry((&*change.place.file, &*change.function)).or_default().push((order, change));
    }
    let mut turns = Vec::new();
    for mut changes in functions.into_values() {
        changes.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut lines = BTreeMap::new();
        for (round, (_, change)) in changes.into_iter().enumerate() {
            let n_before = lines.entry(change.place.line).or_insert(0);
            turns.push((*n_before, round, random.u64(..), change));
            *n_before += 1;
        }
    }
    turns.sort_by_key(|(n_before, round, order, _)| (*n_before, *round, *order));
    turns.into_iter().map(|(.., change)| change).collect()
}

/// How much later a change is tried than others of its function. That a rule begins with nothing or one, or takes in its
/// boundary, is less of a choice than what it says or how much it is.
fn unlikeliness(change: &Change) -> f64 {
    match change.before.as_str() {
        "0" | "1" => 3.0,
        ".." | "..=" | "<" | "<=" | ">" | ">=" => 1.5,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_model::Place;

    #[test]
    fn every_function_has_its_turn_before_one_has_its_second() {
        let change = |number, function: &str| Change {
            number,
            place: Place { line: number, ..Place::start_of("src/lib.rs") },
            function: function.to_owned(),
            before: "2".into(),
            after: "3".into(),
            lines: [String::new(), String::new()],
        };
        let all: Vec<Change> =
            (1..=9).map(|number| change(number, if number < 8 { "long" } else { "short" })).collect();
        let order = |seed| -> Vec<u32> { queue(&all, seed).iter().map(|one| one.number).collect() };
        for seed in 1..20 {
            let first: Vec<_> = order(seed)[..4].iter().filter(|number| **number >= 8).copied().collect();
            assert_eq!(first.len(), 2, "{:?}", order(seed));
        }
        assert_eq!(order(1), order(1));
        assert_ne!(order(1), order(2));
    }
}
