//! From a spec's binding to the operation of a driver.

use super::arguments::{Argument, Lasting, Making, Slot};
use super::concrete::Concrete;
use super::library::Library;
use crate::operation::{BindingError, Operation, OperationParam};
use crate::template::{expand, mark};
use ghostlib_model::ApiItem;

/// Expands a binding's template. `{{param "name" "type"}}` stands for the parameter `name` of the call, made
/// into an argument of that type; types of the library are written with its crate's name before them.
///
/// # Errors
/// If the template does not expand, or names a type that a driver cannot supply.
pub fn bound_operation(
    name: &str,
    template: &str,
    (crate_name, items): (&str, &[ApiItem]),
) -> Result<Operation, BindingError> {
    let params = expand(template).map_err(|reason| BindingError { operation: name.into(), reason })?;
    let library = Library::of(items);
    let concrete = Concrete::default();
    let making = Making { library: &library, concrete: &concrete, generics: &[], for_ever: Lasting::Call };
    let mut expression = params.text;
    let (mut known, mut arguments): (Vec<OperationParam>, Vec<Argument>) = (vec![], vec![]);
    let n_params = params.params.len();
    for (at, (param, ty)) in params.params.iter().enumerate() {
        let variable = format!("v{at}");
        let slot = Slot { variable: &variable, name: param, n_params };
        let own = ty.replace(&format!("{crate_name}::"), "");
        let argument =
            super::signature::type_of(&own).and_then(|ty| making.argument(&ty, slot)).ok_or_else(|| {
                let reason = format!("a driver cannot supply a value of type `{ty}`");
                BindingError { operation: name.into(), reason }
            })?;
        expression = expression.replace(&mark(at), &argument.passed);
        known.push(OperationParam::required(param.clone(), argument.shape.clone()));
        arguments.push(argument);
    }
    let mut lines: Vec<String> = arguments.iter().flat_map(|argument| argument.before.clone()).collect();
    lines.push(format!("let reply = reply!({expression});"));
    lines.extend(arguments.into_iter().flat_map(|argument| argument.after));
    lines.push("Ok(reply)".to_owned());
    Ok(Operation {
        name: name.into(),
        item: name.into(),
        binding: template.into(),
        expression: lines.join("\n"),
        params: known,
        keeps: None,
        keeps_error: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binding_becomes_a_call_with_its_arguments_before_it() {
        let template = r#"demo::pad({{param "text" "&str"}}, {{param "n" "u8"}})"#;
        let operation = bound_operation("pad", template, ("demo", &[])).unwrap();
        assert_eq!(
            operation.expression,
            "let mut v0 = param::<String>(input, \"text\", 2)?;\nlet mut v1 = param::<u8>(input, \"n\", 2)?;\n\
             let reply = reply!(demo::pad(&*v0, v1));\nOk(reply)"
        );
        assert_eq!(operation.params[1].name, "n");
    }

    #[test]
    fn a_template_that_does_not_expand_names_its_operation() {
        for (template, reason) in [
            (r#"f({{param "x" "Table"}})"#, "type `Table`"),
            (r#"f({{param "x"}})"#, "write it as"),
            ("f({{nothing}})", "nothing"),
            ("f({{param", ""),
        ] {
            let error = bound_operation("f", template, ("demo", &[])).unwrap_err();
            assert_eq!(error.operation, "f");
            assert!(error.reason.contains(reason), "{}", error.reason);
        }
    }
}
