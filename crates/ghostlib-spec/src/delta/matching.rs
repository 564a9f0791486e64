use super::similarity::{self, Scope};
use ghostlib_model::{IdSource, Requirement};
use std::collections::{HashMap, VecDeque};

/// Which requirement of the new spec is which of the old one.
pub(super) struct Matching {
    /// For each old one, the new one.
    pub(super) of_old: Vec<Option<usize>>,
    /// For each new one, the old one.
    pub(super) of_new: Vec<Option<usize>>,
}

impl Matching {
    pub(super) fn of(old: &[Requirement], new: &[Requirement]) -> Self {
        let mut matching = Self { of_old: vec![None; old.len()], of_new: vec![None; new.len()] };
        matching.by_name(old, new);
        matching.by_key(old, new, |requirement| {
            (&requirement.text, &requirement.lead_in, Some(plain_section(requirement)))
        });
        matching.by_key(old, new, |requirement| (&requirement.text, &requirement.lead_in, None::<Vec<&str>>));
        for scope in [Scope::Section, Scope::Anywhere] {
            let (old_left, new_left) = (left(old, &matching.of_old), left(new, &matching.of_new));
            for (i, j) in similarity::pairs(&old_left, &new_left, scope) {
                matching.pair(i, j);
            }
        }
        // What stands at the same place of a checklist, whatever it says now.
        matching.by_key(old, new, |requirement| (requirement.id.as_str(), requirement.id_source));
        matching
    }

    /// Notes that two are one, if neither is another already.
    fn pair(&mut self, i: usize, j: usize) {
        if self.of_old[i].is_none() && self.of_new[j].is_none() {
            self.of_old[i] = Some(j);
            self.of_new[j] = Some(i);
        }
    }

    fn by_name(&mut self, old: &[Requirement], new: &[Requirement]) {
        let mut at: HashMap<&str, usize> = HashMap::new();
        for (j, requirement) in new.iter().enumerate().filter(|(_, new)| is_name(new)) {
            at.entry(requirement.id.as_str()).or_insert(j);
        }
        for (j, requirement) in new.iter().enumerate() {
            for alias in &requirement.aliases {
                at.entry(alias.as_str()).or_insert(j);
            }
        }
        for (i, requirement) in old.iter().enumerate() {
            if let Some(&j) = at.get(requirement.id.as_str()) {
                self.pair(i, j);
            }
        }
        // A renaming that was taken back.
        for (i, requirement) in old.iter().enumerate() {
            for j in requirement.aliases.iter().filter_map(|alias| at.get(alias.as_str())) {
                self.pair(i, *j);
            }
        }
    }

    /// Pairs what is left and has the same key, the first with the first.
    fn by_key<'a, K: Eq + std::hash::Hash>(
        &mut self,
        old: &'a [Requirement],
        new: &'a [Requirement],
        key: impl Fn(&'a Requirement) -> K,
    ) {
        let mut at: HashMap<K, VecDeque<usize>> = HashMap::new();
        for (j, requirement) in left(new, &self.of_new) {
            at.entry(key(requirement)).or_default().push_back(j);
        }
        for (i, requirement) in left(old, &self.of_old) {
            if let Some(j) = at.get_mut(&key(requirement)).and_then(VecDeque::pop_front) {
                self.pair(i, j);
            }
        }
    }
}

/// Whether the id names the requirement by itself. The ordinal of a checkbox does not.
fn is_name(requirement: &Requirement) -> bool {
    requirement.id_source != IdSource::Checkbox
}

/// The requirements that are not paired yet, with their indexes.
fn left<'a>(requirements: &'a [Requirement], paired: &[Option<usize>]) -> Vec<(usize, &'a Requirement)> {
    requirements.iter().enumerate().filter(|(i, _)| paired[*i].is_none()).collect()
}

/// The headings above a requirement without their numbers, which change when a section is put in before.
pub(super) fn plain_section(requirement: &Requirement) -> Vec<&str> {
    requirement.section.iter().map(|heading| crate::statements::without_number(heading)).collect()
}
