//! What became of the reference's own tests.

use crate::console::{BAD, DIM, say, styled, visible};
use ghostlib_model::Ratio;
use ghostlib_verify::rust::own_tests::{NoTests, TestLeftOut, UpstreamTests};
use serde_json::{Value, json};

/// More tests are not listed for people.
const MAX_LISTED: usize = 20;

pub(super) fn print(found: &Result<UpstreamTests, NoTests>) {
    let tests = match found {
        Ok(tests) => tests,
        Err(error) => {
            return say(format!("    upstream   no tests of the reference: {}", visible(&error.to_string())));
        }
    };
    let UpstreamTests { passed, failed, not_run } = tests;
    let passing = Ratio::new(passed.len(), passed.len() + failed.len());
    say(format!("    upstream   {passing} integration tests of the reference pass; they are in no score"));
    for one in failed.iter().take(MAX_LISTED) {
        say(format!("      {} {}: {}", styled(BAD, "fails"), visible(&one.test), visible(&one.reason)));
    }
    for one in not_run.iter().take(MAX_LISTED) {
        say(styled(DIM, format!("      not run {}: {}", visible(&one.test), visible(&one.reason))));
    }
    let n_more = failed.len().saturating_sub(MAX_LISTED) + not_run.len().saturating_sub(MAX_LISTED);
    if n_more > 0 {
        say(styled(DIM, format!("      and {n_more} more; `--json` lists all")));
    }
}

pub(super) fn json(found: &Result<UpstreamTests, NoTests>) -> Value {
    let list = |tests: &[TestLeftOut]| -> Vec<Value> {
        tests.iter().map(|one| json!({"test": one.test, "reason": one.reason})).collect()
    };
    match found {
        Ok(UpstreamTests { passed, failed, not_run }) => {
            json!({"passed": passed, "failed": list(failed), "not_run": list(not_run)})
        }
        Err(error) => json!({"reason": error.to_string()}),
    }
}
