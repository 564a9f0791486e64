//! What a run was made of: spec, reference, agents, sandbox, candidates.

use super::or_unknown;
use super::text::{count, plain, thousands};
use ghostlib_model::{AgentStamp, CandidateStamp, Environment, ReferenceStamp, SandboxStamp, SpecStamp};
use serde::Serialize;

/// A spec at one moment.
#[derive(Serialize)]
pub(super) struct SpecView {
    name: String,
    version: String,
    hash: String,
    hash_short: String,
    contents: String,
}

impl SpecView {
    pub(super) fn of(spec: &SpecStamp) -> Self {
        Self {
            name: or_unknown(&spec.name),
            version: or_unknown(&spec.version),
            hash: or_unknown(spec.hash.as_str()),
            hash_short: or_unknown(spec.hash.short()),
            contents: format!(
                "{}, {}, {}, {}",
                count(spec.n_requirements, "requirement"),
                count(spec.n_vectors, "vector"),
                count(spec.n_api_items, "API item"),
                count(spec.bytes, "byte"),
            ),
        }
    }
}

/// The reference, pinned.
#[derive(Serialize)]
pub(super) struct ReferenceView {
    source: String,
    package: String,
    version: String,
    checksum: String,
    contents: String,
}

impl ReferenceView {
    pub(super) fn of(reference: &ReferenceStamp) -> Self {
        Self {
            source: or_unknown(&reference.source.to_string()),
            package: or_unknown(&reference.package),
            version: or_unknown(&reference.version),
            checksum: or_unknown(reference.checksum.as_str()),
            contents: format!(
                "{}, {} of Rust",
                count(reference.n_api_items, "public item"),
                count(reference.code_bytes, "byte")
            ),
        }
    }
}

/// The sandbox, with what it does not do.
#[derive(Serialize)]
pub(super) struct SandboxView {
    backend: String,
    enforces: Vec<String>,
    lacks: Vec<String>,
}

impl SandboxView {
    pub(super) fn of(sandbox: &SandboxStamp) -> Self {
        let shown = |texts: &[String]| texts.iter().map(|text| plain(text, 1_000)).collect();
        Self {
            backend: or_unknown(&sandbox.backend),
            enforces: shown(&sandbox.enforces),
            lacks: shown(&sandbox.lacks),
        }
    }
}

/// A candidate's tree.
#[derive(Serialize)]
pub(super) struct CandidateView {
    /// Its first 12 characters, which git takes for all of it.
    commit: String,
    contents: String,
}

impl CandidateView {
    pub(super) fn of(candidate: &CandidateStamp) -> Self {
        let lines = if candidate.code_lines == 1 { "line" } else { "lines" };
        Self {
            commit: or_unknown(&candidate.commit.chars().take(12).collect::<String>()),
            contents: format!(
                "{}, {} {lines} of code",
                count(candidate.n_files, "file"),
                thousands(candidate.code_lines)
            ),
        }
    }
}

/// An agent, and what it was told to use.
#[derive(Serialize)]
pub(super) struct AgentView {
    name: String,
    model: Option<String>,
}

impl AgentView {
    pub(super) fn of(agent: &AgentStamp) -> Self {
        let told = [("model", &agent.model), ("effort", &agent.effort)];
        let told =
            told.into_iter().filter_map(|(what, it)| Some(format!("{what} {}", plain(it.as_ref()?, 300))));
        let told: Vec<_> = told.collect();
        Self { name: or_unknown(&agent.name), model: (!told.is_empty()).then(|| told.join(", ")) }
    }
}

/// What built and ran a candidate.
pub(super) fn environment(environment: &Environment) -> String {
    format!("{}, sandbox {}", or_unknown(&environment.toolchain), or_unknown(&environment.sandbox))
}

/// Whether the reference was kept from an agent, in plain words.
pub(super) fn blindness(is_enforced: bool) -> &'static str {
    if is_enforced {
        "Blindness was enforced: what the agent must not see, the reference above all, was out of its reach."
    } else {
        "Blindness was only asked for, not enforced: the agent was told not to look at the reference, and \
         nothing kept it from doing so."
    }
}
