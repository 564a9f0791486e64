//! What stands before or within an item as its documentation.

use crate::SourceTree;
use ghostlib_model::Place;

/// The documentation of the item at a place, as its author marked it up; empty, if it has none.
pub fn documentation(tree: &SourceTree, place: &Place) -> String {
    let file = tree.find(&place.file).map(|at| &tree.files[at]);
    let documented = file.and_then(|file| Some((file.text.as_str(), file.language()?)));
    documented.map_or_else(String::new, |(text, language)| language.documentation(text, place.span))
}

/// The documentation comments right above an item in Rust; attributes may stand between them and it.
pub(crate) fn comments_above(text: &str, start: usize) -> String {
    let mut lines: Vec<&str> = Vec::new();
    let (mut is_in_attribute, mut is_in_block) = (false, false);
    for line in
        text.get(..start).unwrap_or_default().lines().rev().map(str::trim).skip_while(|line| line.is_empty())
    {
        if is_in_block {
            is_in_block = !line.starts_with("/**");
            lines.push(line.trim_start_matches("/**").trim_start_matches('*'));
        } else if line.ends_with("*/") && !line.starts_with("/*!") {
            is_in_block = !line.starts_with("/**");
            lines.push(line.trim_end_matches("*/").trim_start_matches("/**").trim_start_matches('*'));
        } else if let Some(comment) = line.strip_prefix("///") {
            lines.push(comment);
        } else if line.starts_with("#[") {
            is_in_attribute = false;
        } else if line.ends_with(']') || is_in_attribute {
            // An attribute over several lines is read from its end.
            is_in_attribute = true;
        } else if !line.starts_with("//") || line.starts_with("//!") {
            break;
        }
    }
    lines.reverse();
    let unindented: Vec<&str> = lines.iter().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    unindented.join("\n")
}

/// The text that a body in Python begins with, without its indentation.
pub(crate) fn text_within(text: &str, end_of_head: usize) -> String {
    let body = text.get(end_of_head..).unwrap_or_default().trim_start();
    let quoted = body.trim_start_matches(['r', 'R', 'u', 'U']);
    let Some(quote) = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| quoted.starts_with(quote)) else {
        return String::new();
    };
    let inside = &quoted[quote.len()..];
    let inside = inside.find(quote).map_or("", |end| &inside[..end]);
    let indentation = |line: &&str| line.len() - line.trim_start().len();
    let further = inside.lines().skip(1).filter(|line| !line.trim().is_empty());
    let margin = further.map(|line| indentation(&line)).min().unwrap_or(0);
    let lines = inside.lines().enumerate();
    let lines =
        lines.map(|(at, line)| if at == 0 { line.trim_start() } else { line.get(margin..).unwrap_or("") });
    lines.collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use crate::{FeatureSet, LANGUAGES, SourceFile, SourceTree, documentation};

    fn of(files: &[(&str, &str)], path: &str) -> String {
        let files = files.iter().map(|(path, text)| SourceFile::new(*path, *text)).collect();
        let tree = SourceTree { files };
        let language = LANGUAGES.into_iter().find(|language| language.recognises(&tree)).unwrap();
        let api = language.extract(&tree, &FeatureSet::Default).unwrap();
        let item = api.items.iter().find(|item| item.path == path).unwrap();
        documentation(&tree, &item.place)
    }

    #[test]
    fn comments_of_rust_are_read_past_attributes() {
        let library = "/// Not its own.\nuse x::y;\n\n/// Adds.\n///\n/// # Errors\n/// If it is full.\n#[cfg(all(\n    unix,\n    test\n))]\n// plain\n#[must_use]\npub fn add() {}\n\n/**\n * In a block.\n */\npub struct B;\npub struct C;\n";
        let files =
            [("Cargo.toml", "[package]\nname = \"a\"\nversion = \"1.0.0\"\n"), ("src/lib.rs", library)];
        let without_cfg =
            library.replace("#[cfg(all(\n    unix,\n    test\n))]\n", "#[doc(alias(\n    \"x\"\n))]\n");
        let files = [files[0], ("src/lib.rs", without_cfg.as_str())];
        assert_eq!(of(&files, "add"), "Adds.\n\n# Errors\nIf it is full.");
        assert_eq!(of(&files, "B").trim(), "In a block.");
        assert_eq!(of(&files, "C"), "");
    }

    #[test]
    fn texts_of_python_lose_their_indentation() {
        let module = "def f(x):\n    \"\"\"Adds.\n\n    Raises:\n        ValueError: If it is full.\n    \"\"\"\n    return x\n\ndef g():\n    return 1\n";
        let files = [("pyproject.toml", "[project]\nname = \"a\"\n"), ("a/__init__.py", module)];
        assert_eq!(of(&files, "f"), "Adds.\n\nRaises:\n    ValueError: If it is full.");
        assert_eq!(of(&files, "g"), "");
    }
}
