//! The command line. The doc comments are the help.

use crate::commands;
use crate::error::CliError;
use crate::settings::is_amount;
use crate::telling::TellingArgs;
use crate::tmux::Tmux;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use ghostlib_model::{Level, SessionBudget};
use ghostlib_run::store::Project;
use ghostlib_sandbox::BackendChoice;
use ghostlib_spec::{Dialect, Options};

/// Libraries as specs: rebuild them blind, measure how faithful the code is, mend the spec.
///
/// Exit codes: 0 passed; 1 fell short; 2 a mistake in what was asked or given; 3 the environment lacks something;
/// 4 a revision waits for a person; 130 interrupted.
#[derive(Parser)]
#[command(name = "ghostlib", version, arg_required_else_help = true)]
pub(crate) struct Args {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Write JSON for machines to standard output.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) telling: TellingArgs,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Demo(commands::demo::DemoArgs),
    Init(commands::init::InitArgs),
    Distil(commands::distil::DistilArgs),
    Check(commands::check::CheckArgs),
    Lint(commands::lint::LintArgs),
    Fmt(commands::fmt::FmtArgs),
    Parse(commands::parse::ParseArgs),
    Spec(commands::spec::SpecArgs),
    Schema(commands::schema::SchemaArgs),
    Vectors(commands::vectors::VectorsArgs),
    Diff(commands::diff::DiffArgs),
    Eval(commands::eval::EvalArgs),
    Converge(commands::converge::ConvergeArgs),
    Strength(commands::strength::StrengthArgs),
    Ablate(commands::ablate::AblateArgs),
    Shrink(commands::shrink::ShrinkArgs),
    Perturb(commands::perturb::PerturbArgs),
    Replace(commands::replace::ReplaceArgs),
    Add(commands::add::AddArgs),
    Verify(commands::verify::VerifyArgs),
    Outdated(commands::outdated::OutdatedArgs),
    Update(commands::update::UpdateArgs),
    Run(commands::run::RunArgs),
    Resume(commands::resume::ResumeArgs),
    Review(commands::review::ReviewArgs),
    Status(commands::status::StatusArgs),
    Runs(commands::runs::RunsArgs),
    Compare(commands::compare::CompareArgs),
    Export(commands::export::ExportArgs),
    Import(commands::import::ImportArgs),
    Gc(commands::gc::GcArgs),
    Attach(commands::attach::AttachArgs),
    Task(commands::task::TaskArgs),
    Mcp(commands::mcp::McpArgs),
    Recording(commands::recording::RecordingArgs),
    Report(commands::report::ReportArgs),
    Prompts(commands::prompts::PromptsArgs),
    Config(commands::config::ConfigArgs),
    Doctor(commands::doctor::DoctorArgs),
    Sandbox(commands::sandbox::SandboxArgs),
    Completions(commands::completions::CompletionsArgs),
    Man(commands::man::ManArgs),
}

/// How a spec is read.
#[derive(ClapArgs)]
pub(crate) struct ReadingArgs {
    /// The document's format: `native`, `rfc2119`, `nlspec`, `ghost-library`, `openspec`, `spec-kit`, `ears`. Its
    /// content decides if this is not given.
    #[arg(long, value_name = "NAME")]
    dialect: Option<Dialect>,
    /// A phrase that binds besides those of RFC 2119, as in `MUST=IS TO`; can be given several times.
    #[arg(long = "keyword", value_name = "LEVEL=PHRASE", value_parser = keyword)]
    keywords: Vec<(Level, String)>,
}

impl ReadingArgs {
    pub(crate) fn options(&self) -> Options {
        let keywords = self.keywords.iter().map(|(level, phrase)| (phrase.clone(), *level));
        Options { dialect: self.dialect, keywords: keywords.collect() }
    }
}

fn keyword(text: &str) -> Result<(Level, String), String> {
    let (name, phrase) = text.split_once('=').unwrap_or_default();
    let name = name.trim().replace(['-', '_'], " ");
    let level = Level::ALL.into_iter().find(|level| level.keyword().eq_ignore_ascii_case(&name));
    match level {
        Some(level) if !phrase.trim().is_empty() => Ok((level, phrase.trim().to_owned())),
        _ => Err("write a level, `=`, and a phrase: `MUST NOT=DARF NICHT`".into()),
    }
}

pub(crate) fn dollars(text: &str) -> Result<f64, String> {
    let usd = text.parse().ok().filter(|usd| is_amount(*usd));
    usd.ok_or_else(|| "it is an amount of US dollars, 0 or more".to_owned())
}

/// Who works, and what a session may use up.
#[derive(ClapArgs)]
pub(crate) struct AgentArgs {
    /// Who works: `auto` takes what is installed, `codex`, `claude`, `opencode`, `codex-acp`, `claude-acp`, a name of the
    /// settings, `handoff`, `acp:PROGRAM ARGUMENTS` (any agent of the Agent Client Protocol), `command:PROGRAM ARGUMENTS`
    /// (with `{prompt_file}` and `{workspace}`), or `replay:FOLDER`. Given several times, attempts take them in turn.
    #[arg(long = "agent", value_name = "AGENT")]
    pub(crate) agents: Vec<String>,
    /// Who mends the spec where no mechanical revision can; named as an agent is.
    #[arg(long, value_name = "AGENT")]
    pub(crate) reviser: Option<String>,
    /// The agent's model, as its endpoint calls it.
    #[arg(long)]
    pub(crate) model: Option<String>,
    /// How hard the model is to think, in the words of its maker.
    #[arg(long)]
    pub(crate) effort: Option<String>,
    /// Wall time for one session, in seconds. A handed-out task waits for ever without it, others have an hour.
    #[arg(long, value_name = "SECONDS")]
    session_seconds: Option<u64>,
    /// How long a session may show no sign of life, in seconds.
    #[arg(long, value_name = "SECONDS")]
    session_idle_seconds: Option<u64>,
    /// How many answers of its model a session may use.
    #[arg(long, value_name = "N")]
    session_turns: Option<u64>,
    /// How many tokens a session may use, in and out.
    #[arg(long, value_name = "N")]
    session_tokens: Option<u64>,
    /// What a session may cost, in US dollars. The price of the model has to stand in the settings.
    #[arg(long, value_name = "USD", value_parser = dollars, allow_negative_numbers = true)]
    session_usd: Option<f64>,
    /// Show each session in a window of tmux, in its session `ghostlib`.
    #[arg(long)]
    tmux: bool,
}

impl AgentArgs {
    /// Where sessions are shown, if that is asked for.
    pub(crate) fn tmux(&self, project: &Project) -> Result<Option<Tmux>, CliError> {
        if self.tmux { Tmux::find(project).map(Some) } else { Ok(None) }
    }

    /// What a session may use up; what is not given is as before.
    pub(crate) fn budget(&self, before: SessionBudget) -> SessionBudget {
        SessionBudget {
            seconds: self.session_seconds.or(before.seconds),
            idle_seconds: self.session_idle_seconds.or(before.idle_seconds),
            turns: self.session_turns.or(before.turns),
            tokens: self.session_tokens.or(before.tokens),
            usd: self.session_usd.or(before.usd),
        }
    }
}

/// Where candidates and agents run.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum SandboxChoice {
    /// bubblewrap if it is installed and works, else Landlock.
    #[default]
    Auto,
    /// bubblewrap or nothing.
    Bubblewrap,
    /// Landlock and seccomp, which need nothing installed, or nothing.
    Landlock,
}

impl From<SandboxChoice> for BackendChoice {
    fn from(choice: SandboxChoice) -> Self {
        match choice {
            SandboxChoice::Auto => Self::Auto,
            SandboxChoice::Bubblewrap => Self::Bubblewrap,
            SandboxChoice::Landlock => Self::Landlock,
        }
    }
}

impl SandboxChoice {
    /// The choice as it is written on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Bubblewrap => "bubblewrap",
            Self::Landlock => "landlock",
        }
    }
}
