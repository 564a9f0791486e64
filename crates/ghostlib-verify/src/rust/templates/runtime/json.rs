//! JSON: numbers keep their text, so that no digit is lost.

use std::collections::BTreeMap;
use std::fmt::Write;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(String),
    String(String),
    List(Vec<Json>),
    Map(BTreeMap<String, Json>),
}

/// Deeper values are refused.
const MAX_DEPTH: usize = 100;

/// Adds a JSON string.
pub fn quote(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        out.push_str(&rest[..at]);
        match rest.as_bytes()[at] {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            byte => {
                let _ = write!(out, "\\u{byte:04x}");
            }
        }
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    out.push('"');
}

/// Adds an object with one entry.
pub fn field(key: &str, out: &mut String, value: impl FnOnce(&mut String)) {
    out.push('{');
    quote(key, out);
    out.push(':');
    value(out);
    out.push('}');
}

impl Json {
    /// Reads one JSON text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parser = Parser { rest: text };
        let value = parser.value(0)?;
        parser.skip_space();
        if parser.rest.is_empty() { Ok(value) } else { Err("text after the value".to_owned()) }
    }

    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(map) => map.get(key),
            _ => None,
        }
    }

    pub fn to_text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(text) => out.push_str(text),
            Self::String(text) => quote(text, out),
            Self::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    item.write(out);
                }
                out.push(']');
            }
            Self::Map(map) => {
                out.push('{');
                for (at, (key, value)) in map.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    quote(key, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    fn eat(&mut self, token: &str) -> bool {
        self.skip_space();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self, depth: usize) -> Result<Json, String> {
        if depth > MAX_DEPTH {
            return Err("nested too deeply".to_owned());
        }
        self.skip_space();
        match self.rest.as_bytes().first() {
            Some(b'n') if self.eat("null") => Ok(Json::Null),
            Some(b't') if self.eat("true") => Ok(Json::Bool(true)),
            Some(b'f') if self.eat("false") => Ok(Json::Bool(false)),
            Some(b'"') if self.eat("\"") => self.string().map(Json::String),
            Some(b'[') if self.eat("[") => self.list(depth),
            Some(b'{') if self.eat("{") => self.map(depth),
            _ => self.number(),
        }
    }

    fn list(&mut self, depth: usize) -> Result<Json, String> {
        let mut items = Vec::new();
        if self.eat("]") {
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.eat("]") {
                return Ok(Json::List(items));
            }
            if !self.eat(",") {
                return Err("a list without its end".to_owned());
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Json, String> {
        let mut map = BTreeMap::new();
        if self.eat("}") {
            return Ok(Json::Map(map));
        }
        loop {
            if !self.eat("\"") {
                return Err("a key that is no string".to_owned());
            }
            let key = self.string()?;
            if !self.eat(":") {
                return Err("a key without its value".to_owned());
            }
            map.insert(key, self.value(depth + 1)?);
            if self.eat("}") {
                return Ok(Json::Map(map));
            }
            if !self.eat(",") {
                return Err("a map without its end".to_owned());
            }
        }
    }

    fn number(&mut self) -> Result<Json, String> {
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
        let end = self.rest.bytes().position(|byte| !is_part(&byte)).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        text.parse::<f64>().map(|_| Json::Number(text.to_owned())).map_err(|_| format!("not a value: {text}"))
    }

    /// The string whose opening quote has been read.
    fn string(&mut self) -> Result<String, String> {
        let mut out = String::new();
        loop {
            let at = self.rest.bytes().position(|byte| byte == b'"' || byte == b'\\').ok_or("a string without its end")?;
            let (plain, rest) = self.rest.split_at(at);
            out.push_str(plain);
            let mut chars = rest.chars();
            if chars.next() == Some('"') {
                self.rest = chars.as_str();
                return Ok(out);
            }
            out.push(escaped(&mut chars)?);
            self.rest = chars.as_str();
        }
    }
}

fn escaped(chars: &mut std::str::Chars<'_>) -> Result<char, String> {
    Ok(match chars.next().ok_or("an escape without its end")? {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'u' => {
            let high = hex4(chars)?;
            let code = if (0xd800..0xdc00).contains(&high) {
                if chars.next() != Some('\\') || chars.next() != Some('u') {
                    return Err("half a surrogate pair".to_owned());
                }
                0x10000 + ((high - 0xd800) << 10) + (hex4(chars)?.wrapping_sub(0xdc00) & 0x3ff)
            } else {
                high
            };
            char::from_u32(code).ok_or("a lone surrogate")?
        }
        c => c,
    })
}

fn hex4(chars: &mut std::str::Chars<'_>) -> Result<u32, String> {
    let text: String = chars.by_ref().take(4).collect();
    u32::from_str_radix(&text, 16).map_err(|_| "a broken \\u escape".to_owned())
}
