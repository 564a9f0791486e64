use super::task::checks;
use crate::args::SandboxChoice;
use crate::console::{BAD, DIM, GOOD, WARN, counted, say, say_json, say_patch, styled, visible, warn};
use crate::environment::{cache_home, current_dir};
use crate::error::{CliError, Verdict};
use crate::wire::vendored::VerificationJson;
use clap::Args;
use ghostlib_model::Finding;
use ghostlib_run::store::Project;
use ghostlib_run::vendored::{Bench, VendoredCrate, Verified, find_crates};
use ghostlib_verify::offline;
use std::path::{Path, PathBuf};

/// Check vendored crates against their lockfiles: that code and spec are those that were proved, and that the code still does
/// what the spec says. Offline, and no agent is asked.
///
/// Vectors and API are evaluated in the sandbox, unless the very same was evaluated before on this machine.
#[derive(Args)]
#[command(after_help = "Exit codes: 0 all passed; 1 one did not; 2 a folder holds no vendored crate;
3 the sandbox or the toolchain is missing.")]
pub(crate) struct VerifyArgs {
    /// Folders of vendored crates; all below the current folder, if none is given.
    dirs: Vec<PathBuf>,
    /// Record edits of a crate's code as reviewed, so that it passes with them, and updates keep them. Only code that still
    /// does what the spec says is accepted.
    #[arg(long, requires = "reason")]
    accept: bool,
    /// Why the code was edited; it stands in the lockfile.
    #[arg(long, value_name = "TEXT", requires = "accept")]
    reason: Option<String>,
    /// Where the code is built and asked.
    #[arg(long, value_enum, default_value_t)]
    sandbox: SandboxChoice,
}

pub(crate) async fn verify(args: &VerifyArgs, json: bool) -> Result<Verdict, CliError> {
    let dirs = chosen(&args.dirs)?;
    // A folder that cannot be read is told before anything is built.
    let held = dirs.iter().map(|dir| VendoredCrate::read(dir)).collect::<Result<Vec<_>, _>>()?;
    let bench = bench(&Project::at(current_dir()?), args.sandbox).await?;
    let mut crates = Vec::new();
    for held in &held {
        let verified = offline(held.verify(&bench)).await?;
        let reason = args.reason.as_deref().filter(|_| args.accept);
        crates.push(match reason {
            Some(reason) if verified.needs_only_acceptance() => {
                held.accept(reason)?;
                offline(VendoredCrate::read(&held.dir)?.verify(&bench)).await?
            }
            Some(_) => {
                warn(format!("{}: {}", held.dir.display(), why_not(&verified)));
                verified
            }
            None => verified,
        });
    }
    if json {
        say_json(&VerificationJson::of(&crates));
    } else {
        crates.iter().for_each(tell);
        conclude(&crates);
    }
    Ok(if crates.iter().all(Verified::passed) { Verdict::Passed } else { Verdict::FellShort })
}

/// Why there is nothing to accept.
fn why_not(verified: &Verified) -> &'static str {
    if verified.edits.is_empty() {
        "there is no edit of its code to accept"
    } else {
        "nothing was accepted: its code has to do what its spec says, and all else has to be as locked"
    }
}

/// What vendored crates are verified with.
pub(crate) async fn bench(project: &Project, choice: SandboxChoice) -> Result<Bench, CliError> {
    let mut checks = checks(project, choice).await?;
    let known = cache_home().map(|cache| {
        // What only looks at a repository leaves nothing in it.
        checks.scratch = cache.join("checks");
        cache.join("verified")
    });
    Ok(Bench { checks, known })
}

/// The folders that were given, or all there are.
pub(crate) fn chosen(dirs: &[PathBuf]) -> Result<Vec<PathBuf>, CliError> {
    if dirs.is_empty() { found() } else { Ok(dirs.to_vec()) }
}

/// The folder that was given, or the only one that there is.
pub(crate) fn only(dir: Option<&Path>) -> Result<PathBuf, CliError> {
    if let Some(dir) = dir {
        return Ok(dir.to_owned());
    }
    match found()?.as_slice() {
        [only] => Ok(only.clone()),
        several => {
            let names: Vec<_> = several.iter().map(|dir| dir.display().to_string()).collect();
            Err(CliError::input(format!("there are several vendored crates: {}", names.join(", ")))
                .hint("name the one that you mean"))
        }
    }
}

fn found() -> Result<Vec<PathBuf>, CliError> {
    let dirs = find_crates(Path::new("."));
    if dirs.is_empty() {
        return Err(CliError::input("there is no vendored crate below the current folder")
            .hint("`ghostlib add SPEC` writes one; or name its folder"));
    }
    Ok(dirs)
}

/// A crate, and all that was found.
pub(crate) fn tell(verified: &Verified) {
    let passed = verified.passed();
    let mark = if passed { styled(GOOD, "ok  ") } else { styled(BAD, "fail") };
    say(format!("{mark} {}  {}", verified.dir.display(), visible(&measured(verified))));
    for finding in &verified.findings {
        tell_finding(&verified.dir, finding);
    }
    for edit in &verified.edits {
        say_patch(&edit.patch, MAX_LINES);
    }
}

/// The most lines of one file's patch that are shown.
const MAX_LINES: usize = 200;

fn measured(verified: &Verified) -> String {
    let api = verified.conformance.api.as_ref().map(|api| format!(", API {}", api.signature.recall));
    let n_accepted = verified.accepted.len();
    let edits =
        if n_accepted == 0 { String::new() } else { format!(", {}", counted(n_accepted, "accepted edit")) };
    format!(
        "{} {}: vectors {}{}{edits}",
        verified.name,
        verified.version,
        verified.conformance.vectors,
        api.unwrap_or_default()
    )
}

fn tell_finding(dir: &Path, finding: &Finding) {
    let style = if finding.blocks() { BAD } else { WARN };
    let place = Verified::place(finding);
    let message = finding.message.lines().next().unwrap_or_default();
    say(format!(
        "  {} {}:{}: {} {}",
        styled(style, finding.priority),
        visible(&dir.join(&*place.file).to_string_lossy()),
        place.line,
        visible(message),
        styled(DIM, format!("[{}]", finding.rule))
    ));
    if finding.blocks() {
        for line in finding.advice.lines().take(MAX_ADVICE) {
            say(styled(DIM, format!("     {}", visible(line))));
        }
    }
}

/// A compiler may have much to say.
const MAX_ADVICE: usize = 12;

fn conclude(crates: &[Verified]) {
    let n_fallen = crates.iter().filter(|one| !one.passed()).count();
    let all = counted(crates.len(), "vendored crate");
    say(match n_fallen {
        0 => format!("{all}: as locked, and true to the spec"),
        n => format!("{all}: {n} fell short"),
    });
}
