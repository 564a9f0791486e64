//! The figures as Markdown.

use super::Measured;
use super::compare::{Comparison, Overlap};
use crate::say;
use std::time::Duration;

const HEAD: &str = "| crate | public names | P | R | signatures equal | trait impls | P | R | headers equal | unseen | seconds |\n\
    |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|";

/// All crates, and the totals of those that structure can see and of the exceptions.
pub(super) fn print(measured: &[Measured], took: Duration) {
    say(HEAD);
    for one in measured {
        let mark = if one.entry.exception.is_some() { " *" } else { "" };
        let name = format!("{} {}{mark}", one.entry.name, one.entry.version);
        say(row(&name, &one.comparison, one.unseen.len(), one.seconds));
    }
    let plain = |one: &&Measured| one.entry.exception.is_none();
    say(total("all without *", measured.iter().filter(plain)));
    say(total("all", measured.iter()));
    say("");
    for one in measured {
        if let Some(exception) = one.entry.cause() {
            say(format!("- \\* {}: {exception}", one.entry.name));
        }
    }
    let (mut values, mut attributes) = (Overlap::default(), Overlap::default());
    for one in measured {
        values += one.comparison.values;
        attributes += one.comparison.attributes;
    }
    say(format!(
        "\n{} of {} values of constants and variants that both sides tell are equal, and {} of {} items have the same \
         `must_use`, `deprecated` and `repr`.",
        values.both, values.truth, attributes.both, attributes.truth
    ));
    let n_outside: usize = measured.iter().map(|one| one.n_outside).sum();
    say(format!(
        "\n{} crates in {:.0} s; {n_outside} names of other crates' items not counted.",
        measured.len(),
        took.as_secs_f64()
    ));
}

fn total<'a>(name: &str, measured: impl Iterator<Item = &'a Measured>) -> String {
    let (mut sum, mut n_unseen, mut seconds) = (Comparison::default(), 0, 0.0);
    for one in measured {
        sum.names += one.comparison.names;
        sum.signatures += one.comparison.signatures;
        sum.impls += one.comparison.impls;
        sum.headers += one.comparison.headers;
        n_unseen += one.unseen.len();
        seconds += one.seconds;
    }
    row(&format!("**{name}**"), &sum, n_unseen, seconds)
}

fn row(name: &str, comparison: &Comparison, n_unseen: usize, seconds: f64) -> String {
    let Comparison { names, signatures, impls, headers, .. } = comparison;
    let counted = |overlap: &Overlap| {
        format!("{} | {:.3} | {:.3}", overlap.truth, overlap.precision(), overlap.recall())
    };
    let (signatures, headers) = (signatures.equal(), headers.equal());
    format!(
        "| {name} | {} | {signatures:.3} | {} | {headers:.3} | {n_unseen} | {seconds:.2} |",
        counted(names),
        counted(impls)
    )
}

/// Each difference of one crate.
pub(super) fn differences(measured: &Measured) {
    for difference in &measured.comparison.differences {
        say(format!("{} ({})", difference.path, difference.kind));
        for (mark, signatures) in [("-", &difference.missing), ("+", &difference.extra)] {
            for signature in signatures {
                say(format!("  {mark} {signature}"));
            }
        }
    }
    for unseen in &measured.unseen {
        say(format!("unseen {unseen}"));
    }
    say(HEAD);
    say(row(&measured.entry.name, &measured.comparison, measured.unseen.len(), measured.seconds));
}
