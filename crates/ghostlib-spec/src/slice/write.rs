//! The files of a slice.

use super::choice::{Choice, is_kept};
use super::layout::{Kind, Layout};
use super::lines::Lines;
use super::names::Names;
use super::{Cut, bindings, front};
use crate::edit::{indent_of, render_vectors};
use crate::vectors::{VECTORS, Vectors};
use crate::{SourceFile, Sources, Spec, api};
use std::collections::BTreeMap;

/// The sources without what the slice does not have.
pub(super) fn sliced(
    sources: &Sources,
    spec: &Spec,
    cut: (&Cut, &Names),
    layouts: &[Layout],
    choice: &Choice,
) -> Sources {
    let vector_files: Vec<SourceFile> =
        sources.vector_files.iter().filter_map(|file| kept_vectors(file, cut.1)).collect();
    let mut n_api = 0;
    let mut documents: Vec<SourceFile> = layouts
        .iter()
        .map(|layout| {
            let paper = Paper { layout, spec, cut: cut.0, names: cut.1, choice };
            SourceFile::new(&layout.path, paper.sliced(&mut n_api))
        })
        .collect();
    let left: Vec<String> = spec
        .front_matter
        .vectors
        .iter()
        .filter(|name| vector_files.iter().any(|file| file.path == **name))
        .cloned()
        .collect();
    let document = documents.remove(0);
    let text = String::from_utf8_lossy(&document.bytes).into_owned();
    let text = front::sliced(&text, spec, cut, choice, &left);
    Sources {
        document: SourceFile::new(&document.path, text),
        parts: documents,
        vector_files,
        ..Sources::default()
    }
}

/// A vector file with the vectors of the slice alone; nothing, if that is none.
fn kept_vectors(file: &SourceFile, names: &Names) -> Option<SourceFile> {
    let mut vectors = Vectors::default();
    vectors.read_file(file, &mut Vec::new());
    let n_all = vectors.list.len();
    vectors.list.retain(|vector| is_kept(vector, names));
    if vectors.list.len() == n_all {
        return Some(file.clone());
    }
    (!vectors.list.is_empty()).then(|| SourceFile::new(&file.path, render_vectors(&vectors.list)))
}

/// One document.
struct Paper<'a> {
    layout: &'a Layout,
    spec: &'a Spec,
    cut: &'a Cut,
    names: &'a Names<'a>,
    choice: &'a Choice,
}

/// What becomes of a block of vectors, API or bindings.
enum Fate {
    Stays,
    Goes,
    Becomes(String),
}

impl Paper<'_> {
    /// The text of the document. `n_api` counts the API blocks of the spec.
    fn sliced(&self, n_api: &mut usize) -> String {
        let fates: BTreeMap<usize, Fate> = (0..self.layout.markdown.fences.len())
            .filter_map(|at| Some((at, self.fate(at, n_api)?)))
            .collect();
        let mut goes: Vec<bool> =
            (0..self.layout.leaves.len()).map(|at| self.leaf_goes(at, &fates)).collect();
        self.lead_ins(&mut goes);
        let sections = self.sections(&mut goes);
        let mut lines = Lines::of(&self.layout.text);
        for (leaf, _) in self.layout.leaves.iter().zip(&goes).filter(|(_, goes)| **goes) {
            lines.remove(&leaf.span);
        }
        for section in sections {
            let span = self.layout.markdown.sections[section].span;
            lines.remove(&(span.start..span.end));
        }
        for (at, requirement) in self.spec.requirements.iter().enumerate() {
            if *requirement.place.file == *self.layout.path && !self.choice.kept.contains_key(&at) {
                lines.remove_mark(requirement.id.as_str(), requirement.place.span.start);
            }
        }
        for (at, fate) in fates {
            if let Fate::Becomes(code) = fate {
                let fence = &self.layout.markdown.fences[at];
                let code_span = fence.code_span();
                let indent = indent_of(&self.layout.text, fence.span.start);
                lines.replace(&(code_span.start..code_span.end), &code, &indent);
            }
        }
        lines.text()
    }

    /// What becomes of a fence, if it is one of the spec's own.
    fn fate(&self, at: usize, n_api: &mut usize) -> Option<Fate> {
        let fence = &self.layout.markdown.fences[at];
        let [_, kind] = fence.words.as_slice() else { return None };
        let is_here = |place: &ghostlib_model::Place| {
            *place.file == *self.layout.path && (fence.span.start..fence.span.end).contains(&place.span.start)
        };
        if kind == api::API {
            *n_api += 1;
            return Some(match self.cut.api.get(*n_api - 1) {
                Some(None) => Fate::Goes,
                Some(Some(code)) if code.trim_end() != fence.code.as_str().trim_end() => {
                    Fate::Becomes(code.clone())
                }
                _ => Fate::Stays,
            });
        }
        if kind == VECTORS {
            let own = || self.spec.vectors.iter().filter(|vector| is_here(&vector.place));
            let kept: Vec<_> = own().filter(|vector| is_kept(vector, self.names)).cloned().collect();
            return Some(match kept.len() {
                n if n == own().count() => Fate::Stays,
                0 => Fate::Goes,
                _ => Fate::Becomes(render_vectors(&kept)),
            });
        }
        if kind == crate::bindings::BINDINGS {
            let own = || self.spec.bindings.iter().filter(|binding| is_here(&binding.place));
            if own().all(|binding| self.names.has(&binding.operation)) {
                return Some(Fate::Stays);
            }
            return Some(bindings::kept(own(), self.names).map_or(Fate::Goes, Fate::Becomes));
        }
        None
    }

    /// Whether a piece goes, whatever becomes of its section.
    fn leaf_goes(&self, at: usize, fates: &BTreeMap<usize, Fate>) -> bool {
        let leaf = &self.layout.leaves[at];
        if let Kind::Own(fence) = leaf.kind {
            return matches!(fates.get(&fence), Some(Fate::Goes));
        }
        let mut item = leaf.item;
        if item.is_none() {
            return self.is_all_gone(&leaf.requirements);
        }
        while let Some(around) = item {
            let of_item: Vec<usize> = self.layout.of_item(around).collect();
            let holds_own = of_item.iter().any(|at| match self.layout.leaves[*at].kind {
                Kind::Own(fence) => !matches!(fates.get(&fence), Some(Fate::Goes)),
                _ => false,
            });
            let all: Vec<usize> =
                of_item.iter().flat_map(|at| self.layout.leaves[*at].requirements.iter().copied()).collect();
            if self.is_all_gone(&all) && !holds_own {
                return true;
            }
            item = self.layout.items[around];
        }
        false
    }

    /// Whether there were requirements, and none is kept.
    fn is_all_gone(&self, requirements: &[usize]) -> bool {
        !requirements.is_empty() && requirements.iter().all(|at| !self.choice.kept.contains_key(at))
    }

    /// What leads in a list or a table goes with all of it.
    fn lead_ins(&self, goes: &mut [bool]) {
        for (lead_in, pieces) in &self.layout.lists {
            let Some(lead_in) = lead_in.filter(|_| !pieces.is_empty() && pieces.iter().all(|at| goes[*at]))
            else {
                continue;
            };
            let leaf = &self.layout.leaves[lead_in];
            let ends_open = self.layout.text[leaf.span.clone()].trim_end().ends_with(':');
            let has_kept = leaf.requirements.iter().any(|at| self.choice.kept.contains_key(at));
            if ends_open && leaf.kind == Kind::Words && !has_kept {
                goes[lead_in] = true;
            }
        }
    }

    /// The sections that go: those of what is left out, with all that stands in them, and those that nothing is left of.
    fn sections(&self, goes: &mut [bool]) -> Vec<usize> {
        let sections = &self.layout.markdown.sections;
        let mut gone: Vec<usize> = vec![];
        // What is below a section comes behind it.
        for section in (1..sections.len()).rev() {
            let own: Vec<usize> =
                (0..goes.len()).filter(|at| self.layout.leaves[*at].section == section).collect();
            let stays = |at: &usize| {
                let leaf = &self.layout.leaves[*at];
                !goes[*at] && (matches!(leaf.kind, Kind::Own(_)) || !leaf.requirements.is_empty())
            };
            let all_below_goes = (section + 1..sections.len())
                .all(|below| sections[below].parent != Some(section) || gone.contains(&below));
            if own.iter().any(stays) || !all_below_goes {
                continue;
            }
            let had_some = own.iter().any(|at| goes[*at]);
            let has_below =
                (section + 1..sections.len()).any(|below| sections[below].parent == Some(section));
            let is_empty = (had_some || has_below) && own.iter().all(|at| goes[*at]);
            if is_empty || self.is_about_left_out(section) {
                for at in own {
                    goes[at] = true;
                }
                gone.push(section);
            }
        }
        gone
    }

    /// Whether a section is about nothing but what is left out.
    fn is_about_left_out(&self, section: usize) -> bool {
        let around = self.layout.sections_around(section);
        let about = around.map(|at| self.layout.about(at, self.names)).find(|about| !about.is_empty());
        about.is_some_and(|about| about.iter().all(|name| !self.names.is_kept(*name)))
    }
}
