//! What names stand for that imports of a crate give, as far as that is something of the dependency.

use super::consumer::{Code, Consumer, Token};
use super::items::Items;
use super::{Extent, Found, How};
use crate::Node;
use crate::rust::{UseLeaf, use_leaves};
use ghostlib_model::{ApiKind, Place};
use std::collections::{BTreeSet, HashMap};

/// Chains of imports that are longer are not followed to their end.
const MAX_ROUNDS: usize = 16;

/// Paths into the dependency by the names that they have in the crate. Modules are not told apart.
pub(super) struct Bound {
    /// The name of the dependency itself.
    name: String,
    paths: HashMap<String, BTreeSet<Vec<String>>>,
}

/// An import, or an alias of a type.
struct Given<'t> {
    leaf: UseLeaf<'t>,
    is_public: bool,
    place: Place,
}

/// Reads all imports, and notes what they name.
pub(super) fn bind(consumer: &Consumer, name: &str, found: &mut Found<'_, '_>) -> Bound {
    let mut bound = Bound { name: name.to_owned(), paths: HashMap::new() };
    let mut given = vec![];
    for code in consumer.texts() {
        consumer.walk(code, |node| {
            given.extend(read(code, node));
            if node.kind() == "extern_crate_declaration" {
                bound.extern_crate(code, node, found.items);
            }
            !matches!(node.kind(), "use_declaration" | "extern_crate_declaration")
        });
    }
    for _ in 0..MAX_ROUNDS {
        let n_bound = bound.n_paths();
        for one in &given {
            bound.add(one, found.items);
        }
        if bound.n_paths() == n_bound {
            break;
        }
    }
    for one in &given {
        for path in bound.meant(&one.leaf.path) {
            note(found, one, &path);
        }
    }
    bound
}

/// The imports and aliases at a node.
fn read<'t>(code: &'t Code, node: Node<'t>) -> Vec<Given<'t>> {
    let place = || code.place(node);
    match node.kind() {
        "use_declaration" => {
            let is_public = node
                .children()
                .any(|child| child.kind() == "visibility_modifier" && code.text(child) == "pub");
            let leaves = use_leaves(code.whole(), node).into_iter();
            leaves.map(|leaf| Given { leaf, is_public, place: place() }).collect()
        }
        "type_item" => {
            let field = |name| node.child_by_field_name(name).map(|child| code.text(child));
            let (Some(name), Some(ty)) = (field("name"), field("type")) else { return vec![] };
            let path = ty.split('<').next().unwrap_or(ty).split("::").map(str::trim).collect();
            vec![Given { leaf: UseLeaf { path, name: Some(name) }, is_public: false, place: place() }]
        }
        _ => vec![],
    }
}

fn note(found: &mut Found<'_, '_>, given: &Given<'_>, path: &[String]) {
    let (how, extent) =
        if given.is_public { (How::Export, Extent::Subtree) } else { (How::Import, Extent::Alone) };
    if given.leaf.name.is_some() {
        return found.record(path, how, extent, &given.place);
    }
    let module = path.join("::");
    let all: Vec<String> = found.items.directly_in(&module).map(|(_, path)| path.to_owned()).collect();
    for item in all {
        // The functions of a trait are called without naming it.
        let is_trait = found.items.all().iter().any(|one| one.path == item && one.kind == ApiKind::Trait);
        if given.is_public || is_trait {
            found.note(&item, how, extent, &given.place);
        }
    }
}

impl Bound {
    fn n_paths(&self) -> usize {
        self.paths.values().map(BTreeSet::len).sum()
    }

    fn insert(&mut self, name: &str, path: Vec<String>) {
        self.paths.entry(name.to_owned()).or_default().insert(path);
    }

    fn add(&mut self, given: &Given<'_>, items: &Items<'_>) {
        for path in self.meant(&given.leaf.path) {
            match given.leaf.name {
                Some("_") => {}
                // The dependency under its own name.
                Some(name) if path.is_empty() && name == self.name => {}
                Some(name) => self.insert(name, path),
                None => {
                    let module = path.join("::");
                    let all: Vec<(&str, &str)> = items.directly_in(&module).collect();
                    for (name, path) in all {
                        self.insert(name, path.split("::").map(str::to_owned).collect());
                    }
                }
            }
        }
    }

    /// `extern crate a as b;`, which may bring in macros.
    fn extern_crate(&mut self, code: &Code, node: Node<'_>, items: &Items<'_>) {
        let field = |name| node.child_by_field_name(name).map(|child| code.text(child));
        if field("name") != Some(self.name.as_str()) {
            return;
        }
        if let Some(alias) = field("alias") {
            self.insert(alias, vec![]);
        }
        for item in items.all().iter().filter(|item| item.kind == ApiKind::Macro) {
            self.insert(&item.path, vec![item.path.clone()]);
        }
    }

    /// The paths into the dependency that a path of the crate may mean.
    fn meant(&self, path: &[&str]) -> Vec<Vec<String>> {
        let is_own = matches!(path.first(), Some(&("crate" | "self" | "super" | "$crate" | "Self")));
        let is_outside = path.first() == Some(&"::");
        let mut meant = BTreeSet::new();
        for (at, name) in path.iter().enumerate() {
            let rest =
                || path[at + 1..].iter().filter(|name| **name != "self").map(|name| (*name).to_owned());
            if !is_own && at == usize::from(is_outside) && *name == self.name {
                meant.insert(rest().collect::<Vec<_>>());
            }
            if is_own || at == 0 {
                for target in self.paths.get(*name).into_iter().flatten() {
                    meant.insert(target.iter().cloned().chain(rest()).collect());
                }
            }
        }
        meant.into_iter().collect()
    }
}

/// Tells of each path in the words of a text that leads into the dependency.
pub(super) fn paths(bound: &Bound, tokens: &[Token<'_>], mut tell: impl FnMut(&[String], Node<'_>)) {
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text);
    let mut at = 0;
    while at < tokens.len() {
        let before = if at == 0 { "" } else { text(at - 1) };
        if !tokens[at].is_name() || before == "." {
            at += 1;
            continue;
        }
        let is_outside = before == "::" && (at < 2 || !tokens[at - 2].is_name() && text(at - 2) != ">");
        let mut path = if is_outside { vec!["::", text(at)] } else { vec![text(at)] };
        let start = at;
        at += 1;
        while text(at) == "::" && tokens.get(at + 1).is_some_and(Token::is_name) {
            path.push(text(at + 1));
            at += 2;
        }
        for meant in bound.meant(&path) {
            tell(&meant, tokens[start].node);
        }
    }
}
