//! What a spec's words name.

use super::Cut;
use std::collections::HashMap;

/// The operations and items of a spec, by the ends of their paths.
pub(super) struct Names<'c> {
    /// Each with whether the slice has it.
    all: Vec<(&'c str, bool)>,
    by_end: HashMap<String, Vec<usize>>,
}

impl<'c> Names<'c> {
    pub(super) fn new(cut: &'c Cut) -> Self {
        let kept = cut.kept.iter().map(|name| (name.as_str(), true));
        let all: Vec<_> = kept.chain(cut.left_out.iter().map(|name| (name.as_str(), false))).collect();
        let mut by_end: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, (name, _)) in all.iter().enumerate() {
            let path = plain(name);
            let mut end = path.as_str();
            loop {
                by_end.entry(end.to_owned()).or_default().push(at);
                match end.split_once("::") {
                    Some((_, rest)) if !name.starts_with('<') => end = rest,
                    _ => break,
                }
            }
        }
        Self { all, by_end }
    }

    /// Whether the slice has an operation.
    pub(super) fn has(&self, operation: &str) -> bool {
        self.all.iter().any(|(name, is_kept)| *is_kept && *name == operation)
    }

    pub(super) fn name(&self, at: usize) -> &'c str {
        self.all[at].0
    }

    pub(super) fn is_kept(&self, at: usize) -> bool {
        self.all[at].1
    }

    /// What a word may stand for.
    pub(super) fn meant(&self, word: &str) -> &[usize] {
        self.by_end.get(&plain(word)).map_or(&[], Vec::as_slice)
    }

    /// What the code in a text stands for, where the code is a name, or a call of it.
    pub(super) fn told_in(&self, text: &str) -> Vec<usize> {
        code_in(text).flat_map(|code| self.meant(head(code))).copied().collect()
    }

    /// What any word of the code in a text may stand for.
    pub(super) fn mentioned_in(&self, text: &str) -> Vec<usize> {
        let words = code_in(text).flat_map(|code| code.split(|c| !is_path(c)));
        words.flat_map(|word| self.meant(word)).copied().collect()
    }

    /// What a statement is about, as far as it starts with a name: nothing, if that may be something that is kept.
    pub(super) fn left_out_subject(&self, text: &str) -> bool {
        let Some(code) = text.strip_prefix('`').and_then(|rest| rest.split('`').next()) else { return false };
        let meant = self.meant(head(code));
        !meant.is_empty() && meant.iter().all(|at| !self.is_kept(*at))
    }

    /// What a heading is about: a name in code, or a name that is all of it.
    pub(super) fn of_heading(&self, title: &str, source: &str) -> Vec<usize> {
        let in_code = self.told_in(source);
        if !in_code.is_empty() {
            return in_code;
        }
        let title = crate::statements::without_number(title);
        let parts = title.split([',', '/']).flat_map(|part| part.split(" and "));
        parts.flat_map(|part| self.meant(head(part.trim()))).copied().collect()
    }
}

/// The words in backticks.
pub(super) fn code_in(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The path of a name, or of a call.
fn head(code: &str) -> &str {
    let end = code.find(['(', '<', '{']).unwrap_or(code.len());
    let head = code[..end].trim_start_matches('&').trim();
    if head.chars().all(is_path) { head.trim_end_matches(['.', ':']) } else { "" }
}

fn is_path(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | ':' | '.' | '#')
}

fn plain(name: &str) -> String {
    name.replace(['.', '#'], "::")
}
