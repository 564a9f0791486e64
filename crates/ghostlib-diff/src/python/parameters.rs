//! The parameters of a function.

use super::syntax::Piece;
use super::types::{Renderer, Style};
use ghostlib_model::{Param, Passing};

/// One parameter, its parts already told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) passing: Passing,
    /// Empty where there is none.
    pub(super) annotation: String,
    pub(super) default: Option<String>,
}

impl Parameter {
    pub(super) fn into_param(self) -> Param {
        Param { name: self.name, ty: self.annotation, passing: self.passing, default: self.default }
    }
}

/// Reads the parameters between the parentheses of a `def`.
pub(super) fn parameters(list: Piece<'_>, renderer: &Renderer<'_, '_>) -> Vec<Parameter> {
    let mut all: Vec<Parameter> = vec![];
    let mut passing = Passing::Either;
    for piece in list.children() {
        match piece.node.kind() {
            "positional_separator" => {
                for parameter in &mut all {
                    parameter.passing = Passing::Positional;
                }
            }
            "keyword_separator" => passing = Passing::Keyword,
            _ => {
                let parameter = parameter(piece, passing, renderer);
                if parameter.passing == Passing::Rest {
                    passing = Passing::Keyword;
                }
                all.push(parameter);
            }
        }
    }
    all
}

fn parameter(piece: Piece<'_>, passing: Passing, renderer: &Renderer<'_, '_>) -> Parameter {
    let first = || piece.children().into_iter().next();
    let name = match piece.node.kind() {
        "typed_parameter" => first().unwrap_or(piece),
        _ => piece.field("name").unwrap_or(piece),
    };
    let passing = match name.node.kind() {
        "list_splat_pattern" => Passing::Rest,
        "dictionary_splat_pattern" => Passing::Keywords,
        _ => passing,
    };
    Parameter {
        name: name.source().trim_start_matches('*').trim().to_owned(),
        passing,
        annotation: piece.field("type").map_or_else(String::new, |ty| renderer.ty(ty)),
        default: piece.field("value").map(|value| renderer.value(value)),
    }
}

/// The list as it is written between parentheses. For comparing, names that no caller can use are left out.
pub(super) fn listed(parameters: &[Parameter], style: Style) -> String {
    let mut parts = vec![];
    for (index, parameter) in parameters.iter().enumerate() {
        let before = index.checked_sub(1).map(|index| parameters[index].passing);
        if before == Some(Passing::Positional) && parameter.passing != Passing::Positional {
            parts.push("/".to_owned());
        }
        let has_star = matches!(before, Some(Passing::Keyword | Passing::Rest));
        if parameter.passing == Passing::Keyword && !has_star {
            parts.push("*".to_owned());
        }
        parts.push(one(parameter, style));
    }
    if parameters.last().is_some_and(|last| last.passing == Passing::Positional) {
        parts.push("/".to_owned());
    }
    parts.join(", ")
}

fn one(parameter: &Parameter, style: Style) -> String {
    let Parameter { name, passing, annotation, default } = parameter;
    let is_called = matches!(passing, Passing::Either | Passing::Keyword) || style == Style::Declared;
    let stars = match passing {
        Passing::Rest => "*",
        Passing::Keywords => "**",
        _ => "",
    };
    let name = if is_called { name.as_str() } else { "_" };
    let says_nothing = annotation.is_empty();
    let annotation = if says_nothing { String::new() } else { format!(": {annotation}") };
    let default = default.as_ref().map_or_else(String::new, |value| {
        if says_nothing && style == Style::Declared { format!("={value}") } else { format!(" = {value}") }
    });
    format!("{stars}{name}{annotation}{default}")
}
