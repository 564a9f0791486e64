//! What belongs to a class.

use super::class::{Class, Flavour};
use super::decorators::MethodKind;
use super::enums::variants;
use super::fields::{constructor, variable};
use super::package::ModuleId;
use super::parameters::{Parameter, listed};
use super::scope::{Binding, What};
use super::syntax::{Piece, Site};
use super::types::{Style, World};
use super::values::{UNKNOWN, string_value};
use ghostlib_model::{ApiAttributes, ApiItem, ApiKind, FnSignature, Param, Receiver};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// A method with several names is followed through so many.
const MAX_ALIASES: usize = 8;
/// Classes within classes are read to this depth.
const MAX_NESTED: usize = 8;

/// What is below a class, by its path from there. Declarations are without the class around them.
pub(super) type Members = BTreeMap<String, ApiItem>;

/// The members of classes, each read once.
#[derive(Default)]
pub(super) struct MemberCache<'t> {
    all: RefCell<HashMap<(ModuleId, &'t str), Rc<Members>>>,
}

impl<'t> MemberCache<'t> {
    /// What a class defines, and those of its bases that no one can name; without what is told of a public base
    /// in the same way.
    pub(super) fn own(&self, class: &Class<'_, 't>) -> Members {
        let mut members = Members::new();
        for (module, name) in class.hidden_bases().into_iter().rev() {
            members.extend(
                self.all(class.world, module, name).iter().map(|(name, item)| (name.clone(), item.clone())),
            );
        }
        members.extend(defined(class, 0));
        let inherited = self.inherited(class);
        members.retain(|name, item| {
            let known = inherited.get(name);
            known.is_none_or(|known| (known.kind, &known.signature) != (item.kind, &item.signature))
        });
        members
    }

    fn inherited(&self, class: &Class<'_, 't>) -> Members {
        let mut members = Members::new();
        let bases = class.public_bases(&class.renderer(Style::Normal));
        for (module, name) in bases.into_iter().rev().filter_map(|base| base.class) {
            members.extend(
                self.all(class.world, module, name).iter().map(|(name, item)| (name.clone(), item.clone())),
            );
        }
        members
    }

    /// All that a class has, inherited or not.
    fn all(&self, world: World<'_, 't>, module: ModuleId, name: &'t str) -> Rc<Members> {
        if let Some(known) = self.all.borrow().get(&(module, name)) {
            return Rc::clone(known);
        }
        // A class among its own bases ends here.
        self.all.borrow_mut().insert((module, name), Rc::default());
        let Some(class) = Class::find(world, module, name) else { return Rc::default() };
        let mut members = self.inherited(&class);
        members.extend(self.own(&class));
        let members = Rc::new(members);
        self.all.borrow_mut().insert((module, name), Rc::clone(&members));
        members
    }
}

/// What the statements of a class define.
fn defined(class: &Class<'_, '_>, depth: usize) -> Members {
    let flavour = class.flavour();
    let mut members = Members::new();
    if let Flavour::Enum(base) = &flavour {
        members.extend(variants(class, base).into_iter().map(by_path));
    }
    members.extend(made(class, &flavour).into_iter().map(by_path));
    members.extend(slots(class).into_iter().map(by_path));
    for name in class.scope.names.keys().copied() {
        let Some(binding) = class.scope.chosen(name) else { continue };
        match &binding.what {
            What::Class(_) if is_public(name) && depth < MAX_NESTED => {
                let Some(inner) = class.inner(name) else { continue };
                if !inner.is_fragment() {
                    members.insert(name.to_owned(), class_item(&inner, name));
                }
                for (path, mut item) in defined(&inner, depth + 1) {
                    item.path = format!("{name}.{path}");
                    item.declaration = within_class(&inner, name, &item.declaration);
                    members.insert(item.path.clone(), item);
                }
            }
            _ => members.extend(member(class, &flavour, name, binding).map(by_path)),
        }
    }
    members
}

fn by_path(item: ApiItem) -> (String, ApiItem) {
    (item.path.clone(), item)
}

/// The item of a class itself.
pub(super) fn class_item(class: &Class<'_, '_>, name: &str) -> ApiItem {
    let kind = if matches!(class.flavour(), Flavour::Enum(_)) { ApiKind::Enum } else { ApiKind::Class };
    ApiItem {
        path: name.to_owned(),
        kind,
        signature: class.signature(),
        declaration: format!("{}: ...", class.declaration(name)),
        function: None,
        attributes: ApiAttributes::default(),
        place: class.world.package.sources.place(class.site),
    }
}

/// A declaration as it stands within a class of which nothing else is told.
pub(super) fn within_class(class: &Class<'_, '_>, name: &str, declaration: &str) -> String {
    let bases = match class.flavour() {
        Flavour::Enum(base) => format!("{base}, ..."),
        _ => "...".to_owned(),
    };
    format!("class {name}({bases}):\n{}", indented(declaration))
}

pub(super) fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

fn member<'t>(
    class: &Class<'_, 't>,
    flavour: &Flavour,
    name: &str,
    binding: &Binding<'t>,
) -> Option<ApiItem> {
    let binding = aliased(class, binding);
    match &binding.what {
        What::Function(_) | What::Overload(_) if is_public(name) || is_protocol(name) => {
            method(class, flavour, name, binding)
        }
        What::Value { annotation, value } if is_public(name) && !matches!(flavour, Flavour::Enum(_)) => {
            Some(field(class, flavour, name, binding.site, (*annotation, *value)))
        }
        What::Value { value: Some(value), .. } if is_protocol(name) && may_be_function(*value) => {
            Some(computed_method(class, name, binding.site))
        }
        _ => None,
    }
}

fn may_be_function(value: Node<'_>) -> bool {
    matches!(value.kind(), "identifier" | "attribute" | "call" | "lambda" | "subscript" | "ellipsis")
}

/// `__eq__ = made_by(a_call)`
fn computed_method<'t>(class: &Class<'_, 't>, name: &str, site: Site<'t>) -> ApiItem {
    ApiItem {
        path: name.to_owned(),
        kind: ApiKind::Method,
        signature: UNKNOWN.to_owned(),
        declaration: format!("{name} = {UNKNOWN}"),
        function: None,
        attributes: ApiAttributes::default(),
        place: class.world.package.sources.place(site),
    }
}

/// `__radd__ = __add__`
fn aliased<'b, 't>(class: &'b Class<'_, 't>, binding: &'b Binding<'t>) -> &'b Binding<'t> {
    let mut target = binding;
    for _ in 0..MAX_ALIASES {
        let What::Value { annotation: None, value: Some(value) } = &target.what else { break };
        let name = class.world.package.sources.text(target.site.at(*value));
        let next = (value.kind() == "identifier").then(|| class.scope.chosen(name)).flatten();
        let Some(next) = next else { break };
        target = next;
    }
    if matches!(target.what, What::Function(_)) { target } else { binding }
}

fn method<'t>(
    class: &Class<'_, 't>,
    flavour: &Flavour,
    name: &str,
    binding: &Binding<'t>,
) -> Option<ApiItem> {
    let surroundings = class.surroundings();
    let is_constructor = matches!(name, "__init__" | "__new__");
    let is_hidden = is_constructor && matches!(flavour, Flavour::Enum(_));
    if is_hidden || (name == "__new__" && class.scope.names.contains_key("__init__")) {
        return None;
    }
    // However it is made, a user calls the class.
    let name = if is_constructor { "__init__" } else { name };
    let mut decorations = surroundings.decorations(binding);
    let place = class.world.package.sources.place(binding.site);
    if matches!(decorations.kind, MethodKind::Property | MethodKind::Attribute) {
        return Some(property(class, name, binding, &decorations));
    }
    decorations.kind = MethodKind::Instance;
    let told = surroundings.told(name, binding);
    let (signature, declaration) = (told.signature, told.declaration);
    let signature = if is_constructor { signature.replacen("static ", "", 1) } else { signature };
    Some(ApiItem {
        path: name.to_owned(),
        kind: ApiKind::Method,
        signature,
        declaration,
        function: Some(told.parts),
        attributes: ApiAttributes::default(),
        place,
    })
}

fn property<'t>(
    class: &Class<'_, 't>,
    name: &str,
    binding: &Binding<'t>,
    decorations: &super::decorators::Decorations,
) -> ApiItem {
    let surroundings = class.surroundings();
    let definition = class.world.package.sources.piece(binding.site);
    let output = |style| surroundings.output(definition, decorations, &class.renderer(style));
    let (normal, declared) = (output(Style::Normal), output(Style::Declared));
    let is_abstract = decorations.is_abstract;
    let words = format!(
        "{}{}",
        if is_abstract { "abstract " } else { "" },
        if decorations.kind == MethodKind::Property { "read-only" } else { "" }
    );
    let ty = if normal.is_empty() { " = ...".to_owned() } else { format!(": {normal}") };
    let arrow = if declared.is_empty() { String::new() } else { format!(" -> {declared}") };
    let setter = match decorations.kind {
        MethodKind::Attribute => format!("\n@{name}.setter\ndef {name}(self, value): ..."),
        _ => String::new(),
    };
    let lines = if is_abstract { "@property\n@abstractmethod\n" } else { "@property\n" };
    ApiItem {
        path: name.to_owned(),
        kind: ApiKind::Field,
        signature: format!("{words}{ty}"),
        declaration: format!("{lines}def {name}(self){arrow}: ...{setter}"),
        function: None,
        attributes: ApiAttributes::default(),
        place: class.world.package.sources.place(binding.site),
    }
}

type Node<'t> = crate::Node<'t>;

fn field<'t>(
    class: &Class<'_, 't>,
    flavour: &Flavour,
    name: &str,
    site: Site<'t>,
    (annotation, value): (Option<Node<'t>>, Option<Node<'t>>),
) -> ApiItem {
    let sources = class.world.package.sources;
    let is_class_variable = annotation.is_some_and(|ty| sources.text(site.at(ty)).contains("ClassVar"));
    let is_made = matches!(flavour, Flavour::Data(_) | Flavour::NamedTuple)
        && annotation.is_some()
        && !is_class_variable;
    let piece = |node: Option<Node<'t>>| node.map(|node| sources.piece(site.at(node)));
    // The constructor tells the default of a field that it takes.
    let value = piece(value).filter(|_| !is_made);
    let told = |style| variable(piece(annotation), value, &class.renderer(style));
    let words = if is_frozen(flavour) && is_made { "read-only" } else { "" };
    let optional = |ty: String| match (flavour, class.keyword("total").map(Piece::source)) {
        (Flavour::TypedDict, Some("False")) if !ty.contains("NotRequired[") => {
            format!(": NotRequired[{}]", ty.trim_start_matches(": "))
        }
        _ => ty,
    };
    let declared = format!("{name}{}", optional(told(Style::Declared)));
    ApiItem {
        path: name.to_owned(),
        kind: if is_upper(name) { ApiKind::Const } else { ApiKind::Field },
        signature: format!("{words}{}", optional(told(Style::Normal))),
        declaration: if words.is_empty() { declared } else { read_only(name, &declared) },
        function: None,
        attributes: ApiAttributes::default(),
        place: sources.place(site),
    }
}

/// The attributes that `__slots__` names.
fn slots(class: &Class<'_, '_>) -> Vec<ApiItem> {
    let Some(binding) = class.scope.chosen("__slots__") else { return vec![] };
    let What::Value { value: Some(value), .. } = &binding.what else { return vec![] };
    let sources = class.world.package.sources;
    let elements = sources.piece(binding.site.at(*value)).children().into_iter();
    let named = elements.filter_map(|element| Some((string_value(element)?, element)));
    let items = named.filter(|(name, _)| is_public(name)).map(|(name, element)| ApiItem {
        kind: ApiKind::Field,
        signature: " = ...".to_owned(),
        declaration: format!("{name} = ..."),
        function: None,
        attributes: ApiAttributes::default(),
        place: sources.place(binding.site.at(element.node)),
        path: name,
    });
    items.collect()
}

/// A field that cannot be set, as a block can say it.
fn read_only(name: &str, declared: &str) -> String {
    let ty = declared.split_once(": ").map_or("", |(_, ty)| ty);
    format!("@property\ndef {name}(self) -> {ty}: ...")
}

fn is_frozen(flavour: &Flavour) -> bool {
    match flavour {
        Flavour::Data(options) => options.is_on("frozen"),
        flavour => *flavour == Flavour::NamedTuple,
    }
}

/// The methods that a class gets without writing them.
fn made(class: &Class<'_, '_>, flavour: &Flavour) -> Vec<ApiItem> {
    let mut items = vec![];
    if let (Some(normal), Some(declared)) =
        (constructor(class, flavour, Style::Normal), constructor(class, flavour, Style::Declared))
    {
        let (normal, list) = (listed(&normal, Style::Normal), listed(&declared, Style::Declared));
        let params = declared.into_iter().map(Parameter::into_param).collect();
        items.push(made_method(class, "__init__", (&normal, &list), "", params));
    }
    let Flavour::Data(options) = flavour else { return items };
    let other = || vec![Param { name: "other".to_owned(), ..Param::default() }];
    if options.is_on("eq") {
        items.push(made_method(class, "__eq__", ("other", "other"), "", other()));
    }
    if options.is_on("order") {
        for name in ["__lt__", "__le__", "__gt__", "__ge__"] {
            items.push(made_method(class, name, ("other", "other"), "", other()));
        }
    }
    if (options.is_on("eq") && options.is_on("frozen")) || options.is_on("unsafe_hash") {
        items.push(made_method(class, "__hash__", ("", ""), "", vec![]));
    }
    items
}

fn made_method(
    class: &Class<'_, '_>,
    name: &str,
    (normal, declared): (&str, &str),
    output: &str,
    params: Vec<Param>,
) -> ApiItem {
    let comma = if declared.is_empty() { "" } else { ", " };
    ApiItem {
        path: name.to_owned(),
        kind: ApiKind::Method,
        signature: format!("def({normal}){output}"),
        declaration: format!("def {name}(self{comma}{declared}){output}: ..."),
        function: Some(FnSignature { receiver: Some(Receiver::Ref), params, ..FnSignature::default() }),
        attributes: ApiAttributes::default(),
        place: class.world.package.sources.place(class.site),
    }
}

pub(super) fn is_public(name: &str) -> bool {
    !name.starts_with('_')
}

/// `LIMIT`, `MAX_SIZE_2`
pub(super) fn is_upper(name: &str) -> bool {
    name.chars().any(char::is_uppercase) && !name.chars().any(char::is_lowercase)
}

/// Whether a method is one that the language calls for a user, and that not every object has anyway.
fn is_protocol(name: &str) -> bool {
    let is_special = name.len() > 4 && name.starts_with("__") && name.ends_with("__");
    is_special && !PLUMBING.contains(&name)
}

/// What every object has, what only pickling, copying and the making of classes call, what catches names, and what
/// is no method.
const PLUMBING: [&str; 38] = [
    "__abstractmethods__",
    "__all__",
    "__annotations__",
    "__author__",
    "__doc__",
    "__match_args__",
    "__metaclass__",
    "__module__",
    "__name__",
    "__slots__",
    "__version__",
    "__attrs_post_init__",
    "__class_getitem__",
    "__copy__",
    "__deepcopy__",
    "__del__",
    "__delattr__",
    "__dir__",
    "__getattr__",
    "__getattribute__",
    "__getnewargs__",
    "__getnewargs_ex__",
    "__getstate__",
    "__init_subclass__",
    "__instancecheck__",
    "__ne__",
    "__post_init__",
    "__prepare__",
    "__reduce__",
    "__reduce_ex__",
    "__replace__",
    "__repr__",
    "__set_name__",
    "__setattr__",
    "__setstate__",
    "__sizeof__",
    "__subclasscheck__",
    "__subclasshook__",
];
