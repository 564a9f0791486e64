//! The journal of a run: JSON Lines, one event a line, each with its number and a checksum.
//!
//! ```json
//! {"ghostlib-journal":2}
//! {"n":1,"crc":"8f0d3c1a","event":{"event":"run-started", ...}}
//! ```
//!
//! `crc` is the CRC-32 of the event's text as it stands in the line. An event counts as recorded when its line
//! is synced. A last line that is not whole was never recorded: it is cut off.

use ghostlib_model::Event;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::panic;
use std::path::{Path, PathBuf};
use std::thread;

/// The number of the journal format that is written.
pub const FORMAT: u32 = 2;

/// The fewest records that are worth a core of their own.
const MIN_A_CORE: usize = 1000;

/// A journal that is open for appending.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    n_events: u64,
}

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It cannot be read or written.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The journal.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It was written by a newer ghostlib.
    #[error("{} has format {format}; this ghostlib reads up to {FORMAT}", .path.display())]
    Newer {
        /// The journal.
        path: PathBuf,
        /// Its format.
        format: u32,
    },
    /// It was written when a run made one attempt an iteration.
    #[error("{} has format {format}, which this ghostlib no longer reads; start a new run", .path.display())]
    Older {
        /// The journal.
        path: PathBuf,
        /// Its format.
        format: u32,
    },
    /// A line before the last is not what was written.
    #[error("{}:{line}: {reason}", .path.display())]
    Damaged {
        /// The journal.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
}

#[derive(Serialize, Deserialize)]
struct Header {
    #[serde(rename = "ghostlib-journal")]
    format: u32,
}

#[derive(Serialize, Deserialize)]
struct Line<'a> {
    n: u64,
    crc: String,
    #[serde(borrow)]
    event: &'a RawValue,
}

impl Journal {
    /// Starts a journal.
    ///
    /// # Errors
    /// If the file exists or cannot be written.
    pub fn create(path: &Path) -> Result<Self, JournalError> {
        let file = File::options().write(true).create_new(true).open(path).map_err(io_error(path))?;
        let mut journal = Self { path: path.into(), file, n_events: 0 };
        journal.write_line(&serde_json::to_string(&Header { format: FORMAT }).unwrap_or_default())?;
        Ok(journal)
    }

    /// Opens a journal for going on with it, and gives what it holds. A torn last line is cut off.
    ///
    /// # Errors
    /// If it cannot be read, is damaged, or has a newer format.
    pub fn open(path: &Path) -> Result<(Self, Vec<Event>), JournalError> {
        let content = Content::read(path)?;
        let mut file = File::options().write(true).open(path).map_err(io_error(path))?;
        file.set_len(content.whole_bytes).map_err(io_error(path))?;
        file.seek(SeekFrom::End(0)).map_err(io_error(path))?;
        let mut journal = Self { path: path.into(), file, n_events: content.events.len() as u64 };
        if content.whole_bytes == 0 {
            journal.write_line(&serde_json::to_string(&Header { format: FORMAT }).unwrap_or_default())?;
        }
        Ok((journal, content.events))
    }

    /// What a journal holds, without touching it.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn read(path: &Path) -> Result<Vec<Event>, JournalError> {
        Ok(Content::read(path)?.events)
    }

    /// What a journal holds, and its text up to the end of the last whole line.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn read_with_text(path: &Path) -> Result<(Vec<Event>, Vec<u8>), JournalError> {
        let mut bytes = fs::read(path).map_err(io_error(path))?;
        let content = Content::of(path, &bytes)?;
        bytes.truncate(usize::try_from(content.whole_bytes).unwrap_or(usize::MAX));
        Ok((content.events, bytes))
    }

    /// Records an event. It is on the disk when this returns.
    ///
    /// # Errors
    /// If it cannot be written; then it is not recorded, and the next opening cuts off what was.
    pub fn append(&mut self, event: &Event) -> Result<(), JournalError> {
        let damaged =
            |error: serde_json::Error| JournalError::Io { path: self.path.clone(), source: error.into() };
        let event = serde_json::value::to_raw_value(event).map_err(damaged)?;
        let line = Line { n: self.n_events + 1, crc: checksum(event.get()), event: &event };
        let line = serde_json::to_string(&line).map_err(damaged)?;
        self.write_line(&line)?;
        self.n_events += 1;
        Ok(())
    }

    fn write_line(&mut self, line: &str) -> Result<(), JournalError> {
        self.file
            .write_all(format!("{line}\n").as_bytes())
            .and_then(|()| self.file.sync_data())
            .map_err(io_error(&self.path))
    }
}

struct Content {
    events: Vec<Event>,
    /// Bytes up to the end of the last whole line.
    whole_bytes: u64,
}

impl Content {
    fn read(path: &Path) -> Result<Self, JournalError> {
        Self::of(path, &fs::read(path).map_err(io_error(path))?)
    }

    fn of(path: &Path, bytes: &[u8]) -> Result<Self, JournalError> {
        let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        let text = String::from_utf8_lossy(&bytes[..end]);
        let mut lines = text.lines();
        if let Some(header) = lines.next() {
            check_header(path, header)?;
        }
        let lines: Vec<&str> = lines.collect();
        let events = parse_all(&lines).map_err(|(at, reason)| {
            // The header is line 1.
            JournalError::Damaged { path: path.into(), line: at + 2, reason }
        })?;
        Ok(Self { events, whole_bytes: end as u64 })
    }
}

/// The events of all records, read on all cores; or the first record that is not what was written, from 0, and why.
fn parse_all(lines: &[&str]) -> Result<Vec<Event>, (usize, String)> {
    let n_cores = thread::available_parallelism().map_or(1, usize::from);
    let size = lines.len().div_ceil(n_cores).max(MIN_A_CORE);
    let part = |first: usize, lines: &[&str]| {
        let events =
            (first..).zip(lines).map(|(at, line)| parse(line, at as u64 + 1).map_err(|why| (at, why)));
        events.collect::<Result<Vec<Event>, _>>()
    };
    let parts: Result<Vec<Vec<Event>>, _> = thread::scope(|scope| {
        let parts = lines.chunks(size).enumerate();
        let parts: Vec<_> = parts.map(|(n, lines)| scope.spawn(move || part(n * size, lines))).collect();
        let parts = parts.into_iter();
        parts.map(|part| part.join().unwrap_or_else(|panic| panic::resume_unwind(panic))).collect()
    });
    Ok(parts?.into_iter().flatten().collect())
}

fn check_header(path: &Path, line: &str) -> Result<(), JournalError> {
    match serde_json::from_str::<Header>(line) {
        Ok(header) if header.format > FORMAT => {
            Err(JournalError::Newer { path: path.into(), format: header.format })
        }
        Ok(header) if header.format < FORMAT => {
            Err(JournalError::Older { path: path.into(), format: header.format })
        }
        Ok(_) => Ok(()),
        Err(error) => {
            let reason = format!("this is no journal of ghostlib: {error}");
            Err(JournalError::Damaged { path: path.into(), line: 1, reason })
        }
    }
}

fn parse(line: &str, expected_n: u64) -> Result<Event, String> {
    let line: Line<'_> = serde_json::from_str(line).map_err(|error| format!("this is no record: {error}"))?;
    if line.crc != checksum(line.event.get()) {
        return Err("the checksum does not fit; the line was changed after it was written".into());
    }
    if line.n != expected_n {
        return Err(format!("record {expected_n} is missing; this is record {}", line.n));
    }
    serde_json::from_str(line.event.get()).map_err(|error| format!("the event is not known: {error}"))
}

fn checksum(text: &str) -> String {
    format!("{:08x}", crc32fast::hash(text.as_bytes()))
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> JournalError + use<> {
    let path = path.to_owned();
    move |source| JournalError::Io { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_model::{AttemptId, RunEnd};

    fn event(best: u32) -> Event {
        Event::RunEnded {
            end: RunEnd::NoProgress("ä\"\n".into()),
            best: Some(AttemptId { iteration: best, attempt: 1 }),
        }
    }

    fn written(n_events: u32) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal.jsonl");
        let mut journal = Journal::create(&path).unwrap();
        for n in 1..=n_events {
            journal.append(&event(n)).unwrap();
        }
        (dir, path)
    }

    #[test]
    fn events_come_back_in_order_and_more_can_be_added() {
        let (_dir, path) = written(2);
        let (mut journal, events) = Journal::open(&path).unwrap();
        assert_eq!(events, [event(1), event(2)]);
        journal.append(&event(3)).unwrap();
        assert_eq!(Journal::read(&path).unwrap(), [event(1), event(2), event(3)]);
    }

    #[test]
    fn wherever_the_last_line_is_torn_the_lines_before_it_stay() {
        let (_dir, path) = written(2);
        let whole = fs::read(&path).unwrap();
        let last = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
        for cut in last..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let (mut journal, events) = Journal::open(&path).unwrap();
            assert_eq!(events, [event(1)], "cut at {cut}");
            journal.append(&event(2)).unwrap();
            assert_eq!(fs::read(&path).unwrap(), whole, "cut at {cut}");
        }
    }

    #[test]
    fn a_changed_byte_is_found_in_its_line() {
        let (_dir, path) = written(3);
        let text = fs::read_to_string(&path).unwrap().replacen("\"iteration\":2", "\"iteration\":7", 1);
        fs::write(&path, text).unwrap();
        let error = Journal::read(&path).unwrap_err().to_string();
        assert!(error.contains("journal.jsonl:3: the checksum does not fit"), "{error}");
    }

    #[test]
    fn a_missing_line_is_found() {
        let (_dir, path) = written(3);
        let text = fs::read_to_string(&path).unwrap();
        let without: Vec<_> = text.split_inclusive('\n').filter(|line| !line.contains("\"n\":2,")).collect();
        let without = without.concat();
        fs::write(&path, without).unwrap();
        assert!(Journal::read(&path).unwrap_err().to_string().contains("record 2 is missing"));
    }

    #[test]
    fn a_newer_format_is_refused_and_kept() {
        let (_dir, path) = written(0);
        let newer = "{\"ghostlib-journal\":3}\n{\"something\":\"else\"}\n";
        fs::write(&path, newer).unwrap();
        assert!(matches!(Journal::open(&path).unwrap_err(), JournalError::Newer { format: 3, .. }));
        assert_eq!(fs::read_to_string(&path).unwrap(), newer);
        fs::write(&path, "{\"ghostlib-journal\":1}\n").unwrap();
        assert!(matches!(Journal::open(&path).unwrap_err(), JournalError::Older { format: 1, .. }));
    }
}
