use super::draw::draw;
use crate::args::ReadingArgs;
use crate::console::say_json;
use crate::error::{CliError, Verdict};
use crate::spec_source::SpecSource;
use crate::wire::delta::DeltaJson;
use clap::Args;
use ghostlib_spec::delta;

/// Show which requirements, vectors, API items, operations and bindings were added, removed or changed.
///
/// Gives 0 whatever it shows, unless one of the options asks for 1.
#[derive(Args)]
pub(crate) struct DiffArgs {
    /// The old state: a SPEC.md, its folder, or `REV:PATH` in the git repository around the current folder.
    old: SpecSource,
    /// The new state, in the same forms.
    new: SpecSource,
    /// Give 1 if anything is different.
    #[arg(long)]
    exit_code: bool,
    /// Give 1 if less is asked for: a requirement is gone and not retired, weaker, or its opposite; a vector, a
    /// declaration or an operation is gone or different.
    #[arg(long)]
    deny_less: bool,
    #[command(flatten)]
    reading: ReadingArgs,
}

pub(crate) fn diff(args: &DiffArgs, json: bool) -> Result<Verdict, CliError> {
    let options = args.reading.options();
    let (old, new) = (args.old.read(&options)?, args.new.read(&options)?);
    let delta = delta::diff(&old.spec, &new.spec);
    if json {
        say_json(&DeltaJson::of(&delta, &old.spec, &new.spec));
    } else {
        draw(&delta);
    }
    let falls_short = (args.exit_code && !delta.is_empty()) || (args.deny_less && delta.asks_less());
    Ok(if falls_short { Verdict::FellShort } else { Verdict::Passed })
}
