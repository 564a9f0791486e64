use crate::args::SandboxChoice;
use crate::console::{say, say_json};
use crate::environment::{sandbox, toolchain};
use crate::error::{CliError, Verdict};
use ghostlib_agent::Task;
use ghostlib_model::Answer;
use ghostlib_run::store::Project;
use ghostlib_run::{VisibleBuild, VisibleChecks, VisibleReport};
use ghostlib_verify::Tools;
use serde::Serialize;
use serde_json::Value;
use std::time::Duration;

/// Wall time for one build.
const BUILD_WALL: Duration = Duration::from_secs(600);

/// What checks the candidates of a project's tasks.
pub(crate) async fn checks(project: &Project, choice: SandboxChoice) -> Result<VisibleChecks, CliError> {
    Ok(VisibleChecks {
        sandbox: sandbox(choice).await?,
        tools: Tools::Rust(toolchain().await?),
        cache: project.references(),
        scratch: project.checks(),
        wall: BUILD_WALL,
    })
}

pub(super) async fn check(task: &Task, choice: SandboxChoice, json: bool) -> Result<Verdict, CliError> {
    let project = Project::at(crate::environment::current_dir()?);
    let checks = checks(&project, choice).await?;
    let report = checks.visible(&task.workspace).await?;
    if json {
        say_json(&Checked::of(&report));
    } else {
        say(report.text());
    }
    Ok(if report.passed() { Verdict::Passed } else { Verdict::FellShort })
}

/// What `--json` writes.
#[derive(Serialize)]
struct Checked<'a> {
    passed: bool,
    /// Why it does not build; nothing, if it does.
    build_failed: Option<&'a str>,
    n_vectors: usize,
    failing: Vec<Failing<'a>>,
}

#[derive(Serialize)]
struct Failing<'a> {
    id: &'a str,
    operation: &'a str,
    input: &'a Value,
    /// What must come out, as people read it.
    expected: String,
    got: &'a Answer,
}

impl<'a> Checked<'a> {
    fn of(report: &'a VisibleReport) -> Self {
        let failing = report.failing.iter().map(|one| Failing {
            id: one.vector.id.as_str(),
            operation: &one.vector.operation,
            input: &one.vector.input,
            expected: one.vector.expected.to_string(),
            got: &one.got,
        });
        let build_failed = match &report.build {
            VisibleBuild::Built => None,
            VisibleBuild::Failed(said) => Some(said.as_str()),
        };
        Self {
            passed: report.passed(),
            build_failed,
            n_vectors: report.n_vectors,
            failing: failing.collect(),
        }
    }
}
