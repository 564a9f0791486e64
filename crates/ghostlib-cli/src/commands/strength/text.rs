//! For people.

use crate::commands::measuring::mutant_line;
use crate::console::{BOLD, DIM, WARN, counted, say, styled, visible};
use ghostlib_model::Ratio;
use ghostlib_run::{Shown, Strength, Weighed};
use ghostlib_spec::edit::render_vectors;

/// More survivors are not listed for people.
const MAX_LISTED: usize = 40;

pub(super) fn print(strength: &Strength) {
    let mut survivors: Vec<&Weighed> = strength.survivors().collect();
    survivors.sort_by_key(|weighed| !weighed.counts());
    for weighed in survivors.iter().take(MAX_LISTED) {
        print_survivor(weighed);
    }
    if survivors.len() > MAX_LISTED {
        let n_more = survivors.len() - MAX_LISTED;
        say(format!("and {} more; `--json` lists all", counted(n_more, "survivor")));
    }
    if !strength.proposals.is_empty() {
        say("");
        say(styled(BOLD, "vectors that would find them, with the reference's answers:"));
        say("");
        say(visible_lines(&render_vectors(&strength.proposals)));
        say("");
    }
    print_tests(strength);
    print_share(strength);
}

fn print_survivor(weighed: &Weighed) {
    say(mutant_line("not found", &weighed.mutant));
    let tests = match weighed.by_own_tests {
        Some(true) => "the reference's own tests find it; ",
        Some(false) => "the reference's own tests miss it too; ",
        None => "",
    };
    let shown = match &weighed.shown {
        Shown::ByVector(id) => format!("the vector {id} finds it"),
        Shown::ByProposal(id) => format!("the vector {id} below would find it"),
        Shown::ByBehaviour(operation) => {
            format!("calls of `{operation}` show it, by something that no vector can say")
        }
        Shown::ByNothing => "nothing that was tried shows it".to_owned(),
    };
    say(styled(DIM, format!("          {tests}{}", visible(&shown))));
}

fn print_tests(strength: &Strength) {
    let tests = match &strength.own_tests {
        Ok(tests) => tests,
        Err(error) => {
            let what = "the share is of the mutants that some call shows";
            return say(format!(
                "{}: the reference: {}; {what}",
                styled(WARN, "no tests"),
                visible(&error.to_string())
            ));
        }
    };
    for one in &tests.left_out {
        say(styled(DIM, format!("not asked: the test `{}`: {}", visible(&one.test), visible(&one.reason))));
    }
    let n_killed = strength.weighed.iter().filter(|weighed| weighed.counts()).count();
    say(format!(
        "the reference's own {} find {}",
        counted(tests.n_tests, "test"),
        shown(Ratio::new(n_killed, strength.weighed.len())),
    ));
}

fn print_share(strength: &Strength) {
    let whose = if strength.own_tests.is_ok() { "that those tests find" } else { "that some call shows" };
    let tried = Ratio::new(strength.weighed.len(), strength.mutated.mutants.len());
    say(format!(
        "strength: the spec's vectors find {} of the mutants {whose}; with the proposed ones {}; {tried} mutants tried",
        styled(BOLD, shown(strength.share())),
        shown(strength.share_with_proposals()),
    ));
}

/// A share with its interval.
fn shown(ratio: Ratio) -> String {
    let (Some(share), Some([low, high])) = (ratio.share(), ratio.interval()) else {
        return ratio.to_string();
    };
    format!("{ratio} = {share:.2} ({low:.2}–{high:.2})")
}

/// Text of several lines, without what a terminal would act upon.
fn visible_lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}
