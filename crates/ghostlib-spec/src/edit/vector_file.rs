use super::scalar::scalar;
use super::{insert, newline};
use crate::front_matter;
use crate::yaml::{self, Kind, Node};

/// Adds a name to `vectors:` of the front matter, which is made where it is missing. A name that is there
/// already, and front matter that is not YAML, leave the document as it is.
pub fn add_vector_file(document: &str, name: &str) -> String {
    let division = front_matter::divide(document);
    let newline = newline(document);
    let Some(range) = division.yaml else {
        if division.is_unclosed {
            return document.to_owned();
        }
        let front_matter = ["---", "vectors:", &format!("  - {}", scalar(name)), "---", ""].join(newline);
        return insert(document, division.body, &front_matter);
    };
    let yaml = &document[range.clone()];
    let Ok(root) = yaml::parse(yaml) else { return document.to_owned() };
    let edited = match root.get("vectors") {
        Some(node) if names(node).any(|known| known == name) => return document.to_owned(),
        Some(node) => add_to(yaml, node, name, newline),
        None => add_key(yaml, &root, name, newline),
    };
    [&document[..range.start], &edited, &document[range.end..]].concat()
}

fn names(node: &Node) -> impl Iterator<Item = &str> {
    let items = node.as_list().unwrap_or(std::slice::from_ref(node));
    items.iter().filter_map(|item| match &item.kind {
        Kind::Text(text) => Some(text.strip_prefix("./").unwrap_or(text)),
        _ => None,
    })
}

fn add_key(yaml: &str, root: &Node, name: &str, newline: &str) -> String {
    let name = scalar(name);
    if yaml[root.span.start..].starts_with('{') {
        return insert(yaml, root.span.start + 1, &format!("vectors: [{name}], "));
    }
    format!("{yaml}vectors:{newline}  - {name}{newline}")
}

fn add_to(yaml: &str, node: &Node, name: &str, newline: &str) -> String {
    let name = scalar(name);
    let is_flow = yaml[node.span.start..].starts_with('[');
    match &node.kind {
        Kind::List(items) => match items.last() {
            Some(last) if is_flow => insert(yaml, last.span.end, &format!(", {name}")),
            Some(last) => add_item(yaml, last, &name, newline),
            None => insert(yaml, node.span.start + 1, &name),
        },
        // Nothing behind the colon stands at the colon.
        Kind::Null if yaml[node.span.start..].starts_with(':') => {
            insert(yaml, node.span.start + 1, &format!(" [{name}]"))
        }
        Kind::Null => replace(yaml, node, &format!("[{name}]")),
        _ => replace(yaml, node, &format!("[{}, {name}]", &yaml[node.span.start..node.span.end])),
    }
}

/// Adds an item below the last one of a block list.
fn add_item(yaml: &str, last: &Node, name: &str, newline: &str) -> String {
    let line_start = yaml[..last.span.start].rfind('\n').map_or(0, |at| at + 1);
    let indent_len = yaml[line_start..].len() - yaml[line_start..].trim_start_matches(' ').len();
    let indent = &yaml[line_start..line_start + indent_len];
    let line_end = yaml[last.span.end..].find('\n').map_or(yaml.len(), |at| last.span.end + at + 1);
    insert(yaml, line_end, &format!("{indent}- {name}{newline}"))
}

fn replace(yaml: &str, node: &Node, with: &str) -> String {
    [&yaml[..node.span.start], with, &yaml[node.span.end..]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dialect, Options, SourceFile, file_names};

    #[test]
    fn a_name_is_added_in_every_form_of_front_matter() {
        let cases = [
            ("text\n", "---\nvectors:\n  - b.yaml\n---\ntext\n"),
            ("---\n---\n", "---\nvectors:\n  - b.yaml\n---\n"),
            ("---\nname: x\n---\n", "---\nname: x\nvectors:\n  - b.yaml\n---\n"),
            ("---\nvectors: a.yaml\nname: x\n---\n", "---\nvectors: [a.yaml, b.yaml]\nname: x\n---\n"),
            ("---\nvectors: [a.yaml] # c\n---\n", "---\nvectors: [a.yaml, b.yaml] # c\n---\n"),
            ("---\nvectors: []\n---\n", "---\nvectors: [b.yaml]\n---\n"),
            ("---\nvectors:\nname: x\n---\n", "---\nvectors: [b.yaml]\nname: x\n---\n"),
            ("---\nvectors: ~\n---\n", "---\nvectors: [b.yaml]\n---\n"),
            (
                "---\nvectors:\n- a.yaml # c\nname: x\n---\n",
                "---\nvectors:\n- a.yaml # c\n- b.yaml\nname: x\n---\n",
            ),
            (
                "---\r\nvectors:\r\n  - \"a.yaml\"\r\n---\r\n",
                "---\r\nvectors:\r\n  - \"a.yaml\"\r\n  - b.yaml\r\n---\r\n",
            ),
            ("---\n{name: x}\n---\n", "---\n{vectors: [b.yaml], name: x}\n---\n"),
        ];
        for (before, after) in cases {
            let edited = add_vector_file(before, "b.yaml");
            assert_eq!(edited, after);
            assert_eq!(add_vector_file(&edited, "b.yaml"), after, "is not idempotent");
            let options = Options { dialect: Some(Dialect::Native), ..Options::default() };
            let names = file_names(&SourceFile::new("SPEC.md", edited), &options).vectors;
            assert_eq!(names.last().map(String::as_str), Some("b.yaml"));
        }
    }

    #[test]
    fn front_matter_that_cannot_be_read_is_left_alone() {
        for document in ["---\nname: [\n---\n", "---\nname: x\n"] {
            assert_eq!(add_vector_file(document, "b.yaml"), document);
        }
    }
}
