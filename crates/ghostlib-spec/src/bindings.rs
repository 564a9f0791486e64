//! Bindings: how an operation is called in one language.

use crate::code::Code;
use crate::markdown::Fence;
use crate::nearest::Suggestions;
use crate::text::Text;
use crate::yaml::{Entry, Kind, Reader};
use ghostlib_model::{Binding, Diagnostic};
use std::collections::BTreeMap;

/// The word that makes a fenced block a bindings block.
pub(crate) const BINDINGS: &str = "bindings";

/// Reads the bindings among the fences.
pub(crate) fn read(text: &Text, fences: &[Fence], diagnostics: &mut Vec<Diagnostic>) -> Vec<Binding> {
    let mut bindings = Vec::new();
    for fence in fences.iter().filter(|fence| fence.is("yaml", BINDINGS)) {
        let mut reader = Reader { text, yaml: &fence.code, diagnostics };
        let Some(root) = reader.parse() else { continue };
        match &root.kind {
            Kind::Null => {}
            Kind::Map(operations) => {
                for operation in operations {
                    read_operation(&mut reader, operation, &mut bindings);
                }
            }
            _ => reader.wrong(&root, "the bindings block", "a map by operation", Code::BindingValue),
        }
    }
    check_duplicates(&bindings, diagnostics);
    bindings
}

fn read_operation(reader: &mut Reader, operation: &Entry, bindings: &mut Vec<Binding>) {
    let Some(languages) = operation.value.as_map() else {
        let what = format!("the binding of `{}`", operation.key);
        reader.wrong(&operation.value, &what, "a map by language, such as `rust: \"…\"`", Code::BindingValue);
        return;
    };
    for entry in languages {
        let what = format!("the {} binding of `{}`", entry.key, operation.key);
        let Some(expression) = reader.text(&entry.value, &what, Code::BindingValue) else { continue };
        if has_unclosed_tag(&expression) {
            let message = format!("{what} opens a `{{{{` that it does not close");
            reader.report(Code::BindingUnbalanced, entry.value.span, message, "close it with `}}`");
        }
        bindings.push(Binding {
            operation: operation.key.clone(),
            language: entry.key.to_lowercase(),
            expression,
            place: reader.place(entry.span()),
        });
    }
}

/// Whether a `{{` is followed by another one, or by nothing, before its `}}`. A `}}` alone is text.
fn has_unclosed_tag(template: &str) -> bool {
    let mut rest = template;
    while let Some(open) = rest.find("{{") {
        rest = rest[open..].trim_start_matches('{');
        let Some(close) = rest.find("}}") else { return true };
        if rest[..close].contains("{{") {
            return true;
        }
        rest = rest[close..].trim_start_matches('}');
    }
    false
}

fn check_duplicates(bindings: &[Binding], diagnostics: &mut Vec<Diagnostic>) {
    let mut seen = BTreeMap::new();
    for binding in bindings {
        let first = seen.entry((&binding.operation, &binding.language)).or_insert(binding);
        if !std::ptr::eq(*first, binding) {
            let Binding { operation, language, .. } = binding;
            let message = format!("`{operation}` already has a {language} binding at {}", first.place);
            let draft = Code::BindingDuplicate.at(binding.place.clone(), message);
            diagnostics.push(draft.help("leave one of the two out").into());
        }
    }
}

/// Complains about the bindings whose operation is not known.
pub(crate) fn check_operations(
    bindings: &[Binding],
    is_known: impl Fn(&str) -> bool,
    mut suggestions: Suggestions,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for binding in bindings.iter().filter(|binding| !is_known(&binding.operation)) {
        let message = format!("no vector calls `{}` and no API block declares it", binding.operation);
        let mut draft = Code::BindingUnknownOperation.at(binding.place.clone(), message);
        if let Some(help) = suggestions.help(&binding.operation) {
            draft = draft.help(help);
        }
        diagnostics.push(draft.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tag_must_be_closed_before_the_next() {
        for good in ["", "f({{input}})", "f({{{input}}}, {{b}})", "A { b: B { c: 1 }}", "{ {"] {
            assert!(!has_unclosed_tag(good), "{good}");
        }
        for bad in ["{{", "f({{input)", "{{a {{b}}", "{{a}} {{b}"] {
            assert!(has_unclosed_tag(bad), "{bad}");
        }
    }
}
