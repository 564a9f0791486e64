//! A file without what tells its rules in words: comments, documentation, and tests.

use crate::rust::mutants::is_left_out;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::ops::Range;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItem, Item};

/// What is left of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plain {
    pub(super) text: String,
    /// Modules of tests that stand in files of their own, by name.
    pub(super) test_modules: Vec<String>,
}

/// A file without comments, documentation and tests; nothing, if it is no Rust. What names an owner or a licence stays.
pub(super) fn plain(text: &str) -> Option<Plain> {
    let tokens: TokenStream = text.parse().ok().filter(|_| !text.starts_with('\u{feff}'))?;
    let file = syn::parse2::<syn::File>(tokens.clone()).ok()?;
    let mut tests = Tests::default();
    tests.visit_file(&file);
    let mut reader = Reader { text, end: 0, edits: vec![] };
    reader.stream(tokens);
    reader.gap(text.len());
    let mut edits = reader.edits;
    edits.retain(|(range, _)| !tests.spans.iter().any(|span| contains(span, range)));
    edits.extend(tests.spans.into_iter().map(|span| (span, "")));
    edits.sort_by_key(|(range, _)| range.start);
    Some(Plain { text: edited(text, &edits), test_modules: tests.modules })
}

fn contains(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// Makes the edits. Lines of which nothing is left go with their ends.
fn edited(text: &str, edits: &[(Range<usize>, &str)]) -> String {
    const MARK: char = '\0';
    let mut marked = String::with_capacity(text.len());
    let mut at = 0;
    for (range, with) in edits.iter().filter(|(range, _)| text.get(range.clone()).is_some()) {
        marked.push_str(text.get(at..range.start).unwrap_or_default());
        if with.is_empty() {
            marked.push(MARK);
        }
        marked.push_str(with);
        at = range.end.max(at);
    }
    marked.push_str(text.get(at..).unwrap_or_default());
    let mut lines: Vec<String> = Vec::new();
    for line in marked.lines() {
        let is_marked = line.contains(MARK);
        let kept = if is_marked { line.replace(MARK, "").trim_end().to_owned() } else { line.to_owned() };
        let is_second_blank = kept.is_empty() && lines.last().is_none_or(String::is_empty);
        if !(kept.trim().is_empty() && is_marked || is_second_blank) {
            lines.push(kept);
        }
    }
    lines.join("\n").trim_end().to_owned() + "\n"
}

/// Where tests stand.
#[derive(Default)]
struct Tests {
    spans: Vec<Range<usize>>,
    modules: Vec<String>,
}

impl<'ast> Visit<'ast> for Tests {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_left_out(attributes(item)) {
            return visit::visit_item(self, item);
        }
        self.spans.push(item.span().byte_range());
        if let Item::Mod(module) = item
            && module.content.is_none()
        {
            self.modules.push(module.ident.to_string());
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        match item {
            ImplItem::Fn(function) if is_left_out(&function.attrs) => {
                self.spans.push(item.span().byte_range());
            }
            _ => visit::visit_impl_item(self, item),
        }
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Reads the tokens of a file, and what stands between them.
struct Reader<'t> {
    text: &'t str,
    /// Behind the last token.
    end: usize,
    /// What is put in place of what.
    edits: Vec<(Range<usize>, &'static str)>,
}

impl Reader<'_> {
    fn stream(&mut self, stream: TokenStream) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            if let Some(n_tokens) = documentation(&tokens[at..]) {
                let start = tokens[at].span().byte_range().start;
                let end = tokens[at + n_tokens - 1].span().byte_range().end;
                self.gap(start);
                self.edits.push((start..end, ""));
                self.end = self.end.max(end);
                at += n_tokens;
            } else {
                self.token(&tokens[at]);
                at += 1;
            }
        }
    }

    fn token(&mut self, token: &TokenTree) {
        let range = token.span().byte_range();
        self.gap(range.start);
        match token {
            TokenTree::Group(group) if group.delimiter() != Delimiter::None => {
                self.end = group.span_open().byte_range().end;
                self.stream(group.stream());
                self.gap(group.span_close().byte_range().start);
            }
            TokenTree::Group(group) => self.stream(group.stream()),
            // Nothing is documented any more: what asks for it asks for something that always holds.
            TokenTree::Ident(name) if name == "missing_docs" => {
                self.edits.push((range.clone(), "rustdoc::broken_intra_doc_links"));
            }
            _ => {}
        }
        self.end = self.end.max(range.end);
    }

    /// What stands before the next token, which starts here: comments.
    fn gap(&mut self, next: usize) {
        let between = self.text.get(self.end..next).unwrap_or_default();
        let comments = between.trim();
        let is_kept = ["Copyright", "copyright", "SPDX-"].iter().any(|sign| comments.contains(sign));
        if !comments.is_empty() && !is_kept {
            let start = self.end + (between.len() - between.trim_start().len());
            self.edits.push((start..start + comments.len(), ""));
        }
    }
}

/// How many tokens at the start are documentation: `#`, perhaps `!`, and `[doc = …]`.
fn documentation(tokens: &[TokenTree]) -> Option<usize> {
    let is = |token: Option<&TokenTree>, sign: char| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign);
    if !is(tokens.first(), '#') {
        return None;
    }
    let n_before = if is(tokens.get(1), '!') { 2 } else { 1 };
    let Some(TokenTree::Group(group)) = tokens.get(n_before) else { return None };
    let inner: Vec<TokenTree> = group.stream().into_iter().take(2).collect();
    let is_doc = matches!(inner.first(), Some(TokenTree::Ident(name)) if name == "doc");
    (is_doc && is(inner.get(1), '=')).then_some(n_before + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_tests_go_and_code_stays_as_it_is_written() {
        let text = "// Copyright of somebody.\n#![deny(missing_docs)]\n//! What it is.\n\n/// One.\n#[inline] // now\n\
            pub fn one() -> u32 {\n    /* the\n       first */ 1 // 1\n}\n\n#[cfg(test)]\nmod tests;\n\n#[test]\nfn t() {\n    // x\n}\n\
            #[doc = \"Two\"]\n#[doc(hidden)]\npub fn two() -> &'static str {\n    \"// no comment\"\n}\n";
        let found = plain(text).unwrap();
        assert_eq!(
            found.text,
            "// Copyright of somebody.\n#![deny(rustdoc::broken_intra_doc_links)]\n\n#[inline]\npub fn one() -> u32 {\n     1\n}\n\n\
             #[doc(hidden)]\npub fn two() -> &'static str {\n    \"// no comment\"\n}\n"
        );
        assert_eq!(found.test_modules, ["tests"]);
        assert_eq!(plain("fn f( {"), None);
    }
}
