//! `--agent auto`: what is installed, and can be used.

use super::access::{Maker, claude_credential, claude_maker, reach};
use super::{acp, programs};
use crate::console::warn;
use crate::error::CliError;
use crate::settings::{AgentKind, AgentSettings, Settings};
use std::path::Path;

/// The first agent whose program and key are there: of those of the settings, by name, and then of those that are known
/// anyway. Tells which, and why; or what each of them lacks.
pub(crate) fn pick(settings: &Settings, backend: &str) -> Result<String, CliError> {
    if let Some(choice) = settings.default_agent() {
        warn(format!("agent: {choice}, the default of the settings"));
        return Ok(choice.to_owned());
    }
    let mut lacking = Vec::new();
    for name in settings.agent_names() {
        let Some(agent) = settings.agent(&name) else { continue };
        match usable(&name, &agent, backend) {
            Ok(why) => {
                warn(format!("agent: {name} ({why}); `--agent` chooses another"));
                return Ok(name);
            }
            Err(what) => lacking.push(format!("{name}: {what}")),
        }
    }
    Err(CliError::environment(format!("no agent can be used: {}", lacking.join("; "))).hint(
        "install one and give it a key; or set `base_url` and `model` of the agent `openai` in ghostlib.toml to a model \
         of your own; or do the task yourself, or with your editor's agent: `--agent handoff`",
    ))
}

fn usable(name: &str, agent: &AgentSettings, backend: &str) -> Result<String, String> {
    let program = |usual| {
        programs::find(agent.program(usual))
            .map(|found| found.program.display().to_string())
            .map_err(|_| format!("there is no program `{}`", agent.program(usual).display()))
    };
    let key = |maker| reach(agent, maker).ok_or_else(|| "there is no key".to_owned());
    match agent.kind {
        Some(AgentKind::Codex) => Ok(format!("{}, {}", program("codex")?, key(Maker::OpenAi)?)),
        Some(AgentKind::Claude) if backend == "landlock" => Err("it needs bubblewrap".into()),
        Some(AgentKind::Claude) => {
            let maker = claude_maker(claude_credential(agent));
            Ok(format!("{}, {}", program("claude")?, key(maker)?))
        }
        Some(AgentKind::OpenAi) if agent.model.is_none() && Maker::OpenAi.own_url(agent).is_none() => {
            Err("neither its `model` nor its `base_url` is set".into())
        }
        Some(AgentKind::OpenAi) => key(Maker::OpenAi),
        Some(AgentKind::Acp) => match acp::known(name, agent)? {
            Some(known) if known.is_of_bun && backend == "landlock" => Err("it needs bubblewrap".into()),
            Some(known) => Ok(format!("{}, {}", program(known.program)?, key(known.maker)?)),
            None => command(agent),
        },
        Some(AgentKind::Command) => command(agent),
        None => Err("it has no `kind`".into()),
    }
}

/// The program of one that has a command line.
fn command(agent: &AgentSettings) -> Result<String, String> {
    let words = shell_words::split(agent.command.as_deref().unwrap_or_default()).unwrap_or_default();
    let name = words.first().ok_or("it has no `command`")?;
    let found = programs::find(Path::new(name)).map_err(|_| format!("there is no program `{name}`"))?;
    Ok(found.program.display().to_string())
}
