//! Beyond the public API: which function is which, private ones included, and what their bodies differ in.
//!
//! This is diagnosis and no measure of fidelity: honest rewrites of the same behaviour score near unrelated code.

mod bodies;
mod functions;
mod matching;

use crate::{SourceFile, SourceTree};
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
    let (required, given) = (library_functions(reference), library_functions(candidate));
    let (known, own) = (bare(&required), bare(&given));
    let matched = match_functions(&known, &own);
    let mut is_taken = [vec![false; required.len()], vec![false; given.len()]];
    for (i, j, _) in &matched {
        is_taken[0][*i] = true;
        is_taken[1][*j] = true;
    }
    let rest = |functions: &[InFile<'_>], is_taken: &[bool]| {
        let free = functions.iter().zip(is_taken).filter(|(_, is_taken)| !**is_taken);
        free.map(|(function, _)| function.at()).collect()
    };
    let pair = |(i, j, by): &(usize, usize, MatchedBy)| {
        let (body, own_body) = (&known[*i].body, &own[*j].body);
        let (only_in_reference, only_in_candidate) = body.other_literals(own_body);
        FunctionPair {
            reference: required[*i].at(),
            candidate: given[*j].at(),
            by: *by,
            similarity: body.similarity(own_body),
            only_in_reference,
            only_in_candidate,
        }
    };
    Structure {
        pairs: matched.iter().map(pair).collect(),
        missing: rest(&required, &is_taken[0]),
        extra: rest(&given, &is_taken[1]),
    }
}

/// A function and the file that it stands in.
struct InFile<'t> {
    file: &'t SourceFile,
    function: Function,
}

impl InFile<'_> {
    fn at(&self) -> FunctionAt {
        FunctionAt { path: self.function.path.clone(), place: self.file.place(self.function.span) }
    }
}

/// The functions of a library and its messages, in the order of its files.
fn library_functions(tree: &SourceTree) -> Vec<InFile<'_>> {
    let functions = tree.for_each(SourceFile::is_library, |file, language, root| {
        functions(file, language, root)
            .into_iter()
            .map(|function| InFile { file, function })
            .collect::<Vec<_>>()
    });
    functions.into_iter().flatten().collect()
}

fn bare<'f>(functions: &'f [InFile<'_>]) -> Vec<&'f Function> {
    functions.iter().map(|one| &one.function).collect()
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
