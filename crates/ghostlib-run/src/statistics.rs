//! Whether chance explains a difference.

use fastrand::Rng;

/// A chance below this is no chance.
pub(crate) const MAX_CHANCE: f64 = 0.05;
/// How many random draws stand for all, where all are too many.
const DRAWS: usize = 20_000;
/// Two means that differ by less are the same.
const EPSILON: f64 = 1e-12;

/// The mean; 0 of nothing.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub(crate) fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// Where the mean of `second` less that of `first` lies with 95 % confidence: both are resampled, and the middle 95 % of
/// the differences are taken (Efron, "Bootstrap Methods", 1979). Drawn with a fixed seed, so that the same figures give
/// the same ends.
pub(crate) fn interval_of_change(first: &[f64], second: &[f64]) -> [f64; 2] {
    let mut rng = Rng::with_seed(1);
    let mut resampled = |values: &[f64]| {
        let draw: Vec<f64> = values.iter().map(|_| values[rng.usize(..values.len())]).collect();
        mean(&draw)
    };
    let mut changes: Vec<f64> = (0..DRAWS).map(|_| resampled(second) - resampled(first)).collect();
    changes.sort_by(f64::total_cmp);
    [changes[DRAWS / 40], changes[DRAWS - 1 - DRAWS / 40]]
}

/// How often the means of two groups lie at least so far apart if their members are dealt to them at random: the
/// two-sided permutation test, over all ways to deal where they are few enough.
pub(crate) fn chance_of_groups(first: &[f64], second: &[f64]) -> f64 {
    let mut all: Vec<f64> = first.iter().chain(second).copied().collect();
    let apart = |all: &[f64]| (mean(&all[..first.len()]) - mean(&all[first.len()..])).abs();
    let seen = apart(&all) - EPSILON;
    if ways_to_deal(first.len(), second.len()).is_some_and(|n| n <= DRAWS) {
        let mut counts = [0, 0];
        deal(&mut all, first.len(), 0, 0, &mut |all| {
            counts[0] += usize::from(apart(all) >= seen);
            counts[1] += 1;
        });
        return share(counts[0], counts[1]);
    }
    let mut rng = Rng::with_seed(1);
    let mut draw = || {
        rng.shuffle(&mut all);
        apart(&all) >= seen
    };
    let n_seen = (0..DRAWS).filter(|_| draw()).count();
    share(n_seen + 1, DRAWS + 1)
}

/// The least that [`chance_of_groups`] can give for groups of these sizes: what it gives if all of one group are better
/// than all of the other.
pub(crate) fn least_chance(n_first: usize, n_second: usize) -> f64 {
    let n_extreme = if n_first == n_second { 2 } else { 1 };
    ways_to_deal(n_first, n_second).map_or(0.0, |n| share(n_extreme.min(n), n))
}

/// How often the mean of some differences lies at least so far from 0 if each may as well have the other sign: the
/// paired permutation test. Nothing, where all are 0.
pub(crate) fn chance_of_pairs(differences: &[f64]) -> Option<f64> {
    let differing: Vec<f64> = differences.iter().copied().filter(|one| one.abs() > EPSILON).collect();
    let seen = differing.iter().sum::<f64>().abs() - EPSILON;
    if differing.is_empty() {
        return None;
    }
    let leans = |flipped: &dyn Fn(usize) -> bool| {
        let signed = differing.iter().enumerate().map(|(at, one)| if flipped(at) { -one } else { *one });
        signed.sum::<f64>().abs() >= seen
    };
    if differing.len() <= 14 {
        let n = 1_usize << differing.len();
        let n_seen = (0..n).filter(|signs| leans(&|at| signs >> at & 1 == 1)).count();
        return Some(share(n_seen, n));
    }
    let mut rng = Rng::with_seed(1);
    let mut draw = || {
        let signs: Vec<bool> = differing.iter().map(|_| rng.bool()).collect();
        leans(&|at| signs[at])
    };
    let n_seen = (0..DRAWS).filter(|_| draw()).count();
    Some(share(n_seen + 1, DRAWS + 1))
}

/// Calls `see` with every way to choose the first `n_first` of `all`, of which `at` are chosen already, from `from` on.
fn deal(all: &mut [f64], n_first: usize, at: usize, from: usize, see: &mut dyn FnMut(&[f64])) {
    if at == n_first {
        return see(all);
    }
    for next in from.max(at)..=all.len() - (n_first - at) {
        all.swap(at, next);
        deal(all, n_first, at + 1, next + 1, see);
        all.swap(at, next);
    }
}

/// In how many ways things can be dealt to two groups; nothing, if they are too many to count.
fn ways_to_deal(n_first: usize, n_second: usize) -> Option<usize> {
    (1..=n_first).try_fold(1_usize, |ways, at| Some(ways.checked_mul(n_second + at)? / at))
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn share(n: usize, of: usize) -> f64 {
    n as f64 / of as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(value: f64, expected: f64) -> bool {
        (value - expected).abs() < 1e-9
    }

    #[test]
    fn groups_are_dealt_in_all_ways() {
        // 20 ways to deal 3 and 3; two of them lie as far apart.
        assert!(is(chance_of_groups(&[0.0, 0.1, 0.2], &[0.7, 0.8, 0.9]), 0.1));
        assert!(is(least_chance(3, 3), 0.1) && is(least_chance(4, 4), 2.0 / 70.0));
        assert!(is(chance_of_groups(&[0.0, 0.1, 0.2, 0.3], &[0.7, 0.8, 0.9, 1.0]), 2.0 / 70.0));
        assert!(is(chance_of_groups(&[0.0; 3], &[1.0; 4]), 1.0 / 35.0) && is(least_chance(3, 4), 1.0 / 35.0));
        assert!(is(chance_of_groups(&[0.5; 3], &[0.5; 3]), 1.0));
        // One of 6 values is another: wherever it is dealt to, the means lie as far apart.
        assert!(is(chance_of_groups(&[1.0, 0.5, 0.5], &[0.5; 3]), 1.0));
    }

    #[test]
    fn many_are_drawn_at_random_and_the_same_each_time() {
        let (low, high): (Vec<f64>, Vec<f64>) = (0..40).map(|n| (f64::from(n), f64::from(n) + 20.0)).unzip();
        let chance = chance_of_groups(&low, &high);
        assert!(chance < 0.001 && is(chance, chance_of_groups(&low, &high)), "{chance}");
        let same = chance_of_groups(&low, &low);
        assert!(same > 0.9, "{same}");
    }

    #[test]
    fn pairs_that_lean_to_one_side_are_told_from_those_that_do_not() {
        assert_eq!(chance_of_pairs(&[0.0, 0.0]), None);
        assert!(is(chance_of_pairs(&[0.1; 6]).unwrap(), 2.0 / 64.0));
        assert!(is(chance_of_pairs(&[0.1, -0.1, 0.0]).unwrap(), 1.0));
        assert!(chance_of_pairs(&[0.1; 30]).unwrap() < 0.001);
    }

    #[test]
    fn an_interval_holds_the_change_and_is_a_point_where_nothing_varies() {
        let [low, high] = interval_of_change(&[0.2, 0.4, 0.6], &[0.5, 0.7, 0.9]);
        assert!(low > -0.2 && low < 0.3 && high > 0.3 && high < 0.8, "{low} {high}");
        let [low, high] = interval_of_change(&[0.5; 3], &[1.0; 2]);
        assert!(is(low, 0.5) && is(high, 0.5));
    }
}
