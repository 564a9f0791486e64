//! YAML as a tree in which every node knows its place, so that one wrong value costs no other.

mod node;
mod reader;

pub(crate) use node::{Entry, Kind, Node};
pub(crate) use reader::{Keys, Reader};

use ghostlib_model::Span;
use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::{NonFiniteFloatPolicy, Options, UserMessageFormatter};

/// How deep lists and maps may be nested. In a build without optimisation each level costs 40 KiB of stack,
/// of which a thread commonly has 2 MiB.
const MAX_DEPTH: usize = 24;

/// Why a text is no YAML, and where.
pub(crate) struct YamlError {
    pub(crate) message: String,
    pub(crate) span: Span,
}

/// Reads one YAML document.
pub(crate) fn parse(text: &str) -> Result<Node, YamlError> {
    serde_saphyr::from_str_with_options::<Node>(text, options()).map_err(|error| {
        let message = error.render_with_formatter(&UserMessageFormatter);
        // The place is told apart from the message.
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        let start =
            error.location().map_or(0, |location| offset_of(text, location.line(), location.column()));
        YamlError { message, span: Span::new(start, start) }
    })
}

/// The offset of a line and column, both counted from 1, the column in characters. Errors of the syntax have
/// no other place.
fn offset_of(text: &str, line: u64, column: u64) -> usize {
    let to_index = |n: u64| usize::try_from(n.saturating_sub(1)).unwrap_or(usize::MAX);
    let before: usize = text.split_inclusive('\n').take(to_index(line)).map(str::len).sum();
    let rest = text[before..].split('\n').next().unwrap_or_default();
    before + rest.char_indices().nth(to_index(column)).map_or(rest.len(), |(offset, _)| offset)
}

fn options() -> Options {
    serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::Error,
        // `yes` and `no` are texts, as YAML 1.2 has it.
        strict_booleans: true,
        reject_unsupported_tags: true,
        // The reader complains about them, at the vector that has them.
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        with_snippet: false,
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 20_000,
            max_replay_stack_depth: 8,
        },
        budget: serde_saphyr::budget! {
            max_depth: MAX_DEPTH,
            flow_nesting_limit: MAX_DEPTH,
            max_events: 2_000_000,
            max_nodes: 1_000_000,
            max_aliases: 1_000,
            max_anchors: 1_000,
            max_merge_keys: 1_000,
            max_recorded_anchor_events: 100_000,
            max_recorded_anchor_bytes: 1 << 20,
            max_total_scalar_bytes: 32 << 20,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;
    use std::time::{Duration, Instant};

    fn error_of(text: &str) -> YamlError {
        match parse(text) {
            Ok(_) => panic!("{text} was read"),
            Err(error) => error,
        }
    }

    #[test]
    fn an_error_says_what_and_where() {
        let error = error_of("a: 1\nb: [1");
        assert_eq!((error.message.as_str(), error.span.start), ("unclosed bracket '['", 8));
        assert!(error_of("a: 1\na: 2").message.contains("duplicate mapping key: a"));
        assert!(error_of("a: 1\n---\nb: 2").message.contains("only single YAML document"));
    }

    #[test]
    fn words_that_older_yaml_took_for_booleans_are_texts() {
        for word in ["yes", "no", "on", "off", "y"] {
            assert!(matches!(parse(word), Ok(Node { kind: Kind::Text(text), .. }) if text == word));
        }
    }

    #[test]
    fn alias_bombs_and_deep_nesting_are_refused_quickly() {
        let mut bomb = "l0: &l0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..30 {
            let alias = format!("*l{}, ", level - 1).repeat(9);
            writeln!(bomb, "l{level}: &l{level} [{alias}]").unwrap();
        }
        let started = Instant::now();
        for text in [bomb, "[".repeat(1_000_000), "- ".repeat(1_000_000), "{a: ".repeat(300_000)] {
            error_of(&text);
        }
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    }

    #[test]
    fn values_as_deep_as_the_limit_are_read() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(&nested(MAX_DEPTH - 1)).is_ok());
        error_of(&nested(MAX_DEPTH + 1));
    }
}
