//! Whether a vendored crate is what its lockfile says, and still does what its spec says.

use super::edits::Edit;
use super::{PATCH, SPEC, VendoredCrate, VendoredError, edits, known};
use crate::judge::{Conformance, VisibleChecks};
use crate::store::{AcceptedEdit, LOCKFILE};
use ghostlib_model::{Finding, Place, Priority, SandboxStamp, Sha256Hex};
use std::path::{Path, PathBuf};

/// What verifying takes.
#[derive(Clone, Debug)]
pub struct Bench {
    /// Where code is built and asked.
    pub checks: VisibleChecks,
    /// A folder of the user's for what was measured, so that the same is not measured twice; nothing is kept without.
    pub known: Option<PathBuf>,
}

/// What verifying a crate has come to.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The crate's folder.
    pub dir: PathBuf,
    /// The spec's name.
    pub name: String,
    /// The spec's version.
    pub version: String,
    /// All that was found; [`Self::place`] tells where.
    pub findings: Vec<Finding>,
    /// Edits that nobody has accepted.
    pub edits: Vec<Edit>,
    /// Edits that were accepted.
    pub accepted: Vec<AcceptedEdit>,
    /// How the code as it is now stands to the spec as it is now.
    pub conformance: Conformance,
    /// The sandbox that it was built and asked in.
    pub sandbox: SandboxStamp,
    /// Whether that was measured before.
    pub was_known: bool,
}

impl Verified {
    /// Whether the crate is as its lockfile says and conforms to its spec.
    pub fn passed(&self) -> bool {
        self.conformance.passed() && !self.findings.iter().any(Finding::blocks)
    }

    /// Whether nothing but edits keeps it from passing.
    pub fn needs_only_acceptance(&self) -> bool {
        let blocks = |one: &&Finding| one.blocks() && one.rule != EDITED;
        !self.edits.is_empty() && self.conformance.passed() && self.findings.iter().find(blocks).is_none()
    }

    /// Where a finding is, from the crate's folder on: in its code, else in its spec, else in its lockfile.
    pub fn place(finding: &Finding) -> Place {
        let in_spec =
            |place: &Place| Place { file: format!("{SPEC}/{}", place.file).into(), ..place.clone() };
        let place = finding.candidate.clone().or_else(|| finding.reference.as_ref().map(in_spec));
        place.unwrap_or_else(|| Place::start_of(LOCKFILE))
    }
}

/// The rules of what is not as the lockfile says.
const EDITED: &str = "vendored-code-edited";
const SPEC_EDITED: &str = "vendored-spec-edited";
const PATCH_EDITED: &str = "vendored-patch-edited";
const ORIGINAL_LOST: &str = "vendored-original-lost";
const SANDBOX_WEAKER: &str = "vendored-sandbox-weaker";

/// Verifies the crate in a folder: its hashes, then its vectors and its API in the sandbox. Offline, and cheap where the
/// same was measured before.
///
/// # Errors
/// If the folder holds no vendored crate that can be read, or the sandbox or the file system fails. What is wrong with the
/// crate is in the result.
pub async fn verify(dir: &Path, bench: &Bench) -> Result<Verified, VendoredError> {
    VendoredCrate::read(dir)?.verify(bench).await
}

impl VendoredCrate {
    /// [`verify`], of a crate that was read already.
    ///
    /// # Errors
    /// As [`verify`].
    #[tracing::instrument(name = "verify", skip_all, fields(library = self.lock.spec.name))]
    pub async fn verify(&self, bench: &Bench) -> Result<Verified, VendoredError> {
        let sandbox = bench.checks.sandbox.stamp();
        let (mut findings, edits) = self.compare();
        findings.extend(self.weaker(&sandbox));
        let path = known::path_of(self, bench);
        let known = path.as_deref().and_then(known::find);
        let was_known = known.is_some();
        let conformance = match known {
            Some(known) => known,
            None => bench.checks.conformance(&self.spec, &self.code).await?,
        };
        if let Some(path) = path.filter(|_| !was_known) {
            known::keep(&path, &conformance);
        }
        findings.extend(conformance.findings.iter().cloned());
        Ok(Verified {
            dir: self.dir.clone(),
            name: self.lock.spec.name.clone(),
            version: self.lock.spec.version.clone(),
            findings,
            edits,
            accepted: self.vendoring.accepted.clone(),
            conformance,
            sandbox,
            was_known,
        })
    }

    /// What is not as the lockfile says, by its hashes.
    fn compare(&self) -> (Vec<Finding>, Vec<Edit>) {
        let mut findings = Vec::new();
        if self.spec.stamp().hash != self.lock.spec.hash {
            findings.push(self.spec_edited());
        }
        let patch = self.own.files.get(PATCH).map(|bytes| Sha256Hex::of(bytes));
        if patch != self.vendoring.patch {
            let message =
                format!("`{PATCH}` is not the record of the accepted edits that the lockfile names.");
            let advice = "Take it from the repository's history; `ghostlib verify --accept` writes it.";
            findings.push(found(PATCH_EDITED, PATCH, message, advice));
        }
        let kept = self.kept();
        if let Err(error) = &kept {
            let message = format!("The code as it was written cannot be had: {error}.");
            let advice = "Take the file from the repository's history.";
            findings.push(found(ORIGINAL_LOST, super::ORIGINAL, message, advice));
        }
        let mut edited = Vec::new();
        if self.tree != self.accepted_tree() {
            if let Ok(kept) = kept {
                edited = edits::between(kept.accepted.as_ref().unwrap_or(&kept.original), &self.code);
            }
            findings.extend(edited.iter().map(code_edited));
            if edited.is_empty() {
                let message = "The code is not what was proved.".to_owned();
                findings.push(found(EDITED, "Cargo.toml", message, ADVICE));
            }
        }
        (findings, edited)
    }

    fn spec_edited(&self) -> Finding {
        let message = "The spec is not the one that the code was written from.".to_owned();
        let document = format!("{SPEC}/{}", self.spec.sources.document.path);
        let advice = "Take it from the repository's history; `ghostlib update` takes over another spec.";
        found(SPEC_EDITED, &document, message, advice)
    }

    /// What the sandbox enforced when the crate was written, and does not enforce now.
    fn weaker(&self, sandbox: &SandboxStamp) -> Option<Finding> {
        let missing: Vec<&str> = self
            .vendoring
            .enforces
            .iter()
            .filter(|name| !sandbox.enforces.contains(name))
            .map(String::as_str)
            .collect();
        let message = format!(
            "The sandbox is weaker than the one in which the crate was proved: {} does not enforce {}.",
            sandbox.backend,
            missing.join(", ")
        );
        let advice =
            "`ghostlib doctor` shows how to get it; `sandbox.require` in the settings insists on it.";
        let mut finding = found(SANDBOX_WEAKER, LOCKFILE, message, advice);
        finding.priority = Priority::P2;
        (!missing.is_empty()).then_some(finding)
    }
}

const ADVICE: &str =
    "Take the edit back, or have it reviewed and run `ghostlib verify --accept --reason TEXT`.";

fn code_edited(edit: &Edit) -> Finding {
    let message = format!("`{}` is not as it was written or accepted.", edit.file);
    let mut finding = found(EDITED, &edit.file, message, ADVICE);
    finding.candidate = Some(edit.place());
    finding
}

fn found(rule: &str, file: &str, message: String, advice: &str) -> Finding {
    let mut finding = Finding::new(rule, Priority::P1, file, message);
    finding.advice = advice.into();
    finding.candidate = Some(Place::start_of(file));
    finding
}
