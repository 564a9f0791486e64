//! Ids as other formats write them at the start of an item: `**FR-001**:`, `[REQ-7]`, `` `req~name~1` ``.

use super::marker::Marker;
use crate::markdown::{CODE, Prose};
use crate::text::Text;
use ghostlib_model::Span;

/// The id that some prose starts with, and where its words go on.
pub(super) fn find(text: &Text, prose: &Prose) -> Option<(Marker, usize)> {
    let words = prose.words;
    let lead = words.len() - words.trim_start().len();
    // Most prose starts with a capital letter and small ones: no tag.
    let mut first = words.as_bytes()[lead..].iter().take(2);
    let is_possible = first.next().is_some_and(|b| b.is_ascii_uppercase() || matches!(b, b'[' | 0x80..))
        && first.next().is_some_and(|b| {
            b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | 0x80..)
        });
    if !is_possible {
        return None;
    }
    if let Some(rest) = words[lead..].strip_prefix(CODE) {
        let span = *prose.code_spans.first()?;
        let code = text.slice(span).trim_matches('`');
        let is_id = is_tag(code) || is_revisioned(code);
        let behind = rest.trim_start_matches([':', '.', ')', ' ', '—', '–', '\n']);
        return (is_id && !behind.trim().is_empty()).then(|| (marker(code, span), start_of(words, behind)));
    }
    let open = words[lead..].strip_prefix('[').map_or(lead, |rest| words.len() - rest.len());
    let len = words[open..].find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))?;
    let tag = words[open..open + len].trim_end_matches('.');
    if !is_tag(tag) {
        return None;
    }
    let behind = &words[open + tag.len()..];
    let in_markup = prose.leading_markup().is_some_and(|markup| {
        let end = prose.in_document(open + tag.len());
        end == markup.end || (markup.start < end && end + 3 >= markup.end && end <= markup.end)
    });
    let is_closed = behind.starts_with([':', ']', '.', ')']) || in_markup;
    let rest = behind.trim_start_matches([':', ']', '.', ')', ' ', '—', '–', '\n']);
    let start = prose.in_document(open);
    (is_closed && !rest.trim().is_empty())
        .then(|| (marker(tag, Span::new(start, start + tag.len())), start_of(words, rest)))
}

/// Where the last words start, the space before them included, so that markup at their start is too.
fn start_of(words: &str, rest: &str) -> usize {
    let start = words.len() - rest.len();
    if words[..start].ends_with([' ', '\n']) { start - 1 } else { start }
}

/// Whether a word is the number of a criterion: `1.2`, `1.2.`
pub(super) fn is_criterion(word: &str) -> bool {
    let mut parts = word.trim_end_matches(['.', ')']).split('.');
    let is_number =
        |part: &str| !part.is_empty() && part.len() < 4 && part.bytes().all(|b| b.is_ascii_digit());
    parts.next().is_some_and(is_number) && parts.next().is_some_and(is_number) && parts.all(is_number)
}

/// The id that a heading starts with: `REQ-7: Name`, `` `req~name~1` ``.
pub(super) fn at_start(title: &str) -> Option<&str> {
    let title = title.trim_start_matches('[');
    let end = title.find([':', ' ', ']']).unwrap_or(title.len());
    let is_closed = title[end..].starts_with([':', ']'])
        || end == title.len()
        || title[end..].trim_start().starts_with(['-', '—', '–']);
    (is_closed && (is_tag(&title[..end]) || is_revisioned(&title[..end]))).then(|| &title[..end])
}

/// The id that some prose is, and nothing else.
pub(super) fn find_alone(text: &Text, prose: &Prose) -> Option<Marker> {
    let source = text.slice(text.trimmed(prose.span)).trim_matches(['*', '`', '[', ']', '_']);
    let is_id = is_tag(source) || is_revisioned(source);
    is_id.then(|| marker(source, text.trimmed(prose.span)))
}

fn marker(id: &str, span: Span) -> Marker {
    Marker { id: id.to_owned(), span }
}

/// Capital letters, perhaps of several words, and a number: `FR-001`, `SEC-AUTH-2`, `REQ_3.1`.
fn is_tag(text: &str) -> bool {
    let mut parts: Vec<&str> = text.split(['-', '_']).collect();
    let Some(number) = parts.pop() else { return false };
    let is_word = |part: &&str| {
        part.starts_with(|c: char| c.is_ascii_uppercase())
            && part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    !parts.is_empty()
        && parts.iter().all(is_word)
        && number.starts_with(|c: char| c.is_ascii_digit())
        && number.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b.is_ascii_lowercase())
}

/// `req~name~1`, as OpenFastTrace has it.
fn is_revisioned(text: &str) -> bool {
    let parts: Vec<&str> = text.split('~').collect();
    matches!(parts.as_slice(), [kind, name, revision]
        if !kind.is_empty() && !name.is_empty() && revision.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown;

    fn found(document: &str) -> Option<(String, String)> {
        let text = Text::new("a.md", document);
        let markdown = markdown::read(&text, 0);
        let prose = markdown.prose(0);
        find(&text, &prose).map(|(marker, behind)| (marker.id, prose.words[behind..].trim().to_owned()))
    }

    #[test]
    fn tags_of_other_formats_are_ids() {
        for (document, id) in [
            ("- **FR-001**: It MUST.", "FR-001"),
            ("- **FR-001:** It MUST.", "FR-001"),
            ("- FR-001: It MUST.", "FR-001"),
            ("**SEC-AUTH-2** It MUST.", "SEC-AUTH-2"),
            ("[REQ-7] It MUST.", "REQ-7"),
            ("`req~name~1` It MUST.", "req~name~1"),
        ] {
            assert_eq!(found(document), Some((id.into(), "It MUST.".into())), "{document}");
        }
    }

    #[test]
    fn words_with_numbers_are_none() {
        for document in
            ["UTF-8 is used.", "- ISO-8601 dates", "`x-1` is", "- A: b", "**Note-a**: b", "[a](b)"]
        {
            assert_eq!(found(document), None, "{document}");
        }
    }
}
