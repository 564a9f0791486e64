//! What a whole report says, of runs of every kind.

mod content;
mod hostile;
mod long;
pub(crate) mod sample;

use crate::{Beside, markdown};
use ghostlib_model::{Evaluation, RunSummary};
use std::io::Read;
use std::sync::Arc;

/// What was measured of the first attempt of an iteration, by its place in the run.
fn measured(run: &mut RunSummary, iteration: usize) -> &mut Evaluation {
    Arc::make_mut(run.iterations[iteration].attempts[0].evaluation.as_mut().unwrap())
}

/// The page of a run beside which nothing lies.
fn html(run: &RunSummary) -> String {
    crate::html(run, &Beside::default())
}

/// The page without what is the same in every one, and without the data.
fn markup(page: &str) -> String {
    let mut rest = page;
    let mut kept = String::new();
    for (begin, end) in
        [("<style>", "</style>"), ("id=\"ghostlib-run\">", "</script>"), ("<script>", "</script>")]
    {
        let at = rest.find(begin).unwrap() + begin.len();
        kept.push_str(&rest[..at]);
        rest = &rest[at + rest[at..].find(end).unwrap()..];
    }
    kept + rest
}

/// The JSON that a page carries.
fn data(page: &str) -> String {
    let (_, data) = page.split_once("id=\"ghostlib-run\">").unwrap();
    let (data, _) = data.split_once("</script>").unwrap();
    let packed = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, data).unwrap();
    let mut json = String::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut json).unwrap();
    json
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
    let run = sample::run();
    let page = crate::html(&run, &sample::beside(&run, &str::to_owned));
    let policy =
        page.split_once("Content-Security-Policy\" content=\"").unwrap().1.split('"').next().unwrap();
    assert_golden("passed.html", &markup(&page).replace(policy, ""));
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
