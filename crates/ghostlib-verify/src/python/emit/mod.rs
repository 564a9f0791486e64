//! Vectors as a file of tests for pytest.

mod call;
mod check;
mod literal;

use crate::emit::{Suite, TestFile, block, left_out_lines, snake};
use call::Called;
use ghostlib_model::{Call, Vector};

/// Longer lines are divided.
const MAX_WIDTH: usize = 100;

/// The vectors as a file that pytest finds by its name, such as `test_vectors.py`.
pub fn test_file(suite: &Suite<'_>) -> TestFile {
    let writer = Writer { suite };
    let (tests, left_out) = suite.write_each(|name, vector| writer.test(name, vector));
    let n_tests = tests.len();
    let body = tests.concat();
    let mut text =
        format!("\"\"\"{}\n\"\"\"\n\n", suite.about.join("\n").replace('\\', "\\\\").replace('"', "'"));
    if body.contains("math.isnan(") {
        text += "import math\n\n";
    }
    let mut modules = vec![suite.library];
    modules.extend(body.contains("pytest.").then_some("pytest"));
    modules.sort_unstable();
    let modules: Vec<String> = modules.into_iter().map(str::to_owned).collect();
    text += &block("import ", &modules);
    text += &body;
    let not_written = left_out_lines(&left_out);
    if !not_written.is_empty() {
        text += "\n\n";
        text += &block("# ", &not_written);
    }
    TestFile { text, n_tests, left_out }
}

struct Writer<'a> {
    suite: &'a Suite<'a>,
}

/// A value that an earlier call returned.
struct Variable {
    name: String,
    called: Called,
    is_used: bool,
}

impl Writer<'_> {
    fn test(&self, name: &str, vector: &Vector) -> Result<String, String> {
        let mut variables: Vec<Variable> = Vec::new();
        for call in &vector.before {
            let called = self.call(call, &mut variables)?;
            let name = variable_name(self.suite.library, &called, &variables);
            variables.push(Variable { name, called, is_used: false });
        }
        let last = Call { operation: vector.operation.clone(), input: vector.input.clone() };
        let called = self.call(&last, &mut variables)?;
        let check = self.check(&called, &vector.expected)?;
        let mut lines = Vec::new();
        for Variable { name, called, is_used } in variables {
            lines.extend(called.before);
            let assigned = if is_used { format!("{name} = ") } else { String::new() };
            lines.push(format!("{assigned}{}", called.expression));
        }
        lines.extend(called.before);
        lines.extend(check);
        let body = block("    ", &lines);
        Ok(format!("\n\ndef test_{name}():\n{body}"))
    }
}

fn variable_name(library: &str, called: &Called, variables: &[Variable]) -> String {
    let class = called.output.as_deref().map(|output| snake(output.rsplit('.').next().unwrap_or_default()));
    let plain = class
        .filter(|class| !class.is_empty() && !class.contains("none"))
        .unwrap_or_else(|| "value".to_owned());
    // A local of the library's name would hide the library.
    let plain = if plain == library { format!("{plain}_value") } else { plain };
    match variables.iter().filter(|known| known.name.starts_with(&plain)).count() {
        0 => plain,
        n => format!("{plain}_{}", n + 1),
    }
}

#[cfg(test)]
mod tests;
