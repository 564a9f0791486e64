//! The only place that writes to the terminal.

use anstyle::{AnsiColor, Style};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fmt::Display;
use std::io::Write;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();

/// Text in a style. Colours are left out where the output is no terminal, or `NO_COLOR` is set.
pub(crate) fn styled(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// A file or folder by its path, which a click opens where the terminal can do that.
pub(crate) fn link(path: &Path) -> String {
    let shown = visible(&path.display().to_string());
    let is_known = is_terminal() && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout);
    let target = std::path::absolute(path).ok().filter(|_| is_known);
    target.map_or(shown.clone(), |target| linked(&target, &shown))
}

/// The escape sequence OSC 8, with the path as a URL.
fn linked(target: &Path, shown: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    let escaped =
        |byte: &u8| if is_plain(*byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") };
    let url: String = target.as_os_str().as_encoded_bytes().iter().map(escaped).collect();
    format!("\x1b]8;;file://{url}\x1b\\{shown}\x1b]8;;\x1b\\")
}

/// What goes on right now, below everything else; nothing of it is drawn before [`draw_progress`].
static PROGRESS: LazyLock<MultiProgress> =
    LazyLock::new(|| MultiProgress::with_draw_target(ProgressDrawTarget::hidden()));

/// How often a line of progress moves, so that one sees that it is alive.
const TICK: Duration = Duration::from_millis(120);

/// A line to standard output. A reader that has gone away, as `head` does, is no error.
pub(crate) fn say(line: impl Display) {
    let _ = PROGRESS.suspend(|| writeln!(anstream::stdout(), "{line}"));
}

/// A line to standard error.
pub(crate) fn warn(line: impl Display) {
    let _ = PROGRESS.suspend(|| writeln!(anstream::stderr(), "{line}"));
}

/// Draws progress from now on, on standard error.
pub(crate) fn draw_progress() {
    PROGRESS.set_draw_target(ProgressDrawTarget::stderr());
}

/// A line that says what goes on, as long as it is not finished.
pub(crate) fn line_of_progress() -> ProgressBar {
    let line = PROGRESS.add(ProgressBar::new_spinner());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed:>4}") {
        line.set_style(style);
    }
    line.enable_steady_tick(TICK);
    line
}

/// As long as this is there, no progress is drawn: somebody is asked something.
pub(crate) struct Silence {
    was_drawn: bool,
}

impl Silence {
    pub(crate) fn begin() -> Self {
        let was_drawn = !PROGRESS.is_hidden();
        let _nothing_to_clear = PROGRESS.clear();
        PROGRESS.set_draw_target(ProgressDrawTarget::hidden());
        Self { was_drawn }
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        if self.was_drawn {
            draw_progress();
        }
    }
}

/// Whether standard output is a terminal.
pub(crate) fn is_terminal() -> bool {
    std::io::IsTerminal::is_terminal(&std::io::stdout())
}

/// Draws lines on a terminal's standard output in the place of all that it shows: the last ones, where it has no room for
/// all.
pub(crate) fn redraw(lines: &[String]) {
    let height = terminal_size::terminal_size().map_or(24, |(_, height)| usize::from(height.0));
    let first = lines.len().saturating_sub(height.saturating_sub(1).max(1));
    let _ = writeln!(anstream::stdout(), "\x1b[H\x1b[2J{}", lines[first..].join("\n"));
}

/// A unified diff, up to so many lines of it.
pub(crate) fn say_patch(patch: &str, max_lines: usize) {
    for line in patch.lines().take(max_lines) {
        let text = visible(line);
        match line.as_bytes().first() {
            Some(b'+') => say(styled(GOOD, text)),
            Some(b'-') => say(styled(BAD, text)),
            _ => say(text),
        }
    }
    let n_more = patch.lines().count().saturating_sub(max_lines);
    if n_more > 0 {
        say(styled(DIM, format!("… {}", counted(n_more, "more line"))));
    }
}

/// A value as JSON to standard output.
pub(crate) fn say_json(value: &impl serde::Serialize) {
    say(serde_json::to_string_pretty(value).unwrap_or_default());
}

/// A number with its noun: `1 vector`, `2 vectors`.
pub(crate) fn counted(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// The text with its invisible characters written out: control characters, and those that have no width or
/// turn the direction of writing.
pub(crate) fn visible(text: &str) -> String {
    let is_invisible = |c: char| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    text.chars()
        .map(|c| if is_invisible(c) { c.escape_unicode().to_string() } else { c.to_string() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_are_written_out_and_others_stay() {
        assert_eq!(visible("é √ \u{200b}\u{202e}\u{7}"), "é √ \\u{200b}\\u{202e}\\u{7}");
    }

    #[test]
    fn a_link_has_its_path_as_a_url_and_nothing_of_it_where_escapes_are_taken_out() {
        let link = linked(Path::new("/a b/\u{e9}"), "b");
        assert_eq!(link, "\x1b]8;;file:///a%20b/%C3%A9\x1b\\b\x1b]8;;\x1b\\");
        assert_eq!(anstream::adapter::strip_str(&link).to_string(), "b");
    }
}
