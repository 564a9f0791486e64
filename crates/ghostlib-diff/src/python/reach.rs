//! What a user can reach, and by which paths.

use super::all::Part;
use super::package::{Entity, ModuleId, Package, View};
use super::scope::{Kept, Origin, What, When};
use super::syntax::Site;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A module that is reached under another name is followed to this depth.
const MAX_ALIASES: usize = 3;

/// The public paths of a library.
#[derive(Default)]
pub(super) struct Reached<'t> {
    /// Those of each item, the shortest first.
    pub(super) items: BTreeMap<ModuleId, BTreeMap<&'t str, Vec<String>>>,
    /// Modules at each of their paths.
    pub(super) modules: BTreeSet<(String, ModuleId)>,
    /// Names that are exported and not defined here.
    pub(super) outside: Vec<(String, Site<'t>)>,
}

impl<'t> Reached<'t> {
    /// Each item with its paths.
    pub(super) fn all(&self) -> impl Iterator<Item = (ModuleId, &'t str, &[String])> {
        self.items
            .iter()
            .flat_map(|(id, items)| items.iter().map(move |(name, paths)| (*id, *name, paths.as_slice())))
    }

    /// The path by which an item is told of.
    pub(super) fn canonical(&self, id: ModuleId, name: &str) -> Option<&str> {
        self.items.get(&id)?.get(name)?.first().map(String::as_str)
    }
}

pub(super) fn reach<'t>(package: &Package<'t>) -> Reached<'t> {
    let mut walk =
        Walk { package, exports: Exports { package, listed: HashMap::new() }, reached: Reached::default() };
    for id in package.module_ids() {
        let path = &package.module(id).path;
        if is_public(path) {
            walk.module(id, path, 0);
        }
    }
    let mut reached = walk.reached;
    for paths in reached.items.values_mut().flat_map(BTreeMap::values_mut) {
        paths.sort_by(|a, b| (a.matches('.').count(), a.len(), a).cmp(&(b.matches('.').count(), b.len(), b)));
        paths.dedup();
    }
    reached
}

fn is_public(path: &str) -> bool {
    !path.split('.').any(|part| part.starts_with('_'))
}

pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

struct Walk<'p, 't> {
    package: &'p Package<'t>,
    exports: Exports<'p, 't>,
    reached: Reached<'t>,
}

impl Walk<'_, '_> {
    fn module(&mut self, id: ModuleId, path: &str, depth: usize) {
        if !self.reached.modules.insert((path.to_owned(), id)) || depth > MAX_ALIASES {
            return;
        }
        let is_listed = self.package.module(id).scope.all.is_some();
        for name in self.exports.of(id) {
            let path = join(path, &name);
            match self.package.resolve(id, &name, View::Runtime) {
                Entity::Item(module, name) => {
                    self.reached.items.entry(module).or_default().entry(name).or_default().push(path);
                }
                // What has a public path of its own is not listed again under another one.
                Entity::Module(module) if !is_public(&self.package.module(module).path) => {
                    self.module(module, &path, depth + 1);
                }
                Entity::External(from) => {
                    self.outside(format!("`{path}`, which is `{from}` of another library"), id, &name);
                }
                Entity::Unknown if is_listed && !self.is_there_anyway(id, &name) => {
                    self.outside(format!("`{path}`, which `__all__` lists and nothing defines"), id, &name);
                }
                Entity::Unknown | Entity::Module(_) => {}
            }
        }
    }

    /// `__all__` may list modules, and what every module has.
    fn is_there_anyway(&self, id: ModuleId, name: &str) -> bool {
        self.package.submodule(id, name).is_some() || name == "__doc__"
    }

    fn outside(&mut self, what: String, id: ModuleId, name: &str) {
        let module = self.package.module(id);
        let root = self.package.sources.root(module.file);
        let site = module.scope.chosen(name).map(|binding| binding.site);
        if let Some(site) =
            site.or(root.map(|root| root.at(root.node.children().next().unwrap_or(root.node))))
        {
            self.reached.outside.push((what, site));
        }
    }
}

struct Exports<'p, 't> {
    package: &'p Package<'t>,
    /// What each `__all__` lists, as far as it is read.
    listed: HashMap<ModuleId, BTreeSet<String>>,
}

impl Exports<'_, '_> {
    /// The public names of a module.
    fn of(&mut self, id: ModuleId) -> BTreeSet<String> {
        self.listed(id).unwrap_or_else(|| self.unlisted(id))
    }

    /// What `__all__` lists; nothing where there is none, or none that can be read.
    fn listed(&mut self, id: ModuleId) -> Option<BTreeSet<String>> {
        let package = self.package;
        let all = package.module(id).scope.all.as_ref().filter(|all| !all.is_computed)?;
        if let Some(known) = self.listed.get(&id) {
            return Some(known.clone());
        }
        // Lists that name each other end here.
        self.listed.insert(id, BTreeSet::new());
        let mut names = BTreeSet::new();
        for part in &all.parts {
            match part {
                Part::Name(name) => drop(names.insert(name.clone())),
                Part::Removed(name) => drop(names.remove(name)),
                Part::Of(path) => {
                    if let (Entity::Module(module), []) = package.resolve_dotted(id, path, View::Runtime) {
                        names.extend(self.listed(module).unwrap_or_default());
                    }
                }
            }
        }
        self.listed.insert(id, names.clone());
        Some(names)
    }

    /// By the underscore rule: what a module defines, and what a package imports from its own modules.
    fn unlisted(&mut self, id: ModuleId) -> BTreeSet<String> {
        let module = self.package.module(id);
        let mut names = self.own_names(id, |import| match import {
            What::From { kept, .. } if *kept == Kept::Explicitly => true,
            What::From { origin, name, .. } => {
                module.is_package && !self.package.is_block && self.is_own(id, *origin, name)
            }
            What::Module { kept, .. } => *kept == Kept::Explicitly,
            _ => true,
        });
        names.extend(self.starred(id));
        names
    }

    /// What the stars of a module bring in.
    fn starred(&mut self, id: ModuleId) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let mut seen = BTreeSet::from([id]);
        let mut waiting: Vec<_> = self.package.star_targets(id).collect();
        while let Some(target) = waiting.pop() {
            if !seen.insert(target) {
                continue;
            }
            if let Some(listed) = self.listed(target) {
                names.extend(listed);
                continue;
            }
            // Without a list, a star takes imported names too.
            names.extend(self.own_names(target, |import| match import {
                What::From { origin, name, .. } => self.is_own(target, *origin, name),
                What::Module { .. } => false,
                _ => true,
            }));
            waiting.extend(self.package.star_targets(target));
        }
        names
    }

    fn own_names(&self, id: ModuleId, is_export: impl Fn(&What<'_>) -> bool) -> BTreeSet<String> {
        let scope = &self.package.module(id).scope;
        let names = scope.names.keys().filter(|name| !name.starts_with('_') || self.package.is_block);
        let names = names.filter(|name| {
            scope.chosen(name).is_some_and(|binding| binding.when != When::Typing && is_export(&binding.what))
        });
        names.map(|name| (*name).to_owned()).collect()
    }

    /// Whether an import takes something out of the library itself.
    fn is_own(&self, id: ModuleId, origin: Origin<'_>, name: &str) -> bool {
        let Some(module) = self.package.origin(id, origin) else { return false };
        let find = |name: &str| self.package.find_module(name).is_some();
        find(&module) || find(&format!("{module}.{name}"))
    }
}
