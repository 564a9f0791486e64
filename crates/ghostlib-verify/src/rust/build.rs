//! Building a library into a driver, in the sandbox and offline.

use super::coverage::Counters;
use super::manifest::Manifest;
use super::reference::toml_string;
use super::remembered::{Remembered, key};
use super::runtime::runtime;
use super::toolchain::Toolchain;
use super::types_of::OwnType;
use crate::VerifyError;
use crate::operation::Operation;
use crate::session::Driver;
use ghostlib_model::Place;
use ghostlib_sandbox::{CommandLine, Finished, Limits, ProcessEnd, Sandbox, SandboxPolicy, SandboxRole};
use handlebars::Handlebars;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use walkdir::WalkDir;

/// One library that is to become a driver.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// Its source tree.
    pub dir: &'a Path,
    /// A folder for the driver's source and the build's output; made if it is missing, kept for the next build.
    pub scratch: &'a Path,
    /// What else a build may read: vendored dependencies.
    pub read: &'a [PathBuf],
    /// Cargo settings for vendored dependencies; empty for none.
    pub cargo_config: &'a str,
    /// The name by which bindings call the library's crate.
    pub crate_name: &'a str,
    /// Wall time for one build.
    pub wall: Duration,
}

/// What became of a build.
#[derive(Debug)]
pub enum Built {
    /// A driver, without the operations that do not compile.
    Driver {
        /// The driver.
        driver: Driver,
        /// What it lacks.
        left_out: Vec<LeftOut>,
    },
    /// The library itself does not build.
    Failed(Vec<CompilerMessage>),
}

/// An operation that does not compile against the library.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The operation.
    pub operation: String,
    /// The compiler's first words.
    pub reason: String,
}

/// Something that cargo or the compiler said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompilerMessage {
    /// The message in one line.
    pub text: String,
    /// The message as the compiler draws it.
    pub rendered: String,
    /// Where in the library, if it says so.
    pub place: Option<Place>,
}

/// Builds a driver with the operations that compile, and with what tells the library's own types.
///
/// # Errors
/// If the sandbox or the file system fails. A library that does not build is no error: it is [`Built::Failed`].
pub async fn build(
    sandbox: &Arc<Sandbox>,
    toolchain: &Toolchain,
    subject: &Subject<'_>,
    types: &[OwnType],
    operations: &[Operation],
) -> Result<Built, VerifyError> {
    build_with(sandbox, toolchain, subject, types, operations, &Counters::None).await
}

/// Builds a driver that counts, or one that does not.
pub(super) async fn build_with(
    sandbox: &Arc<Sandbox>,
    toolchain: &Toolchain,
    subject: &Subject<'_>,
    types: &[OwnType],
    operations: &[Operation],
    counters: &Counters,
) -> Result<Built, VerifyError> {
    let package = match Manifest::read(subject.dir) {
        Ok(manifest) => manifest.package,
        Err(error) => return Ok(Built::Failed(vec![plain_message(&error.to_string())])),
    };
    let mut parts =
        Parts { types: types.to_vec(), operations: operations.to_vec(), counters: counters.clone() };
    let (variables, mut read) = counters.asked_by(subject);
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut left_out = Vec::new();
    let runtime = runtime(sandbox, toolchain, subject, *counters != Counters::None).await?;
    read.push(runtime.clone());
    let subject = &Subject { read: &read, ..subject.clone() };
    let with_runtime = format!("ghostlib_runtime={}", runtime.display());
    let places = Places::of(subject);
    let key = key(toolchain, subject, &driver_files(subject, &package, &parts)?, &format!("{variables:?}"));
    let driver = |names: Vec<String>| {
        let executable = places.bin.join(DRIVER);
        let read = toolchain.readable().into_iter().chain([executable.clone()]).collect();
        Driver::new(Arc::clone(sandbox), CommandLine::new(executable), read, names)
    };
    if let Some(Remembered { operations, left_out, .. }) = Remembered::find(&places.bin, &key) {
        return Ok(Built::Driver { driver: driver(operations), left_out });
    }
    loop {
        write_driver(subject, &package, &parts)?;
        let build = ["rustc", "--offline", "--quiet", "--message-format=json"];
        let last = ["--", "--extern", &with_runtime];
        let finished = cargo(sandbox, toolchain, subject, (&build, &last), &variables).await?;
        if finished.end.is_success() {
            Remembered::forget(&places.bin);
            if !take_out(&places)? {
                let said = "the build put something else in the place of the program that was built";
                return Ok(Built::Failed(vec![plain_message(said)]));
            }
            let names: Vec<_> = parts.operations.into_iter().map(|operation| operation.name).collect();
            Remembered::keep(&places.bin, key, &names, &left_out)?;
            return Ok(Built::Driver { driver: driver(names), left_out });
        }
        if let Some(error) = full_disk(&finished) {
            return Err(VerifyError::at(subject.scratch)(error));
        }
        let messages = Messages::of(&finished, subject.dir);
        let broken = messages.broken_operations(&parts.operations);
        let plainer = messages.broken_types(&parts.types);
        if broken.is_empty() && plainer.is_empty() {
            return Ok(Built::Failed(messages.of_the_library(&finished)));
        }
        // What goes wrong by a type that is told wrongly is judged when the type is told plainly.
        if plainer.is_empty() {
            parts.operations.retain(|operation| !broken.iter().any(|one| one.operation == operation.name));
            left_out.extend(broken);
        }
        for at in plainer {
            parts.make_plain(at);
        }
    }
}

/// What a driver is made of besides what is the same for all.
struct Parts {
    types: Vec<OwnType>,
    operations: Vec<Operation>,
    counters: Counters,
}

/// Where the program that was built is taken to.
pub(super) fn executable_of(subject: &Subject<'_>) -> PathBuf {
    Places::of(subject).bin.join(DRIVER)
}

impl Parts {
    /// Tells a type plainly; not at all, if even that does not compile.
    fn make_plain(&mut self, at: usize) {
        let own = &mut self.types[at];
        own.code = if own.code == own.plain { String::new() } else { own.plain.clone() };
    }
}

/// A full disk is not the library's fault, though cargo and the linker fail by it.
fn full_disk(finished: &Finished) -> Option<io::Error> {
    let said = [&finished.stdout, &finished.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    let is_full = said.iter().any(|text| text.contains("No space left on device"));
    is_full.then(|| io::Error::from(io::ErrorKind::StorageFull))
}

/// Takes the executable out of the folder that the build could write to, into one that no sandbox writes to.
/// Whether it could: a build script may have put something else in its place: a link to what the library must not see, a
/// file without end.
fn take_out(places: &Places) -> Result<bool, VerifyError> {
    const MAX_BYTES: u64 = 1 << 30;
    let built = places.target.join("debug").join(DRIVER);
    let is_plain =
        fs::symlink_metadata(&built).is_ok_and(|found| found.is_file() && found.len() <= MAX_BYTES);
    let folder = places.target.join("debug");
    let is_in_place = match (folder.canonicalize(), places.target.canonicalize()) {
        (Ok(folder), Ok(target)) => folder == target.join("debug"),
        _ => false,
    };
    if !is_plain || !is_in_place {
        return Ok(false);
    }
    fs::create_dir_all(&places.bin).map_err(VerifyError::at(&places.bin))?;
    let executable = places.bin.join(DRIVER);
    fs::copy(&built, &executable).map_err(VerifyError::at(&executable))?;
    Ok(true)
}

/// The folders of one driver. A build may write to the first three, and to nothing else.
pub(super) struct Places {
    pub(super) source: PathBuf,
    home: PathBuf,
    pub(super) target: PathBuf,
    bin: PathBuf,
    /// Cargo settings.
    config: PathBuf,
}

impl Places {
    pub(super) fn of(subject: &Subject<'_>) -> Self {
        let at = |name: &str| subject.scratch.join(name);
        Self {
            source: at("driver"),
            home: at("home"),
            target: at("target"),
            bin: at("bin"),
            config: at("cargo-config.toml"),
        }
    }
}

const DRIVER: &str = "ghostlib-driver";

/// Runs cargo on what stands in the source folder: with these arguments, those behind its own, and these variables
/// besides its own.
pub(super) async fn cargo(
    sandbox: &Sandbox,
    toolchain: &Toolchain,
    subject: &Subject<'_>,
    (args, last): (&[&str], &[&str]),
    variables: &[(&str, &str)],
) -> Result<Finished, VerifyError> {
    let places = Places::of(subject);
    // Cargo looks for settings from the working directory upwards: there must be none of the user's.
    let nowhere = tempfile::tempdir().map_err(VerifyError::at(Path::new("a temporary folder")))?;
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let mut env = BTreeMap::from([
        ("PATH".to_owned(), format!("{}:/usr/local/bin:/usr/bin:/bin", toolchain.bin().display())),
        ("HOME".to_owned(), text(&places.home)),
        ("CARGO_HOME".to_owned(), text(&places.home)),
        ("CARGO_TARGET_DIR".to_owned(), text(&places.target)),
        ("CARGO_NET_OFFLINE".to_owned(), "true".to_owned()),
        ("CARGO_TERM_COLOR".to_owned(), "never".to_owned()),
    ]);
    env.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let write = vec![places.source.clone(), places.home, places.target, nowhere.path().to_owned()];
    let mut policy = build_policy(toolchain, nowhere.path(), write, subject.wall);
    policy.read.extend([subject.dir.to_owned(), places.config.clone()]);
    policy.read.extend_from_slice(subject.read);
    policy.env = env;
    let command = CommandLine::new(toolchain.cargo())
        .args(args)
        .arg("--manifest-path")
        .arg(places.source.join("Cargo.toml"))
        .arg("--config")
        .arg(places.config)
        .args(last);
    Ok(sandbox.run(&policy, &command, Vec::new()).await?)
}

/// What a build may do in a folder: read the toolchain, write where it is told, and talk to nobody.
pub(super) fn build_policy(
    toolchain: &Toolchain,
    dir: &Path,
    write: Vec<PathBuf>,
    wall: Duration,
) -> SandboxPolicy {
    let role = SandboxRole::Build;
    SandboxPolicy {
        read: toolchain.readable(),
        write,
        limits: Limits { wall, ..role.limits() },
        ..role.policy(dir)
    }
}

/// Writes the driver's source, and clears what an earlier build may have left to mislead this one. A source
/// that is as it was written stays, so that cargo need not build it again.
fn write_driver(subject: &Subject<'_>, package: &str, parts: &Parts) -> Result<(), VerifyError> {
    let places = Places::of(subject);
    let files = driver_files(subject, package, parts)?;
    clear(subject, &places)?;
    if !is_as_written(&places.source, &files) {
        remove(&places.source)?;
        for (path, text) in &files {
            let path = places.source.join(path);
            let folder = path.parent().unwrap_or(&places.source);
            fs::create_dir_all(folder)
                .and_then(|()| fs::write(&path, text))
                .map_err(VerifyError::at(&path))?;
        }
    }
    Ok(())
}

/// Makes the folders of a build, those of cargo empty, and writes its settings.
pub(super) fn clear(subject: &Subject<'_>, places: &Places) -> Result<(), VerifyError> {
    remove(&places.home)?;
    for folder in [&places.home, &places.target] {
        fs::create_dir_all(folder).map_err(VerifyError::at(folder))?;
    }
    fs::write(&places.config, subject.cargo_config).map_err(VerifyError::at(&places.config))
}

/// Whether a folder holds these files and, beside cargo's lockfile, nothing else; no links above all.
fn is_as_written(dir: &Path, files: &[(String, String)]) -> bool {
    let mut n_found = 0;
    for entry in WalkDir::new(dir) {
        let Ok(entry) = entry else { return false };
        if entry.file_type().is_dir() {
            continue;
        }
        let relative = entry.path().strip_prefix(dir).unwrap_or(entry.path());
        let known = files.iter().find(|(path, _)| Path::new(path) == relative);
        match known {
            _ if !entry.file_type().is_file() => return false,
            None if relative == Path::new("Cargo.lock") => {}
            Some((_, text)) if fs::read(entry.path()).is_ok_and(|bytes| bytes == text.as_bytes()) => {
                n_found += 1;
            }
            _ => return false,
        }
    }
    n_found == files.len()
}

/// Removes a folder. What is a link is removed as one.
fn remove(path: &Path) -> Result<(), VerifyError> {
    ghostlib_sandbox::remove_folder(path).map_err(VerifyError::at(path))
}

fn driver_files(
    subject: &Subject<'_>,
    package: &str,
    parts: &Parts,
) -> Result<Vec<(String, String)>, VerifyError> {
    let mut handlebars = Handlebars::new();
    handlebars.set_strict_mode(true);
    handlebars.register_escape_fn(handlebars::no_escape);
    let render = |template: &str, data: &Value| {
        handlebars.render_template(template, data).map_err(|error| VerifyError::Template(error.to_string()))
    };
    let modules: Vec<_> = parts
        .operations
        .iter()
        .enumerate()
        .map(|(at, operation)| json!({"module": module(at), "name": operation.name.escape_default().to_string()}))
        .collect();
    let types: Vec<_> = (0..parts.types.len()).map(|at| json!({"module": type_module(at)})).collect();
    let counters = parts.counters != Counters::None;
    let path = toml_string(&subject.dir.to_string_lossy());
    let package = toml_string(package);
    let mut files = vec![
        (
            "Cargo.toml".into(),
            render(include_str!("templates/Cargo.toml.hbs"), &json!({"package": package, "path": path}))?,
        ),
        (
            "src/main.rs".into(),
            render(
                include_str!("templates/main.rs.hbs"),
                &json!({"operations": modules, "types": types, "counters": counters}),
            )?,
        ),
    ];
    files.extend(FIXED.map(|(path, text)| (path.to_owned(), text.to_owned())));
    for (at, own) in parts.types.iter().enumerate() {
        let text = render(include_str!("templates/type.rs.hbs"), &json!({"code": own.code}))?;
        files.push((format!("src/{}.rs", type_module(at)), text));
    }
    for (at, operation) in parts.operations.iter().enumerate() {
        let data = json!({"crate_name": subject.crate_name, "expression": operation.expression});
        files.push((
            format!("src/{}.rs", module(at)),
            render(include_str!("templates/operation.rs.hbs"), &data)?,
        ));
    }
    Ok(files)
}

/// The files that are the same for every library.
const FIXED: [(&str, &str); 3] = [
    ("src/canon.rs", include_str!("templates/canon.rs")),
    ("src/from_json.rs", include_str!("templates/from_json.rs")),
    ("src/prelude.rs", include_str!("templates/prelude.rs")),
];

fn type_module(at: usize) -> String {
    format!("type_{at}")
}

fn module(at: usize) -> String {
    format!("operation_{at}")
}

/// The compiler's name for the error whose first span is the second of two implementations.
const CONFLICTING_IMPLEMENTATIONS: &str = "E0119";

/// The compiler's errors of one build, those of the driver apart from those of the library.
pub(super) struct Messages<'a> {
    /// The library's source tree, to which places are relative.
    dir: &'a Path,
    driver: Vec<(String, CompilerMessage)>,
    library: Vec<CompilerMessage>,
}

impl<'a> Messages<'a> {
    pub(super) fn of(finished: &Finished, dir: &'a Path) -> Self {
        let mut messages = Self { dir, driver: Vec::new(), library: Vec::new() };
        for line in String::from_utf8_lossy(&finished.stdout).lines() {
            let Ok(value) = serde_json::from_str::<Value>(line) else { continue };
            if value["reason"] == "compiler-message" && value["message"]["level"] == "error" {
                messages.add(&value);
            }
        }
        messages
    }

    fn add(&mut self, value: &Value) {
        let message = &value["message"];
        let spans = message["spans"].as_array().map_or(&[][..], Vec::as_slice);
        let primary = spans.iter().find(|span| span["is_primary"] == true);
        let parsed = CompilerMessage {
            text: message["message"].as_str().unwrap_or_default().to_owned(),
            rendered: message["rendered"].as_str().unwrap_or_default().to_owned(),
            place: primary.and_then(|span| place(span, self.dir)),
        };
        if value["target"]["name"] == "ghostlib-driver" {
            // An error inside a macro of the runtime names the operation among its spans or expansions. Of two
            // implementations for one type, which is public at two paths, one is enough.
            let told = match primary {
                Some(second) if message["code"]["code"] == CONFLICTING_IMPLEMENTATIONS => second.to_string(),
                _ => message.to_string(),
            };
            self.driver.push((told, parsed));
        } else {
            self.library.push(parsed);
        }
    }

    fn broken_operations(&self, operations: &[Operation]) -> Vec<LeftOut> {
        if !self.library.is_empty() {
            return Vec::new();
        }
        let broken = |(at, operation): (usize, &Operation)| {
            let file = format!("src/{}.rs\"", module(at));
            let (_, message) = self.driver.iter().find(|(whole, _)| whole.contains(&file))?;
            Some(LeftOut { operation: operation.name.clone(), reason: message.text.clone() })
        };
        operations.iter().enumerate().filter_map(broken).collect()
    }

    /// The types that are told by something that the library does not have.
    fn broken_types(&self, types: &[OwnType]) -> Vec<usize> {
        if !self.library.is_empty() {
            return Vec::new();
        }
        let is_broken = |at: usize| {
            let file = format!("src/{}.rs\"", type_module(at));
            self.driver.iter().any(|(whole, _)| whole.contains(&file))
        };
        (0..types.len()).filter(|at| !types[*at].code.is_empty() && is_broken(*at)).collect()
    }

    pub(super) fn of_the_library(self, finished: &Finished) -> Vec<CompilerMessage> {
        let mut messages = self.library;
        // What is wrong with the part of the driver that is the same for all is the driver's own fault.
        messages.extend(self.driver.into_iter().map(|(_, message)| message));
        if messages.is_empty() {
            let said = String::from_utf8_lossy(&finished.stderr);
            let why = match &finished.end {
                ProcessEnd::Exited(_) => said.trim().to_owned(),
                end => format!("the build ended early: {end}\n{}", said.trim()),
            };
            messages.push(plain_message(&why));
        }
        messages
    }
}

fn plain_message(text: &str) -> CompilerMessage {
    let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
    CompilerMessage { text: first.to_owned(), rendered: text.to_owned(), place: None }
}

fn place(span: &Value, dir: &Path) -> Option<Place> {
    let number = |key: &str| u32::try_from(span[key].as_u64()?).ok();
    let offset = |key: &str| usize::try_from(span[key].as_u64()?).ok();
    let file = span["file_name"].as_str()?;
    Some(Place {
        file: Path::new(file).strip_prefix(dir).unwrap_or(Path::new(file)).to_string_lossy().into(),
        line: number("line_start")?,
        column: number("column_start")?,
        end_line: number("line_end")?,
        span: ghostlib_model::Span::new(offset("byte_start")?, offset("byte_end")?),
    })
}
