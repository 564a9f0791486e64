//! Vectors as a file of tests for cargo.

mod call;
mod check;
mod literal;
mod parts;
mod traits;

use super::library::Library;
use crate::emit::{Suite, TestFile, block, left_out_lines, snake};
use call::{Called, inner};
use ghostlib_model::{Call, Vector};
use literal::is_unit;

/// Longer lines are divided.
const MAX_WIDTH: usize = 100;

/// The vectors as a file for the folder `tests` of a crate. It needs nothing but the crate and the standard library.
pub fn test_file(suite: &Suite<'_>) -> TestFile {
    let writer = Writer { suite, library: Library::of(suite.items) };
    let (tests, left_out) = suite.write_each(|name, vector| writer.test(name, vector));
    let n_tests = tests.len();
    let about = block("//! ", suite.about);
    let not_written = block("// ", &left_out_lines(&left_out));
    let parts: Vec<String> =
        [about].into_iter().chain(tests).chain([not_written]).filter(|part| !part.is_empty()).collect();
    TestFile { text: parts.join("\n"), n_tests, left_out }
}

struct Writer<'a> {
    suite: &'a Suite<'a>,
    library: Library<'a>,
}

/// A value that an earlier call returned.
struct Variable {
    name: String,
    called: Called,
    is_used: bool,
    is_changed: bool,
}

impl Writer<'_> {
    fn test(&self, name: &str, vector: &Vector) -> Result<String, String> {
        let mut variables: Vec<Variable> = Vec::new();
        for call in &vector.before {
            let called = self.call(call, &mut variables)?;
            let name = self.variable_name(&called, &variables);
            variables.push(Variable { name, called, is_used: false, is_changed: false });
        }
        let last = Call { operation: vector.operation.clone(), input: vector.input.clone() };
        let called = self.call(&last, &mut variables)?;
        let check = self.check(&called, &vector.expected)?;
        let mut lines: Vec<String> = variables.iter().flat_map(lines_before).collect();
        lines.extend(called.before);
        lines.extend(check);
        let body = block("    ", &lines);
        Ok(format!("#[test]\nfn {name}() {{\n{body}}}\n"))
    }

    fn variable_name(&self, called: &Called, variables: &[Variable]) -> String {
        let ty = inner(&called.output).unwrap_or(&called.output);
        let own = self.library.own_type(ty).map(|own| snake(own.name()));
        let plain = own.unwrap_or_else(|| "value".to_owned());
        let plain =
            if syn::parse_str::<syn::Ident>(&plain).is_ok() { plain } else { format!("{plain}_value") };
        match variables.iter().filter(|known| known.name.starts_with(&plain)).count() {
            0 => plain,
            n => format!("{plain}_{}", n + 1),
        }
    }
}

/// The statements of a call before the one that is checked.
fn lines_before(variable: &Variable) -> Vec<String> {
    let Variable { name, called, is_used, is_changed } = variable;
    let unwrapped = if inner(&called.output).is_some() { ".unwrap()" } else { "" };
    let expression = &called.expression;
    let statement = match (is_used, is_changed) {
        (false, _) if is_unit(&called.output) => format!("{expression};"),
        (false, _) => format!("let _ = {expression};"),
        (true, false) => format!("let {name} = {expression}{unwrapped};"),
        (true, true) => format!("let mut {name} = {expression}{unwrapped};"),
    };
    called.before.iter().cloned().chain([statement]).collect()
}

#[cfg(test)]
mod tests;
