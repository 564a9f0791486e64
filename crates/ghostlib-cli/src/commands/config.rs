use crate::console::{DIM, say, say_json, styled};
use crate::error::{CliError, Verdict};
use crate::settings::Settings;
use clap::Args;

/// Show the settings that hold here, and where each comes from.
///
/// They come from `config.toml` in the folder `ghostlib` of the user's configuration, from the nearest `ghostlib.toml`
/// of the current folder and those above it, and from the environment (`GHOSTLIB_COPY__VERBATIM=0.3`); what comes later
/// in this list goes before the rest.
///
/// Settings: in `[copy]`, from where on a candidate counts as copied: `fingerprint` and `verbatim` (shares from 0 to
/// 1), and `longest_run` (tokens in a row). In `[evaluate]`, `budget_seconds`: an evaluation that takes longer is a
/// finding. In `[sandbox]`, `require`: names of guarantees, as `ghostlib doctor` lists them, without which nothing
/// starts that needs a sandbox (`GHOSTLIB_SANDBOX__REQUIRE=no-network,disk-limit`). In `[agent]`, `default`: the agent
/// where the command line names none. In `[agents.NAME]`, how an agent is driven and reaches its model: `kind`
/// (`codex`, `claude`, `openai`, `acp`, `command`; the name says it where it is one of these), `program`, `command`,
/// `model`, `effort`, `base_url`, `api_key_env` (in `ghostlib.toml` never together with a `base_url` elsewhere),
/// `api_key_cmd` (never in `ghostlib.toml`), `ca_file`, `parallel` (how many of its sessions go on at a time), and of
/// `openai` `api` and `window`. In `[prices.MODEL]`, `input`, `cached` and `output`: US dollars for a million tokens. In
/// `[session]`, what a session may use up: `seconds`, `idle_seconds`, `turns`, `tokens`, `usd`. In `[run]`, `samples`,
/// `confirm`, `parallel`, `growth` and `reviser`, as `ghostlib run --help` has them, and in `[run.budget]` what the whole run
/// may use up: `seconds`, `tokens`, `usd`. In `[check]`, `specs` (documents that `ghostlib check` takes for specs without
/// front matter of ghostlib's own) and `exclude` (what it leaves out, in the form of `.gitignore`). Outside of all of them `log`: how much the log of a run has (`GHOSTLIB_LOG=debug`).
#[derive(Args)]
pub(crate) struct ConfigArgs {}

pub(crate) fn config(_args: &ConfigArgs, json: bool) -> Result<Verdict, CliError> {
    let origins = Settings::origins()?;
    if json {
        say_json(&origins);
        return Ok(Verdict::Passed);
    }
    let width = origins.iter().map(|origin| origin.key.len() + origin.value.len()).max().unwrap_or(0);
    for origin in origins {
        let value = format!("{} = {}", origin.key, origin.value);
        say(format!("{value:<0$}  {1}", width + 3, styled(DIM, origin.from)));
    }
    Ok(Verdict::Passed)
}
