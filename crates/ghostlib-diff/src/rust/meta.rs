//! Attributes as data: `cfg(any(unix, feature = "x"))`.

use std::str::Chars;

/// Deeper nesting than this is cut off.
const MAX_DEPTH: usize = 64;

/// One attribute, or one argument of an attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Meta {
    /// `cfg`, `doc`, `serde::Serialize`.
    pub(super) path: String,
    /// The string in `path = "value"`.
    pub(super) value: Option<String>,
    /// The arguments in `path(…)`.
    pub(super) list: Vec<Meta>,
}

impl Meta {
    /// Reads the text between `#[` and `]`. Anything that is no attribute gives an empty path.
    pub(super) fn parse(text: &str) -> Self {
        Reader { rest: text.chars() }.meta(0)
    }

    /// Whether it is `path(argument)`.
    pub(super) fn lists(&self, path: &str, argument: &str) -> bool {
        self.path == path && self.list.iter().any(|meta| meta.path == argument)
    }
}

struct Reader<'a> {
    rest: Chars<'a>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.rest.next();
        }
    }

    fn eat(&mut self, wanted: char) -> bool {
        self.skip_space();
        let found = self.peek() == Some(wanted);
        if found {
            self.rest.next();
        }
        found
    }

    fn meta(&mut self, depth: usize) -> Meta {
        let mut meta = Meta { path: self.path(), ..Meta::default() };
        if meta.path == "unsafe" && depth < MAX_DEPTH && self.eat('(') {
            meta = self.meta(depth + 1);
            self.eat(')');
        } else if self.eat('=') {
            meta.value = Some(self.value());
        } else if depth < MAX_DEPTH && self.eat('(') {
            meta.list = self.list(depth + 1);
        }
        meta
    }

    fn path(&mut self) -> String {
        let mut path = String::new();
        loop {
            self.skip_space();
            match self.peek() {
                Some(c) if c.is_alphanumeric() || c == '_' || c == ':' => path.push(c),
                _ => return path,
            }
            self.rest.next();
        }
    }

    fn list(&mut self, depth: usize) -> Vec<Meta> {
        let mut list = Vec::new();
        while !self.eat(')') {
            let before = self.rest.as_str().len();
            let meta = self.meta(depth);
            if !meta.path.is_empty() {
                list.push(meta);
            }
            self.eat(',');
            // A literal or a symbol that is no attribute: step over it.
            if self.rest.as_str().len() == before && self.rest.next().is_none() {
                break;
            }
        }
        list
    }

    fn value(&mut self) -> String {
        self.skip_space();
        let raw_marks = self.rest.as_str().trim_start_matches('r').chars().take_while(|c| *c == '#').count();
        if self.rest.as_str().starts_with('r') {
            self.rest.nth(raw_marks);
            return self.raw_string(raw_marks);
        }
        if self.peek() != Some('"') {
            return self.rest.by_ref().take_while(|c| *c != ',').collect();
        }
        self.rest.next();
        let mut value = String::new();
        while let Some(c) = self.rest.next() {
            match c {
                '"' => break,
                '\\' => value.extend(self.rest.next()),
                _ => value.push(c),
            }
        }
        value
    }

    fn raw_string(&mut self, marks: usize) -> String {
        let end = format!("\"{}", "#".repeat(marks));
        let text = self.rest.as_str().strip_prefix('"').unwrap_or_default();
        let length = text.find(&end).unwrap_or(text.len());
        let value = text[..length].to_owned();
        self.rest = text.get(length + end.len()..).unwrap_or_default().chars();
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_lists_and_values_are_read() {
        let meta = Meta::parse(r#"cfg(all(unix, not(feature = "a, b"),))"#);
        assert_eq!(meta.path, "cfg");
        let all = &meta.list[0];
        assert_eq!(all.list[0].path, "unix");
        assert_eq!(all.list[1].list[0].value.as_deref(), Some("a, b"));
        assert_eq!(Meta::parse(r##"path = r#"a"b"#"##).value.as_deref(), Some("a\"b"));
        assert_eq!(Meta::parse("derive(Debug, serde :: Serialize)").list[1].path, "serde::Serialize");
        assert_eq!(Meta::parse("unsafe(no_mangle)").path, "no_mangle");
    }

    #[test]
    fn anything_ends() {
        for text in ["", "a(", "a(b", "a(=,=)", "a = ", "a(\"x\", 1, -2.0, b)", "\u{e9}(((", "r#", "a = r###"]
        {
            Meta::parse(text);
        }
        assert_eq!(Meta::parse(&"a(".repeat(10_000)).path, "a");
        Meta::parse(&"unsafe(".repeat(100_000));
        assert!(Meta::parse("a(\"x\", 1, -2.0, b)").lists("a", "b"));
    }
}
