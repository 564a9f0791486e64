use crate::Ratio;
use serde::Serialize;

/// Two runs of one reference, held against each other. Shares are from 0 to 1.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Comparison {
    /// The reference: its package and version.
    pub reference: String,
    /// The runs, the first one first.
    pub runs: [ComparedRun; 2],
    /// Whether both tried the same generated inputs: as many a function, from the same seed.
    pub same_inputs: bool,
    /// The dimensions of the headline, and the headline last.
    pub dimensions: Vec<DimensionChange>,
    /// The share of rebuilds that pass each vector.
    pub vectors: Paired,
    /// The share of generated inputs on which rebuilds agree with the reference, of each function.
    pub functions: Paired,
    /// The share of rebuilds that have each finding, where the runs differ in it.
    pub findings: Vec<ItemChange>,
    /// The least chance that a comparison of so few rebuilds can come to.
    pub least_chance: f64,
    /// What the headlines come to.
    pub verdict: ComparisonVerdict,
}

/// One of two runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ComparedRun {
    /// Its id.
    pub run: String,
    /// The spec whose rebuilds are compared: that of the best one, or else the last one that was measured.
    pub spec: String,
    /// Its own version.
    pub version: String,
    /// The hash over its files.
    pub hash: String,
    /// Who rebuilt it.
    pub agents: Vec<String>,
    /// The rebuilds that pass, of those that were measured.
    pub passing: Ratio,
}

/// One figure of the rebuilds of two runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DimensionChange {
    /// What it is.
    pub name: String,
    /// The mean over the rebuilds of the first run; what is unknown counts as 0.
    pub first: f64,
    /// The same of the second run.
    pub second: f64,
    /// The second mean less the first.
    pub change: f64,
    /// Where the change lies with 95 % confidence, by resampling rebuilds.
    pub interval: [f64; 2],
    /// How often so large a change comes when rebuilds are dealt to the two runs at random.
    pub chance: f64,
}

/// What both runs have, in pairs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Paired {
    /// How many pairs there are.
    pub pairs: usize,
    /// Those that differ, those that became worse most first.
    pub changed: Vec<ItemChange>,
    /// The mean of the second run less that of the first, over all pairs.
    pub change: f64,
    /// How often the pairs lean so far to one side when each may as well be the other way round; nothing, where no pair
    /// differs.
    pub chance: Option<f64>,
    /// What the first run alone has.
    pub only_first: Vec<String>,
    /// What the second run alone has.
    pub only_second: Vec<String>,
}

/// A share in two runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ItemChange {
    /// Of what.
    pub name: String,
    /// In the first run.
    pub first: f64,
    /// In the second run.
    pub second: f64,
}

/// Whether two runs can be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ComparisonVerdict {
    /// The first run's rebuilds are better, and chance does not explain it.
    FirstBetter,
    /// The second run's are.
    SecondBetter,
    /// Chance may explain the difference.
    NotTold,
    /// So few rebuilds cannot be told apart, whatever their figures are.
    TooFew,
}
