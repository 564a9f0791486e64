//! Which items a user can reach, and by which paths.

use rustdoc_types::{Crate, Id, Item, ItemEnum, Use};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The public paths of a crate.
#[derive(Default)]
pub(super) struct Reached {
    /// The paths of each item, the canonical one first: fewest segments, then in order of the alphabet.
    pub(super) paths: BTreeMap<Id, Vec<String>>,
    /// Public names of what other crates define; a glob is one.
    pub(super) n_outside: usize,
}

/// What a name may stand for at the same time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Namespace {
    Types,
    Values,
    Macros,
}

pub(super) fn reach(krate: &Crate) -> Reached {
    let mut walk = Walk { krate, reached: Reached::default(), above: vec![], exports: HashMap::new() };
    walk.module(krate.root, "");
    for paths in walk.reached.paths.values_mut() {
        paths.sort_by_cached_key(|path| (path.matches("::").count(), path.clone()));
        paths.dedup();
    }
    walk.reached
}

struct Walk<'k> {
    krate: &'k Crate,
    reached: Reached,
    /// The modules of the path that is being walked.
    above: Vec<Id>,
    exports: HashMap<Id, Vec<(&'k str, Id)>>,
}

impl<'k> Walk<'k> {
    fn module(&mut self, id: Id, path: &str) {
        if self.above.contains(&id) {
            return;
        }
        self.above.push(id);
        for (name, id) in self.exports_of(id) {
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}::{name}") };
            self.reached.paths.entry(id).or_default().push(path.clone());
            if matches!(self.krate.index[&id].inner, ItemEnum::Module(_)) {
                self.module(id, &path);
            }
        }
        self.above.pop();
    }

    fn exports_of(&mut self, module: Id) -> Vec<(&'k str, Id)> {
        if !self.exports.contains_key(&module) {
            let exports = self.collect(module, &mut HashSet::new());
            self.exports.insert(module, exports);
        }
        self.exports[&module].clone()
    }

    /// The public names of a module, its own and those that it re-exports.
    fn collect(&mut self, id: Id, visited: &mut HashSet<Id>) -> Vec<(&'k str, Id)> {
        if !visited.insert(id) {
            return vec![];
        }
        let items: &[Id] = match self.krate.index.get(&id).map(|item| &item.inner) {
            Some(ItemEnum::Module(module)) => &module.items,
            Some(ItemEnum::Enum(of)) => &of.variants,
            _ => return vec![],
        };
        let mut exports = vec![];
        let mut globs = vec![];
        for item in items.iter().filter_map(|id| self.krate.index.get(id)) {
            match &item.inner {
                ItemEnum::Use(import) if import.is_glob => globs.push(import),
                ItemEnum::Use(import) => exports.extend(self.named(import)),
                ItemEnum::ExternCrate { .. } => self.reached.n_outside += 1,
                _ => exports.extend(item.name.as_deref().map(|name| (name, item.id))),
            }
        }
        // What a module names itself goes before what a glob brings in.
        let explicit: HashSet<_> = exports.iter().map(|export| self.key(*export)).collect();
        for import in globs {
            match import.id.filter(|id| self.krate.index.contains_key(id)) {
                Some(id) => {
                    let brought = self.collect(id, visited);
                    exports
                        .extend(brought.into_iter().filter(|export| !explicit.contains(&self.key(*export))));
                }
                None => self.reached.n_outside += 1,
            }
        }
        exports.sort_unstable();
        exports.dedup();
        exports
    }

    fn named(&mut self, import: &'k Use) -> Option<(&'k str, Id)> {
        let found = import.id.and_then(|id| self.krate.index.get(&id));
        match found.map(|item| &item.inner) {
            // A re-export of a re-export
            Some(ItemEnum::Use(inner)) => Some((&import.name, self.named(inner)?.1)),
            Some(_) => Some((&import.name, import.id?)),
            None => {
                self.reached.n_outside += 1;
                None
            }
        }
    }

    fn key(&self, (name, id): (&'k str, Id)) -> (&'k str, Namespace) {
        (name, namespace(&self.krate.index[&id]))
    }
}

fn namespace(item: &Item) -> Namespace {
    match item.inner {
        ItemEnum::Function(_) | ItemEnum::Constant { .. } | ItemEnum::Static(_) => Namespace::Values,
        ItemEnum::Macro(_) | ItemEnum::ProcMacro(_) => Namespace::Macros,
        _ => Namespace::Types,
    }
}
