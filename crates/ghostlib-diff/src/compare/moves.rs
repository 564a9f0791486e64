//! Items that are there, at another path.

use super::matching::Matching;
use super::paths::{parent, respelt};
use ghostlib_model::{ApiItem, ApiKind, Place};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A required item that the candidate has at another path, with what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Its path in the reference.
    pub from: String,
    /// Its path in the candidate.
    pub to: String,
    /// What it is.
    pub kind: ApiKind,
    /// Where it stands in the reference.
    pub reference: Place,
    /// Where it stands in the candidate.
    pub candidate: Place,
}

impl Move {
    /// Whether the item has another name, and not just another module.
    pub fn is_rename(&self) -> bool {
        last(&self.from) != last(&self.to)
    }
}

/// The missing items that an extra one can only be: of the same kind, with the same members, and with the same name
/// in another module, or with another name in the same one and an equal signature. Where several fit, none is told.
/// Modules go first, and what they contain with them.
pub(super) fn find_moves(matching: &Matching<'_>) -> Vec<Move> {
    let mut moves = vec![];
    add_moves(&mut moves, &matching.missing, &matching.extra);
    let stays = |item: &&&ApiItem, path: fn(&Move) -> &str| {
        item.kind != ApiKind::Module && !moves.iter().any(|moved| is_below(&item.path, path(moved)))
    };
    let missing: Vec<_> =
        matching.missing.iter().filter(|item| stays(item, |moved| &moved.from)).copied().collect();
    let extra: Vec<_> =
        matching.extra.iter().filter(|item| stays(item, |moved| &moved.to)).copied().collect();
    add_moves(&mut moves, &missing, &extra);
    moves.sort_by(|a, b| a.from.cmp(&b.from));
    moves
}

fn add_moves(moves: &mut Vec<Move>, missing: &[&ApiItem], extra: &[&ApiItem]) {
    let (missing, extra) = (Outermost::of(missing), Outermost::of(extra));
    let is_known =
        |side: &Outermost<'_>, item: &ApiItem| item.kind != ApiKind::Module || !side.members(item).is_empty();
    let elsewhere = pairs(&missing, &extra, |side, item| {
        is_known(side, item).then(|| format!("{} {} {}", item.kind, last(&item.path), side.shape(item)))
    });
    let renamed = pairs(&missing, &extra, |side, item| {
        // A constant of the same type is no evidence; equal arguments and results, or members, are some.
        let is_value = matches!(item.kind, ApiKind::Const | ApiKind::Static);
        let says_something = !side.members(item).is_empty() || item.signature.len() > MIN_SIGNATURE;
        (says_something && !is_value && is_known(side, item))
            .then(|| format!("{} {} {}", item.kind, parent(&item.path).unwrap_or_default(), side.shape(item)))
    });
    for one in elsewhere.into_iter().chain(renamed) {
        if !moves.iter().any(|known| known.from == one.from || known.to == one.to) {
            moves.push(one);
        }
    }
}

fn is_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Shorter signatures are those of too many items.
const MIN_SIGNATURE: usize = "fn(&str)".len();

/// The items as the candidate has them, at the paths where they are required: what a moved type contains, and what
/// speaks of it, moves along.
pub(super) fn at_required_paths(items: &[ApiItem], moves: &[Move]) -> Vec<ApiItem> {
    let required: HashMap<&str, &str> =
        moves.iter().map(|one| (one.to.as_str(), one.from.as_str())).collect();
    let at_required_path = |item: &ApiItem| ApiItem {
        path: respelt(&item.path, &required).into_owned(),
        signature: respelt(&item.signature, &required).into_owned(),
        ..item.clone()
    };
    items.iter().map(at_required_path).collect()
}

/// The items of one side that stand below no other of them, and what stands below each.
struct Outermost<'a> {
    tops: Vec<&'a ApiItem>,
    below: HashMap<&'a str, Vec<&'a ApiItem>>,
}

impl<'a> Outermost<'a> {
    fn of(items: &[&'a ApiItem]) -> Self {
        let is_named = |item: &&&ApiItem| item.kind != ApiKind::TraitImpl;
        let named: HashSet<&str> = items.iter().filter(is_named).map(|item| item.path.as_str()).collect();
        let mut outermost = Self { tops: vec![], below: HashMap::new() };
        for item in items.iter().filter(is_named) {
            let above = std::iter::successors(parent(&item.path), |path| parent(path));
            let above = above.filter(|path| named.contains(path));
            match above.last() {
                Some(top) => outermost.below.entry(top).or_default().push(item),
                None => outermost.tops.push(item),
            }
        }
        outermost
    }

    fn members(&self, item: &ApiItem) -> &[&'a ApiItem] {
        self.below.get(item.path.as_str()).map(Vec::as_slice).unwrap_or_default()
    }

    /// What stays the same when an item moves: its members, or else its signature.
    fn shape(&self, item: &ApiItem) -> String {
        let members = self.members(item);
        if members.is_empty() && item.kind != ApiKind::Struct {
            // Its own path may stand in it, as that of the crate's other items does.
            return item.signature.clone();
        }
        let mut names: Vec<_> = members.iter().map(|member| &member.path[item.path.len()..]).collect();
        names.sort_unstable();
        names.concat()
    }
}

/// The pairs of which both sides have the same key and nothing else has it.
fn pairs<'a>(
    missing: &Outermost<'a>,
    extra: &Outermost<'a>,
    key: impl Fn(&Outermost<'a>, &ApiItem) -> Option<String>,
) -> Vec<Move> {
    let mut sides: BTreeMap<String, [Vec<&ApiItem>; 2]> = BTreeMap::new();
    for (i, side) in [missing, extra].into_iter().enumerate() {
        for item in &side.tops {
            if let Some(key) = key(side, item) {
                sides.entry(key).or_default()[i].push(item);
            }
        }
    }
    let pair = |[from, to]: [Vec<&ApiItem>; 2]| match (&from[..], &to[..]) {
        ([from], [to]) => Some(Move {
            from: from.path.clone(),
            to: to.path.clone(),
            kind: from.kind,
            reference: from.place.clone(),
            candidate: to.place.clone(),
        }),
        _ => None,
    };
    sides.into_values().filter_map(pair).collect()
}

fn last(path: &str) -> &str {
    path.rsplit_once("::").map_or(path, |(_, last)| last)
}
