//! A candidate against its spec alone: building, vectors, API. No reference is asked, so nothing is known of its behaviour
//! beyond the vectors.

use super::evaluate::compare_declared;
use super::visible::crate_of;
use super::{VisibleBuild, VisibleChecks, VisibleError, extract, findings, language};
use crate::spec_files::LoadedSpec;
use ghostlib_agent::FileTree;
use ghostlib_diff::SourceTree;
use ghostlib_model::{
    Answer, ApiDimension, Expected, Failure, Finding, Gate, Place, Priority, Ratio, Vector,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// How a candidate stands to its spec.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conformance {
    /// What is not as the spec says. `candidate` is a place in the candidate, `reference` one in the spec.
    pub findings: Vec<Finding>,
    /// Vectors that hold, hidden ones among them.
    pub vectors: Ratio,
    /// The API against the one that the spec declares; nothing, if it declares none.
    pub api: Option<ApiDimension>,
}

impl Conformance {
    /// Whether something was checked, and nothing that was found blocks.
    pub fn passed(&self) -> bool {
        let is_checked = self.vectors.of > 0 || self.api.is_some();
        is_checked && !self.findings.iter().any(Finding::blocks)
    }

    /// The gates that can be measured without a reference, and whether they hold.
    pub fn gates(&self) -> BTreeMap<Gate, bool> {
        let holds = |gate: Gate| !self.findings.iter().any(|one| one.gate == Some(gate) && one.blocks());
        let is_measured = |gate: &Gate| match gate {
            Gate::G0 | Gate::G1 => true,
            Gate::G2 => self.api.is_some(),
            Gate::G3 => false,
        };
        Gate::ALL.into_iter().filter(is_measured).map(|gate| (gate, holds(gate))).collect()
    }
}

impl VisibleChecks {
    /// Builds a candidate without a network, asks it all vectors of a spec, and compares its API with the declared one.
    ///
    /// # Errors
    /// If the sandbox or the file system fails, or a dependency that the spec allows is not to be had. What is wrong with
    /// the candidate is in the result.
    pub async fn conformance(
        &self,
        loaded: &LoadedSpec,
        candidate: &FileTree,
    ) -> Result<Conformance, VisibleError> {
        let place = self.place()?;
        let report = self.report(loaded, candidate, &place).await?;
        let mut findings = self.manifest(loaded, candidate, &place.source());
        if let VisibleBuild::Failed(said) = &report.build {
            findings.push(build_failed(said));
        }
        findings.extend(report.failing.iter().map(|one| vector_failed(loaded, &one.vector, &one.got)));
        let own = SourceTree::read(&place.source()).ok();
        let own = own.and_then(|tree| extract(&self.tools, &tree).ok()).unwrap_or_default();
        let api = compare_declared(&loaded.declared_api(language(&self.tools)), &own);
        let api = api.map(|(dimension, of_api)| {
            findings.extend(of_api);
            dimension
        });
        findings.sort_by(|a, b| (a.priority, &a.rule, &a.subject).cmp(&(b.priority, &b.rule, &b.subject)));
        let is_built = report.build == VisibleBuild::Built;
        let n_held = if is_built { report.n_vectors - report.failing.len() } else { 0 };
        Ok(Conformance { findings, vectors: Ratio::new(n_held, report.n_vectors), api })
    }

    /// What the manifest asks for and must not.
    fn manifest(&self, loaded: &LoadedSpec, candidate: &FileTree, source: &Path) -> Vec<Finding> {
        let target = loaded.spec.front_matter.targets.get(self.tools.language());
        let is_allowed = |name: &String| {
            target.is_some_and(|target| target.dependencies.iter().any(|allowed| allowed.name == *name))
        };
        let reference = crate_of(&loaded.spec).unwrap_or_default();
        let asked = self.tools.dependencies(source);
        let refused = asked.iter().filter(|name| *name == reference || !is_allowed(name));
        let manifest = self.tools.manifest();
        let refused = refused
            .map(|name| findings::dependency_not_allowed(name, reference, manifest))
            .collect::<Vec<_>>();
        refused.into_iter().chain(runs_at_build(candidate)).collect()
    }
}

/// Code that cargo would run on the machine of whoever builds the crate, outside of any sandbox.
fn runs_at_build(candidate: &FileTree) -> Option<Finding> {
    let text = candidate.files.get("Cargo.toml")?;
    let manifest: toml::Table = String::from_utf8_lossy(text).parse().unwrap_or_default();
    let of = |table: &str, keys: [&str; 2]| {
        let table = manifest.get(table)?;
        keys.iter().find_map(|key| table.get(*key)).cloned()
    };
    let script = match of("package", ["build", "build"]) {
        Some(toml::Value::Boolean(false)) => None,
        Some(value) => value.as_str().map(str::to_owned),
        None => candidate.files.contains_key("build.rs").then(|| "build.rs".to_owned()),
    };
    let is_macro = of("lib", ["proc-macro", "proc_macro"]).is_some_and(|value| value.as_bool() == Some(true));
    let (what, file) = match script {
        Some(script) => (format!("`{script}` is run"), script),
        None if is_macro => ("a procedural macro is run".to_owned(), "Cargo.toml".to_owned()),
        None => return None,
    };
    let message =
        format!("When the crate is built, {what} on the machine that builds it, outside of any sandbox.");
    let mut finding = Finding::new("runs-at-build", Priority::P0, &file, message);
    finding.gate = Some(Gate::G0);
    finding.advice = "Do without it: a spec asks for what a library does when it is called.".into();
    finding.candidate = Some(Place::start_of(file));
    Some(finding)
}

fn build_failed(said: &str) -> Finding {
    let first = said.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let message = format!("It does not build: {}.", first.trim().trim_end_matches('.'));
    let mut finding = Finding::new("build-failed", Priority::P0, "build", message);
    finding.gate = Some(Gate::G0);
    finding.advice = format!("The compiler says: {}", said.trim());
    finding.candidate = Some(Place::start_of("Cargo.toml"));
    finding
}

fn vector_failed(loaded: &LoadedSpec, vector: &Vector, got: &Answer) -> Finding {
    // What the vector expects stands for what the reference answered when the vector was made.
    let expected = match &vector.expected {
        Expected::Output(output) => Answer::Ok(output.value.clone()),
        Expected::Error(_) => Answer::Error(Failure::default()),
    };
    let mut finding = findings::vector_failed(loaded, vector, got, &expected);
    finding.reference = Some(vector.place.clone());
    if let Some(evidence) = &mut finding.evidence {
        evidence.reference = None;
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_that_runs_when_a_crate_is_built_is_found_however_it_is_named() {
        let subject = |files: &[(&str, &str)]| {
            let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
            runs_at_build(&FileTree::from_files(files)).map(|finding| finding.subject)
        };
        let plain = ("Cargo.toml", "[package]\nname = \"a\"\n");
        assert_eq!(subject(&[plain]), None);
        assert_eq!(subject(&[plain, ("build.rs", "")]).as_deref(), Some("build.rs"));
        assert_eq!(subject(&[("Cargo.toml", "[package]\nbuild = false\n"), ("build.rs", "")]), None);
        assert_eq!(subject(&[("Cargo.toml", "[package]\nbuild = \"x.rs\"\n")]).as_deref(), Some("x.rs"));
        assert_eq!(subject(&[("Cargo.toml", "[lib]\nproc-macro = true\n")]).as_deref(), Some("Cargo.toml"));
    }
}
