//! The templates of bindings, in whatever language they call.

use handlebars::{Context, Handlebars, Helper, HelperResult, Output, RenderContext, RenderErrorReason};
use std::sync::{Arc, Mutex};

/// A template with a mark for each of its parameters.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Expanded {
    /// The text, with [`mark`]s.
    pub(crate) text: String,
    /// Names and types, in the order of the marks.
    pub(crate) params: Vec<(String, String)>,
}

/// What stands in the expanded text for a parameter.
pub(crate) fn mark(at: usize) -> String {
    format!("\u{0}{at}\u{0}")
}

/// Expands a template: `{{param "name" "type"}}` stands for the parameter `name`, an argument of that type.
///
/// # Errors
/// A reason for people, if it does not expand.
pub(crate) fn expand(template: &str) -> Result<Expanded, String> {
    let params = Arc::new(Mutex::new(Vec::new()));
    let mut handlebars = Handlebars::new();
    handlebars.set_strict_mode(true);
    handlebars.register_escape_fn(handlebars::no_escape);
    let seen = Arc::clone(&params);
    handlebars.register_helper(
        "param",
        Box::new(
            move |helper: &Helper<'_>,
                  _: &Handlebars<'_>,
                  _: &Context,
                  _: &mut RenderContext<'_, '_>,
                  out: &mut dyn Output|
                  -> HelperResult {
                let text = |index: usize| helper.param(index).and_then(|param| param.value().as_str());
                let (Some(name), Some(ty)) = (text(0), text(1)) else {
                    let usage = "write it as {{param \"name\" \"type\"}}";
                    return Err(RenderErrorReason::Other(usage.into()).into());
                };
                if let Ok(mut seen) = seen.lock() {
                    out.write(&mark(seen.len()))?;
                    seen.push((name.to_owned(), ty.to_owned()));
                }
                Ok(())
            },
        ),
    );
    let text = handlebars.render_template(template, &()).map_err(|error| error.reason().to_string())?;
    let params = params.lock().map(|params| params.clone()).unwrap_or_default();
    Ok(Expanded { text, params })
}
