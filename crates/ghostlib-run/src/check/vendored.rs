//! Vendored crates against their lockfiles and their specs.

use super::{Bench, join};
use crate::judge::VisibleError;
use crate::vendored::{VendoredCrate, VendoredError, Verified};
use ghostlib_agent::FileTree;
use ghostlib_model::{
    CheckFinding, CheckLevel, CheckPlace, CheckStep, Finding, Priority, Sha256Hex, sha256_of_files,
};
use ghostlib_verify::{ReferenceError, offline};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// A vendored crate of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrateUnderCheck {
    /// Its folder, from the root of the repository.
    pub folder: String,
    dir: PathBuf,
}

impl CrateUnderCheck {
    /// The crate in a folder, given from the root of the repository.
    pub fn at(root: &Path, folder: &str) -> Self {
        Self { folder: folder.to_owned(), dir: root.join(folder) }
    }

    /// Whether a path, from the root of the repository, is one of its files.
    pub fn has(&self, path: &str) -> bool {
        path.strip_prefix(&self.folder).is_some_and(|rest| self.folder.is_empty() || rest.starts_with('/'))
    }

    /// A hash over all its files; nothing, if one cannot be read. `with` is what else its check depends on.
    pub fn key(&self, with: &str) -> Option<Sha256Hex> {
        let tree = FileTree::read(&self.dir).ok()?;
        let others = [("vendored", self.folder.as_bytes()), ("with", with.as_bytes())];
        let files = tree.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
        Some(sha256_of_files(others.into_iter().chain(files)))
    }

    /// Holds its code against its lockfile and its spec. What it depends on is not fetched.
    ///
    /// # Errors
    /// If the sandbox or the file system fails.
    #[tracing::instrument(name = "check", skip_all, fields(folder = self.folder))]
    pub async fn check(&self, bench: &Bench) -> Result<CheckStep, VendoredError> {
        let began = Instant::now();
        let verified = match VendoredCrate::read(&self.dir) {
            Ok(held) => {
                let bench = bench.for_crates();
                offline(held.verify(&bench)).await
            }
            Err(error) => return Ok(self.step(began, vec![self.unreadable(&error)])),
        };
        match verified {
            Ok(verified) => {
                let findings = verified.findings.iter().map(|finding| self.found(finding)).collect();
                let cached = verified.was_known;
                Ok(CheckStep { cached, ..self.step(began, findings) })
            }
            Err(error @ VendoredError::Check(VisibleError::Dependencies(ReferenceError::Offline { .. }))) => {
                let reason = format!("{error}; `cargo fetch` in it gets what it depends on");
                Ok(CheckStep { skipped: Some(reason), ..self.step(began, Vec::new()) })
            }
            Err(error) => Err(error),
        }
    }

    /// That it could not be looked at.
    pub fn skipped(&self, reason: &str) -> CheckStep {
        CheckStep { skipped: Some(reason.to_owned()), ..self.step(Instant::now(), Vec::new()) }
    }

    fn step(&self, began: Instant, findings: Vec<CheckFinding>) -> CheckStep {
        CheckStep {
            subject: self.folder.clone(),
            name: "vendored".into(),
            seconds: began.elapsed().as_secs_f64(),
            findings,
            ..CheckStep::default()
        }
    }

    fn found(&self, finding: &Finding) -> CheckFinding {
        let level = match finding.priority {
            Priority::P0 | Priority::P1 => CheckLevel::Error,
            Priority::P2 => CheckLevel::Warning,
            Priority::P3 => CheckLevel::Note,
        };
        let place = Verified::place(finding);
        let text = fs::read_to_string(self.dir.join(&*place.file)).unwrap_or_default();
        let mut told =
            CheckFinding::new(&finding.rule, level, &finding.subject, finding.message.trim_end_matches('.'));
        told.help = Some(finding.advice.trim_end_matches('.').to_owned()).filter(|advice| !advice.is_empty());
        told.place = Some(CheckPlace::of(&place, join(&self.folder, &place.file), &text));
        told
    }

    fn unreadable(&self, error: &VendoredError) -> CheckFinding {
        let message = format!("the vendored crate cannot be read: {error}");
        let mut told = CheckFinding::new("vendored-unreadable", CheckLevel::Error, &self.folder, message);
        told.help =
            Some("take its files from the repository's history, or let `ghostlib add` write it anew".into());
        told.place = Some(CheckPlace::start_of(join(&self.folder, crate::store::LOCKFILE)));
        told
    }
}
