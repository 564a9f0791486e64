mod catalogue;
mod fix;
mod former;

pub(in crate::commands) use catalogue::has_page;

use crate::args::ReadingArgs;
use crate::console::{counted, say, say_json};
use crate::diagnostics::Texts;
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use crate::spec_source::SpecSource;
use crate::wire::diagnostic::DiagnosticJson;
use clap::Args;
use ghostlib_diff::SourceTree;
use ghostlib_model::{Diagnostic, ReferenceSource, Severity};
use ghostlib_run::{LoadedSpec, lint_against};
use ghostlib_spec::lint::{LintLevel, LintLevels};
use ghostlib_spec::{Code, Options, Sources, Spec, nearest};
use ghostlib_verify::rust::fetch;
use std::path::PathBuf;
use std::str::FromStr;

/// Check a spec's own text: ids, levels, wording, vectors, API blocks, bindings, links.
#[derive(Args)]
pub(crate) struct LintArgs {
    /// A SPEC.md, or its folder.
    #[arg(required_unless_present_any = ["list", "explain"])]
    spec: Option<PathBuf>,
    /// How bad a lint is: `allow`, `info`, `warning` or `error`; can be given several times. It stands above the
    /// front matter.
    #[arg(long = "level", value_name = "CODE=LEVEL", value_parser = level)]
    levels: Vec<(Code, LintLevel)>,
    /// Mend what can be mended safely, in the files themselves.
    #[arg(long)]
    fix: bool,
    /// A former state of the spec, whose ids must still be there: a SPEC.md, its folder, or `REV:PATH`.
    #[arg(long, value_name = "OLD")]
    against: Option<SpecSource>,
    /// Look at the reference too, for code of it in the spec, and for sizes: `pinned` by the front matter, which is
    /// meant without a SOURCE, `crate:NAME@VERSION`, `pypi:NAME@VERSION`, `git:URL#REV`, or a path.
    #[arg(long, value_name = "SOURCE", num_args = 0..=1, require_equals = true, default_missing_value = "pinned")]
    reference: Option<WantedReference>,
    /// Give 1 for warnings too.
    #[arg(long)]
    deny_warnings: bool,
    /// List all codes with their severity.
    #[arg(long, conflicts_with = "spec")]
    list: bool,
    /// Explain a code.
    #[arg(long, value_name = "CODE", conflicts_with_all = ["spec", "list"], value_parser = code)]
    explain: Option<Code>,
    #[command(flatten)]
    reading: ReadingArgs,
}

fn code(name: &str) -> Result<Code, String> {
    Code::named(name).ok_or_else(|| match nearest(name, Code::ALL.iter().map(|code| code.as_str())) {
        Some(near) => format!("there is no such code; did you mean `{near}`?"),
        None => "there is no such code; `ghostlib lint --list` shows all".into(),
    })
}

fn level(text: &str) -> Result<(Code, LintLevel), String> {
    let (name, level) = text.split_once('=').ok_or("write a code, `=`, and a level")?;
    let code = code(name)?;
    if !code.is_lint() {
        return Err(format!("`{code}` is an error of reading, whose level is fixed"));
    }
    Ok((code, level.parse::<LintLevel>().map_err(|error| error.to_string())?))
}

pub(crate) async fn lint(args: &LintArgs, json: bool) -> Result<Verdict, CliError> {
    if args.list {
        catalogue::list(json);
    } else if let Some(code) = args.explain {
        catalogue::explain(code, json);
    }
    let Some(path) = args.spec.as_ref().filter(|_| !args.list && args.explain.is_none()) else {
        return Ok(Verdict::Passed);
    };
    let loaded = LoadedSpec::read_with(path, &args.reading.options())?.with_surroundings();
    let reference = match &args.reference {
        Some(wanted) => Some(read_reference(wanted, &loaded).await?),
        None => None,
    };
    let linter = Linter::new(args, reference)?;
    let sources = if args.fix { fix::fix(&linter, &loaded, json)? } else { loaded.sources };
    let (spec, diagnostics) = linter.lint(&sources);
    if json {
        say_json(&diagnostics.iter().map(DiagnosticJson::of).collect::<Vec<_>>());
    } else {
        print(&sources, &diagnostics);
        say(format!("{}: {}", path.display(), summary(&spec, &sources, &linter.options, &diagnostics)));
    }
    let is_bad = |diagnostic: &Diagnostic| {
        diagnostic.severity == Severity::Error
            || (args.deny_warnings && diagnostic.severity == Severity::Warning)
    };
    Ok(if diagnostics.iter().any(is_bad) { Verdict::FellShort } else { Verdict::Passed })
}

/// Which reference is looked at.
#[derive(Clone, Debug)]
enum WantedReference {
    Pinned,
    Named(ReferenceSource),
}

impl FromStr for WantedReference {
    type Err = <ReferenceSource as FromStr>::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "pinned" { Ok(Self::Pinned) } else { text.parse().map(Self::Named) }
    }
}

async fn read_reference(wanted: &WantedReference, loaded: &LoadedSpec) -> Result<SourceTree, CliError> {
    let (source, base) = match (wanted, &loaded.spec.front_matter.reference) {
        (WantedReference::Named(source), _) => (source, current_dir()?),
        (WantedReference::Pinned, Some(source)) => (source, loaded.dir.clone()),
        (WantedReference::Pinned, None) => {
            let message = "the spec pins no reference to compare with";
            return Err(CliError::input(message)
                .hint("write `--reference=SOURCE`, or put `reference:` into the front matter"));
        }
    };
    let cache = tempfile::tempdir()
        .map_err(|error| CliError::environment(format!("no temporary folder can be made: {error}")))?;
    let fetched = fetch(source, &base, cache.path()).await?;
    SourceTree::read(&fetched.dir).map_err(|error| CliError::input(error.to_string()))
}

/// How a spec is linted, whatever its files say at the moment.
struct Linter {
    options: Options,
    levels: LintLevels,
    former: Option<Spec>,
    reference: Option<SourceTree>,
}

impl Linter {
    fn new(args: &LintArgs, reference: Option<SourceTree>) -> Result<Self, CliError> {
        let options = args.reading.options();
        let former = args.against.as_ref().map(|former| former.read(&options)).transpose()?;
        Ok(Self {
            levels: args.levels.iter().copied().collect(),
            former: former.map(|former| former.spec),
            options,
            reference,
        })
    }

    fn lint(&self, sources: &Sources) -> (Spec, Vec<Diagnostic>) {
        ghostlib_spec::lint::lint_with(sources, &self.options, &self.levels, |spec| {
            let mut further = Vec::new();
            if let Some(former) = &self.former {
                further.extend(former::vanished(former, spec, sources));
            }
            if let Some(reference) = &self.reference {
                further.extend(lint_against(spec, sources, reference));
            }
            further
        })
    }
}

fn print(sources: &Sources, diagnostics: &[Diagnostic]) {
    let texts = Texts::of(sources);
    for diagnostic in diagnostics {
        say(texts.draw(diagnostic));
        say("");
    }
}

fn summary(spec: &Spec, sources: &Sources, options: &Options, diagnostics: &[Diagnostic]) -> String {
    let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let n_api_items = LoadedSpec::of_with(sources.clone(), options).api.items.len();
    let n_notes = count(Severity::Info);
    let notes = if n_notes == 0 { String::new() } else { format!(", {}", counted(n_notes, "note")) };
    format!(
        "{}, {}, {}; {}, {}{notes}",
        counted(spec.requirements.len(), "requirement"),
        counted(spec.vectors.len(), "vector"),
        counted(n_api_items, "API item"),
        counted(count(Severity::Error), "error"),
        counted(count(Severity::Warning), "warning")
    )
}
