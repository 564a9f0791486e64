//! Text as trees of tokens.

use std::str::Chars;

/// Deeper brackets than this are not read.
const MAX_DEPTH: usize = 128;

/// One token, or what stands in brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TokenTree {
    Token(Token),
    Group(Delimiter, Vec<TokenTree>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delimiter {
    Round,
    Square,
    Curly,
}

/// A word, a literal, a lifetime, or one punctuation mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::rust) struct Token {
    pub(in crate::rust) text: String,
    pub(in crate::rust) kind: TokenKind,
    /// Whether it follows the token before without a space.
    pub(super) is_glued: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rust) enum TokenKind {
    Word,
    Literal,
    Lifetime,
    Mark,
}

impl TokenTree {
    /// The token, if its text is this one.
    pub(super) fn is(&self, text: &str) -> bool {
        matches!(self, Self::Token(token) if token.text == text)
    }

    pub(super) fn word(&self) -> Option<&str> {
        match self {
            Self::Token(token) if token.kind == TokenKind::Word => Some(&token.text),
            _ => None,
        }
    }
}

impl Delimiter {
    pub(super) fn marks(self) -> (char, char) {
        match self {
            Self::Round => ('(', ')'),
            Self::Square => ('[', ']'),
            Self::Curly => ('{', '}'),
        }
    }

    fn opened_by(mark: char) -> Option<Self> {
        [Self::Round, Self::Square, Self::Curly].into_iter().find(|delimiter| delimiter.marks().0 == mark)
    }
}

/// The trees of `text`, without comments; nothing where its brackets do not match.
pub(super) fn lex(text: &str) -> Option<Vec<TokenTree>> {
    let mut lexer = Lexer::new(text);
    let mut open: Vec<(Delimiter, Vec<TokenTree>)> = vec![];
    let mut trees = vec![];
    loop {
        if let Some(comment) = lexer.skip_space() {
            trees.extend(doc_attribute(comment));
            continue;
        }
        let Some(token) = lexer.next_token() else { break };
        let mark = token.text.chars().next().filter(|_| token.kind == TokenKind::Mark);
        if let Some(delimiter) = mark.and_then(Delimiter::opened_by) {
            if open.len() >= MAX_DEPTH {
                return None;
            }
            open.push((delimiter, std::mem::take(&mut trees)));
        } else if let Some(mark @ (')' | ']' | '}')) = mark {
            let (delimiter, outer) = open.pop().filter(|(delimiter, _)| delimiter.marks().1 == mark)?;
            let inner = std::mem::replace(&mut trees, outer);
            trees.push(TokenTree::Group(delimiter, inner));
        } else {
            trees.push(TokenTree::Token(token));
        }
    }
    open.is_empty().then_some(trees)
}

/// Reads text token by token.
pub(in crate::rust) struct Lexer<'a> {
    rest: Chars<'a>,
    is_glued: bool,
}

impl<'a> Lexer<'a> {
    pub(in crate::rust) fn new(text: &'a str) -> Self {
        Self { rest: text.chars(), is_glued: false }
    }

    /// What is still to be read.
    pub(in crate::rust) fn rest(&self) -> &'a str {
        self.rest.as_str()
    }

    /// The token that the text goes on with, if a space or a comment does not.
    pub(in crate::rust) fn next_token(&mut self) -> Option<Token> {
        let text = self.rest.as_str();
        let first = text.chars().next()?;
        let (kind, length) = if let Some(length) = literal(text) {
            (TokenKind::Literal, length)
        } else if first == '\'' {
            (TokenKind::Lifetime, 1 + word_length(&text[1..]))
        } else if let Some(raw) = text.strip_prefix("r#") {
            (TokenKind::Word, 2 + word_length(raw))
        } else if is_word(first) {
            (TokenKind::Word, word_length(text))
        } else {
            (TokenKind::Mark, first.len_utf8())
        };
        let (token, rest) = text.split_at(length);
        self.rest = rest.chars();
        let is_glued = std::mem::replace(&mut self.is_glued, true);
        Some(Token { text: token.to_owned(), kind, is_glued })
    }

    /// Steps over spaces and comments; a comment that documents is returned.
    pub(in crate::rust) fn skip_space(&mut self) -> Option<&'a str> {
        loop {
            let text: &'a str = self.rest.as_str();
            let rest = if text.starts_with("//") {
                text.find('\n').map_or("", |end| &text[end..])
            } else if text.starts_with("/*") {
                &text[block_comment(text)..]
            } else {
                text.trim_start()
            };
            if rest.len() == text.len() {
                return None;
            }
            self.is_glued = false;
            self.rest = rest.chars();
            let skipped = &text[..text.len() - rest.len()];
            let documents = ["///", "/**"].iter().any(|start| skipped.starts_with(start));
            if documents && !["////", "/***", "/**/"].iter().any(|start| skipped.starts_with(start)) {
                return Some(skipped);
            }
        }
    }
}

/// `/// text` is `#[doc = "text"]` to a macro.
fn doc_attribute(comment: &str) -> [TokenTree; 2] {
    let text = comment.trim_start_matches(['/', '*']).trim_end_matches("*/");
    let token = |text: &str, kind| TokenTree::Token(Token { text: text.to_owned(), kind, is_glued: false });
    let inner = vec![
        token("doc", TokenKind::Word),
        token("=", TokenKind::Mark),
        token(&format!("{text:?}"), TokenKind::Literal),
    ];
    [token("#", TokenKind::Mark), TokenTree::Group(Delimiter::Square, inner)]
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn word_length(text: &str) -> usize {
    text.find(|c| !is_word(c)).unwrap_or(text.len())
}

/// The length of a comment, with those in it.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
        if depth == 0 {
            break;
        }
    }
    at.min(text.len())
}

/// The length of the literal that `text` starts with.
fn literal(text: &str) -> Option<usize> {
    let bare = text.trim_start_matches(['b', 'c', 'r']);
    let prefix = text.len() - bare.len();
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(number(text));
    }
    if prefix > 2 {
        return None;
    }
    let is_raw = text[..prefix].ends_with('r');
    if is_raw {
        let marks = bare.len() - bare.trim_start_matches('#').len();
        let end = format!("\"{}", "#".repeat(marks));
        let body = bare[marks..].strip_prefix('"')?;
        let length = body.find(&end).map_or(body.len(), |at| at + end.len());
        return Some(prefix + marks + 1 + length);
    }
    if bare.starts_with('"') {
        return Some(prefix + quoted(bare, '"'));
    }
    // `'a'` is a character, `'a` a lifetime
    let inner = bare.strip_prefix('\'').filter(|_| prefix == 0 || text.starts_with('b'))?;
    let mut chars = inner.chars();
    let first = chars.next()?;
    (first == '\\' || chars.next() == Some('\'')).then(|| prefix + quoted(bare, '\''))
}

fn number(text: &str) -> usize {
    let mut length = word_length(text);
    let rest = &text[length..];
    if rest.strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
        length += 1 + word_length(&rest[1..]);
    }
    length
}

/// The length of what stands between two `quote`s, with them.
fn quoted(text: &str, quote: char) -> usize {
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if c == '\\' {
            chars.next();
        } else if c == quote {
            return at + c.len_utf8();
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(trees: &[TokenTree]) -> Vec<String> {
        let flat = trees.iter().flat_map(|tree| match tree {
            TokenTree::Token(token) => vec![token.text.clone()],
            TokenTree::Group(delimiter, inner) => {
                let (open, close) = delimiter.marks();
                [vec![open.to_string()], flat(inner), vec![close.to_string()]].concat()
            }
        });
        flat.collect()
    }

    #[test]
    fn words_literals_lifetimes_and_marks_are_told_apart() {
        let text = r##"a::b<'a> 'x' '\'' b'y' "s\"" r#"q"# 1.5e3 1..2 r#fn /* /* */ , */ // c"##;
        let expected = [
            "a",
            ":",
            ":",
            "b",
            "<",
            "'a",
            ">",
            "'x'",
            "'\\''",
            "b'y'",
            "\"s\\\"\"",
            "r#\"q\"#",
            "1.5e3",
            "1",
            ".",
            ".",
            "2",
            "r#fn",
        ];
        assert_eq!(flat(&lex(text).unwrap()), expected);
        assert_eq!(flat(&lex("f(a, [b]) {}").unwrap()).concat(), "f(a,[b]){}");
    }

    #[test]
    fn anything_ends() {
        for text in ["", "'", "\"", "r#", "/*", "(", ")", "(]", "b'", "r###\"", "'\u{e9}", "1.", "\\"] {
            drop(lex(text));
        }
        assert_eq!(lex(&"(".repeat(10_000)), None);
    }
}
