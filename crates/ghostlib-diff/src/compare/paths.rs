//! The paths that stand in signatures, and what becomes of them when their items go by other paths.

use ghostlib_model::{ApiItem, ApiKind, Place};
use std::borrow::Cow;
use std::collections::HashMap;

/// A piece of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// A name with what it stands in: `Vec`, `map::Iter`, `$0::Item`.
    Path(&'a str),
    /// What is between two of them.
    Other(&'a str),
}

/// The pieces of a signature, in their order.
pub(super) fn pieces(signature: &str) -> Vec<Piece<'_>> {
    let mut pieces = vec![];
    let mut rest = signature;
    while !rest.is_empty() {
        let length = path_length(rest);
        let (piece, after) = match length {
            0 => rest.split_at(rest.find(starts_path).unwrap_or(rest.len())),
            _ => rest.split_at(length),
        };
        pieces.push(if length == 0 { Piece::Other(piece) } else { Piece::Path(piece) });
        rest = after;
    }
    pieces
}

/// The signature with the paths that `names` has, and those below them, put in their places.
pub(super) fn respelt<'a>(signature: &'a str, names: &HashMap<&str, &str>) -> Cow<'a, str> {
    let pieces = pieces(signature);
    let changes = |piece: &Piece<'_>| matches!(piece, Piece::Path(path) if instead(path, names).is_some());
    if !pieces.iter().any(changes) {
        return Cow::Borrowed(signature);
    }
    let spelt = pieces.into_iter().map(|piece| match piece {
        Piece::Path(path) => instead(path, names).map_or(Cow::Borrowed(path), Cow::Owned),
        Piece::Other(text) => Cow::Borrowed(text),
    });
    Cow::Owned(spelt.collect())
}

/// The path that stands for this one, if `names` has it or something above it.
pub(super) fn instead(path: &str, names: &HashMap<&str, &str>) -> Option<String> {
    let mut above = std::iter::successors(Some(path), |path| parent(path));
    let (known, name) = above.find_map(|above| Some((above, *names.get(above)?)))?;
    Some(format!("{name}{}", &path[known.len()..]))
}

/// What is the same for an item at each of its paths, and another for each item.
pub(super) type Identity<'a> = (ApiKind, &'a Place, &'a str);

/// An item's kind, place and own path. The place alone does not tell what one macro makes from each other.
pub(super) fn identity(item: &ApiItem) -> Identity<'_> {
    let own = match item.declaration.split_once("pub use crate::") {
        Some((_, import)) => import.split([' ', ';']).next().unwrap_or_default(),
        // Modules are declared anew at each path, and so is all of Python.
        None if item.kind == ApiKind::Module => "",
        None if item.kind == ApiKind::Macro || item.declaration.contains("pub ") => &item.path,
        None => "",
    };
    (item.kind, &item.place, own)
}

pub(super) fn parent(path: &str) -> Option<&str> {
    path.rsplit_once("::").or_else(|| path.rsplit_once('.')).map(|(parent, _)| parent)
}

/// The shorter one goes first, and of two, the first in the alphabet.
pub(super) fn order(path: &str) -> (usize, &str) {
    (path.matches("::").count(), path)
}

fn starts_path(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

/// The length in bytes of the path at the start of a text; 0 where none is there.
fn path_length(text: &str) -> usize {
    let mut length = 0;
    loop {
        let word = text[length..].find(|c| !starts_path(c)).unwrap_or(text.len() - length);
        length += word;
        let goes_on =
            word > 0 && text[length..].strip_prefix("::").is_some_and(|rest| rest.starts_with(starts_path));
        if !goes_on {
            return length;
        }
        length += "::".len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_what_is_between_them() {
        let paths = |text| {
            let pieces = pieces(text).into_iter();
            let paths = pieces.filter_map(|piece| match piece {
                Piece::Path(path) => Some(path),
                Piece::Other(_) => None,
            });
            paths.collect::<Vec<_>>()
        };
        assert_eq!(paths("fn<$0: a::B>(&'1 $0::C, é) -> D"), ["fn", "$0", "a::B", "1", "$0::C", "é", "D"]);
        for odd in ["", "::", ":::a::", "$", "a::<b>", "<>::é"] {
            let whole: String = pieces(odd)
                .iter()
                .map(|piece| match piece {
                    Piece::Path(text) | Piece::Other(text) => *text,
                })
                .collect();
            assert_eq!(whole, odd);
        }
    }

    #[test]
    fn a_name_is_put_in_place_with_what_is_below_it() {
        let names = HashMap::from([("map::Iter", "Iter"), ("Map", "map::Map")]);
        assert_eq!(respelt("fn(Map<K>) -> map::Iter::Item", &names), "fn(map::Map<K>) -> Iter::Item");
        assert_eq!(respelt("fn(map::Iterator, Mapped)", &names), "fn(map::Iterator, Mapped)");
    }
}
