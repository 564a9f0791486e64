//! What the library finds around it when a sequence begins: files and variables, for a library that looks for some.

use super::values::Generator;
use crate::operation::{Operation, OperationParam};
use crate::shape::Shape;
use ghostlib_model::{Call, Surroundings};
use serde_json::json;

/// The calls that lay out files and variables, as operations.
pub(super) fn operations() -> [Operation; 2] {
    let text = |name: &str| OperationParam::required(name.into(), Shape::Text);
    let operation = |name: &str, params: [&str; 2]| Operation {
        name: name.into(),
        item: name.into(),
        binding: String::new(),
        expression: String::new(),
        params: params.map(text).into(),
        keeps: None,
        keeps_error: None,
    };
    [operation(Surroundings::FILE, ["path", "content"]), operation(Surroundings::VARIABLE, ["name", "value"])]
}

/// So many files or variables are laid out, where there are any.
const N_LAID_OUT: [usize; 4] = [1, 1, 1, 2];
/// So many texts of the seeds stand in a file, a line each.
const N_LINES: [usize; 4] = [1, 1, 2, 4];

/// The calls with which a sequence begins.
pub(super) fn lay_out(surroundings: Surroundings, generator: &mut Generator) -> Vec<Call> {
    let mut calls = vec![];
    if surroundings.files && generator.rng().u8(..4) > 0 {
        for _ in 0..N_LAID_OUT[generator.rng().usize(..N_LAID_OUT.len())] {
            let input = json!({"path": generator.file_name(), "content": content(generator)});
            calls.push(Call { operation: Surroundings::FILE.into(), input });
        }
    }
    if surroundings.variables && generator.rng().bool() {
        for _ in 0..N_LAID_OUT[generator.rng().usize(..N_LAID_OUT.len())] {
            let name = generator.variable_name();
            let input = json!({"name": name, "value": generator.text().replace('\0', "")});
            calls.push(Call { operation: Surroundings::VARIABLE.into(), input });
        }
    }
    calls
}

fn content(generator: &mut Generator) -> String {
    let n_lines = N_LINES[generator.rng().usize(..N_LINES.len())];
    let lines: Vec<String> = (0..n_lines).map(|_| generator.text()).collect();
    let end = if generator.rng().bool() { "\n" } else { "" };
    lines.join("\n") + end
}

/// Whether a text may be the name of a file beside the library: `.env`, `a/b.txt`.
pub(super) fn is_file_name(text: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part.chars().any(char::is_alphanumeric);
    let extension = text.rsplit_once('.').map(|(_, extension)| extension);
    text.len() <= MAX_NAME
        && text.split('/').all(is_part)
        && text.chars().all(|c| c.is_alphanumeric() || "._-/".contains(c))
        && extension.is_some_and(|extension| extension.starts_with(char::is_alphabetic))
}

/// Whether a text may be the name of a variable of the environment, as most are.
pub(super) fn is_variable_name(text: &str) -> bool {
    let is_head = |c: char| c.is_ascii_uppercase() || c == '_';
    text.len() <= MAX_NAME
        && text.starts_with(is_head)
        && text.chars().all(|c| is_head(c) || c.is_ascii_digit())
}

const MAX_NAME: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Surroundings = Surroundings { files: true, variables: true };

    fn learned() -> Generator {
        let mut generator = Generator::new(1);
        generator.learn(&json!([".env", "1.5", "no name", "/etc/passwd", "../up.txt", "HOME", "KEY=value"]));
        generator
    }

    #[test]
    fn names_are_those_that_the_library_speaks_of() {
        let names = [".env", "a/b.txt", "Cargo.toml"].map(is_file_name);
        let others = ["", "1.5", "/etc/a.b", "../a.b", "a b.c", "end."].map(is_file_name);
        assert_eq!((names, others), ([true; 3], [false; 6]));
        let mut generator = learned();
        let calls: Vec<Call> = (0..200).flat_map(|_| lay_out(ALL, &mut generator)).collect();
        let of = |name: &str, key: &str, value: &str| {
            calls.iter().filter(|call| call.operation == name && call.input[key] == value).count()
        };
        assert!(of("$file", "path", ".env") > 20, "{calls:?}");
        assert!(of("$variable", "name", "HOME") > 10, "{calls:?}");
        assert_eq!(of("$file", "path", "/etc/passwd") + of("$file", "path", "../up.txt"), 0);
    }

    #[test]
    fn nothing_is_laid_out_for_a_library_that_does_not_look() {
        let mut generator = learned();
        assert!((0..100).all(|_| lay_out(Surroundings::default(), &mut generator).is_empty()));
    }
}
