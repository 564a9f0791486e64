//! Variables, and the fields of classes that make constructors of them.

use super::class::{Class, Flavour};
use super::parameters::Parameter;
use super::scope::What;
use super::syntax::{Piece, named};
use super::types::{Renderer, Style};
use super::values::UNKNOWN;
use ghostlib_model::Passing;

/// Bases are followed to this depth.
const MAX_BASES: usize = 16;

/// A variable as it is told behind its name: `: int = 4`.
pub(super) fn variable(
    annotation: Option<Piece<'_>>,
    value: Option<Piece<'_>>,
    renderer: &Renderer<'_, '_>,
) -> String {
    let annotation = annotation.map_or_else(String::new, |ty| renderer.ty(ty));
    let value = value.map(|value| renderer.value(value));
    let says_nothing = matches!(annotation.as_str(), "" | "Final" | "ClassVar");
    match (says_nothing, value) {
        (true, value) => format!(" = {}", value.as_deref().unwrap_or(UNKNOWN)),
        (false, Some(value)) if value != UNKNOWN => format!(": {annotation} = {value}"),
        (false, _) => format!(": {annotation}"),
    }
}

/// One field of a data class or a named tuple.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) parameter: Parameter,
    /// Whether the constructor takes it.
    is_taken: bool,
}

/// The parameters of the constructor that a class gets from its fields.
pub(super) fn constructor(class: &Class<'_, '_>, flavour: &Flavour, style: Style) -> Option<Vec<Parameter>> {
    let is_made = match flavour {
        Flavour::Data(options) => options.is_on("init"),
        Flavour::NamedTuple => true,
        _ => false,
    };
    if !is_made {
        return None;
    }
    let fields = fields(class, flavour, style, 0);
    let taken = fields.into_iter().filter(|field| field.is_taken).map(|field| field.parameter);
    let (by_keyword, first): (Vec<_>, Vec<_>) = taken.partition(|field| field.passing == Passing::Keyword);
    Some(first.into_iter().chain(by_keyword).collect())
}

/// The fields of a class, those of its bases first.
fn fields(class: &Class<'_, '_>, flavour: &Flavour, style: Style, depth: usize) -> Vec<Field> {
    let mut all: Vec<Field> = vec![];
    if matches!(flavour, Flavour::Data(_)) && depth < MAX_BASES {
        for base in class.bases().into_iter().rev() {
            let Some(base) = base.class.and_then(|(module, name)| Class::find(class.world, module, name))
            else {
                continue;
            };
            let flavour = base.flavour();
            if matches!(flavour, Flavour::Data(_)) {
                all = merged(all, fields(&base, &flavour, style, depth + 1));
            }
        }
    }
    merged(all, own_fields(class, flavour, style))
}

/// A field that is told again keeps its place.
fn merged(mut all: Vec<Field>, own: Vec<Field>) -> Vec<Field> {
    for field in own {
        match all.iter_mut().find(|known| known.parameter.name == field.parameter.name) {
            Some(known) => *known = field,
            None => all.push(field),
        }
    }
    all
}

fn own_fields(class: &Class<'_, '_>, flavour: &Flavour, style: Style) -> Vec<Field> {
    let renderer = class.renderer(style);
    let mut passing = match flavour {
        Flavour::Data(options) if options.is_on("kw_only") => Passing::Keyword,
        _ => Passing::Either,
    };
    let mut fields = vec![];
    // In the order of the text, which the sorted names do not keep.
    let mut bindings: Vec<_> =
        class.scope.names.iter().flat_map(|(name, all)| all.iter().map(move |one| (*name, one))).collect();
    bindings.sort_by_key(|(_, binding)| binding.site.node.start_byte());
    for (name, binding) in bindings {
        let What::Value { annotation: Some(annotation), value } = &binding.what else { continue };
        let piece = |node| class.world.package.sources.piece(binding.site.at(node));
        let annotation = piece(*annotation);
        let told = renderer.ty(annotation);
        if told.ends_with("KW_ONLY") {
            passing = Passing::Keyword;
            continue;
        }
        if annotation.source().contains("ClassVar") {
            continue;
        }
        fields.push(field(name, told, passing, value.map(piece), &renderer));
    }
    fields
}

fn field(
    name: &str,
    annotation: String,
    passing: Passing,
    value: Option<Piece<'_>>,
    renderer: &Renderer<'_, '_>,
) -> Field {
    let parameter = Parameter { name: name.to_owned(), passing, annotation, default: None };
    let mut field = Field { parameter, is_taken: true };
    let Some(value) = value else { return field };
    let arguments = field_arguments(value, renderer);
    match arguments {
        None => field.parameter.default = Some(renderer.value(value)),
        Some(arguments) => {
            for (name, value) in arguments {
                match name {
                    "default" => field.parameter.default = Some(renderer.value(value)),
                    "default_factory" => field.parameter.default = Some(UNKNOWN.to_owned()),
                    "init" => field.is_taken = value.source() != "False",
                    "kw_only" if value.source() == "True" => field.parameter.passing = Passing::Keyword,
                    "kw_only" => field.parameter.passing = Passing::Either,
                    _ => {}
                }
            }
        }
    }
    field
}

/// The arguments of `field(…)`, if a value is that.
fn field_arguments<'a>(value: Piece<'a>, renderer: &Renderer<'_, '_>) -> Option<Vec<(&'a str, Piece<'a>)>> {
    let function = value.field("function").filter(|_| value.node.kind() == "call")?;
    let name = renderer.runtime_name(&function.dotted()?)?;
    if !matches!(name.as_str(), "dataclasses.field" | "field") {
        return None;
    }
    let arguments = named(value.field("arguments")?.node).into_iter().map(|argument| value.at(argument));
    Some(
        arguments
            .filter_map(|argument| Some((argument.field("name")?.source(), argument.field("value")?)))
            .collect(),
    )
}
