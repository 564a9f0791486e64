//! What the standard library's traits let a user do with a library's own types.

use super::concrete::Concrete;
use super::library::{Implementation, Library, Own, type_name};
use super::operations::{Call, Function, of_type, written_type};
use super::signature::Callable;
use crate::operation::Operation;
use syn::{GenericArgument, ImplItem, PathArguments, Type, parse_quote};

/// What a trait gives: its name, the method, its signature, and how it is called. In the signature `Self` is the type,
/// `Rhs` the trait's argument (the type itself, if it has none), and other names are its associated types.
const METHODS: [(&str, &str, &str, &str); 37] = [
    ("FromStr", "from_str", "fn(&str) -> Result<Self, Err>", "<SELF as std::str::FromStr>::from_str({0})"),
    ("Default", "default", "fn() -> Self", "<SELF as Default>::default()"),
    ("Display", "fmt", "fn(&self) -> String", "std::string::ToString::to_string({0})"),
    ("Display", "padded", "fn(&self, u8) -> String", "padded::<SELF>({0}, {1})"),
    ("Clone", "clone", "fn(&self) -> Self", "<SELF as Clone>::clone({0})"),
    ("PartialEq", "eq", "fn(&self, &Rhs) -> bool", "<SELF as PartialEq<RHS>>::eq({0}, {1})"),
    (
        "PartialOrd",
        "partial_cmp",
        "fn(&self, &Rhs) -> Option<Ordering>",
        "<SELF as PartialOrd<RHS>>::partial_cmp({0}, {1})",
    ),
    ("Ord", "cmp", "fn(&self, &Self) -> Ordering", "<SELF as Ord>::cmp({0}, {1})"),
    ("Hash", "hash", "fn(&self, &Self) -> bool", "hash_agrees::<SELF>({0}, {1})"),
    ("From", "from", "fn(Rhs) -> Self", "<SELF as From<RHS>>::from({0})"),
    ("TryFrom", "try_from", "fn(Rhs) -> Result<Self, Error>", "<SELF as TryFrom<RHS>>::try_from({0})"),
    ("Add", "add", "fn(self, Rhs) -> Output", "<SELF as std::ops::Add<RHS>>::add({0}, {1})"),
    ("Sub", "sub", "fn(self, Rhs) -> Output", "<SELF as std::ops::Sub<RHS>>::sub({0}, {1})"),
    ("Mul", "mul", "fn(self, Rhs) -> Output", "<SELF as std::ops::Mul<RHS>>::mul({0}, {1})"),
    ("Div", "div", "fn(self, Rhs) -> Output", "<SELF as std::ops::Div<RHS>>::div({0}, {1})"),
    ("Rem", "rem", "fn(self, Rhs) -> Output", "<SELF as std::ops::Rem<RHS>>::rem({0}, {1})"),
    ("BitAnd", "bitand", "fn(self, Rhs) -> Output", "<SELF as std::ops::BitAnd<RHS>>::bitand({0}, {1})"),
    ("BitOr", "bitor", "fn(self, Rhs) -> Output", "<SELF as std::ops::BitOr<RHS>>::bitor({0}, {1})"),
    ("BitXor", "bitxor", "fn(self, Rhs) -> Output", "<SELF as std::ops::BitXor<RHS>>::bitxor({0}, {1})"),
    ("Shl", "shl", "fn(self, Rhs) -> Output", "<SELF as std::ops::Shl<RHS>>::shl({0}, {1})"),
    ("Shr", "shr", "fn(self, Rhs) -> Output", "<SELF as std::ops::Shr<RHS>>::shr({0}, {1})"),
    ("Neg", "neg", "fn(self) -> Output", "<SELF as std::ops::Neg>::neg({0})"),
    ("Not", "not", "fn(self) -> Output", "<SELF as std::ops::Not>::not({0})"),
    (
        "AddAssign",
        "add_assign",
        "fn(&mut self, Rhs)",
        "<SELF as std::ops::AddAssign<RHS>>::add_assign({0}, {1})",
    ),
    (
        "SubAssign",
        "sub_assign",
        "fn(&mut self, Rhs)",
        "<SELF as std::ops::SubAssign<RHS>>::sub_assign({0}, {1})",
    ),
    (
        "MulAssign",
        "mul_assign",
        "fn(&mut self, Rhs)",
        "<SELF as std::ops::MulAssign<RHS>>::mul_assign({0}, {1})",
    ),
    (
        "DivAssign",
        "div_assign",
        "fn(&mut self, Rhs)",
        "<SELF as std::ops::DivAssign<RHS>>::div_assign({0}, {1})",
    ),
    (
        "BitOrAssign",
        "bitor_assign",
        "fn(&mut self, Rhs)",
        "<SELF as std::ops::BitOrAssign<RHS>>::bitor_assign({0}, {1})",
    ),
    ("IntoIterator", "into_iter", "fn(self) -> Told", "<SELF as IntoIterator>::into_iter({0})"),
    ("Extend", "extend", "fn(&mut self, Vec<Rhs>)", "<SELF as Extend<RHS>>::extend({0}, {1})"),
    ("FromIterator", "from_iter", "fn(Vec<Rhs>) -> Self", "<SELF as FromIterator<RHS>>::from_iter({0})"),
    ("AsRef", "as_ref", "fn(&self) -> &Rhs", "<SELF as AsRef<RHS>>::as_ref({0})"),
    ("Deref", "deref", "fn(&self) -> &Target", "<SELF as std::ops::Deref>::deref({0})"),
    ("Borrow", "borrow", "fn(&self) -> &Rhs", "<SELF as std::borrow::Borrow<RHS>>::borrow({0})"),
    ("Index", "index", "fn(&self, Rhs) -> &Output", "<SELF as std::ops::Index<RHS>>::index({0}, {1})"),
    ("Error", "source", "fn(&self) -> Option<String>", "source_text({0})"),
    ("Write", "write", "fn(&mut self, &[u8]) -> Result<(), Error>", "std::io::Write::write_all({0}, {1})"),
];

/// The operations of all implementations whose type and arguments can be made.
pub(super) fn std_operations(library: &Library<'_>) -> Vec<Operation> {
    let mut found = vec![];
    for one in &library.impls {
        let Some(own) = owner(library, one) else { continue };
        for (of_trait, method, signature, call) in METHODS {
            let is_it =
                one.of_trait.rsplit("::").next() == Some(of_trait) && !library.has_trait(&one.of_trait);
            // The text of an error is compared where it is returned.
            let is_text = of_trait == "Display" && library.implements(own.path(), "Error");
            let has_no_law = of_trait == "Hash" && !library.implements(own.path(), "PartialEq");
            if is_it && !is_text && !has_no_law {
                found.extend(operation(library, one, own, (method, signature, call)));
            }
        }
    }
    found
}

/// The type that is implemented, also where it is by reference.
fn owner<'l, 'a>(library: &'l Library<'a>, one: &Implementation<'_>) -> Option<&'l Own<'a>> {
    match &*one.header.self_ty {
        Type::Reference(reference) if reference.mutability.is_none() => library.own_type(&reference.elem),
        ty => library.own_type(ty),
    }
}

fn operation(
    library: &Library<'_>,
    one: &Implementation<'_>,
    own: &Own<'_>,
    (method, signature, call): (&str, &str, &str),
) -> Option<Operation> {
    let by_reference = matches!(&*one.header.self_ty, Type::Reference(_));
    // Implementations for references repeat those of the type, but for the items of a collection.
    if by_reference && method != "into_iter" {
        return None;
    }
    let chosen = of_type(library, own)?;
    let ty = written_type(library, own, &chosen);
    let mut concrete = Concrete::default();
    bind_like(library, &mut concrete, one, own, &chosen);
    concrete.choose(library, &[&one.header.generics])?;
    concrete.set("Self", ty.clone());
    let (path, _) = one.header.trait_.as_ref()?;
    let rhs = match path.segments.last().map(|last| &last.arguments) {
        Some(PathArguments::AngleBracketed(arguments)) => arguments.args.iter().find_map(|one| match one {
            GenericArgument::Type(ty) => Some(concrete.apply(library, ty)),
            _ => None,
        }),
        _ => None,
    };
    let rhs = rhs.unwrap_or_else(|| ty.clone());
    concrete.set("Rhs", rhs.clone());
    for inner in &one.header.items {
        if let ImplItem::Type(assoc) = inner {
            let told = concrete.apply(library, &assoc.ty);
            concrete.set(&assoc.ident.to_string(), told);
        }
    }
    concrete.set("Told", parse_quote!(()));
    let signature = if by_reference { signature.replace("self", "&self") } else { signature.to_owned() };
    let callable = Callable::parse(&signature)?;
    let written = super::library::source(&ty);
    let in_call = if by_reference { format!("&{written}") } else { written };
    let call = call.replace("SELF", &in_call).replace("RHS", &super::library::source(&rhs));
    let trait_name = type_name(&parse_quote!(#path));
    let amp = if by_reference { "&" } else { "" };
    let name = format!("<{amp}{} as {trait_name}>::{method}", type_name(&ty));
    let only = if method == "padded" { "width" } else { "other" };
    let names = if callable.params.len() == 1 { vec![only.to_owned()] } else { vec![] };
    let function = Function { library, callable: &callable, concrete, owner: Some(ty), names };
    function.operation(&name, &one.item.path, &Call::Template(call)).ok()
}

/// Lets the parameters of an implementation stand for what those of the type stand for, where they are its arguments.
fn bind_like(
    library: &Library<'_>,
    concrete: &mut Concrete,
    one: &Implementation<'_>,
    own: &Own<'_>,
    chosen: &Concrete,
) {
    let ty = match &*one.header.self_ty {
        Type::Reference(reference) => &reference.elem,
        ty => ty,
    };
    let given = super::arguments::arguments_of(ty);
    for (param, argument) in own.declared.generics.type_params().zip(given) {
        let name = super::library::path_of(&argument).filter(|name| !library.names(name));
        if let (Some(name), Some(ty)) = (name, chosen.get(&param.ident.to_string()))
            && one.header.generics.type_params().any(|param| param.ident == name)
        {
            concrete.set(&name, ty.clone());
        }
    }
}
