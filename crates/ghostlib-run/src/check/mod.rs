//! What holds in a repository, without any agent: specs against their own text and against their references, vendored
//! crates against their lockfiles and specs, lockfiles of runs against the specs that they were made for.
//!
//! [`find`] says what there is, [`SpecUnderCheck`] looks at one spec and [`CrateUnderCheck`] at one crate, [`Cache`] knows what was found before of what has
//! not changed, [`Baseline`] accepts what is known, and [`Base`] says what a branch touches.

mod base;
mod baseline;
mod cache;
mod found;
mod lock;
mod reference;
mod rules;
mod text;
mod vendored;

pub use base::Base;
pub use baseline::{Accept, BASELINE, Baseline, BaselineError, Day, IsWhole};
pub use cache::Cache;
pub use found::{FindError, Found, find, repository_root};
pub use lock::{LockUnderCheck, lock_step};
pub use reference::Bench;
pub use rules::{Rule, rule};
pub use vendored::CrateUnderCheck;

use crate::judge::JudgeError;
use crate::spec_files::{LoadedSpec, SpecError};
use ghostlib_model::{CheckFinding, CheckLevel, CheckPlace, CheckStep, Severity, Sha256Hex, sha256_of_files};
use ghostlib_spec::lint::{LintLevels, lint};
use ghostlib_spec::{Options, Sources};
use ghostlib_verify::{ReferenceError, identity};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// A spec of a repository, read.
#[derive(Clone, Debug)]
pub struct SpecUnderCheck {
    /// Its document, from the root of the repository.
    pub document: String,
    /// What was read.
    pub loaded: LoadedSpec,
    /// The language of its reference, if it pins one; that of a reference which nobody knows yet is taken for Rust.
    pub language: Option<&'static str>,
}

impl SpecUnderCheck {
    /// Reads the spec with this document or in this folder, given from the root of the repository.
    ///
    /// # Errors
    /// With a step that says so, if it cannot be read.
    pub fn read(root: &Path, path: &str) -> Result<Self, Box<CheckStep>> {
        let loaded =
            LoadedSpec::read(&root.join(path)).map_err(|error| Box::new(unreadable(path, &error)))?;
        let loaded = loaded.with_surroundings();
        let document = match path.strip_suffix(&loaded.sources.document.path) {
            Some(folder) if folder.is_empty() || folder.ends_with('/') => path.to_owned(),
            _ => join(path, &loaded.sources.document.path),
        };
        let source = loaded.spec.front_matter.reference.as_ref();
        let language =
            source.map(|source| crate::judge::language_of_source(source, &loaded.dir).unwrap_or("rust"));
        Ok(Self { document, loaded, language })
    }

    /// The folder of its document, from the root of the repository; empty for the root itself.
    pub fn folder(&self) -> &str {
        self.document.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The files that make it, from the root of the repository.
    pub fn files(&self) -> impl Iterator<Item = String> {
        self.loaded.sources.files().map(|file| join(self.folder(), &file.path))
    }

    /// The folder of its reference, if it has one by path.
    pub fn reference_folder(&self) -> Option<PathBuf> {
        match self.loaded.spec.front_matter.reference.as_ref()?.origin() {
            ghostlib_model::ReferenceSource::Path(path) => Some(self.loaded.dir.join(path)),
            _ => None,
        }
    }

    /// A hash over all that its check depends on. `with` is what else does: versions of tools.
    ///
    /// # Errors
    /// If its reference is a folder that cannot be read.
    pub fn key(&self, with: &str) -> Result<Sha256Hex, ReferenceError> {
        let Sources { companions, listing, .. } = &self.loaded.sources;
        let front_matter = &self.loaded.spec.front_matter;
        let reference = front_matter.reference.as_ref();
        let reference = reference.map(|source| identity(source, &self.loaded.dir)).transpose()?;
        let listing = listing.as_ref().map(|paths| paths.join("\n"));
        let others = [
            ("document", self.document.as_bytes()),
            ("with", with.as_bytes()),
            ("reference", reference.as_ref().map_or("", Sha256Hex::as_str).as_bytes()),
            ("listing", listing.as_deref().unwrap_or_default().as_bytes()),
        ];
        let files = self.loaded.sources.files().chain(companions);
        let files = files.map(|file| (file.path.as_str(), file.bytes.as_slice()));
        Ok(sha256_of_files(others.into_iter().chain(files)))
    }

    /// Looks at its text alone.
    pub fn check_text(&self) -> Vec<CheckStep> {
        let began = Instant::now();
        let (_, diagnostics) = lint(&self.loaded.sources, &Options::default(), &LintLevels::default());
        let findings = diagnostics.iter().map(|one| text::of_diagnostic(self, one)).collect();
        vec![self.step("lint", began, findings)]
    }

    /// Looks at its text, and at how it stands to its reference.
    ///
    /// # Errors
    /// If the judge's own work fails. What is wrong with the spec or the reference is a finding, and what cannot be known
    /// here is a step that was skipped.
    #[tracing::instrument(skip_all, fields(spec = %self.document))]
    pub async fn check(&self, bench: &Bench) -> Result<Vec<CheckStep>, JudgeError> {
        if self.language.is_none() { Ok(self.check_text()) } else { reference::check(self, bench).await }
    }

    /// Its text, and that it could not be held against its reference.
    pub fn check_without_reference(&self, reason: &str) -> Vec<CheckStep> {
        let mut steps = self.check_text();
        steps.push(self.skipped("reference", reason));
        steps
    }

    fn has_errors(&self) -> bool {
        self.loaded.diagnostics.iter().any(|one| one.severity == Severity::Error)
    }

    fn step(&self, name: &str, began: Instant, findings: Vec<CheckFinding>) -> CheckStep {
        let seconds = began.elapsed().as_secs_f64();
        let subject = self.document.clone();
        CheckStep { subject, name: name.into(), seconds, findings, ..CheckStep::default() }
    }

    fn skipped(&self, name: &str, reason: impl Into<String>) -> CheckStep {
        let subject = self.document.clone();
        CheckStep { subject, name: name.into(), skipped: Some(reason.into()), ..CheckStep::default() }
    }
}

fn unreadable(path: &str, error: &SpecError) -> CheckStep {
    let mut finding = CheckFinding::new("spec-unreadable", CheckLevel::Error, "", error.to_string());
    finding.help =
        Some("name its document in `[check] specs` of ghostlib.toml, or leave it out there".into());
    finding.place = Some(CheckPlace::start_of(path));
    CheckStep { subject: path.into(), name: "read".into(), findings: vec![finding], ..CheckStep::default() }
}

/// A path below a folder, both from the root of the repository.
fn join(folder: &str, path: &str) -> String {
    if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
}
