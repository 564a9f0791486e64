//! Agents that speak the Agent Client Protocol: some by name, and any by its command.

use super::access::{Maker, access, claude_credential, claude_maker};
use super::{Workplace, command_line, line_of, needs_bubblewrap, own_model, program, programs};
use crate::error::CliError;
use crate::settings::AgentSettings;
use ghostlib_agent::{Acp, AcpSetup, Agent};

/// The section of the settings for agents that are named by their command alone.
const SECTION: &str = "acp";
const GEMINI: &str =
    "its model cannot be reached from the sandbox: the broker does not forward Gemini's API yet";

/// An agent that is known by name: how it is started, and whose API it speaks.
pub(super) struct Known {
    pub(super) program: &'static str,
    args: &'static [&'static str],
    setup: AcpSetup,
    pub(super) maker: Maker,
    /// Whether it is built with Bun, which reads `/proc/self/maps`. Landlock cannot let it.
    pub(super) is_of_bun: bool,
}

/// The agent of this name, if it is known.
///
/// # Errors
/// Why it cannot be used, whatever is installed.
pub(super) fn known(name: &str, settings: &AgentSettings) -> Result<Option<Known>, &'static str> {
    let (program, args, setup, maker): (_, &[_], _, _) = match name {
        "codex-acp" => ("codex-acp", &[], AcpSetup::Codex, Maker::OpenAi),
        "claude-acp" => {
            let credential = claude_credential(settings);
            ("claude-agent-acp", &[], AcpSetup::Claude(credential), claude_maker(credential))
        }
        "gemini" => return Err(GEMINI),
        "opencode" if settings.model.is_none() => return Err("its `model` is not set"),
        "opencode" => ("opencode", &["acp"], AcpSetup::Opencode, Maker::OpenAi),
        _ => return Ok(None),
    };
    let is_of_bun = matches!(name, "claude-acp" | "opencode");
    Ok(Some(Known { program, args, setup, maker, is_of_bun }))
}

/// An agent of the settings, or one that is known.
pub(super) async fn named(
    name: &str,
    settings: &AgentSettings,
    at: &Workplace<'_>,
) -> Result<Box<dyn Agent>, CliError> {
    let known = known(name, settings).map_err(|lacking| {
        CliError::environment(format!("the agent `{name}` cannot be used: {lacking}"))
            .hint("`ghostlib config --help` names what can be set")
    })?;
    let Some(known) = known else { return configured(name, settings, at).await };
    if known.is_of_bun {
        needs_bubblewrap(name, at)?;
    }
    let installed = programs::find(settings.program(known.program))?;
    let model = access(settings, known.maker, at.settings).await?;
    let args = known.args.iter().map(|&arg| arg.to_owned()).collect();
    Ok(program(installed, Acp { name: name.to_owned(), args, setup: known.setup }, Some(model), at))
}

/// `acp:COMMAND`: it has a model where the section `agents.acp` says at which address.
pub(super) async fn by_command(line: &str, at: &Workplace<'_>) -> Result<Box<dyn Agent>, CliError> {
    let settings = at.settings.agent(SECTION).unwrap_or_default();
    plain(None, line, &settings, at).await
}

/// What `acp:COMMAND` and kind `acp` come to, without an agent that is known.
async fn configured(
    name: &str,
    settings: &AgentSettings,
    at: &Workplace<'_>,
) -> Result<Box<dyn Agent>, CliError> {
    plain(Some(name), line_of(name, settings)?, settings, at).await
}

async fn plain(
    name: Option<&str>,
    line: &str,
    settings: &AgentSettings,
    at: &Workplace<'_>,
) -> Result<Box<dyn Agent>, CliError> {
    let (installed, args) = command_line(line)?;
    let model = own_model(settings, at).await?;
    let file = installed.program.file_name().unwrap_or(installed.program.as_os_str()).to_string_lossy();
    let name = name.map_or_else(|| format!("acp {file}"), str::to_owned);
    Ok(program(installed, Acp { name, args, setup: AcpSetup::Usual }, model, at))
}
