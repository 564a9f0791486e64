//! Values as examples write them: JSON, and what JavaScript, Python and Rust make of it.

use ghostlib_model::Value;
use serde_json::{Map, Number};

/// How deep lists and maps are read.
const MAX_DEPTH: usize = 16;
/// How long a text may be, in bytes.
const MAX_TEXT: usize = 2048;

/// The value that `text` starts with, and the length of its source.
pub(super) fn read(text: &str) -> Option<(Value, usize)> {
    let mut scanner = Scanner { text, at: 0 };
    let value = scanner.value(0)?;
    Some((value, scanner.at))
}

/// The value that `text` is as a whole.
pub(super) fn read_whole(text: &str) -> Option<Value> {
    let (value, length) = read(text)?;
    text[length..].trim().is_empty().then_some(value)
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn skip_spaces(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn take(&mut self, mark: &str) -> bool {
        self.skip_spaces();
        let is_next = self.rest().starts_with(mark);
        if is_next {
            self.at += mark.len();
        }
        is_next
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        while self.take("&") {}
        match self.rest().chars().next()? {
            quote @ ('"' | '\'') => {
                let text = self.quoted(quote)?;
                self.skip_conversion();
                Some(Value::String(text))
            }
            '“' => self.curly().map(Value::String),
            '[' => self.list("[", "]", depth),
            '(' => self.tuple(depth),
            '{' => self.map(depth),
            c if c.is_ascii_digit() || matches!(c, '-' | '−' | '+' | '.') => self.number(),
            c if c.is_alphabetic() => self.word(depth),
            _ => None,
        }
    }

    fn quoted(&mut self, quote: char) -> Option<String> {
        let mut text = String::new();
        let start = self.at + 1;
        let mut chars = self.text[start..].char_indices();
        while let Some((i, c)) = chars.next() {
            if i > MAX_TEXT || c == '\n' {
                return None;
            }
            match c {
                _ if c == quote => {
                    self.at = start + i + 1;
                    return Some(text);
                }
                '\\' => text.push(unescape(&mut chars)?),
                _ => text.push(c),
            }
        }
        None
    }

    fn curly(&mut self) -> Option<String> {
        let start = self.at + '“'.len_utf8();
        let length = self.text[start..].find('”').filter(|&length| length <= MAX_TEXT)?;
        self.at = start + length + '”'.len_utf8();
        let text = &self.text[start..start + length];
        (!text.contains('\n')).then(|| text.to_owned())
    }

    /// What turns a literal of Rust into an owned text.
    fn skip_conversion(&mut self) {
        for conversion in [".to_string()", ".to_owned()", ".into()"] {
            if self.rest().starts_with(conversion) {
                self.at += conversion.len();
            }
        }
    }

    fn number(&mut self) -> Option<Value> {
        let (source, length) = number_source(self.rest())?;
        self.at += length;
        for suffix in ["usize", "isize", "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "f32", "f64"] {
            let suffix =
                self.rest().strip_prefix('_').unwrap_or(self.rest()).starts_with(suffix).then_some(suffix);
            if let Some(suffix) = suffix {
                self.at += suffix.len() + usize::from(self.rest().starts_with('_'));
                break;
            }
        }
        if self.rest().starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '%' | '°' | '+')) {
            return None;
        }
        number(&source).map(Value::Number)
    }

    fn list(&mut self, open: &str, close: &str, depth: usize) -> Option<Value> {
        self.take(open);
        let mut items = Vec::new();
        while !self.take(close) {
            items.push(self.value(depth + 1)?);
            if !self.take(",") {
                return self.take(close).then_some(Value::Array(items));
            }
        }
        Some(Value::Array(items))
    }

    /// `(1, 2)` is a list, `(1)` is 1.
    fn tuple(&mut self, depth: usize) -> Option<Value> {
        let start = self.at;
        let list = self.list("(", ")", depth)?;
        let has_comma = self.text[start..self.at].contains(',');
        match list {
            Value::Array(mut items) if items.len() == 1 && !has_comma => items.pop(),
            list => Some(list),
        }
    }

    fn map(&mut self, depth: usize) -> Option<Value> {
        self.take("{");
        let mut map = Map::new();
        while !self.take("}") {
            let key = self.key()?;
            if !(self.take(":") || self.take("=>") || self.take("=")) {
                return None;
            }
            map.insert(key, self.value(depth + 1)?);
            if !self.take(",") {
                return self.take("}").then_some(Value::Object(map));
            }
        }
        Some(Value::Object(map))
    }

    fn key(&mut self) -> Option<String> {
        self.skip_spaces();
        if let Some(quote) = self.rest().chars().next().filter(|c| matches!(c, '"' | '\'')) {
            return self.quoted(quote);
        }
        let word = identifier(self.rest()).to_owned();
        self.at += word.len();
        (!word.is_empty()).then_some(word)
    }

    fn word(&mut self, depth: usize) -> Option<Value> {
        let word = identifier(self.rest()).to_owned();
        self.at += word.len();
        match word.as_str() {
            "true" | "True" | "TRUE" => Some(Value::Bool(true)),
            "false" | "False" | "FALSE" => Some(Value::Bool(false)),
            "null" | "None" | "nil" | "undefined" => Some(Value::Null),
            "vec" if self.rest().starts_with("![") => {
                self.at += 1;
                self.list("[", "]", depth)
            }
            "Ok" | "Some" => {
                let value = self.take("(").then(|| self.value(depth + 1))??;
                self.take(")").then_some(value)
            }
            "String" if self.take("::from(") => {
                let value = self.value(depth + 1)?;
                self.take(")").then_some(value)
            }
            _ => None,
        }
    }
}

fn unescape(chars: &mut std::str::CharIndices) -> Option<char> {
    Some(match chars.next()?.1 {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '0' => '\0',
        c @ ('\\' | '"' | '\'' | '/') => c,
        'u' => {
            let digits: String = match chars.as_str().strip_prefix('{') {
                Some(rest) => rest.chars().take_while(|&c| c != '}').take(7).collect(),
                None => chars.as_str().chars().take(4).collect(),
            };
            let n_braces = if chars.as_str().starts_with('{') { 2 } else { 0 };
            for _ in 0..digits.chars().count() + n_braces {
                chars.next();
            }
            char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?
        }
        _ => return None,
    })
}

/// The name that a text starts with.
pub(super) fn identifier(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    if text.starts_with(|c: char| c.is_numeric()) { "" } else { &text[..end] }
}

/// The number that a text starts with, without the marks between its digits, and the length of its source.
/// A mark between digits is `_`, or a comma that three digits follow.
pub(super) fn number_source(text: &str) -> Option<(String, usize)> {
    let mut source = String::new();
    let sign = text.chars().next().filter(|c| matches!(c, '-' | '−' | '+'));
    if matches!(sign, Some('-' | '−')) {
        source.push('-');
    }
    let mut at = sign.map_or(0, char::len_utf8);
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut has_digits = false;
    let mut has_point = false;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' => {
                has_digits = true;
                source.push(char::from(byte));
            }
            b'_' if has_digits && is_digit(at + 1) => {}
            b',' if has_digits && !has_point && (1..4).all(|i| is_digit(at + i)) && !is_digit(at + 4) => {}
            b'.' if !has_point && is_digit(at + 1) => {
                has_point = true;
                source.push('.');
            }
            b'e' | b'E' if has_digits && is_digit(at + 1) && source.len() < 24 => {
                let digits = text[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
                source.push_str(&text[at..=at + digits]);
                at += digits + 1;
                break;
            }
            _ => break,
        }
        at += 1;
    }
    (has_digits && source.len() <= 40).then_some((source, at))
}

fn number(source: &str) -> Option<Number> {
    if let Ok(number) = source.parse::<i64>() {
        return Some(number.into());
    }
    if let Ok(number) = source.parse::<u64>() {
        return Some(number.into());
    }
    Number::from_f64(source.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_of_several_languages_are_read() {
        for (source, value) in [
            ("\"a\\n\\u00e9\"", json!("a\né")),
            ("'a'", json!("a")),
            ("“a b”", json!("a b")),
            ("-1_000", json!(-1000)),
            ("3.5f64", json!(3.5)),
            ("1e3", json!(1000.0)),
            ("[1, 'b', None,]", json!([1, "b", null])),
            ("(1, 2)", json!([1, 2])),
            ("(1)", json!(1)),
            ("{compact: true, \"n\": 2}", json!({"compact": true, "n": 2})),
            ("vec![\"a\".to_string()]", json!(["a"])),
            ("&[\"a\"]", json!(["a"])),
            ("Ok(Some(5))", json!(5)),
            ("String::from(\"x\")", json!("x")),
        ] {
            assert_eq!(read_whole(source), Some(value), "{source}");
        }
    }

    #[test]
    fn what_is_no_value_is_not_guessed() {
        for source in
            ["", "2h30m", "name", "\"open", "[1", "{1, 2}", "Foo { a: 1 }", "\"\\q\"", "5%", "-", "f(1)"]
        {
            assert_eq!(read_whole(source), None, "{source}");
        }
        assert!(read(&"[".repeat(10_000)).is_none());
    }
}
