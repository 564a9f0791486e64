//! Which statements are left out next: delta debugging, the largest groups first.

use std::collections::BTreeSet;

/// The search for a smallest set of statements that still passes. Statements are numbers.
pub(super) struct Search {
    left_out: BTreeSet<usize>,
    /// Groups that are still to be left out, in the order in which they were found.
    pending: Vec<Vec<usize>>,
    /// What was left out when rebuilds failed, and the number of that try.
    failed: Vec<(BTreeSet<usize>, usize)>,
    /// Those without which rebuilds fail, with the try that showed it.
    needed: Vec<(usize, usize)>,
}

/// A try: all that is left out, and the group that is left out for the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Try {
    pub(super) left_out: BTreeSet<usize>,
    pub(super) group: Vec<usize>,
}

impl Search {
    /// A search that begins with these groups.
    pub(super) fn new(groups: Vec<Vec<usize>>) -> Self {
        let pending = groups.into_iter().filter(|group| !group.is_empty()).collect();
        Self { left_out: BTreeSet::new(), pending, failed: vec![], needed: vec![] }
    }

    /// The next try that needs a rebuild. What failed with less left out fails with more.
    pub(super) fn next(&mut self) -> Option<Try> {
        while !self.pending.is_empty() {
            let longest = self.pending.iter().map(Vec::len).max().unwrap_or_default();
            let at = self.pending.iter().position(|group| group.len() == longest)?;
            let group = self.pending.remove(at);
            let left_out: BTreeSet<usize> = self.left_out.iter().chain(&group).copied().collect();
            match self
                .failed
                .iter()
                .find(|(failed, _)| failed.is_subset(&left_out))
                .map(|(_, number)| *number)
            {
                Some(number) => self.divide(group, number),
                None => return Some(Try { left_out, group }),
            }
        }
        None
    }

    /// What came of a try, by its number.
    pub(super) fn learn(&mut self, tried: Try, passes: bool, number: usize) {
        if passes {
            self.left_out = tried.left_out;
        } else {
            self.failed.push((tried.left_out, number));
            self.divide(tried.group, number);
        }
    }

    /// Puts a try back that could not be made.
    pub(super) fn put_back(&mut self, tried: Try) {
        self.pending.push(tried.group);
    }

    /// Takes note of what went with something else.
    pub(super) fn drop_from_pending(&mut self, gone: &BTreeSet<usize>) {
        for group in &mut self.pending {
            group.retain(|one| !gone.contains(one));
        }
        self.pending.retain(|group| !group.is_empty());
        self.left_out.extend(gone);
    }

    fn divide(&mut self, mut group: Vec<usize>, number: usize) {
        if let [one] = &group[..] {
            self.needed.push((*one, number));
        } else {
            let rest = group.split_off(group.len().div_ceil(2));
            self.pending.extend([group, rest]);
        }
    }

    pub(super) fn left_out(&self) -> &BTreeSet<usize> {
        &self.left_out
    }

    /// The try by which a statement is known to be needed.
    pub(super) fn needed_by(&self, statement: usize) -> Option<usize> {
        self.needed.iter().find(|(one, _)| *one == statement).map(|(_, number)| *number)
    }

    pub(super) fn n_left(&self) -> usize {
        self.pending.iter().map(Vec::len).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The statements that stay, and how many tries that took.
    fn searched(n: usize, passes: impl Fn(&BTreeSet<usize>) -> bool) -> (Vec<usize>, usize) {
        let mut search = Search::new(vec![(0..n).collect()]);
        let mut n_tries = 0;
        while let Some(tried) = search.next() {
            let is_enough = passes(&tried.left_out);
            search.learn(tried, is_enough, n_tries);
            n_tries += 1;
        }
        let stay: Vec<usize> = (0..n).filter(|one| search.needed_by(*one).is_some()).collect();
        assert!((0..n).all(|one| stay.contains(&one) != search.left_out().contains(&one)));
        (stay, n_tries)
    }

    #[test]
    fn what_is_needed_stays_and_little_is_tried_for_it() {
        let needs = |needed: &'static [usize]| {
            move |left_out: &BTreeSet<usize>| !needed.iter().any(|one| left_out.contains(one))
        };
        assert_eq!(searched(64, needs(&[])), (vec![], 1));
        let (stay, n_tries) = searched(64, needs(&[5, 40]));
        assert_eq!(stay, [5, 40]);
        assert!(n_tries <= 24, "{n_tries}");
        assert_eq!(searched(3, needs(&[0, 1, 2])).0, [0, 1, 2]);
        // With the first left out, that without both rebuilds fail says all of the second.
        assert_eq!(searched(2, needs(&[1])), (vec![1], 2));
    }

    #[test]
    fn of_two_that_say_the_same_one_stays() {
        let (stay, _) = searched(8, |left_out| !(left_out.contains(&2) && left_out.contains(&6)));
        assert_eq!(stay.len(), 1);
    }
}
