use ghostlib_model::{
    AttemptSummary, Environment, Gate, IterationSummary, Ratio, RunSummary, Sha256Hex, WaiverUse,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The lockfile's name.
pub const LOCKFILE: &str = "ghostlib.lock";
/// The number of the lockfile format that is written.
pub const FORMAT: u32 = 1;

/// What a passed run proved, for the user's repository. Two runs that prove the same write the same file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lockfile {
    /// The format's number.
    pub format: u32,
    /// The spec.
    pub spec: LockedSpec,
    /// The reference.
    pub reference: LockedReference,
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
}

/// The spec that passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[serde(deny_unknown_fields)]
pub struct LockedReference {
    /// `crate:NAME@VERSION`, `pypi:NAME@VERSION`, `git:URL#REV`, or a path.
    pub source: String,
    /// Over its files.
    pub checksum: Sha256Hex,
}

/// Who implemented.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[serde(deny_unknown_fields)]
pub struct LockedPolicy {
    /// `none`, `broker`.
    pub network: String,
    /// What it could use up, by the name of the limit.
    pub limits: BTreeMap<String, u64>,
}

/// What was measured. Shares are from 0 to 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedFidelity {
    /// The minimum of the dimensions.
    pub headline: f64,
    /// Vectors passed.
    pub vectors: String,
    /// API items found, by path.
    pub api: String,
    /// Agreement on generated inputs.
    pub behaviour: f64,
    /// Functions exercised.
    pub coverage: String,
    /// Generated inputs a function, and the seed.
    pub cases: usize,
    /// The seed of the generated inputs.
    pub seed: u64,
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
#[serde(deny_unknown_fields)]
pub struct LockedWaiver {
    /// What.
    pub what: String,
    /// Why.
    pub reason: String,
}

/// The candidate that passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedCandidate {
    /// The hash of its tree, as git makes it.
    pub tree: String,
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
            reference: LockedReference {
                source: reference.source.to_string(),
                checksum: reference.checksum.clone(),
            },
            agent: LockedAgent {
                name: session.agent.name.clone(),
                blindness_enforced: session.agent.blindness_enforced,
                prompt,
                policy: session.policy.as_ref().map(|policy| LockedPolicy {
                    network: policy.network.clone(),
                    limits: policy.limits.clone(),
                }),
            },
            environment: best.environment.clone()?,
            fidelity: fidelity(summary, iteration, best)?,
            waivers: best.evaluation.iter().flat_map(|one| &one.waivers).map(LockedWaiver::of).collect(),
            candidate: LockedCandidate { tree: session.candidate.as_ref()?.tree.clone() },
        })
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

impl LockedWaiver {
    fn of(waiver: &WaiverUse) -> Self {
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
        headline: fidelity.headline(),
        vectors: fidelity.vectors.all.to_string(),
        api: fidelity.api.path.recall.to_string(),
        behaviour: fidelity.behaviour.agreement.unwrap_or(0.0),
        coverage: fidelity.coverage.to_string(),
        cases: options.cases,
        seed: options.seed,
        attempts: measured.len(),
        passed,
        pass_rate: rounded(Ratio::new(passed, measured.len()).interval().unwrap_or([0.0, 1.0])),
        gates: fidelity.gates.iter().map(|result| (result.gate, result.passed)).collect(),
    })
}

/// To 3 digits: what is pinned is read by people.
fn rounded([low, high]: [f64; 2]) -> [f64; 2] {
    [low, high].map(|bound| (bound * 1000.0).round() / 1000.0)
}
