//! The pairs of crates of which it is known how they differ.

use crate::oracle::list::Entry;

const OWN: &str = include_str!("pairs.txt");

/// Two crates, the one that is required first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) required: Entry,
    pub(super) candidate: Entry,
    pub(super) relation: Relation,
    /// What is told otherwise than by rustdoc.
    pub(super) exceptions: Vec<Exception>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// One was made from the other, or for the same callers.
    Related,
    /// Nothing but chance is alike.
    Strangers,
}

/// A difference that only one side tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exception {
    /// `missing path`, as a change is written.
    pub(super) change: String,
    pub(super) cause: String,
}

/// The pairs that the project measures; of a line that is none, its number.
pub(super) fn own() -> Result<Vec<Pair>, usize> {
    parse(OWN)
}

fn parse(text: &str) -> Result<Vec<Pair>, usize> {
    let mut pairs: Vec<Pair> = vec![];
    for (index, line) in text.lines().enumerate() {
        let read = match line.strip_prefix("  ") {
            _ if line.is_empty() || line.starts_with('#') => Some(()),
            Some(line) => {
                pairs.last_mut().zip(exception(line)).map(|(pair, exception)| pair.exceptions.push(exception))
            }
            None => pair(line).map(|pair| pairs.push(pair)),
        };
        read.ok_or(index + 1)?;
    }
    Ok(pairs)
}

/// `strangers hex 0.4.3 -> faster-hex 0.10.1`, or without the first word.
fn pair(line: &str) -> Option<Pair> {
    let (relation, line) = match line.strip_prefix("strangers ") {
        Some(line) => (Relation::Strangers, line),
        None => (Relation::Related, line),
    };
    let (required, candidate) = line.split_once(" -> ")?;
    let (required, candidate) = (entry(required)?, entry(candidate)?);
    Some(Pair { required, candidate, relation, exceptions: vec![] })
}

fn entry(text: &str) -> Option<Entry> {
    let (name, version) = text.split_once(' ')?;
    Some(Entry { name: name.to_owned(), version: version.to_owned(), exception: None })
}

/// `missing path: cause`
fn exception(line: &str) -> Option<Exception> {
    let (change, cause) = line.rsplit_once(": ")?;
    Some(Exception { change: change.to_owned(), cause: cause.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_has_a_line_and_its_exceptions_stand_below() {
        let pairs =
            parse("# x\na 1.0.0 -> b 2.0.0\n  missing a::B: not seen\nstrangers b 2.0.0 -> c 1.2.3\n")
                .unwrap();
        assert_eq!(
            pairs[0].exceptions,
            [Exception { change: "missing a::B".into(), cause: "not seen".into() }]
        );
        let relations: Vec<_> = pairs.iter().map(|pair| pair.relation).collect();
        assert_eq!(relations, [Relation::Related, Relation::Strangers]);
        assert_eq!(parse("a 1 -> b"), Err(1));
        assert_eq!(parse("  missing a: b"), Err(1));
    }

    #[test]
    fn the_projects_own_pairs_can_be_read() {
        assert!(own().unwrap().len() > 6);
    }
}
