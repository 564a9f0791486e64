//! Bindings for what the API alone does not tell how to call.

use ghostlib_diff::Api;
use ghostlib_model::{ApiItem, ApiKind, FnSignature};
use std::fmt::Write as _;

/// An operation, and the expression that calls it.
pub(super) type Bound = (String, String);

/// Bindings for the functions that one can be written for: those that are `async`, which are polled until they are done.
pub(super) fn bindings(api: &Api, language: &str) -> Vec<Bound> {
    let bound = |item: &ApiItem| {
        let function = item.function.as_ref().filter(|function| is_plain(function))?;
        Some((item.path.clone(), polled(&format!("{}::{}", api.crate_name, item.path), function)))
    };
    let functions = api.items.iter().filter(|item| item.kind == ApiKind::Function && language == "rust");
    functions.filter_map(bound).collect()
}

fn is_plain(function: &FnSignature) -> bool {
    function.is_async && !function.is_unsafe && function.generics.is_empty() && function.receiver.is_none()
}

fn polled(path: &str, function: &FnSignature) -> String {
    let mut expression = String::from("{ ");
    for (at, param) in function.params.iter().enumerate() {
        let _ = write!(expression, "let p{at} = {{{{param \"{}\" \"{}\"}}}}; ", param.name, param.ty);
    }
    let names: Vec<String> = (0..function.params.len()).map(|at| format!("p{at}")).collect();
    let _ = write!(
        expression,
        "let mut future = std::pin::pin!({path}({})); \
         let mut context = std::task::Context::from_waker(std::task::Waker::noop()); \
         loop {{ if let std::task::Poll::Ready(value) = std::future::Future::poll(future.as_mut(), &mut context) \
         {{ break value; }} }} }}",
        names.join(", ")
    );
    expression
}

/// The section that says them; nothing, if there are none.
pub(super) fn section(bindings: &[Bound], language: &str) -> String {
    if bindings.is_empty() {
        return String::new();
    }
    let mut text = String::from(
        "\n## Bindings\n\nHow operations are called where their declarations do not tell it.\n\n",
    );
    text.push_str("```yaml bindings\n");
    for (operation, expression) in bindings {
        let _ = writeln!(text, "{operation:?}:\n  {language}: '{}'", expression.replace('\'', "''"));
    }
    text.push_str("```\n");
    text
}
