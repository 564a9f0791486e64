//! Follows a session that somebody else records, by the files of its folder.

use crate::recording::{EVENTS_FILE, META};
use crate::trajectory::{TrajectoryEvent, TrajectoryLine};
use std::collections::hash_map::DefaultHasher;
use std::fs::File;
use std::hash::Hasher;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

/// Follows a session from its beginning, while its events come in and when the whole recording takes their place.
#[derive(Debug)]
pub struct Follower {
    dir: PathBuf,
    live: Option<Live>,
    told: Told,
    /// The end, until it is known whether something comes before it, or after.
    end: Option<TrajectoryLine>,
}

/// What a [`Follower`] has to tell.
#[derive(Clone, Debug, PartialEq)]
pub enum Followed {
    /// Something happened.
    Line(TrajectoryLine),
    /// A line is no event that this ghostlib knows.
    Unreadable,
    /// All so far was thrown away, and the session begins again.
    BeganAgain,
    /// The session is over, and recorded.
    Over,
}

/// The file that events come in, as it was when it was opened.
#[derive(Debug)]
struct Live {
    file: File,
    inode: u64,
    /// The beginning of a line that is not whole yet.
    rest: Vec<u8>,
}

/// What was told, to find the place in another file with the same beginning.
#[derive(Debug, Default)]
struct Told {
    n_bytes: usize,
    hash: DefaultHasher,
}

/// The most bytes that are read at once.
const PART: u64 = 1 << 20;

impl Follower {
    /// Follows the session whose recording is in this folder, or will be.
    pub fn of(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), live: None, told: Told::default(), end: None }
    }

    /// What happened since this was asked last; nothing, where nothing did or there is no session yet. After
    /// [`Followed::Over`] there is no more.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn look(&mut self) -> io::Result<Vec<Followed>> {
        let mut followed = Vec::new();
        if self.dir.join(META).exists() {
            self.look_at_recording(&mut followed)?;
        } else {
            self.look_at_live(&mut followed)?;
        }
        Ok(followed)
    }

    /// The end of a session that nobody will record any more, if it came so far.
    pub fn end(self) -> Option<TrajectoryLine> {
        self.end
    }

    /// A recording is there whole or not at all.
    fn look_at_recording(&mut self, followed: &mut Vec<Followed>) -> io::Result<()> {
        let bytes = match std::fs::read(self.dir.join(EVENTS_FILE)) {
            // It was thrown away just now, and the session begins again.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            bytes => bytes?,
        };
        let mut rest = bytes.get(self.told.n_bytes..).unwrap_or_default();
        if !self.told.begins(&bytes) {
            self.begin_again(followed);
            rest = &bytes;
        }
        for line in rest.split_inclusive(|byte| *byte == b'\n') {
            followed.push(event(line).map_or(Followed::Unreadable, Followed::Line));
        }
        followed.push(Followed::Over);
        Ok(())
    }

    fn look_at_live(&mut self, followed: &mut Vec<Followed>) -> io::Result<()> {
        let file = match File::open(self.dir.join(EVENTS_FILE)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            file => file?,
        };
        let inode = file.metadata()?.ino();
        // As long as the file before is open, no other gets its number.
        if self.live.as_ref().is_none_or(|live| live.inode != inode) {
            self.begin_again(followed);
            self.live = Some(Live { file, inode, rest: Vec::new() });
        }
        let Some(opened) = &mut self.live else { return Ok(()) };
        (&opened.file).take(PART).read_to_end(&mut opened.rest)?;
        let whole = opened.rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let lines: Vec<u8> = opened.rest.drain(..whole).collect();
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            match event(line) {
                Some(line) if matches!(line.event, TrajectoryEvent::Ended { .. }) => {
                    self.end = Some(line);
                    continue;
                }
                Some(line) => followed.push(Followed::Line(line)),
                None => followed.push(Followed::Unreadable),
            }
            self.told.add(line);
        }
        Ok(())
    }

    fn begin_again(&mut self, followed: &mut Vec<Followed>) {
        followed.extend(self.end.take().map(Followed::Line));
        if self.told.n_bytes > 0 {
            followed.push(Followed::BeganAgain);
        }
        self.told = Told::default();
    }
}

impl Told {
    fn add(&mut self, line: &[u8]) {
        self.n_bytes += line.len();
        self.hash.write(line);
    }

    /// Whether what was told is how these bytes begin.
    fn begins(&self, bytes: &[u8]) -> bool {
        let Some(begin) = bytes.get(..self.n_bytes) else { return false };
        let mut again = Self::default();
        begin.split_inclusive(|byte| *byte == b'\n').for_each(|line| again.add(line));
        again.hash.finish() == self.hash.finish()
    }
}

fn event(line: &[u8]) -> Option<TrajectoryLine> {
    serde_json::from_slice(line).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::tests::recording;
    use ghostlib_model::SessionEnd;
    use std::fs;
    use std::io::Write;
    use std::path::Path;

    fn line(at_ms: u64, event: TrajectoryEvent) -> TrajectoryLine {
        TrajectoryLine { at_ms, event }
    }

    fn note(at_ms: u64) -> TrajectoryLine {
        line(at_ms, TrajectoryEvent::Note { text: format!("at {at_ms}") })
    }

    fn ended(at_ms: u64, end: SessionEnd) -> TrajectoryLine {
        line(at_ms, TrajectoryEvent::Ended { end })
    }

    fn begin(dir: &Path) -> File {
        if dir.exists() {
            fs::remove_dir_all(dir).unwrap();
        }
        fs::create_dir(dir).unwrap();
        File::create(dir.join(EVENTS_FILE)).unwrap()
    }

    fn record(dir: &Path, lines: &[TrajectoryLine]) {
        let mut recording = recording();
        recording.trajectory.lines = lines.to_vec();
        fs::remove_dir_all(dir).unwrap();
        recording.to_files().unwrap().write(dir).unwrap();
    }

    fn texts(followed: &[Followed]) -> Vec<String> {
        let text = |one: &Followed| match one {
            Followed::Line(line) => match &line.event {
                TrajectoryEvent::Note { text } => text.clone(),
                TrajectoryEvent::Ended { end } => end.to_string(),
                event => format!("{event:?}"),
            },
            other => format!("{other:?}"),
        };
        followed.iter().map(text).collect()
    }

    #[test]
    fn lines_are_told_once_and_what_the_recording_adds_before_the_end_too() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("r1-1");
        let mut follower = Follower::of(&dir);
        assert_eq!(follower.look().unwrap(), []);
        let mut file = begin(&dir);
        let (first, second) = (note(1).to_json_line(), note(2).to_json_line());
        let (half, rest) = second.split_at(9);
        write!(file, "{first}{half}").unwrap();
        assert_eq!(texts(&follower.look().unwrap()), ["at 1"]);
        write!(file, "{rest}nonsense\n{}", ended(4, SessionEnd::Done).to_json_line()).unwrap();
        assert_eq!(texts(&follower.look().unwrap()), ["at 2", "Unreadable"]);
        assert_eq!(follower.look().unwrap(), []);
        fs::remove_dir_all(&dir).unwrap();
        assert_eq!(follower.look().unwrap(), [], "nothing is there for a moment");
        fs::create_dir(&dir).unwrap();
        record(&dir, &[note(1), note(2), note(3), ended(4, SessionEnd::Done)]);
        // The line that is no event is not in the recording, so nothing is taken for told.
        assert_eq!(
            texts(&follower.look().unwrap()),
            ["done", "BeganAgain", "at 1", "at 2", "at 3", "done", "Over"]
        );
    }

    #[test]
    fn a_recording_goes_on_where_its_events_were_told() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("r1-1");
        let mut follower = Follower::of(&dir);
        let mut file = begin(&dir);
        write!(file, "{}{}", note(1).to_json_line(), ended(4, SessionEnd::Done).to_json_line()).unwrap();
        assert_eq!(texts(&follower.look().unwrap()), ["at 1"]);
        record(&dir, &[note(1), note(3), ended(4, SessionEnd::Done)]);
        assert_eq!(texts(&follower.look().unwrap()), ["at 3", "done", "Over"]);
    }

    #[test]
    fn a_session_that_begins_again_is_told_from_its_beginning() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("r1-1");
        let mut follower = Follower::of(&dir);
        let mut file = begin(&dir);
        let end = ended(2, SessionEnd::Unavailable("busy".into()));
        write!(file, "{}{}", note(1).to_json_line(), end.to_json_line()).unwrap();
        assert_eq!(texts(&follower.look().unwrap()), ["at 1"]);
        let mut file = begin(&dir);
        write!(file, "{}", note(1).to_json_line()).unwrap();
        let again = texts(&follower.look().unwrap());
        assert_eq!(again, ["the model cannot be had: busy", "BeganAgain", "at 1"]);
        assert_eq!(follower.end(), None);
    }
}
