//! How an agent reaches its model, and what that costs.

use ghostlib_model::{AgentStamp, SessionUsage};
use ghostlib_sandbox::broker::{BrokerReport, Endpoint, Models};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A model, and the one endpoint at which an agent gets it.
#[derive(Clone, Debug)]
pub struct ModelAccess {
    /// The model, as the endpoint calls it; nothing leaves the choice to the agent's program.
    pub model: Option<String>,
    /// How hard it is to think, in the words of its maker; nothing leaves it as it is.
    pub effort: Option<String>,
    /// Where it is, with its key. The mount and the models are up to the agent.
    pub endpoint: Endpoint,
    /// What its tokens cost, if that is known.
    pub price: Option<Price>,
    /// Certificates of authorities that are believed besides the usual ones.
    pub ca_file: Option<PathBuf>,
}

/// What tokens cost, in US dollars for a million of them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Tokens that the model reads.
    pub input: f64,
    /// Those of them that come from a cache; as much as others, where that is not said.
    #[serde(default)]
    pub cached: Option<f64>,
    /// Tokens that the model writes.
    pub output: f64,
}

impl Price {
    /// What these tokens cost, in US dollars. `input` counts the cached ones as well.
    #[expect(clippy::cast_precision_loss, reason = "nobody uses 2^52 tokens")]
    pub fn of(&self, input: u64, cached: u64, output: u64) -> f64 {
        let fresh = input.saturating_sub(cached) as f64 * self.input;
        let cached = cached as f64 * self.cached.unwrap_or(self.input);
        (fresh + cached + output as f64 * self.output) / 1e6
    }
}

impl ModelAccess {
    /// Where the agent's paths begin with `mount`, and the model that is configured comes to these. Where none is, the
    /// choice is its own, among those that do not search.
    pub(crate) fn endpoint(&self, mount: &str, models: impl FnOnce(&str) -> Vec<String>) -> Endpoint {
        let models =
            self.model.as_deref().map_or(Models::WithoutSearch, |model| Models::Named(models(model)));
        Endpoint { mount: mount.into(), models, ..self.endpoint.clone() }
    }

    /// The agent's name with model and effort.
    pub(crate) fn stamp(&self, name: &str) -> AgentStamp {
        AgentStamp { model: self.model.clone(), effort: self.effort.clone(), ..AgentStamp::named(name, true) }
    }

    /// What a broker's counts come to.
    pub(crate) fn usage(&self, report: &BrokerReport) -> SessionUsage {
        let tokens = report.tokens;
        let usd = self.price.map(|price| price.of(tokens.input, tokens.cached, tokens.output));
        SessionUsage {
            turns: report.turns,
            input: tokens.input,
            cached: tokens.cached,
            output: tokens.output,
            // What was not counted was not free.
            usd: usd.filter(|_| report.answers_without_usage == 0 && report.tokens_estimated == 0),
        }
    }

    /// What that costs at most, in US dollars, if the price is known: tokens that were not told count as written ones.
    pub(crate) fn spent(&self, report: &BrokerReport) -> Option<f64> {
        let tokens = report.tokens;
        let output = tokens.output.saturating_add(report.tokens_estimated);
        Some(self.price?.of(tokens.input, tokens.cached, output))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cached_tokens_are_not_paid_twice() {
        let price = Price { input: 2.0, cached: Some(0.5), output: 10.0 };
        assert!((price.of(1_000_000, 400_000, 100_000) - (1.2 + 0.2 + 1.0)).abs() < 1e-9);
        let plain = Price { cached: None, ..price };
        assert!((plain.of(1_000_000, 400_000, 0) - 2.0).abs() < 1e-9);
    }
}
