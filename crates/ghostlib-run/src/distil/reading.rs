//! Documentation as sentences: of which part of it, and free of markup.

use ghostlib_spec::sentences;

/// What a part of a documentation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// What it does.
    Body,
    /// What it returns.
    Returns,
    /// When it fails.
    Errors,
    /// When it panics.
    Panics,
    /// Examples, advice and parameters, of which nothing is taken.
    Skipped,
}

/// One sentence, or an item of a list that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sentence {
    pub(super) part: Part,
    /// The class that a documentation of errors names before it.
    pub(super) class: Option<String>,
    pub(super) text: String,
    /// Whether it is the first of all.
    pub(super) is_first: bool,
}

/// The sentences of a documentation in Markdown, or in one of the forms that are usual in Python.
pub(super) fn read(documentation: &str) -> Vec<Sentence> {
    let mut found: Vec<Sentence> = Vec::new();
    for (part, block) in blocks(documentation) {
        if part == Part::Skipped {
            continue;
        }
        let block = without_markup(&block);
        let (class, prose) =
            match class_before(&block).filter(|_| matches!(part, Part::Errors | Part::Returns)) {
                Some((class, prose)) => (Some(class), prose),
                None => (None, block.as_str()),
            };
        for range in sentences(prose) {
            let text = prose[range].trim().to_owned();
            let is_first = found.is_empty();
            found.push(Sentence { part, class: class.clone(), text, is_first });
        }
    }
    found
}

/// Paragraphs and items of lists, each on one line, with the part that they are in.
fn blocks(documentation: &str) -> Vec<(Part, String)> {
    let mut blocks: Vec<(Part, String)> = Vec::new();
    let mut part = Part::Body;
    let (mut is_code, mut is_open) = (false, false);
    let lines: Vec<&str> = documentation.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let text = line.trim();
        let is_underline = |line: &str| line.len() > 2 && line.chars().all(|c| matches!(c, '-' | '=' | '~'));
        if text.starts_with("```") || text.starts_with("~~~") {
            is_code = !is_code;
            is_open = false;
        } else if is_code || is_underline(text) || is_no_prose(text) {
            is_open = false;
        } else if let Some(title) =
            title(line, lines.get(at + 1).is_some_and(|next| is_underline(next.trim())))
        {
            part = part_of(title);
            is_open = false;
        } else if let Some((field, rest)) = field(text) {
            part = field;
            blocks.push((part, rest.to_owned()));
            is_open = true;
        } else {
            let item = item(text);
            let is_entry = matches!(part, Part::Errors | Part::Returns) && class_before(text).is_some();
            if let (None, false, true, Some((_, block))) = (item, is_entry, is_open, blocks.last_mut()) {
                block.push(' ');
                block.push_str(text);
            } else {
                blocks.push((part, item.unwrap_or(text).to_owned()));
            }
            is_open = true;
        }
    }
    blocks
}

/// Lines of code, tables, links and HTML; and empty ones.
fn is_no_prose(text: &str) -> bool {
    let is_link = text.starts_with('[') && text.contains("]: ");
    let starts = [">>>", "... ", "|", "<", "![", "{"];
    text.is_empty() || is_link || starts.iter().any(|start| text.starts_with(start))
}

/// The title of a part: a heading, a line that is underlined, or a word with a colon at the margin.
fn title(line: &str, is_underlined: bool) -> Option<&str> {
    let text = line.trim();
    if text.starts_with('#') {
        return Some(text.trim_start_matches('#').trim());
    }
    let word = text
        .strip_suffix(':')
        .filter(|word| !word.contains(' ') && *word == line.trim_end().trim_end_matches(':'));
    word.or_else(|| is_underlined.then_some(text))
}

fn part_of(title: &str) -> Part {
    const SKIPPED: [&str; 24] = [
        "example",
        "usage",
        "safety",
        "note",
        "warning",
        "see",
        "argument",
        "args",
        "param",
        "performance",
        "complex",
        "licen",
        "feature",
        "attribute",
        "yield",
        "tip",
        "todo",
        "stability",
        "platform",
        "alloc",
        "implement",
        "history",
        "why",
        "version",
    ];
    let title = title.to_lowercase();
    let is = |words: &[&str]| words.iter().any(|word| title.contains(word));
    match () {
        () if is(&["error", "raise", "failure"]) => Part::Errors,
        () if is(&["panic"]) => Part::Panics,
        () if is(&["return"]) => Part::Returns,
        () if is(&SKIPPED) => Part::Skipped,
        () => Part::Body,
    }
}

/// `:raises ValueError: if it is full`
fn field(text: &str) -> Option<(Part, &str)> {
    let (name, rest) = text.strip_prefix(':')?.split_once(':')?;
    let mut words = name.split(' ');
    Some(match words.next()? {
        "raises" | "raise" => (Part::Errors, text.strip_prefix(':')?.split_once(' ')?.1),
        "return" | "returns" => (Part::Returns, rest.trim()),
        _ => (Part::Skipped, rest),
    })
}

fn item(text: &str) -> Option<&str> {
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = (digits.len() < text.len()).then(|| digits.strip_prefix(". ")).flatten();
    ["- ", "* ", "+ "].iter().find_map(|marker| text.strip_prefix(marker)).or(numbered)
}

/// `ValueError: If it is full` names a class before what it says.
fn class_before(text: &str) -> Option<(String, &str)> {
    let (class, rest) = text.split_once(':').filter(|(_, rest)| rest.starts_with(' '))?;
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']' | ',' | '|' | ' ');
    let is_class = class.chars().all(is_name) && class.split(' ').count() < 4 && !class.is_empty();
    is_class.then(|| (class.trim().to_owned(), rest.trim()))
}

/// The text without links, bold type and character references; code spans stay.
fn without_markup(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        let Some(len) = rest[at..].find(']') else { break };
        plain.push_str(&rest[..at]);
        plain.push_str(&rest[at + 1..at + len]);
        rest = &rest[at + len + 1..];
        for (open, close) in [('(', ')'), ('[', ']')] {
            let target = rest.strip_prefix(open).and_then(|inside| inside.find(close));
            rest = target.map_or(rest, |end| &rest[end + 2..]);
        }
    }
    plain.push_str(rest);
    let references =
        [("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("&ensp;", " "), ("&nbsp;", " "), ("&mdash;", "—")];
    let plain = references.iter().fold(plain.replace("**", ""), |text, (from, to)| text.replace(from, to));
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(documentation: &str) -> Vec<(Part, String)> {
        read(documentation).into_iter().map(|one| (one.part, one.text)).collect()
    }

    #[test]
    fn parts_of_markdown_are_told_apart_and_code_is_no_prose() {
        let text = "Splits [`Text`](x) in\ntwo. It keeps order.\n\n```\nf(1).\n```\n# Errors\n- If it is **empty**.\n- If\n  it is full.\n\n# Examples\nLook.\n# Panics\nNever.";
        let of = |part, text: &str| (part, text.to_owned());
        let expected = [
            of(Part::Body, "Splits `Text` in two."),
            of(Part::Body, "It keeps order."),
            of(Part::Errors, "If it is empty."),
            of(Part::Errors, "If it is full."),
            of(Part::Panics, "Never."),
        ];
        assert_eq!(told(text), expected);
    }

    #[test]
    fn the_forms_of_python_are_read() {
        let google = "Adds.\n\n>>> f(1)\n1\n\nArgs:\n    x: A number.\nReturns:\n    str: The sum.\n\nRaises:\n    ValueError: If x is\n        negative.\n";
        let found = read(google);
        assert_eq!(found[2].class.as_deref(), Some("str"), "{found:?}");
        assert_eq!(found[3].class.as_deref(), Some("ValueError"));
        assert_eq!((found[3].part, found[3].text.as_str()), (Part::Errors, "If x is negative."));
        let numpy = "Adds.\n\nReturns\n-------\nThe sum.\n";
        assert_eq!(told(numpy)[1], (Part::Returns, "The sum.".into()));
        let fields = read("Adds.\n:param x: a number\n:raises KeyError: if x is gone\n");
        assert_eq!(fields[1].class.as_deref(), Some("KeyError"));
        assert_eq!(fields[1].text, "if x is gone");
    }
}
