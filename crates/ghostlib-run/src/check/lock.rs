//! Lockfiles of runs against the specs that they were made for.

use super::{CrateUnderCheck, SpecUnderCheck};
use crate::store::Lockfile;
use ghostlib_model::{CheckFinding, CheckLevel, CheckPlace, CheckStep};
use std::fs;
use std::path::Path;
use std::time::Instant;

/// A lockfile of a repository, read as far as it can be.
#[derive(Clone, Debug)]
pub struct LockUnderCheck {
    /// Where it is, from the root of the repository.
    pub path: String,
    read: Result<Lockfile, String>,
}

impl LockUnderCheck {
    /// Reads the lockfile at a path from the root of the repository.
    pub fn read(root: &Path, path: &str) -> Self {
        let read = fs::read_to_string(root.join(path)).map_err(|error| error.to_string());
        let read = read.and_then(|text| Lockfile::parse(&text).map_err(|error| error.to_string()));
        Self { path: path.to_owned(), read }
    }

    /// Whether it is about a spec.
    pub fn is_about(&self, spec: &SpecUnderCheck) -> bool {
        self.read.as_ref().is_ok_and(|lock| lock.spec.name == spec.loaded.spec.front_matter.name)
    }

    /// The vendored crate that it goes with, if it is not the lockfile of a run.
    pub fn vendored(&self, root: &Path) -> Option<CrateUnderCheck> {
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let is_vendored = match &self.read {
            Ok(lock) => lock.vendored.is_some(),
            Err(_) => crate::vendored::is_crate(&root.join(folder)),
        };
        is_vendored.then(|| CrateUnderCheck::at(root, folder))
    }
}

/// Holds a lockfile against the specs of its repository.
pub fn lock_step(lock: &LockUnderCheck, specs: &[SpecUnderCheck]) -> CheckStep {
    let began = Instant::now();
    let findings = match &lock.read {
        Err(reason) => {
            let message = format!("the lockfile cannot be read: {reason}");
            let help = "take it from the repository's history, or let `ghostlib run` write it anew";
            vec![at(&lock.path, CheckFinding::new("lock-unreadable", CheckLevel::Error, "", message), help)]
        }
        Ok(read) => about(lock, read, specs).into_iter().collect(),
    };
    CheckStep {
        subject: lock.path.clone(),
        name: "lock".into(),
        seconds: began.elapsed().as_secs_f64(),
        findings,
        ..CheckStep::default()
    }
}

fn about(lock: &LockUnderCheck, read: &Lockfile, specs: &[SpecUnderCheck]) -> Option<CheckFinding> {
    let name = &read.spec.name;
    let Some(spec) = specs.iter().find(|spec| lock.is_about(spec)) else {
        let message =
            format!("the lockfile is about the spec `{name}`, which is not among those that were found");
        let help = "remove it, or name the spec in `[check] specs` of ghostlib.toml";
        return Some(at(
            &lock.path,
            CheckFinding::new("lock-unmatched", CheckLevel::Note, name, message),
            help,
        ));
    };
    let stamp = spec.loaded.stamp();
    if stamp.hash == read.spec.hash {
        return None;
    }
    let version = if stamp.version == read.spec.version {
        String::new()
    } else {
        format!(" from version {} to {}", read.spec.version, stamp.version)
    };
    let message = format!(
        "the spec has changed{version} since {} measured it{}",
        lock.path,
        read.fidelity.headline.map_or_else(String::new, lost)
    );
    let help = "`ghostlib run` measures it anew, and writes the lockfile";
    Some(at(&spec.document, CheckFinding::new("lock-stale", CheckLevel::Warning, name, message), help))
}

fn at(file: &str, mut finding: CheckFinding, help: &str) -> CheckFinding {
    finding.place = Some(CheckPlace::start_of(file));
    finding.help = Some(help.to_owned());
    finding
}

/// What is not known any more. Rounded down, so that only all of it reads as all of it.
fn lost(headline: f64) -> String {
    format!(": {:.0} % of fidelity are not known to hold any more", (headline * 100.0).floor())
}
