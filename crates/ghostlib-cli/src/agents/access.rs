//! From settings to a model that can be reached.

use crate::environment::{current_dir, variable};
use crate::error::CliError;
use crate::settings::{AgentSettings, Settings};
use ghostlib_agent::{Credential, ModelAccess};
use ghostlib_sandbox::CommandLine;
use ghostlib_sandbox::broker::{Auth, Endpoint, KeySource, Models, Route, Secret};

/// Whose API an agent speaks, and so where its model and its key are where no setting says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Maker {
    OpenAi,
    Anthropic,
    AnthropicSubscription,
}

impl Maker {
    fn base_url(self) -> String {
        let (name, usual) = match self {
            Self::OpenAi => ("OPENAI_BASE_URL", "https://api.openai.com/v1"),
            Self::Anthropic | Self::AnthropicSubscription => {
                ("ANTHROPIC_BASE_URL", "https://api.anthropic.com")
            }
        };
        let given = variable(name).and_then(|value| value.into_string().ok());
        given.filter(|url| !url.is_empty()).unwrap_or_else(|| usual.to_owned())
    }

    /// The variable of ghostlib's environment that has the key.
    fn key_variable(self) -> &'static str {
        match self {
            Self::OpenAi => "OPENAI_API_KEY",
            Self::Anthropic => "ANTHROPIC_API_KEY",
            Self::AnthropicSubscription => SUBSCRIPTION,
        }
    }

    fn auth(self, key: Secret) -> Auth {
        match self {
            Self::Anthropic => Auth::XApiKey(key),
            Self::OpenAi | Self::AnthropicSubscription => Auth::Bearer(key),
        }
    }
}

const SUBSCRIPTION: &str = "CLAUDE_CODE_OAUTH_TOKEN";

/// What kind of key there is for Claude Code: that of the API goes first.
pub(crate) fn claude_credential(settings: &AgentSettings) -> Credential {
    let named = settings.api_key_env.as_deref();
    let has_api_key = settings.api_key_cmd.is_some() || variable(Maker::Anthropic.key_variable()).is_some();
    match named {
        Some(name) if name == SUBSCRIPTION => Credential::Subscription,
        None if !has_api_key && variable(SUBSCRIPTION).is_some() => Credential::Subscription,
        _ => Credential::ApiKey,
    }
}

/// Whose API it is that takes this kind of key.
pub(crate) fn claude_maker(credential: Credential) -> Maker {
    match credential {
        Credential::ApiKey => Maker::Anthropic,
        Credential::Subscription => Maker::AnthropicSubscription,
    }
}

/// Whether there is a key for the models of this maker, without asking for it.
pub(crate) fn has_key(settings: &AgentSettings, maker: Maker) -> Option<String> {
    if settings.api_key_cmd.is_some() {
        return Some("a key from `api_key_cmd`".into());
    }
    let name = settings.api_key_env.clone().unwrap_or_else(|| maker.key_variable().to_owned());
    variable(&name).filter(|value| !value.is_empty()).map(|_| format!("a key in {name}"))
}

/// The model of an agent, with its key.
pub(crate) async fn access(
    settings: &AgentSettings,
    maker: Maker,
    all: &Settings,
) -> Result<ModelAccess, CliError> {
    let base_url = settings.base_url.clone().unwrap_or_else(|| maker.base_url());
    let auth = match key(settings, maker).await? {
        Some(key) => maker.auth(key),
        None => Auth::None,
    };
    let price = settings.model.as_deref().and_then(|model| all.price(model));
    Ok(ModelAccess {
        model: settings.model.clone(),
        effort: settings.effort.clone(),
        endpoint: Endpoint {
            mount: String::new(),
            base_url,
            routes: Route::of_models(),
            models: Models::default(),
            auth,
        },
        price,
        ca_file: settings.ca_file.clone(),
    })
}

/// A server of one's own may want no key: one that a setting names and for which no key is named.
async fn key(settings: &AgentSettings, maker: Maker) -> Result<Option<Secret>, CliError> {
    let usual = || KeySource::Env(maker.key_variable().to_owned());
    let source = match (&settings.api_key_cmd, &settings.api_key_env) {
        (Some(line), _) => KeySource::Command(command(line)?),
        (None, Some(name)) => KeySource::Env(name.clone()),
        // A project's settings may name any server: the usual key is for the usual one alone.
        (None, None) if settings.base_url.is_some() => return Ok(None),
        (None, None) => usual(),
    };
    let key = source.read(variable, &current_dir()?).await.map_err(|error| {
        CliError::environment(error.to_string()).hint(format!(
            "set {}, or name another variable (`api_key_env`) or a command that prints the key (`api_key_cmd`) \
             for the agent in ghostlib.toml; the agent itself never sees it",
            maker.key_variable()
        ))
    })?;
    Ok(Some(key))
}

fn command(line: &str) -> Result<CommandLine, CliError> {
    let words = shell_words::split(line).unwrap_or_default();
    let Some((program, args)) = words.split_first() else {
        return Err(CliError::input(format!("setting `api_key_cmd`: `{line}` is no command")));
    };
    Ok(CommandLine::new(program).args(args))
}
