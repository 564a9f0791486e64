//! What comparing what both do could have seen.

use crate::commands::measuring::{mutant_json, mutant_line};
use crate::console::{DIM, WARN, counted, say, styled, visible};
use ghostlib_run::Power;
use serde_json::{Value, json};

/// More survivors are not listed for people.
const MAX_LISTED: usize = 20;

pub(super) fn print(power: &Power) {
    for mutant in power.survivors().take(MAX_LISTED) {
        say(mutant_line("not seen", mutant));
    }
    let n_survivors = power.survivors().count();
    if n_survivors > MAX_LISTED {
        say(format!("and {} more; `--json` lists all", counted(n_survivors - MAX_LISTED, "mutant")));
    }
    let caught = power.caught();
    let interval =
        caught.interval().map_or_else(String::new, |[low, high]| format!(", from {low:.2} to {high:.2}"));
    say(format!(
        "power: the same calls show {caught} mutants of the reference{interval}, and {} by a text alone; it has {}",
        power.n_by_text(),
        counted(power.mutated.mutants.len(), "mutant")
    ));
    if power.false_alarms.n > 0 {
        let told = "something shows with no mutant active, so the figure is too high";
        say(format!("{}: {told}: {} tries", styled(WARN, "false alarms"), power.false_alarms));
    }
    if !power.mutated.constant.is_empty() {
        let functions = power.mutated.constant.join(", ");
        say(styled(DIM, format!("without mutants, since they are `const`: {}", visible(&functions))));
    }
}

pub(super) fn json(power: &Power) -> Value {
    let caught = power.caught();
    let survivors = power.survivors().map(mutant_json);
    let functions = power
        .functions()
        .into_iter()
        .map(|(function, caught)| json!({ "function": function, "mutants": caught.of, "caught": caught.n }));
    json!({
        "mutants": caught.of,
        "caught": caught.n,
        "interval": caught.interval(),
        "by_text": power.n_by_text(),
        "false_alarms": power.false_alarms,
        "planted": power.mutated.mutants.len(),
        "unviable": power.mutated.n_unviable,
        "constant": power.mutated.constant,
        "functions": functions.collect::<Vec<_>>(),
        "survivors": survivors.collect::<Vec<_>>(),
    })
}
