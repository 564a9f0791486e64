mod probe;
mod search;
mod statements;
mod text;

use super::ablate::whole;
use super::run::{LoopArgs, Watching, engine};
use crate::console::{BOLD, say, say_json, styled};
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use crate::settings::Settings;
use clap::Args;
use ghostlib_model::{RunId, RunOptions, Shown};
use ghostlib_run::store::Project;
use ghostlib_run::{Engine, LoadedSpec};
use probe::{Probed, Spent, probe};
use search::Search;
use serde_json::json;
use statements::{Kind, Statement, gone, rest, statements, without};
use std::path::PathBuf;

/// Find a smallest spec that still passes, by leaving out sections, requirements and vectors and rebuilding from the rest.
///
/// Delta debugging: groups are left out, the largest first, and divided where rebuilds fail without them. Rebuilds see the
/// rest and are judged by the whole spec; what is left out passes if all of them pass. Each try is a run of one iteration,
/// so that a search that is broken off goes on where it was, by the same command. The budgets are for the whole search.
#[derive(Args)]
pub(crate) struct ShrinkArgs {
    /// A SPEC.md, or its folder.
    spec: PathBuf,
    /// What may be left out; all of these, if it is not given. Can be given several times.
    #[arg(long = "of", value_enum, value_name = "KIND")]
    kinds: Vec<Kind>,
    /// The most tries.
    #[arg(long, value_name = "N")]
    tries: Option<usize>,
    /// A folder for the smaller spec, which must not be there yet; without it, nothing is written.
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    #[command(flatten)]
    options: LoopArgs,
}

/// What a search found.
struct Found {
    all: Vec<Statement>,
    search: Search,
    tries: Vec<Tried>,
    smaller: LoadedSpec,
    /// Why not all was tried, if it was not.
    stopped: Option<String>,
}

/// One try.
struct Tried {
    run: RunId,
    what: Shown,
    passes: bool,
    /// What fell, if something did.
    fell: Vec<String>,
}

pub(crate) async fn shrink(args: &ShrinkArgs, json: bool) -> Result<Verdict, CliError> {
    let settings = Settings::load()?;
    let mut options = args.options.to_options(&settings)?;
    (options.max_iterations, options.confirm, options.hidden) = (1, 0, 0.0);
    if let Some(into) = args.into.as_ref().filter(|into| into.exists()) {
        return Err(CliError::input(format!("{} exists already", into.display()))
            .hint("it is left as it is; choose another folder with `--into`"));
    }
    let loaded = LoadedSpec::read(&args.spec)?.without_errors()?;
    let project = Project::at(current_dir()?);
    let watching = Watching { json: true, tmux: None };
    let engine = engine(&project, &mut options, args.options.sandbox(), &settings, watching).await?;
    let mut hunt = Hunt {
        args,
        json,
        project: &project,
        engine: &engine,
        loaded: &loaded,
        options,
        spent: Spent::default(),
    };
    if !hunt.whole_passes().await? {
        return Ok(Verdict::FellShort);
    }
    let found = hunt.search().await?;
    if let Some(into) = &args.into {
        found.smaller.write(into)?;
    }
    if json {
        say_json(&text::json(args, &loaded, &found));
    } else {
        text::print(args, &loaded, &found);
    }
    Ok(Verdict::Passed)
}

/// A search that goes on.
struct Hunt<'a> {
    args: &'a ShrinkArgs,
    json: bool,
    project: &'a Project,
    engine: &'a Engine,
    loaded: &'a LoadedSpec,
    options: RunOptions,
    spent: Spent,
}

impl Hunt<'_> {
    /// Whether rebuilds from the whole spec pass, in a run that is there or in a new one.
    async fn whole_passes(&mut self) -> Result<bool, CliError> {
        let before = whole(self.project, self.loaded, None, &self.options)?;
        let (run, passes) = match before {
            Some(figures) => (figures.run.clone(), figures.passes()),
            None => match self.probe(&Shown::Whole).await? {
                Probed::Measured(tried) => (tried.run, tried.passes),
                Probed::Stopped(why) => return Err(CliError::environment(why)),
            },
        };
        if !passes && self.json {
            say_json(&json!({"whole": {"run": run, "passes": false}}));
        } else if !passes {
            self.tell(&format!(
                "Rebuilds from the whole spec do not pass, in the run {run}: there is nothing to leave out"
            ));
        }
        Ok(passes)
    }

    async fn probe(&mut self, what: &Shown) -> Result<Probed, CliError> {
        probe(self.project, self.engine, (self.loaded, &self.args.spec), &self.options, what, &mut self.spent)
            .await
    }

    fn tell(&self, what: &str) {
        if !self.json {
            say(styled(BOLD, what));
        }
    }

    async fn search(&mut self) -> Result<Found, CliError> {
        let (all, groups) = statements(self.loaded, &self.args.kinds);
        let mut search = Search::new(groups);
        let mut tries: Vec<Tried> = Vec::new();
        let mut stopped = None;
        while let Some(next) = search.next() {
            if self.args.tries.is_some_and(|max| tries.len() >= max) {
                search.put_back(next);
                stopped = Some("no more tries than that were asked for".to_owned());
                break;
            }
            let what = without(&all, &next.left_out);
            let left = rest(self.loaded, &what);
            match self.probe(&what).await? {
                Probed::Stopped(why) => {
                    search.put_back(next);
                    stopped = Some(why);
                    break;
                }
                Probed::Measured(one) => {
                    self.tell(&text::tried(&one, next.group.len()));
                    let (passes, number) = (one.passes, tries.len());
                    tries.push(one);
                    search.learn(next, passes, number);
                    if passes {
                        search.drop_from_pending(&gone(&all, &left));
                    }
                }
            }
        }
        let smaller = rest(self.loaded, &without(&all, search.left_out()));
        Ok(Found { all, search, tries, smaller, stopped })
    }
}
