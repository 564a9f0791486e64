//! The only place that writes to the terminal.

use anstyle::{AnsiColor, Style};
use std::fmt::Display;
use std::io::{IsTerminal, Write};

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();

/// Text in a style. Colours are left out where the output is no terminal, or `NO_COLOR` is set.
pub(crate) fn styled(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// A line to standard output. A reader that has gone away, as `head` does, is no error.
pub(crate) fn say(line: impl Display) {
    let _ = writeln!(anstream::stdout(), "{line}");
}

/// A line to standard error.
pub(crate) fn warn(line: impl Display) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

/// What goes on right now, on a terminal's standard error alone. The next line wipes it away.
pub(crate) fn progress(text: impl Display) {
    if std::io::stderr().is_terminal() {
        let _ = write!(anstream::stderr(), "\r\x1b[2K{text}");
        let _ = std::io::stderr().flush();
    }
}

/// Wipes away what [`progress`] wrote.
pub(crate) fn end_progress() {
    progress("");
}

/// A value as JSON to standard output.
pub(crate) fn say_json(value: &impl serde::Serialize) {
    say(serde_json::to_string_pretty(value).unwrap_or_default());
}
