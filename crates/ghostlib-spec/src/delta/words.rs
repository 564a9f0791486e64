use similar::{ChangeTag, TextDiff};

/// Texts of more words than this are not compared word by word.
const MAX_WORDS: usize = 2000;

/// A part of a text, or of two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// It is in both.
    Kept(String),
    /// It is only in the old one.
    Removed(String),
    /// It is only in the new one.
    Added(String),
}

/// How one text becomes another, word by word. Between the pieces stands a space.
pub fn word_diff(old: &str, new: &str) -> Vec<Piece> {
    let old_words: Vec<&str> = old.split_whitespace().collect();
    let new_words: Vec<&str> = new.split_whitespace().collect();
    if old_words.len().max(new_words.len()) > MAX_WORDS {
        return vec![Piece::Removed(old.to_owned()), Piece::Added(new.to_owned())];
    }
    let mut pieces: Vec<Piece> = Vec::new();
    for change in TextDiff::from_slices(&old_words, &new_words).iter_all_changes() {
        let word = change.value();
        match (change.tag(), pieces.last_mut()) {
            (ChangeTag::Equal, Some(Piece::Kept(text)))
            | (ChangeTag::Delete, Some(Piece::Removed(text)))
            | (ChangeTag::Insert, Some(Piece::Added(text))) => {
                text.push(' ');
                text.push_str(word);
            }
            (ChangeTag::Equal, _) => pieces.push(Piece::Kept(word.to_owned())),
            (ChangeTag::Delete, _) => pieces.push(Piece::Removed(word.to_owned())),
            (ChangeTag::Insert, _) => pieces.push(Piece::Added(word.to_owned())),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_removed_and_added() {
        let kept = |text: &str| Piece::Kept(text.into());
        assert_eq!(
            word_diff("It MUST end a word.", "It SHOULD always end a word."),
            [
                kept("It"),
                Piece::Removed("MUST".into()),
                Piece::Added("SHOULD always".into()),
                kept("end a word.")
            ]
        );
        assert_eq!(word_diff("", ""), []);
        let long = "a ".repeat(MAX_WORDS + 1);
        assert_eq!(word_diff(&long, "b").len(), 2);
    }
}
