use ghostlib_model::SessionEnd;
use std::fmt::Display;
use std::time::Duration;

/// Why there is no answer of the model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ModelError {
    /// The endpoint, or the broker before it, answered with an error.
    #[error("{code}: {message}")]
    Status {
        code: u16,
        message: String,
        /// For how long it asks to wait.
        retry_after: Option<Duration>,
    },
    /// The connection was lost, or the answer broke off.
    #[error("the answer broke off: {0}")]
    Broken(String),
    /// The answer could not be understood.
    #[error("the answer could not be understood: {0}")]
    Malformed(String),
}

impl ModelError {
    pub(super) fn broken(error: impl Display) -> Self {
        Self::Broken(format!("{error}"))
    }

    pub(super) fn malformed(error: impl Display) -> Self {
        Self::Malformed(format!("{error}"))
    }

    /// Whether the same request may well be answered a little later.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Status { code, .. } => matches!(code, 408 | 409 | 425 | 429 | 500..),
            Self::Broken(_) | Self::Malformed(_) => true,
        }
    }

    /// Whether the conversation is more than the model takes at once. There is no status for it; servers say so in words.
    pub(super) fn is_too_long(&self) -> bool {
        match self {
            Self::Status { code: 400 | 413 | 422, message, .. } => message.to_lowercase().contains("context"),
            _ => false,
        }
    }

    /// For how long the endpoint asks to wait.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        if let Self::Status { retry_after, .. } = self { *retry_after } else { None }
    }

    /// How a session ends that cannot get beyond this.
    pub(super) fn end(&self) -> SessionEnd {
        let said = self.to_string();
        match self {
            Self::Malformed(_) => SessionEnd::Protocol(said),
            error if error.is_transient() => SessionEnd::Unavailable(said),
            _ => SessionEnd::Refused(said),
        }
    }
}
