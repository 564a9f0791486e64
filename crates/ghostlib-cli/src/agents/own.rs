//! What a person has set in an agent's own configuration: which model it takes, and how hard that thinks. Nothing else of
//! it is passed on.

use crate::environment::{home, variable};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

/// A model and an effort, as far as they are set.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Own {
    pub(super) model: Option<String>,
    pub(super) effort: Option<String>,
}

impl Own {
    /// What `config.toml` of the Codex CLI says.
    pub(super) fn of_codex() -> Self {
        folder("CODEX_HOME", ".codex")
            .map(|dir| dir.join("config.toml"))
            .map_or_else(Self::default, |path| Self::of_toml(&fs::read_to_string(path).unwrap_or_default()))
    }

    /// What `settings.json` of Claude Code says.
    pub(super) fn of_claude() -> Self {
        folder("CLAUDE_CONFIG_DIR", ".claude")
            .map(|dir| dir.join("settings.json"))
            .map_or_else(Self::default, |path| Self::of_json(&fs::read_to_string(path).unwrap_or_default()))
    }

    /// A file that does not parse says nothing: it is not ghostlib's to complain of.
    fn of_toml(text: &str) -> Self {
        let table = text.parse::<toml::Table>().unwrap_or_default();
        let text = |name| table.get(name).and_then(toml::Value::as_str).map(str::to_owned);
        Self { model: text("model"), effort: text("model_reasoning_effort") }
    }

    fn of_json(text: &str) -> Self {
        let value: Value = serde_json::from_str(text).unwrap_or_default();
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        Self { model: text("model"), effort: text("effortLevel") }
    }
}

/// The folder that a variable names, or one in the home.
fn folder(name: &str, usual: &str) -> Option<PathBuf> {
    let given = variable(name).map(PathBuf::from);
    given.or_else(|| home().map(|home| home.join(usual)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn model_and_effort_are_read_and_nothing_else_matters() {
        let set = |model: &str, effort: &str| Own { model: Some(model.into()), effort: Some(effort.into()) };
        let codex = "model = \"gpt-5.5\"\nmodel_reasoning_effort = \"high\"\n[projects.\"/a\"]\ntrust_level = \"trusted\"\n";
        assert_eq!(Own::of_toml(codex), set("gpt-5.5", "high"));
        assert_eq!(Own::of_json(r#"{"model":"opus","effortLevel":"low","hooks":{}}"#), set("opus", "low"));
        for broken in ["", "=", "{", "model = 3", "[]"] {
            assert_eq!(
                (Own::of_toml(broken), Own::of_json(broken)),
                (Own::default(), Own::default()),
                "{broken}"
            );
        }
    }
}
