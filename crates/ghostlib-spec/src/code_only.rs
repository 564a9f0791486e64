//! A document's code, alone.

use crate::source::SourceFile;
use crate::text::Text;
use crate::{api, bindings, front_matter, markdown, vectors};
use ghostlib_model::Span;

/// The document with spaces in place of all but the insides of its code blocks, so that what is found in them
/// keeps its place. API blocks, vectors and bindings are blank too.
pub fn code_only(file: &SourceFile) -> String {
    const OWN: [&str; 3] = [api::API, vectors::VECTORS, bindings::BINDINGS];
    let (document, _) = file.decode();
    let text = Text::new(&file.path, &document);
    let markdown = markdown::read(&text, front_matter::divide(&document).body);
    let blank = |byte| if byte == b'\n' { b'\n' } else { b' ' };
    let mut code: Vec<u8> = document.bytes().map(blank).collect();
    let is_own = |words: &[String]| words.len() > 1 && OWN.contains(&words[1].as_str());
    for fence in markdown.fences.iter().filter(|fence| !is_own(&fence.words)) {
        for Span { start, end } in fence.code.pieces_in_document() {
            code[start..end].copy_from_slice(&document.as_bytes()[start..end]);
        }
    }
    // Pieces start and end where characters do.
    String::from_utf8(code).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_keeps_its_place() {
        let document =
            "Größe `x`\n\n> ```rust\n> let ö = 1;\n> y\n> ```\n\n```rust api\nfn f();\n```\n\n    indented\n";
        let code = code_only(&SourceFile::new("SPEC.md", document));
        assert_eq!(code.len(), document.len());
        assert_eq!(code.split_whitespace().collect::<Vec<_>>(), ["let", "ö", "=", "1;", "y", "indented"]);
        assert_eq!(code.find("let"), document.find("let"));
        assert_eq!(code.find("indented"), document.find("indented"));
        assert_eq!(code.lines().count(), document.lines().count());
    }
}
