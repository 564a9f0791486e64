//! Types and bounds as text.

use super::World;
use super::generics::for_lifetimes;
use crate::oracle::outside;
use rustdoc_types::{
    Abi, AssocItemConstraint, AssocItemConstraintKind, DynTrait, FunctionHeader, FunctionPointer, GenericArg,
    GenericArgs, GenericBound, GenericParamDefKind, ItemEnum, Path, PolyTrait, PreciseCapturingArg, Term,
    TraitBoundModifier, Type, TypeAlias,
};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// What names stand for, and how they are written.
#[derive(Clone)]
pub(super) struct Scope<'k> {
    pub(super) world: World<'k>,
    /// Type and const parameters, and `Self`.
    pub(super) types: HashMap<&'k str, String>,
    /// Lifetime parameters; elided where there is no text.
    pub(super) lifetimes: HashMap<&'k str, Option<String>>,
    /// What an elided lifetime is, if it is to be told.
    pub(super) elided: Option<String>,
    /// The lifetimes that were met.
    pub(super) met: RefCell<Vec<Met>>,
    function_depth: Cell<usize>,
}

/// A lifetime in a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Met {
    /// Nothing where it is elided.
    pub(super) name: Option<String>,
    /// In the type of a function, where elided lifetimes have rules of their own.
    pub(super) in_function: bool,
}

impl<'k> Scope<'k> {
    pub(super) fn new(world: World<'k>) -> Self {
        let (met, function_depth) = (RefCell::default(), Cell::default());
        let (types, lifetimes) = (HashMap::new(), HashMap::new());
        Self { world, types, lifetimes, elided: None, met, function_depth }
    }

    pub(super) fn ty(&self, ty: &'k Type) -> String {
        match ty {
            Type::ResolvedPath(path) => self.path(path),
            Type::DynTrait(dyn_trait) => {
                let mut bounds = self.dyn_bounds(dyn_trait);
                // It is so where nothing is said, but behind a reference.
                bounds.retain(|bound| bound != "'static");
                format!("dyn {}", bounds.join(" + "))
            }
            Type::Generic(name) => self.types.get(name.as_str()).unwrap_or(name).clone(),
            Type::Primitive(name) if name == "never" => "!".to_owned(),
            Type::Primitive(name) => name.clone(),
            Type::FunctionPointer(pointer) => self.function_pointer(pointer),
            Type::Tuple(types) => match &types[..] {
                [only] => format!("({},)", self.ty(only)),
                types => format!("({})", self.list(types)),
            },
            Type::Slice(ty) => format!("[{}]", self.ty(ty)),
            Type::Array { type_, len } => format!("[{}; {}]", self.ty(type_), self.constant(len)),
            Type::Pat { type_, .. } => self.ty(type_),
            Type::ImplTrait(bounds) => format!("impl {}", self.bounds(bounds).join(" + ")),
            Type::Infer => "_".to_owned(),
            Type::RawPointer { is_mutable, type_ } => {
                format!("*{} {}", if *is_mutable { "mut" } else { "const" }, self.target(type_))
            }
            Type::BorrowedRef { lifetime, is_mutable, type_ } => {
                let lifetime = self.lifetime(lifetime.as_deref()).map(|name| name + " ").unwrap_or_default();
                let target = match &**type_ {
                    Type::DynTrait(dyn_trait) if dyn_trait.lifetime.as_deref() == Some("'static") => {
                        format!("(dyn {})", self.dyn_bounds(dyn_trait).join(" + "))
                    }
                    ty => self.target(ty),
                };
                format!("&{lifetime}{}{target}", if *is_mutable { "mut " } else { "" })
            }
            Type::QualifiedPath { name, args, self_type, trait_ } => {
                let args = args.as_deref().map(|args| self.args(args)).unwrap_or_default();
                let self_type = self.ty(self_type);
                match trait_ {
                    // Which trait it is, the bounds of a parameter say.
                    Some(of) if !self_type.starts_with(['$', '\u{1}']) && !self_type.starts_with("Self") => {
                        format!("<{self_type} as {}>::{name}{args}", self.path(of))
                    }
                    _ => format!("{self_type}::{name}{args}"),
                }
            }
        }
    }

    fn list(&self, types: &'k [Type]) -> String {
        types.iter().map(|ty| self.ty(ty)).collect::<Vec<_>>().join(", ")
    }

    /// What a pointer points to: several bounds need brackets there.
    fn target(&self, ty: &'k Type) -> String {
        let text = self.ty(ty);
        let n_bounds = match ty {
            Type::DynTrait(dyn_trait) => dyn_trait.traits.len() + usize::from(dyn_trait.lifetime.is_some()),
            Type::ImplTrait(bounds) => bounds.len(),
            _ => 1,
        };
        if n_bounds > 1 { format!("({text})") } else { text }
    }

    pub(super) fn path(&self, path: &'k Path) -> String {
        let (local, args) = (self.world.item(path.id), path.args.as_deref());
        if let Some(ItemEnum::TypeAlias(alias)) = local.map(|item| &item.inner) {
            return self.alias(alias, args);
        }
        let told = local.zip(args).and_then(|(local, args)| self.told_args(local, args));
        let args = told.or_else(|| Some(self.args(args?))).unwrap_or_default();
        match (self.world.canonical(path.id), self.world.krate.paths.get(&path.id)) {
            (Some(name), _) => format!("{name}{args}"),
            (None, Some(summary)) if summary.crate_id != 0 => {
                outside::unaliased(outside::name(&summary.path) + &args)
            }
            _ => format!("{}{args}", path.path.rsplit("::").next().unwrap_or_default()),
        }
    }

    /// What an alias of this crate stands for.
    fn alias(&self, alias: &'k TypeAlias, args: Option<&'k GenericArgs>) -> String {
        let args = match args {
            Some(GenericArgs::AngleBracketed { args, .. }) => args.as_slice(),
            _ => &[],
        };
        let mut inner = Self { elided: self.elided.clone(), ..Self::new(self.world) };
        let mut lifetimes = args.iter().filter_map(|arg| match arg {
            GenericArg::Lifetime(name) => Some(self.lifetime(Some(name))),
            _ => None,
        });
        let mut types = args.iter().filter(|arg| !matches!(arg, GenericArg::Lifetime(_)));
        for parameter in &alias.generics.params {
            let name = parameter.name.as_str();
            match &parameter.kind {
                GenericParamDefKind::Lifetime { .. } => {
                    inner.lifetimes.insert(name, lifetimes.next().flatten());
                }
                GenericParamDefKind::Type { default, .. } => {
                    let given = types.next().and_then(|arg| self.arg(arg));
                    let text = given.or_else(|| Some(inner.ty(default.as_ref()?)));
                    inner.types.insert(name, text.unwrap_or_default());
                }
                GenericParamDefKind::Const { default, .. } => {
                    let given = types.next().and_then(|arg| self.arg(arg));
                    inner.types.insert(name, given.or(default.clone()).unwrap_or_default());
                }
            }
        }
        inner.ty(&alias.type_)
    }

    fn args(&self, args: &'k GenericArgs) -> String {
        match args {
            GenericArgs::AngleBracketed { args, constraints } => {
                let args = args.iter().filter_map(|arg| self.arg(arg));
                angled(&args.chain(constraints.iter().map(|one| self.constraint(one))).collect::<Vec<_>>())
            }
            GenericArgs::Parenthesized { inputs, output } => self.in_function(|scope| {
                let output = output.as_ref().map(|ty| format!(" -> {}", scope.ty(ty))).unwrap_or_default();
                format!("({}){output}", scope.list(inputs))
            }),
            GenericArgs::ReturnTypeNotation => "(..)".to_owned(),
        }
    }

    pub(super) fn arg(&self, arg: &'k GenericArg) -> Option<String> {
        match arg {
            GenericArg::Lifetime(name) => self.lifetime(Some(name)),
            GenericArg::Type(ty) => Some(self.ty(ty)),
            GenericArg::Const(constant) => Some(self.constant(&constant.expr)),
            GenericArg::Infer => Some("_".to_owned()),
        }
    }

    fn constraint(&self, constraint: &'k AssocItemConstraint) -> String {
        let args = constraint.args.as_deref().map(|args| self.args(args)).unwrap_or_default();
        let name = &constraint.name;
        match &constraint.binding {
            AssocItemConstraintKind::Equality(Term::Type(ty)) => format!("{name}{args} = {}", self.ty(ty)),
            AssocItemConstraintKind::Equality(Term::Constant(constant)) => {
                format!("{name}{args} = {}", self.constant(&constant.expr))
            }
            AssocItemConstraintKind::Constraint(bounds) => {
                format!("{name}{args}: {}", self.bounds(bounds).join(" + "))
            }
        }
    }

    /// A constant expression; a parameter by what it stands for.
    fn constant(&self, expr: &str) -> String {
        self.types.get(expr).cloned().unwrap_or_else(|| expr.to_owned())
    }

    fn function_pointer(&self, pointer: &'k FunctionPointer) -> String {
        self.in_function(|scope| {
            let inputs: Vec<_> = pointer.sig.inputs.iter().map(|(_, ty)| scope.ty(ty)).collect();
            let output =
                pointer.sig.output.as_ref().map(|ty| format!(" -> {}", scope.ty(ty))).unwrap_or_default();
            let (higher, qualifiers) = (for_lifetimes(&pointer.generic_params), qualifiers(&pointer.header));
            format!("{higher}{qualifiers}fn({}){output}", inputs.join(", "))
        })
    }

    fn in_function(&self, render: impl FnOnce(&Self) -> String) -> String {
        let inner = Self { elided: None, ..self.clone() };
        inner.function_depth.set(self.function_depth.get() + 1);
        let text = render(&inner);
        self.met.replace(inner.met.into_inner());
        text
    }

    fn dyn_bounds(&self, dyn_trait: &'k DynTrait) -> Vec<String> {
        let traits = dyn_trait.traits.iter().map(|PolyTrait { trait_, generic_params }| {
            format!("{}{}", for_lifetimes(generic_params), self.path(trait_))
        });
        let lifetime = dyn_trait.lifetime.as_deref();
        let lifetime = lifetime.map(|name| self.lifetime(Some(name)).unwrap_or_else(|| "'_".to_owned()));
        sorted(traits.chain(lifetime).collect())
    }

    pub(super) fn bounds(&self, bounds: &'k [GenericBound]) -> Vec<String> {
        sorted(bounds.iter().map(|bound| self.bound(bound)).collect())
    }

    fn bound(&self, bound: &'k GenericBound) -> String {
        match bound {
            GenericBound::TraitBound { trait_, generic_params, modifier } => {
                let modifier = if *modifier == TraitBoundModifier::Maybe { "?" } else { "" };
                format!("{}{modifier}{}", for_lifetimes(generic_params), self.path(trait_))
            }
            GenericBound::Outlives(name) => self.lifetime(Some(name)).unwrap_or_else(|| "'_".to_owned()),
            GenericBound::Use(args) => {
                let names = args.iter().filter_map(|arg| match arg {
                    PreciseCapturingArg::Lifetime(name) => self.lifetime(Some(name)),
                    PreciseCapturingArg::Param(name) => {
                        Some(self.types.get(name.as_str()).unwrap_or(name).clone())
                    }
                });
                format!("use<{}>", names.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// A lifetime, or nothing where it is elided.
    pub(super) fn lifetime(&self, name: Option<&str>) -> Option<String> {
        let name = name.filter(|name| *name != "'_");
        let in_function = self.function_depth.get() > 0;
        self.met.borrow_mut().push(Met { name: name.map(str::to_owned), in_function });
        match name {
            None => self.elided.clone(),
            Some(name) => match self.lifetimes.get(name) {
                Some(bound) => bound.clone(),
                None => Some(name.to_owned()),
            },
        }
    }
}

pub(super) fn angled(args: &[String]) -> String {
    if args.is_empty() { String::new() } else { format!("<{}>", args.join(", ")) }
}

fn sorted(mut bounds: Vec<String>) -> Vec<String> {
    bounds.sort();
    bounds.dedup();
    bounds
}

/// `const async unsafe extern "C" `, as far as they are there.
pub(super) fn qualifiers(header: &FunctionHeader) -> String {
    let words = [(header.is_const, "const "), (header.is_async, "async "), (header.is_unsafe, "unsafe ")];
    let words: String = words.iter().filter(|(is_set, _)| *is_set).map(|(_, word)| *word).collect();
    let (name, unwind) = match &header.abi {
        Abi::Rust => return words,
        Abi::C { unwind } => ("C", *unwind),
        Abi::Cdecl { unwind } => ("cdecl", *unwind),
        Abi::Stdcall { unwind } => ("stdcall", *unwind),
        Abi::Fastcall { unwind } => ("fastcall", *unwind),
        Abi::Aapcs { unwind } => ("aapcs", *unwind),
        Abi::Win64 { unwind } => ("win64", *unwind),
        Abi::SysV64 { unwind } => ("sysv64", *unwind),
        Abi::System { unwind } => ("system", *unwind),
        Abi::Other(name) => (name.as_str(), false),
    };
    format!("{words}extern \"{name}{}\" ", if unwind { "-unwind" } else { "" })
}
