//! The words of sentences: which no spec could have, conditions, and forms of verbs.

/// Longer sentences are no short statements.
const MAX_WORDS: usize = 36;
/// What speaks to readers, of other places, or of how it is done.
const UNWANTED: &str = "you your we our us i e.g e.g. i.e i.e. etc etc. see note please example examples currently deprecated \
    useful performance efficient efficiently faster fast slow slower allocate allocates allocation allocations allocating memory \
    unsafe undefined https http todo fixme implementation implementations internally internal above below here inspired \
    equivalent alias wrapper recommended convenience shorthand nightly unstable those these such former latter whereas —";
const VERBS: &str = include_str!("verbs.txt");

/// Whether a sentence is none that a spec could have.
pub(super) fn is_unfit(text: &str) -> bool {
    let words: Vec<String> = text
        .split(' ')
        .map(|word| word.trim_matches([',', ';', ':', '(', ')', '"']).to_lowercase())
        .collect();
    let is_unwanted = |word: &String| UNWANTED.split_whitespace().any(|unwanted| unwanted == word);
    let balanced = |open, close| text.matches(open).count() == text.matches(close).count();
    words.len() < 2
        || words.len() > MAX_WORDS
        || words.iter().any(is_unwanted)
        || text.contains(['?', '<', '{', '|', '[', '*', '…'])
        || !balanced('(', ')')
        || !text.matches('`').count().is_multiple_of(2)
}

/// The condition that a sentence begins with, and the rest.
pub(super) fn divided(text: &str) -> (Option<String>, &str) {
    let starts = ["If ", "When ", "Unless "].iter().any(|start| text.starts_with(start));
    let comma = text.match_indices(", ").map(|(at, _)| at).find(|at| {
        let before = &text[..*at];
        before.matches('`').count().is_multiple_of(2)
            && before.matches('(').count() == before.matches(')').count()
    });
    match comma.filter(|_| starts) {
        Some(at) => (Some(text[..at].to_owned()), text[at + 2..].trim_start_matches("then ")),
        None => (None, text),
    }
}

/// "an error if it is empty" divided before its condition.
pub(super) fn split_at_condition(text: &str) -> Option<(&str, &str)> {
    let lower = text.to_lowercase();
    let starts = ["if ", "when ", "unless "];
    if starts.iter().any(|start| lower.starts_with(start)) {
        return Some(("", text));
    }
    let at = starts.iter().filter_map(|start| lower.find(&format!(" {start}"))).min()?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// The verb that a word is a form of.
pub(super) fn base_form(word: &str) -> Option<String> {
    let word = word.to_lowercase();
    let stripped = [
        Some(word.clone()),
        word.strip_suffix('s').map(str::to_owned),
        word.strip_suffix("es").map(str::to_owned),
        word.strip_suffix("ies").map(|start| format!("{start}y")),
    ];
    stripped.into_iter().flatten().find(|base| VERBS.split_whitespace().any(|verb| verb == base))
}

/// The words with their further verbs as they follow a MUST: "a text and returns it" → "a text and return it".
pub(super) fn in_base_form(words: &str) -> String {
    let words: Vec<&str> = words.split(' ').collect();
    let follows = |at: usize| at > 0 && ["and", "or", "but", "then"].contains(&words[at - 1]);
    let is_noun = |at: usize| {
        let next = words.get(at + 1).copied().unwrap_or("of");
        ["of", "in", "are", "is", "and", "or"].contains(&next)
    };
    let turned = words.iter().enumerate().map(|(at, word)| match base_form(word) {
        Some(base) if follows(at) && !is_noun(at) && word.ends_with('s') => base,
        _ => (*word).to_owned(),
    });
    turned.collect::<Vec<_>>().join(" ")
}

pub(super) fn first_word(text: &str) -> &str {
    text.split([' ', ',']).next().unwrap_or_default()
}

/// With a small letter, where the first word is not a name.
pub(super) fn uncapitalized(text: &str) -> String {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return String::new() };
    let is_name = first_word(text).chars().skip(1).any(|c| c.is_uppercase() || matches!(c, '_' | ':'));
    if is_name { text.to_owned() } else { first.to_lowercase().chain(chars).collect() }
}

pub(super) fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
