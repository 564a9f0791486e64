//! Sentences of documentation as statements that bind, by template. What no template fits is left.

use super::reading::{Part, Sentence};
use super::words::{
    base_form, capitalized, divided, first_word, in_base_form, is_unfit, split_at_condition, uncapitalized,
};

/// What a statement is about, which its id ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Topic {
    /// What comes out.
    Result,
    /// When it fails, and how.
    Error,
    /// When it panics.
    Panic,
}

/// A statement, as it stands in the spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) topic: Topic,
    pub(super) text: String,
}

/// What sentences are about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    /// Its path.
    pub(super) path: &'a str,
    /// Whether it is called.
    pub(super) is_function: bool,
    /// What it does when it fails: `return an error`, `raise an exception`.
    pub(super) fails: &'a str,
}

impl Subject<'_> {
    /// The statement that a sentence makes about it, if a template fits.
    pub(super) fn statement(&self, sentence: &Sentence) -> Option<Statement> {
        let text = sentence.text.trim_end_matches(['.', '!']).trim();
        if is_unfit(text) || text.ends_with(':') {
            return None;
        }
        let (condition, core) = divided(text);
        let core = self.core(sentence, core, condition.is_some())?;
        let text = match condition {
            Some(condition) => format!("{condition}, {core}."),
            None => format!("{}.", capitalized(&core)),
        };
        Some(Statement { topic: topic(sentence.part, &text), text })
    }

    fn core(&self, sentence: &Sentence, core: &str, has_condition: bool) -> Option<String> {
        let (rest, is_named) = self.without_name(core);
        let by_verb = || self.by_verb(rest, sentence.is_first && !is_named && !has_condition);
        let of_part = match sentence.part {
            Part::Errors => self.condition_of(sentence, rest, &self.failing(sentence)),
            Part::Panics => self.condition_of(sentence, rest, "panic"),
            _ => None,
        };
        of_part
            .or_else(|| self.passive(rest))
            .or_else(by_verb)
            .or_else(|| self.noun(sentence, rest, is_named))
            .or_else(|| self.modal(rest).filter(|_| !is_named))
    }

    /// The sentence without what stands for its subject: "This function", "It".
    fn without_name<'t>(&self, core: &'t str) -> (&'t str, bool) {
        let last = self.path.rsplit([':', '.']).next().unwrap_or(self.path);
        let quoted = [format!("`{last}`"), format!("`{last}()`"), format!("`{}`", self.path)];
        let usual = [
            "this function",
            "this method",
            "the function",
            "the method",
            "this macro",
            "this type",
            "this constructor",
            "this",
            "it",
        ];
        let names = usual.iter().copied().chain(quoted.iter().map(String::as_str));
        let behind = |name: &str| {
            let start = core.get(..name.len()).filter(|start| start.eq_ignore_ascii_case(name))?;
            core[start.len()..].strip_prefix(' ')
        };
        let found = names.filter_map(behind).min_by_key(|rest| rest.len());
        (found.unwrap_or(core).trim_start_matches("also ").trim_start_matches("then "), found.is_some())
    }

    /// "Splits a text" → "`split` MUST split a text"
    fn by_verb(&self, rest: &str, may_be_imperative: bool) -> Option<String> {
        let (must, rest) = [
            ("MUST NOT", "will never "),
            ("MUST NOT", "will not "),
            ("MUST NOT", "does not "),
            ("MUST NOT", "doesn't "),
            ("MUST NOT", "Does not "),
            ("MUST NOT", "Doesn't "),
            ("MUST always", "will always "),
            ("MUST", "will "),
            ("MUST NOT", "never "),
            ("MUST NOT", "Never "),
            ("MUST always", "always "),
            ("MUST always", "Always "),
        ]
        .into_iter()
        .find_map(|(must, start)| Some((must, rest.strip_prefix(start)?)))
        .unwrap_or(("MUST", rest));
        let (first, behind) = rest.split_once(' ').unwrap_or((rest, ""));
        let is_noun = ["of", "for", "is", "are", "that", "to", "which", "with"]
            .iter()
            .any(|word| behind.split(' ').next() == Some(word));
        let verb = base_form(first).filter(|verb| {
            let is_third_person = !verb.eq_ignore_ascii_case(first);
            is_third_person || must != "MUST" || (may_be_imperative && !is_noun)
        })?;
        let says_something = behind.split(' ').count() > 1 || matches!(verb.as_str(), "panic" | "fail");
        if !says_something || !self.is_function {
            return None;
        }
        Some(format!("`{}` {must} {verb} {}", self.path, in_base_form(behind)).trim_end().to_owned())
    }

    /// "An error is returned if it is empty" → "`f` MUST return an error if it is empty"
    fn passive(&self, rest: &str) -> Option<String> {
        let verbs = [
            (" is returned", "return"),
            (" are returned", "return"),
            (" will be returned", "return"),
            (" is raised", "raise"),
            (" will be raised", "raise"),
            (" is thrown", "raise"),
        ];
        let (what, verb, behind) = verbs.iter().find_map(|(passive, verb)| {
            let (what, behind) = rest.split_once(passive)?;
            (behind.is_empty() || behind.starts_with(' ')).then_some((what, *verb, behind))
        })?;
        let is_whole = self.is_function && what.split(' ').count() < 12 && !what.contains(',');
        is_whole.then(|| format!("`{}` MUST {verb} {}{behind}", self.path, uncapitalized(what)))
    }

    /// "if it is empty", where it is told when something happens.
    fn condition_of(&self, sentence: &Sentence, rest: &str, what: &str) -> Option<String> {
        let (named, condition) = match split_at_condition(rest) {
            Some((named, condition))
                if named.split(' ').count() < 7 && base_form(first_word(named)).is_none() =>
            {
                (named, condition)
            }
            None if sentence.class.is_some() => ("", rest),
            _ => return None,
        };
        if !self.is_function || named.contains(" is ") || named.contains(" are ") {
            return None;
        }
        let is_class = named.starts_with('`') && !named.contains(' ');
        let what = if is_class && sentence.part == Part::Errors {
            format!("{what}, {named},")
        } else {
            what.to_owned()
        };
        let condition = if condition.is_empty() { return None } else { uncapitalized(condition) };
        let has_word = ["if ", "when ", "unless "].iter().any(|word| condition.starts_with(word));
        has_word.then(|| format!("`{}` MUST {what} {condition}", self.path))
    }

    fn failing(&self, sentence: &Sentence) -> String {
        match &sentence.class {
            Some(class) => format!("raise `{class}`"),
            None => self.fails.to_owned(),
        }
    }

    /// "The sum of both" → "`f` MUST return the sum of both"
    fn noun(&self, sentence: &Sentence, rest: &str, is_named: bool) -> Option<String> {
        let is_phrase = ["The ", "A ", "An "].iter().any(|article| rest.starts_with(article));
        let is_told = sentence.part == Part::Returns || sentence.is_first;
        let finite = [
            " is ", " are ", " has ", " have ", " will ", " can ", " must ", " may ", " should ", " does ",
            " if ",
        ];
        let is_noun =
            is_phrase && !finite.iter().any(|verb| rest.contains(verb)) && rest.split(' ').count() > 2;
        (self.is_function && is_told && !is_named && is_noun)
            .then(|| format!("`{}` MUST return {}", self.path, uncapitalized(rest)))
    }

    /// "White space is not allowed" → "In `Version`, white space MUST NOT be allowed"
    fn modal(&self, rest: &str) -> Option<String> {
        let words: Vec<&str> = rest.split(' ').collect();
        let refused = [
            "this", "it", "there", "here", "that", "these", "they", "what", "if", "when", "for", "like",
            "in", "where", "but", "however", "so", "because", "since", "although", "while", "both", "why",
            "how", "whether",
        ];
        if refused.contains(&first_word(rest).to_lowercase().as_str()) {
            return None;
        }
        let turned = |at: usize| {
            let next = words.get(at + 1).copied().unwrap_or_default();
            Some(match (words[at], next) {
                ("is" | "are", "not" | "never") => ("MUST NOT be", 2),
                ("is" | "are", "always") => ("MUST always be", 2),
                ("is" | "are", _) => ("MUST be", 1),
                ("must" | "may" | "should" | "can" | "cannot", _) if self.is_function => return None,
                ("must", "not") => ("MUST NOT", 2),
                ("must", _) => ("MUST", 1),
                ("may", next) if next != "not" => ("MAY", 1),
                ("cannot", _) => ("MUST NOT", 1),
                _ => return None,
            })
        };
        let before =
            ["that", "which", "who", "as", "than", "what", "if", "when", "where", "and", "or", "whether"];
        let mut places = (1..words.len().min(12))
            .filter(|at| !before.contains(&words[at - 1]) && !words[..*at].concat().contains(','));
        let (at, (must, n_words)) = places.find_map(|at| Some((at, turned(at)?)))?;
        let (subject, behind) = (words[..at].join(" "), words[at + n_words..].join(" "));
        let is_whole =
            !behind.is_empty() && subject.matches('`').count().is_multiple_of(2) && !subject.contains('(');
        is_whole.then(|| {
            format!("in `{}`, {} {must} {}", self.path, uncapitalized(&subject), in_base_form(&behind))
        })
    }
}

fn topic(part: Part, text: &str) -> Topic {
    let lower = text.to_lowercase();
    match part {
        Part::Panics => Topic::Panic,
        _ if lower.contains(" must panic") => Topic::Panic,
        Part::Errors => Topic::Error,
        _ if ["return an error", "raise", "`err`", "`err(", "fail "]
            .iter()
            .any(|word| lower.contains(word)) =>
        {
            Topic::Error
        }
        _ => Topic::Result,
    }
}

#[cfg(test)]
mod tests {
    use super::super::reading::read;
    use super::*;

    fn told(documentation: &str) -> Vec<String> {
        let subject = Subject { path: "split", is_function: true, fails: "return an error" };
        read(documentation).iter().filter_map(|one| subject.statement(one)).map(|one| one.text).collect()
    }

    #[test]
    fn what_a_function_does_is_stated() {
        for (said, stated) in [
            ("Splits a text into words.", "`split` MUST split a text into words."),
            ("Reads a text and returns it.", "`split` MUST read a text and return it."),
            ("Tries a text in both ways.", "`split` MUST try a text in both ways."),
            ("Return the first word.", "`split` MUST return the first word."),
            ("The number of words in a text.", "`split` MUST return the number of words in a text."),
            (
                "If it is empty, this function returns no words.",
                "If it is empty, `split` MUST return no words.",
            ),
            ("It never returns an empty word.", "`split` MUST NOT return an empty word."),
            ("An error is returned if a quote is open.", "`split` MUST return an error if a quote is open."),
            ("# Errors\nIf a quote is open.", "`split` MUST return an error if a quote is open."),
            (
                "# Errors\n`Open` if a quote is open.",
                "`split` MUST return an error, `Open`, if a quote is open.",
            ),
            ("Raises:\n    KeyError: If it is gone.", "`split` MUST raise `KeyError` if it is gone."),
            ("# Panics\nPanics if it is full.", "`split` MUST panic if it is full."),
            (
                "Words.\n\nThe order is always kept and ignores it.",
                "In `split`, the order MUST always be kept and ignore it.",
            ),
        ] {
            assert_eq!(told(said), [stated], "{said}");
        }
    }

    #[test]
    fn what_binds_nobody_is_left() {
        for said in [
            "Like `join`, but the other way round.",
            "You can split with it.",
            "See `join`.",
            "Words!",
            "Splits.",
            "This is a thin layer.",
            "A.\n\nThis format always shows it.",
            "In case it is none, it is not.",
            "Test of words.",
            "An iterator that is not fast is returned, perhaps.",
        ] {
            assert_eq!(told(said), Vec::<String>::new(), "{said}");
        }
    }

    #[test]
    fn types_have_rules_and_no_results() {
        let subject = Subject { path: "Version", is_function: false, fails: "return an error" };
        let text = "A version.\n\n# Syntax\n- Leading zeros are not allowed.\n- A part may be any number that is small.\n- Splits a text.";
        let told: Vec<_> =
            read(text).iter().filter_map(|one| subject.statement(one)).map(|one| one.text).collect();
        assert_eq!(
            told,
            [
                "In `Version`, leading zeros MUST NOT be allowed.",
                "In `Version`, a part MAY be any number that is small."
            ]
        );
    }
}
