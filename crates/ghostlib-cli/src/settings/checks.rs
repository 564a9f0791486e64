//! What values may be, and in which file they may stand.

use super::{FILE, Origin, Settings};
use crate::environment::config_home;
use crate::error::CliError;
use std::path::Path;
use std::time::Duration;

/// Whether it can be an amount of money.
pub(crate) fn is_amount(usd: f64) -> bool {
    usd.is_finite() && usd >= 0.0
}

impl Settings {
    pub(super) fn check(&self, origins: &[Origin]) -> Result<(), CliError> {
        let wrong = |key: &str, value: f64, expected: &str| {
            let from =
                origins.iter().find(|origin| origin.key == key).map_or("default", |origin| &origin.from);
            Err(CliError::input(format!("setting `{key}` is {value}; it {expected} (from {from})"))
                .hint("`ghostlib config --help` names what can be set"))
        };
        for (key, share) in
            [("copy.fingerprint", self.copy.fingerprint), ("copy.verbatim", self.copy.verbatim)]
        {
            if !(0.0..=1.0).contains(&share) {
                return wrong(key, share, "goes from 0 to 1");
            }
        }
        let budget = self.evaluate.budget_seconds;
        if Duration::try_from_secs_f64(budget).is_err() {
            return wrong("evaluate.budget_seconds", budget, "is a time");
        }
        match self.amounts().find(|(_, usd)| !is_amount(*usd)) {
            Some((key, usd)) => wrong(&key, usd, "is an amount of US dollars, 0 or more"),
            None => check_commands(origins),
        }
    }

    /// Everything that is in US dollars.
    fn amounts(&self) -> impl Iterator<Item = (String, f64)> {
        let prices = self.prices.iter().flat_map(|(model, price)| {
            let parts =
                [("input", Some(price.input)), ("cached", price.cached), ("output", Some(price.output))];
            parts.map(|(part, usd)| Some((format!("prices.{model}.{part}"), usd?)))
        });
        prices.flatten().chain(self.session.usd.map(|usd| ("session.usd".to_owned(), usd)))
    }
}

/// What would be run outside of any sandbox is the user's own to say: a project may have been cloned from anywhere.
fn check_commands(origins: &[Origin]) -> Result<(), CliError> {
    let is_of_project = |origin: &&Origin| {
        origin.key.starts_with("agents.")
            && origin.key.ends_with(".api_key_cmd")
            && Path::new(&origin.from).file_name().is_some_and(|name| name == FILE)
    };
    let Some(Origin { key, from, .. }) = origins.iter().find(is_of_project) else { return Ok(()) };
    let own = config_home().unwrap_or_default().join("ghostlib").join("config.toml");
    Err(CliError::input(format!(
        "setting `{key}` stands in {from}; a project's settings may name no command to be run"
    ))
    .hint(format!("put it into {}, or name a variable with `api_key_env`", own.display())))
}
