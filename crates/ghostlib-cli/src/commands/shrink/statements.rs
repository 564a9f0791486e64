//! What a spec is made of, as far as it can be left out.

use clap::ValueEnum;
use ghostlib_model::{RequirementId, Shown};
use ghostlib_run::LoadedSpec;
use ghostlib_spec::{section_titles, shown};
use std::collections::BTreeSet;

/// A kind of parts of a spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(super) enum Kind {
    /// Sections, with what is below them.
    Sections,
    /// Requirements.
    Requirements,
    /// Vectors of vector files.
    Vectors,
}

/// A part of a spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) kind: Kind,
    /// The title of a section, or an id.
    pub(super) name: String,
}

impl std::fmt::Display for Statement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind {
            Kind::Sections => write!(f, "section `{}`", self.name),
            Kind::Requirements => write!(f, "`{}`", self.name),
            Kind::Vectors => write!(f, "vector `{}`", self.name),
        }
    }
}

/// All statements of these kinds, and the groups that are tried first: requirements that vectors name beside others,
/// since those vectors may say the same.
pub(super) fn statements(loaded: &LoadedSpec, kinds: &[Kind]) -> (Vec<Statement>, Vec<Vec<usize>>) {
    let is_wanted = |kind| kinds.is_empty() || kinds.contains(&kind);
    let named: BTreeSet<&str> = loaded
        .spec
        .vectors
        .iter()
        .flat_map(|vector| &vector.requirements)
        .map(RequirementId::as_str)
        .collect();
    let (mut all, mut groups) = (Vec::new(), Vec::new());
    let mut add = |kind, names: Vec<String>| {
        let first = all.len();
        let wanted = names.into_iter().filter(|_| is_wanted(kind));
        all.extend(wanted.map(|name| Statement { kind, name }));
        groups.push((first..all.len()).collect());
    };
    // The first section is the whole document.
    let mut titles: Vec<String> = section_titles(&loaded.sources).into_iter().skip(1).collect();
    let mut seen = BTreeSet::new();
    titles.retain(|title| seen.insert(title.clone()));
    add(Kind::Sections, titles);
    let ids = loaded.spec.requirements.iter().map(|one| one.id.as_str().to_owned());
    let (stated, unstated): (Vec<String>, Vec<String>) = ids.partition(|id| named.contains(id.as_str()));
    add(Kind::Requirements, stated);
    add(Kind::Requirements, unstated);
    add(Kind::Vectors, vectors_of_files(loaded));
    (all, groups)
}

/// Vectors of fenced blocks go with their sections alone.
fn vectors_of_files(loaded: &LoadedSpec) -> Vec<String> {
    let files: BTreeSet<&str> = loaded.sources.vector_files.iter().map(|file| file.path.as_str()).collect();
    let in_files = loaded.spec.vectors.iter().filter(|vector| files.contains(&*vector.place.file));
    in_files.map(|vector| vector.id.as_str().to_owned()).collect()
}

/// A spec without some statements.
pub(super) fn without(all: &[Statement], left_out: &BTreeSet<usize>) -> Shown {
    if left_out.is_empty() {
        return Shown::Whole;
    }
    let of = |kind| -> Vec<String> {
        let statements = left_out.iter().filter_map(|at| all.get(*at)).filter(|one| one.kind == kind);
        statements.map(|one| one.name.clone()).collect()
    };
    Shown::Without {
        sections: of(Kind::Sections),
        requirements: of(Kind::Requirements),
        vectors: false,
        vector_ids: of(Kind::Vectors),
    }
}

/// What is left of a spec.
pub(super) fn rest(loaded: &LoadedSpec, what: &Shown) -> LoadedSpec {
    LoadedSpec::of(shown(&loaded.sources, &loaded.spec, what))
}

/// The statements that a spec has no more.
pub(super) fn gone(all: &[Statement], rest: &LoadedSpec) -> BTreeSet<usize> {
    let titles = section_titles(&rest.sources);
    let has = |one: &Statement| match one.kind {
        Kind::Sections => titles.contains(&one.name),
        Kind::Requirements => rest.spec.requirements.iter().any(|other| other.id.as_str() == one.name),
        Kind::Vectors => rest.spec.vectors.iter().any(|other| other.id.as_str() == one.name),
    };
    (0..all.len()).filter(|at| !has(&all[*at])).collect()
}
