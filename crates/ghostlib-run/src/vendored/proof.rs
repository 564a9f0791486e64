//! What the lockfile of a vendored crate says.

use crate::judge::Conformance;
use crate::spec_files::LoadedSpec;
use crate::store::{
    LOCKFILE_FORMAT, LockedAgent, LockedCandidate, LockedFidelity, LockedPolicy, LockedReference, LockedSpec,
    LockedVendoring, LockedWaiver, Lockfile, rounded,
};
use ghostlib_model::{Environment, Evaluation, Ratio, SessionSummary, Sha256Hex};

/// Who wrote a candidate, and where.
#[derive(Clone, Debug)]
pub struct Written<'a> {
    /// The spec that it was written from.
    pub spec: &'a LoadedSpec,
    /// The session.
    pub session: &'a SessionSummary,
    /// The prompt that was given.
    pub prompt: &'a Sha256Hex,
    /// What built and asked it.
    pub environment: Environment,
    /// How it is to lie in the user's repository.
    pub vendoring: LockedVendoring,
}

impl Written<'_> {
    /// The lockfile, of which nothing is proved yet.
    pub fn lock(&self) -> Lockfile {
        let Self { spec, session, .. } = self;
        let stamp = spec.stamp();
        Lockfile {
            format: LOCKFILE_FORMAT,
            spec: LockedSpec { name: stamp.name, version: stamp.version, hash: stamp.hash },
            reference: None,
            agent: LockedAgent {
                name: session.agent.name.clone(),
                blindness_enforced: session.agent.blindness_enforced,
                prompt: self.prompt.clone(),
                policy: session.policy.as_ref().map(LockedPolicy::of),
            },
            environment: self.environment.clone(),
            fidelity: LockedFidelity::default(),
            waivers: Vec::new(),
            candidate: LockedCandidate { tree: String::new() },
            vendored: Some(self.vendoring.clone()),
        }
    }
}

impl Lockfile {
    /// What was measured against the spec alone, of the candidate that passed among some attempts.
    pub fn conforms(&mut self, conformance: &Conformance, passed: Ratio) {
        self.fidelity = LockedFidelity {
            headline: None,
            vectors: conformance.vectors.to_string(),
            api: conformance.api.as_ref().map(|api| api.path.recall.to_string()),
            behaviour: None,
            coverage: None,
            cases: None,
            seed: None,
            attempts: passed.of,
            passed: passed.n,
            pass_rate: rounded(passed.interval().unwrap_or([0.0, 1.0])),
            gates: conformance.gates(),
        };
    }

    /// What was measured against a reference, with so many generated inputs a function, from this seed.
    pub fn is_like(
        &mut self,
        reference: LockedReference,
        evaluation: &Evaluation,
        passed: Ratio,
        (cases, seed): (usize, u64),
    ) {
        self.reference = Some(reference);
        self.waivers = evaluation.waivers.iter().map(LockedWaiver::of).collect();
        self.fidelity = LockedFidelity {
            cases: Some(cases),
            seed: Some(seed),
            ..LockedFidelity::of(&evaluation.fidelity, passed)
        };
    }
}
