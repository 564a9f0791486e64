//! Numbers of vectors and operations that prose claims, against what the files hold.

use super::numeral::{Token, number, tokens};
use super::phrase::has_word;
use super::{Facts, File, Report, Table};
use crate::Code;
use ghostlib_model::{Span, TextEdit};
use std::collections::{BTreeMap, BTreeSet};

const VECTOR_NOUNS: [&str; 3] = ["tests", "cases", "vectors"];
const OPERATION_NOUNS: [&str; 2] = ["functions", "operations"];
/// Below this, a number of tests may be of some of them.
const FEW: usize = 10;

pub(super) fn check(facts: &Facts, report: &mut Report) {
    let counts = Counts::of(facts);
    for file in &facts.files {
        for prose in file.document.markdown.proses() {
            let source = file.document.text.slice(prose.span);
            let is_about = |nouns: &[&str]| nouns.iter().any(|noun| source.contains(noun));
            if is_about(&VECTOR_NOUNS) || is_about(&OPERATION_NOUNS) {
                let passage = Passage::new(facts, file, source, prose.span.start, file.owner(prose.section));
                for claim in passage.claims() {
                    counts.compare(file, &claim, report);
                }
            }
        }
        for table in &file.tables {
            for claim in in_table(facts, table) {
                counts.compare(file, &claim, report);
            }
        }
    }
}

/// A number that is claimed.
struct Claim {
    number: usize,
    /// Whether there may be more: "100+".
    is_least: bool,
    what: Counted,
    /// Where the number stands, and where the whole phrase does.
    number_span: Span,
    span: Span,
    is_in_digits: bool,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counted {
    Vectors,
    VectorsOf(usize),
    Operations,
}

/// What the files hold.
struct Counts<'a> {
    facts: &'a Facts<'a>,
    /// Numbers that a claim about all vectors may mean: all, those that are shown, those of one file.
    vectors: BTreeSet<usize>,
    operations: BTreeSet<usize>,
}

impl<'a> Counts<'a> {
    fn of(facts: &'a Facts<'a>) -> Self {
        let spec = facts.input.spec;
        let mut by_file: BTreeMap<&str, usize> = BTreeMap::new();
        for vector in &spec.vectors {
            *by_file.entry(&vector.place.file).or_default() += 1;
        }
        let n_shown = spec.vectors.iter().filter(|vector| !vector.hidden).count();
        let vectors = by_file.into_values().chain([spec.vectors.len(), n_shown]).filter(|&n| n > 0).collect();
        let declared: BTreeSet<_> = spec.operations.iter().map(|operation| &operation.name).collect();
        let n_with_vectors =
            facts.operations.iter().filter(|operation| !operation.vectors.is_empty()).count();
        let operations = [declared.len(), n_with_vectors, facts.operations.len()];
        Self { facts, vectors, operations: operations.into_iter().filter(|&n| n > 0).collect() }
    }

    fn compare(&self, file: &File, claim: &Claim, report: &mut Report) {
        let real: BTreeSet<usize> = match claim.what {
            Counted::Vectors => self.vectors.clone(),
            Counted::VectorsOf(operation) => self.of_operation(operation),
            Counted::Operations => self.operations.clone(),
        };
        let is_right = real.iter().any(|&n| n == claim.number || claim.is_least && n > claim.number);
        let Some(most) = real.last().filter(|_| !is_right) else { return };
        let phrase = crate::text::on_one_line(file.document.text.slice(claim.span));
        let has = match claim.what {
            Counted::Vectors => super::counted(*most, "vector"),
            Counted::VectorsOf(operation) => {
                format!("{} of `{}`", super::counted(*most, "vector"), self.facts.operations[operation].name)
            }
            Counted::Operations => super::counted(*most, "operation"),
        };
        let message = format!("\"{phrase}\" is claimed, and the spec has {has}");
        let help = "correct the number, or add what is missing";
        let is_safe = claim.is_in_digits && real.len() == 1 && claim.what != Counted::Operations;
        let fix = if is_safe {
            vec![TextEdit { span: claim.number_span, text: most.to_string() }]
        } else {
            Vec::new()
        };
        report.fixable(file.document, Code::CountContradiction, claim.span, message, help, fix);
    }

    fn of_operation(&self, operation: usize) -> BTreeSet<usize> {
        let vectors = &self.facts.operations[operation].vectors;
        let n_shown = vectors.iter().filter(|vector| !vector.hidden).count();
        if self.facts.input.spec.vectors.is_empty() {
            BTreeSet::new()
        } else {
            BTreeSet::from([vectors.len(), n_shown])
        }
    }
}

/// A paragraph, an item or a cell.
struct Passage<'a> {
    facts: &'a Facts<'a>,
    source: &'a str,
    base: usize,
    owner: Option<usize>,
    tokens: Vec<Token<'a>>,
    /// Whether it, or the file's name for vectors, says that it is about the vectors of this spec.
    names_vectors: bool,
}

impl<'a> Passage<'a> {
    fn new(facts: &'a Facts, file: &File, source: &'a str, base: usize, owner: Option<usize>) -> Self {
        let files = &facts.input.spec.front_matter.vectors;
        let names_vectors = files.iter().take(20).any(|name| source.contains(name.as_str()));
        let is_about = names_vectors || has_word(source, &["total", "all", "altogether", "overall"]);
        let owner = if file.is_companion { None } else { owner };
        Self { facts, source, base, owner, tokens: tokens(source), names_vectors: is_about }
    }

    fn claims(&self) -> Vec<Claim> {
        (0..self.tokens.len()).filter_map(|at| self.claim(at)).collect()
    }

    /// The claim that starts with the number at a token.
    fn claim(&self, at: usize) -> Option<Claim> {
        let token = self.tokens[at];
        let is_in_digits = token.text.starts_with(|c: char| c.is_ascii_digit());
        let number = number(token.text)?;
        let mut is_least = self.source[token.end..].starts_with('+');
        let before: Vec<&Token> = self.tokens[..at].iter().rev().take(3).collect();
        if let Some(last) = before.first() {
            let vague = [
                "about",
                "around",
                "approximately",
                "roughly",
                "nearly",
                "almost",
                "first",
                "last",
                "next",
                "another",
                "these",
                "those",
                "other",
                "only",
                "further",
                "additional",
                "each",
                "per",
                "any",
                "some",
                "version",
                "step",
                "extra",
                "new",
                "add",
                "adds",
                "added",
                "to",
                "up",
                "or",
                "most",
                "than",
                "under",
                "and",
                "following",
                "of",
                "into",
                "section",
                "phase",
            ];
            is_least |= last.is(&["least", "over"])
                || last.is(&["than"]) && before.get(1).is_some_and(|word| word.is(&["more"]));
            if !is_least && last.is(&vague)
                || self.source[..token.start]
                    .ends_with(['~', '.', '#', '-', '/', '–', '<', '>', '≈', '=', '$'])
            {
                return None;
            }
        }
        self.with_noun(at, number, is_least, is_in_digits)
    }

    /// What stands behind a number: words that say more, and a noun.
    fn with_noun(&self, at: usize, number: usize, is_least: bool, is_in_digits: bool) -> Option<Claim> {
        const ADJECTIVES: [&str; 16] = [
            "total",
            "test",
            "conformance",
            "unit",
            "vector",
            "core",
            "public",
            "language-agnostic",
            "golden",
            "different",
            "in",
            "main",
            "top-level",
            "exported",
            "library",
            "example",
        ];
        let mut operation = self.operation_before(at);
        for (i, token) in self.tokens.iter().enumerate().skip(at + 1).take(4) {
            let gap = &self.source[self.tokens[i - 1].end..token.start];
            if gap.contains(['.', ',', ';', ':', '(', '\n', '/', '|'])
                && !gap.trim().is_empty()
                && gap.trim() != "`"
            {
                return None;
            }
            let is_vectors = token.is(&VECTOR_NOUNS);
            if is_vectors || token.is(&OPERATION_NOUNS) {
                // "12 test cases": the noun is the last of them.
                if is_vectors
                    && self
                        .tokens
                        .get(i + 1)
                        .is_some_and(|next| next.is(&VECTOR_NOUNS) && next.start - token.end == 1)
                {
                    continue;
                }
                operation = operation.or_else(|| self.operation_behind(i));
                let what = self.counted(at, i, operation, is_vectors, number)?;
                let first = self.tokens[at];
                return Some(Claim {
                    number,
                    is_least,
                    what,
                    number_span: Span::new(self.base + first.start, self.base + first.end),
                    span: Span::new(self.base + first.start, self.base + token.end),
                    is_in_digits: is_in_digits && !first.text.contains(','),
                });
            }
            match self.facts.operation(token.text) {
                Some(found) if self.is_name(token, found) => operation = Some(found),
                _ if token.is(&ADJECTIVES) => {}
                _ => return None,
            }
        }
        None
    }

    fn counted(
        &self,
        at: usize,
        noun: usize,
        operation: Option<usize>,
        is_vectors: bool,
        number: usize,
    ) -> Option<Counted> {
        let behind = self.tokens.get(noun + 1);
        if behind.is_some_and(|next| {
            next.is(&["per", "each", "fail", "failed", "failing", "skipped", "below", "above"])
        }) {
            return None;
        }
        if let Some(operation) = operation {
            return is_vectors.then_some(Counted::VectorsOf(operation));
        }
        if self.owner.is_some() || self.is_limited(noun) {
            return None;
        }
        let is_all = at > 0 && self.tokens[at - 1].is(&["all", "total"]);
        let has = [
            "has",
            "have",
            "contains",
            "contain",
            "includes",
            "holds",
            "comprises",
            "are",
            "provides",
            "exposes",
            "exports",
            "defines",
            "offers",
            "ships",
            "implements",
            "specifies",
        ];
        let is_held = at > 0 && self.tokens[at - 1].is(&has);
        let is_listed = self.source[self.tokens[noun].end..].trim_start_matches('*').starts_with(':');
        if is_vectors {
            let is_total = is_all || number >= FEW && (self.names_vectors || is_held);
            return is_total.then_some(Counted::Vectors);
        }
        (is_all || is_held || is_listed && self.lists_operations(noun)).then_some(Counted::Operations)
    }

    /// Whether what follows a noun says which of them are meant: "12 tests for dates", but not "in all".
    fn is_limited(&self, noun: usize) -> bool {
        let Some(next) = self.tokens.get(noun + 1) else { return false };
        let after = self.tokens.get(noun + 2).map_or("", |token| token.text);
        let vectors = &self.facts.input.spec.front_matter.vectors;
        let is_whole =
            matches!(after, "all" | "total" | "sum") || vectors.iter().take(20).any(|name| name == after);
        next.is(&["for", "of", "in", "from", "with", "that"]) && !is_whole
    }

    /// Whether at least two operations are named behind a token.
    fn lists_operations(&self, noun: usize) -> bool {
        self.tokens[noun..]
            .iter()
            .take(60)
            .filter(|token| self.facts.operation(token.text).is_some())
            .take(2)
            .count()
            == 2
    }

    /// `timeago: 36 tests`.
    fn operation_before(&self, at: usize) -> Option<usize> {
        let token = self.tokens.get(at.checked_sub(1)?)?;
        let gap = self.source[token.end..self.tokens[at].start].trim_matches(['`', '*', ' ']);
        let is_label = matches!(gap, ":" | "(" | "–" | "—" | "-" | "=" | ":**" | "):");
        is_label.then(|| self.facts.operation(token.text)).flatten()
    }

    /// `36 tests for timeago`.
    fn operation_behind(&self, noun: usize) -> Option<usize> {
        let [link, name] = self.tokens.get(noun + 1..noun + 3)? else { return None };
        link.is(&["for", "of"]).then(|| self.facts.operation(name.text)).flatten()
    }

    /// Whether a word is meant as the name of an operation: exactly it, or marked as code.
    fn is_name(&self, token: &Token, operation: usize) -> bool {
        self.facts.operations[operation].name == token.text || self.source[..token.start].ends_with('`')
    }
}

/// Rows with an operation and its number of vectors.
fn in_table(facts: &Facts, table: &Table) -> Vec<Claim> {
    let nouns = ["tests", "cases", "vectors", "test cases", "test vectors", "number of tests", "test count"];
    let is_count = |title: &str| nouns.contains(&title.to_lowercase().as_str());
    let Some(column) = table.head.iter().position(|cell| is_count(&cell.plain())) else { return Vec::new() };
    let claim = |row: &Vec<super::Cell>| {
        let operation = facts.operation(row.first()?.plain().split('(').next()?)?;
        let cell = row.get(column).filter(|_| column > 0)?;
        let number = number(cell.source)?;
        let what = Counted::VectorsOf(operation);
        Some(Claim {
            number,
            is_least: false,
            what,
            number_span: cell.span,
            span: cell.span,
            is_in_digits: true,
        })
    };
    table.rows.iter().filter_map(claim).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::found_beside;
    use crate::lint::{LintLevels, lint};
    use crate::{Options, SourceFile, Sources};

    const SPEC: &str = "# Pads\n\n## pad(text) → string\n\n## trim(text) → string\n";

    fn vectors() -> String {
        let case = |i: usize| format!("  - {{name: c{i}, input: x{i}, output: x}}\n");
        format!("pad:\n{}trim:\n{}", (0..11).map(case).collect::<String>(), case(0))
    }

    fn reports(readme: &str) -> Vec<String> {
        found_beside(SPEC, &vectors(), readme)
    }

    #[test]
    fn wrong_numbers_are_found() {
        for readme in [
            "There are 13 test cases.",
            "Total: 13 test cases.",
            "tests.yaml has 13 cases.",
            "All 13 tests must pass.",
            "- 10 pad tests",
            "- 10 tests for `pad`",
            "- `pad`: 10 tests",
            "All three functions are pure.",
            "It exports three functions.",
            "The 3 functions: `pad`, `trim`, `x`.",
            "It has 20+ test cases in tests.yaml.",
            "| Function | Tests |\n|---|---|\n| `pad` | 10 |",
        ] {
            assert_eq!(reports(readme).len(), 1, "{readme}");
        }
    }

    #[test]
    fn right_numbers_and_numbers_of_something_else_are_left_alone() {
        for readme in [
            "There are 12 test cases, 11 pad tests and all 2 functions.",
            "Over 10 test cases in all. At least 2 tests. About 50 test cases in tests.yaml.",
            "The first 5 tests fail. Add 20 tests. 15 tests failed. 3 tests per function.",
            "All 30 tests of the other library pass.",
            "Run 40 test suites. These three functions are slow. Version 3 tests nothing.",
            "Two cases differ. There are three cases for dates.",
            "| Function | Tests |\n|---|---|\n| `pad` | 11 |\n| `other` | 7 |",
        ] {
            assert_eq!(reports(readme), [""; 0], "{readme}");
        }
    }

    #[test]
    fn a_wrong_number_of_vectors_can_be_mended() {
        let sources = Sources {
            document: SourceFile::new("SPEC.md", format!("{SPEC}\nSee `tests.yaml`.\n")),
            vector_files: vec![SourceFile::new("tests.yaml", vectors())],
            companions: vec![SourceFile::new("README.md", "- 10 pad tests\n")],
            ..Sources::default()
        };
        let (_, diagnostics) = lint(&sources, &Options::default(), &LintLevels::new());
        let report = diagnostics.iter().find(|diagnostic| diagnostic.code == "count-contradiction").unwrap();
        assert_eq!(
            (report.fix[0].span.start, report.fix[0].span.end, report.fix[0].text.as_str()),
            (2, 4, "11")
        );
    }
}
