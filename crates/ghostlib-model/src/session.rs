use serde::{Deserialize, Serialize};
use std::fmt;

/// How an agent's session ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "detail", rename_all = "kebab-case")]
pub enum SessionEnd {
    /// It left a candidate.
    Done,
    /// It says that it cannot do the task, and why.
    GaveUp(String),
    /// It ended and left no candidate, and why that is thought so.
    Nothing(String),
    /// It used up what it was given: which, as a budget names it.
    OutOfBudget(String),
    /// It ran out of time, in seconds.
    TimedOut(u64),
    /// Nothing was heard of it for so long, in seconds.
    Stalled(u64),
    /// It reached a limit of its sandbox: which, as a sandbox names it.
    OverLimit(String),
    /// Its program failed.
    Crashed(String),
    /// The model or its endpoint refused to work, and would again: a wrong key, a model that is not there.
    Refused(String),
    /// The model could not be reached, or failed, for a reason that may pass.
    Unavailable(String),
    /// What was said to ghostlib could not be understood.
    Protocol(String),
    /// What it left cannot be used: links or devices, too large, outside its place.
    Unusable(String),
}

impl SessionEnd {
    /// Whether the same session may well go better a little later.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// What it says in words, if it does.
    pub fn text_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::GaveUp(text)
            | Self::Nothing(text)
            | Self::OutOfBudget(text)
            | Self::OverLimit(text)
            | Self::Crashed(text)
            | Self::Refused(text)
            | Self::Unavailable(text)
            | Self::Protocol(text)
            | Self::Unusable(text) => Some(text),
            Self::Done | Self::TimedOut(_) | Self::Stalled(_) => None,
        }
    }
}

impl fmt::Display for SessionEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => f.write_str("done"),
            Self::GaveUp(why) => write!(f, "gave up: {why}"),
            Self::Nothing(why) => write!(f, "left no candidate: {why}"),
            Self::OutOfBudget(which) => write!(f, "out of budget: {which}"),
            Self::TimedOut(seconds) => write!(f, "out of time after {seconds} s"),
            Self::Stalled(seconds) => write!(f, "nothing was heard of it for {seconds} s"),
            Self::OverLimit(which) => write!(f, "ended by the sandbox: {which}"),
            Self::Crashed(why) => write!(f, "failed: {why}"),
            Self::Refused(why) => write!(f, "refused: {why}"),
            Self::Unavailable(why) => write!(f, "the model cannot be had: {why}"),
            Self::Protocol(why) => write!(f, "could not be understood: {why}"),
            Self::Unusable(why) => write!(f, "left something that cannot be used: {why}"),
        }
    }
}

/// What a session may use up. What is not named has no limit of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionBudget {
    /// Wall time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
    /// Wall time without any sign of life.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_seconds: Option<u64>,
    /// Answers of the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turns: Option<u64>,
    /// Tokens of the model, in and out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Money, in US dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd: Option<f64>,
}

impl SessionBudget {
    /// What is left of it for another attempt, without what is measured by a clock.
    #[must_use]
    pub fn less(self, used: &SessionUsage) -> Self {
        Self {
            turns: self.turns.map(|turns| turns.saturating_sub(used.turns)),
            tokens: self.tokens.map(|tokens| tokens.saturating_sub(used.tokens())),
            usd: self.usd.map(|usd| (usd - used.usd.unwrap_or_default()).max(0.0)),
            ..self
        }
    }
}

/// What all sessions of a run together may use up. What is not named has no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunBudget {
    /// The time of all sessions and evaluations, one after the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
    /// Tokens of models, in and out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Money, in US dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd: Option<f64>,
}

/// What a session used of its model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SessionUsage {
    /// Answers of the model.
    pub turns: u64,
    /// Tokens that the model read, cached ones among them.
    pub input: u64,
    /// Those of them that came from a cache.
    pub cached: u64,
    /// Tokens that the model wrote.
    pub output: u64,
    /// What that cost, in US dollars; nothing where the price is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usd: Option<f64>,
}

impl SessionUsage {
    /// Both together. A cost that is unknown makes the sum unknown.
    #[must_use]
    pub fn plus(self, other: Option<Self>) -> Self {
        let Some(other) = other else { return self };
        let is_first = self == Self::default();
        Self {
            turns: self.turns + other.turns,
            input: self.input + other.input,
            cached: self.cached + other.cached,
            output: self.output + other.output,
            usd: if is_first { other.usd } else { self.usd.zip(other.usd).map(|(a, b)| a + b) },
        }
    }

    /// Tokens in and out.
    pub fn tokens(&self) -> u64 {
        self.input.saturating_add(self.output)
    }
}
