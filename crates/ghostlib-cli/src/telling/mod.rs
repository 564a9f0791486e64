//! What ghostlib tells of its work while it goes on. Libraries say it with `tracing`; here it is decided who hears it: the
//! log of a run, standard error with `--verbose`, and the lines of progress on a terminal.

mod line;
mod log;
#[cfg(feature = "otlp")]
mod otlp;
mod progress;
mod secrets;

pub(crate) use log::{log_into, no_log};
pub(crate) use secrets::hide;

use crate::console;
use crate::environment::is_watched;
use crate::error::CliError;
use clap::{Args, ValueEnum};
use line::JsonLine;
use log::RunLog;
use progress::Progress;
use secrets::redacted;
use serde::{Deserialize, Serialize};
use std::io;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::fmt::format::{FmtSpan, JsonFields};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;
use tracing_subscriber::util::SubscriberInitExt;

/// What is told besides the outcome.
#[derive(Args)]
pub(crate) struct TellingArgs {
    /// How much the log of a run has, `runs/RUN/log.jsonl` in `.ghostlib`. Also `GHOSTLIB_LOG`, and `log` in
    /// ghostlib.toml.
    #[arg(long, global = true, value_name = "LEVEL", value_enum)]
    log: Option<LogLevel>,
    /// Show on standard error what goes into the log of a run.
    #[arg(long, global = true)]
    verbose: bool,
    /// Show no progress.
    #[arg(long, global = true)]
    quiet: bool,
}

/// How much is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LogLevel {
    /// Nothing.
    Off,
    /// What went wrong.
    Error,
    /// And what may be wrong.
    Warn,
    /// And each step, as it begins and as it ends.
    #[default]
    Info,
    /// And what happens in it.
    Debug,
    /// And all else.
    Trace,
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Off => Self::OFF,
            LogLevel::Error => Self::ERROR,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
            LogLevel::Trace => Self::TRACE,
        }
    }
}

/// What must be ended when all is told.
pub(crate) struct Telling {
    #[cfg(feature = "otlp")]
    exported: Option<otlp::Exported>,
}

impl TellingArgs {
    /// Begins to listen. `set` is the level of the settings.
    ///
    /// # Errors
    /// If spans cannot be exported as the environment asks for it.
    pub(crate) fn start(&self, set: LogLevel) -> Result<Telling, CliError> {
        let level = self.log.unwrap_or(set);
        // Only what ghostlib says itself: libraries that it uses may have keys in what they tell.
        let own = |level: LevelFilter| Targets::new().with_target("ghostlib", level);
        let spans = || FmtSpan::NEW | FmtSpan::CLOSE;
        let log = fmt::layer().with_span_events(spans()).fmt_fields(JsonFields::new());
        let log = log.event_format(JsonLine).with_writer(|| RunLog);
        let log = log.with_filter(own(level.into()));
        let shown = fmt::layer().with_ansi(false).with_target(false).with_span_events(spans());
        let shown = self.verbose.then(|| shown.with_writer(|| OnStderr).with_filter(own(level.into())));
        let is_drawn = !self.quiet && is_watched();
        let progress = is_drawn.then(|| Progress.with_filter(own(LevelFilter::DEBUG)));
        if is_drawn {
            console::draw_progress();
        }
        let registry = registry().with(log).with(shown).with(progress);
        #[cfg(feature = "otlp")]
        let (registry, exported) = {
            let exported = otlp::Exported::of_environment()?;
            let layer = exported.as_ref().map(|one| one.layer().with_filter(own(LevelFilter::INFO)));
            (registry.with(layer), exported)
        };
        registry.try_init().map_err(|error| CliError::environment(error.to_string()))?;
        Ok(Telling {
            #[cfg(feature = "otlp")]
            exported,
        })
    }
}

impl Telling {
    /// Sends what is still to be sent.
    #[cfg_attr(
        not(feature = "otlp"),
        expect(clippy::unused_self, reason = "without the feature nothing is sent")
    )]
    pub(crate) fn end(self) {
        #[cfg(feature = "otlp")]
        if let Some(exported) = self.exported {
            exported.end();
        }
    }
}

/// A line that is shown. It may have been said by a program that knows a key.
struct OnStderr;

impl io::Write for OnStderr {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        console::warn(redacted(String::from_utf8_lossy(line).trim_end()));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
