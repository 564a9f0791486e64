//! What values may be, and in which file they may stand.

use super::{FILE, Origin, Settings};
use crate::environment::config_home;
use crate::error::CliError;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
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
            None => check_commands(origins).and_then(|()| check_keys(origins)),
        }
    }

    /// Everything that is in US dollars.
    fn amounts(&self) -> impl Iterator<Item = (String, f64)> {
        let prices = self.prices.iter().flat_map(|(model, price)| {
            let parts =
                [("input", Some(price.input)), ("cached", price.cached), ("output", Some(price.output))];
            parts.map(|(part, usd)| Some((format!("prices.{model}.{part}"), usd?)))
        });
        let budgets = [("session.usd", self.session.usd), ("run.budget.usd", self.run.budget.usd)];
        let budgets = budgets.into_iter().filter_map(|(key, usd)| Some((key.to_owned(), usd?)));
        prices.flatten().chain(budgets)
    }
}

/// A project that was cloned from anywhere must not send what stands in a variable of the user's to a server of its own.
fn check_keys(origins: &[Origin]) -> Result<(), CliError> {
    let of_project = |suffix: &'static str| {
        let is_meant = move |origin: &&Origin| {
            origin.key.starts_with("agents.") && origin.key.ends_with(suffix) && is_of_project(origin)
        };
        origins
            .iter()
            .filter(is_meant)
            .map(move |origin| (origin.key.trim_end_matches(suffix).to_owned(), origin))
    };
    let far: BTreeMap<String, &Origin> =
        of_project(".base_url").filter(|(_, origin)| !is_of_this_machine(&origin.value)).collect();
    let sent = of_project(".api_key_env").find_map(|(agent, key)| Some((key, *far.get(&agent)?)));
    let Some((Origin { key, from, .. }, server)) = sent else { return Ok(()) };
    let own = own_file();
    Err(CliError::input(format!(
        "settings `{key}` and `{}` stand in {from}; a project's settings may not send a variable of yours to a server of \
         their choice",
        server.key
    ))
    .hint(format!("put one of the two into {}", own.display())))
}

fn is_of_project(origin: &Origin) -> bool {
    Path::new(&origin.from).file_name().is_some_and(|name| name == FILE)
}

/// The user's own settings.
fn own_file() -> PathBuf {
    config_home().unwrap_or_default().join("ghostlib").join("config.toml")
}

/// Whether an address is one of this machine's own.
fn is_of_this_machine(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = host.split(['/', '?', '#']).next().unwrap_or_default();
    // What stands before an `@` is a name, and no host.
    let host = host.rsplit('@').next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// What would be run outside of any sandbox is the user's own to say: a project may have been cloned from anywhere.
fn check_commands(origins: &[Origin]) -> Result<(), CliError> {
    let is_command = |origin: &&Origin| {
        origin.key.starts_with("agents.") && origin.key.ends_with(".api_key_cmd") && is_of_project(origin)
    };
    let Some(Origin { key, from, .. }) = origins.iter().find(is_command) else { return Ok(()) };
    let own = own_file();
    Err(CliError::input(format!(
        "setting `{key}` stands in {from}; a project's settings may name no command to be run"
    ))
    .hint(format!("put it into {}, or name a variable with `api_key_env`", own.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_this_machine_are_told_from_others() {
        for own in ["http://127.0.0.1:8080/v1", "http://localhost/v1", "http://[::1]:1", "http://a@127.0.0.2"]
        {
            assert!(is_of_this_machine(own), "{own}");
        }
        for far in
            ["https://example.com", "http://127.0.0.1@evil.example/", "http://localhost.evil.example", ""]
        {
            assert!(!is_of_this_machine(far), "{far}");
        }
    }
}
