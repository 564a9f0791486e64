//! What is said of vendored crates.

use ghostlib_model::{Evaluation, Finding, Priority, Ratio};
use ghostlib_run::vendored::Verified;
use ghostlib_run::{Conformance, LoadedSpec, Rebuilt};
use schemars::JsonSchema;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// What `ghostlib verify --json` writes.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Verification")]
pub(crate) struct VerificationJson<'a> {
    /// Whether all crates passed.
    passed: bool,
    /// The crates.
    crates: Vec<CrateJson<'a>>,
}

/// One vendored crate.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Crate")]
pub(crate) struct CrateJson<'a> {
    /// Its folder, as it was named or found.
    dir: &'a Path,
    /// The spec's name.
    name: &'a str,
    /// The spec's version.
    version: &'a str,
    /// Whether it is as its lockfile says, and conforms to its spec.
    passed: bool,
    /// Vectors that hold.
    vectors: Ratio,
    /// Items of the declared API that are there with their signatures; nothing, if the spec declares none.
    api: Option<Ratio>,
    /// The sandbox that it was built and asked in.
    sandbox: &'a str,
    /// Whether the very same was measured before, and therefore not again.
    was_known: bool,
    /// What was found.
    findings: Vec<FindingJson<'a>>,
    /// Edits that nobody has accepted.
    edits: Vec<EditJson<'a>>,
    /// Edits that were accepted, oldest first.
    accepted: Vec<AcceptedJson<'a>>,
}

/// Something that is not as it should be.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
pub(crate) struct FindingJson<'a> {
    /// The rule that found it.
    rule: &'a str,
    /// `P0` to `P3`; P0 and P1 block.
    priority: String,
    /// The file, in the crate's folder.
    file: String,
    /// The line, from 1.
    line: u32,
    /// What is wrong.
    message: &'a str,
    /// What to do.
    advice: &'a str,
}

/// A file that was edited.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Edit")]
struct EditJson<'a> {
    /// The file, in the crate's folder.
    file: &'a str,
    /// What was changed, as a unified diff.
    patch: &'a str,
}

/// An edit that was accepted.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AcceptedEdit")]
struct AcceptedJson<'a> {
    /// Why it was made.
    reason: &'a str,
    /// The hash of the code with it, as git makes it.
    tree: &'a str,
}

impl<'a> VerificationJson<'a> {
    pub(crate) fn of(crates: &'a [Verified]) -> Self {
        Self {
            passed: crates.iter().all(Verified::passed),
            crates: crates.iter().map(CrateJson::of).collect(),
        }
    }
}

impl<'a> CrateJson<'a> {
    fn of(verified: &'a Verified) -> Self {
        let edit = |edit: &'a ghostlib_run::vendored::Edit| EditJson { file: &edit.file, patch: &edit.patch };
        let accepted = verified.accepted.iter();
        Self {
            dir: &verified.dir,
            name: &verified.name,
            version: &verified.version,
            passed: verified.passed(),
            vectors: verified.conformance.vectors,
            api: verified.conformance.api.as_ref().map(|api| api.signature.recall),
            sandbox: &verified.sandbox.backend,
            was_known: verified.was_known,
            findings: verified.findings.iter().map(FindingJson::of).collect(),
            edits: verified.edits.iter().map(edit).collect(),
            accepted: accepted.map(|one| AcceptedJson { reason: &one.reason, tree: &one.tree }).collect(),
        }
    }
}

impl<'a> FindingJson<'a> {
    pub(crate) fn of(finding: &'a Finding) -> Self {
        let place = Verified::place(finding);
        let priority: Priority = finding.priority;
        Self {
            rule: &finding.rule,
            priority: priority.to_string(),
            file: place.file.to_string(),
            line: place.line,
            message: &finding.message,
            advice: &finding.advice,
        }
    }
}

/// What `ghostlib add --json` and `ghostlib update --json` write.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Rebuilding")]
pub(crate) struct RebuildingJson<'a> {
    /// Whether code that passed was written.
    passed: bool,
    /// The crate's folder.
    dir: &'a Path,
    /// The spec's name.
    name: String,
    /// The spec's version.
    version: String,
    /// What was tried, in order; only the last can have passed.
    attempts: &'a [AttemptJson],
}

/// One rebuild.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Attempt")]
pub(crate) struct AttemptJson {
    /// The session's name.
    pub(crate) session: String,
    /// Where all of it is recorded.
    dir: PathBuf,
    /// The agent.
    agent: String,
    /// How the session ended.
    end: String,
    /// Why what it left cannot be vendored, whatever it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unfit: Option<String>,
    /// Whether it passed.
    pub(crate) passed: bool,
    /// Vectors that hold; nothing, if there was nothing to ask.
    vectors: Option<Ratio>,
    /// Items of the declared API that are there with their signatures; nothing, if the spec declares none.
    api: Option<Ratio>,
    /// The headline against the reference, from 0 to 1; nothing, if it was not asked.
    headline: Option<f64>,
    /// How many findings block.
    n_blocking: usize,
    #[serde(skip)]
    findings: Vec<Finding>,
}

impl<'a> RebuildingJson<'a> {
    pub(crate) fn of(dir: &'a Path, spec: &LoadedSpec, attempts: &'a [AttemptJson]) -> Self {
        let stamp = spec.stamp();
        let passed = attempts.last().is_some_and(|last| last.passed);
        Self { passed, dir, name: stamp.name, version: stamp.version, attempts }
    }
}

impl AttemptJson {
    /// One of which nothing is measured yet.
    pub(crate) fn of(rebuilt: &Rebuilt) -> Self {
        Self {
            session: rebuilt.session.id.to_string(),
            dir: rebuilt.dir.clone(),
            agent: rebuilt.session.agent.name.clone(),
            end: rebuilt.session.end.to_string(),
            unfit: None,
            passed: false,
            vectors: None,
            api: None,
            headline: None,
            n_blocking: 0,
            findings: Vec::new(),
        }
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn measured(&mut self, conformance: &Conformance) {
        self.vectors = Some(conformance.vectors);
        self.api = conformance.api.as_ref().map(|api| api.signature.recall);
        self.set_findings(&conformance.findings);
        // What is called so there is a place in the spec.
        self.findings.iter_mut().for_each(|finding| finding.reference = None);
    }

    pub(crate) fn compared(&mut self, evaluation: &Evaluation) {
        self.headline = Some(evaluation.fidelity.headline());
        self.set_findings(&evaluation.findings);
    }

    fn set_findings(&mut self, findings: &[Finding]) {
        self.findings = findings.iter().filter(|finding| finding.blocks()).cloned().collect();
        self.n_blocking = self.findings.len();
    }

    /// The findings that block.
    pub(crate) fn blocking(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter()
    }

    /// In one line, for people.
    pub(crate) fn in_words(&self) -> String {
        if let Some(reason) = &self.unfit {
            return reason.clone();
        }
        let Some(vectors) = self.vectors else { return format!("it left nothing: {}", self.end) };
        let api = self.api.map_or_else(String::new, |api| format!(", API {api}"));
        let headline =
            self.headline.map(|headline| format!(", like the reference by {:.1} %", headline * 100.0));
        format!("vectors {vectors}{api}{}", headline.unwrap_or_default())
    }
}
