//! The only place that reads the environment.

use crate::args::SandboxChoice;
use crate::error::CliError;
use crate::settings::Settings;
use ghostlib_diff::{SourceTree, language_of};
use ghostlib_model::{Canary, Sha256Hex};
use ghostlib_sandbox::{Launcher, Sandbox};
use ghostlib_verify::Tools;
use ghostlib_verify::rust::Toolchain;
use std::collections::HashMap;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The hidden subcommand by which ghostlib executes itself to set up a sandbox.
pub(crate) const LAUNCH: &str = "__launch";

/// The folder that the command was given in: the project.
pub(crate) fn current_dir() -> Result<PathBuf, CliError> {
    env::current_dir()
        .map_err(|error| CliError::environment(format!("the current folder cannot be used: {error}")))
}

/// Goes on in another folder, as if the command were given there.
pub(crate) fn enter(dir: &Path) -> Result<(), CliError> {
    env::set_current_dir(dir).map_err(|error| CliError::input(format!("{}: {error}", dir.display())))
}

/// The folder of the user's configuration files.
pub(crate) fn config_home() -> Option<PathBuf> {
    let given = env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    given.or_else(|| env::home_dir().map(|home| home.join(".config")))
}

/// The folder for what every project of the user can use again.
pub(crate) fn cache_home() -> Option<PathBuf> {
    let given = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = given.or_else(|| env::home_dir().map(|home| home.join(".cache")))?;
    Some(cache.join("ghostlib"))
}

/// What is planted in the user's home, and in the environment of whoever starts a sandbox.
pub(crate) fn canaries() -> Vec<Canary> {
    home_canary().map_or_else(Vec::new, |home| {
        let environment = environment_canary(&home);
        vec![home, environment]
    })
}

fn environment_canary(home: &Canary) -> Canary {
    let token = Sha256Hex::of(format!("{}/environment", home.token).as_bytes());
    Canary { token: token.as_str()[..32].to_owned(), place: "the environment of ghostlib".to_owned() }
}

/// A text in the user's home that nothing of a sandbox may see: planted now, if it is not there yet. Nothing, where no
/// file can be kept.
fn home_canary() -> Option<Canary> {
    let path = cache_home()?.join("canary");
    let token = fs::read_to_string(&path).ok().or_else(|| {
        let token = format!("{:032x}", fastrand::u128(..));
        plant(&path, &token).ok()?;
        // Another ghostlib may have been first.
        fs::read_to_string(&path).ok()
    })?;
    Some(Canary { token: token.trim().to_owned(), place: "the user's home".to_owned() })
}

/// Whole or not at all, and never in the place of another.
fn plant(path: &Path, token: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(token.as_bytes())?;
    match file.persist_noclobber(path) {
        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error),
        _ => Ok(()),
    }
}

/// The variables that are settings.
pub(crate) fn settings_of_environment() -> HashMap<String, String> {
    let text =
        |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
    env::vars_os().filter_map(text).filter(|(name, _)| name.starts_with("GHOSTLIB_")).collect()
}

/// The user's home.
pub(crate) fn home() -> Option<PathBuf> {
    env::home_dir().filter(|home| home.is_absolute())
}

/// A variable of ghostlib's environment; one that is empty says nothing.
pub(crate) fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// The search path for programs.
pub(crate) fn path() -> Option<OsString> {
    env::var_os("PATH")
}

/// The program that runs right now.
pub(crate) fn own_program() -> Result<PathBuf, CliError> {
    env::current_exe()
        .map_err(|error| CliError::environment(format!("ghostlib cannot find its own program: {error}")))
}

/// Tells the program that runs right now from others, mostly also from those of the same version.
pub(crate) fn own_build() -> String {
    let metadata = own_program().ok().and_then(|program| fs::metadata(program).ok());
    format!("{} {}", env!("CARGO_PKG_VERSION"), metadata.map_or(0, |metadata| metadata.len()))
}

pub(crate) fn launcher() -> Result<Launcher, CliError> {
    let launcher = Launcher::new(own_program()?, [LAUNCH]);
    Ok(match home_canary() {
        Some(home) => launcher.variable("GHOSTLIB_CANARY", environment_canary(&home).token),
        None => launcher,
    })
}

/// The chosen sandbox, if it enforces what the settings require.
pub(crate) async fn sandbox(choice: SandboxChoice) -> Result<Arc<Sandbox>, CliError> {
    let required = Settings::load()?.required_guarantees()?;
    let sandbox = Sandbox::new(choice.into(), launcher()?, path().as_deref()).await?;
    Ok(Arc::new(sandbox.requiring(required)?))
}

/// Whether somebody looks at standard error: a terminal that can move its cursor, and no service that tests.
pub(crate) fn is_watched() -> bool {
    let is_dumb = terminal().is_none_or(|terminal| terminal == "dumb");
    let is_service = variable("CI").is_some_and(|value| value != "false");
    io::stderr().is_terminal() && !is_dumb && !is_service
}

/// The kind of terminal, for programs that draw on it.
pub(crate) fn terminal() -> Option<String> {
    env::var("TERM").ok()
}

pub(crate) async fn toolchain() -> Result<Toolchain, CliError> {
    let toolchain = Toolchain::find(&current_dir()?).await?;
    Ok(match cache_home() {
        Some(cache) => toolchain.sharing(cache),
        None => toolchain,
    })
}

/// What builds and runs libraries of a language.
pub(crate) async fn tools(language: &str) -> Result<Tools, CliError> {
    let tools = Tools::find(language, &current_dir()?).await?;
    Ok(match cache_home() {
        Some(cache) => tools.sharing(cache),
        None => tools,
    })
}

/// What builds and runs the library in a folder, called `shown` where people read it.
pub(crate) async fn tools_of(dir: &Path, shown: &Path) -> Result<Tools, CliError> {
    let tree = SourceTree::read(dir).map_err(|error| CliError::input(error.to_string()))?;
    let Some(language) = language_of(&tree) else {
        return Err(CliError::input(format!("{} is no library in Rust or Python", shown.display()))
            .hint("a Rust library has a Cargo.toml in its folder, a Python library a pyproject.toml, a setup.py or a package"));
    };
    tools(language.name()).await
}

/// A program by its path, or by its name on the search path.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    if name.contains('/') {
        return Path::new(name).canonicalize().ok().filter(|path| path.is_file());
    }
    let path = path()?;
    env::split_paths(&path).map(|dir| dir.join(name)).find(|candidate| candidate.is_file())
}
