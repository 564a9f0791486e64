//! Which items a user can reach, and by which paths.

use super::krate::{DefId, Import, Inner, Krate, ModuleId, ROOT};
use super::resolve::Target;
use std::collections::{BTreeSet, HashMap, HashSet};

/// More public paths than this are not followed: modules that re-export each other multiply.
const MAX_PATHS: usize = 200_000;
/// Longer public paths than this are not followed.
const MAX_SEGMENTS: usize = 64;

/// The public paths of a crate.
#[derive(Default)]
pub(super) struct Reached {
    /// The paths of each item, the canonical one first: fewest segments, then in order of the alphabet.
    pub(super) paths: HashMap<DefId, Vec<String>>,
    /// Public re-exports out of other crates: the index of the module, and of the import in it.
    pub(super) outside: BTreeSet<(ModuleId, usize)>,
}

impl Reached {
    /// The path by which an item goes.
    pub(super) fn canonical(&self, id: DefId) -> Option<&str> {
        Some(self.paths.get(&id)?.first()?.as_str())
    }
}

/// Finds all public paths.
pub(super) fn reach(krate: &Krate<'_>) -> Reached {
    let mut walk =
        Walk { krate, reached: Reached::default(), above: vec![], n_paths: 0, exports: HashMap::new() };
    walk.module(ROOT, &[]);
    for paths in walk.reached.paths.values_mut() {
        paths.sort_by_cached_key(|path| (path.matches("::").count(), path.clone()));
        paths.dedup();
    }
    walk.reached
}

struct Walk<'k, 't> {
    krate: &'k Krate<'t>,
    reached: Reached,
    /// The modules of the path that is being walked.
    above: Vec<ModuleId>,
    n_paths: usize,
    exports: HashMap<ModuleId, Vec<(&'t str, DefId)>>,
}

impl<'t> Walk<'_, 't> {
    fn module(&mut self, module: ModuleId, path: &[&'t str]) {
        if self.above.contains(&module) || path.len() >= MAX_SEGMENTS {
            return;
        }
        self.above.push(module);
        for (name, id) in self.exports_of(module) {
            self.n_paths += 1;
            if self.n_paths > MAX_PATHS {
                break;
            }
            let path = [path, &[name]].concat();
            self.reached.paths.entry(id).or_default().push(path.join("::"));
            if let Inner::Module(inner) = self.krate.def(id).inner {
                self.module(inner, &path);
            }
        }
        self.above.pop();
    }

    fn exports_of(&mut self, module: ModuleId) -> Vec<(&'t str, DefId)> {
        if let Some(exports) = self.exports.get(&module) {
            return exports.clone();
        }
        let exports = self.collect(module, &mut HashSet::new());
        self.exports.insert(module, exports.clone());
        exports
    }

    /// The public names of a module, its own and those that it re-exports.
    fn collect(&mut self, module: ModuleId, visited: &mut HashSet<ModuleId>) -> Vec<(&'t str, DefId)> {
        if !visited.insert(module) {
            return vec![];
        }
        let krate = self.krate;
        let own = krate.module(module).names.values().flatten().copied();
        let mut exports: Vec<_> =
            own.filter(|id| self.is_visible(*id)).map(|id| (krate.def(id).name, id)).collect();
        let imports = krate.module(module).imports.iter().enumerate().filter(|(_, import)| import.is_public);
        let (globs, named): (Vec<_>, Vec<_>) = imports.partition(|(_, import)| import.name.is_none());
        for (index, import) in named {
            exports.extend(self.named((module, index), import));
        }
        // What stands in the module itself goes before what a glob brings in.
        let explicit: HashSet<&str> = exports.iter().map(|(name, _)| *name).collect();
        for (index, import) in globs {
            let glob = self.glob((module, index), import, visited);
            exports.extend(glob.into_iter().filter(|(name, _)| !explicit.contains(name)));
        }
        exports.sort_unstable();
        exports.dedup();
        exports
    }

    fn named(&mut self, at: (ModuleId, usize), import: &Import<'t>) -> Vec<(&'t str, DefId)> {
        let Some(name) = import.name else { return vec![] };
        let mut exports = vec![];
        for target in self.krate.resolve_import(at.0, import) {
            match target {
                Target::Def(id) if self.is_visible(id) => exports.push((name, id)),
                Target::Outside(_) => drop(self.reached.outside.insert(at)),
                Target::Def(_) | Target::Module(_) => {}
            }
        }
        exports
    }

    fn glob(
        &mut self,
        at: (ModuleId, usize),
        import: &Import<'t>,
        visited: &mut HashSet<ModuleId>,
    ) -> Vec<(&'t str, DefId)> {
        let mut exports = vec![];
        for target in self.krate.resolve_import(at.0, import) {
            let module = match target {
                Target::Outside(_) => {
                    self.reached.outside.insert(at);
                    continue;
                }
                Target::Module(module) => module,
                Target::Def(id) => match &self.krate.def(id).inner {
                    Inner::Module(module) => *module,
                    Inner::Variants(variants) => {
                        let visible = variants.iter().filter(|variant| self.is_visible(**variant));
                        exports.extend(visible.map(|variant| (self.krate.def(*variant).name, *variant)));
                        continue;
                    }
                    Inner::Nothing => continue,
                },
            };
            exports.extend(self.collect(module, visited));
        }
        exports
    }

    fn is_visible(&self, id: DefId) -> bool {
        let def = self.krate.def(id);
        def.is_public && !def.attributes.is_hidden()
    }
}
