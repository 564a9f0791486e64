//! Lints on the words of a spec: its ids, links, wording, and what is hidden in it.

mod checks;
mod hidden;
mod ids;
mod instructions;
mod links;
mod pseudocode;
mod rounding;
mod terms;
mod todo;
mod units;
mod wording;

use super::{Input, Report};

pub(super) fn check(input: &Input, report: &mut Report) {
    ids::check(input, report);
    links::check(input, report);
    checks::check(input, report);
    wording::check(input, report);
    todo::check(input, report);
    terms::check(input, report);
    units::check(input, report);
    rounding::check(input, report);
    hidden::check(input, report);
    instructions::check(input, report);
    pseudocode::check(input, report);
}
