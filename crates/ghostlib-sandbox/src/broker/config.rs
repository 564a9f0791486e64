//! What a broker forwards, and to whom.

use super::meter::Budgets;
use super::models::Models;
use super::secret::{Secret, SecretError};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::PathBuf;

/// What a broker is to do.
#[derive(Clone, Debug, Default)]
pub struct BrokerConfig {
    /// Where requests may go.
    pub endpoints: Vec<Endpoint>,
    /// How much the session may use.
    pub budgets: Budgets,
    /// A PEM file with certificates of authorities to trust besides Mozilla's, such as a company's own.
    pub ca_file: Option<PathBuf>,
}

/// One server, and what may be asked of it.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// What the paths inside of the sandbox begin with, such as `/openai`; empty, or beginning with a slash.
    /// The rest of a path goes behind the base URL's. Of several endpoints, the longest mount wins.
    pub mount: String,
    /// Where it is: scheme, host, perhaps port and path, such as `https://api.example.com/v1`. `http` is
    /// taken for hosts on loopback, and elsewhere only if there is no key to be overheard.
    pub base_url: String,
    /// What may be asked.
    pub routes: Vec<Route>,
    /// Which models.
    pub models: Models,
    /// How the broker shows who it is.
    pub auth: Auth,
}

/// A method with the paths that it is allowed for: `GET`, or any other where the path ends in `/responses`,
/// `/chat/completions`, `/messages` or `/messages/count_tokens`. By that it is known what a body may hold.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Route {
    /// The method, in capitals.
    pub method: String,
    /// The path below the base URL, such as `/models/*`. A segment `*` stands for any one segment.
    pub path: String,
}

impl Route {
    /// `method` with `path`.
    pub fn new(method: &str, path: &str) -> Self {
        Self { method: method.into(), path: path.into() }
    }

    /// What agents ask of an OpenAI-compatible endpoint whose base URL ends in `/v1`, and of an
    /// Anthropic-compatible one whose base URL does not.
    pub fn of_models() -> Vec<Self> {
        [
            ("POST", "/responses"),
            ("POST", "/chat/completions"),
            ("GET", "/models"),
            ("GET", "/models/*"),
            ("POST", "/v1/messages"),
            ("POST", "/v1/messages/count_tokens"),
        ]
        .map(|(method, path)| Self::new(method, path))
        .into()
    }
}

/// How the broker shows an endpoint who it is. What a client sent for that is removed in any case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Auth {
    /// Not at all.
    None,
    /// `Authorization: Bearer KEY` (RFC 6750).
    Bearer(Secret),
    /// `x-api-key: KEY`.
    XApiKey(Secret),
}

impl Auth {
    /// The key, if there is one.
    pub fn secret(&self) -> Option<&Secret> {
        match self {
            Self::None => None,
            Self::Bearer(secret) | Self::XApiKey(secret) => Some(secret),
        }
    }
}

/// Why a broker cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// A base URL cannot be used.
    #[error("cannot use `{base_url}` as the base URL of a model: {reason}")]
    BaseUrl {
        /// As configured.
        base_url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A mount cannot be used.
    #[error("cannot use `{mount}` as the path of a model inside of the sandbox: {reason}")]
    Mount {
        /// As configured.
        mount: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A route cannot be used.
    #[error("cannot allow `{method} {path}`: {reason}")]
    Route {
        /// Its method.
        method: String,
        /// Its path.
        path: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The authorities' certificates cannot be read.
    #[error("cannot read certificates from `{}`: {reason}", path.display())]
    Certificates {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// There are too many keys.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// TLS cannot be set up.
    #[error("cannot set up TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// The socket cannot be made.
    #[error("cannot listen at `{}`: {source}", path.display())]
    Listen {
        /// The socket.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}
