//! What an agent may ask of its own work before it says that it is done.

use std::error::Error;
use std::path::Path;
use std::pin::Pin;

/// Builds the candidate of a workspace and holds it against what lies in that workspace, and against nothing else.
pub trait Checks: Send + Sync {
    /// Checks what lies in a workspace now. Dropping the future ends what was started for it.
    ///
    /// # Errors
    /// If the checks themselves could not be made. What is wrong with the candidate is in the report.
    fn check<'a>(&'a self, workspace: &'a Path) -> CheckFuture<'a>;
}

/// A check under way.
pub type CheckFuture<'a> = Pin<Box<dyn Future<Output = Result<CheckReport, CheckError>> + Send + 'a>>;

/// How far a candidate is, as the agent that works on it may know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckReport {
    /// Whether the candidate builds, and every visible vector holds.
    pub passed: bool,
    /// A few lines of what was found. It names no path outside of the workspace.
    pub text: String,
}

/// Why a candidate could not be checked. It may name paths of this machine: it is for whoever runs the agent, and not for
/// the agent.
#[derive(Debug, thiserror::Error)]
#[error("the candidate could not be checked: {0}")]
pub struct CheckError(#[source] pub Box<dyn Error + Send + Sync>);
