//! Profiles: a name that stands for a level, and the sections and items that belong to it.
//!
//! ```markdown
//! - `Core`: tests REQUIRED for everybody.
//! - `Extras`: REQUIRED only for OPTIONAL features.
//!
//! Sections 3.1 through 3.4 are `Core`. Bullets that begin with `If ... is offered` are `Extras`.
//! ```

use super::keyword::{self, Keywords};
use super::section::SectionRole;
use super::{sentence, words};
use crate::markdown::{Markdown, Prose};
use crate::text::Text;
use ghostlib_model::{Level, Span};
use std::collections::HashMap;
use std::ops::Range;

const MAX_PATTERNS: usize = 32;

/// The profiles of a document.
#[derive(Debug, Default)]
pub(super) struct Profiles {
    /// The numbers of sections and the level of their profile.
    sections: HashMap<String, Level>,
    /// What items of a profile begin with, what they also contain, and their level.
    items: Vec<(String, String, Level)>,
}

impl Profiles {
    pub(super) fn of(text: &Text, markdown: &Markdown, more: &Keywords) -> Self {
        let names = names(text, markdown, more);
        let mut profiles = Self::default();
        if names.is_empty() {
            return profiles;
        }
        for prose in markdown.proses() {
            let assigns = !prose.code_spans.is_empty()
                && (prose.words.contains("ection") || prose.words.contains("egin"));
            if !assigns {
                continue;
            }
            for range in sentence::split(prose.words) {
                profiles.assign(text, &prose, &range, &names);
            }
        }
        profiles
    }

    /// What one sentence assigns to a profile.
    fn assign(&mut self, text: &Text, prose: &Prose, range: &Range<usize>, names: &[(String, Level)]) {
        let span = prose.span_of(range);
        let codes = prose.code_spans.iter().filter(|code| span.start <= code.start && code.end <= span.end);
        let codes: Vec<&str> = codes.map(|code| code_of(text, *code)).collect();
        let Some(&name) = codes.last() else { return };
        let Some(&(_, level)) = names.iter().find(|(known, _)| known == name) else { return };
        let words = &prose.words[range.clone()];
        if let Some(at) = words.find("Section").or_else(|| words.find("section")) {
            for number in section_numbers(&words[at..]) {
                self.sections.entry(number).or_insert(level);
            }
        } else if let [pattern, _] = codes.as_slice()
            && (words.contains("begin") || words.contains("start"))
        {
            let (start, rest) =
                pattern.split_once("...").or_else(|| pattern.split_once('…')).unwrap_or((pattern, ""));
            let item = (start.trim().to_owned(), rest.trim().to_owned(), level);
            // Every clause is held against every pattern: a document of many copies has each but once.
            if !self.items.contains(&item) && self.items.len() < MAX_PATTERNS {
                self.items.push(item);
            }
        }
    }

    /// Gives the sections of each profile its level, and those within them.
    pub(super) fn give_levels(&self, markdown: &Markdown, roles: &mut [SectionRole]) {
        if self.sections.is_empty() {
            return;
        }
        for (id, section) in markdown.sections.iter().enumerate() {
            let level_of = |number: Option<&str>| self.sections.get(number?).copied();
            let own = level_of(section.number());
            let around = section
                .parent
                .filter(|&parent| own.is_none() && level_of(markdown.sections[parent].number()).is_some());
            let around = around.and_then(|parent| roles[parent].level);
            if let Some(level) = own.or(around) {
                roles[id].level = Some(level);
            }
        }
    }

    /// The level of the profile that an item with these words belongs to.
    pub(super) fn level_of(&self, words: &str) -> Option<Level> {
        let belongs =
            |(start, rest, _): &&(String, String, Level)| words.starts_with(start) && words.contains(rest);
        self.items.iter().find(belongs).map(|(_, _, level)| *level)
    }
}

/// The profiles that items define: a name in code, a colon, and how strongly it binds.
fn names(text: &Text, markdown: &Markdown, more: &Keywords) -> Vec<(String, Level)> {
    let (mut found, mut words_found) = (Vec::new(), Vec::new());
    let mut names = Vec::new();
    if !["rofile", "onformance"].iter().any(|word| markdown.words().contains(word)) {
        return names;
    }
    for prose in markdown.proses().filter(|prose| prose.starts_item) {
        let Some(code) = prose.code_spans.first().filter(|code| code.start == prose.span.start) else {
            continue;
        };
        let behind = &prose.words[crate::markdown::CODE.len()..];
        let is_name =
            code_of(text, *code).contains(' ') || code_of(text, *code).starts_with(char::is_uppercase);
        if !behind.starts_with(':') || !is_name {
            continue;
        }
        words::find(prose.words, &mut words_found);
        keyword::find(prose.words, &words_found, more, &mut found);
        // What is required only of those who chose an option is itself an option.
        let is_option = found.iter().any(|keyword| keyword.level == Level::May);
        let level = if is_option { Some(Level::May) } else { keyword::strongest(&found) };
        names.extend(level.map(|level| (code_of(text, *code).to_owned(), level)));
    }
    names
}

fn code_of<'a>(text: &Text<'a>, span: Span) -> &'a str {
    text.slice(span).trim_matches('`').trim()
}

/// The numbers in "Sections 3.1 through 3.4" and "Section 2 and 5.1".
fn section_numbers(words: &str) -> Vec<String> {
    const MAX_SECTIONS: u32 = 200;
    let mut numbers: Vec<String> = Vec::new();
    let mut is_range = false;
    for word in words.split(|c: char| c.is_whitespace() || c == ',').skip(1) {
        let (word, behind) = word.split_once(['-', '–']).map_or((word, None), |(a, b)| (a, Some(b)));
        for word in [Some(word), behind].into_iter().flatten() {
            let number = word.trim_end_matches('.');
            let is_number = number.starts_with(|c: char| c.is_ascii_digit())
                && number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
            if is_number {
                if let Some(last) = numbers.last().filter(|_| is_range).cloned() {
                    numbers.extend(between(&last, number, MAX_SECTIONS));
                }
                numbers.push(number.to_owned());
                is_range = behind.is_some();
            } else if matches!(word, "through" | "to" | "thru") {
                is_range = true;
            }
        }
    }
    numbers
}

/// The numbers between `3.1` and `3.4`.
fn between(first: &str, last: &str, max: u32) -> Vec<String> {
    let split = |number: &str| {
        let (stem, part) = number.rsplit_once('.').unwrap_or(("", number));
        part.parse::<u32>().ok().map(|part| (stem.to_owned(), part))
    };
    match (split(first), split(last)) {
        (Some((stem, first)), Some((other, last))) if stem == other && last.saturating_sub(first) < max => {
            let dot = if stem.is_empty() { "" } else { "." };
            (first + 1..last).map(|part| format!("{stem}{dot}{part}")).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_sections_are_expanded() {
        assert_eq!(section_numbers("Sections 3.1 through 3.4 are x."), ["3.1", "3.2", "3.3", "3.4"]);
        assert_eq!(section_numbers("Section 18.1 = x"), ["18.1"]);
        assert_eq!(section_numbers("Sections 2, 4 and 5-7."), ["2", "4", "5", "6", "7"]);
    }
}
