//! How agents that are known by name are led to their model, without a key.

use crate::ModelAccess;
use crate::program::{Credential, DUMMY_KEY, Place, Start, claude, codex};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How an agent is led to its model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcpSetup {
    /// By the variables that programs for OpenAI-compatible models usually read, and `{model_url}` in its arguments.
    Usual,
    /// As `@agentclientprotocol/codex-acp` wants it.
    Codex,
    /// As `@agentclientprotocol/claude-agent-acp` wants it.
    Claude(Credential),
    /// As opencode wants it.
    Opencode,
}

impl AcpSetup {
    pub(super) fn mount(self) -> &'static str {
        match self {
            Self::Usual | Self::Codex | Self::Opencode => "/v1",
            Self::Claude(_) => "",
        }
    }

    pub(super) fn models(self, configured: &str) -> Vec<String> {
        match self {
            Self::Usual | Self::Codex | Self::Opencode => vec![configured.to_owned()],
            Self::Claude(_) => claude::models(configured),
        }
    }

    /// What it needs besides its arguments.
    pub(super) fn start(self, place: &Place<'_>) -> Start {
        match self {
            Self::Usual => usual(place),
            Self::Codex => codex_adapter(place),
            Self::Claude(credential) => claude_adapter(credential, place),
            Self::Opencode => opencode(place),
        }
    }
}

fn usual(place: &Place<'_>) -> Start {
    let Some((_, url)) = place.model else { return Start::default() };
    let url = format!("{url}/v1");
    Start {
        env: variables([("OPENAI_BASE_URL", url.as_str()), ("OPENAI_API_KEY", DUMMY_KEY)]),
        ..Start::default()
    }
}

fn codex_adapter(place: &Place<'_>) -> Start {
    let (mut env, files) = codex::surroundings(place);
    // The sandbox is what keeps it in; its own one does not nest inside of ours.
    env.extend(variables([("INITIAL_AGENT_MODE", "agent-full-access"), ("NO_BROWSER", "1")]));
    Start { env, files, ..Start::default() }
}

fn claude_adapter(credential: Credential, place: &Place<'_>) -> Start {
    let mut env = claude::surroundings(credential, place);
    // It would go on for minutes, also with a wrong key.
    env.extend(variables([("CLAUDE_CODE_MAX_RETRIES", "4")]));
    let model = place.model.map(|(model, _)| model);
    for (name, value) in [
        ("ANTHROPIC_MODEL", model.and_then(|model| model.model.clone())),
        ("CLAUDE_CODE_EFFORT_LEVEL", model.and_then(|model| model.effort.clone())),
    ] {
        env.extend(value.map(|value| (name.to_owned(), value)));
    }
    // The endpoint would look into the web on its behalf.
    let settings = json!({ "permissions": { "deny": ["WebSearch", "WebFetch"] } });
    Start {
        env,
        files: vec![(format!("{}/settings.json", claude::CONFIG_DIR), settings.to_string())],
        ..Start::default()
    }
}

fn opencode(place: &Place<'_>) -> Start {
    let env = variables([
        ("OPENCODE_DISABLE_AUTOUPDATE", "true"),
        ("OPENCODE_DISABLE_LSP_DOWNLOAD", "true"),
        ("OPENCODE_DISABLE_MODELS_FETCH", "true"),
    ]);
    let config = place.model.map_or_else(|| json!({}), |(model, url)| opencode_config(model, url));
    Start {
        env,
        files: vec![(".config/opencode/opencode.json".into(), config.to_string())],
        ..Start::default()
    }
}

fn opencode_config(model: &ModelAccess, url: &str) -> Value {
    let options = json!({ "baseURL": format!("{url}/v1"), "apiKey": DUMMY_KEY });
    let mut config = json!({
        "autoupdate": false,
        "share": "disabled",
        "permission": { "webfetch": "deny", "websearch": "deny" },
        "provider": { "ghostlib": { "npm": "@ai-sdk/openai-compatible", "name": "ghostlib", "options": options } },
    });
    if let Some(name) = &model.model {
        let effort =
            model.effort.as_ref().map_or_else(|| json!({}), |effort| json!({ "reasoningEffort": effort }));
        config["provider"]["ghostlib"]["models"] = json!({ name: { "name": name, "options": effort } });
        for role in ["model", "small_model"] {
            config[role] = format!("ghostlib/{name}").into();
        }
    }
    config
}

fn variables<const N: usize>(variables: [(&str, &str); N]) -> BTreeMap<String, String> {
    variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}
