//! What a whole report says, of runs of every kind.

mod content;
mod hostile;
mod long;
pub(crate) mod sample;

use crate::{html, markdown};
use ghostlib_model::{Evaluation, RunSummary};
use std::sync::Arc;

/// What was measured of the first attempt of an iteration, by its place in the run.
fn measured(run: &mut RunSummary, iteration: usize) -> &mut Evaluation {
    Arc::make_mut(run.iterations[iteration].attempts[0].evaluation.as_mut().unwrap())
}

/// Compares with the reviewed output under `golden/report`.
fn assert_golden(name: &str, rendered: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../../golden/report"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, rendered));
}

#[test]
fn a_passed_run_reads_as_reviewed() {
    assert_golden("passed.html", &html(&sample::run()));
    assert_golden("passed.md", &markdown(&sample::run()));
}

#[test]
fn a_run_that_fell_short_reads_as_reviewed() {
    assert_golden("fell-short.md", &markdown(&sample::fell_short()));
}

#[test]
fn a_run_that_has_not_ended_reads_as_reviewed() {
    assert_golden("not-ended.md", &markdown(&sample::not_ended()));
}

#[test]
fn a_run_without_any_event_reads_as_reviewed() {
    assert_golden("not-started.md", &markdown(&ghostlib_model::RunSummary::default()));
}
