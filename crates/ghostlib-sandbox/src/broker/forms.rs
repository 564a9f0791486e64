//! The forms in which a secret may turn up in a text.

use super::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use std::collections::BTreeSet;
use std::fmt::Write;

/// The secret as it is, and as base64 (RFC 4648, both alphabets, wherever it stands in what was encoded),
/// hexadecimal digits, percent-encoded (RFC 3986), and escaped in a JSON string (RFC 8259). All are ASCII.
/// In each but base64, either everything or only what must be is encoded, with small or capital digits.
pub(super) fn forms(secret: &Secret) -> BTreeSet<String> {
    let text = secret.expose();
    let mut forms = BTreeSet::from([text.to_owned(), text.replace('/', "\\/")]);
    forms.extend((0..3).flat_map(|offset| base64(text, offset)));
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let in_json = |byte: u8| byte != b'"' && byte != b'\\';
    let nothing = |_| false;
    for (prefix, kept) in [
        ("", &nothing as &dyn Fn(u8) -> bool),
        ("%", &nothing),
        ("%", &unreserved),
        ("\\u00", &nothing),
        ("\\u00", &unreserved),
        ("\\u00", &in_json),
    ] {
        forms.extend([
            encoded(text, prefix, kept, Digits::Small),
            encoded(text, prefix, kept, Digits::Capital),
        ]);
    }
    if let Ok(quoted) = serde_json::to_string(text) {
        let inside = &quoted[1..quoted.len() - 1];
        forms.extend([inside.to_owned(), inside.replace('/', "\\/")]);
    }
    forms
}

/// The characters that every base64 text has in common in which the secret stands behind `3n + offset` bytes,
/// whatever these and those behind it are.
fn base64(text: &str, offset: usize) -> [String; 2] {
    let bytes = [&vec![0; offset], text.as_bytes()].concat();
    // Of the first and the last character, some bits belong to the neighbours.
    let first = [0, 2, 3][offset];
    let n_last = usize::from(!bytes.len().is_multiple_of(3));
    let common = |text: String| text[first..text.len() - n_last].to_owned();
    [common(STANDARD_NO_PAD.encode(&bytes)), common(URL_SAFE_NO_PAD.encode(&bytes))]
}

#[derive(Clone, Copy)]
enum Digits {
    Small,
    Capital,
}

/// Each byte that is not `kept` as `prefix` and two digits.
fn encoded(text: &str, prefix: &str, kept: &dyn Fn(u8) -> bool, digits: Digits) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if kept(byte) {
            encoded.push(char::from(byte));
            continue;
        }
        let _never_fails = match digits {
            Digits::Small => write!(encoded, "{prefix}{byte:02x}"),
            Digits::Capital => write!(encoded, "{prefix}{byte:02X}"),
        };
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms_of(text: &str) -> BTreeSet<String> {
        forms(&Secret::new(text).unwrap())
    }

    #[test]
    fn base64_is_known_wherever_the_secret_stands() {
        let key = "sk-planted/key+0123";
        let forms = forms_of(key);
        for before in ["", "B", "Be", "Bearer ", "user:", "12345678"] {
            for after in ["", "x", "xy", "xyz"] {
                let text = STANDARD_NO_PAD.encode(format!("{before}{key}{after}"));
                assert!(forms.iter().any(|form| text.contains(form)), "{before} {after}");
                let text = URL_SAFE_NO_PAD.encode(format!("{before}{key}{after}"));
                assert!(forms.iter().any(|form| text.contains(form)), "{before} {after}");
            }
        }
    }

    #[test]
    fn escapes_are_known() {
        let forms = forms_of("a\"b\\c/d+e&f");
        for form in [
            r#"a\"b\\c/d+e&f"#,
            r#"a\"b\\c\/d+e&f"#,
            "a%22b%5Cc%2Fd%2Be%26f",
            "a%22b%5cc%2fd%2be%26f",
            r"a\u0022b\u005cc/d+e&f",
        ] {
            assert!(forms.contains(form), "{form} {forms:?}");
        }
    }

    #[test]
    fn a_secret_that_ends_in_a_quote_is_known_with_its_slashes_escaped() {
        let form = r#"\"in\/quotes\""#;
        assert!(forms_of("\"in/quotes\"").contains(form), "{form}");
    }

    #[test]
    fn no_form_is_so_short_that_it_turns_up_by_chance() {
        assert!(forms_of("abcdefgh").iter().all(|form| form.len() >= Secret::MIN_LEN));
    }
}
