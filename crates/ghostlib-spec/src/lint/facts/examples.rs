//! Examples against vectors, and against each other.

use super::example::Example;
use super::{Facts, Report, line_of, vectors};
use crate::Code;
use std::collections::BTreeMap;

pub(super) fn check(facts: &Facts, examples: &[Example], report: &mut Report) {
    let mut first_by_input: BTreeMap<String, &Example> = BTreeMap::new();
    for example in examples {
        // Without inputs it may give something else each time.
        let Some(inputs) = example.inputs.as_ref().filter(|inputs| !inputs.is_empty()) else { continue };
        let vector = facts.operations[example.operation].vector(inputs);
        let key = format!("{} {inputs:?}", example.operation);
        let first = first_by_input.get(&key);
        if let Some(vector) = vector {
            if example.outcome.agrees_with(&vector.expected) == Some(false) {
                let expects = vectors::shown(&vector.expected);
                let whose =
                    format!("the vector `{}` at {} expects {expects}", vector.name, line_of(&vector.place));
                contradiction(example, &whose, report);
            }
        } else if let Some(first) = first {
            if example.outcome.agrees(&first.outcome) == Some(false) {
                let whose = format!("{} says {}", line_of(&first.place), first.outcome.shown());
                contradiction(example, &whose, report);
            }
        } else if !facts.input.spec.vectors.is_empty() && !example.is_companion {
            unchecked(example, report);
        }
        first_by_input.entry(key).or_insert(example);
    }
}

fn contradiction(example: &Example, whose: &str, report: &mut Report) {
    let message = format!("`{}` is said to give {}, and {whose}", example.source, example.outcome.shown());
    let help = "decide which of the two is right, and mend the other";
    report.add(Code::ExampleContradictsVector.at(example.place.clone(), message).help(help).into());
}

fn unchecked(example: &Example, report: &mut Report) {
    let message =
        format!("no vector has the example `{}`, which gives {}", example.source, example.outcome.shown());
    let help = "add a vector with this input and output, so that the example stays true";
    report.add(Code::ExampleUnchecked.at(example.place.clone(), message).help(help).into());
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found, found_beside};

    const VECTORS: &str = "\
slug:
  - {name: plain, input: {text: Hello World}, output: hello-world}
  - {name: other, input: {text: Hello World, options: {separator: _}}, output: hello_world}
  - {name: empty, input: {text: ''}, error: true}
";

    fn spec(body: &str) -> String {
        format!("# Slugs\n\n## slug(text, options?) → string\n\n{body}\n")
    }

    #[test]
    fn an_example_against_a_vector_is_found_wherever_it_stands() {
        for body in [
            "`slug(\"Hello World\")` → `hello`",
            "- `slug(\"Hello World\")` returns \"hello\".",
            "For example, `slug(\"Hello World\")` is `\"hello\"`.",
            "`slug(\"Hello World\", {separator: \"_\"})` → `\"hello-world\"`",
            "`slug(\"Hello World\", separator=\"_\") == \"hello-world\"`",
            "`slug(\"\")` gives `\"\"`.",
            "`slug(\"Hello World\")` throws.",
            "```js\nslug('Hello World'); // 'hello'\n```",
            "```python\n>>> slug(\"Hello World\")\n'hello'\n```",
            "```python\nr = slug(\"Hello World\")\nassert r == \"hello\"\n```",
            "```rust\nassert_eq!(slug(\"Hello World\").unwrap(), \"hello\");\n```",
            "```ts\nexpect(slug(\"Hello World\")).toBe(\"hello\");\n```",
            "| Input | Output |\n|---|---|\n| `\"Hello World\"` | `hello` |",
            "| Call | Result |\n|---|---|\n| `slug(\"Hello World\")` | `hello` |",
        ] {
            let reports = found(&spec(body), VECTORS);
            assert_eq!(reports.len(), 1, "{body} {reports:?}");
            assert!(reports[0].starts_with("example-contradicts-vector SPEC.md:"), "{body} {reports:?}");
        }
    }

    #[test]
    fn what_agrees_or_holds_only_sometimes_is_left_alone() {
        for body in [
            "`slug(\"Hello World\")` → `hello-world`",
            "`slug(\"\")` raises an error, `slug(text)` → `x`.",
            "With no dashes, `slug(\"Hello World\")` → `\"helloworld\"`.",
            "`slug(\"Hello World\")` → `\"helloworld\"` if dashes are off.",
            "It is not so that `slug(\"Hello World\")` → `\"x\"`.",
            "`slug(\"Hello World\")` returns `string`.",
            "`slug(\"Hello World\")` does not return \"x\".",
            "`slug(\"Hello World\")` is 5 times faster.",
            "```js\nassert.notEqual(slug('Hello World'), 'x');\nother.slug('Hello World'); // 'x'\n```",
            "```js\nslug('Hello World'); // now it runs\n```",
        ] {
            assert_eq!(found(&spec(body), VECTORS), [""; 0], "{body}");
        }
    }

    #[test]
    fn two_examples_are_held_against_each_other_and_one_alone_is_unchecked() {
        let body = "`slug(\"A\")` → `a`\n\n`slug(\"A\")` → `A`";
        let reports = found(&spec(body), VECTORS);
        assert_eq!(reports, ["example-unchecked SPEC.md:5", "example-contradicts-vector SPEC.md:7"]);
        assert_eq!(found_beside(&spec(""), VECTORS, "`slug(\"A\")` → `a`"), [""; 0]);
        assert_eq!(found(&spec("`slug(\"A\")` → `a`"), "slug: []\n"), [""; 0]);
    }
}
