//! Whether a folder is a recording that can be kept, shown and played.

mod events;

use super::meta::{Meta, MetaError, line_at};
use super::{BOUNDS, CANDIDATE, EVENTS_FILE, FORMAT, META, PROMPT, Recording, restored_name, secrets};
use crate::tree::FileTree;
use ghostlib_model::{Canary, Sha256Hex};
use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

/// What was found in a recording.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// What makes it unfit, by file and line.
    pub faults: Vec<Fault>,
    /// What is worth knowing, and may be as it should.
    pub remarks: Vec<Fault>,
}

/// Something in a file of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file, by its path in the recording.
    pub file: String,
    /// The line, from 1, where it is in one.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

impl Verified {
    fn fault(&mut self, file: &str, line: Option<usize>, message: impl Into<String>) {
        self.faults.push(Fault { file: file.into(), line, message: message.into() });
    }
}

/// What stands before the token of a canary in the copy of a reference.
const CANARY_MARK: &str = "ghostlib-canary ";

/// Looks through the recording in a folder: its format, its hashes, its events from the first to the end that
/// `recording.toml` names, that its candidate is plain files, and that nothing in it is a canary, one of `canaries` or of
/// a reference, or looks like a secret.
pub fn verify(dir: &Path, canaries: &[Canary]) -> Verified {
    let mut verified = Verified::default();
    let files = match Recording::files_in(dir) {
        Ok(files) => files,
        Err(error) => {
            let file = error.path.strip_prefix(dir).unwrap_or(&error.path).to_string_lossy();
            verified.fault(&file, None, error.reason);
            FileTree::default()
        }
    };
    let text = |file| text(dir, file);
    let [meta, prompt, events] = [META, PROMPT, EVENTS_FILE].map(|file| {
        let text = text(file);
        text.map_err(|(line, message)| verified.fault(file, line, message)).ok()
    });
    let meta = meta.and_then(|meta| Meta::parse(&meta).map_err(|error| verified.broken_meta(error)).ok());
    if let (Some(meta), Some(prompt)) = (&meta, &prompt) {
        verified.check_prompt(meta, prompt);
    }
    if let Some(events) = &events {
        let left = files.below(CANDIDATE).files;
        let left: BTreeSet<_> = left.keys().map(|path| restored_name(path)).collect();
        verified.check_events(events, meta.as_ref(), &left);
    }
    verified.check_files(&files, canaries);
    verified
}

/// The text of one of the files that every recording has.
fn text(dir: &Path, file: &str) -> Result<String, (Option<usize>, String)> {
    let path = dir.join(file);
    let is_missing = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
    let metadata = fs::symlink_metadata(&path).map_err(|error| match error {
        error if is_missing(&error) => (None, "it is missing".to_owned()),
        error => (None, error.to_string()),
    })?;
    if !metadata.is_file() || metadata.len() > BOUNDS.bytes {
        return Err((None, "it is no plain file, or larger than 256 MiB".into()));
    }
    let bytes = fs::read(&path).map_err(|error| (None, error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| {
        let begins = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
        (Some(line_at(&begins, begins.len())), "it is not UTF-8".into())
    })
}

impl Verified {
    fn broken_meta(&mut self, error: MetaError) {
        match error {
            MetaError::Newer(format) => {
                let message = format!("it has format {format}; this ghostlib reads up to {FORMAT}");
                self.fault(META, None, message);
            }
            MetaError::Broken { line, reason } => self.fault(META, line, reason),
        }
    }

    fn check_prompt(&mut self, meta: &Meta, prompt: &str) {
        let is = Sha256Hex::of(prompt.as_bytes());
        if is != meta.prompt {
            let message = format!("its hash is {}, and {META} says {}", is.short(), meta.prompt.short());
            self.fault(PROMPT, None, message);
        }
    }

    /// What is in files and in their names, whichever they are.
    fn check_files(&mut self, files: &FileTree, canaries: &[Canary]) {
        for (path, bytes) in &files.files {
            let is_known = [META, EVENTS_FILE, PROMPT].contains(&path.as_str());
            if !is_known && !path.starts_with(&format!("{CANDIDATE}/")) {
                self.fault(path, None, "it is no part of a recording");
            }
            if let Some(what) = tells(path, canaries) {
                self.fault(path, None, format!("its name has {what} in it"));
            }
            for (n, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
                if let Some(what) = tells(&String::from_utf8_lossy(line), canaries) {
                    self.fault(path, Some(n + 1), format!("it has {what} in it"));
                }
            }
        }
    }
}

/// What a line has in it that should not leave the machine.
fn tells(line: &str, canaries: &[Canary]) -> Option<String> {
    if let Some(canary) = Canary::found_in(canaries, line.as_bytes()).first() {
        return Some(format!("the canary of {}", canary.place));
    }
    let is_digit = |byte: &u8| byte.is_ascii_hexdigit();
    let is_token = |after: &str| after.as_bytes().get(..32).is_some_and(|token| token.iter().all(is_digit));
    if line.split(CANARY_MARK).skip(1).any(is_token) {
        return Some("the canary of a reference".into());
    }
    secrets::looks_like(line).map(|what| format!("what looks like {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::tests::recording;

    /// What is said of a recording in which one file is another.
    fn said(file: &str, text: &str) -> String {
        let dir = tempfile::tempdir().unwrap();
        let mut files = recording().to_files().unwrap();
        files.files.insert(file.into(), text.into());
        files.write(dir.path()).unwrap();
        let canary = Canary { token: "0123456789abcdef".repeat(2), place: "the home".into() };
        let faults = verify(dir.path(), &[canary]).faults;
        faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_recording_as_it_is_written_has_no_faults() {
        let prompt = recording().prompt;
        assert_eq!(said(PROMPT, &prompt), "");
    }

    #[test]
    fn what_recording_toml_gets_wrong_is_told_with_its_line() {
        let meta = String::from_utf8(recording().to_files().unwrap().files[META].clone()).unwrap();
        for (from, to, wanted) in [
            ("format = 1", "format = 9", "recording.toml: it has format 9; this ghostlib reads up to 1"),
            ("format = 1", "format = 0", "recording.toml: there is no format 0"),
            ("role", "rolle", "recording.toml:2: unknown field `rolle`"),
            ("\"somebody\"", "", "recording.toml:3: "),
        ] {
            let said = said(META, &meta.replace(from, to));
            assert!(said.contains(wanted), "{said}");
        }
    }

    #[test]
    fn another_prompt_and_foreign_files_are_told() {
        assert!(said(PROMPT, "do that").starts_with("PROMPT.md: its hash is "));
        assert_eq!(said("notes.txt", "x"), "notes.txt: it is no part of a recording");
    }

    #[test]
    fn secrets_and_canaries_are_told_and_not_repeated() {
        let key = format!("sk-{}", "a1".repeat(20));
        let said_of = |text: &str| said("candidate/src/lib.rs", text);
        let secret = said_of(&format!("//!\nconst KEY: &str = \"{key}\";\n"));
        assert_eq!(
            secret,
            "candidate/src/lib.rs:2: it has what looks like a key of OpenAI or Anthropic (sk-…) in it"
        );
        assert!(said_of("0123456789ABCDEF0123456789ABCDEF").contains(":1: it has the canary of the home"));
        assert!(said_of(&format!("// ghostlib-canary {}", "a".repeat(32))).contains("canary of a reference"));
    }

    #[test]
    fn links_missing_files_and_broken_text_are_told_beside_each_other() {
        let dir = tempfile::tempdir().unwrap();
        recording().to_files().unwrap().write(dir.path()).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", dir.path().join("candidate/src/x.rs")).unwrap();
        fs::write(dir.path().join(PROMPT), b"a\nb\xff").unwrap();
        fs::remove_file(dir.path().join(EVENTS_FILE)).unwrap();
        let faults: Vec<_> = verify(dir.path(), &[]).faults.iter().map(ToString::to_string).collect();
        assert!(faults[0].starts_with("candidate/src/x.rs: it is a link"), "{faults:?}");
        assert_eq!(faults[1..], ["PROMPT.md:2: it is not UTF-8", "events.jsonl: it is missing"]);
    }
}
