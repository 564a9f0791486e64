//! Arguments that go without saying.

use super::generics::Generics;
use super::krate::DefId;
use super::source::child_of_kind;
use super::types::{Bindings, Renderer};

impl<'t> Renderer<'_, 't> {
    /// The arguments of a type or trait of this crate, for comparing without the last ones that are its defaults.
    pub(super) fn without_defaults<'a>(&self, id: DefId, arguments: &'a [String]) -> &'a [String] {
        if !self.is_normal()
            || arguments.is_empty()
            || arguments.iter().any(|argument| argument.contains('='))
        {
            return arguments;
        }
        let def = self.world.krate.def(id);
        let parameters = child_of_kind(def.site.node, "type_parameters");
        let has_defaults =
            parameters.is_some_and(|list| self.world.krate.text(def.site.at(list)).contains('='));
        let Some(defaults) = has_defaults.then(|| self.of_definition(id)).flatten() else { return arguments };
        let Defaults { mut renderer, generics } = defaults;
        let n_lifetimes = arguments.iter().take_while(|argument| argument.starts_with('\'')).count();
        let mut told = arguments;
        for (parameter, argument) in generics.types.iter().zip(&arguments[n_lifetimes..]) {
            renderer.bindings.types.insert(parameter.name.to_owned(), argument.clone());
        }
        for parameter in generics.types.iter().take(arguments.len() - n_lifetimes).rev() {
            renderer.bindings.types.remove(parameter.name);
            let default = parameter.default.map(|default| renderer.ty(default));
            // `Self` is whatever implements the trait.
            match (told, default) {
                ([before @ .., last], Some(default)) if *last == default && !default.contains("Self") => {
                    told = before;
                }
                _ => break,
            }
        }
        told
    }

    fn of_definition(&self, id: DefId) -> Option<Defaults<'_, 't>> {
        let def = self.world.krate.def(id);
        let renderer = self.within(def.module, def.site.file, Bindings::default())?;
        Some(Defaults { renderer, generics: Generics::read(self.world.krate, def.site) })
    }
}

/// The parameters of a definition, and what renders their defaults.
struct Defaults<'k, 't> {
    renderer: Renderer<'k, 't>,
    generics: Generics<'t>,
}
