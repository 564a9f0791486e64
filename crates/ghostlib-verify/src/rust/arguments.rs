//! How an argument of some type is made from a call's input.

use super::concrete::{Concrete, FunctionBound, choice, function_bound, function_of};
use super::library::{Library, path_of, source, type_name};
use crate::operation::Access;
use crate::shape::Shape;
use syn::{GenericArgument, Generics, PathArguments, Type, TypeParamBound};

/// An argument in the making.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Argument {
    pub(super) shape: Shape,
    /// Statements that come before the call.
    pub(super) before: Vec<String>,
    /// What is passed.
    pub(super) passed: String,
    /// Statements that come after it.
    pub(super) after: Vec<String>,
}

/// What the making of arguments needs to know.
pub(super) struct Making<'a> {
    pub(super) library: &'a Library<'a>,
    pub(super) concrete: &'a Concrete,
    pub(super) generics: &'a [&'a Generics],
    /// Whether what is returned may borrow from the arguments and is kept, so that they must live for ever.
    pub(super) for_ever: Lasting,
}

/// How long arguments live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lasting {
    Call,
    ForEver,
}

/// A parameter: the name of its variable, its name in inputs, and how many there are.
#[derive(Clone, Copy)]
pub(super) struct Slot<'a> {
    pub(super) variable: &'a str,
    pub(super) name: &'a str,
    pub(super) n_params: usize,
}

impl Slot<'_> {
    fn decoded(self, ty: &str) -> String {
        let Slot { variable, name, n_params } = self;
        format!("let mut {variable} = param::<{ty}>(input, {name:?}, {n_params})?;")
    }
}

/// A value that is decoded by its type alone: its shape, the type that is decoded, and the expression that makes the
/// value from `{}`.
struct Decoded {
    shape: Shape,
    ty: String,
    made: String,
}

impl Making<'_> {
    /// The argument for a parameter of this type as the signature has it. Nothing, if none can be made.
    pub(super) fn argument(&self, ty: &Type, slot: Slot<'_>) -> Option<Argument> {
        if let Some(function) = self.function(ty) {
            return self.given_function(&function, slot, passed_function(ty));
        }
        if let Type::ImplTrait(bounds) = ty {
            let bounds: Vec<TypeParamBound> = bounds.bounds.iter().cloned().collect();
            let chosen = choice(self.library, self.concrete, &bounds)?;
            return self.owned_or_kept(&chosen, slot);
        }
        let ty = self.concrete.apply(self.library, ty);
        match &ty {
            Type::Reference(reference) if reference.mutability.is_some() => {
                self.changed(&reference.elem, slot)
            }
            Type::Reference(reference) => self.by_reference(&reference.elem, slot),
            Type::Paren(inner) => self.argument(&inner.elem, slot),
            _ => self.owned_or_kept(&ty, slot),
        }
    }

    /// The function that a parameter is, whether by a type parameter or as it stands.
    fn function(&self, ty: &Type) -> Option<FunctionBound> {
        let of_bounds = |bounds: &syn::punctuated::Punctuated<TypeParamBound, syn::Token![+]>| {
            bounds.iter().find_map(function_of)
        };
        match ty {
            Type::ImplTrait(ty) => of_bounds(&ty.bounds),
            Type::Reference(ty) => self.function(&ty.elem),
            Type::Paren(ty) => self.function(&ty.elem),
            Type::TraitObject(ty) => of_bounds(&ty.bounds),
            Type::FnPtr(ty) => Some(FunctionBound {
                params: ty.inputs.iter().map(|arg| arg.ty.clone()).collect(),
                output: match &ty.output {
                    syn::ReturnType::Default => syn::parse_quote!(()),
                    syn::ReturnType::Type(_, output) => (**output).clone(),
                },
            }),
            Type::Path(path) => match (path.path.get_ident(), boxed(ty)) {
                (Some(name), _) => function_bound(self.generics, &name.to_string()),
                (None, Some(inner)) => self.function(inner),
                (None, None) => None,
            },
            _ => None,
        }
    }

    fn given_function(
        &self,
        function: &FunctionBound,
        slot: Slot<'_>,
        passed: Option<&str>,
    ) -> Option<Argument> {
        let passed = passed?;
        let output = self.decoded(&self.concrete.apply(self.library, &function.output))?;
        let Slot { variable, name, n_params } = slot;
        let types = function.params.iter().map(|ty| self.concrete.apply(self.library, ty));
        let params: Vec<String> =
            types.enumerate().map(|(at, ty)| format!("a{at}: {}", source(&ty))).collect();
        let told: Vec<String> = (0..params.len()).map(|at| format!("told!(&a{at})")).collect();
        let before = format!(
            "let {variable} = std::rc::Rc::new(function::<{}>(input, {name:?}, {n_params})?); \
             let {variable}_calls = std::rc::Rc::clone(&{variable});",
            output.ty
        );
        let made = output
            .made
            .replace("{}", &format!("{variable}_calls.call(format!(\"[{{}}]\", told.join(\",\")))"));
        let closure = format!(
            "move |{}| {{ let told: Vec<String> = vec![{}]; {made} }}",
            params.join(", "),
            told.join(", ")
        );
        Some(Argument {
            shape: Shape::Function(Box::new(output.shape)),
            before: vec![before],
            passed: passed.replace("{}", &format!("({closure})")),
            after: vec![format!("values.called({name:?}, {variable}.told());")],
        })
    }

    fn by_reference(&self, ty: &Type, slot: Slot<'_>) -> Option<Argument> {
        let variable = slot.variable;
        let lasting = self.for_ever == Lasting::ForEver;
        let (shape, decoded, passed) = match ty {
            Type::Path(_) if is(ty, "str") => (Shape::Text, "String".to_owned(), format!("&*{variable}")),
            Type::Path(_) if is(ty, "Path") || is(ty, "OsStr") => {
                let owned = if is(ty, "Path") { "PathBuf" } else { "OsString" };
                (Shape::OsText, owned.to_owned(), format!("&*{variable}"))
            }
            Type::Slice(slice) => {
                if let Some(argument) = self.kept_list(&slice.elem, slot, "&{}[..]") {
                    return Some(argument);
                }
                let item = self.decoded(&slice.elem)?;
                let (shape, decoded) = list_of(&item);
                let made = made_list(&item, variable);
                (shape, decoded, format!("&({made})[..]"))
            }
            Type::TraitObject(object) => {
                let bounds: Vec<TypeParamBound> = object.bounds.iter().cloned().collect();
                return self.by_reference(&choice(self.library, self.concrete, &bounds)?, slot);
            }
            _ => {
                if let Some(kept) = self.kept(ty, Access::Shared, slot) {
                    return Some(kept);
                }
                let value = self.decoded(ty)?;
                (value.shape, value.ty, format!("&({})", value.made.replace("{}", variable)))
            }
        };
        let mut before = vec![slot.decoded(&decoded)];
        if lasting {
            before.push(format!("let {variable} = Box::leak(Box::new({variable}));"));
        }
        let passed = if lasting { passed.replace(variable, &format!("(*{variable})")) } else { passed };
        Some(Argument { shape, before, passed, after: vec![] })
    }

    /// `&mut T`: what the call leaves is told.
    fn changed(&self, ty: &Type, slot: Slot<'_>) -> Option<Argument> {
        if let Some(kept) = self.kept(ty, Access::Mutable, slot) {
            return Some(kept);
        }
        let Slot { variable, name, .. } = slot;
        let (value, passed) = match ty {
            Type::Slice(slice) => {
                let item = self.decoded(&slice.elem)?;
                let (shape, ty) = list_of(&item);
                (Decoded { shape, ty, made: made_list(&item, "{}") }, format!("&mut {variable}[..]"))
            }
            Type::TraitObject(object) => {
                let bounds: Vec<TypeParamBound> = object.bounds.iter().cloned().collect();
                let chosen = choice(self.library, self.concrete, &bounds)?;
                (self.decoded(&chosen)?, format!("&mut {variable}"))
            }
            _ => (self.decoded(ty)?, format!("&mut {variable}")),
        };
        let made = value.made.replace("{}", variable);
        Some(Argument {
            shape: value.shape,
            before: vec![slot.decoded(&value.ty), format!("let mut {variable} = {made};")],
            passed,
            after: vec![format!("let told = told!(&{variable}); values.changed({name:?}, told);")],
        })
    }

    fn owned_or_kept(&self, ty: &Type, slot: Slot<'_>) -> Option<Argument> {
        if let Some(kept) = self.kept(ty, Access::Owned, slot) {
            return Some(kept);
        }
        if let Some((item, made)) = collection_of(ty)
            && let Some(list) = self.kept_list(item, slot, made)
        {
            return Some(list);
        }
        let value = self.decoded(ty)?;
        Some(Argument {
            shape: value.shape,
            before: vec![slot.decoded(&value.ty)],
            passed: value.made.replace("{}", slot.variable),
            after: vec![],
        })
    }

    /// A value of the library's own that an earlier call returned.
    pub(super) fn kept(&self, ty: &Type, access: Access, slot: Slot<'_>) -> Option<Argument> {
        let own = self.library.own_type(ty).filter(|own| !own.is_choice())?;
        let Slot { variable, name, n_params } = slot;
        let written = source(ty);
        let is_clone = self.library.implements(own.path(), "Clone");
        let (borrowed, passed, access) = match access {
            Access::Shared if self.for_ever == Lasting::ForEver && is_clone => {
                ("shared", format!("&*Box::leak(Box::new((*{variable}).clone()))"), access)
            }
            // The value stays lent, so that nothing can change it from now on.
            Access::Shared if self.for_ever == Lasting::ForEver => {
                ("shared", format!("&*Box::leak(Box::new({variable}))"), access)
            }
            Access::Shared => ("shared", format!("&*{variable}"), access),
            Access::Mutable => ("mutable", format!("&mut *{variable}"), access),
            // A copy leaves the value to the calls that follow.
            Access::Owned if is_clone => ("shared", format!("(*{variable}).clone()"), Access::Shared),
            Access::Owned => ("owned", variable.to_owned(), access),
        };
        let (leak, end) = match (self.for_ever, access) {
            (Lasting::ForEver, Access::Shared) if !is_clone => ("&*Box::leak(Box::new(", "))"),
            _ => ("", ""),
        };
        let before = format!(
            "let {variable}_kept = {leak}kept::<{written}>(values, input, {name:?}, {n_params})?{end}; \
             let mut {variable} = {variable}_kept.{borrowed}()?;"
        );
        Some(Argument {
            shape: Shape::Kept(type_name(ty), access),
            before: vec![before],
            passed,
            after: vec![],
        })
    }

    /// A list of such values, which are copied.
    fn kept_list(&self, item: &Type, slot: Slot<'_>, passed: &str) -> Option<Argument> {
        let own = self.library.own_type(item).filter(|own| !own.is_choice())?;
        if !self.library.implements(own.path(), "Clone") {
            return None;
        }
        let Slot { variable, name, n_params } = slot;
        let written = source(item);
        let before =
            format!("let {variable} = kept_list::<{written}>(values, input, {name:?}, {n_params})?;");
        let item = Box::new(Shape::Kept(type_name(item), Access::Shared));
        let shape = if passed.ends_with(".next()") { Shape::Optional(item) } else { Shape::List(item) };
        Some(Argument { shape, before: vec![before], passed: passed.replace("{}", variable), after: vec![] })
    }

    /// A value that its JSON alone makes.
    fn decoded(&self, ty: &Type) -> Option<Decoded> {
        let plain = |shape, ty: String| Some(Decoded { shape, ty, made: "{}".into() });
        match ty {
            Type::Reference(reference) if reference.mutability.is_none() => {
                let inner = &reference.elem;
                if is(inner, "str") {
                    return Some(Decoded {
                        shape: Shape::Text,
                        ty: "String".into(),
                        made: "leaked({})".into(),
                    });
                }
                if let Type::Slice(slice) = &**inner {
                    let item = self.decoded(&slice.elem)?;
                    let (shape, ty) = list_of(&item);
                    let made = format!("&*Box::leak(({}).into_boxed_slice())", made_list(&item, "{}"));
                    return Some(Decoded { shape, ty, made });
                }
                let value = self.decoded(inner)?;
                let made = format!("&*Box::leak(Box::new({}))", value.made);
                Some(Decoded { made, ..value })
            }
            Type::Tuple(tuple) if tuple.elems.is_empty() => plain(Shape::Unit, "()".into()),
            Type::Tuple(tuple) => {
                let parts: Vec<Decoded> =
                    tuple.elems.iter().map(|part| self.decoded(part)).collect::<Option<_>>()?;
                let types: Vec<&str> = parts.iter().map(|part| part.ty.as_str()).collect();
                let ty = format!("({},)", types.join(", "));
                let shape = Shape::Tuple(parts.iter().map(|part| part.shape.clone()).collect());
                let made = if parts.iter().all(Decoded::is_plain) {
                    "{}".into()
                } else {
                    let made: Vec<String> = parts
                        .iter()
                        .enumerate()
                        .map(|(at, part)| part.made.replace("{}", &format!("t.{at}")))
                        .collect();
                    format!("{{ let t = {{}}; ({},) }}", made.join(", "))
                };
                Some(Decoded { shape, ty, made })
            }
            Type::Array(array) => {
                let item = self.decoded(&array.elem).filter(Decoded::is_plain)?;
                let size: usize = source(&array.len).trim_matches(['{', '}', ' ']).parse().ok()?;
                let shape = Shape::Tuple(vec![item.shape; size.min(MAX_ARRAY)]);
                (size <= MAX_ARRAY).then(|| Decoded {
                    shape,
                    ty: format!("[{}; {size}]", item.ty),
                    made: "{}".into(),
                })
            }
            Type::Paren(inner) => self.decoded(&inner.elem),
            Type::Path(_) => self.decoded_path(ty),
            _ => None,
        }
    }

    fn decoded_path(&self, ty: &Type) -> Option<Decoded> {
        if let Some(own) = self.library.own_type(ty) {
            let names = own.parts.iter().filter_map(|part| part.path.rsplit("::").next());
            let shape = Shape::Choice(names.map(str::to_owned).collect());
            return own.is_choice().then(|| Decoded { shape, ty: source(ty), made: "{}".into() });
        }
        let path = path_of(ty)?;
        let name = path.rsplit("::").next().unwrap_or(&path);
        let arguments = arguments_of(ty);
        let plain = |shape, ty: &str| Some(Decoded { shape, ty: ty.to_owned(), made: "{}".into() });
        let into =
            |shape, ty: &str, made: &str| Some(Decoded { shape, ty: ty.to_owned(), made: made.to_owned() });
        match (name, &arguments[..]) {
            ("String" | "str", []) => plain(Shape::Text, "String"),
            ("Bytes", []) => into(Shape::Bytes, "Bytes", "{}.0"),
            ("char", []) => plain(Shape::Char, "char"),
            ("bool", []) => plain(Shape::Bool, "bool"),
            ("f32" | "f64", []) => plain(Shape::Float, name),
            ("Duration", []) => plain(Shape::Duration, "std::time::Duration"),
            ("SystemTime", []) => plain(Shape::Time, "std::time::SystemTime"),
            ("PathBuf" | "OsString", []) => plain(Shape::OsText, name),
            ("Ordering", []) => plain(
                Shape::Choice(["less", "equal", "greater"].map(str::to_owned).to_vec()),
                "std::cmp::Ordering",
            ),
            ("DefaultHasher", []) => {
                into(Shape::Unit, "()", "{ let _ = {}; std::hash::DefaultHasher::new() }")
            }
            ("BuildHasherDefault", _) => into(Shape::Unit, "()", "{ let _ = {}; Default::default() }"),
            ("Cursor", _) => into(Shape::Bytes, "Bytes", "std::io::Cursor::new({}.0)"),
            ("Vec", [item]) if is(item, "u8") => into(Shape::Bytes, "Bytes", "{}.0"),
            ("Vec" | "VecDeque" | "LinkedList", [item]) => self.sequence(name, item, Shape::List),
            ("IntoIter", [item]) => {
                let list = self.sequence("Vec", item, Shape::List)?;
                Some(Decoded { made: format!("({}).into_iter()", list.made), ..list })
            }
            ("HashSet" | "BTreeSet", [item, ..]) => self.sequence(name, item, Shape::Set),
            ("HashMap" | "BTreeMap", [key, value, ..]) => {
                let (key, value) = (self.decoded(key)?, self.decoded(value)?);
                (key.is_plain() && value.is_plain()).then(|| Decoded {
                    ty: format!("{name}<{}, {}>", key.ty, value.ty),
                    shape: Shape::Map(Box::new(key.shape), Box::new(value.shape)),
                    made: "{}".into(),
                })
            }
            ("Option", [item]) => {
                let item = self.decoded(item)?;
                let made = if item.is_plain() {
                    "{}".to_owned()
                } else {
                    format!("{{}}.map(|o| {})", item.made.replace("{}", "o"))
                };
                let ty = format!("Option<{}>", item.ty);
                Some(Decoded { shape: Shape::Optional(Box::new(item.shape)), ty, made })
            }
            ("Cow", [inner]) if is(inner, "str") => {
                into(Shape::Text, "String", "std::borrow::Cow::<str>::Owned({})")
            }
            ("Cow", [Type::Slice(slice)]) if is(&slice.elem, "u8") => {
                into(Shape::Bytes, "Bytes", "std::borrow::Cow::<[u8]>::Owned({}.0)")
            }
            ("Box" | "Rc" | "Arc", [inner]) if is(inner, "str") => into(Shape::Text, "String", "{}.into()"),
            ("Box" | "Rc" | "Arc", [inner]) => {
                let inner = self.decoded(inner)?;
                Some(Decoded { made: format!("{name}::new({})", inner.made), ..inner })
            }
            ("Bound", [item]) => {
                let item = self.decoded(item).filter(Decoded::is_plain)?;
                let ty = format!("std::ops::Bound<{}>", item.ty);
                Some(Decoded { shape: Shape::Optional(Box::new(item.shape)), ty, made: "{}".into() })
            }
            ("Range", [item]) => {
                let item = self.decoded(item).filter(Decoded::is_plain)?;
                let ty = format!("({0}, {0})", item.ty);
                let made = "{ let r = {}; r.0..r.1 }".to_owned();
                Some(Decoded { shape: Shape::Tuple(vec![item.shape.clone(), item.shape]), ty, made })
            }
            (number, []) => {
                let shape = Shape::integer(number)?;
                plain(shape, number)
            }
            _ => None,
        }
    }

    fn sequence(&self, name: &str, item: &Type, shape: impl Fn(Box<Shape>) -> Shape) -> Option<Decoded> {
        let item = self.decoded(item)?;
        if !item.is_plain() && name != "Vec" {
            return None;
        }
        let made = if item.is_plain() { "{}".to_owned() } else { made_list(&item, "{}") };
        Some(Decoded { ty: format!("{name}<{}>", item.ty), shape: shape(Box::new(item.shape)), made })
    }
}

/// Longer arrays are not written out.
const MAX_ARRAY: usize = 64;

impl Decoded {
    /// Whether what is decoded is the value itself.
    fn is_plain(&self) -> bool {
        self.made == "{}"
    }
}

fn list_of(item: &Decoded) -> (Shape, String) {
    if item.ty == "u8" {
        return (Shape::Bytes, "Bytes".into());
    }
    (Shape::List(Box::new(item.shape.clone())), format!("Vec<{}>", item.ty))
}

fn made_list(item: &Decoded, variable: &str) -> String {
    if item.ty == "u8" {
        return format!("{variable}.0");
    }
    if item.is_plain() {
        return variable.to_owned();
    }
    format!("{variable}.into_iter().map(|i| {}).collect::<Vec<_>>()", item.made.replace("{}", "i"))
}

pub(super) fn arguments_of(ty: &Type) -> Vec<Type> {
    let Type::Path(path) = ty else { return vec![] };
    let Some(last) = path.path.segments.last() else { return vec![] };
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return vec![] };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    });
    types.collect()
}

fn is(ty: &Type, name: &str) -> bool {
    path_of(ty).is_some_and(|path| path == name)
}

fn boxed(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "Box")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// The item of a list, and how a list of kept values becomes one of its kind.
fn collection_of(ty: &Type) -> Option<(&Type, &'static str)> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let made = match last.ident.to_string().as_str() {
        "Vec" => "{}",
        "IntoIter" => "{}.into_iter()",
        "Option" => "{}.into_iter().next()",
        _ => return None,
    };
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.last()? {
        GenericArgument::Type(item) => Some((item, made)),
        _ => None,
    }
}

/// How a closure is passed as this type, with `{}` for the closure. A pointer to a function has no state.
fn passed_function(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::FnPtr(_) => None,
        Type::Reference(reference) if reference.mutability.is_some() => Some("&mut {}"),
        Type::Reference(_) => Some("&{}"),
        ty if boxed(ty).is_some() => Some("Box::new({})"),
        _ => Some("{}"),
    }
}
