//! Beyond the public API: which function is which, private ones included, and what their bodies differ in.
//!
//! This is diagnosis and no measure of fidelity: honest rewrites of the same behaviour score near unrelated code.

mod bodies;
mod functions;
mod matching;

use crate::SourceTree;
use functions::{Function, functions};
use ghostlib_model::{Finding, Place, Priority};
use matching::match_functions;
use std::fmt;

/// How the functions of two trees correspond, messages of `#[error("…")]` attributes included. Tests, benches and
/// examples are left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Structure {
    /// The functions that both have, in the order of the reference.
    pub pairs: Vec<FunctionPair>,
    /// The functions of the reference that nothing in the candidate is like.
    pub missing: Vec<FunctionAt>,
    /// The functions of the candidate that nothing in the reference is like.
    pub extra: Vec<FunctionAt>,
}

/// A function, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionAt {
    /// Modules, owner and name: `parse::Reader::next`, `<Error as Display>::fmt`.
    pub path: String,
    /// All of it, signature included.
    pub place: Place,
}

/// A function of the reference, and the one of the candidate that it is.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionPair {
    /// The reference's.
    pub reference: FunctionAt,
    /// The candidate's.
    pub candidate: FunctionAt,
    /// By what they were matched.
    pub by: MatchedBy,
    /// How much of the two bodies' syntax trees is the same, from 0 to 1 (Dice's coefficient of all subtrees).
    pub similarity: f64,
    /// Strings and numbers that only the reference's body has, as they are written.
    pub only_in_reference: Vec<String>,
    /// Strings and numbers that only the candidate's body has, as they are written.
    pub only_in_candidate: Vec<String>,
}

/// What made two functions a pair, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchedBy {
    /// Modules, owner and name.
    Path,
    /// Owner and name, in another module.
    Name,
    /// The name and the signature.
    Signature,
    /// The body, word for word.
    Body,
    /// Much of the body.
    Likeness,
}

impl fmt::Display for MatchedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Path => "path",
            Self::Name => "name",
            Self::Signature => "signature",
            Self::Body => "body",
            Self::Likeness => "likeness",
        })
    }
}

/// Matches the functions of two trees.
pub fn compare_structure(reference: &SourceTree, candidate: &SourceTree) -> Structure {
    let (required, given) = (functions(reference), functions(candidate));
    let matched = match_functions(&required, &given);
    let mut is_taken = [vec![false; required.len()], vec![false; given.len()]];
    for (i, j, _) in &matched {
        is_taken[0][*i] = true;
        is_taken[1][*j] = true;
    }
    let rest = |tree, functions: &[Function], is_taken: &[bool]| {
        let free = functions.iter().zip(is_taken).filter(|(_, is_taken)| !**is_taken);
        free.map(|(function, _)| function.at(tree)).collect()
    };
    let pair = |(i, j, by): &(usize, usize, MatchedBy)| {
        let (known, own) = (&required[*i], &given[*j]);
        let (only_in_reference, only_in_candidate) = known.body.other_literals(&own.body);
        FunctionPair {
            reference: known.at(reference),
            candidate: own.at(candidate),
            by: *by,
            similarity: known.body.similarity(&own.body),
            only_in_reference,
            only_in_candidate,
        }
    };
    Structure {
        pairs: matched.iter().map(pair).collect(),
        missing: rest(reference, &required, &is_taken[0]),
        extra: rest(candidate, &given, &is_taken[1]),
    }
}

/// A finding for each message that a user reads and that the candidate writes otherwise: the texts of `Display`
/// implementations and of `#[error("…")]` attributes.
pub fn message_findings(structure: &Structure) -> Vec<Finding> {
    let texts = |literals: &[String]| {
        let texts: Vec<_> = literals.iter().filter(|literal| literal.contains('"')).cloned().collect();
        texts.join(", ")
    };
    let finding = |pair: &FunctionPair| {
        let path = &pair.reference.path;
        if !(path.ends_with(" as Display>::fmt") || path.starts_with(functions::MESSAGE)) {
            return None;
        }
        let (wanted, given) = (texts(&pair.only_in_reference), texts(&pair.only_in_candidate));
        if wanted.is_empty() || given.is_empty() {
            return None;
        }
        let message = format!("`{path}` says {given}, and {wanted} is what the reference says");
        let mut finding = Finding::new("message-text", Priority::P2, path, message);
        finding.advice = String::from("Write the same text where users or programs may rely on it.");
        finding.reference = Some(pair.reference.place.clone());
        finding.candidate = Some(pair.candidate.place.clone());
        Some(finding)
    };
    structure.pairs.iter().filter_map(finding).collect()
}
