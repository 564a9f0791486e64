//! Types of elsewhere that have the name of one of the library's own: `std::time::Duration` beside `Duration`.
//!
//! Normalised signatures tell both alike. What callers are told has whole paths where it matters.

use super::library::{Library, plain_path};
use super::signature::Callable;
use ghostlib_model::FnSignature;
use std::collections::HashMap;
use syn::visit::Visit;
use syn::visit_mut::VisitMut;
use syn::{Path, Type};

/// Puts whole paths in the place of names that stand for something else than the library's own.
pub(super) fn tell_apart(library: &Library<'_>, callable: &mut Callable, told: Option<&FnSignature>) {
    let Some(told) = told else { return };
    let params = callable.params.iter_mut().zip(&told.params).map(|(ty, param)| (ty, &param.ty));
    for (ty, told) in params.chain([(&mut callable.output, &told.output)]) {
        let Ok(told) = syn::parse_str::<Type>(told) else { continue };
        let mut names = Names { library, outside: HashMap::new() };
        names.visit_type(&told);
        Whole { names: names.outside }.visit_type_mut(ty);
    }
}

/// The whole paths in a type whose last names are the library's own, by these names. A type with both has none.
struct Names<'a> {
    library: &'a Library<'a>,
    outside: HashMap<String, Option<Path>>,
}

impl<'ast> Visit<'ast> for Names<'_> {
    fn visit_path(&mut self, path: &'ast Path) {
        let plain = plain_path(path);
        if self.library.own(&plain).is_some() {
            self.outside.insert(plain, None);
        } else if let Some((_, name)) = plain.rsplit_once("::")
            && self.library.own(name).is_some()
        {
            self.outside.entry(name.to_owned()).or_insert_with(|| Some(path.clone()));
        }
        syn::visit::visit_path(self, path);
    }
}

struct Whole {
    names: HashMap<String, Option<Path>>,
}

impl VisitMut for Whole {
    fn visit_path_mut(&mut self, path: &mut Path) {
        syn::visit_mut::visit_path_mut(self, path);
        let outside = self.names.get(&plain_path(path)).and_then(Option::as_ref);
        if let (Some(outside), Some(last)) = (outside, path.segments.last()) {
            let arguments = last.arguments.clone();
            *path = outside.clone();
            if let Some(last) = path.segments.last_mut() {
                last.arguments = arguments;
            }
        }
    }
}
