use ghostlib_model::SessionBudget;
use ghostlib_testkit::model_server::{Script, Step, Usage};
use serde::Deserialize;

/// What a session has to come through.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Behaviour {
    pub(super) id: String,
    /// Reads after the name of an agent: "writes a file".
    pub(super) title: String,
    /// What the model does.
    steps: Vec<Step>,
    #[serde(default)]
    pub(super) budget: SessionBudget,
    /// The names of the outcomes that are right.
    pub(super) ends: Vec<String>,
    /// A file that must be there in the end.
    pub(super) leaves: Option<Left>,
    /// Kinds of events that must be told.
    #[serde(default)]
    pub(super) tells: Vec<String>,
    /// Tokens that must have been counted, at least.
    #[serde(default)]
    pub(super) uses: u64,
    /// Whether the folder beside the workspace must be as it was, and what it holds unknown.
    #[serde(default)]
    pub(super) untouched: bool,
    /// Whether the session is cancelled while it runs.
    #[serde(default)]
    pub(super) cancel: bool,
}

/// A file that a session leaves.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Left {
    pub(super) path: String,
    pub(super) content: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    behaviour: Vec<Behaviour>,
}

impl Behaviour {
    pub(super) fn all() -> Result<Vec<Self>, toml::de::Error> {
        let file: File = toml::from_str(include_str!("../../sessions/behaviours.toml"))?;
        Ok(file.behaviour)
    }

    /// The model's script, `OUTSIDE` being this folder.
    pub(super) fn script(&self, outside: &str) -> Script {
        let placed = |step: &Step| match step {
            Step::Run { command } => Step::Run { command: command.replace("OUTSIDE", outside) },
            other => other.clone(),
        };
        Script { steps: self.steps.iter().map(placed).collect(), usage: Usage::default() }
    }
}
