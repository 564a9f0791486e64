/// The candidate that `word` was probably meant to be: the one with the fewest edits, if they are few
/// for the length of the word.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let n_chars = word.chars().count();
    if n_chars > MAX_CHARS {
        return None;
    }
    let limit = (n_chars / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= MAX_CHARS * 4)
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|&(distance, _)| distance <= limit)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// The distance costs the product of both lengths, so that longer words are not worth a guess.
const MAX_CHARS: usize = 64;

/// A help that names the nearest candidate, or all of them where none is near and they are few.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> Option<String> {
    if let Some(candidate) = nearest(word, candidates.clone()) {
        return Some(format!("did you mean `{candidate}`?"));
    }
    let known: Vec<_> = candidates.into_iter().take(MAX_LISTED + 1).collect();
    if known.is_empty() || known.len() > MAX_LISTED {
        return None;
    }
    Some(format!("known here: `{}`", known.join("`, `")))
}

const MAX_LISTED: usize = 12;

/// Helps for words that should have been one of many. Only the first few words get one, and only of so many
/// candidates: a file of nothing but slips must not cost the product of both numbers.
pub(crate) struct Suggestions<'a> {
    candidates: Vec<&'a str>,
    n_left: usize,
}

impl<'a> Suggestions<'a> {
    pub(crate) fn among(candidates: impl IntoIterator<Item = &'a str>) -> Self {
        Self { candidates: candidates.into_iter().take(10_000).collect(), n_left: 20 }
    }

    pub(crate) fn help(&mut self, word: &str) -> Option<String> {
        self.n_left = self.n_left.checked_sub(1)?;
        did_you_mean(word, self.candidates.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised_and_another_word_is_not() {
        let keys = ["name", "version", "license"];
        assert_eq!(nearest("nmae", keys), Some("name"));
        assert_eq!(nearest("licence", keys), Some("license"));
        assert_eq!(nearest("author", keys), None);
        assert_eq!(nearest("", keys), None);
    }

    #[test]
    fn what_is_near_nothing_is_shown_all_that_there_is() {
        assert_eq!(did_you_mean("q", ["ab", "cd"]).unwrap(), "known here: `ab`, `cd`");
        assert_eq!(did_you_mean("q", []), None);
    }
}
