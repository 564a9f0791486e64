use super::matching::plain_section;
use ghostlib_model::Requirement;
use similar::TextDiff;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

/// From which share of common words on two requirements of one section are the same: twice the common words,
/// divided by all words of both.
pub const SIMILAR_IN_SECTION: f32 = 0.5;
/// The same for requirements of different sections.
pub const SIMILAR_ANYWHERE: f32 = 0.75;

/// How many words of a text are compared.
const MAX_WORDS: usize = 400;
/// How many places of words are looked up for one requirement, the rarest words first.
const MAX_LOOKUPS: usize = 512;
/// How many requirements one is compared with word by word: those with the most words in common.
const MAX_COMPARED: usize = 8;
/// What a word weighs that only one requirement has.
const WORD: usize = 1 << 20;

/// Where a requirement is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// In the section of the same headings.
    Section,
    /// In all sections.
    Anywhere,
}

/// Pairs of similar requirements by their indexes, the most similar first. One may be in several pairs.
///
/// Each old requirement is compared with at most [`MAX_COMPARED`] new ones, so that the time grows with the
/// number of requirements and not with its square.
pub(super) fn pairs(
    old: &[(usize, &Requirement)],
    new: &[(usize, &Requirement)],
    scope: Scope,
) -> Vec<(usize, usize)> {
    if old.is_empty() || new.is_empty() {
        return Vec::new();
    }
    let index = Index::of(new, scope);
    let mut pairs = Vec::new();
    for &(i, requirement) in old {
        let words = words(&requirement.text);
        for at in index.nearest(requirement, &words) {
            let (j, other) = new[at];
            let ratio = TextDiff::from_slices(&words, &index.words[at]).ratio();
            let is_least = if scope == Scope::Section { SIMILAR_IN_SECTION } else { SIMILAR_ANYWHERE };
            if ratio >= is_least {
                let is_elsewhere = requirement.lead_in != other.lead_in;
                pairs.push((Reverse(Ratio(ratio)), is_elsewhere, i.abs_diff(j), i, j));
            }
        }
    }
    pairs.sort_unstable();
    pairs.into_iter().map(|(_, _, _, i, j)| (i, j)).collect()
}

/// Where the words of requirements are.
struct Index<'a> {
    scope: Scope,
    sections: HashMap<Vec<&'a str>, usize>,
    places: HashMap<(usize, &'a str), Vec<usize>>,
    words: Vec<Vec<&'a str>>,
}

impl<'a> Index<'a> {
    fn of(requirements: &[(usize, &'a Requirement)], scope: Scope) -> Self {
        let mut index = Self { scope, sections: HashMap::new(), places: HashMap::new(), words: Vec::new() };
        for (at, (_, requirement)) in requirements.iter().enumerate() {
            let words = words(&requirement.text);
            let n_sections = index.sections.len();
            let section = index.sections.entry(index_section(requirement, scope)).or_insert(n_sections);
            for word in words.iter().copied().collect::<BTreeSet<_>>() {
                index.places.entry((*section, word)).or_default().push(at);
            }
            index.words.push(words);
        }
        index
    }

    /// Those with the most, and the rarest, words in common.
    fn nearest(&self, requirement: &Requirement, words: &[&str]) -> Vec<usize> {
        let Some(&section) = self.sections.get(&index_section(requirement, self.scope)) else {
            return Vec::new();
        };
        let words: BTreeSet<&str> = words.iter().copied().collect();
        let mut places: Vec<_> = words.iter().filter_map(|word| self.places.get(&(section, *word))).collect();
        places.sort_by_key(|places| places.len());
        let mut weights: HashMap<usize, usize> = HashMap::new();
        // A word counts the more, the fewer have it.
        let weighed = places.into_iter().flat_map(|at| at.iter().map(|place| (place, WORD / at.len())));
        for (place, weight) in weighed.take(MAX_LOOKUPS) {
            *weights.entry(*place).or_default() += weight;
        }
        let mut nearest: Vec<_> =
            weights.into_iter().map(|(place, weight)| (Reverse(weight), place)).collect();
        nearest.sort_unstable();
        nearest.into_iter().take(MAX_COMPARED).map(|(_, place)| place).collect()
    }
}

fn index_section(requirement: &Requirement, scope: Scope) -> Vec<&str> {
    if scope == Scope::Section { plain_section(requirement) } else { Vec::new() }
}

/// The words of a text without the punctuation around them.
fn words(text: &str) -> Vec<&str> {
    let bare = |word| {
        let bare = str::trim_matches(word, |c: char| c.is_ascii_punctuation());
        if bare.is_empty() { word } else { bare }
    };
    text.split_whitespace().map(bare).take(MAX_WORDS).collect()
}

/// A number from 0 to 1, which can be ordered.
#[derive(PartialEq, PartialOrd)]
struct Ratio(f32);

impl Eq for Ratio {}

#[expect(clippy::derive_ord_xor_partial_ord, reason = "a ratio is never NaN, on which alone the two differ")]
impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::spec;
    use super::*;
    use std::fmt::Write;

    fn pairs_between(old: &str, new: &str, scope: Scope) -> Vec<(usize, usize)> {
        let (old, new) = (spec(old), spec(new));
        let old: Vec<_> = old.requirements.iter().enumerate().collect();
        let new: Vec<_> = new.requirements.iter().enumerate().collect();
        pairs(&old, &new, scope)
    }

    #[test]
    fn the_most_similar_come_first_and_sections_count() {
        let old = "# A\n\nA space MUST end a word.\n";
        let new = "# A\n\nA tab MUST end a line of words.\n\nA space MUST end each word.\n\n# B\n\nA space MUST end a word!\n";
        assert_eq!(pairs_between(old, new, Scope::Section), [(0, 1), (0, 0)]);
        assert_eq!(pairs_between(old, new, Scope::Anywhere), [(0, 2), (0, 1)]);
        assert_eq!(pairs_between(old, "# A\n\nNothing else MUST happen here.\n", Scope::Section), []);
    }

    #[test]
    fn thousands_of_reworded_requirements_are_found_again() {
        let document = |verb: &str| {
            let mut body = String::from("# A\n\n");
            for i in 0..3000 {
                write!(body, "- The field f{i} MUST {verb} its value in the table of all fields.\n\n")
                    .unwrap();
            }
            body
        };
        let pairs = pairs_between(&document("keep"), &document("hold"), Scope::Section);
        assert!(pairs.len() >= 3000);
        assert!(pairs[..3000].iter().all(|(i, j)| i == j));
    }
}
