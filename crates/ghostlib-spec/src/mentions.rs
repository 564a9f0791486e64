//! The files that a document of another format names without saying what they are to it.

use crate::front_matter::stays_inside;
use crate::markdown::Markdown;
use crate::text::Text;

/// Names of Markdown files that accompany a spec and say nothing that binds.
const COMPANIONS: [&str; 10] = [
    "readme",
    "changelog",
    "contributing",
    "license",
    "install",
    "security",
    "code_of_conduct",
    "history",
    "authors",
    "news",
];

/// Words in the names of files that hold test cases.
const VECTOR_WORDS: [&str; 6] = ["test", "vector", "case", "fixture", "conformance", "golden"];

/// The Markdown files that a document links to.
pub(crate) fn parts(markdown: &Markdown) -> Vec<String> {
    let mut names = Vec::new();
    for link in &markdown.links {
        let target = link.target.split(['#', '?']).next().unwrap_or_default();
        let name = target.strip_prefix("./").unwrap_or(target);
        let ending = name.len().checked_sub(3).and_then(|start| name.get(start..));
        let is_markdown = ending.is_some_and(|ending| ending.eq_ignore_ascii_case(".md")) && name.len() > 3;
        if is_markdown
            && stays_inside(name)
            && !is_companion(name)
            && !names.iter().any(|known| known == name)
        {
            names.push(name.to_owned());
        }
    }
    names
}

/// Whether a Markdown file accompanies a spec rather than being part of it.
pub(crate) fn is_companion(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default().to_lowercase();
    COMPANIONS.iter().any(|companion| name.starts_with(companion))
}

/// The YAML files of tests, cases or vectors that a document links to or names in code.
pub(crate) fn vector_files(text: &Text, markdown: &Markdown) -> Vec<String> {
    if ![".yaml", ".yml"].iter().any(|ending| text.as_str().contains(ending)) {
        return Vec::new();
    }
    let in_code = markdown.proses().flat_map(|prose| prose.code_spans.iter());
    let in_code = in_code.map(|span| text.slice(*span).trim_matches('`').trim());
    let in_links = markdown.links.iter().map(|link| link.target.as_str());
    let in_words =
        markdown.proses().flat_map(|prose| prose.words.split(|c: char| c.is_whitespace() || c == '('));
    let in_words = in_words.map(|word| word.trim_matches(['.', ',', ')', ':', ';']));
    let mut names: Vec<String> = Vec::new();
    for name in in_code.chain(in_links).chain(in_words) {
        let name = name.strip_prefix("./").unwrap_or(name);
        let Some((stem, "yaml" | "yml")) = name.rsplit_once('.') else { continue };
        let stem = stem.to_lowercase();
        let is_vectors =
            VECTOR_WORDS.iter().any(|word| stem.contains(word)) && !stem.contains(['*', '{', '<', ' ']);
        if is_vectors && stays_inside(name) && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown;

    #[test]
    fn files_are_known_by_their_names() {
        let document = "See [a](./a.md#x), [b](../b.md), [r](README.md), `tests.yaml`, config.yaml and cases/x.yml, [u](vectors.yam−l).\n";
        let text = Text::new("SPEC.md", document);
        let markdown = markdown::read(&text, 0);
        assert_eq!(parts(&markdown), ["a.md"]);
        assert_eq!(vector_files(&text, &markdown), ["tests.yaml", "cases/x.yml"]);
    }
}
