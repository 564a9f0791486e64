//! Finding the program of an agent, and what it needs to run.

use crate::environment::find_program;
use crate::error::CliError;
use std::fs;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// A program, and what of the machine it needs.
#[derive(Debug)]
pub(crate) struct Installed {
    /// The program itself.
    pub(crate) program: PathBuf,
    /// What it reads besides its own file.
    pub(crate) files: Vec<PathBuf>,
    /// Folders of programs that it starts.
    pub(crate) path: Vec<PathBuf>,
}

/// How deep below a package of npm its native program may lie.
const MAX_DEPTH: usize = 8;

/// The program of this name or path. Where npm has put a script before a native program, it is that one.
pub(crate) fn find(name: &Path) -> Result<Installed, CliError> {
    let missing = || {
        CliError::environment(format!("there is no program `{}`", name.display())).hint(format!(
            "install it where the PATH leads, or name it: `program = \"…\"` in the section `agents.{}` of ghostlib.toml",
            name.file_name().unwrap_or(name.as_os_str()).to_string_lossy()
        ))
    };
    let found = find_program(&name.to_string_lossy()).ok_or_else(missing)?;
    let program = found.canonicalize().map_err(|_| missing())?;
    if !is_node_script(&program) {
        return Ok(Installed { program, files: Vec::new(), path: Vec::new() });
    }
    let Some(packages) = program.ancestors().find(|dir| dir.ends_with("node_modules")).map(Path::to_owned)
    else {
        // The script itself and nothing beside it: that may be anything.
        return Ok(Installed { program, files: node(), path: node() });
    };
    match native(&program, &packages) {
        Some(program) => Ok(Installed { program, files: Vec::new(), path: Vec::new() }),
        None => Ok(Installed { program, files: [vec![packages], node()].concat(), path: node() }),
    }
}

/// The folder of the program that runs such scripts, with what lies beside it.
fn node() -> Vec<PathBuf> {
    let node = find_program("node").and_then(|node| node.canonicalize().ok());
    node.and_then(|node| Some(node.parent()?.to_owned())).into_iter().collect()
}

fn is_node_script(program: &Path) -> bool {
    let first = fs::read(program).unwrap_or_default();
    let line = first.split(|byte| *byte == b'\n').next().unwrap_or_default();
    line.starts_with(b"#!") && line.windows(4).any(|part| part == b"node")
}

/// npm installs a native program as an optional package for the platform: `@openai/codex` brings
/// `@openai/codex-linux-x64`, with a file `codex` somewhere in it.
fn native(script: &Path, packages: &Path) -> Option<PathBuf> {
    let package = script.strip_prefix(packages).ok()?;
    let parts: Vec<_> = package.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    let (scope, package) = match parts.as_slice() {
        [scope, package, ..] if scope.starts_with('@') => (packages.join(&**scope), package.clone()),
        [package, ..] => (packages.to_owned(), package.clone()),
        [] => return None,
    };
    let prefix = format!("{package}-{}-", std::env::consts::OS);
    let beside = fs::read_dir(scope).ok()?.filter_map(Result::ok);
    let platforms = beside.filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix));
    let stem = script.file_stem()?.to_string_lossy().into_owned();
    let names = [stem, package.to_string(), package.replace("-code", "")];
    let is_it = |path: &Path| {
        path.extension().is_none()
            && path.file_name().is_some_and(|name| names.iter().any(|it| name == it.as_str()))
            && path.is_file()
    };
    platforms
        .flat_map(|dir| WalkDir::new(dir.path()).max_depth(MAX_DEPTH).sort_by_file_name())
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .find(|path| is_it(path))
}
