use super::run::{Watching, engine, finish, verdict};
use crate::agents::{DEMO, embedded_files};
use crate::args::SandboxChoice;
use crate::console::{BOLD, link, say, styled};
use crate::error::{CliError, Verdict};
use crate::settings::Settings;
use clap::Args;
use ghostlib_agent::FileTree;
use ghostlib_model::{RunBudget, RunOptions, SessionBudget, Shown};
use ghostlib_run::store::Project;
use include_dir::{Dir, include_dir};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Run the whole loop on a real crate with recorded agents: no key, no account.
///
/// The reference is shell-words 1.1.1, which cargo fetches. The spec is the page that an author wrote from that
/// crate's README alone, and the candidates are recordings of what coding agents built from it.
#[derive(Args)]
pub(crate) struct DemoArgs {
    /// The folder for the demo's project. One that an earlier demo left is begun anew.
    #[arg(long, default_value = "ghostlib-demo")]
    into: PathBuf,
    /// Another agent than the recorded ones, as for `ghostlib run`.
    #[arg(long, default_value = DEMO)]
    agent: String,
    /// Where candidates run.
    #[arg(long, value_enum, default_value_t)]
    sandbox: SandboxChoice,
}

static SPEC: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../specs/shell-words");
/// How many rebuild the library in an iteration, and how many fresh ones must pass in the end.
const ATTEMPTS: u32 = 3;
/// Where the spec lies in the demo's project.
const SPEC_DIR: &str = "specs/shell-words";
/// Says that a folder was made by the demo, and may be begun anew.
const MARK: &str = ".ghostlib-demo";

pub(crate) async fn demo(args: &DemoArgs, json: bool) -> Result<Verdict, CliError> {
    let root = lay_out(&args.into)?;
    let project = Project::at(&root);
    if !json {
        introduce(&root);
    }
    let mut options = RunOptions {
        agents: vec![args.agent.clone()],
        reviser: Some(args.agent.clone()),
        samples: ATTEMPTS,
        confirm: ATTEMPTS,
        parallel: ATTEMPTS,
        growth: 20,
        budget: RunBudget::default(),
        review: false,
        shown: Shown::Whole,
        sandbox: args.sandbox.name().into(),
        target: 0.99,
        max_iterations: 5,
        cases: 1000,
        seed: 1,
        hidden: 0.3,
        model: None,
        effort: None,
        session: SessionBudget::default(),
    };
    let watching = Watching { json, tmux: None };
    let engine = engine(&project, &mut options, args.sandbox, &Settings::load()?, watching).await?;
    let outcome = engine.run(&root.join(SPEC_DIR), options).await?;
    finish(&project, &outcome, json)?;
    if !json {
        conclude(&args.into);
    }
    Ok(verdict(&outcome))
}

/// Makes the demo's project, or begins an earlier demo's anew. The cache of references stays.
fn lay_out(dir: &Path) -> Result<PathBuf, CliError> {
    let failed = |error: io::Error| CliError::environment(format!("{}: {error}", dir.display()));
    if dir.exists() && !dir.join(MARK).exists() {
        return Err(CliError::input(format!("{} exists and was not made by the demo", dir.display()))
            .hint("it is left as it is; choose another folder with `--into`"));
    }
    fs::create_dir_all(dir).map_err(failed)?;
    fs::write(dir.join(MARK), "This folder was made by `ghostlib demo`, which may begin it anew.\n")
        .map_err(failed)?;
    let root = dir.canonicalize().map_err(failed)?;
    let lock = Project::at(&root).lock()?;
    for old in ["specs", ".ghostlib/runs", ".ghostlib/workspaces", ".ghostlib/tasks"] {
        match fs::remove_dir_all(root.join(old)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
    }
    drop(lock);
    let spec = FileTree::from_files(embedded_files(&SPEC));
    spec.write(&root.join(SPEC_DIR)).map_err(|error| CliError::environment(error.to_string()))?;
    Ok(root)
}

fn introduce(root: &Path) {
    say(styled(BOLD, "ghostlib: from a spec to code that is proven faithful"));
    say("");
    say(
        "A ghost library is published as a spec, and coding agents rebuild it. Is the spec any good? The loop",
    );
    say(
        "finds out: three agents rebuild the library from the spec alone; what they leave is built and run in a",
    );
    say(
        "sandbox, next to the real library. Where they differ, it is decided who must change, an agent or the spec;",
    );
    say(
        "the spec is mended, and so on until all pass, and three fresh ones after them. Here it does so for the",
    );
    say("crate shell-words 1.1.1, with recorded agents.");
    say("");
    say(format!("project    {}", link(root)));
}

fn conclude(dir: &Path) {
    say("");
    say(styled(BOLD, "Next, with a library of your own:"));
    say(
        "  ghostlib init my-crate --reference crate:my-crate@1.0.0   start a spec, and write down what matters",
    );
    say("  ghostlib lint specs/my-crate                              check its text");
    say("  ghostlib run specs/my-crate --agent handoff               let an agent of your choice rebuild it");
    say(format!(
        "To look at this run again: cd {}, then ghostlib status, or ghostlib report.",
        dir.display()
    ));
}
