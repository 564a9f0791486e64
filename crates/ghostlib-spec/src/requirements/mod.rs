//! From blocks of prose to requirements.

mod keyword;
mod marker;
mod sentence;

use crate::code::Code;
use crate::markdown::{Block, Prose};
use crate::text::{Text, on_one_line};
use ghostlib_model::{Diagnostic, Level, LevelSource, Requirement, RequirementId, Sha256Hex, Span};
use marker::{Marker, Part};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Reads the requirements of a document, in their order.
pub(crate) fn read(text: &Text, blocks: &[Block], diagnostics: &mut Vec<Diagnostic>) -> Vec<Requirement> {
    let mut reader =
        Reader { text, diagnostics, pending: None, lists: 0, list: None, statements: Vec::new() };
    for block in blocks {
        reader.step(block);
    }
    reader.drop_pending();
    let statements = reader.statements;
    identify(text, statements, diagnostics)
}

/// A requirement whose id may have to be made.
struct Statement {
    marker: Option<Marker>,
    level: Option<Level>,
    text: String,
    span: Span,
    section: Rc<[String]>,
}

/// The list that a written id names.
struct NamedList {
    /// How many lists were open around it.
    depth: usize,
    statement: Statement,
}

struct Reader<'a> {
    text: &'a Text<'a>,
    diagnostics: &'a mut Vec<Diagnostic>,
    /// A written id that waits for what it names.
    pending: Option<Marker>,
    /// How many lists are open.
    lists: usize,
    list: Option<NamedList>,
    statements: Vec<Statement>,
}

impl Reader<'_> {
    fn step(&mut self, block: &Block) {
        match block {
            Block::Prose(prose) => self.prose(prose),
            Block::ListStart => self.start_list(),
            Block::ListEnd => self.end_list(),
            Block::ItemEnd | Block::Other => self.drop_pending(),
        }
    }

    fn prose(&mut self, prose: &Prose) {
        for part in marker::parts(self.text, prose, self.diagnostics) {
            if part.marker.is_some() {
                self.drop_pending();
                self.pending.clone_from(&part.marker);
            }
            if prose.words.as_str()[part.words.clone()].trim().is_empty() {
                continue;
            }
            match self.pending.take() {
                Some(marker) => self.whole(prose, &part, Some(marker)),
                None if self.list.is_some() => self.add_to_list(prose, &part),
                None if prose.starts_item => self.whole(prose, &part, None),
                None => self.sentences(prose, &part),
            }
        }
    }

    /// The part as one statement. Without a written id it needs a keyword.
    fn whole(&mut self, prose: &Prose, part: &Part, marker: Option<Marker>) {
        let words = &prose.words.as_str()[part.words.clone()];
        let level = keyword::level(words);
        if marker.is_some() || (level.is_some() && !keyword::is_boilerplate(words)) {
            self.state(prose, part.span, level, marker);
        }
    }

    fn sentences(&mut self, prose: &Prose, part: &Part) {
        let words = &prose.words.as_str()[part.words.clone()];
        let mut start = part.span.start;
        for sentence in sentence::split(words) {
            let is_last = sentence.end >= words.len();
            let end = if is_last {
                part.span.end
            } else {
                prose.words.in_document(part.words.start + sentence.end)
            };
            let level = keyword::level(&words[sentence.clone()]);
            if level.is_some() && !keyword::is_boilerplate(&words[sentence]) {
                self.state(prose, Span::new(start, end), level, None);
            }
            start = end;
        }
    }

    fn state(&mut self, prose: &Prose, span: Span, level: Option<Level>, marker: Option<Marker>) {
        let span = self.text.trimmed(span);
        let text = on_one_line(self.text.slice(span));
        self.statements.push(Statement { marker, level, text, span, section: Rc::clone(&prose.section) });
    }

    fn start_list(&mut self) {
        if let Some(marker) = self.pending.take() {
            if self.list.is_some() {
                self.dangling(&marker);
            } else {
                let span = marker.span;
                let section = Rc::default();
                let statement =
                    Statement { marker: Some(marker), level: None, text: String::new(), span, section };
                self.list = Some(NamedList { depth: self.lists, statement });
            }
        }
        self.lists += 1;
    }

    fn end_list(&mut self) {
        self.drop_pending();
        self.lists = self.lists.saturating_sub(1);
        let Some(list) = self.list.take_if(|list| list.depth == self.lists) else { return };
        match list.statement.marker {
            Some(marker) if list.statement.text.is_empty() => self.dangling(&marker),
            _ => self.statements.push(list.statement),
        }
    }

    fn add_to_list(&mut self, prose: &Prose, part: &Part) {
        let span = self.text.trimmed(part.span);
        let Some(NamedList { statement, .. }) = &mut self.list else { return };
        if statement.text.is_empty() {
            statement.span = span;
            statement.section = Rc::clone(&prose.section);
        } else {
            statement.text.push(' ');
        }
        statement.span.end = span.end;
        statement.text.push_str(&on_one_line(self.text.slice(span)));
        let level = keyword::level(&prose.words.as_str()[part.words.clone()]);
        statement.level = keyword::stronger(statement.level, level);
    }

    fn drop_pending(&mut self) {
        if let Some(marker) = self.pending.take() {
            self.dangling(&marker);
        }
    }

    fn dangling(&mut self, marker: &Marker) {
        let message = format!("the requirement id `{}` names nothing", marker.id);
        let draft = Code::RequirementIdDangling.at(self.text.place(marker.span), message);
        self.diagnostics.push(draft.help("put it on the line before a paragraph or a list").into());
    }
}

/// Gives every statement its id.
fn identify(text: &Text, statements: Vec<Statement>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Requirement> {
    let mut written: BTreeMap<String, Span> = BTreeMap::new();
    for marker in statements.iter().filter_map(|statement| statement.marker.as_ref()) {
        if let Some(first) = written.get(&marker.id) {
            let message = format!("the id `{}` is already that of {}", marker.id, text.place(*first));
            let draft = Code::RequirementIdDuplicate.at(text.place(marker.span), message);
            diagnostics.push(draft.help("give one of the two another id").into());
        } else {
            written.insert(marker.id.clone(), marker.span);
        }
    }
    let mut counts = BTreeMap::new();
    let mut taken: BTreeSet<String> = written.into_keys().collect();
    let mut requirements = Vec::with_capacity(statements.len());
    for statement in statements {
        let id_is_written = statement.marker.is_some();
        let id = match &statement.marker {
            Some(marker) => marker.id.clone(),
            None => make_id(&statement, &mut counts, &mut taken),
        };
        requirements.push(Requirement {
            id: RequirementId::new(id),
            id_is_written,
            level: statement.level.unwrap_or(Level::Must),
            level_source: if statement.level.is_some() { LevelSource::Keyword } else { LevelSource::Default },
            section: statement.section.to_vec(),
            place: text.place(statement.span),
            text: statement.text,
        });
    }
    requirements
}

/// An id from the section and the text, and a number where that is taken.
fn make_id(
    statement: &Statement,
    counts: &mut BTreeMap<String, u32>,
    taken: &mut BTreeSet<String>,
) -> String {
    let digest = Sha256Hex::of(statement.text.as_bytes());
    let section = statement.section.last().map_or("", String::as_str);
    let stem = format!("{}-{}", slug(section), &digest.as_str()[..8]);
    let count = counts.entry(stem.clone()).or_default();
    loop {
        *count += 1;
        let id = if *count == 1 { stem.clone() } else { format!("{stem}-{count}") };
        if taken.insert(id.clone()) {
            return id;
        }
    }
}

/// A heading as part of an id: ASCII letters and digits in lower case, with `-` between them.
fn slug(heading: &str) -> String {
    const MAX_LEN: usize = 40;
    let mut slug = String::new();
    for word in heading.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if slug.len() + word.len() > MAX_LEN && !slug.is_empty() {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(&word[..word.len().min(MAX_LEN)]);
    }
    slug.make_ascii_lowercase();
    if slug.is_empty() { "spec".to_owned() } else { slug }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown;

    fn requirements(document: &str) -> Vec<Requirement> {
        let text = Text::new("SPEC.md", document);
        read(&text, &markdown::read(&text, 0).blocks, &mut Vec::new())
    }

    fn ids(document: &str) -> Vec<String> {
        requirements(document).into_iter().map(|requirement| requirement.id.to_string()).collect()
    }

    fn texts(document: &str) -> Vec<String> {
        requirements(document).into_iter().map(|requirement| requirement.text).collect()
    }

    #[test]
    fn made_ids_survive_reflow_and_edits_elsewhere() {
        let before = ids("# One\n\nIt MUST hold for all. Really.\n");
        let after = ids("Intro MUST.\n\n# One\n\nReally? It MUST hold\nfor   all. Well.\n");
        assert_eq!(before[0], after[1]);
        assert_ne!(before, ids("# Two\n\nIt MUST hold for all.\n"));
        assert_ne!(before, ids("# One\n\nIt MUST hold for some.\n"));
    }

    #[test]
    fn the_same_text_twice_gets_two_ids() {
        let ids = ids("It MUST.\n\nIt MUST.\n\nIt MUST.\n");
        assert_eq!(ids[1], format!("{}-2", ids[0]));
        assert_eq!(ids[2], format!("{}-3", ids[0]));
    }

    #[test]
    fn keywords_that_are_not_prose_do_not_count() {
        for document in [
            "`MUST`",
            "```\nMUST\n```",
            "    MUST\n",
            "> MUST\n",
            "> - MUST\n\n",
            "<!-- MUST -->",
            "a <!-- MUST --> b",
            "# MUST\n",
            "| MUST |\n|---|\n| MUST |\n",
            "[a](MUST)",
        ] {
            assert_eq!(texts(document), [""; 0], "{document}");
        }
    }

    #[test]
    fn emphasis_is_prose_and_stays_in_the_text() {
        assert_eq!(texts("*It* __MUST__\n**NOT** do `x. Y`."), ["*It* __MUST__ **NOT** do `x. Y`."]);
    }

    #[test]
    fn an_id_names_the_paragraph_up_to_the_next_id() {
        assert_eq!(
            texts("Before MUST. r[x] is.\nr[a]\nOne. Two.\nr[b]\nThree\nfour.\n"),
            ["Before MUST. r[x] is.", "One. Two.", "Three four."]
        );
    }

    #[test]
    fn an_id_before_a_list_names_the_list_but_for_items_with_ids() {
        assert_eq!(
            texts("r[a]\n\n- one\n  - two MAY\n- r[b]\n  three\n- four\n\nfive MUST\n"),
            ["three", "one two MAY four", "five MUST"]
        );
    }

    #[test]
    fn an_id_that_is_a_link_too_is_still_an_id() {
        assert_eq!(ids("r[a.b]\nText.\n\n- r[a.c] Text.\n\n[a.b]: #x\n[a.c]: #y\n"), ["a.b", "a.c"]);
    }

    #[test]
    fn slugs_are_short_and_plain() {
        assert_eq!(slug("4.1 `split(text)` — Größe"), "4-1-split-text-gr-e");
        assert_eq!(slug("日本"), "spec");
        assert_eq!(slug(&"x".repeat(99)).len(), 40);
        assert_eq!(slug(&"word ".repeat(20)), "word-word-word-word-word-word-word-word");
    }
}
