//! A library as its modules declare it, and what a name means in any of them.

use super::layout::Layout;
use super::scope::{Binding, Origin, Scope, What};
use super::syntax::Sources;
use std::cell::OnceCell;
use std::collections::HashMap;

/// A name is followed through so many imports.
const MAX_HOPS: usize = 40;

/// Index into [`Package::modules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ModuleId(pub(super) usize);

pub(super) struct Package<'t> {
    pub(super) sources: &'t Sources<'t>,
    pub(super) modules: Vec<Module<'t>>,
    by_name: HashMap<String, ModuleId>,
    star_sources: Vec<OnceCell<Vec<ModuleId>>>,
    /// Whether every name counts as public, as in a spec's block.
    pub(super) is_block: bool,
}

pub(super) struct Module<'t> {
    /// The dotted name by which it is imported.
    pub(super) name: String,
    /// The same below the main package.
    pub(super) path: String,
    pub(super) is_package: bool,
    pub(super) file: usize,
    pub(super) scope: Scope<'t>,
}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entity<'t> {
    Module(ModuleId),
    /// What a module defines under this name.
    Item(ModuleId, &'t str),
    /// The dotted name of what another library defines.
    External(String),
    Unknown,
}

/// For whom a name is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    Runtime,
    Types,
}

impl<'t> Package<'t> {
    pub(super) fn of_layout(sources: &'t Sources<'t>, layout: Layout) -> Self {
        let mut package = Self::new(sources);
        for module in layout.modules {
            let scope = sources.root(module.file).map(|root| Scope::read(sources, root)).unwrap_or_default();
            package.add(Module {
                name: module.name,
                path: module.path,
                is_package: module.is_package,
                file: module.file,
                scope,
            });
        }
        package
    }

    /// The module that a block stands for, and those that it opens by `with name:`.
    pub(super) fn of_block(sources: &'t Sources<'t>) -> Self {
        let mut package = Self::new(sources);
        let Some(root) = sources.root(0) else { return package };
        let mut waiting = vec![(String::new(), Scope::read(sources, root))];
        while let Some((path, mut scope)) = waiting.pop() {
            let prefix = if path.is_empty() { String::new() } else { format!("{path}.") };
            let inner = std::mem::take(&mut scope.inner);
            waiting.extend(
                inner
                    .into_iter()
                    .map(|(name, block)| (format!("{prefix}{name}"), Scope::read(sources, block))),
            );
            match package.by_name.get(&path) {
                Some(ModuleId(known)) => package.modules[*known].scope.merge(scope),
                None => package.add(Module { name: path.clone(), path, is_package: true, file: 0, scope }),
            }
        }
        package
    }

    fn new(sources: &'t Sources<'t>) -> Self {
        Self {
            sources,
            modules: vec![],
            by_name: HashMap::new(),
            star_sources: vec![],
            is_block: sources.is_block(),
        }
    }

    fn add(&mut self, module: Module<'t>) {
        self.by_name.insert(module.name.clone(), ModuleId(self.modules.len()));
        self.modules.push(module);
        self.star_sources.push(OnceCell::new());
    }

    pub(super) fn module(&self, id: ModuleId) -> &Module<'t> {
        &self.modules[id.0]
    }

    pub(super) fn module_ids(&self) -> impl Iterator<Item = ModuleId> + use<> {
        (0..self.modules.len()).map(ModuleId)
    }

    /// The binding of an item at the top of its module.
    pub(super) fn binding(&self, id: ModuleId, name: &str) -> Option<&Binding<'t>> {
        self.module(id).scope.chosen(name).or_else(|| self.module(id).scope.chosen_for_types(name))
    }

    /// The dotted name that an import in a module means; nothing where it has more dots than there are packages.
    pub(super) fn origin(&self, id: ModuleId, origin: Origin<'_>) -> Option<String> {
        if origin.level == 0 {
            return Some(origin.path.to_owned());
        }
        let module = self.module(id);
        let mut parts: Vec<&str> = module.name.split('.').filter(|part| !part.is_empty()).collect();
        let up = origin.level - usize::from(module.is_package);
        parts.truncate(parts.len().checked_sub(up)?);
        parts.extend((!origin.path.is_empty()).then_some(origin.path));
        Some(parts.join("."))
    }

    pub(super) fn find_module(&self, name: &str) -> Option<ModuleId> {
        self.by_name.get(name).copied()
    }

    pub(super) fn submodule(&self, id: ModuleId, name: &str) -> Option<ModuleId> {
        let parent = &self.module(id).name;
        if parent.is_empty() { self.find_module(name) } else { self.find_module(&format!("{parent}.{name}")) }
    }

    pub(super) fn resolve(&self, id: ModuleId, name: &str, view: View) -> Entity<'t> {
        self.resolve_at(id, name, view, MAX_HOPS)
    }

    fn resolve_at(&self, id: ModuleId, name: &str, view: View, hops: usize) -> Entity<'t> {
        let scope = &self.module(id).scope;
        let binding = match view {
            View::Runtime => scope.chosen(name),
            View::Types => scope.chosen_for_types(name),
        };
        let Some(hops) = hops.checked_sub(1) else { return Entity::Unknown };
        let Some(binding) = binding else { return self.starred(id, name, view, hops) };
        let own_name = scope.names.get_key_value(name).map_or("", |(name, _)| *name);
        match &binding.what {
            What::From { origin, name: wanted, .. } => {
                let Some(module) = self.origin(id, *origin) else { return Entity::Unknown };
                self.import(id, &module, wanted, view, hops)
            }
            What::Module { path, .. } => {
                self.find_module(path).map_or_else(|| Entity::External((*path).to_owned()), Entity::Module)
            }
            What::Value { value: Some(value), annotation: None } => {
                let piece = self.sources.piece(binding.site.at(*value));
                if piece.source() == name && view == View::Types {
                    // `str = str` can only mean what is built in.
                    return Entity::External(format!("builtins.{name}"));
                }
                let dotted = piece.dotted().filter(|dotted| dotted[..] != [name]).unwrap_or_default();
                match self.resolve_dotted_at(id, &dotted, View::Runtime, hops) {
                    (Entity::Item(module, target), rest)
                        if rest.is_empty() && self.is_definition(module, target) =>
                    {
                        Entity::Item(module, target)
                    }
                    _ => Entity::Item(id, own_name),
                }
            }
            _ => Entity::Item(id, own_name),
        }
    }

    fn is_definition(&self, id: ModuleId, name: &str) -> bool {
        let binding = self.binding(id, name);
        binding.is_some_and(|binding| matches!(binding.what, What::Function(_) | What::Class(_)))
    }

    /// `from module import name`
    fn import(&self, from: ModuleId, module: &str, name: &str, view: View, hops: usize) -> Entity<'t> {
        let Some(target) = self.find_module(module) else {
            let is_own = self.modules.iter().any(|own| own.name == module);
            let inner = self.find_module(&format!("{module}.{name}"));
            return match inner {
                Some(inner) => Entity::Module(inner),
                None if is_own => Entity::Unknown,
                None => Entity::External(format!("{module}.{name}")),
            };
        };
        // A package that imports its own module finds the file, and not the name that it is about to bind.
        if target != from {
            match self.resolve_at(target, name, view, hops) {
                Entity::Unknown => {}
                entity => return entity,
            }
        }
        self.submodule(target, name).map_or(Entity::Unknown, Entity::Module)
    }

    /// A name that a module binds by a star, if it does.
    fn starred(&self, id: ModuleId, name: &str, view: View, hops: usize) -> Entity<'t> {
        let sources = self.star_sources(id);
        let source = sources.iter().find(|source| self.module(**source).scope.names.contains_key(name));
        source.map_or(Entity::Unknown, |source| self.resolve_at(*source, name, view, hops))
    }

    /// The modules that a module's stars name, and those of their stars.
    fn star_sources(&self, id: ModuleId) -> &[ModuleId] {
        self.star_sources[id.0].get_or_init(|| {
            let mut found = vec![id];
            let mut next = 0;
            while let Some(module) = found.get(next).copied() {
                next += 1;
                let targets = self.star_targets(module);
                let new: Vec<_> = targets.filter(|target| !found.contains(target)).collect();
                found.extend(new);
            }
            found.split_off(1)
        })
    }

    /// The modules that a module's own stars name.
    pub(super) fn star_targets(&self, id: ModuleId) -> impl Iterator<Item = ModuleId> {
        let stars = self.module(id).scope.stars.iter();
        stars.filter_map(move |(origin, _)| self.find_module(&self.origin(id, *origin)?))
    }

    /// What `a.b.c` stands for, and the names that are left where it goes on below an item.
    pub(super) fn resolve_dotted<'n>(
        &self,
        id: ModuleId,
        dotted: &'n [&'n str],
        view: View,
    ) -> (Entity<'t>, &'n [&'n str]) {
        self.resolve_dotted_at(id, dotted, view, MAX_HOPS)
    }

    /// A block tells names by their whole paths, in each of its modules.
    fn resolve_first(&self, id: ModuleId, name: &str, view: View, hops: usize) -> Entity<'t> {
        if self.is_block {
            let root = ModuleId(0);
            let entity = self.resolve_at(root, name, view, hops);
            let inner = || self.submodule(root, name).map(Entity::Module);
            if let Some(entity) = Some(entity).filter(|entity| *entity != Entity::Unknown).or_else(inner) {
                return entity;
            }
        }
        self.resolve_at(id, name, view, hops)
    }

    fn resolve_dotted_at<'n>(
        &self,
        id: ModuleId,
        dotted: &'n [&'n str],
        view: View,
        hops: usize,
    ) -> (Entity<'t>, &'n [&'n str]) {
        let [first, rest @ ..] = dotted else { return (Entity::Unknown, dotted) };
        let mut entity = self.resolve_first(id, first, view, hops);
        let mut rest = rest;
        while let [next, after @ ..] = rest {
            entity = match entity {
                Entity::Module(module) => match self.resolve_at(module, next, view, hops) {
                    Entity::Unknown => match self.submodule(module, next) {
                        Some(inner) => Entity::Module(inner),
                        None => return (Entity::Unknown, dotted),
                    },
                    entity => entity,
                },
                Entity::External(name) => Entity::External(format!("{name}.{next}")),
                entity => return (entity, rest),
            };
            rest = after;
        }
        (entity, rest)
    }
}
