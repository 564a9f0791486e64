//! Whether the events of a recording are whole, and fit to the rest of it.

use super::{Fault, Verified};
use crate::recording::{CANDIDATE, EVENTS_FILE, META, Meta};
use crate::trajectory::{FileChangeKind, TrajectoryEvent, TrajectoryLine};
use crate::tree::{is_build_output, is_setting};
use std::collections::{BTreeMap, BTreeSet};

/// An event, and the number of its line.
type Numbered = (usize, TrajectoryLine);

impl Verified {
    /// `left` is the paths of the files of the candidate.
    pub(super) fn check_events(&mut self, text: &str, meta: Option<&Meta>, left: &BTreeSet<String>) {
        let mut lines: Vec<Numbered> = Vec::new();
        for (n, line) in (1..).zip(text.lines()) {
            match serde_json::from_str(line) {
                Ok(line) => lines.push((n, line)),
                Err(error) => self.event(Some(n), reason(&error)),
            }
        }
        self.check_start(&lines, meta);
        self.check_times(&lines);
        self.check_end(&lines, meta);
        self.look_for_changed_files(&lines, left);
    }

    fn event(&mut self, line: Option<usize>, message: impl Into<String>) {
        self.fault(EVENTS_FILE, line, message);
    }

    fn check_start(&mut self, lines: &[Numbered], meta: Option<&Meta>) {
        let is_start = |(_, line): &&Numbered| matches!(line.event, TrajectoryEvent::Started { .. });
        match lines.first() {
            None => self.event(None, "it has no events"),
            Some((n, TrajectoryLine { event: TrajectoryEvent::Started { prompt }, .. })) => {
                if let Some(meta) = meta.filter(|meta| meta.prompt != *prompt) {
                    let message = format!(
                        "the session starts with the prompt {}, and {META} says {}",
                        prompt.short(),
                        meta.prompt.short()
                    );
                    self.event(Some(*n), message);
                }
            }
            Some((n, _)) => self.event(Some(*n), "the session does not begin with `started`"),
        }
        for (n, _) in lines.iter().skip(1).filter(is_start) {
            self.event(Some(*n), "the session starts again");
        }
    }

    fn check_times(&mut self, lines: &[Numbered]) {
        for pair in lines.windows(2) {
            let [(_, before), (n, after)] = pair else { continue };
            if after.at_ms < before.at_ms {
                let message = format!("its time, {} ms, is before that of the event before it", after.at_ms);
                self.event(Some(*n), message);
            }
        }
    }

    fn check_end(&mut self, lines: &[Numbered], meta: Option<&Meta>) {
        let Some(((last, line), before)) = lines.split_last() else { return };
        match (&line.event, meta) {
            (TrajectoryEvent::Ended { end }, Some(meta)) if *end != meta.end => {
                let message = format!("the session ends as `{end}`, and {META} says `{}`", meta.end);
                self.event(Some(*last), message);
            }
            (TrajectoryEvent::Ended { .. }, _) => {}
            _ => self.event(Some(*last), "the session does not end with `ended`"),
        }
        let ended = before.iter().filter(|(_, line)| matches!(line.event, TrajectoryEvent::Ended { .. }));
        for (n, _) in ended {
            self.event(Some(*n), "the session goes on after its end");
        }
    }

    /// A command may have moved a file away that the agent said it wrote, so this is no fault.
    fn look_for_changed_files(&mut self, lines: &[Numbered], left: &BTreeSet<String>) {
        let mut last: BTreeMap<&str, (usize, FileChangeKind)> = BTreeMap::new();
        for (n, line) in lines {
            if let TrajectoryEvent::FileChange { path, change } = &line.event {
                last.insert(path, (*n, *change));
            }
        }
        for (path, (n, change)) in last {
            let Some(inside) = in_candidate(path) else { continue };
            let is_there = inside.iter().any(|path| left.contains(*path));
            let is_left_out = inside.iter().any(|path| is_build_output(path) || is_setting(path));
            let what = match change {
                FileChangeKind::Removed if is_there => "is said to be removed, and is in the candidate",
                FileChangeKind::Added | FileChangeKind::Changed if !is_there && !is_left_out => {
                    "is said to be written, and is not in the candidate"
                }
                _ => continue,
            };
            let message = format!("`{path}` {what}");
            self.remarks.push(Fault { file: EVENTS_FILE.into(), line: Some(n), message });
        }
    }
}

/// What a path may be called inside of the candidate: folders above it may have the same name.
fn in_candidate(path: &str) -> Option<Vec<&str>> {
    let folder = format!("{CANDIDATE}/");
    let is_component = |at: usize| at == 0 || path[..at].ends_with('/');
    let inside: Vec<_> = path
        .match_indices(&folder)
        .filter(|(at, _)| is_component(*at))
        .map(|(at, _)| &path[at + folder.len()..])
        .collect();
    (!inside.is_empty()).then_some(inside)
}

/// The number of the line in that one line says nothing.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    format!("column {}: {what}", error.column())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_model::{AgentStamp, Role, SessionEnd, Sha256Hex};

    fn check(lines: &[&str]) -> Verified {
        let session = crate::Session {
            end: SessionEnd::Done,
            agent: AgentStamp::named("a", true),
            trajectory: crate::Trajectory::default(),
            policy: None,
            usage: None,
        };
        let meta = crate::Recording::new(
            &session,
            Role::Implementer,
            &Sha256Hex::of(b""),
            "",
            crate::FileTree::default(),
        )
        .meta;
        let mut verified = Verified::default();
        verified.check_events(&lines.join("\n"), Some(&meta), &BTreeSet::from(["src/lib.rs".to_owned()]));
        verified
    }

    fn faults(lines: &[&str]) -> Vec<String> {
        check(lines).faults.iter().map(ToString::to_string).collect()
    }

    fn started(prompt: &str) -> String {
        format!(r#"{{"at_ms":0,"event":"started","prompt":"{}"}}"#, Sha256Hex::of(prompt.as_bytes()))
    }

    const NOTE: &str = r#"{"at_ms":7,"event":"note","text":"x"}"#;
    const ENDED: &str = r#"{"at_ms":9,"event":"ended","end":{"kind":"done"}}"#;

    #[test]
    fn events_are_whole_from_the_start_to_the_end() {
        let started = started("");
        assert_eq!(faults(&[&started, NOTE, ENDED]), [""; 0]);
        assert_eq!(faults(&[]), ["events.jsonl: it has no events"]);
        assert_eq!(faults(&[NOTE, ENDED]), ["events.jsonl:1: the session does not begin with `started`"]);
        assert_eq!(faults(&[&started, NOTE]), ["events.jsonl:2: the session does not end with `ended`"]);
        assert_eq!(faults(&[&started, &started, ENDED]), ["events.jsonl:2: the session starts again"]);
        let twice = faults(&[&started, ENDED, ENDED]);
        assert_eq!(twice, ["events.jsonl:2: the session goes on after its end"]);
        let torn = faults(&[&started, "{\"at_ms\":8,", ENDED]);
        assert!(torn[0].starts_with("events.jsonl:2: column 11: "), "{torn:?}");
    }

    #[test]
    fn events_fit_to_what_the_recording_says_of_itself() {
        let other = faults(&[&started("x"), ENDED]);
        assert!(other[0].starts_with("events.jsonl:1: the session starts with the prompt "), "{other:?}");
        let gave_up = r#"{"at_ms":9,"event":"ended","end":{"kind":"gave-up","detail":"no"}}"#;
        let said = "events.jsonl:2: the session ends as `gave up: no`, and recording.toml says `done`";
        assert_eq!(faults(&[&started(""), gave_up]), [said]);
        let early = NOTE.replace('7', "3");
        let back = faults(&[&started(""), NOTE, &early, ENDED]);
        assert_eq!(back, ["events.jsonl:3: its time, 3 ms, is before that of the event before it"]);
    }

    #[test]
    fn files_that_are_said_to_be_written_are_looked_for() {
        let change = |path: &str, change: &str| {
            format!(r#"{{"at_ms":1,"event":"file-change","path":"{path}","change":"{change}"}}"#)
        };
        let remarks = |lines: &[String]| {
            let all: Vec<_> = lines.iter().map(String::as_str).collect();
            check(&all).remarks.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let there =
            ["candidate/src/lib.rs", "/x/candidate/y/candidate/src/lib.rs", "notes.md", "candidate/target/a"];
        assert_eq!(remarks(&there.map(|path| change(path, "added"))), [""; 0]);
        assert_eq!(
            remarks(&[change("candidate/src/b.rs", "changed"), change("candidate/src/lib.rs", "removed")]),
            [
                "events.jsonl:1: `candidate/src/b.rs` is said to be written, and is not in the candidate",
                "events.jsonl:2: `candidate/src/lib.rs` is said to be removed, and is in the candidate"
            ]
        );
        assert_eq!(
            remarks(&[change("candidate/b.rs", "added"), change("candidate/b.rs", "removed")]),
            [""; 0]
        );
    }
}
