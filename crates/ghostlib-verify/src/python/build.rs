//! Making a driver of a library: there is nothing to compile, but it is tried out whether it can be imported.

use super::interpreter::Interpreter;
use super::metadata::Metadata;
use crate::VerifyError;
use crate::coverage::{CoverageMap, MappedFunction, Region, Sum};
use crate::operation::Operation;
use crate::session::{Counting, Driver};
use ghostlib_sandbox::{CommandLine, Finished, Limits, Sandbox, SandboxPolicy, SandboxRole};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// One library that is to become a driver.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// Its source tree.
    pub dir: &'a Path,
    /// A folder for the driver and its plan; made if it is missing.
    pub scratch: &'a Path,
    /// Folders with the packages that it may import beside its own.
    pub packages: &'a [PathBuf],
    /// The name by which it is imported.
    pub import_name: &'a str,
    /// Wall time for importing it once.
    pub wall: Duration,
}

/// What became of a library.
#[derive(Debug)]
pub enum Built {
    /// A driver, without the operations that the library does not have.
    Driver {
        /// The driver.
        driver: Driver,
        /// What it lacks, each with the reason.
        left_out: Vec<(String, String)>,
    },
    /// The library cannot be imported: what it said.
    Failed(String),
}

const DRIVER: &str = include_str!("driver.py");
/// Folders that projects keep their packages in.
const ROOTS: [&str; 5] = ["", "src", "lib", "python", "Lib"];
/// No settings, no installed packages, no compiled files left behind, and UTF-8 whatever the locale.
const ARGS: [&str; 5] = ["-s", "-S", "-B", "-X", "utf8"];
const HOME: &str = "python";

/// The variables of a driver. Sets have the same order in each process.
fn variables(scratch: &Path) -> [(&'static str, String); 2] {
    let home = scratch.join(HOME).to_string_lossy().into_owned();
    [("PYTHONHASHSEED", "0".to_owned()), ("PYTHONHOME", home)]
}

/// Makes a driver of the library, with the operations that it has.
///
/// # Errors
/// If the sandbox or the file system fails. A library that cannot be imported is no error: it is [`Built::Failed`].
pub async fn build(
    sandbox: &Arc<Sandbox>,
    interpreter: &Interpreter,
    subject: &Subject<'_>,
    operations: &[Operation],
) -> Result<Built, VerifyError> {
    let Some(root) = import_root(subject.dir, subject.import_name) else {
        return Ok(Built::Failed(format!("there is no package `{}`", subject.import_name)));
    };
    let driver = subject.scratch.join("driver.py");
    let plan = subject.scratch.join("plan.json");
    fs::create_dir_all(subject.scratch).map_err(VerifyError::at(subject.scratch))?;
    fs::write(&driver, DRIVER).map_err(VerifyError::at(&driver))?;
    let metadata = subject.scratch.join("metadata");
    fs::create_dir_all(&metadata).map_err(VerifyError::at(&metadata))?;
    if let Some(found) = Metadata::read(subject.dir) {
        found.write(&metadata).map_err(VerifyError::at(&metadata))?;
    }
    let mut path = vec![root, metadata];
    path.extend_from_slice(subject.packages);
    let text = plan_text(subject, &path, operations).to_string();
    fs::write(&plan, text).map_err(VerifyError::at(&plan))?;

    let home = subject.scratch.join(HOME);
    interpreter.link_home(&home).map_err(VerifyError::at(&home))?;

    let mut read = interpreter.readable();
    read.extend([driver.clone(), plan.clone(), home]);
    read.extend(path);
    let command = CommandLine::new(&interpreter.program).args(ARGS).arg(&driver).arg(&plan);
    let Checked { failed, missing, functions } = check(sandbox, subject, &command, &read).await?;
    if let Some(reason) = failed {
        return Ok(Built::Failed(reason));
    }
    let is_missing = |operation: &&Operation| missing.iter().any(|(name, _)| *name == operation.name);
    let names = operations.iter().filter(|operation| !is_missing(operation));
    let names = names.map(|operation| operation.name.clone()).collect();
    let driver = Driver::new(Arc::clone(sandbox), command, read, names).with_counting(counting(functions));
    let driver = variables(subject.scratch)
        .iter()
        .fold(driver, |driver, (name, value)| driver.with_variable(name, value));
    Ok(Built::Driver { driver, left_out: missing })
}

/// What a library turned out to be.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Checked {
    /// Why it cannot be imported.
    failed: Option<String>,
    /// The operations that it lacks, with the reasons.
    missing: Vec<(String, String)>,
    /// Its functions. None where Python cannot tell which lines run.
    functions: Option<Vec<FunctionLines>>,
}

/// A function's file, the line that it starts on, its name, and its lines with code.
#[derive(Debug, Deserialize)]
struct FunctionLines(String, u32, Option<String>, Vec<u32>);

/// How the driver is asked which lines run: each is a place of its own.
fn counting(functions: Option<Vec<FunctionLines>>) -> Result<Counting, String> {
    let functions = functions.ok_or("Python tells which lines run from 3.12 on")?;
    let mapped = functions.into_iter().map(|FunctionLines(file, line, name, lines)| {
        let regions: Vec<_> = lines
            .into_iter()
            .map(|line| (Region::line(line), Sum::from([(format!("{file}:{line}"), 1)])))
            .collect();
        (MappedFunction { file: file.into(), line, name }, regions)
    });
    Ok(Counting { map: CoverageMap::new(mapped), args: vec!["count".into()], read: vec![] })
}

/// Imports the library once, and looks up its operations.
async fn check(
    sandbox: &Sandbox,
    subject: &Subject<'_>,
    command: &CommandLine,
    read: &[PathBuf],
) -> Result<Checked, VerifyError> {
    let nonce = format!("{:032x}", fastrand::u128(..));
    let dir = tempfile::tempdir().map_err(VerifyError::at(Path::new("a temporary folder")))?;
    let mut env = BTreeMap::from([("HOME".to_owned(), dir.path().to_string_lossy().into_owned())]);
    env.extend(variables(subject.scratch).map(|(name, value)| (name.to_owned(), value)));
    let role = SandboxRole::Test;
    let policy = SandboxPolicy {
        read: read.to_vec(),
        env,
        limits: Limits { wall: subject.wall, memory_bytes: Some(1 << 30), ..role.limits() },
        ..role.policy(dir.path())
    };
    let finished = sandbox.run(&policy, &command.clone().arg("check"), format!("{nonce}\n").into()).await?;
    let said = String::from_utf8_lossy(&finished.stdout);
    let told = said.lines().find_map(|line| line.strip_prefix(&nonce));
    Ok(match told.and_then(|told| serde_json::from_str(told).ok()) {
        Some(checked) => checked,
        None => Checked { failed: Some(last_words(&finished)), ..Checked::default() },
    })
}

fn last_words(finished: &Finished) -> String {
    let said = String::from_utf8_lossy(&finished.stderr);
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    format!("its import ended the process: {} {}", finished.end, last.trim()).trim_end().to_owned()
}

fn plan_text(subject: &Subject<'_>, path: &[PathBuf], operations: &[Operation]) -> Value {
    let plans: Vec<Value> =
        operations.iter().filter_map(|operation| serde_json::from_str(&operation.expression).ok()).collect();
    json!({"library": subject.import_name, "path": path, "operations": plans})
}

/// The folder of a source tree that has a package or module of this name.
fn import_root(dir: &Path, import_name: &str) -> Option<PathBuf> {
    let inside: PathBuf = import_name.split('.').collect();
    let has_it = |root: &Path| {
        let package = root.join(&inside);
        package.is_dir() || package.with_extension("py").is_file()
    };
    let is_name = import_name.split('.').all(|part| !part.is_empty() && !part.contains(['/', '\\']));
    is_name.then_some(())?;
    ROOTS
        .iter()
        .map(|root| if root.is_empty() { dir.to_owned() } else { dir.join(root) })
        .find(|root| has_it(root))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_found_where_projects_keep_theirs() {
        let project = tempfile::tempdir().unwrap();
        let dir = project.path();
        fs::create_dir_all(dir.join("src/one/two")).unwrap();
        fs::write(dir.join("single.py"), "").unwrap();
        assert_eq!(import_root(dir, "one"), Some(dir.join("src")));
        assert_eq!(import_root(dir, "one.two"), Some(dir.join("src")));
        assert_eq!(import_root(dir, "single"), Some(dir.to_owned()));
        for name in ["three", "", ".", "..", "/", "../src/one"] {
            assert_eq!(import_root(dir, name), None, "{name}");
        }
    }
}
