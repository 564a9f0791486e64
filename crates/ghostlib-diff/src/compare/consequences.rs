//! Differences that follow from others: what names a missing type cannot be as it is required.

use super::matching::{Matching, Pair};
use super::moves::Move;
use super::paths::{Piece, parent, pieces};
use super::signature::Difference;
use ghostlib_model::{ApiItem, ApiKind};
use std::collections::HashSet;

/// The types, traits and modules that only one of two APIs has.
pub(super) struct Gone<'a> {
    missing: HashSet<&'a str>,
    extra: HashSet<&'a str>,
    /// The required paths of what has moved.
    moved: HashSet<&'a str>,
    /// The paths that the candidate has.
    reachable: HashSet<&'a str>,
    /// The implementations that name something missing, by the last names of their paths.
    implementations: HashSet<String>,
}

impl<'a> Gone<'a> {
    pub(super) fn new(matching: &Matching<'a>, moves: &'a [Move]) -> Self {
        let given = matching.pairs.iter().map(|pair| pair.candidate).chain(matching.extra.iter().copied());
        let mut gone = Self {
            missing: named(&matching.missing),
            extra: named(&matching.extra),
            moved: moves.iter().map(|moved| moved.from.as_str()).collect(),
            reachable: given.map(|item| item.path.as_str()).collect(),
            implementations: HashSet::new(),
        };
        let paths =
            matching.missing.iter().filter(|item| item.kind == ApiKind::TraitImpl).map(|item| &item.path);
        gone.implementations =
            paths.filter(|path| gone.is_named_in(path)).map(|path| last_names(path)).collect();
        gone
    }

    /// Whether it is a missing implementation, for something of the same name that a user cannot reach.
    pub(super) fn leaves(&self, extra: &ApiItem) -> bool {
        extra.kind == ApiKind::TraitImpl && self.implementations.contains(&last_names(&extra.path))
    }

    fn is_named_in(&self, path: &str) -> bool {
        pieces(path).iter().any(|piece| matches!(piece, Piece::Path(path) if is_in(&self.missing, path)))
    }

    /// Whether two signatures differ only where the required one names something missing, and the candidate's
    /// something extra, or something of the same name that a user cannot reach.
    pub(super) fn explains(&self, pair: &Pair<'_>) -> bool {
        if pair.difference != Difference::Signature {
            return false;
        }
        let (wanted, given) = (pieces(&pair.required.signature), pieces(&pair.candidate.signature));
        wanted.len() == given.len()
            && wanted.iter().zip(&given).all(|(wanted, given)| self.explains_piece(*wanted, *given))
    }

    fn explains_piece(&self, wanted: Piece<'_>, given: Piece<'_>) -> bool {
        match (wanted, given) {
            (Piece::Path(wanted), Piece::Path(given)) if wanted != given => {
                let is_same_name = last(wanted) == last(given);
                // A name that is no longer in scope is told where it stands otherwise now.
                let is_left = is_same_name && !self.reachable.contains(given) && is_in(&self.moved, wanted);
                is_left || is_in(&self.missing, wanted) && (is_same_name || is_in(&self.extra, given))
            }
            _ => wanted == given,
        }
    }
}

/// The paths of items that others are below of, or name.
fn named<'a>(items: &[&'a ApiItem]) -> HashSet<&'a str> {
    let kinds =
        [ApiKind::Struct, ApiKind::Enum, ApiKind::Union, ApiKind::Trait, ApiKind::TypeAlias, ApiKind::Module];
    items.iter().filter(|item| kinds.contains(&item.kind)).map(|item| item.path.as_str()).collect()
}

fn is_in(paths: &HashSet<&str>, path: &str) -> bool {
    std::iter::successors(Some(path), |path| parent(path)).any(|path| paths.contains(path))
}

fn last_names(path: &str) -> String {
    let names = pieces(path).into_iter().map(|piece| match piece {
        Piece::Path(path) => last(path),
        Piece::Other(text) => text,
    });
    names.collect()
}

fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or_default()
}
