//! What a text may say instead: another word of the same meaning, another name, another sign between two parts.

use std::collections::BTreeSet;

/// Words of messages that can stand for each other.
const SYNONYMS: &[&[&str]] = &[
    &["invalid", "malformed", "bad"],
    &["expected", "wanted", "needed"],
    &["unexpected", "surprising", "unwanted"],
    &["unknown", "unrecognised", "unfamiliar"],
    &["missing", "absent", "lacking"],
    &["empty", "blank", "void"],
    &["character", "symbol", "sign"],
    &["number", "figure", "numeral"],
    &["digit", "numeral", "figure"],
    &["value", "quantity", "content"],
    &["string", "text", "input"],
    &["input", "text", "source"],
    &["error", "fault", "mistake"],
    &["failed", "did not work", "went wrong"],
    &["large", "great", "big"],
    &["small", "little", "tiny"],
    &["long", "lengthy", "extended"],
    &["short", "brief", "small"],
    &["range", "bounds", "limits"],
    &["overflow", "excess", "spill"],
    &["format", "form", "layout"],
    &["position", "place", "offset"],
    &["offset", "position", "index"],
    &["length", "size", "extent"],
    &["name", "title", "label"],
    &["key", "name", "handle"],
    &["unit", "measure", "scale"],
    &["supported", "known", "accepted"],
    &["allowed", "permitted", "accepted"],
    &["required", "needed", "demanded"],
    &["duplicate", "repeated", "double"],
    &["trailing", "final", "superfluous"],
    &["leading", "initial", "first"],
    &["end", "close", "finish"],
    &["start", "beginning", "opening"],
    &["found", "seen", "met"],
    &["cannot", "can not", "must not"],
    &["must", "has to", "shall"],
    &["bad", "wrong", "faulty"],
    &["wrong", "bad", "incorrect"],
    &["item", "entry", "element"],
    &["element", "item", "member"],
    &["out", "outside", "past"],
    &["timestamp", "moment", "stamp"],
    &["component", "part", "piece"],
    &["example", "instance", "sample"],
    &["quote", "quotation mark", "tick"],
    &["byte", "octet", "cell"],
    &["line", "row", "record"],
    &["token", "word", "mark"],
    &["identifier", "name", "label"],
    &["version", "release", "edition"],
    &["was", "is", "seems"],
];

/// Signs that can stand for each other.
const SIGNS: &[&str] = &[
    " _-", "_-.", "-/_", "/-|", ",;|", ";,|", ":=.", "=:~", ".,:", "+~&", "&+|", "|/;", "#%$", "%#$", "@#~",
    "!?.", "?!.", "*+x", "~=+", "([<", "[(<", "<[(", ")]>", "])>", ">])", "^~|", "\"'`", "'\"`", "`'\"",
    "$#%",
];

/// Signs that may stand for this one.
pub(super) fn signs_for(sign: char) -> impl Iterator<Item = char> {
    let row = SIGNS.iter().find(|row| row.starts_with(sign));
    row.into_iter().flat_map(|row| row.chars().skip(1))
}

/// What may stand in place of the content of a string literal, as it is written. Escapes, and what braces hold, stay.
pub(super) fn texts_for(content: &str) -> Vec<String> {
    let parts = parts(content);
    let words: Vec<&Part> = parts.iter().filter(|part| part.is_word).collect();
    let with = |part: &Part, text: &str| {
        format!("{}{text}{}", &content[..part.start], &content[part.start + part.text.len()..])
    };
    let is_message = words.len() > 1;
    let mut all = Vec::new();
    for word in &words {
        let known = synonyms(word.text);
        let others = if known.is_empty() && !is_message { names_for(word.text) } else { known };
        all.extend(others.iter().map(|other| with(word, other)));
    }
    if is_message && let Some(first) = words.first() {
        all.extend(recapitalised(first.text).map(|other| with(first, &other)));
    } else {
        let signs: BTreeSet<char> =
            parts.iter().filter(|part| !part.is_word).flat_map(|part| part.text.chars()).collect();
        for sign in signs {
            all.extend(signs_for(sign).map(|other| with_signs(content, &parts, sign, other)));
        }
    }
    let is_writable = |text: &String| text != content && !breaks(text, content);
    all.retain(is_writable);
    all.dedup();
    all
}

/// A text with a sign between its words exchanged wherever it stands.
fn with_signs(content: &str, parts: &[Part<'_>], sign: char, other: char) -> String {
    let is_meant = |at: usize| parts.iter().any(|part| !part.is_word && part.start == at);
    content.char_indices().map(|(at, c)| if c == sign && is_meant(at) { other } else { c }).collect()
}

/// Whether a text could not be written as its literal was.
fn breaks(text: &str, before: &str) -> bool {
    ['"', '\\', '{', '}'].iter().any(|sign| text.matches(*sign).count() != before.matches(*sign).count())
}

fn synonyms(word: &str) -> Vec<String> {
    let small = word.to_lowercase();
    let row = SYNONYMS.iter().find(|row| row[0] == small);
    let others = row.into_iter().flat_map(|row| row[1..].iter());
    let is_capital = word.chars().next().is_some_and(char::is_uppercase);
    others.map(|other| if is_capital { capitalised(other) } else { (*other).to_owned() }).collect()
}

/// Other names for a thing: in the plural, shorter, in capitals.
fn names_for(word: &str) -> Vec<String> {
    let mut all = Vec::new();
    let n_chars = word.chars().count();
    match word.strip_suffix('s') {
        Some(singular) if n_chars > 2 => all.push(singular.to_owned()),
        _ if n_chars > 2 => all.push(format!("{word}s")),
        _ => {}
    }
    if n_chars > 2 {
        all.push(word.chars().take(3).collect());
        all.push(without_vowels(word));
    }
    all.extend(recapitalised(word));
    all
}

/// An abbreviation: the first letter, and the consonants behind it.
fn without_vowels(word: &str) -> String {
    let is_kept = |at: usize, c: char| at == 0 || !"aeiouAEIOU".contains(c);
    word.char_indices().filter(|(at, c)| is_kept(*at, *c)).map(|(_, c)| c).collect()
}

fn recapitalised(word: &str) -> Option<String> {
    let other = if word.chars().any(char::is_lowercase) { capitalised(word) } else { word.to_lowercase() };
    let flipped = if other == word { word.to_lowercase() } else { other };
    (flipped != word).then_some(flipped)
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A word, or what stands between two.
struct Part<'t> {
    start: usize,
    text: &'t str,
    is_word: bool,
}

/// The words of a literal and the single signs between them, without escapes, digits and what braces hold.
fn parts(content: &str) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut chars = content.char_indices().peekable();
    let mut depth = 0_usize;
    while let Some((start, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            c if c.is_alphabetic() => {
                while chars.next_if(|(_, next)| next.is_alphabetic()).is_some() {}
                let end = chars.peek().map_or(content.len(), |(at, _)| *at);
                parts.push(Part { start, text: &content[start..end], is_word: true });
            }
            c if c.is_ascii_digit() => {}
            c => parts.push(Part { start, text: &content[start..start + c.len_utf8()], is_word: false }),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_keep_their_sense_and_names_become_others() {
        assert_eq!(
            texts_for("invalid character at {}"),
            [
                "malformed character at {}",
                "bad character at {}",
                "invalid symbol at {}",
                "invalid sign at {}",
                "Invalid character at {}"
            ]
        );
        assert_eq!(texts_for("hours"), ["hour", "hou", "hrs", "Hours"]);
        assert_eq!(texts_for("{:02}h"), ["{:02}H"]);
        assert_eq!(texts_for(", "), [",_", ",-", "; ", "| "]);
        assert_eq!(texts_for("'{'}'"), ["`{'}`"]);
        assert_eq!(texts_for("{}\\n"), [""; 0]);
    }

    #[test]
    fn each_sign_of_a_row_can_be_written_for_its_first() {
        for row in SIGNS {
            assert!(row.chars().count() == 3 && signs_for(row.chars().next().unwrap()).count() == 2, "{row}");
        }
    }
}
