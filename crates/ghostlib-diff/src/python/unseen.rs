//! What only a run would show.

use super::class::Class;
use super::function::Surroundings;
use super::package::Package;
use super::scope::What;
use super::syntax::Site;
use super::types::World;
use crate::node::walk;
use crate::{Lossy, Unseen};
use ghostlib_model::Place;

/// More pieces of one file than this are not listed.
const MAX_ERRORS: usize = 16;

pub(super) fn unseen(world: World<'_, '_>) -> Vec<Unseen> {
    let World { package, reached, .. } = world;
    let mut all: Vec<(String, Site<'_>)> = reached.outside.clone();
    for id in package.module_ids() {
        let module = package.module(id);
        let root = package.sources.root(module.file);
        all.extend(module.scope.unseen.clone());
        for (origin, site) in &module.scope.stars {
            if package.origin(id, *origin).is_none_or(|name| package.find_module(&name).is_none()) {
                let dots = ".".repeat(origin.level);
                all.push((format!("all names of `{dots}{}`", origin.path), *site));
            }
        }
        if let Some(binding) = module.scope.chosen("__getattr__") {
            all.push(("names that the module's `__getattr__` makes".to_owned(), binding.site));
        }
        if let (Some(list), Some(root)) = (&module.scope.all, root)
            && list.is_computed
        {
            all.push((
                "names of an `__all__` that is computed".to_owned(),
                root.at(root.node.children().next().unwrap_or(root.node)),
            ));
        }
    }
    all.extend(of_items(world));
    let told = all.into_iter().map(|(what, site)| Unseen { what, place: package.sources.place(site) });
    let mut unseen: Vec<_> = told.chain(errors(package)).chain(lossy(package)).collect();
    unseen.sort_by(|a, b| (&a.place, &a.what).cmp(&(&b.place, &b.what)));
    unseen.dedup();
    unseen
}

/// What decorators, metaclasses and hooks add to what can be reached.
fn of_items<'t>(world: World<'_, 't>) -> Vec<(String, Site<'t>)> {
    let mut all = vec![];
    for (module, name, paths) in world.reached.all() {
        let (Some(binding), Some(path)) = (world.package.binding(module, name), paths.first()) else {
            continue;
        };
        let scope = &world.package.module(module).scope;
        match &binding.what {
            What::Function(_) => {
                let at = Surroundings { world, module, scope, class: None };
                let unknown = at.decorations(binding).unknown.into_iter();
                all.extend(unknown.map(|decorator| (made_of(&decorator, path), binding.site)));
            }
            What::Class(_) => {
                if let Some(class) = Class::find(world, module, name) {
                    all.extend(of_class(&class, path));
                }
            }
            _ => {}
        }
    }
    all
}

fn of_class<'t>(class: &Class<'_, 't>, path: &str) -> Vec<(String, Site<'t>)> {
    let mut all: Vec<(String, Site<'t>)> = vec![];
    all.extend(class.unknown_decorators().iter().map(|decorator| (made_of(decorator, path), class.site)));
    all.extend(
        class
            .unknown_metaclass()
            .map(|name| (format!("what the metaclass `{name}` makes of `{path}`"), class.site)),
    );
    if class.scope.chosen("__getattr__").or(class.scope.chosen("__getattribute__")).is_some() {
        all.push((format!("attributes that `{path}.__getattr__` makes"), class.site));
    }
    let outside = class.bases().into_iter().filter(|base| base.class.is_none() && base.name == "...");
    all.extend(outside.map(|_| (format!("what `{path}` inherits from a computed base"), class.site)));
    let at = class.surroundings();
    for binding in class.scope.names.keys().filter_map(|name| class.scope.chosen(name)) {
        let unknown = at.decorations(binding).unknown.into_iter();
        let name = at.piece(binding.site).field("name").map_or("", |name| name.source());
        all.extend(unknown.map(|decorator| (made_of(&decorator, &format!("{path}.{name}")), binding.site)));
    }
    all.extend(class.scope.unseen.clone());
    all
}

fn made_of(decorator: &str, path: &str) -> String {
    format!("what the decorator `{}` makes of `{path}`", super::reader::short(decorator))
}

/// The outermost pieces that do not parse.
fn errors(package: &Package<'_>) -> Vec<Unseen> {
    let mut unseen = vec![];
    for module in &package.modules {
        let Some(root) = package.sources.root(module.file).filter(|root| root.node.has_error()) else {
            continue;
        };
        let mut n_errors = 0_usize;
        walk(root.node, |node| {
            let is_error = node.is_error() || node.is_missing();
            if is_error && n_errors < MAX_ERRORS {
                n_errors += 1;
                let place = package.sources.place(root.at(node));
                unseen.push(Unseen { what: "code that does not parse".to_owned(), place });
            }
            !is_error && node.has_error() && n_errors < MAX_ERRORS
        });
    }
    unseen
}

fn lossy(package: &Package<'_>) -> Vec<Unseen> {
    let files = package.modules.iter().map(|module| package.sources.file(module.file));
    let lossy = files.filter_map(|file| {
        let what = match file.lossy? {
            Lossy::NotUtf8 => "bytes that are not UTF-8",
            Lossy::TooLarge => "a file that is too large to be read",
        };
        Some(Unseen { what: what.to_owned(), place: Place::start_of(file.path.as_str()) })
    });
    lossy.collect()
}
