//! From settings to a model that can be reached.

use crate::environment::{current_dir, variable};
use crate::error::CliError;
use crate::settings::{AgentSettings, Settings};
use crate::telling::hide;
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
    fn usual_url(self) -> &'static str {
        match self {
            Self::OpenAi => "https://api.openai.com/v1",
            Self::Anthropic | Self::AnthropicSubscription => "https://api.anthropic.com",
        }
    }

    /// The address of the user's environment.
    fn url_of_environment(self) -> Option<String> {
        let name = match self {
            Self::OpenAi => "OPENAI_BASE_URL",
            Self::Anthropic | Self::AnthropicSubscription => "ANTHROPIC_BASE_URL",
        };
        variable(name).and_then(|value| value.into_string().ok())
    }

    /// Where its models are, if that is not where they usually are.
    pub(crate) fn own_url(self, settings: &AgentSettings) -> Option<String> {
        settings.base_url.clone().or_else(|| self.url_of_environment())
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

/// How an agent gets at a model of this maker, without asking for a key; nothing, if there is none.
pub(crate) fn reach(settings: &AgentSettings, maker: Maker) -> Option<String> {
    match key_source(settings, maker).ok()? {
        Some(KeySource::Command(_)) => Some("a key from `api_key_cmd`".into()),
        Some(KeySource::Env(name)) => variable(&name).map(|_| format!("a key in {name}")),
        None => maker.own_url(settings).map(|url| format!("a model at {url}")),
    }
}

/// The model of an agent, with its key.
pub(crate) async fn access(
    settings: &AgentSettings,
    maker: Maker,
    all: &Settings,
) -> Result<ModelAccess, CliError> {
    let base_url = maker.own_url(settings).unwrap_or_else(|| maker.usual_url().to_owned());
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

/// Where the key is. A server of one's own may want none.
fn key_source(settings: &AgentSettings, maker: Maker) -> Result<Option<KeySource>, CliError> {
    let usual = maker.key_variable();
    Ok(match (&settings.api_key_cmd, &settings.api_key_env) {
        (Some(line), _) => Some(KeySource::Command(command(line)?)),
        (None, Some(name)) => Some(KeySource::Env(name.clone())),
        // A project's settings may name any server: the usual key is for the usual one and the user's own.
        (None, None) if settings.base_url.is_some() => None,
        (None, None) if variable(usual).is_none() && maker.url_of_environment().is_some() => None,
        (None, None) => Some(KeySource::Env(usual.to_owned())),
    })
}

async fn key(settings: &AgentSettings, maker: Maker) -> Result<Option<Secret>, CliError> {
    let Some(source) = key_source(settings, maker)? else { return Ok(None) };
    let key = source.read(variable, &current_dir()?).await.map_err(|error| {
        CliError::environment(error.to_string()).hint(format!(
            "set {}, or name another variable for the agent in ghostlib.toml (`api_key_env`), or a command that prints \
             the key in your own settings (`api_key_cmd`); the agent itself never sees it",
            maker.key_variable()
        ))
    })?;
    hide(&key);
    Ok(Some(key))
}

fn command(line: &str) -> Result<CommandLine, CliError> {
    let words = shell_words::split(line).unwrap_or_default();
    let Some((program, args)) = words.split_first() else {
        return Err(CliError::input(format!("setting `api_key_cmd`: `{line}` is no command")));
    };
    Ok(CommandLine::new(program).args(args))
}
