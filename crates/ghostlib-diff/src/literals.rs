//! The literals of a tree's code, tests and documentation: what inputs of its functions look like. And what its code
//! looks for around it.

use crate::grammar::{Grammar, Role};
use crate::node::{Node, walk};
use crate::{Language, SourceTree};
use ghostlib_model::{Surroundings, Value};
use serde_json::json;
use std::collections::HashSet;

/// Values that stand in the source of a library.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Literals {
    /// Calls whose arguments are all literals: the function's name without its path, and the arguments.
    pub calls: Vec<(String, Vec<Value>)>,
    /// All literals, each once.
    pub loose: Vec<Value>,
    /// What the library looks for around it, by the names in its code. Tests are left out.
    pub surroundings: Surroundings,
}

/// More of each are not collected.
const MAX_LITERALS: usize = 4_000;
/// Longer texts are no inputs that somebody wrote by hand.
const MAX_TEXT: usize = 400;

/// The literals of all files of a tree, tests, examples and the code in documentation included.
pub fn literals(tree: &SourceTree) -> Literals {
    let mut found = Literals::default();
    let mut known = HashSet::new();
    for file in &tree.files {
        let (Some(root), Some(language)) = (file.root(), file.language()) else { continue };
        collect(root, &file.text, language.grammar(), &mut known, &mut found);
        if language.is_library(&file.path) {
            found.surroundings = found.surroundings.or(surroundings(root, &file.text, language));
        }
        for code in documented_code(&file.text) {
            if let Some(tree) = language.grammar().parse(&code) {
                collect(tree.root(), &code, language.grammar(), &mut known, &mut found);
            }
        }
    }
    found
}

/// What the names in a file look for.
fn surroundings(root: Node<'_>, text: &str, language: &dyn Language) -> Surroundings {
    let mut found = Surroundings::default();
    walk(root, |node| {
        if node.is_leaf() && language.grammar().role(node).is(Role::NAME) {
            found = found.or(language.looks_for(text.get(node.byte_range()).unwrap_or_default()));
        }
        true
    });
    found
}

/// The code of fenced blocks in documentation comments, and of Python's examples after `>>>`.
pub(crate) fn documented_code(text: &str) -> Vec<String> {
    let mut blocks = vec![];
    let mut open: Option<String> = None;
    for line in text.lines() {
        let line = line.trim_start();
        if let Some(example) = line.strip_prefix(">>> ").or_else(|| line.strip_prefix("... ")) {
            blocks.push(format!("{example}\n"));
            continue;
        }
        let comment = ["///", "//!", "#"].iter().find_map(|start| line.strip_prefix(start));
        match (comment.map(str::trim_start), &mut open) {
            (Some(text), None) if text.starts_with("```") => open = Some(String::new()),
            (Some(text), Some(_)) if text.starts_with("```") => blocks.extend(open.take()),
            (Some(text), Some(block)) => {
                block.push_str(text.trim_start_matches("# "));
                block.push('\n');
            }
            (None, Some(_)) => blocks.extend(open.take()),
            _ => {}
        }
    }
    blocks
}

/// A leaf that matters for finding calls.
enum Word<'t> {
    Name(&'t str),
    Literal(Value),
    Open,
    Close,
    Comma,
    /// What may stand before a literal.
    Sign,
    Minus,
    Other,
}

fn collect(root: Node<'_>, text: &str, grammar: &Grammar, known: &mut HashSet<String>, found: &mut Literals) {
    let mut words = vec![];
    walk(root, |node| {
        if grammar.is_comment(node) {
            return false;
        }
        let role = grammar.role(node);
        let source = text.get(node.byte_range()).unwrap_or_default();
        if role.is(Role::LITERAL) {
            words.push(value_of(source).map_or(Word::Other, Word::Literal));
            return false;
        }
        if node.is_leaf() {
            words.push(match source {
                "true" | "false" | "True" | "False" => {
                    Word::Literal(json!(source.eq_ignore_ascii_case("true")))
                }
                "(" => Word::Open,
                ")" => Word::Close,
                "," => Word::Comma,
                "&" => Word::Sign,
                "-" => Word::Minus,
                _ if role.is(Role::NAME) => Word::Name(source),
                _ => Word::Other,
            });
        }
        true
    });
    for (at, word) in words.iter().enumerate() {
        match word {
            Word::Literal(value) if found.loose.len() < MAX_LITERALS && known.insert(value.to_string()) => {
                found.loose.push(value.clone());
            }
            Word::Name(name) if found.calls.len() < MAX_LITERALS => {
                let arguments = arguments(&words[at + 1..]).filter(|arguments| !arguments.is_empty());
                let call = arguments.map(|arguments| ((*name).to_owned(), arguments));
                if let Some(call) = call.filter(|call| known.insert(format!("{call:?}"))) {
                    found.calls.push(call);
                }
            }
            _ => {}
        }
    }
}

/// The arguments of a call behind its name, if all of them are literals.
fn arguments(words: &[Word<'_>]) -> Option<Vec<Value>> {
    let mut words = words.iter();
    if !matches!(words.next(), Some(Word::Open)) {
        return None;
    }
    let mut arguments = vec![];
    let mut sign = 1;
    loop {
        match words.next()? {
            Word::Close => return Some(arguments),
            Word::Comma | Word::Sign => {}
            Word::Minus => sign = -1,
            Word::Literal(value) => {
                arguments.push(value.as_i64().map_or_else(|| value.clone(), |number| json!(number * sign)));
                sign = 1;
            }
            _ => return None,
        }
    }
}

/// The value of a string, a character or a number as it is written in Rust or Python.
fn value_of(literal: &str) -> Option<Value> {
    let start = literal.find(['"', '\'']);
    let Some(start) = start.filter(|start| literal[..*start].chars().all(|c| c.is_alphabetic() || c == '#'))
    else {
        return number_of(literal);
    };
    let (prefix, rest) = literal.split_at(start);
    let is_raw = prefix.to_ascii_lowercase().contains('r');
    let hashes = prefix.matches('#').count();
    let rest = rest.get(..rest.len().checked_sub(hashes)?)?;
    let quotes = if rest.starts_with("\"\"\"") || rest.starts_with("'''") { 3 } else { 1 };
    let inside = rest.get(quotes..rest.len().checked_sub(quotes)?)?;
    let text = if is_raw { inside.to_owned() } else { unescaped(inside) };
    (text.len() <= MAX_TEXT).then_some(Value::String(text))
}

fn number_of(literal: &str) -> Option<Value> {
    let digits: String = literal.chars().filter(|c| *c != '_').collect();
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = digits.strip_prefix(prefix) {
            let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
            return i64::from_str_radix(&digits[..end], radix).ok().map(Value::from);
        }
    }
    let end = digits.find(|c: char| !c.is_ascii_digit() && !".eE".contains(c)).unwrap_or(digits.len());
    let digits = digits[..end].trim_end_matches(['.', 'e', 'E']);
    let whole = digits.parse::<u64>().ok().map(Value::from);
    whole.or_else(|| digits.parse::<f64>().ok().map(|number| json!(number)))
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('0') => out.push('\0'),
            Some('x') => {
                let hex: String = chars.by_ref().take(2).collect();
                out.extend(u8::from_str_radix(&hex, 16).ok().map(char::from));
            }
            Some('u') => {
                let hex: String = if chars.peek() == Some(&'{') {
                    chars.by_ref().skip(1).take_while(|c| *c != '}').collect()
                } else {
                    chars.by_ref().take(4).collect()
                };
                out.extend(u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32));
            }
            Some('\n') => while chars.next_if(|c| c.is_whitespace()).is_some() {},
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SourceFile;

    fn of(path: &str, text: &str) -> Literals {
        literals(&SourceTree { files: vec![SourceFile::new(path, text)] })
    }

    #[test]
    fn what_a_library_looks_for_shows_in_its_names() {
        let of = |path: &str, text: &str| {
            let Surroundings { files, variables } = of(path, text).surroundings;
            (files, variables)
        };
        assert_eq!(of("src/lib.rs", "fn f() { std::fs::read(\"a\"); }"), (true, false));
        assert_eq!(of("src/lib.rs", "fn f() { env::var(\"A\"); } // File"), (false, true));
        assert_eq!(of("tests/a.rs", "fn f() { std::fs::read(\"a\"); }"), (false, false));
        assert_eq!(of("a/b.py", "def f(): return open(os.environ['A'])\n"), (true, true));
        assert_eq!(of("src/lib.rs", "fn open() {}"), (false, false));
    }

    #[test]
    fn calls_with_literals_are_found_in_code_macros_and_documentation() {
        let text = "/// ```\n/// assert_eq!(parse(\"1.2\", -3), Ok(x));\n/// ```\nfn f() { m::pad(\"a\\n\\u{e9}\", 'c', 0x1f, 2.5); g(h(1), y); }\n#[test] fn t() { assert!(t.is(b\"x\", true)); }\n";
        let found = of("tests/it.rs", text);
        let expected = [
            ("pad", vec![json!("a\né"), json!("c"), json!(31), json!(2.5)]),
            ("h", vec![json!(1)]),
            ("is", vec![json!("x"), json!(true)]),
            ("parse", vec![json!("1.2"), json!(-3)]),
        ];
        let expected = expected.map(|(name, arguments)| (name.to_owned(), arguments));
        assert_eq!(found.calls, expected);
        assert!(found.loose.contains(&json!("1.2")));
    }

    #[test]
    fn python_has_examples_in_its_documentation() {
        let text = "def f(x):\n    '''Doc.\n\n    >>> f('a', 3)\n    'aaa'\n    '''\n    return g(r'\\d', \"\"\"x\"\"\")\n";
        let found = of("lib/__init__.py", text);
        let expected = [("g", vec![json!("\\d"), json!("x")]), ("f", vec![json!("a"), json!(3)])];
        assert_eq!(found.calls, expected.map(|(name, arguments)| (name.to_owned(), arguments)));
    }

    #[test]
    fn odd_literals_are_no_trouble() {
        for text in ["\"", "'", "r#\"", "0x", "0b2", "1e", "b''", "\"\\x", "\"\\u{", "é'", "'''"] {
            let _ = value_of(text);
        }
        assert_eq!(value_of("1_000u32"), Some(json!(1000)));
        assert_eq!(value_of("r#\"a\"b\"#"), Some(json!("a\"b")));
    }
}
