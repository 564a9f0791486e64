use serde::{Deserialize, Serialize};
use std::fmt;
use std::iter::Sum;

/// How faithful a candidate is: gates, and dimensions that are never summed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fidelity {
    /// One result a gate that was measured, in order.
    pub gates: Vec<GateResult>,
    /// Vectors passed.
    pub vectors: VectorsDimension,
    /// The public API.
    pub api: ApiDimension,
    /// Agreement on generated inputs.
    pub behaviour: BehaviourDimension,
    /// Required functions that were really exercised.
    pub coverage: Ratio,
}

impl Fidelity {
    /// Whether every gate was measured and holds.
    pub fn gates_pass(&self) -> bool {
        Gate::ALL.iter().all(|gate| self.gate(*gate).is_some_and(|result| result.passed))
    }

    /// The result of one gate; nothing if it was not measured.
    pub fn gate(&self, gate: Gate) -> Option<&GateResult> {
        self.gates.iter().find(|result| result.gate == gate)
    }

    /// The minimum of vectors, API recall, behaviour and coverage, from 0 to 1; 0 where nothing is known.
    /// It counts only if the gates hold.
    pub fn headline(&self) -> f64 {
        self.parts().into_iter().map(|(_, share)| share.unwrap_or(0.0)).fold(1.0, f64::min)
    }

    /// The dimensions of which nothing is known. While there is one, the headline is 0.
    pub fn unknown(&self) -> Vec<&'static str> {
        self.parts().into_iter().filter(|(_, share)| share.is_none()).map(|(name, _)| name).collect()
    }

    /// The dimensions that the headline is the minimum of, by name; nothing where one is unknown.
    pub fn parts(&self) -> [(&'static str, Option<f64>); 5] {
        [
            ("vectors", self.vectors.all.share()),
            ("API paths", self.api.path.recall.share()),
            ("API signatures", self.api.signature.recall.share()),
            ("behaviour", self.behaviour.agreement),
            ("coverage", self.coverage.share()),
        ]
    }

    /// Whether the gates hold and the headline reaches `target`.
    pub fn passes(&self, target: f64) -> bool {
        self.gates_pass() && self.headline() >= target
    }
}

/// What no candidate may fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Gate {
    /// Builds offline in the sandbox, without the reference.
    G0,
    /// Every MUST that has a check passes it.
    G1,
    /// Every required API item is there.
    G2,
    /// No panic, hang or abort where the reference returns.
    G3,
}

impl Gate {
    /// All gates, in order.
    pub const ALL: [Self; 4] = [Self::G0, Self::G1, Self::G2, Self::G3];

    /// What the gate asks, as a sentence fragment.
    pub fn question(self) -> &'static str {
        match self {
            Self::G0 => "builds offline in the sandbox, without the reference",
            Self::G1 => "every MUST that has a check passes it",
            Self::G2 => "every required API item is there",
            Self::G3 => "no panic, hang or abort where the reference returns",
        }
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// Whether one gate holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateResult {
    /// The gate.
    pub gate: Gate,
    /// Whether it holds.
    pub passed: bool,
    /// How many findings fail it.
    pub n_findings: usize,
}

/// A share with both its numbers kept. `of` = 0 means that nothing is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ratio {
    /// How many.
    pub n: usize,
    /// Of how many.
    pub of: usize,
}

impl Ratio {
    /// `n` of `of`.
    pub fn new(n: usize, of: usize) -> Self {
        Self { n, of }
    }

    /// With one more, that counts or does not.
    #[must_use]
    pub fn and(self, counts: bool) -> Self {
        Self { n: self.n + usize::from(counts), of: self.of + 1 }
    }

    /// The share from 0 to 1, or nothing where there is nothing to share.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    pub fn share(self) -> Option<f64> {
        (self.of > 0).then(|| self.n as f64 / self.of as f64)
    }

    /// Wilson's score interval of the share with 95 % confidence, both ends from 0 to 1 ("Probable Inference", 1927);
    /// nothing where there is nothing to share.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    pub fn interval(self) -> Option<[f64; 2]> {
        const Z: f64 = 1.959_963_984_540_054;
        let (share, n) = (self.share()?, self.of as f64);
        let scale = 1.0 + Z * Z / n;
        let centre = (share + Z * Z / (2.0 * n)) / scale;
        let half = Z / scale * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
        Some([(centre - half).max(0.0), (centre + half).min(1.0)])
    }
}

impl Sum for Ratio {
    fn sum<I: Iterator<Item = Self>>(ratios: I) -> Self {
        let add =
            |sum: Self, one: Self| Self::new(sum.n.saturating_add(one.n), sum.of.saturating_add(one.of));
        ratios.fold(Self::default(), add)
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.n, self.of)
    }
}

/// The share of vectors that pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VectorsDimension {
    /// All of them; what could not run counts as not passed.
    pub all: Ratio,
    /// The hidden ones apart.
    pub hidden: Ratio,
}

/// How the public API compares.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiDimension {
    /// Items at the same path and of the same kind, trait implementations left out.
    pub path: ApiLevel,
    /// Items whose signature is the same too.
    pub signature: ApiLevel,
    /// Trait implementations.
    pub trait_impl: ApiLevel,
}

/// Recall and precision at one level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiLevel {
    /// Required items that are there.
    pub recall: Ratio,
    /// Items there that are required.
    pub precision: Ratio,
}

/// Agreement of candidate and reference on generated inputs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BehaviourDimension {
    /// Mean over functions of the share of inputs on which both agree, from 0 to 1; nothing where no
    /// function could be tried.
    pub agreement: Option<f64>,
    /// Inputs on which the reference returned ok, of those tried, over all functions. Agreement on inputs
    /// that both reject proves little.
    pub accepted: Ratio,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fidelity() -> Fidelity {
        let full = ApiLevel { recall: Ratio::new(4, 4), precision: Ratio::new(4, 8) };
        Fidelity {
            gates: Gate::ALL.map(|gate| GateResult { gate, passed: true, n_findings: 0 }).to_vec(),
            vectors: VectorsDimension { all: Ratio::new(9, 10), hidden: Ratio::default() },
            api: ApiDimension { path: full, signature: full, trait_impl: full },
            behaviour: BehaviourDimension { agreement: Some(0.95), accepted: Ratio::new(5, 10) },
            coverage: Ratio::new(3, 3),
        }
    }

    #[test]
    fn the_headline_is_the_weakest_dimension() {
        assert!((fidelity().headline() - 0.9).abs() < 1e-12);
    }

    #[test]
    fn what_is_unknown_is_never_passed() {
        let mut unknown = fidelity();
        unknown.behaviour.agreement = None;
        assert!(unknown.headline().abs() < 1e-12);
        assert!(!unknown.passes(0.1));
    }

    #[test]
    fn a_gate_that_was_not_measured_does_not_hold() {
        let mut unmeasured = fidelity();
        unmeasured.gates.pop();
        assert!(!unmeasured.passes(0.5));
    }

    #[test]
    fn a_failed_gate_fails_whatever_the_headline() {
        let mut failed = fidelity();
        failed.gates[0].passed = false;
        assert!(fidelity().passes(0.5));
        assert!(!failed.passes(0.5));
    }

    #[test]
    fn few_tries_leave_a_wide_interval() {
        for (n, of, ends) in
            [(3, 3, [0.438, 1.0]), (20, 20, [0.839, 1.0]), (5, 10, [0.237, 0.763]), (0, 5, [0.0, 0.434])]
        {
            let interval = Ratio::new(n, of).interval().unwrap();
            assert!(
                interval.iter().zip(ends).all(|(end, known)| (end - known).abs() < 1e-3),
                "{n}/{of}: {interval:?}"
            );
        }
        assert_eq!(Ratio::new(0, 0).interval(), None);
    }
}
