//! Examples that compare a result directly in a language in which the operation gives a `Result` or a pair.

use super::example::Example;
use super::outcome::Outcome;
use super::phrase::has_word;
use super::{Facts, File, Report, Table, errors, line_of};
use crate::Code;
use ghostlib_model::Place;
use std::collections::BTreeMap;

/// How a language gives back what can fail.
struct Style {
    language: String,
    /// What the spec says of it.
    says: String,
    place: Place,
}

pub(super) fn check(facts: &Facts, examples: &[Example], report: &mut Report) {
    let styles = styles(facts);
    if styles.is_empty() {
        return;
    }
    let conditions = errors::conditions(facts);
    for example in examples.iter().filter(|example| matches!(example.outcome, Outcome::Value(_))) {
        let Some(usage) = example.usage.as_ref().filter(|usage| usage.is_direct) else { continue };
        let Some(style) = styles.get(canonical(&usage.language)) else { continue };
        let operation = &facts.operations[example.operation];
        if operation.is_fallible() || conditions.get(&example.operation).is_some_and(|list| !list.is_empty())
        {
            let message = format!(
                "`{}` is compared with a bare value, and {} says of {}: {}",
                example.source,
                line_of(&style.place),
                style.language,
                style.says
            );
            let help = "unwrap the result in the example, or say that the operation cannot fail";
            report
                .add(Code::ExampleContradictsSignature.at(example.place.clone(), message).help(help).into());
        }
    }
}

/// The languages whose calls give a `Result` or a pair, as tables about errors say.
fn styles(facts: &Facts) -> BTreeMap<&'static str, Style> {
    let mut styles = BTreeMap::new();
    for file in facts.documents() {
        for table in file.tables.iter().filter(|table| is_about_errors(file, table)) {
            for row in &table.rows {
                let (Some(language), Some(says)) = (row.first(), row.get(1)) else { continue };
                let name = language.plain();
                let canonical = canonical(&name.to_lowercase());
                let text = says.plain();
                let is_wrapped = text.contains("Result")
                    || has_word(&text, &["tuple", "pair", "Either"])
                    || text.contains("(value, err");
                if is_wrapped && !canonical.is_empty() {
                    let place = file.place(says.span);
                    styles.entry(canonical).or_insert(Style { language: name, says: text, place });
                }
            }
        }
    }
    styles
}

fn is_about_errors(file: &File, table: &Table) -> bool {
    let is_by_language =
        table.head.first().is_some_and(|cell| has_word(cell.source, &["language", "languages", "target"]));
    let words = ["error", "errors", "failure", "failures", "fallible", "return"];
    let is_in_head = table.head.iter().skip(1).any(|cell| has_word(cell.source, &words));
    is_by_language && (is_in_head || has_word(&file.document.markdown.sections[table.section].title, &words))
}

/// The one name of a language that has several.
fn canonical(language: &str) -> &'static str {
    match language {
        "rust" | "rs" => "rust",
        "go" | "golang" => "go",
        "swift" => "swift",
        "elixir" | "ex" | "exs" => "elixir",
        "haskell" | "hs" => "haskell",
        "ocaml" | "ml" => "ocaml",
        "zig" => "zig",
        "kotlin" | "kt" => "kotlin",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    fn reports(body: &str) -> Vec<String> {
        let spec = format!(
            "# Reads\n\n## Errors\n\n| Language | Error style |\n|---|---|\n| Rust | `Result<T, E>` |\n| Go | a `(value, error)` tuple |\n| Python | raises |\n\n## read(text) → number\n\n**Errors:**\n\n- Empty string\n\n## size(text) → number\n\n{body}\n"
        );
        found(
            &spec,
            "read:\n  - {name: a, input: {text: '1'}, output: 1}\nsize:\n  - {name: a, input: {text: '1'}, output: 1}\n",
        )
    }

    #[test]
    fn a_bare_comparison_of_what_can_fail_is_found() {
        for body in [
            "```rust\nassert_eq!(read(\"1\"), 1);\n```",
            "```go\nn := read(\"1\")\nassert.Equal(t, n, 1)\n```",
        ] {
            assert!(
                reports(body).iter().any(|report| report.starts_with("example-contradicts-signature")),
                "{body}"
            );
        }
    }

    #[test]
    fn unwrapped_results_other_languages_and_what_cannot_fail_are_right() {
        for body in [
            "```rust\nassert_eq!(read(\"1\").unwrap(), 1);\nassert_eq!(read(\"1\"), Ok(1));\n```",
            "```rust\nread(\"1\") // 1\n```",
            "```python\nassert read(\"1\") == 1\n```",
            "```rust\nassert_eq!(size(\"1\"), 1);\n```",
        ] {
            assert_eq!(reports(body), [""; 0], "{body}");
        }
    }
}
