//! Arguments that are the defaults of their parameters, and go without saying.

use super::items::generics_of;
use super::types::{Scope, angled};
use rustdoc_types::{GenericArg, GenericArgs, GenericParamDef, GenericParamDefKind, Item};

impl<'k> Scope<'k> {
    /// The arguments of a type or trait of this crate, of which the last ones are left out that are its defaults.
    pub(super) fn told_args(&self, local: &'k Item, args: &'k GenericArgs) -> Option<String> {
        let GenericArgs::AngleBracketed { args, constraints } = args else { return None };
        let is_lifetime =
            |param: &&GenericParamDef| matches!(param.kind, GenericParamDefKind::Lifetime { .. });
        let params = generics_of(&local.inner)?.params.iter().filter(|param| !is_lifetime(param));
        let (lifetimes, types): (Vec<_>, Vec<_>) =
            args.iter().partition(|arg| matches!(arg, GenericArg::Lifetime(_)));
        let mut types: Vec<String> = types.into_iter().filter_map(|arg| self.arg(arg)).collect();
        if !constraints.is_empty() || types.iter().any(|text| text.contains('=')) {
            return None;
        }
        let mut defaults = vec![];
        let mut inner = Self::new(self.world);
        for (param, text) in params.zip(&types) {
            defaults.push(inner.default(param));
            inner.types.insert(&param.name, text.clone());
        }
        while let (Some(text), Some(Some(default))) = (types.last(), defaults.pop()) {
            if *text != default || default.contains("Self") {
                break;
            }
            types.pop();
        }
        let lifetimes = lifetimes.into_iter().filter_map(|arg| self.arg(arg));
        Some(angled(&lifetimes.chain(types).collect::<Vec<_>>()))
    }

    fn default(&self, param: &'k GenericParamDef) -> Option<String> {
        match &param.kind {
            GenericParamDefKind::Type { default, .. } => Some(self.ty(default.as_ref()?)),
            GenericParamDefKind::Const { default, .. } => default.clone(),
            GenericParamDefKind::Lifetime { .. } => None,
        }
    }
}
