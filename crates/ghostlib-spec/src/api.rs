//! API blocks, and a cheap look at what they declare.

use crate::markdown::Fence;
use crate::spec::ApiBlock;
use crate::text::Text;
use std::collections::BTreeSet;

/// The word that makes a fenced block an API block.
pub(crate) const API: &str = "api";

/// The API blocks among the fences.
pub(crate) fn read(text: &Text, fences: &[Fence]) -> Vec<ApiBlock> {
    let read = |fence: &Fence| {
        let [language, kind] = fence.words.as_slice() else { return None };
        (kind == API).then(|| ApiBlock {
            language: language.clone(),
            code: fence.code.as_str().to_owned(),
            place: text.place(fence.code_span()),
        })
    };
    fences.iter().filter_map(read).collect()
}

/// The names that API blocks declare, as far as a look at their words shows.
#[derive(Debug, Default)]
pub(crate) struct Declared<'a> {
    functions: BTreeSet<&'a str>,
    words: BTreeSet<&'a str>,
}

impl<'a> Declared<'a> {
    pub(crate) fn by(blocks: &'a [ApiBlock]) -> Self {
        let mut declared = Self::default();
        for block in blocks {
            let mut previous = "";
            for word in block.code.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
                if matches!(previous, "fn" | "def" | "func" | "function") {
                    declared.functions.insert(word);
                }
                declared.words.insert(word);
                previous = word;
            }
        }
        declared
    }

    /// Whether `name`, `Type::name` or `Type.name` is a function here.
    pub(crate) fn has(&self, operation: &str) -> bool {
        let parts: Vec<&str> = operation.split("::").flat_map(|part| part.split('.')).collect();
        let Some((name, types)) = parts.split_last() else { return false };
        self.functions.contains(name) && types.iter().all(|part| self.words.contains(part))
    }

    /// The names of the functions.
    pub(crate) fn functions(&self) -> impl Iterator<Item = &'a str> {
        self.functions.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_model::Place;

    #[test]
    fn functions_and_methods_are_found_by_their_names() {
        let code = "pub fn split(s: &str) -> Vec<String>;\nimpl Table { pub fn new() -> Self; }\n";
        let place = Place::start_of("SPEC.md");
        let blocks = [ApiBlock { language: "rust".into(), code: code.into(), place }];
        let declared = Declared::by(&blocks);
        for operation in ["split", "Table::new", "Table.new", "new"] {
            assert!(declared.has(operation), "{operation}");
        }
        for operation in ["join", "Chair::new", "Table", "", "Table::"] {
            assert!(!declared.has(operation), "{operation}");
        }
    }
}
