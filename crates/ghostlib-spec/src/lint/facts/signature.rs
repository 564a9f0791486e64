//! Calls that the declaration of their operation does not allow.

use super::call::{self, Call};
use super::callee::{Callee, Signature, snake};
use super::phrase::last_word;
use super::{Facts, File, Report, fence_example, line_of};
use crate::Code;
use crate::markdown::Fence;
use ghostlib_model::Span;
use std::collections::BTreeMap;

pub(super) fn check(facts: &Facts, report: &mut Report) {
    for file in &facts.files {
        let markdown = &file.document.markdown;
        for prose in markdown.proses() {
            let source = file.document.text.slice(prose.span);
            let is_heading =
                markdown.sections[prose.section].span.start == prose.span.start || source.starts_with('#');
            if source.contains('(') && !is_heading {
                for call in call::find(facts, source) {
                    let span =
                        Span::new(prose.span.start + call.range.start, prose.span.start + call.range.end);
                    check_call(facts, file, &call, None, span, report);
                }
            }
        }
        let is_text =
            |fence: &&Fence| fence.words.first().is_some_and(|word| word == "text" || word == "txt");
        for fence in markdown.fences.iter().filter(|fence| fence_example::has_calls(fence) && !is_text(fence))
        {
            let mut bound: BTreeMap<usize, bool> = BTreeMap::new();
            for call in call::find(facts, fence.code.as_str()) {
                let span = fence.code.span_in_document(Span::new(call.range.start, call.range.end));
                let language = fence.words.first().map(String::as_str);
                let name = facts.operations[call.operation].name;
                let is_bound = || is_bound(fence.code.as_str(), name);
                if !call.has_receiver && *bound.entry(call.operation).or_insert_with(is_bound) {
                    continue;
                }
                check_call(facts, file, &call, language, span, report);
            }
        }
    }
}

fn check_call(
    facts: &Facts,
    file: &File,
    call: &Call,
    language: Option<&str>,
    span: Span,
    report: &mut Report,
) {
    let operation = &facts.operations[call.operation];
    let is_for_it = |signature: &&Signature| {
        signature.language.is_none() || language.is_none() || signature.language.as_deref() == language
    };
    let signatures: Vec<&Signature> = operation.signatures.iter().filter(is_for_it).collect();
    let Some(first) = signatures.first() else { return };
    if !is_concrete(call) || signatures.iter().any(|signature| allows(signature, call)) {
        return;
    }
    let is_short = signatures.iter().all(|signature| call.arguments.len() < signature.arity().0);
    // Headings that mark nothing, and prose about the API of one language, may leave arguments out.
    let may_leave_out = if first.language.is_some() { language.is_none() } else { !facts.marks_optional };
    if is_short && may_leave_out {
        return;
    }
    let message = complaint(operation, first, call, file.document.text.slice(span));
    let help = "mend the call or the declaration, whichever is wrong";
    report.at(file.document, Code::ExampleContradictsSignature, span, message, help);
}

/// Whether code makes the name its own: `const name =`, `(name, other) =>`, `import { name }`.
fn is_bound(code: &str, name: &str) -> bool {
    const FAR: usize = 20_000;
    code.match_indices(name).take_while(|(at, _)| *at < FAR).any(|(at, _)| {
        let (before, behind) = (code[..at].trim_end(), code[at + name.len()..].trim_start());
        let word = last_word(before);
        let is_variable = matches!(word, "const" | "let" | "var" | "mut" | "for");
        let is_defined = matches!(word, "function" | "def" | "fn" | "func" | "fun");
        let is_parameter = before.ends_with(['(', ',', '{']) && behind.starts_with([',', ')', '=', '}']);
        is_defined || is_variable && behind.starts_with(['=', ':']) || is_parameter
    })
}

/// Whether it is a call with values, rather than a mention of the operation.
fn is_concrete(call: &Call) -> bool {
    let is_elision = |source: &str| source.contains("...") || source.contains('…') || source.starts_with('<');
    call.arguments.iter().any(|argument| argument.value.is_some())
        && !call
            .arguments
            .iter()
            .any(|argument| is_elision(argument.source) || argument.source.starts_with("ctx"))
}

fn allows(signature: &Signature, call: &Call) -> bool {
    let (min, max) = signature.arity();
    let n_named = call.arguments.iter().filter(|argument| argument.name.is_some()).count();
    let n_positional = call.arguments.len() - n_named;
    let n_arguments = call.arguments.len();
    if signature.takes_options() && n_named > 0 {
        return n_positional <= max;
    }
    let is_in = |n: usize| (min..=max).contains(&n);
    let n_fits = is_in(n_arguments) || call.has_receiver && is_in(n_arguments + 1);
    n_fits && unknown_name(signature, call).is_none()
}

/// A name of an argument that no parameter has.
fn unknown_name<'a>(signature: &Signature, call: &Call<'a>) -> Option<&'a str> {
    let is_known =
        |name: &str| signature.parameters.iter().any(|parameter| snake(&parameter.name) == snake(name));
    let named = call.arguments.iter().filter(|argument| argument.value.is_some());
    named.filter_map(|argument| argument.name).find(|name| !is_known(name))
}

fn complaint(operation: &Callee, signature: &Signature, call: &Call, source: &str) -> String {
    let source = crate::text::on_one_line(source);
    let place = line_of(&signature.place);
    let (min, max) = signature.arity();
    let n_arguments = call.arguments.len();
    if (min..=max).contains(&n_arguments)
        && let Some(name) = unknown_name(signature, call)
    {
        let names: Vec<_> =
            signature.parameters.iter().map(|parameter| format!("`{}`", parameter.name)).collect();
        return format!("`{source}` names an argument `{name}`; {place} declares {}", names.join(", "));
    }
    let takes = match (min, max) {
        (min, usize::MAX) => format!("{min} or more"),
        (min, max) if min == max => min.to_string(),
        (min, max) => format!("{min} to {max}"),
    };
    let has = super::counted(n_arguments, "argument");
    format!("`{source}` has {has}, and `{}` at {place} takes {takes}", operation.name)
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    fn reports(body: &str) -> Vec<String> {
        found(&format!("# Pads\n\n## pad(text, width, fill?) → string\n\n{body}\n"), "trim: []\n")
    }

    #[test]
    fn calls_with_other_arguments_are_found() {
        for body in [
            "Write `pad(\"a\", 1, \"b\", 2)` for short.",
            "`pad(\"a\")` pads.",
            "`pad(text=\"a\", size=3)` pads.",
            "```js\nlet s = pad(\"a\", 1, 2, 3);\n```",
        ] {
            let reports = reports(body);
            assert_eq!(reports.len(), 1, "{body}");
            assert!(reports[0].starts_with("example-contradicts-signature"), "{reports:?}");
        }
    }

    #[test]
    fn mentions_other_functions_and_elisions_are_none() {
        for body in [
            "`pad()` and `pad(text)` pad.",
            "`pad(\"a\", …)` and `pad(\"a\", 3)`.",
            "`text.pad(1)` and `String.pad(\"a\")` are others.",
            "```python\ndef pad(text=\"a\"):\n    pass\n```",
            "```js\nconst pad = other;\npad(\"a\");\n```",
            "```js\nimport { pad } from 'other';\npad(\"a\");\n```",
            "```yaml\ncall: pad(\"a\")\n```",
        ] {
            assert_eq!(reports(body), [""; 0], "{body}");
        }
    }

    #[test]
    fn headings_that_mark_nothing_do_not_say_what_may_be_left_out() {
        let spec = |body: &str| format!("# Pads\n\n## pad(text, width) → string\n\n{body}\n");
        assert_eq!(found(&spec("`pad(\"a\")` pads."), "trim: []\n"), [""; 0]);
        assert_eq!(found(&spec("`pad(\"a\", 1, 2)` pads."), "trim: []\n").len(), 1);
    }

    #[test]
    fn an_api_block_binds_its_own_language() {
        let spec = |body: &str| {
            format!(
                "---\nghostlib: 1\nname: pads\nversion: 1.0.0\n---\n# Pads\n\n```rust api\npub fn pad(text: &str, width: Option<u8>) -> String;\n```\n\n{body}\n"
            )
        };
        assert_eq!(found(&spec("```rust\npads::pad(\"a\", 1, 2);\n```"), "").len(), 1);
        assert_eq!(found(&spec("```js\npad(\"a\", 1, 2);\n```"), ""), [""; 0]);
        assert_eq!(found(&spec("`pad(\"a\")` pads."), ""), [""; 0]);
    }
}
