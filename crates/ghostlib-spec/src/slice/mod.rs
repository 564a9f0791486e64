//! A part of a spec that stands by itself: what some operations and items need, and what binds them all.

mod bindings;
mod choice;
mod front;
mod layout;
mod lines;
mod names;
mod write;

use crate::{Options, Sources, parse_with};
use choice::Choice;
use ghostlib_model::{RequirementId, Sha256Hex, VectorId};
use layout::Layout;
use names::Names;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// What a slice is a slice of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SliceOf {
    /// Over the files of the whole spec.
    pub of: Sha256Hex,
    /// What was asked for.
    pub only: Vec<String>,
}

/// Where a spec is cut.
#[derive(Clone, Debug)]
pub struct Cut {
    /// What the slice says of itself.
    pub slice: SliceOf,
    /// What is left of each API block, in the order of [`crate::Spec::api_blocks`]; nothing where all of it goes.
    pub api: Vec<Option<String>>,
    /// The operations and the paths of the items that the slice has.
    pub kept: BTreeSet<String>,
    /// Those that the spec has besides.
    pub left_out: BTreeSet<String>,
}

/// A slice.
#[derive(Clone, Debug)]
pub struct Slice {
    /// Its files.
    pub sources: Sources,
    /// The requirements that it has, in their order, and why.
    pub kept: Vec<(RequirementId, Reason)>,
    /// Those that it has not.
    pub left_out: Vec<RequirementId>,
}

/// Why a slice has a requirement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "why", content = "of")]
pub enum Reason {
    /// A vector of the slice checks it.
    Vector(VectorId),
    /// It names something that the slice has.
    Names(String),
    /// It stands in the section of something that the slice has.
    InSection(String),
    /// Its id starts as that of a requirement about something that the slice has.
    SharesPrefix(String),
    /// It speaks of nothing by name, and binds all.
    General,
    /// Another requirement of the slice refers to it, or to what it is about.
    ReferredBy(RequirementId),
    /// It stands in one paragraph, table or item with others that the slice has.
    StandsWith(RequirementId),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vector(id) => write!(f, "the vector `{id}` checks it"),
            Self::Names(name) => write!(f, "it names `{name}`"),
            Self::InSection(title) => write!(f, "it stands in the section \"{title}\""),
            Self::SharesPrefix(prefix) => write!(f, "its id starts with `{prefix}`, as others that are kept"),
            Self::General => f.write_str("it binds all: it names nothing that is left out"),
            Self::ReferredBy(id) => write!(f, "`{id}` refers to it"),
            Self::StandsWith(id) => write!(f, "it stands with `{id}`"),
        }
    }
}

/// Cuts a spec. What is not told to be about something else is kept: a slice that says too much is a nuisance, and one that
/// says too little is wrong.
pub fn slice(sources: &Sources, options: &Options, cut: &Cut) -> Slice {
    let (spec, _) = parse_with(sources, options);
    let names = Names::new(cut);
    let layouts: Vec<Layout> = sources.documents().map(|file| Layout::of(file, &spec)).collect();
    let choice = Choice::of(&spec, &names, &layouts);
    let sources = write::sliced(sources, &spec, (cut, &names), &layouts, &choice);
    let (kept, left_out) = choice.told(&spec);
    Slice { sources, kept, left_out }
}

#[cfg(test)]
mod tests;
