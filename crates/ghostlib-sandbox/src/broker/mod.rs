//! A host proxy between a sandbox and the endpoints of models, the one thing of the network that an agent
//! may reach.
//!
//! ```text
//! agent ─ 127.0.0.1:port ─ bridge ─ Unix socket ─ broker ─ https ─ model endpoint
//! (sandbox)               (supervisor)            (ghostlib)
//! ```
//!
//! A [`Broker`] serves one session. It forwards requests whose method and path a [`Route`] names, to the
//! [`Endpoint`] of that route and nowhere else, and puts the key in: inside of the sandbox there is none.
//! Everything else is refused with a JSON body. Bodies are passed on as they come, in both directions. On
//! the way in, a [`Redactor`] takes out whatever repeats the key. The broker counts requests, bytes and
//! tokens ([`BrokerReport`]), and refuses when one of its [`Budgets`] is used up.
//!
//! The body of a request is read before it goes on: what would have the endpoint search the web, fetch from an address
//! or run a tool of its own is refused ([`Refusal::Content`]), since that is a way out of the sandbox too, and so is what
//! nobody knows, and a model that the session does not have ([`Models`]). Of headers, those go on that are known.
//!
//! A connection carries one request. So there is no second request that could hide behind a first one's
//! body, and what cannot be told apart ([`Refusal::Framing`]) is refused before it is parsed any further.

mod api;
mod body;
mod config;
mod content;
mod exchange;
mod forms;
mod framing;
mod headers;
mod meter;
mod models;
mod redact;
mod refusal;
mod rewound;
mod route;
mod secret;
mod server;
mod upstream;
mod usage;

pub use config::{Auth, BrokerConfig, BrokerError, Endpoint, Route};
pub use meter::{BrokerReport, Budget, Budgets, LastAnswer};
pub use models::Models;
pub use redact::{RedactStream, Redactor};
pub use refusal::Refusal;
pub use secret::{KeySource, Secret, SecretError};
pub use server::Broker;
pub use usage::Tokens;
