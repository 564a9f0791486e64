//! Findings that are known and accepted, each with a reason and for a time.

use ghostlib_model::{Acceptance, CheckFinding, CheckLevel, CheckPlace, CheckReport, CheckStep};
use ghostlib_spec::did_you_mean;
use std::fmt::Write;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The name of the file.
pub const BASELINE: &str = "ghostlib-baseline.toml";
/// A day of the calendar.
pub type Day = jiff::civil::Date;

const KEYS: [&str; 5] = ["rule", "file", "text", "reason", "until"];

/// The findings that are accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    rule: String,
    file: String,
    text: String,
    reason: String,
    until: Day,
    /// Where it stands, from 1.
    line: u32,
}

/// What makes a baseline unusable, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{BASELINE}:{line}: {said}")]
pub struct BaselineError {
    /// The line, from 1.
    pub line: u32,
    /// What is wrong.
    pub said: String,
}

/// How findings come to be accepted.
#[derive(Clone, Debug)]
pub struct Accept {
    /// Why.
    pub reason: String,
    /// The last day.
    pub until: Day,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// With the first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let wrong = |error: &toml::de::Error| BaselineError {
            line: line_at(text, error.span().map_or(0, |span| span.start)),
            said: error.message().to_owned(),
        };
        let document = DeTable::parse(text).map_err(|error| wrong(&error))?;
        let mut entries = Vec::new();
        for (key, value) in document.get_ref() {
            if key.get_ref() != "accept" {
                return Err(unknown(text, key.span().start, key.get_ref(), &["accept"]));
            }
            let DeValue::Array(tables) = value.get_ref() else {
                return Err(at(text, value, "`accept` is a list: write `[[accept]]` above each entry"));
            };
            for table in tables {
                entries.push(Entry::of(text, table)?);
            }
        }
        Ok(Self { entries })
    }

    /// The file's text.
    pub fn to_text(&self) -> String {
        let mut text = String::from(
            "# Findings of `ghostlib check` that are known and accepted, each until a day. A finding is told by its rule,\n\
             # its file and its text, not by its line.\n",
        );
        for entry in &self.entries {
            let quoted = |value: &str| toml::Value::String(value.to_owned()).to_string();
            let _ = write!(
                text,
                "\n[[accept]]\nrule = {}\nfile = {}\ntext = {}\nreason = {}\nuntil = {}\n",
                quoted(&entry.rule),
                quoted(&entry.file),
                quoted(&entry.text),
                quoted(&entry.reason),
                entry.until
            );
        }
        text
    }

    /// Accepts findings of a report, and gives what is to be said of the baseline itself: of entries whose day has passed,
    /// the finding counts again and says so. `is_whole` says that everything was looked at, so that an entry which
    /// accepts nothing is not needed.
    pub fn apply(&self, report: &mut CheckReport, today: Day, is_whole: IsWhole) -> CheckStep {
        let mut is_used = vec![false; self.entries.len()];
        for finding in report.steps.iter_mut().flat_map(|step| &mut step.findings) {
            let Some(i) = self.entries.iter().position(|entry| entry.is_about(finding)) else { continue };
            is_used[i] = true;
            self.entries[i].accept(finding, today);
        }
        let unused =
            self.entries.iter().zip(is_used).filter(|(_, is_used)| !is_used && is_whole == IsWhole::Yes);
        CheckStep {
            subject: BASELINE.into(),
            name: "baseline".into(),
            findings: unused.map(|(entry, _)| entry.unused()).collect(),
            ..CheckStep::default()
        }
    }

    /// The baseline that also accepts every finding that makes a report fail, and, where everything was looked at, without
    /// the entries that accept nothing. How many entries are new, and how many are gone.
    #[must_use]
    pub fn with_failing(
        &self,
        report: &CheckReport,
        accept: &Accept,
        is_whole: IsWhole,
    ) -> (Self, usize, usize) {
        let all: Vec<&CheckFinding> = report.findings().map(|(_, finding)| finding).collect();
        let is_needed = |entry: &&Entry| {
            // The day of an entry whose finding counts again has passed.
            let mut own = all.iter().filter(|one| entry.is_about(one)).peekable();
            (own.peek().is_none() && is_whole == IsWhole::No) || own.any(|one| one.accepted.is_some())
        };
        let mut entries: Vec<Entry> = self.entries.iter().filter(is_needed).cloned().collect();
        let n_gone = self.entries.len() - entries.len();
        let n_kept = entries.len();
        for finding in all {
            let is_failing = finding.accepted.is_none() && finding.level >= report.fails_from;
            if is_failing && !entries.iter().any(|entry| entry.is_about(finding)) {
                entries.push(Entry::accepting(finding, accept));
            }
        }
        let n_new = entries.len() - n_kept;
        (Self { entries }, n_new, n_gone)
    }
}

/// Whether everything was looked at that a baseline can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsWhole {
    /// It was.
    Yes,
    /// Only some things were.
    No,
}

impl Entry {
    fn of(text: &str, table: &Spanned<DeValue<'_>>) -> Result<Self, BaselineError> {
        let DeValue::Table(keys) = table.get_ref() else {
            return Err(at(text, table, "an entry of `accept` is a table: write `[[accept]]` above it"));
        };
        if let Some((key, _)) = keys.iter().find(|(key, _)| !KEYS.contains(&&**key.get_ref())) {
            return Err(unknown(text, key.span().start, key.get_ref(), &KEYS));
        }
        let value = |name: &str| {
            let missing = || at(text, table, &format!("the entry has no `{name}`"));
            keys.get(name).ok_or_else(missing)
        };
        let string = |name: &str| match value(name)?.get_ref() {
            DeValue::String(string) => Ok(string.to_string()),
            _ => Err(at(text, value(name)?, &format!("`{name}` is a text"))),
        };
        let reason = string("reason")?;
        if reason.trim().is_empty() {
            return Err(at(text, value("reason")?, "the entry does not say why: give it a `reason`"));
        }
        let day = match value("until")?.get_ref() {
            DeValue::Datetime(day) => day.to_string().parse::<Day>().ok(),
            DeValue::String(day) => day.parse::<Day>().ok(),
            _ => None,
        };
        let until = day.ok_or(at(text, value("until")?, "`until` is the last day, as 2026-12-31"))?;
        let line = line_at(text, table.span().start);
        Ok(Self { rule: string("rule")?, file: string("file")?, text: string("text")?, reason, until, line })
    }

    fn accepting(finding: &CheckFinding, accept: &Accept) -> Self {
        Self {
            rule: finding.rule.clone(),
            file: finding.file().to_owned(),
            text: finding.text.clone(),
            reason: accept.reason.clone(),
            until: accept.until,
            line: 0,
        }
    }

    fn is_about(&self, finding: &CheckFinding) -> bool {
        self.rule == finding.rule && self.file == finding.file() && self.text == finding.text
    }

    fn accept(&self, finding: &mut CheckFinding, today: Day) {
        if today <= self.until {
            let until = Some(self.until.to_string());
            finding.accepted = Some(Acceptance { reason: self.reason.clone(), until });
            return;
        }
        let passed = format!("it was accepted until {}: {}", self.until, self.reason);
        finding.help = Some(match finding.help.take() {
            Some(help) => format!("{passed}; {help}"),
            None => passed,
        });
    }

    fn unused(&self) -> CheckFinding {
        let message = format!("nothing of the rule `{}` in {} is as this entry says", self.rule, self.file);
        let text = format!("{} {} {}", self.rule, self.file, self.text);
        let mut finding = CheckFinding::new("baseline-unused", CheckLevel::Note, text, message);
        finding.help = Some("remove the entry, or let `ghostlib check --write-baseline` do it".into());
        let mut place = CheckPlace::start_of(BASELINE);
        (place.line, place.end_line) = (self.line, self.line);
        finding.place = Some(place);
        finding
    }
}

fn unknown(text: &str, start: usize, key: &str, known: &[&str]) -> BaselineError {
    let near = did_you_mean(key, known.iter().copied());
    let near = near.map_or_else(String::new, |near| format!(" ({near})"));
    BaselineError { line: line_at(text, start), said: format!("there is no key `{key}`{near}") }
}

fn at(text: &str, value: &Spanned<DeValue<'_>>, said: &str) -> BaselineError {
    BaselineError { line: line_at(text, value.span().start), said: said.to_owned() }
}

fn line_at(text: &str, start: usize) -> u32 {
    let before = text.get(..start).unwrap_or(text);
    u32::try_from(before.matches('\n').count()).unwrap_or(u32::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[[accept]]\nrule = \"vector-untrue\"\nfile = \"a/SPEC.md\"\ntext = \"f/one\"\n\
                        reason = \"wait for 2.0\"\nuntil = 2030-01-31\n";

    fn report(rule: &str) -> CheckReport {
        let mut finding = CheckFinding::new(rule, CheckLevel::Error, "f/one", "m");
        finding.place = Some(CheckPlace { line: 7, ..CheckPlace::start_of("a/SPEC.md") });
        let step = CheckStep { findings: vec![finding], ..CheckStep::default() };
        CheckReport { steps: vec![step], ..CheckReport::default() }
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_finding_is_accepted_up_to_its_last_day_and_counts_again_on_the_next() {
        let baseline = Baseline::parse(TEXT).unwrap();
        let mut known = report("vector-untrue");
        baseline.apply(&mut known, day("2030-01-31"), IsWhole::Yes);
        assert!(known.passes());
        let mut late = report("vector-untrue");
        let said = baseline.apply(&mut late, day("2030-02-01"), IsWhole::Yes);
        assert!(!late.passes() && said.findings.is_empty());
        let help = late.steps[0].findings[0].help.as_deref();
        assert_eq!(help, Some("it was accepted until 2030-01-31: wait for 2.0"));
    }

    #[test]
    fn an_entry_that_accepts_nothing_is_a_note_where_everything_was_looked_at() {
        let baseline = Baseline::parse(&format!("\n\n{TEXT}")).unwrap();
        let apply = |is_whole| baseline.apply(&mut report("another"), day("2030-01-01"), is_whole).findings;
        let unused = apply(IsWhole::Yes);
        assert_eq!((unused[0].rule.as_str(), unused[0].place.as_ref().unwrap().line), ("baseline-unused", 3));
        assert!(apply(IsWhole::No).is_empty());
    }

    #[test]
    fn what_fails_is_written_and_read_back_and_what_is_gone_is_dropped() {
        let accept = Accept { reason: "a \"quoted\" reason".into(), until: day("2031-05-06") };
        let (written, n_new, n_gone) =
            Baseline::parse(TEXT).unwrap().with_failing(&report("another"), &accept, IsWhole::Yes);
        assert_eq!((n_new, n_gone), (1, 1));
        let read = Baseline::parse(&written.to_text()).unwrap();
        let mut again = report("another");
        read.apply(&mut again, day("2031-05-06"), IsWhole::Yes);
        assert!(again.passes(), "{}", written.to_text());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_the_nearest_name() {
        let said = |text: &str| Baseline::parse(text).unwrap_err().to_string();
        assert_eq!(
            said(&TEXT.replace("until", "untl")),
            "ghostlib-baseline.toml:6: there is no key `untl` (did you mean `until`?)"
        );
        assert_eq!(
            said("[[acept]]\n"),
            "ghostlib-baseline.toml:1: there is no key `acept` (did you mean `accept`?)"
        );
        assert!(said(&TEXT.replace("2030-01-31", "\"soon\"")).contains(":6: `until` is the last day"));
        assert!(said(&TEXT.replace("wait for 2.0", " ")).contains(":5: the entry does not say why"));
        assert!(said("[[accept]]\nrule = \"a\"\n").contains(":1: the entry has no `reason`"));
        assert!(said("accept = 1\n").contains("write `[[accept]]`"));
        assert!(said("a = \n").starts_with("ghostlib-baseline.toml:1: "));
    }
}
