mod scope;
mod text;
mod work;
mod written;

use crate::args::SandboxChoice;
use crate::console::{say, warn};
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use crate::settings::Settings;
use clap::{Args, ValueEnum};
use ghostlib_model::{CHECK_FORMAT, CheckLevel, CheckReport, CheckRule, CheckStep};
use ghostlib_report::check::BOOK;
use ghostlib_run::check::{Accept, BASELINE, Baseline, Day, IsWhole, Rule, repository_root, rule};
use ghostlib_run::store::write_file;
use scope::Scope;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use written::FormatTo;

/// Check a repository: every spec's text, every spec against the reference that it pins, vendored crates against their
/// lockfiles and specs, lockfiles of runs against their specs.
///
/// No agent is asked, and nothing is fetched unless `--fetch` says so: a reference that is not at hand is a step that is
/// skipped, named and counted. What has not changed since the last check is not looked at again.
///
/// Specs are found by their front matter (`ghostlib: 1`) and by `[check] specs` in ghostlib.toml; what `.gitignore` or
/// `[check] exclude` names is passed over. Findings that `ghostlib-baseline.toml` accepts do not count.
///
/// Exit codes: 0 nothing counts against it; 1 there are errors, or what `--deny` names; 2 a mistake in what was asked or
/// given; 3 the environment lacks something.
#[derive(Args)]
pub(crate) struct CheckArgs {
    /// Folders, specs and lockfiles; the current folder if none is given.
    paths: Vec<PathBuf>,
    /// Only what the branch touches since it left BASE, changes that are not committed included: a spec by any of its
    /// files, by its reference's folder, or by ghostlib.toml. Without BASE, the branch that a pull request is for, or the
    /// main branch.
    #[arg(long, value_name = "BASE", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    changed: Option<String>,
    /// `text`, `github`, `sarif`, `junit`, `json` or `markdown`, to standard output or to FILE; can be given several times,
    /// one of them without a FILE.
    #[arg(long = "format", value_name = "FORMAT[=FILE]")]
    formats: Vec<FormatTo>,
    /// What else gives exit code 1; can be given several times.
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Vec<Denied>,
    /// Show notes in the text, too.
    #[arg(long)]
    notes: bool,
    /// Fetch references that are not at hand.
    #[arg(long)]
    fetch: bool,
    /// Look at everything, also if nothing has changed.
    #[arg(long)]
    no_cache: bool,
    #[command(flatten)]
    accept: BaselineArgs,
    /// Where references are built and run.
    #[arg(long, value_enum, default_value_t)]
    sandbox: SandboxChoice,
}

/// Writing the baseline.
#[derive(Args)]
struct BaselineArgs {
    /// Accept all findings that fail now: write them to ghostlib-baseline.toml, and drop entries that nothing needs.
    #[arg(long, requires_all = ["reason", "until"])]
    write_baseline: bool,
    /// Why they are accepted.
    #[arg(long, value_name = "TEXT", requires = "write_baseline")]
    reason: Option<String>,
    /// The last day on which they are, as 2026-12-31.
    #[arg(long, value_name = "DATE", requires = "write_baseline")]
    until: Option<Day>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Denied {
    /// Warnings.
    Warnings,
    /// Steps that were skipped.
    Skips,
}

pub(crate) async fn check(args: &CheckArgs, json: bool) -> Result<Verdict, CliError> {
    written::check(&args.formats)?;
    if let Some(until) = args.accept.until.filter(|until| *until < today()) {
        return Err(CliError::input(format!(
            "--until {until} has passed: an entry that ends there accepts nothing"
        )));
    }
    let settings = Settings::load()?;
    let root = repository_root(&current_dir()?);
    let baseline = read_baseline(&root)?;
    let scope = Scope::of(args, settings.check_settings(), &root)?;
    let steps = work::steps(args, &settings, &scope).await?;
    if steps.is_empty() && args.changed.is_none() {
        warn(
            "there is nothing to check: a spec's front matter says `ghostlib: 1`, or `[check] specs` names it",
        );
    }
    let mut report = args.report(steps);
    let is_whole = if scope.is_whole && report.counts().skipped == 0 { IsWhole::Yes } else { IsWhole::No };
    if let Some(known) = &baseline {
        let of_baseline = known.apply(&mut report, today(), is_whole);
        report.steps.push(of_baseline);
    }
    report.rules = rules(&report);
    let accept = &args.accept;
    if let (true, Some(reason), Some(until)) = (accept.write_baseline, &accept.reason, accept.until) {
        let accept = Accept { reason: reason.clone(), until };
        let (after, n_new, n_gone) = baseline.unwrap_or_default().with_failing(&report, &accept, is_whole);
        write_baseline(&root, &after, n_new, n_gone)?;
        return Ok(Verdict::Passed);
    }
    written::write(&args.formats, &report, json, args.notes)?;
    Ok(if report.passes() { Verdict::Passed } else { Verdict::FellShort })
}

impl CheckArgs {
    fn report(&self, steps: Vec<CheckStep>) -> CheckReport {
        let denies = |what| self.deny.contains(&what);
        CheckReport {
            format: CHECK_FORMAT,
            command: "ghostlib check".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            fails_from: if denies(Denied::Warnings) { CheckLevel::Warning } else { CheckLevel::Error },
            skips_fail: denies(Denied::Skips),
            rules: Vec::new(),
            steps,
        }
    }
}

/// The rules of a report's findings, by their codes.
fn rules(report: &CheckReport) -> Vec<CheckRule> {
    let ids: BTreeMap<&str, CheckLevel> =
        report.findings().map(|(_, finding)| (finding.rule.as_str(), finding.level)).collect();
    let page = |rule: Rule| {
        if super::lint::has_page(rule.id) {
            format!("{BOOK}/lints/{}.md", rule.id)
        } else if rule.is_lint {
            format!("{BOOK}/spec-format.md#diagnostics")
        } else {
            format!("{BOOK}/ci.md#rules")
        }
    };
    let known = ids.into_iter().map(|(id, level)| match rule(id) {
        Some(rule) => CheckRule {
            id: rule.id.into(),
            level: rule.level,
            summary: rule.summary.into(),
            page: page(rule),
        },
        None => CheckRule {
            id: id.into(),
            level,
            summary: "Vendored code does not do what its spec says.".into(),
            page: format!("{BOOK}/vendoring.md"),
        },
    });
    known.collect()
}

fn today() -> Day {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

fn read_baseline(root: &Path) -> Result<Option<Baseline>, CliError> {
    let path = root.join(BASELINE);
    if !path.is_file() {
        return Ok(None);
    }
    let text =
        fs::read_to_string(&path).map_err(|error| CliError::input(format!("{}: {error}", path.display())))?;
    Ok(Some(Baseline::parse(&text)?))
}

fn write_baseline(root: &Path, after: &Baseline, n_new: usize, n_gone: usize) -> Result<(), CliError> {
    let path = root.join(BASELINE);
    write_file(&path, after.to_text().as_bytes())
        .map_err(|error| CliError::environment(format!("{}: {error}", path.display())))?;
    let gone = if n_gone == 0 { String::new() } else { format!(", {n_gone} that nothing needs dropped") };
    let new = if n_new == 1 { "1 new entry".to_owned() } else { format!("{n_new} new entries") };
    say(format!("wrote {}: {new}{gone}", path.display()));
    Ok(())
}
