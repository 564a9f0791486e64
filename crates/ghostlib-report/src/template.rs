use handlebars::{Handlebars, Helper};
use serde::Serialize;

/// An empty registry in strict mode: a name in a template that the view does not have is an error.
pub(crate) fn registry() -> Handlebars<'static> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry
}

/// The parts of a running text in which messages put code between two backticks: prose and code in turn,
/// prose first. Nothing where the backticks do not pair.
pub(crate) fn prose_and_code(text: &str) -> Option<Vec<&str>> {
    let parts: Vec<_> = text.split('`').collect();
    let has_blank_code = parts.iter().skip(1).step_by(2).any(|code| code.trim().is_empty());
    (parts.len() % 2 == 1 && !has_blank_code).then_some(parts)
}

/// A helper's parameter, if it is text.
pub(crate) fn string_param<'a>(helper: &'a Helper<'_>, index: usize) -> &'a str {
    helper.param(index).and_then(|param| param.value().as_str()).unwrap_or_default()
}

/// Expands `source` with `view`.
///
/// The templates are part of the program and every field of the view is always there, so that neither step
/// can fail on any run; the tests expand every branch.
pub(crate) fn expand(registry: &Handlebars<'_>, source: &str, view: &impl Serialize) -> String {
    registry.render_template(source, view).expect("the templates fit the view")
}
