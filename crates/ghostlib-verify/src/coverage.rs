//! Which code of a library has run, by what its driver counts.

use ghostlib_model::{CodeFunction, CodeReached, Ratio};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// The code of a library, and how a driver's counts tell what of it has run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoverageMap {
    functions: Vec<MappedFunction>,
    /// Each with the function that it belongs to.
    regions: Vec<(usize, Region)>,
    terms: Vec<Term>,
    /// The terms that each place takes part in.
    by_place: HashMap<String, Vec<usize>>,
}

/// A function of the library, or a closure in one, as a compiler sees it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct MappedFunction {
    /// The file, relative to the source tree.
    pub(crate) file: Arc<str>,
    /// The line that it starts on, from 1.
    pub(crate) line: u32,
    /// Its name without its path; none for a closure.
    pub(crate) name: Option<String>,
}

/// A piece of code that runs from its start to its end, or not at all: lines and columns, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Region {
    pub(crate) start: (u32, u32),
    pub(crate) end: (u32, u32),
}

impl Region {
    /// A whole line.
    pub(crate) fn line(line: u32) -> Self {
        Self { start: (line, 1), end: (line, u32::MAX) }
    }
}

/// Counts of places with the factors by which their sum tells how often something ran.
pub(crate) type Sum = BTreeMap<String, i64>;

/// A region that ran as often as a sum says. A region may have several: a generic function is compiled more than once.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    region: usize,
    sum: Sum,
}

impl CoverageMap {
    /// The map of functions as they are compiled. A function or a region that is told again counts once.
    pub(crate) fn new(functions: impl IntoIterator<Item = (MappedFunction, Vec<(Region, Sum)>)>) -> Self {
        let mut map = Self::default();
        let (mut known_functions, mut known_regions) = (HashMap::new(), HashMap::new());
        for (function, regions) in functions {
            let at = *known_functions.entry(function.clone()).or_insert_with(|| {
                map.functions.push(function);
                map.functions.len() - 1
            });
            for (region, sum) in regions {
                let region = *known_regions.entry((at, region)).or_insert_with(|| {
                    map.regions.push((at, region));
                    map.regions.len() - 1
                });
                for place in sum.keys() {
                    map.by_place.entry(place.clone()).or_default().push(map.terms.len());
                }
                map.terms.push(Term { region, sum });
            }
        }
        map
    }
}

impl CoverageMap {
    /// The regions that ran in one sequence, by their numbers.
    pub(crate) fn regions_of(&self, ran: &BTreeMap<String, u64>) -> Vec<usize> {
        let mut reached = Reached::nothing(self);
        reached.add(ran);
        (0..reached.regions.len()).filter(|region| reached.regions[*region]).collect()
    }
}

/// What of a library has run so far.
#[derive(Clone, Debug)]
pub struct Reached<'a> {
    map: &'a CoverageMap,
    regions: Vec<bool>,
}

impl<'a> Reached<'a> {
    /// Nothing yet.
    pub fn nothing(map: &'a CoverageMap) -> Self {
        Self { map, regions: vec![false; map.regions.len()] }
    }

    /// Adds what ran in one sequence: how often, by place. How many regions ran for the first time.
    pub fn add(&mut self, ran: &BTreeMap<String, u64>) -> usize {
        let mut n_new = 0;
        for terms in ran.keys().filter_map(|place| self.map.by_place.get(place)) {
            for term in terms.iter().map(|at| &self.map.terms[*at]) {
                if !self.regions[term.region] && term.ran(ran) {
                    self.regions[term.region] = true;
                    n_new += 1;
                }
            }
        }
        n_new
    }

    /// The figures.
    pub fn figures(&self) -> CodeReached {
        let regions = || self.map.regions.iter().zip(&self.regions);
        let lines = |only_reached: fn(&bool) -> bool| -> BTreeSet<(&str, u32)> {
            let chosen = regions().filter(|(_, reached)| only_reached(reached));
            let lines = chosen.flat_map(|((function, region), _)| {
                let file = &*self.map.functions[*function].file;
                (region.start.0..=region.end.0).map(move |line| (file, line))
            });
            lines.collect()
        };
        let entered: BTreeSet<usize> =
            regions().filter(|(_, reached)| **reached).map(|((function, _), _)| *function).collect();
        let named = self.map.functions.iter().enumerate().filter_map(|(at, function)| {
            let MappedFunction { file, line, name } = function;
            let name = name.clone()?;
            Some((entered.contains(&at), CodeFunction { name, file: file.to_string(), line: *line }))
        });
        let (inside, outside): (Vec<_>, Vec<_>) = named.partition(|(is_entered, _)| *is_entered);
        let mut not_entered: Vec<_> = outside.into_iter().map(|(_, function)| function).collect();
        not_entered.sort();
        CodeReached {
            lines: Ratio::new(lines(|reached| *reached).len(), lines(|_| true).len()),
            regions: Ratio::new(self.regions.iter().filter(|reached| **reached).count(), self.regions.len()),
            functions: Ratio::new(inside.len(), inside.len() + not_entered.len()),
            not_entered,
        }
    }
}

impl Term {
    fn ran(&self, ran: &BTreeMap<String, u64>) -> bool {
        let counts = self
            .sum
            .iter()
            .filter_map(|(place, factor)| Some(i128::from(*ran.get(place)?) * i128::from(*factor)));
        counts.sum::<i128>() > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> CoverageMap {
        let function = |name: Option<&str>, line| MappedFunction {
            file: "src/lib.rs".into(),
            line,
            name: name.map(str::to_owned),
        };
        let region = |first, last| Region { start: (first, 1), end: (last, 9) };
        let sum = |terms: &[(&str, i64)]| terms.iter().map(|(at, n)| ((*at).to_owned(), *n)).collect::<Sum>();
        CoverageMap::new([
            (
                function(Some("pick"), 1),
                vec![
                    (region(1, 2), sum(&[("0", 1)])),
                    (region(3, 3), sum(&[("1", 1)])),
                    (region(5, 5), sum(&[("0", 1), ("1", -1)])),
                ],
            ),
            // The same function for another type.
            (
                function(Some("pick"), 1),
                vec![(region(1, 2), sum(&[("7", 1)])), (region(3, 3), sum(&[("8", 1)]))],
            ),
            (function(Some("never"), 8), vec![(region(8, 9), Sum::new())]),
            (function(None, 9), vec![(region(9, 9), Sum::new())]),
        ])
    }

    fn ran(counts: &[(&str, u64)]) -> BTreeMap<String, u64> {
        counts.iter().map(|(place, n)| ((*place).to_owned(), *n)).collect()
    }

    #[test]
    fn what_has_no_count_of_its_own_ran_as_often_as_others_say() {
        let map = map();
        let mut reached = Reached::nothing(&map);
        assert_eq!(reached.add(&ran(&[("0", 2), ("1", 2)])), 2);
        assert_eq!(reached.add(&ran(&[("0", 2), ("1", 2)])), 0);
        assert_eq!(reached.add(&ran(&[("0", 2), ("1", 1)])), 1);
    }

    #[test]
    fn a_generic_function_is_one_function() {
        let map = map();
        let mut reached = Reached::nothing(&map);
        assert_eq!(reached.add(&ran(&[("7", 1)])), 1);
        assert_eq!(reached.add(&ran(&[("0", 1), ("1", 1), ("99", 1)])), 1);
        let CodeReached { lines, regions, functions, not_entered } = reached.figures();
        assert_eq!((lines, regions), (Ratio::new(3, 6), Ratio::new(2, 5)));
        assert_eq!(functions, Ratio::new(1, 2));
        assert_eq!(not_entered.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["never"]);
    }
}
