//! Candidates among themselves, without a reference.

use super::{JudgeError, Operations, add_literals, extract};
use crate::spec_files::LoadedSpec;
use ghostlib_diff::{SourceTree, literals};
use ghostlib_sandbox::Sandbox;
use ghostlib_verify::rust::Built;
use ghostlib_verify::{
    Convergence, Differential, Driver, Needs, Operation, Seeds, Site, Tools, Uncallable, converge,
};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A candidate that is compared with others.
#[derive(Clone, Copy, Debug)]
pub struct Implementation<'a> {
    /// Its source tree.
    pub dir: &'a Path,
    /// A folder for its driver and build output.
    pub scratch: &'a Path,
    /// What builds it.
    pub tools: &'a Tools,
}

/// How far the candidates of one spec agree among themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct Consensus {
    /// One entry an operation that at least two of them have.
    pub operations: Vec<OperationConsensus>,
    /// For each candidate, in their order, the operations of the others that it cannot be asked for, and why.
    pub missing: Vec<Vec<Uncallable>>,
}

/// How far they agree on one operation.
#[derive(Clone, Debug, PartialEq)]
pub struct OperationConsensus {
    /// What was found.
    pub convergence: Convergence,
    /// The requirements that speak of the operation: one of them should decide what they disagree about.
    pub requirements: Vec<String>,
}

/// Builds all candidates and calls them alike: what the spec names, and what at least two of them have under one path.
///
/// # Errors
/// If one cannot be read or does not build, or the sandbox fails.
pub async fn consensus(
    sandbox: &Arc<Sandbox>,
    loaded: &LoadedSpec,
    implementations: &[Implementation<'_>],
    plan: &Differential,
    wall: Duration,
) -> Result<Consensus, JudgeError> {
    let mut seeds = Seeds::default();
    let mut sides = vec![];
    for one in implementations {
        let tree = SourceTree::read(one.dir)?;
        let api = extract(one.tools, &tree)
            .map_err(|reason| JudgeError::Api { package: one.dir.display().to_string(), reason })?;
        let operations = Operations::of(&loaded.spec, one.tools, &api);
        let all: Vec<Operation> = operations.all().cloned().collect();
        add_literals(&mut seeds, &all, &[&literals(&tree)]);
        sides.push((operations, api.crate_name));
    }
    let vectors = loaded.spec.vectors.iter();
    seeds.inputs.extend(vectors.map(|vector| (vector.operation.clone(), vector.input.clone())));
    tell_alike(&mut sides);
    let mut drivers = vec![];
    let mut missing = vec![];
    for (one, (operations, name)) in implementations.iter().zip(&mut sides) {
        let (driver, left_out) = build(sandbox, one, operations, name, wall).await?;
        for (name, reason) in left_out {
            operations.leave_out(&name, &reason);
        }
        missing.push(operations.uncallable.clone());
        drivers.push(driver);
    }
    let common = common(&sides.iter().map(|(operations, _)| operations).collect::<Vec<_>>());
    let found = converge(&drivers, &common, &seeds, plan).await?;
    let operations =
        found.into_iter().filter(|convergence| convergence.unanimous.of > 0).map(|convergence| {
            OperationConsensus { requirements: requirements_of(loaded, &convergence.operation), convergence }
        });
    Ok(Consensus { operations: operations.collect(), missing })
}

/// Types of one path that are not made of the same parts everywhere are told by their names alone: the spec did not
/// say what they are made of.
fn tell_alike(sides: &mut [(Operations, String)]) {
    let mut told: BTreeMap<String, Option<String>> = BTreeMap::new();
    for own in sides.iter().flat_map(|(operations, _)| &operations.types) {
        let known = told.entry(own.path.clone()).or_insert_with(|| Some(own.code.clone()));
        if known.as_ref() != Some(&own.code) {
            *known = None;
        }
    }
    for own in sides.iter_mut().flat_map(|(operations, _)| &mut operations.types) {
        if told.get(&own.path) == Some(&None) {
            own.code.clone_from(&own.plain);
        }
    }
}

async fn build(
    sandbox: &Arc<Sandbox>,
    one: &Implementation<'_>,
    operations: &Operations,
    name: &str,
    wall: Duration,
) -> Result<(Driver, Vec<(String, String)>), JudgeError> {
    let needs = Needs::default();
    let site = Site { dir: one.dir, name, needs: &needs, scratch: one.scratch, wall, counts: false };
    let all: Vec<_> = operations.all().cloned().collect();
    match one.tools.build(sandbox, site, &operations.types, &all).await? {
        Built::Driver { driver, left_out } => {
            Ok((driver, left_out.into_iter().map(|one| (one.operation, one.reason)).collect()))
        }
        Built::Failed(messages) => Err(JudgeError::CandidateBuild {
            dir: one.dir.to_owned(),
            said: messages.into_iter().next().map_or_else(String::new, |message| message.text),
        }),
    }
}

/// The operations that at least two sides have under one name, as the first that has them takes them. Where the spec
/// has a name for one, its path is not asked besides.
fn common(sides: &[&Operations]) -> Vec<Operation> {
    let mut by_name: BTreeMap<&str, (usize, &Operation)> = BTreeMap::new();
    for side in sides {
        let is_named_else = |operation: &Operation| {
            let mut named = side.named.iter();
            named.any(|named| named.item == operation.item && named.name != operation.name)
        };
        for operation in side.all().filter(|operation| !is_named_else(operation)) {
            by_name.entry(&operation.name).or_insert((0, operation)).0 += 1;
        }
    }
    by_name.into_values().filter(|(n, _)| *n > 1).map(|(_, operation)| operation.clone()).collect()
}

/// The requirements that name an operation as code, or whose id has its name for a part.
fn requirements_of(loaded: &LoadedSpec, operation: &str) -> Vec<String> {
    let name = operation.rsplit(['.', ':', '#']).next().unwrap_or(operation);
    let speaks = |text: &str, id: &str| {
        super::stand::names(text, operation) || id.split(['.', '/']).any(|part| part == name)
    };
    let requirements = loaded.spec.requirements.iter();
    requirements
        .map(|one| (one.id.to_string(), &one.text))
        .filter(|(id, text)| speaks(text, id))
        .map(|(id, _)| id)
        .collect()
}
