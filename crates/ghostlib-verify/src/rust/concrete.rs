//! Concrete types in the place of type parameters.

use super::library::{Library, path_of, plain_path};
use std::collections::{HashMap, HashSet};
use syn::visit_mut::{VisitMut, visit_type_mut};
use syn::{
    GenericArgument, GenericParam, Generics, Lifetime, Path, PathArguments, ReturnType, Type, TypeParamBound,
    WherePredicate, parse_quote,
};

/// The types that stand for type parameters, by name.
#[derive(Clone, Default)]
pub(super) struct Concrete {
    types: HashMap<String, Type>,
    constants: HashMap<String, syn::Expr>,
}

/// A function that a parameter is.
#[derive(Clone)]
pub(super) struct FunctionBound {
    pub(super) params: Vec<Type>,
    pub(super) output: Type,
}

/// What may stand for a parameter that asks for nothing else than common traits, the best first.
const PLAIN: [(&str, &str); 4] = [
    (
        "i64",
        "Clone Copy Debug Default Display Eq Hash Ord PartialEq PartialOrd Send Sync Sized Unpin ToString FromStr ToOwned Add Sub Mul Div Rem Neg AddAssign SubAssign MulAssign DivAssign RemAssign Not BitAnd BitOr BitXor Sum Product UnwindSafe RefUnwindSafe Borrow BorrowMut",
    ),
    (
        "u8",
        "Clone Copy Debug Default Display Eq Hash Ord PartialEq PartialOrd Send Sync Sized Unpin ToString FromStr ToOwned Add Sub Mul Div Rem UnwindSafe",
    ),
    (
        "String",
        "Clone Debug Default Display Eq Hash Ord PartialEq PartialOrd Send Sync Sized Unpin ToString FromStr ToOwned Deref AsRef Borrow Extend FromIterator Write UnwindSafe",
    ),
    (
        "Vec<i64>",
        "Clone Debug Default Eq Hash Ord PartialEq PartialOrd Send Sync Sized Unpin ToOwned Deref DerefMut IntoIterator Extend FromIterator AsRef AsMut Borrow BorrowMut UnwindSafe",
    ),
];

/// What a bound with arguments asks for, and what meets it.
const BY_BOUND: [(&str, &str); 40] = [
    ("AsRef<str>", "String"),
    ("AsRef<[u8]>", "Vec<u8>"),
    ("AsMut<[u8]>", "Vec<u8>"),
    ("AsRef<Path>", "PathBuf"),
    ("AsRef<OsStr>", "OsString"),
    ("Into<String>", "String"),
    ("Into<Vec<u8>>", "Vec<u8>"),
    ("Into<PathBuf>", "PathBuf"),
    ("Into<OsString>", "OsString"),
    ("Into<Cow<str>>", "String"),
    ("Into<Box<str>>", "String"),
    ("Into<Arc<str>>", "String"),
    ("Into<f64>", "f64"),
    ("Into<Duration>", "Duration"),
    ("Borrow<str>", "String"),
    ("Borrow<[u8]>", "Vec<u8>"),
    ("Deref<Target=str>", "String"),
    ("Deref<Target=[u8]>", "Vec<u8>"),
    ("FromIterator<char>", "String"),
    ("FromIterator<String>", "Vec<String>"),
    ("FromIterator<u8>", "Vec<u8>"),
    ("Extend<char>", "String"),
    ("Extend<u8>", "Vec<u8>"),
    ("From<String>", "String"),
    ("From<&str>", "String"),
    ("From<u8>", "i64"),
    ("RangeBounds<usize>", "(Bound<usize>, Bound<usize>)"),
    ("SliceIndex<str>", "std::ops::Range<usize>"),
    ("Read", "std::io::Cursor<Vec<u8>>"),
    ("BufRead", "std::io::Cursor<Vec<u8>>"),
    ("Seek", "std::io::Cursor<Vec<u8>>"),
    ("Write", "Vec<u8>"),
    ("fmt::Write", "String"),
    ("io::Write", "Vec<u8>"),
    ("io::Read", "std::io::Cursor<Vec<u8>>"),
    ("Hasher", "std::hash::DefaultHasher"),
    ("BuildHasher", "std::hash::BuildHasherDefault<std::hash::DefaultHasher>"),
    ("ToString", "String"),
    ("Pattern", "String"),
    ("Any", "i64"),
];

impl Concrete {
    pub(super) fn get(&self, name: &str) -> Option<&Type> {
        self.types.get(name)
    }

    pub(super) fn set(&mut self, name: &str, ty: Type) {
        self.types.insert(name.to_owned(), ty);
    }

    /// Chooses for the parameters of all lists that have no type yet, by all bounds that the lists have. A bound to a
    /// function is left to whoever makes arguments. Nothing, if no type is known that would do.
    pub(super) fn choose(&mut self, library: &Library<'_>, lists: &[&Generics]) -> Option<()> {
        let params = lists.iter().flat_map(|generics| &generics.params).collect();
        self.choose_among(library, params, lists)
    }

    /// The same for the parameters of one list.
    pub(super) fn choose_for(
        &mut self,
        library: &Library<'_>,
        generics: &Generics,
        lists: &[&Generics],
    ) -> Option<()> {
        self.choose_among(library, generics.params.iter().collect(), lists)
    }

    fn choose_among(
        &mut self,
        library: &Library<'_>,
        params: Vec<&GenericParam>,
        lists: &[&Generics],
    ) -> Option<()> {
        let mut waiting = vec![];
        for param in params {
            match param {
                GenericParam::Type(param) => waiting.push(param.ident.to_string()),
                GenericParam::Const(param) => {
                    let size = match path_of(&param.ty).as_deref() {
                        Some("bool") => parse_quote!(true),
                        Some("char") => parse_quote!('a'),
                        _ => parse_quote!(3),
                    };
                    self.constants.entry(param.ident.to_string()).or_insert(size);
                }
                GenericParam::Lifetime(_) => {}
            }
        }
        waiting.retain(|name| !self.types.contains_key(name) && function_bound(lists, name).is_none());
        while !waiting.is_empty() {
            // What is bound by another parameter waits for it; parameters that are bound by each other do not.
            let is_free = |name: &String| {
                let words = words_of(&bounds(lists, name));
                !waiting.iter().any(|other| other != name && words.contains(other))
            };
            let at = waiting.iter().position(is_free).unwrap_or(0);
            let name = waiting.remove(at);
            let mut of_param = bounds(lists, &name);
            let of_items = bounds(lists, &format!("{name}::Item"));
            if !of_items.is_empty() {
                let item = choice(library, self, &of_items)?;
                of_param.insert(0, parse_quote!(IntoIterator<Item = #item>));
            }
            let ty = choice(library, self, &of_param)?;
            self.types.insert(name, ty);
        }
        Some(())
    }

    /// The type with what was chosen in the place of parameters, `'static` in the place of lifetimes, and the paths of
    /// the library's own types from its root on.
    pub(super) fn apply(&self, library: &Library<'_>, ty: &Type) -> Type {
        let mut ty = ty.clone();
        Applied { concrete: self, library }.visit_type_mut(&mut ty);
        ty
    }
}

/// The names in bounds.
fn words_of(bounds: &[TypeParamBound]) -> HashSet<String> {
    let text = quote::quote!(#(#bounds)*).to_string();
    text.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned).collect()
}

/// A type that meets the bounds.
pub(super) fn choice(library: &Library<'_>, so_far: &Concrete, bounds: &[TypeParamBound]) -> Option<Type> {
    let mut names = vec![];
    for bound in bounds {
        let TypeParamBound::Trait(bound) = bound else { continue };
        let path = written(library, so_far, &bound.path);
        if path == "Sized" {
            continue;
        }
        if let Some(ty) = by_items(library, so_far, &bound.path).or_else(|| by_bound(&path)) {
            return Some(ty);
        }
        let own = plain_path(&bound.path);
        if library.has_trait(&own) {
            return implementor(library, so_far, &own, &bound.path);
        }
        names.push(path);
    }
    let meets = |all: &str| names.iter().all(|name| all.split(' ').any(|one| one == bare(name)));
    let (ty, _) = PLAIN.iter().find(|(_, all)| meets(all))?;
    syn::parse_str(ty).ok()
}

fn bare(name: &str) -> &str {
    let name = name.split('<').next().unwrap_or(name);
    name.rsplit("::").next().unwrap_or(name)
}

fn by_bound(path: &str) -> Option<Type> {
    let (_, ty) = BY_BOUND.iter().find(|(bound, _)| *bound == path)?;
    syn::parse_str(ty).ok()
}

/// `IntoIterator<Item = T>` and the like; `Into<T>`, `From<T>`, `Borrow<T>`, `Equivalent<T>`.
fn by_items(library: &Library<'_>, so_far: &Concrete, path: &Path) -> Option<Type> {
    let last = path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let first = arguments.args.first()?;
    let item = match first {
        GenericArgument::AssocType(item) if item.ident == "Item" => &item.ty,
        GenericArgument::Type(item) => item,
        _ => return None,
    };
    let item = so_far.apply(library, item);
    let is_own = library.has_trait(&plain_path(path));
    match last.ident.to_string().as_str() {
        "IntoIterator" | "FromIterator" | "Extend" => Some(parse_quote!(Vec<#item>)),
        "Iterator" | "ExactSizeIterator" | "DoubleEndedIterator" => {
            Some(parse_quote!(std::vec::IntoIter<#item>))
        }
        "Into" | "From" | "Borrow" | "PartialEq" | "PartialOrd" | "AsRef"
            if library.own_type(&item).is_some() || is_plain(&item) =>
        {
            Some(item)
        }
        // A trait for keys that stand for others: a key stands for itself.
        _ if !is_own && arguments.args.len() == 1 && is_plain(&item) => Some(item),
        _ if is_own && implementor(library, so_far, &plain_path(path), path).is_none() && is_plain(&item) => {
            Some(item)
        }
        _ => None,
    }
}

fn is_plain(ty: &Type) -> bool {
    path_of(ty).is_some_and(|path| {
        ["i64", "u8", "u32", "u64", "usize", "String", "f64", "f32", "char", "bool"].contains(&path.as_str())
    })
}

/// A type that implements a trait of the library, one of the standard library's first.
fn implementor(library: &Library<'_>, so_far: &Concrete, of_trait: &str, _: &Path) -> Option<Type> {
    let impls = library.impls.iter().filter(|one| one.of_trait == of_trait);
    let types = impls.filter_map(|one| {
        let mut concrete = so_far.clone();
        concrete.choose(library, &[&one.header.generics])?;
        Some(concrete.apply(library, &one.header.self_ty))
    });
    let types: Vec<Type> = types.collect();
    let plain = types.iter().find(|ty| is_plain(ty));
    plain.or_else(|| types.iter().find(|ty| !matches!(ty, Type::Reference(_)))).cloned()
}

/// All bounds of a parameter.
fn bounds(lists: &[&Generics], name: &str) -> Vec<TypeParamBound> {
    let mut bounds = vec![];
    for generics in lists {
        for param in generics.type_params().filter(|param| param.ident == name) {
            bounds.extend(param.bounds.iter().cloned());
        }
        let predicates = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
        for predicate in predicates {
            let WherePredicate::Type(predicate) = predicate else { continue };
            match &predicate.bounded_ty {
                // What gives items by reference is a collection.
                Type::Reference(reference)
                    if path_of(&reference.elem).as_deref() == Some(name)
                        && super::library::source(&predicate.bounds).contains("IntoIterator") =>
                {
                    bounds.push(parse_quote!(IntoIterator<Item = i64>));
                }
                ty if path_of(ty).as_deref() == Some(name) => bounds.extend(predicate.bounds.iter().cloned()),
                _ => {}
            }
        }
    }
    bounds
}

/// Whether another parameter determines one, as what its items are: `I: Iterator<Item = T>`. The compiler finds such a
/// one by itself, and knows better.
pub(super) fn is_determined(lists: &[&Generics], name: &str) -> bool {
    let of_params = lists.iter().flat_map(|generics| generics.type_params()).flat_map(|param| &param.bounds);
    let clauses = lists.iter().filter_map(|generics| generics.where_clause.as_ref());
    let of_clauses = clauses.flat_map(|clause| &clause.predicates).filter_map(|predicate| match predicate {
        WherePredicate::Type(predicate) => Some(&predicate.bounds),
        _ => None,
    });
    let arguments = of_params.chain(of_clauses.flatten()).filter_map(|bound| match bound {
        TypeParamBound::Trait(bound) => Some(&bound.path.segments.last()?.arguments),
        _ => None,
    });
    let of_bounds = arguments.filter_map(|arguments| match arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        _ => None,
    });
    of_bounds.flatten().any(|argument| match argument {
        GenericArgument::AssocType(output) => path_of(&output.ty).as_deref() == Some(name),
        _ => false,
    })
}

/// The function that a parameter must be.
pub(super) fn function_bound(lists: &[&Generics], name: &str) -> Option<FunctionBound> {
    bounds(lists, name).iter().find_map(function_of)
}

pub(super) fn function_of(bound: &TypeParamBound) -> Option<FunctionBound> {
    let TypeParamBound::Trait(bound) = bound else { return None };
    let last = bound.path.segments.last()?;
    let PathArguments::Parenthesized(arguments) = &last.arguments else { return None };
    let output = match &arguments.output {
        ReturnType::Default => parse_quote!(()),
        ReturnType::Type(_, output) => (**output).clone(),
    };
    Some(FunctionBound {
        params: arguments.inputs.iter().map(|argument| argument.ty.clone()).collect(),
        output,
    })
}

/// The path of a bound with what was chosen, without lifetimes and spaces: `AsRef<[u8]>`.
fn written(library: &Library<'_>, so_far: &Concrete, path: &Path) -> String {
    let ty: Type = parse_quote!(#path);
    let text = super::library::source(&so_far.apply(library, &ty));
    let text: String = text.split_whitespace().collect();
    let text =
        text.replace("'static,", "").replace("'_,", "").replace("<'static>", "").replace("'static", "");
    text.trim_start_matches("::subject::").to_owned()
}

struct Applied<'a> {
    concrete: &'a Concrete,
    library: &'a Library<'a>,
}

impl VisitMut for Applied<'_> {
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        *lifetime = parse_quote!('static);
    }

    fn visit_expr_mut(&mut self, expr: &mut syn::Expr) {
        if let syn::Expr::Path(path) = expr
            && let Some(size) = self.concrete.constants.get(&plain_path(&path.path))
        {
            *expr = size.clone();
        }
    }

    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::Path(path) = ty
            && path.qself.is_none()
        {
            let name = plain_path(&path.path);
            if let Some(chosen) = self.concrete.types.get(&name) {
                *ty = chosen.clone();
                return;
            }
            if let Some(size) = self.concrete.constants.get(&name) {
                *ty = syn::parse_quote!({ #size });
                return;
            }
        }
        visit_type_mut(self, ty);
        if let Type::Path(path) = ty
            && path.qself.is_none()
            && path.path.leading_colon.is_none()
        {
            self.start_at_root(&mut path.path);
        }
        if let Type::Reference(reference) = ty {
            reference.lifetime = None;
        }
    }
}

impl Applied<'_> {
    /// Puts the library's name before the path of one of its types, and `'static` for lifetimes that are left out.
    fn start_at_root(&self, path: &mut Path) {
        let plain = plain_path(path);
        if !self.library.names(&plain) {
            return;
        }
        if let Some(own) = self.library.own(&plain)
            && let Some(last) = path.segments.last_mut()
        {
            add_lifetimes(&mut last.arguments, own.n_lifetimes());
        }
        *path = parse_quote!(::subject::#path);
    }
}

fn add_lifetimes(arguments: &mut PathArguments, n: usize) {
    let PathArguments::AngleBracketed(given) = arguments else {
        if n > 0 {
            let lifetimes = (0..n).map(|_| -> GenericArgument { parse_quote!('static) });
            *arguments = PathArguments::AngleBracketed(parse_quote!(<#(#lifetimes),*>));
        }
        return;
    };
    let n_given = given.args.iter().filter(|one| matches!(one, GenericArgument::Lifetime(_))).count();
    for _ in n_given..n {
        given.args.insert(0, parse_quote!('static));
    }
}
