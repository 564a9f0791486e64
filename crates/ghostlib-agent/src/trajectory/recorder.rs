use super::{Trajectory, TrajectoryEvent, TrajectoryLine, Watcher, bounded, cut};
use ghostlib_model::{SessionEnd, Sha256Hex};
use ghostlib_sandbox::broker::Redactor;
use std::time::{Duration, Instant};

/// The most bytes of one text. What is longer is cut in its middle.
const MAX_TEXT: usize = 16 << 10;
/// The most events. What comes after them is left out, and that is noted.
const MAX_EVENTS: usize = 20_000;

/// The most bytes of all texts together.
const MAX_BYTES: usize = 16 << 20;

/// A trajectory that is being recorded.
pub(crate) struct Recorder<'a> {
    began: Instant,
    last: Instant,
    trajectory: Trajectory,
    n_left_out: usize,
    n_bytes: usize,
    watcher: &'a Watcher<'a>,
    redactor: Option<Redactor>,
}

impl<'a> Recorder<'a> {
    pub(crate) fn start(prompt: Sha256Hex, watcher: &'a Watcher<'a>) -> Self {
        let now = Instant::now();
        let trajectory = Trajectory::default();
        let mut recorder =
            Self { began: now, last: now, trajectory, n_left_out: 0, n_bytes: 0, watcher, redactor: None };
        recorder.record(TrajectoryEvent::Started { prompt });
        recorder
    }

    /// Takes these secrets out of everything from now on.
    pub(crate) fn redact(&mut self, redactor: Redactor) {
        self.redactor = Some(redactor);
    }

    pub(crate) fn record(&mut self, event: TrajectoryEvent) {
        self.last = Instant::now();
        if self.trajectory.lines.len() < MAX_EVENTS && self.n_bytes < MAX_BYTES {
            self.push(event);
        } else {
            self.n_left_out += 1;
        }
    }

    /// What came together; if it is nothing, its sender was heard all the same.
    pub(crate) fn record_all(&mut self, events: Vec<TrajectoryEvent>) {
        self.last = Instant::now();
        for event in events {
            self.record(event);
        }
    }

    pub(crate) fn text(&mut self, from: &str, bytes: &[u8]) {
        if !bytes.is_empty() {
            let text = String::from_utf8_lossy(bytes).into_owned();
            self.record(TrajectoryEvent::Text { from: from.into(), text });
        }
    }

    #[cfg(test)]
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.record(TrajectoryEvent::Note { text: text.into() });
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// How long nothing has come.
    pub(crate) fn quiet_for(&self) -> Duration {
        self.last.elapsed()
    }

    /// The end, as it is told from now on, and everything before it.
    pub(crate) fn end(mut self, mut end: SessionEnd) -> (SessionEnd, Trajectory) {
        if let Some(text) = end.text_mut() {
            *text = self.redacted(text);
        }
        let end = bounded(end);
        if self.n_left_out > 0 {
            let text = format!("{} more events came and were left out", self.n_left_out);
            self.push(TrajectoryEvent::Note { text });
        }
        self.push(TrajectoryEvent::Ended { end: end.clone() });
        (end, self.trajectory)
    }

    fn redacted(&self, text: &str) -> String {
        self.redactor.as_ref().map_or_else(|| text.to_owned(), |redactor| redactor.redact(text))
    }

    fn push(&mut self, mut event: TrajectoryEvent) {
        for text in event.texts() {
            // Redacted before it is cut: half a secret would not be found.
            *text = self.redacted(text);
            cut(text, MAX_TEXT);
            self.n_bytes += text.len();
        }
        let at_ms = u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX);
        let line = TrajectoryLine { at_ms, event };
        (self.watcher)(&line);
        self.trajectory.lines.push(line);
    }
}

#[cfg(test)]
mod tests {
    use super::super::MAX_END;
    use super::*;
    use ghostlib_sandbox::broker::Secret;
    use std::sync::Mutex;

    #[test]
    fn secrets_are_neither_shown_nor_kept_also_where_a_text_is_cut() {
        let secret = "sk-planted-0123456789";
        let seen = Mutex::new(String::new());
        let watcher = |line: &TrajectoryLine| seen.lock().unwrap().push_str(&line.to_json_line());
        let trajectory = record_all(&watcher, |recorder| {
            recorder.redact(Redactor::new([&Secret::new(secret).unwrap()]).unwrap());
            recorder.text("stdout", format!("the key is {secret}.").as_bytes());
            let long = format!("{}{secret}{}", "x".repeat(MAX_TEXT / 2 - 5), "y".repeat(MAX_TEXT));
            recorder.text("stdout", long.as_bytes());
        });
        let text = trajectory.to_json_lines();
        assert!(text.contains("the key is [redacted].") && !text.contains("sk-pl"), "{text}");
        assert_eq!(*seen.lock().unwrap(), text);
    }

    #[test]
    fn more_events_than_can_be_kept_are_counted() {
        let trajectory = record_all(&|_: &TrajectoryLine| {}, |recorder| {
            for _ in 0..MAX_EVENTS + 9 {
                recorder.note("again");
            }
        });
        assert_eq!(trajectory.lines.len(), MAX_EVENTS + 2);
        assert!(trajectory.to_json_lines().contains("10 more events came"));
    }

    #[test]
    fn what_is_said_of_an_end_is_bounded_and_without_secrets() {
        let secret = Secret::new("sk-planted-0123456789").unwrap();
        let mut recorder = Recorder::start(Sha256Hex::of(b""), &|_| {});
        recorder.redact(Redactor::new([&secret]).unwrap());
        let said = format!("sk-planted-0123456789{}", "x".repeat(1 << 20));
        let (end, trajectory) = recorder.end(SessionEnd::Crashed(said));
        let SessionEnd::Crashed(text) = &end else { panic!("{end}") };
        assert!(text.starts_with("[redacted]x") && text.len() < MAX_END + 100, "{text}");
        assert_eq!(trajectory.lines.last().unwrap().event, TrajectoryEvent::Ended { end });
    }

    fn record_all(watcher: &Watcher<'_>, events: impl FnOnce(&mut Recorder<'_>)) -> Trajectory {
        let mut recorder = Recorder::start(Sha256Hex::of(b""), watcher);
        events(&mut recorder);
        recorder.end(SessionEnd::Done).1
    }
}
