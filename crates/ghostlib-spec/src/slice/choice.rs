//! Which requirements a slice has.

use super::Reason;
use super::layout::Layout;
use super::names::{Names, code_in};
use crate::Spec;
use ghostlib_model::{Requirement, RequirementId};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The requirements of a slice, by their order in the spec.
pub(super) struct Choice {
    pub(super) kept: BTreeMap<usize, Reason>,
}

impl Choice {
    pub(super) fn of(spec: &Spec, names: &Names, layouts: &[Layout]) -> Self {
        let chooser = Chooser::new(spec, names, layouts);
        let mut choice = Self { kept: BTreeMap::new() };
        for at in 0..spec.requirements.len() {
            if let Some(reason) = chooser.own_reason(at) {
                choice.kept.insert(at, reason);
            }
        }
        chooser.share_prefixes(&mut choice);
        loop {
            let n_kept = choice.kept.len();
            chooser.follow(&mut choice);
            stand_together(spec, layouts, &mut choice);
            if choice.kept.len() == n_kept {
                return choice;
            }
        }
    }

    /// The requirements that are kept, and why, and those that are not.
    pub(super) fn told(self, spec: &Spec) -> (Vec<(RequirementId, Reason)>, Vec<RequirementId>) {
        let mut kept = self.kept;
        let (mut there, mut gone) = (vec![], vec![]);
        for (at, requirement) in spec.requirements.iter().enumerate() {
            match kept.remove(&at) {
                Some(reason) => there.push((requirement.id.clone(), reason)),
                None => gone.push(requirement.id.clone()),
            }
        }
        (there, gone)
    }

    fn keep(&mut self, at: usize, reason: Reason) {
        self.kept.entry(at).or_insert(reason);
    }
}

struct Chooser<'a> {
    spec: &'a Spec,
    names: &'a Names<'a>,
    /// What the sections around each requirement are about, the innermost that is about something.
    sections: Vec<(String, Vec<usize>)>,
    /// The operations whose vectors check each requirement.
    checked: Vec<BTreeSet<&'a str>>,
}

impl<'a> Chooser<'a> {
    fn new(spec: &'a Spec, names: &'a Names<'a>, layouts: &[Layout]) -> Self {
        let mut sections = vec![(String::new(), vec![]); spec.requirements.len()];
        for layout in layouts {
            let about: Vec<Vec<usize>> =
                (0..layout.markdown.sections.len()).map(|section| layout.about(section, names)).collect();
            for leaf in &layout.leaves {
                let around = layout.sections_around(leaf.section).find(|section| !about[*section].is_empty());
                for at in &leaf.requirements {
                    if let Some(section) = around {
                        let title = layout.markdown.sections[section].title.clone();
                        sections[*at] = (title, about[section].clone());
                    }
                }
            }
        }
        let by_id: HashMap<&RequirementId, usize> = ids(spec).collect();
        let mut checked = vec![BTreeSet::new(); spec.requirements.len()];
        for vector in &spec.vectors {
            for at in vector.requirements.iter().filter_map(|id| by_id.get(id)) {
                checked[*at].insert(vector.operation.as_str());
            }
        }
        Self { spec, names, sections, checked }
    }

    /// Why a requirement is kept, whatever the others are.
    fn own_reason(&self, at: usize) -> Option<Reason> {
        let requirement = &self.spec.requirements[at];
        let vectors = self.spec.vectors_of(requirement);
        if let Some(vector) = vectors.into_iter().find(|vector| is_kept(vector, self.names)) {
            return Some(Reason::Vector(vector.id.clone()));
        }
        let words = words(requirement);
        let kept = |all: &[usize]| all.iter().copied().find(|at| self.names.is_kept(*at));
        if let Some(name) = kept(&self.names.mentioned_in(&words)) {
            return Some(Reason::Names(self.names.name(name).to_owned()));
        }
        if self.names.left_out_subject(&requirement.text) {
            return None;
        }
        let (title, about) = &self.sections[at];
        if kept(about).is_some() {
            return Some(Reason::InSection(title.clone()));
        }
        let names_nothing = self.names.told_in(&words).is_empty() && self.checked[at].is_empty();
        (about.is_empty() && names_nothing).then_some(Reason::General)
    }

    /// Keeps what has an id that starts as those of what is kept for its own sake.
    fn share_prefixes(&self, choice: &mut Choice) {
        let is_own = |at: usize, reason: &Reason| match reason {
            Reason::Vector(_) | Reason::InSection(_) => true,
            Reason::Names(_) => !self.is_elsewhere(at),
            _ => false,
        };
        let kept = choice.kept.iter().filter(|(at, reason)| is_own(**at, reason));
        let prefixes: BTreeSet<&str> =
            kept.filter_map(|(at, _)| prefix(&self.spec.requirements[*at])).collect();
        for (at, requirement) in self.spec.requirements.iter().enumerate() {
            let shared = prefix(requirement).filter(|prefix| prefixes.contains(prefix));
            if let Some(prefix) = shared.filter(|_| !self.names.left_out_subject(&requirement.text)) {
                choice.keep(at, Reason::SharesPrefix(format!("{prefix}.")));
            }
        }
    }

    /// Keeps what those that are kept refer to: requirements by their ids, and what other operations must do where they are
    /// spoken of.
    fn follow(&self, choice: &mut Choice) {
        let by_id: HashMap<&str, usize> = ids(self.spec).map(|(id, at)| (id.as_str(), at)).collect();
        let mut pending: Vec<usize> = choice.kept.keys().copied().collect();
        while let Some(at) = pending.pop() {
            let requirement = &self.spec.requirements[at];
            let words = words(requirement);
            let named = code_in(&words).chain(bracketed(&words)).filter_map(|word| by_id.get(word)).copied();
            let mut referred: Vec<usize> = named.collect();
            let is_aside = matches!(choice.kept[&at], Reason::Names(_)) && self.is_elsewhere(at);
            if self.is_about_something(at) && !is_aside {
                let told = self.names.told_in(&words);
                let others = told.into_iter().filter(|name| !self.names.is_kept(*name));
                referred.extend(others.flat_map(|name| self.about(name)));
            }
            for other in referred {
                if !choice.kept.contains_key(&other) {
                    choice.keep(other, Reason::ReferredBy(requirement.id.clone()));
                    pending.push(other);
                }
            }
        }
    }

    /// Whether a requirement says what something does, and not what holds for all.
    fn is_about_something(&self, at: usize) -> bool {
        !self.sections[at].1.is_empty() || self.starts_with_name(at)
    }

    /// Whether a requirement stands in a section about nothing but what is left out.
    fn is_elsewhere(&self, at: usize) -> bool {
        let about = &self.sections[at].1;
        !about.is_empty() && about.iter().all(|name| !self.names.is_kept(*name))
    }

    fn starts_with_name(&self, at: usize) -> bool {
        let text = &self.spec.requirements[at].text;
        text.starts_with('`')
            && code_in(text).next().is_some_and(|code| !self.names.told_in(&format!("`{code}`")).is_empty())
    }

    /// The requirements about something.
    fn about(&self, name: usize) -> impl Iterator<Item = usize> {
        let operation = self.names.name(name);
        (0..self.spec.requirements.len()).filter(move |at| {
            let text = &self.spec.requirements[*at].text;
            let is_subject = text.starts_with('`')
                && code_in(text)
                    .next()
                    .is_some_and(|code| self.names.told_in(&format!("`{code}`")).contains(&name));
            is_subject || self.sections[*at].1.contains(&name) || self.checked[*at].contains(operation)
        })
    }
}

/// Keeps what cannot be taken out without taking out more.
fn stand_together(spec: &Spec, layouts: &[Layout], choice: &mut Choice) {
    for layout in layouts {
        for leaf in &layout.leaves {
            together(spec, &leaf.requirements, &leaf.requirements, choice);
        }
        for item in (0..layout.items.len()).rev() {
            let all: Vec<usize> = layout
                .of_item(item)
                .flat_map(|leaf| layout.leaves[leaf].requirements.iter().copied())
                .collect();
            let direct = layout.leaves.iter().filter(|leaf| leaf.item == Some(item));
            let own: Vec<usize> = direct.flat_map(|leaf| leaf.requirements.iter().copied()).collect();
            together(spec, &all, &own, choice);
        }
    }
}

/// Keeps `own`, if any of `all` is kept.
fn together(spec: &Spec, all: &[usize], own: &[usize], choice: &mut Choice) {
    let Some(kept) = all.iter().find(|at| choice.kept.contains_key(at)) else { return };
    for at in own {
        choice.keep(*at, Reason::StandsWith(spec.requirements[*kept].id.clone()));
    }
}

/// Whether a slice has a vector: its operation, and those that are called before it.
pub(super) fn is_kept(vector: &ghostlib_model::Vector, names: &Names) -> bool {
    names.has(&vector.operation) && vector.before.iter().all(|call| names.has(&call.operation))
}

fn ids(spec: &Spec) -> impl Iterator<Item = (&RequirementId, usize)> {
    spec.requirements.iter().enumerate().flat_map(|(at, requirement)| {
        std::iter::once(&requirement.id).chain(&requirement.aliases).map(move |id| (id, at))
    })
}

fn words(requirement: &Requirement) -> String {
    format!("{}\n{}", requirement.lead_in.as_deref().unwrap_or_default(), requirement.text)
}

fn bracketed(text: &str) -> impl Iterator<Item = &str> {
    text.split('[').skip(1).filter_map(|rest| rest.split(']').next())
}

/// A written id without its last word.
fn prefix(requirement: &Requirement) -> Option<&str> {
    let id = requirement.id_is_written().then_some(requirement.id.as_str())?;
    id.rsplit_once('.').map(|(prefix, _)| prefix)
}
