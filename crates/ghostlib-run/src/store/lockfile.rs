use ghostlib_model::{
    AttemptSummary, Environment, Fidelity, Gate, IterationSummary, PolicyStamp, Ratio, RunSummary, Sha256Hex,
    WaiverUse,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The lockfile's name.
pub const LOCKFILE: &str = "ghostlib.lock";
/// The number of the lockfile format that is written.
pub const FORMAT: u32 = 1;

/// What was proved of a candidate, for the user's repository: by a run that passed, or when a vendored crate was written.
/// Proving the same again writes the same file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Lockfile {
    /// The format's number.
    pub format: u32,
    /// The spec.
    pub spec: LockedSpec,
    /// The reference; nothing, where none was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<LockedReference>,
    /// Who implemented.
    pub agent: LockedAgent,
    /// What built and ran it.
    pub environment: Environment,
    /// What was measured.
    pub fidelity: LockedFidelity,
    /// What the reference does and the spec is not to say, with the reasons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<LockedWaiver>,
    /// The candidate.
    pub candidate: LockedCandidate,
    /// How it lies in the user's repository, if it is vendored there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendored: Option<LockedVendoring>,
}

/// The spec that passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LockedSpec {
    /// Its name.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// Over its files.
    pub hash: Sha256Hex,
}

/// The reference that it was compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LockedReference {
    /// `crate:NAME@VERSION`, `pypi:NAME@VERSION`, `git:URL#REV`, or a path.
    pub source: String,
    /// Over its files.
    pub checksum: Sha256Hex,
}

/// Who implemented.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LockedAgent {
    /// The agent's name.
    pub name: String,
    /// Whether what it must not see was out of its reach.
    pub blindness_enforced: bool,
    /// The prompt that it was given.
    pub prompt: Sha256Hex,
    /// What it was allowed, if that was enforced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<LockedPolicy>,
}

/// What the implementer was allowed, without what is of one machine: paths and variables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LockedPolicy {
    /// `none`, `broker`.
    pub network: String,
    /// What it could use up, by the name of the limit.
    pub limits: BTreeMap<String, u64>,
}

/// What was measured. Shares are from 0 to 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LockedFidelity {
    /// The minimum of the dimensions. Without a reference not all of them are known, and there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headline: Option<f64>,
    /// Vectors passed.
    pub vectors: String,
    /// API items found, by path; nothing, where nothing says which there have to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api: Option<String>,
    /// Agreement with the reference on generated inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behaviour: Option<f64>,
    /// Functions of the reference that were exercised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<String>,
    /// Generated inputs a function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cases: Option<usize>,
    /// The seed of the generated inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Candidates measured with this spec, and those that passed.
    pub attempts: usize,
    /// Those that passed.
    pub passed: usize,
    /// The 95 % Wilson interval of the pass rate.
    pub pass_rate: [f64; 2],
    /// Each gate and whether it holds.
    pub gates: BTreeMap<Gate, bool>,
}

/// Something that the reference does and the spec is not to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LockedWaiver {
    /// What.
    pub what: String,
    /// Why.
    pub reason: String,
}

/// The candidate that passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LockedCandidate {
    /// The hash of its tree, as git makes it.
    pub tree: String,
}

/// How a candidate lies in a user's repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LockedVendoring {
    /// Where the spec came from: `git:URL#REV`, `git:URL#REV:PATH`, `crate:NAME@VERSION`, or a path from the crate's folder.
    pub source: String,
    /// The commit that this meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// Over the files of the spec at its source, of which the crate may have a slice.
    pub whole: Sha256Hex,
    /// The operations of the slice; empty, where the crate has all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slice: Vec<String>,
    /// What the sandbox enforced in which the code was built and asked, by name.
    pub enforces: Vec<String>,
    /// Over the file with all accepted edits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patch: Option<Sha256Hex>,
    /// Edits that were accepted, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<AcceptedEdit>,
}

/// An edit of vendored code that somebody has looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AcceptedEdit {
    /// Why it was made.
    pub reason: String,
    /// The hash of the tree with it, as git makes it.
    pub tree: String,
}

/// Why a lockfile cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LockfileError {
    /// It is not TOML, or lacks something, or has something that a lockfile has not.
    #[error("line {line}: {reason}")]
    Invalid {
        /// Where.
        line: usize,
        /// Why.
        reason: String,
    },
    /// It was written by a newer ghostlib.
    #[error("it has format {0}; this ghostlib reads up to {FORMAT}")]
    Newer(i64),
}

impl Lockfile {
    /// The lockfile of a run that passed; nothing, if it did not.
    pub fn of(summary: &RunSummary, prompt: Sha256Hex) -> Option<Self> {
        let (iteration, best) = summary.best_attempt()?;
        let reference = summary.reference.as_ref()?;
        let session = best.session()?;
        Some(Self {
            format: FORMAT,
            spec: LockedSpec {
                name: iteration.spec.name.clone(),
                version: iteration.spec.version.clone(),
                hash: iteration.spec.hash.clone(),
            },
            reference: Some(LockedReference {
                source: reference.source.to_string(),
                checksum: reference.checksum.clone(),
            }),
            agent: LockedAgent {
                name: session.agent.name.clone(),
                blindness_enforced: session.agent.blindness_enforced,
                prompt,
                policy: session.policy.as_ref().map(LockedPolicy::of),
            },
            environment: best.environment.clone()?,
            fidelity: fidelity(summary, iteration, best)?,
            waivers: best.evaluation.iter().flat_map(|one| &one.waivers).map(LockedWaiver::of).collect(),
            candidate: LockedCandidate { tree: session.candidate.as_ref()?.tree.clone() },
            vendored: None,
        })
    }

    /// The lockfile that a text is.
    ///
    /// # Errors
    /// If it is none, or one of a newer ghostlib.
    pub fn parse(text: &str) -> Result<Self, LockfileError> {
        let invalid = |error: toml::de::Error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = text.get(..start).unwrap_or(text).matches('\n').count() + 1;
            LockfileError::Invalid { line, reason: error.message().to_owned() }
        };
        // A newer one may well look otherwise.
        let table: toml::Table = toml::from_str(text).map_err(invalid)?;
        match table.get("format").and_then(toml::Value::as_integer) {
            Some(format) if format > i64::from(FORMAT) => Err(LockfileError::Newer(format)),
            _ => toml::from_str(text).map_err(invalid),
        }
    }

    /// The lockfile as text.
    ///
    /// # Errors
    /// If a value cannot be said in TOML.
    pub fn to_text(&self) -> Result<String, toml::ser::Error> {
        let head = "# Written by ghostlib. It pins what was proved; commit it.\n";
        Ok(format!("{head}{}", toml::to_string(self)?))
    }
}

impl LockedPolicy {
    pub(crate) fn of(policy: &PolicyStamp) -> Self {
        Self { network: policy.network.clone(), limits: policy.limits.clone() }
    }
}

impl LockedWaiver {
    pub(crate) fn of(waiver: &WaiverUse) -> Self {
        Self { what: waiver.what.clone(), reason: waiver.reason.clone() }
    }
}

fn fidelity(
    summary: &RunSummary,
    iteration: &IterationSummary,
    best: &AttemptSummary,
) -> Option<LockedFidelity> {
    let fidelity = &best.evaluation.as_ref()?.fidelity;
    let options = summary.options.as_ref()?;
    let same_spec = summary.iterations.iter().filter(|other| other.spec.hash == iteration.spec.hash);
    let measured: Vec<_> =
        same_spec.flat_map(IterationSummary::evaluations).map(|(_, evaluation)| evaluation).collect();
    let passed = measured.iter().filter(|evaluation| evaluation.passes(options.target)).count();
    Some(LockedFidelity {
        cases: Some(options.cases),
        seed: Some(options.seed),
        ..LockedFidelity::of(fidelity, Ratio::new(passed, measured.len()))
    })
}

impl LockedFidelity {
    /// What was measured against a reference, of the best of some attempts.
    pub(crate) fn of(fidelity: &Fidelity, passed: Ratio) -> Self {
        Self {
            headline: Some(fidelity.headline()),
            vectors: fidelity.vectors.all.to_string(),
            api: Some(fidelity.api.path.recall.to_string()),
            behaviour: Some(fidelity.behaviour.agreement.unwrap_or(0.0)),
            coverage: Some(fidelity.coverage.to_string()),
            cases: None,
            seed: None,
            attempts: passed.of,
            passed: passed.n,
            pass_rate: rounded(passed.interval().unwrap_or([0.0, 1.0])),
            gates: fidelity.gates.iter().map(|result| (result.gate, result.passed)).collect(),
        }
    }
}

/// To 3 digits: what is pinned is read by people.
pub(crate) fn rounded([low, high]: [f64; 2]) -> [f64; 2] {
    [low, high].map(|bound| (bound * 1000.0).round() / 1000.0)
}
