use crate::args::ReadingArgs;
use crate::console::{DIM, counted, say, say_json, styled, visible};
use crate::error::{CliError, Verdict};
use crate::wire::parsed::{self, SpecJson};
use clap::Args;
use ghostlib_model::Place;
use ghostlib_run::LoadedSpec;
use ghostlib_spec::Spec;
use std::path::PathBuf;

/// Show what a spec says: its requirements, vectors, API and bindings.
#[derive(Args)]
pub(crate) struct ParseArgs {
    /// A SPEC.md, or its folder.
    spec: PathBuf,
    #[command(flatten)]
    reading: ReadingArgs,
}

pub(crate) fn parse(args: &ParseArgs, json: bool) -> Result<Verdict, CliError> {
    let loaded = LoadedSpec::read_with(&args.spec, &args.reading.options())?;
    if json {
        say_json(&SpecJson::of(&loaded));
    } else {
        print(&loaded);
    }
    Ok(Verdict::Passed)
}

fn print(loaded: &LoadedSpec) {
    let spec = &loaded.spec;
    say(visible(&title(spec)));
    let document = &loaded.sources.document.path;
    let line = |place: &Place, what: &str, said: String| {
        let file = if *place.file == **document { String::new() } else { format!("{}:", place.file) };
        say(format!("{:>5}  {what:<10}  {}", format!("{file}{}", place.line), visible(&said)));
    };
    for requirement in &spec.requirements {
        let said = format!("{}  {}", requirement.id, requirement.text);
        line(&requirement.place, requirement.level.keyword(), said);
    }
    for vector in &spec.vectors {
        line(&vector.place, "vector", format!("{}  {}", vector.id, vector.input));
    }
    for item in &loaded.api.items {
        line(&item.place, &item.kind.to_string(), item.path.clone());
    }
    for operation in &spec.operations {
        let parameters: Vec<_> = operation.parameters.iter().map(|one| one.name.as_str()).collect();
        line(&operation.place, "operation", format!("{}({})", operation.name, parameters.join(", ")));
    }
    for binding in &spec.bindings {
        line(&binding.place, "binding", format!("{}  {}", binding.operation, binding.expression));
    }
    say(styled(DIM, summary(spec)));
    if !loaded.diagnostics.is_empty() {
        say(format!("{}; `ghostlib lint` shows them", counted(loaded.diagnostics.len(), "diagnostic")));
    }
}

fn title(spec: &Spec) -> String {
    let front_matter = &spec.front_matter;
    let name = if front_matter.name.is_empty() {
        spec.title.as_deref().unwrap_or_default()
    } else {
        &front_matter.name
    };
    format!("{name} {}", front_matter.version).trim().to_owned()
}

/// How the spec was read, and what its text became.
fn summary(spec: &Spec) -> String {
    let mut parts = parsed::parts(&spec.coverage).to_vec();
    parts.retain(|(_, n_bytes)| *n_bytes > 0);
    parts.sort_by_key(|(_, n_bytes)| std::cmp::Reverse(*n_bytes));
    let share = |(name, n_bytes): &(&str, usize)| {
        let percent = parsed::share(*n_bytes, spec.coverage.bytes) * 100.0;
        format!("{} {percent:.1} %", name.replace('_', " "))
    };
    let shares: Vec<_> = parts.iter().map(share).collect();
    format!(
        "{}, read as {}; of {}: {}",
        counted(spec.requirements.len(), "requirement"),
        spec.dialect,
        counted(spec.coverage.bytes, "byte"),
        shares.join(", ")
    )
}
