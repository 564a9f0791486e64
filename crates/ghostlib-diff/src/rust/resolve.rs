//! What a path means in a module.

use super::imports::OUTSIDE;
use super::krate::{DefId, Import, Inner, Krate, ModuleId, ROOT};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

/// Longer chains of imports than this are given up.
const MAX_DEPTH: usize = 48;
/// More look-ups than this for one path are given up.
const MAX_STEPS: usize = 4_000;

/// What a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target<'t> {
    Def(DefId),
    /// The crate's root, or a parent; other modules are `Def`s.
    Module(ModuleId),
    /// Something of another crate, by its path from that crate on.
    Outside(Vec<&'t str>),
}

/// The way of one query, so that circles and fans of globs end.
#[derive(Default)]
struct Trail<'t> {
    /// The names that are being looked up.
    active: HashSet<(ModuleId, &'t str)>,
    n_steps: usize,
    /// How often it was cut short: what was found then may be less than there is.
    n_cuts: usize,
    /// What was found on the way, all the same: whoever cut it short goes on looking.
    found: HashMap<(ModuleId, &'t str), Vec<Target<'t>>>,
}

/// What has been found for a name in a module, on whatever way.
pub(super) type Found<'t> = RefCell<HashMap<(ModuleId, &'t str), Vec<Target<'t>>>>;

impl<'t> Krate<'t> {
    /// What `path`, as an item's type names it, means in `module`; several targets are of several namespaces.
    pub(super) fn resolve(&self, module: ModuleId, path: &[&'t str]) -> Vec<Target<'t>> {
        self.resolve_in(module, path, &mut Trail::default(), 0)
    }

    /// What an import means.
    pub(super) fn resolve_import(&self, module: ModuleId, import: &Import<'t>) -> Vec<Target<'t>> {
        self.resolve_import_in(module, import, &mut Trail::default(), 0)
    }

    fn resolve_import_in(
        &self,
        module: ModuleId,
        import: &Import<'t>,
        trail: &mut Trail<'t>,
        depth: usize,
    ) -> Vec<Target<'t>> {
        let starts_here =
            !self.imports_start_at_root || matches!(import.path.first(), Some(&("self" | "super")));
        let start = if starts_here { module } else { ROOT };
        let targets = self.resolve_in(start, &import.path, trail, depth);
        if !targets.is_empty() || self.is_block {
            return targets;
        }
        // A name that nothing here defines is another crate's.
        match import.path.first() {
            Some(&("crate" | "self" | "super")) | None => vec![],
            // `use a::a;`, met again on the way to itself
            Some(first) if self.module(start).names.contains_key(first) => vec![],
            Some(_) => vec![Target::Outside(import.path.clone())],
        }
    }

    fn resolve_in(
        &self,
        module: ModuleId,
        path: &[&'t str],
        trail: &mut Trail<'t>,
        depth: usize,
    ) -> Vec<Target<'t>> {
        let Some((first, rest)) = path.split_first() else { return vec![] };
        if depth >= MAX_DEPTH {
            trail.n_cuts += 1;
            return vec![];
        }
        let first = match *first {
            OUTSIDE => return vec![Target::Outside(rest.to_vec())],
            "crate" | "$crate" => vec![Target::Module(ROOT)],
            "self" => vec![Target::Module(self.nearest(module))],
            "super" => self.parent(module).map(Target::Module).into_iter().collect(),
            name => {
                let found = self.lookup(module, name, trail, depth + 1);
                if found.is_empty() && is_standard(name) { vec![Target::Outside(vec![name])] } else { found }
            }
        };
        rest.iter().fold(first, |targets, name| {
            targets.into_iter().flat_map(|target| self.step(target, name, trail, depth + 1)).collect()
        })
    }

    /// `target::name`
    fn step(
        &self,
        target: Target<'t>,
        name: &'t str,
        trail: &mut Trail<'t>,
        depth: usize,
    ) -> Vec<Target<'t>> {
        let module = match target {
            Target::Outside(mut path) => {
                path.push(name);
                return vec![Target::Outside(path)];
            }
            Target::Module(module) => module,
            Target::Def(id) => match &self.def(id).inner {
                Inner::Module(module) => *module,
                Inner::Variants(variants) => {
                    let named = variants.iter().filter(|variant| self.def(**variant).name == name);
                    return named.map(|variant| Target::Def(*variant)).collect();
                }
                Inner::Nothing => return vec![],
            },
        };
        match name {
            "self" => vec![Target::Module(module)],
            "super" => self.parent(module).map(Target::Module).into_iter().collect(),
            _ => {
                let found = self.lookup(module, name, trail, depth);
                if found.is_empty() { self.out_of_glob(module, name, trail, depth) } else { found }
            }
        }
    }

    /// What nothing else in a module can be than a name out of another crate's glob, if there is just one.
    fn out_of_glob(
        &self,
        module: ModuleId,
        name: &'t str,
        trail: &mut Trail<'t>,
        depth: usize,
    ) -> Vec<Target<'t>> {
        let globs = self.module(module).imports.iter().filter(|import| import.name.is_none());
        let targets = globs.flat_map(|import| self.resolve_import_in(module, import, trail, depth + 1));
        let mut outside = targets.filter_map(|target| match target {
            Target::Outside(path) => Some(path),
            _ => None,
        });
        match (outside.next(), outside.next()) {
            (Some(path), None) => vec![Target::Outside([&path[..], &[name]].concat())],
            _ => vec![],
        }
    }

    fn lookup(
        &self,
        module: ModuleId,
        name: &'t str,
        trail: &mut Trail<'t>,
        depth: usize,
    ) -> Vec<Target<'t>> {
        if let Some(found) = self.found.borrow().get(&(module, name)) {
            return found.clone();
        }
        if let Some(found) = trail.found.get(&(module, name)) {
            trail.n_cuts += 1;
            return found.clone();
        }
        trail.n_steps += 1;
        if depth >= MAX_DEPTH || trail.n_steps > MAX_STEPS {
            trail.n_cuts += 1;
            return vec![];
        }
        // `use a::a;` looks for `a` while it is `a` itself that is looked for: only what stands here is left.
        if !trail.active.insert((module, name)) {
            trail.n_cuts += 1;
            return self.own(module, name).collect();
        }
        let n_cuts = trail.n_cuts;
        let found = self.lookup_new(module, name, trail, depth);
        trail.active.remove(&(module, name));
        trail.found.insert((module, name), found.clone());
        if trail.n_cuts == n_cuts {
            self.found.borrow_mut().insert((module, name), found.clone());
        }
        found
    }

    fn lookup_new(
        &self,
        module: ModuleId,
        name: &'t str,
        trail: &mut Trail<'t>,
        depth: usize,
    ) -> Vec<Target<'t>> {
        let mut found: Vec<Target<'t>> = self.own(module, name).collect();
        let imports = &self.module(module).imports;
        for import in imports.iter().filter(|import| import.name == Some(name)) {
            found.extend(self.resolve_import_in(module, import, trail, depth + 1));
        }
        if found.is_empty() {
            for import in imports.iter().filter(|import| import.name.is_none()) {
                for target in self.resolve_import_in(module, import, trail, depth + 1) {
                    // What another crate's glob brings in cannot be known.
                    if !matches!(target, Target::Outside(_)) {
                        found.extend(self.step(target, name, trail, depth + 1));
                    }
                }
            }
        }
        if let (true, true, Some(around)) =
            (found.is_empty(), self.module(module).is_unnamed, self.module(module).parent)
        {
            found = self.lookup(around, name, trail, depth + 1);
        }
        found.dedup();
        found
    }

    /// What stands in a module itself.
    fn own(&self, module: ModuleId, name: &str) -> impl Iterator<Item = Target<'t>> {
        self.module(module).names.get(name).into_iter().flatten().map(|id| Target::Def(*id))
    }
}

/// Whether a path that starts with `name` starts outside, without any declaration.
pub(super) fn is_standard(name: &str) -> bool {
    matches!(name, "std" | "core" | "alloc" | "proc_macro")
}
