//! Taking a run out of a file that somebody else has made.

use super::parcel::{JOURNAL, Named, ParcelError, commit_path};
use super::{Candidates, Journal, Project, unpack};
use crate::spec_files::LoadedSpec;
use ghostlib_agent::{FileTree, Recording, check_name};
use ghostlib_model::{Event, Reviser, RunId, SessionId, Sha256Hex};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Numbers of runs stay below this, so that there is always a next one.
const MAX_NUMBER: u32 = 1_000_000;

/// What an import came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The run, as it is called here.
    pub run: RunId,
    /// The run, as it was called where it was made.
    pub was: RunId,
    /// Recordings of sessions in it.
    pub n_sessions: usize,
    /// Candidates in it.
    pub n_candidates: usize,
}

impl Project {
    /// Takes over the run in a file that [`Self::export`] has written. It keeps its number if that is free, and gets
    /// the next one otherwise; nothing that is there changes. The caller has the project's lock.
    ///
    /// # Errors
    /// If the file is something else, was changed, is larger than may be, or names what has no place in a run; then the
    /// project is as it was.
    pub fn import(&self, file: &Path) -> Result<Imported, ParcelError> {
        let (was, files) = unpack::read(file)?;
        let arrival = Arrival {
            project: self,
            file,
            partial: self.run_dir(&RunId::new(".partial-import")),
            run: self.free_number(&was, file)?,
            was,
        };
        arrival.clear()?;
        let done = arrival.unpack(&files);
        // Whatever came of it, nothing of this stays.
        arrival.clear()?;
        done
    }

    /// The number of a run if no run here has it, or else the next one.
    fn free_number(&self, was: &RunId, file: &Path) -> Result<RunId, ParcelError> {
        let number = was.as_str().strip_prefix('r').and_then(|number| number.parse::<u32>().ok());
        let Some(number) = number.filter(|number| format!("r{number}") == was.as_str()) else {
            let reason = format!("`{}` is no name of a run", was.as_str().escape_debug());
            return Err(ParcelError::Damaged { path: file.into(), reason });
        };
        let is_free = number < MAX_NUMBER && !self.run_dir(was).exists();
        if is_free { Ok(was.clone()) } else { Ok(self.next_run()?) }
    }
}

/// A run that is coming in: as it was called where it was made, and as it is called here. Sessions bear its name.
struct Arrival<'a> {
    project: &'a Project,
    file: &'a Path,
    /// Where it is until it is whole.
    partial: PathBuf,
    was: RunId,
    run: RunId,
}

impl Arrival<'_> {
    fn clear(&self) -> Result<(), ParcelError> {
        ghostlib_sandbox::remove_folder(&self.partial).map_err(failed(&self.partial))
    }

    fn damaged(&self, reason: impl Into<String>) -> ParcelError {
        ParcelError::Damaged { path: self.file.into(), reason: reason.into() }
    }

    fn unpack(&self, files: &FileTree) -> Result<Imported, ParcelError> {
        let theirs = self.partial.join("theirs");
        files.write(&theirs)?;
        let events = Journal::read(&theirs.join(JOURNAL))?;
        // Names are looked at before anything is sought by them.
        let ours: Vec<Event> = events.iter().map(|event| self.event(event)).collect::<Result<_, _>>()?;
        let named = Named::of(&events);
        self.check_specs(&events, &named, &theirs)?;

        let dir = self.partial.join("run");
        fs::create_dir_all(dir.join("sessions")).map_err(failed(&dir))?;
        rename(&theirs.join("specs"), &dir.join("specs"))?;
        for session in &named.sessions {
            let from = theirs.join("sessions").join(session.as_str());
            if !from.is_dir() {
                return Err(self.damaged(format!("it lacks the recording {session}")));
            }
            rename(&from, &self.session_dir(session)?)?;
            // What cannot be read does not come in.
            self.recording(session)?;
        }
        let mut journal = Journal::create(&dir.join(JOURNAL))?;
        for event in &ours {
            journal.append(event)?;
        }
        journal.append(&Event::Imported { was: self.was.clone() })?;

        let candidates = Candidates::open(&self.project.candidates())?;
        let adopted = self.adopt(&candidates, &named, &theirs);
        let done = adopted.and_then(|()| rename(&dir, &self.project.run_dir(&self.run)));
        if let Err(error) = done {
            candidates.forget(&self.run)?;
            return Err(error);
        }
        let (n_sessions, n_candidates) = (named.sessions.len(), named.candidates.len());
        Ok(Imported { run: self.run.clone(), was: self.was.clone(), n_sessions, n_candidates })
    }

    /// Each spec is there, and is what the journal says.
    fn check_specs(&self, events: &[Event], named: &Named<'_>, theirs: &Path) -> Result<(), ParcelError> {
        let started = events.iter().find_map(|event| match event {
            Event::RunStarted { spec_path, .. } => Some(spec_path),
            _ => None,
        });
        let spec_path = started.ok_or_else(|| self.damaged("its journal does not say how it began"))?;
        for hash in &named.specs {
            let dir = theirs.join("specs").join(hash.short());
            let spec = LoadedSpec::read(&LoadedSpec::document_in(&dir, Path::new(spec_path)))?;
            if spec.stamp().hash != **hash {
                let reason = format!("the spec {} is not the one that was recorded", hash.short());
                return Err(self.damaged(reason));
            }
        }
        Ok(())
    }

    /// Makes the commits of the candidates anew, each from its recording.
    fn adopt(&self, candidates: &Candidates, named: &Named<'_>, theirs: &Path) -> Result<(), ParcelError> {
        for (attempt, (session, stamp)) in &named.candidates {
            let path = theirs.join(commit_path(*attempt));
            let commit = fs::read(&path)
                .map_err(|_| self.damaged(format!("it lacks the commit of attempt {attempt}")))?;
            let recording = self.recording(session)?;
            candidates.adopt(&recording.candidate, &commit, stamp, &self.run, *attempt)?;
        }
        Ok(())
    }

    /// Where the recording of one of their sessions is until the run is whole.
    fn session_dir(&self, session: &SessionId) -> Result<PathBuf, ParcelError> {
        Ok(self.partial.join("run/sessions").join(self.session(session)?.as_str()))
    }

    fn recording(&self, session: &SessionId) -> Result<Recording, ParcelError> {
        Ok(Recording::read(session.as_str(), &self.session_dir(session)?)?)
    }

    /// An event as it would be if the run had been made here.
    fn event(&self, event: &Event) -> Result<Event, ParcelError> {
        let mut event = event.clone();
        match &mut event {
            Event::RunStarted { run, spec_path, spec, .. } => {
                if *run != self.was {
                    let reason = format!("its journal is that of the run {run}, not of {}", self.was);
                    return Err(self.damaged(reason));
                }
                run.clone_from(&self.run);
                *spec_path = path_here(spec_path, &spec.name);
                self.check_hash(&spec.hash)?;
            }
            Event::IterationStarted { spec, .. } => self.check_hash(&spec.hash)?,
            Event::SessionEnded { session, .. } => *session = self.session(session)?,
            Event::Revised { revision, .. } => {
                self.check_hash(&revision.from)?;
                self.check_hash(&revision.to)?;
                if let Reviser::Agent(by) = &mut revision.by {
                    by.session = self.session(&by.session)?;
                }
            }
            _ => {}
        }
        Ok(event)
    }

    fn session(&self, session: &SessionId) -> Result<SessionId, ParcelError> {
        let rest = session.as_str().strip_prefix(self.was.as_str()).and_then(|rest| rest.strip_prefix('-'));
        let is_plain = |rest: &&str| {
            !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let rest = rest.filter(is_plain).ok_or_else(|| {
            self.damaged(format!("`{}` is no session of the run", session.as_str().escape_debug()))
        })?;
        Ok(SessionId::new(format!("{}-{rest}", self.run)))
    }

    /// A hash names a folder.
    fn check_hash(&self, hash: &Sha256Hex) -> Result<(), ParcelError> {
        let text = hash.as_str();
        let is_hash = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hash {
            Ok(())
        } else {
            Err(self.damaged(format!("`{}` is no hash of a spec", text.escape_debug())))
        }
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> ParcelError + use<> {
    let path = path.to_owned();
    move |source| ParcelError::Io { path, source }
}

fn rename(from: &Path, to: &Path) -> Result<(), ParcelError> {
    fs::rename(from, to).map_err(failed(from))
}

/// Where the spec would stand in this project. What led out of the other one leads nowhere here.
fn path_here(path: &str, name: &str) -> String {
    let is_inside = |path: &str| check_name(path).is_ok();
    if is_inside(path) {
        return path.to_owned();
    }
    let name = if is_inside(name) && !name.contains('/') { name } else { "imported" };
    let file = Path::new(path).file_name().and_then(|file| file.to_str());
    let document = file.filter(|file| is_inside(file) && Path::new(file).extension().is_some());
    let folder = PathBuf::from("specs").join(name);
    document.map_or_else(|| folder.clone(), |file| folder.join(file)).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_led_out_of_the_other_project_stays_in_this_one() {
        for (path, expected) in [
            ("specs/level", "specs/level"),
            ("/home/somebody/level", "specs/level"),
            ("../../level/my-spec.md", "specs/level/my-spec.md"),
            ("./../..", "specs/level"),
        ] {
            assert_eq!(path_here(path, "level"), expected);
        }
        assert_eq!(path_here("/x", "../../y"), "specs/imported");
    }
}
