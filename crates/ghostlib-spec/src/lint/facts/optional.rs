//! Parameters that a heading marks as optional and a sentence calls required, or the reverse.

use super::callee::{Signature, snake};
use super::phrase::{behind_word, behind_words, first_word};
use super::{Facts, File, Report, line_of};
use crate::Code;
use ghostlib_model::Span;
use std::collections::BTreeMap;

pub(super) fn check(facts: &Facts, report: &mut Report) {
    let parameters = Parameters::of(facts);
    if parameters.by_name.is_empty() {
        return;
    }
    for file in facts.documents() {
        for prose in file.document.markdown.proses() {
            let source = file.document.text.slice(prose.span);
            for range in crate::statements::sentences(source) {
                let span = Span::new(prose.span.start + range.start, prose.span.start + range.end);
                let owner = file.owner(prose.section);
                check_sentence(&parameters, file, owner, (&source[range], span), report);
            }
        }
    }
}

/// How a parameter is declared.
#[derive(Clone, Copy)]
struct Declared<'a> {
    is_optional: bool,
    signature: &'a Signature,
}

/// The parameters that headings declare, in a spec whose headings mark what is optional.
#[derive(Default)]
struct Parameters<'a> {
    by_operation: BTreeMap<(String, usize), Declared<'a>>,
    /// The parameters by their names; `None` where operations differ.
    by_name: BTreeMap<String, Option<Declared<'a>>>,
}

impl<'a> Parameters<'a> {
    fn of(facts: &'a Facts) -> Self {
        let mut parameters = Self::default();
        // Headings that mark nothing say nothing of what is optional.
        let callees = facts.operations.iter().enumerate().filter(|_| facts.marks_optional);
        for (operation, callee) in callees {
            let [signature] = callee.signatures.as_slice() else { continue };
            if signature.language.is_some() {
                continue;
            }
            for parameter in &signature.parameters {
                let name = snake(&parameter.name);
                let declared = Declared { is_optional: parameter.is_optional, signature };
                let known = parameters.by_name.entry(name.clone()).or_insert(Some(declared));
                *known = known.filter(|known| known.is_optional == declared.is_optional);
                parameters.by_operation.insert((name, operation), declared);
            }
        }
        parameters
    }

    /// The parameter of a name that a sentence in the section of `owner` means.
    fn named(&self, name: &str, owner: Option<usize>) -> Option<Declared<'a>> {
        match owner {
            Some(owner) => self.by_operation.get(&(snake(name), owner)).copied(),
            None => self.by_name.get(&snake(name)).copied().flatten(),
        }
    }
}

fn check_sentence(
    parameters: &Parameters,
    file: &File,
    owner: Option<usize>,
    (sentence, span): (&str, Span),
    report: &mut Report,
) {
    let Some((name, says_optional)) = statement(sentence) else { return };
    let Some(declared) =
        parameters.named(name, owner).filter(|declared| declared.is_optional != says_optional)
    else {
        return;
    };
    let (says, is) = if says_optional { ("optional", "required") } else { ("always given", "optional") };
    let place = line_of(&declared.signature.place);
    let message = format!("`{name}` is said to be {says}, and the heading at {place} marks it as {is}");
    let help = "say the same in both places, and what a call without it does";
    let span = file.document.text.trimmed(span);
    report.at(file.document, Code::OptionalContradiction, span, message, help);
}

/// The parameter that a sentence speaks of, and whether it calls it optional.
fn statement(sentence: &str) -> Option<(&str, bool)> {
    let text = sentence.trim_start_matches(['-', '*', ' ']);
    if let Some(name) = omitted(text) {
        return Some((name, true));
    }
    let subject = behind_word(text, &["the", "a", "an", "this"]).unwrap_or(text);
    let (name, rest) = name(subject)?;
    if let Some(says_optional) = labelled(rest) {
        return Some((name, says_optional));
    }
    let nouns = [
        "parameter",
        "argument",
        "option",
        "value",
        "timestamp",
        "date",
        "field",
        "string",
        "object",
        "number",
    ];
    let rest = behind_word(rest, &nouns).unwrap_or(rest);
    Some((name, predicate(rest)?))
}

/// The name at the start, in code or as a bare word.
fn name(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start().trim_start_matches(['*', '`']);
    let word = first_word(text);
    let rest = text[word.len()..].trim_start_matches(['`', '*', '?']);
    (!word.is_empty()).then_some((word, rest))
}

/// `` `width`: Optional. `` and `` `width` (optional) ``.
fn labelled(rest: &str) -> Option<bool> {
    let rest = rest.trim_start();
    let label =
        rest.strip_prefix(':').or_else(|| rest.strip_prefix('—')).or_else(|| rest.strip_prefix('('))?;
    let label = label.trim_start_matches(['*', '`', ' ']);
    let says_optional = match first_word(label).to_lowercase().as_str() {
        "optional" => true,
        "required" | "mandatory" => false,
        _ => return None,
    };
    let behind = label[first_word(label).len()..].trim_start_matches(['*', '`']);
    // "Optional fields" are of something else.
    let ends = behind.trim().is_empty() || behind.starts_with(['.', ',', ')', ';', ':']);
    ends.then_some(says_optional)
}

/// `is always passed`, `is optional`.
fn predicate(rest: &str) -> Option<bool> {
    let rest = behind_word(rest, &["is", "are"])
        .or_else(|| behind_words(rest, "must be").or_else(|| behind_words(rest, "must always be")))
        .or_else(|| behind_words(rest, "has to be"))?;
    let is_must = true;
    let always = behind_word(rest, &["always"]);
    let given = ["passed", "given", "provided", "supplied", "specified", "set"];
    if let Some(always) = always {
        return behind_word(always, &given).or_else(|| behind_word(always, &["required"])).map(|_| !is_must);
    }
    if let Some(behind) = behind_word(rest, &["required", "mandatory"]) {
        return is_end(behind).then_some(false);
    }
    let behind = behind_word(rest, &["optional"])?;
    is_end(behind).then_some(true)
}

fn is_end(rest: &str) -> bool {
    let rest = rest.trim();
    rest.is_empty() || rest.starts_with(['.', ';', ','])
}

/// `If `width` is omitted, …`
fn omitted(text: &str) -> Option<&str> {
    let rest = behind_word(text, &["if", "when"])?;
    let rest = behind_word(rest, &["the", "no"]).unwrap_or(rest);
    let (name, rest) = name(rest)?;
    let rest = behind_word(rest, &["parameter", "argument"]).unwrap_or(rest);
    let rest = behind_word(rest, &["is"])?;
    behind_word(rest, &["omitted"])
        .or_else(|| behind_words(rest, "not given"))
        .or_else(|| behind_words(rest, "left out"))?;
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    fn reports(general: &str, own: &str) -> Vec<String> {
        let spec = format!(
            "# Pads\n\n{general}\n\n## pad(text, width?) → string\n\n{own}\n\n## trim(text, side) → string\n"
        );
        found(&spec, "pad: []\n")
    }

    #[test]
    fn a_sentence_against_a_heading_is_found() {
        for sentence in ["The width value is always passed.", "`width` is required.", "`side` is optional."] {
            assert_eq!(reports(sentence, ""), ["optional-contradiction SPEC.md:3"], "{sentence}");
        }
        for sentence in
            ["- `width`: Required. In cells.", "- `text` (optional)", "If `text` is omitted, it is empty."]
        {
            assert_eq!(reports("", sentence), ["optional-contradiction SPEC.md:7"], "{sentence}");
        }
    }

    #[test]
    fn a_sentence_that_agrees_or_means_something_else_is_not() {
        for sentence in [
            "`width` is optional. `text` is required.",
            "`width` is required if `fill` is given.",
            "- `width`: Object with optional fields.",
            "- `text`: optional whitespace is kept.",
            "If `width` is omitted, it is 80.",
            "The side is required.",
            "Some width is always better.",
        ] {
            assert_eq!(reports("", sentence), [""; 0], "{sentence}");
        }
        let unmarked = "# Pads\n\n## pad(text, width) → string\n\n- `width`: Optional.\n";
        assert_eq!(found(unmarked, "pad: []\n"), [""; 0]);
    }
}
