mod catalogue;
mod fix;
mod former;

use crate::args::ReadingArgs;
use crate::console::{counted, say, say_json};
use crate::diagnostics::Texts;
use crate::error::{CliError, Verdict};
use crate::spec_source::SpecSource;
use crate::wire::diagnostic::DiagnosticJson;
use clap::Args;
use ghostlib_model::{Diagnostic, Severity};
use ghostlib_run::LoadedSpec;
use ghostlib_spec::lint::{LintLevel, LintLevels};
use ghostlib_spec::{Code, Options, Sources, Spec};
use std::path::PathBuf;

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
    Code::named(name).ok_or_else(|| "there is no such code; `ghostlib lint --list` shows all".into())
}

fn level(text: &str) -> Result<(Code, LintLevel), String> {
    let (name, level) = text.split_once('=').ok_or("write a code, `=`, and a level")?;
    let code = code(name)?;
    if !code.is_lint() {
        return Err(format!("`{code}` is an error of reading, whose level is fixed"));
    }
    Ok((code, level.parse::<LintLevel>().map_err(|error| error.to_string())?))
}

pub(crate) fn lint(args: &LintArgs, json: bool) -> Result<Verdict, CliError> {
    if args.list {
        catalogue::list(json);
    } else if let Some(code) = args.explain {
        catalogue::explain(code, json);
    }
    let Some(path) = args.spec.as_ref().filter(|_| !args.list && args.explain.is_none()) else {
        return Ok(Verdict::Passed);
    };
    let linter = Linter::new(args)?;
    let loaded = LoadedSpec::read_with(path, &linter.options)?.with_surroundings();
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

/// How a spec is linted, whatever its files say at the moment.
struct Linter {
    options: Options,
    levels: LintLevels,
    former: Option<Spec>,
}

impl Linter {
    fn new(args: &LintArgs) -> Result<Self, CliError> {
        let options = args.reading.options();
        let former = args.against.as_ref().map(|former| former.read(&options)).transpose()?;
        Ok(Self {
            levels: args.levels.iter().copied().collect(),
            former: former.map(|former| former.spec),
            options,
        })
    }

    fn lint(&self, sources: &Sources) -> (Spec, Vec<Diagnostic>) {
        let (spec, mut diagnostics) = ghostlib_spec::lint::lint(sources, &self.options, &self.levels);
        if let Some(former) = &self.former {
            let vanished = former::vanished(former, &spec, sources, &self.levels);
            diagnostics.splice(0..0, vanished);
        }
        (spec, diagnostics)
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
