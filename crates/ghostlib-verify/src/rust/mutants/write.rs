//! Writing a file with the choice between its mutants.

use super::sites::{Site, SiteKind};
use std::cmp::Reverse;
use std::fmt::Write as _;
use std::ops::Range;

/// A file with choices, and where they stand in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) text: String,
    /// Ranges of bytes with the mutants that they are about: each alternative, and each site with all of its own.
    pub(super) regions: Vec<(Range<usize>, Vec<usize>)>,
}

impl Written {
    /// The mutants of the smallest region around a range; if there is none, of all regions that it touches.
    pub(super) fn mutants_at(&self, range: &Range<usize>) -> Vec<usize> {
        let is_around =
            |region: &&(Range<usize>, Vec<usize>)| region.0.start <= range.start && range.end <= region.0.end;
        if let Some(region) = self.regions.iter().filter(is_around).min_by_key(|(region, _)| region.len()) {
            return region.1.clone();
        }
        let touches =
            |region: &&(Range<usize>, Vec<usize>)| region.0.start < range.end && range.start < region.0.end;
        self.regions.iter().filter(touches).flat_map(|(_, mutants)| mutants.clone()).collect()
    }
}

/// Writes a text with choices between mutants. Each site comes with the numbers of its alternatives, and none for
/// those that are left out. `active` is the path of the function that says whether a mutant is active.
pub(super) fn write(text: &str, sites: &[(&Site, Vec<Option<usize>>)], active: &str) -> Written {
    let mut sorted: Vec<_> = sites.iter().filter(|(_, ids)| ids.iter().any(Option::is_some)).collect();
    // What is put in stands before what is replaced.
    sorted.sort_by_key(|(site, _)| (site.span.start, !site.span.is_empty(), Reverse(site.span.end)));
    let mut writer = Writer { text, active, written: Written::default() };
    writer.range(0..text.len(), &sorted);
    writer.written
}

struct Writer<'t> {
    text: &'t str,
    active: &'t str,
    written: Written,
}

type Numbered<'s> = (&'s Site, Vec<Option<usize>>);

impl Writer<'_> {
    /// Writes a range of the original with the sites in it.
    fn range(&mut self, range: Range<usize>, sites: &[&Numbered<'_>]) {
        let mut at = range.start;
        let mut rest = sites;
        while let Some((first, others)) = rest.split_first() {
            let span = first.0.span.clone();
            let n_inner = others.iter().take_while(|(site, _)| site.span.start < span.end).count();
            let (inner, behind) = others.split_at(n_inner);
            self.original(at..span.start);
            self.site(first, inner);
            at = span.end;
            rest = behind;
        }
        self.original(at..range.end);
    }

    fn original(&mut self, range: Range<usize>) {
        self.written.text.push_str(self.text.get(range).unwrap_or_default());
    }

    fn site(&mut self, (site, ids): &Numbered<'_>, inner: &[&Numbered<'_>]) {
        let start = self.written.text.len();
        match site.kind {
            SiteKind::Body => {
                self.alternatives(site, ids, |active, text| format!(" if {active} {{ return {text}; }}"));
            }
            SiteKind::Arm => self.alternatives(site, ids, |active, _| format!(" if !{active}")),
            SiteKind::Expression => {
                self.written.text.push('(');
                self.alternatives(site, ids, |active, text| format!("if {active} {{ {text} }} else "));
                self.written.text.push_str("{ ");
                self.range(site.span.clone(), inner);
                self.written.text.push_str(" })");
            }
        }
        let all = ids.iter().flatten().copied().collect();
        self.written.regions.push((start..self.written.text.len(), all));
    }

    fn alternatives(&mut self, site: &Site, ids: &[Option<usize>], written: impl Fn(&str, &str) -> String) {
        for (alternative, id) in site.alternatives.iter().zip(ids) {
            let Some(id) = id else { continue };
            let start = self.written.text.len();
            let active = format!("{}({id})", self.active);
            let _ = write!(self.written.text, "{}", written(&active, &alternative.text));
            self.written.regions.push((start..self.written.text.len(), vec![*id]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sites::sites;
    use super::*;
    use std::collections::BTreeSet;

    fn written(text: &str, out: &[usize]) -> Written {
        let found = sites(text, "std").all;
        let mut next = 0..;
        let numbered: Vec<_> = found
            .iter()
            .map(|site| {
                let numbers = next.by_ref().take(site.alternatives.len());
                (site, numbers.map(|number| Some(number).filter(|one| !out.contains(one))).collect())
            })
            .collect();
        write(text, &numbered, "on")
    }

    #[test]
    fn the_choices_within_a_choice_stand_in_its_last_branch_alone() {
        let written = written("fn f(a: u8) -> u8 {a << 1 ^ !a}", &[0, 1]);
        let inner = "(if on(2) { (a) >> (1) } else { a << 1 })";
        let not = "(if on(3) { a } else { !a })";
        let outer = format!(
            "(if on(4) {{ (a << 1) & (!a) }} else if on(5) {{ (a << 1) | (!a) }} else {{ {inner} ^ {not} }})"
        );
        assert_eq!(written.text, format!("fn f(a: u8) -> u8 {{{outer}}}"));
    }

    #[test]
    fn bodies_and_arms_are_put_in() {
        let written = written("fn f(a: u8) -> bool {match a { 1 | 2 => false, _ => true }}", &[]);
        let head = "fn f(a: u8) -> bool { if on(0) { return true; } if on(1) { return false; }";
        assert_eq!(written.text, format!("{head}match a {{ 1 | 2 if !on(2) => false, _ => true }}}}"));
    }

    #[test]
    fn the_compilers_places_lead_to_mutants() {
        let written = written("fn f(a: u8) -> u8 {a << 1 ^ !a}", &[0, 1]);
        let at = |part: &str| {
            let start = written.text.find(part).unwrap();
            written.mutants_at(&(start..start + part.len()))
        };
        assert_eq!(at("(a << 1) & (!a)"), [4]);
        assert_eq!(at(">>"), [2]);
        assert_eq!(at("{ a << 1 }"), [2]);
        assert_eq!(at("fn f"), [0; 0]);
        assert_eq!(at(&written.text).into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([2, 3, 4, 5]));
    }
}
