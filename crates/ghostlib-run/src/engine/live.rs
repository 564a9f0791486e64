//! A session is told of while it lasts.

use super::{RunError, remove_folder};
use ghostlib_agent::{EVENTS_FILE, TrajectoryEvent, TrajectoryLine, without_secrets};
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use tracing::{Span, debug, info, info_span, warn};

/// Of what happens so many characters are told; the recording has all.
const MAX_TOLD: usize = 200;

/// A file that can be followed, and the session's span.
pub(super) struct Live {
    file: Mutex<File>,
    span: Span,
}

impl Live {
    /// In the folder of a session. What an interrupted attempt left there goes.
    pub(super) fn begin(dir: &Path) -> Result<Self, RunError> {
        remove_folder(dir)?;
        let path = dir.join(EVENTS_FILE);
        let at = |source| RunError::Io { path: path.clone(), source };
        fs::create_dir_all(dir).map_err(at)?;
        let file = Mutex::new(File::create(&path).map_err(at)?);
        Ok(Self { file, span: Span::current() })
    }

    pub(super) fn tell(&self, line: &TrajectoryLine) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // The recording that is written in the end is what counts.
        let _as_far_as_it_goes = file.write_all(line.to_json_line().as_bytes());
        let at_ms = line.at_ms;
        match &line.event {
            // It is told when it is over: the span has no length.
            TrajectoryEvent::ToolCall { tool, input, failed, .. } => {
                info_span!(parent: &self.span, "tool", tool, input = short(input), failed, at_ms)
                    .in_scope(|| ());
            }
            TrajectoryEvent::Text { from, text } if from == "message" => {
                debug!(parent: &self.span, at_ms, "{}", short(text));
            }
            TrajectoryEvent::FileChange { path, .. } => {
                debug!(parent: &self.span, at_ms, "writes {}", short(path));
            }
            TrajectoryEvent::RateLimit { .. } => {
                warn!(parent: &self.span, at_ms, "its model asks to wait");
            }
            TrajectoryEvent::Note { text } => info!(parent: &self.span, at_ms, "{}", short(text)),
            _ => {}
        }
    }
}

/// The beginning of a text's first line. Secrets are taken out before it is cut: half a secret would not be found.
fn short(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default();
    without_secrets(line).chars().take(MAX_TOLD).collect()
}
