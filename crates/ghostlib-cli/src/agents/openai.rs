//! The agent that needs no program.

use super::access::{Maker, access};
use super::{Workplace, workbench};
use crate::error::CliError;
use crate::settings::AgentSettings;
use ghostlib_agent::{Agent, OpenAiAgent};
use ghostlib_run::VisibleChecks;
use ghostlib_verify::Tools;
use std::sync::Arc;
use std::time::Duration;

/// What the models of OpenAI itself take at least.
const LARGE_WINDOW: u64 = 128_000;
/// Wall time for one build of a check.
const BUILD_WALL: Duration = Duration::from_secs(600);

pub(super) async fn agent(
    name: &str,
    settings: &AgentSettings,
    at: &Workplace<'_>,
) -> Result<Box<dyn Agent>, CliError> {
    let is_own = Maker::OpenAi.own_url(settings).is_some();
    if settings.model.is_none() && !is_own {
        return Err(CliError::input(format!("the agent `{name}` has no model")).hint(format!(
            "give it with `--model`, or set `model` in the section `agents.{name}` of ghostlib.toml; for a server of your \
             own set its `base_url`, such as http://127.0.0.1:8080/v1"
        )));
    }
    let checks = VisibleChecks {
        sandbox: Arc::clone(at.sandbox),
        tools: Tools::Rust(at.toolchain.clone()),
        cache: at.project.references(),
        scratch: at.project.checks(),
        wall: BUILD_WALL,
    };
    Ok(Box::new(OpenAiAgent {
        api: settings.api.unwrap_or_default(),
        model: access(settings, Maker::OpenAi, at.settings).await?,
        window: settings.window.unwrap_or(if is_own { OpenAiAgent::USUAL_WINDOW } else { LARGE_WINDOW }),
        checks: Some(Arc::new(checks)),
        workbench: workbench(&[], at),
    }))
}
