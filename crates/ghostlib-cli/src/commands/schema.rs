use crate::console::{say, say_json};
use crate::error::Verdict;
use crate::wire::outdated::OutdatedJson;
use crate::wire::parsed::SpecJson;
use crate::wire::vendored::{RebuildingJson, VerificationJson};
use clap::{Args, ValueEnum};
use ghostlib_model::{CheckReport, Comparison};
use ghostlib_run::store::Lockfile;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};

/// Print the JSON Schema of a format, for editors and for programs.
#[derive(Args)]
pub(crate) struct SchemaArgs {
    /// The format; all names are listed if it is not given.
    #[arg(value_enum)]
    name: Option<Name>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Name {
    /// The front matter of a spec.
    FrontMatter,
    /// A vector file, and a `yaml vectors` block.
    Vectors,
    /// What `ghostlib parse --json` writes.
    Parse,
    /// What `ghostlib compare --json` writes.
    Compare,
    /// What `ghostlib check --json` writes.
    Check,
    /// A lockfile, as JSON has it.
    Lockfile,
    /// What `ghostlib add --json` and `ghostlib update --json` write.
    Add,
    /// What `ghostlib verify --json` writes.
    Verify,
    /// What `ghostlib outdated --json` writes.
    Outdated,
}

pub(crate) fn schema(args: &SchemaArgs, json: bool) -> Verdict {
    match args.name {
        Some(name) => say_json(&name.schema()),
        None if json => say_json(&names().collect::<Vec<_>>()),
        None => names().for_each(say),
    }
    Verdict::Passed
}

fn names() -> impl Iterator<Item = String> {
    let names = Name::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    names.map(|name| name.get_name().to_owned())
}

impl Name {
    fn schema(self) -> Schema {
        match self {
            Self::FrontMatter => ghostlib_spec::schema::front_matter(),
            Self::Vectors => ghostlib_spec::schema::vectors(),
            Self::Parse => of_output::<SpecJson>(),
            Self::Compare => of_output::<Comparison>(),
            Self::Check => of_output::<CheckReport>(),
            Self::Lockfile => of_output::<Lockfile>(),
            Self::Add => of_output::<RebuildingJson<'static>>(),
            Self::Outdated => of_output::<OutdatedJson>(),
            Self::Verify => of_output::<VerificationJson<'static>>(),
        }
    }
}

/// The schema of what a command writes.
fn of_output<T: JsonSchema>() -> Schema {
    SchemaSettings::default().for_serialize().into_generator().into_root_schema_for::<T>()
}
