//! What happens in a session, as a person reads it.

use crate::console::{BAD, BOLD, DIM, GOOD, WARN, say, styled, visible};
use crate::narrate::clock;
use anstyle::Style;
use ghostlib_agent::{FileChangeKind, TrajectoryEvent, TrajectoryLine};
use ghostlib_model::SessionEnd;

/// Tells the events of a session, one after the other.
pub(crate) struct Transcript {
    reasoning: Reasoning,
}

/// Whether what a model thought is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reasoning {
    /// It is.
    Shown,
    /// It is not.
    LeftOut,
}

impl Reasoning {
    /// What `--reasoning` says.
    pub(crate) fn of_flag(is_given: bool) -> Self {
        if is_given { Self::Shown } else { Self::LeftOut }
    }
}

/// How wide the time and what kind of event it is are, with the spaces after them.
const TIME_WIDTH: usize = 7;
const LABEL_WIDTH: usize = 12;
/// The most lines of what a tool was given or gave back; of more than these the first and the last are told.
const MAX_LINES: usize = 8;
/// The most characters of such a line.
const MAX_CHARACTERS: usize = 160;

impl Transcript {
    pub(crate) fn new(reasoning: Reasoning) -> Self {
        Self { reasoning }
    }

    pub(crate) fn tell(&self, line: &TrajectoryLine) {
        self.lines(line).into_iter().for_each(say);
    }

    /// An event in one line or more; none, where it is left out.
    fn lines(&self, line: &TrajectoryLine) -> Vec<String> {
        let Some(Told { label, style, text }) = self.told(&line.event) else { return Vec::new() };
        let mut text = text.into_iter();
        let time = styled(DIM, format!("{:>1$}", clock(line.at_ms), TIME_WIDTH - 1));
        let label = styled(style, format!("{label:<0$}", LABEL_WIDTH - 1));
        let first = format!("{time} {label} {}", text.next().unwrap_or_default());
        let indent = " ".repeat(TIME_WIDTH + LABEL_WIDTH);
        [first.trim_end().to_owned()].into_iter().chain(text.map(|line| format!("{indent}{line}"))).collect()
    }

    fn told(&self, event: &TrajectoryEvent) -> Option<Told> {
        let told = match event {
            TrajectoryEvent::Started { prompt } => {
                Told::new("starts", DIM, format!("prompt {}", prompt.short()))
            }
            TrajectoryEvent::Text { from, text } if from == "message" => Told::whole("says", BOLD, text),
            TrajectoryEvent::Text { from, text } => Told::short(&visible(from), DIM, text),
            TrajectoryEvent::Reasoning { .. } if self.reasoning == Reasoning::LeftOut => return None,
            TrajectoryEvent::Reasoning { text } => Told::whole("thinks", DIM, text),
            TrajectoryEvent::ToolCall { tool, input, output, failed } => {
                let style = if *failed { BAD } else { GOOD };
                let mut told = Told::short(&visible(tool), style, input);
                let output = output.as_deref().map(short).unwrap_or_default();
                told.text.extend(output.into_iter().map(|line| styled(DIM, format!("| {line}"))));
                if *failed {
                    told.text.push(styled(BAD, "it failed"));
                }
                told
            }
            TrajectoryEvent::FileChange { path, change } => {
                let what = match change {
                    FileChangeKind::Added => "adds",
                    FileChangeKind::Changed => "changes",
                    FileChangeKind::Removed => "removes",
                };
                Told::new(what, GOOD, visible(path))
            }
            TrajectoryEvent::Usage { input, cached, output } => {
                Told::new("tokens", DIM, styled(DIM, format!("{input} in ({cached} cached), {output} out")))
            }
            TrajectoryEvent::Cost { usd } => {
                Told::new("cost", DIM, styled(DIM, format!("{usd:.4} US dollars so far")))
            }
            TrajectoryEvent::RateLimit { seconds } => {
                let how_long = seconds.map_or_else(String::new, |seconds| format!(" {seconds} s"));
                Told::new("rate limit", WARN, format!("the model asks to wait{how_long}"))
            }
            TrajectoryEvent::PushBack { text } => Told::whole("objects", WARN, text),
            TrajectoryEvent::Note { text } => Told::whole("note", WARN, text),
            TrajectoryEvent::Ended { end } => {
                let style = if *end == SessionEnd::Done { GOOD } else { BAD };
                Told::whole("ends", style, &end.to_string())
            }
        };
        Some(told)
    }
}

/// An event in words.
struct Told {
    label: String,
    style: Style,
    text: Vec<String>,
}

impl Told {
    fn new(label: &str, style: Style, text: String) -> Self {
        Self { label: label.into(), style, text: vec![text] }
    }

    fn whole(label: &str, style: Style, text: &str) -> Self {
        Self { label: label.into(), style, text: readable(text) }
    }

    fn short(label: &str, style: Style, text: &str) -> Self {
        Self { label: label.into(), style, text: short(text) }
    }
}

/// The lines of a text, with what is invisible written out.
fn readable(text: &str) -> Vec<String> {
    text.trim_end().lines().map(|line| visible(&line.replace('\t', "    "))).collect()
}

/// The first and the last lines of a text, cut off on the right.
fn short(text: &str) -> Vec<String> {
    let mut lines = readable(text);
    for line in &mut lines {
        if let Some((end, _)) = line.char_indices().nth(MAX_CHARACTERS) {
            line.truncate(end);
            line.push('…');
        }
    }
    if lines.len() > MAX_LINES {
        let n_left_out = lines.len() - MAX_LINES;
        let ends = lines.split_off(lines.len() - MAX_LINES / 2);
        lines.truncate(MAX_LINES / 2);
        lines.push(format!("… {n_left_out} more lines"));
        lines.extend(ends);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(reasoning: Reasoning, at_ms: u64, event: TrajectoryEvent) -> String {
        let lines = Transcript::new(reasoning).lines(&TrajectoryLine { at_ms, event });
        anstream::adapter::strip_str(&lines.join("\n")).to_string()
    }

    #[test]
    fn tool_calls_are_told_short_with_what_is_invisible_written_out() {
        let output = (1..=20).map(|n| format!("line {n}")).collect::<Vec<_>>().join("\n") + "\n";
        let event = TrajectoryEvent::ToolCall {
            tool: "Bash".into(),
            input: "echo \u{1b}[2J\ttabbed".into(),
            output: Some(output),
            failed: true,
        };
        let text = told(Reasoning::LeftOut, 65_000, event);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "  1:05 Bash        echo \\u{1b}[2J    tabbed");
        assert_eq!(lines[1], "                   | line 1");
        assert_eq!(lines[5], "                   | … 12 more lines");
        assert_eq!(lines[10..], ["                   it failed"]);
    }

    #[test]
    fn reasoning_is_told_where_it_is_asked_for() {
        let event = TrajectoryEvent::Reasoning { text: "hm\nwell".into() };
        assert_eq!(told(Reasoning::LeftOut, 0, event.clone()), "");
        assert_eq!(told(Reasoning::Shown, 0, event), "  0:00 thinks      hm\n                   well");
    }

    #[test]
    fn objections_are_told_whole() {
        let text = "x\n".repeat(40);
        assert_eq!(told(Reasoning::LeftOut, 0, TrajectoryEvent::PushBack { text }).lines().count(), 40);
    }
}
