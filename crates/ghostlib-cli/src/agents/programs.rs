//! Finding the program of an agent, and what it needs to run.

use crate::environment::find_program;
use crate::error::CliError;
use ghostlib_agent::native_program;
use std::fs;
use std::path::{Path, PathBuf};

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

/// The native program that npm has put such a script before.
fn native(script: &Path, packages: &Path) -> Option<PathBuf> {
    let mut parts = script.strip_prefix(packages).ok()?.iter().map(|part| part.to_string_lossy());
    let first = parts.next()?;
    let package =
        if first.starts_with('@') { format!("{first}/{}", parts.next()?) } else { first.into_owned() };
    native_program(packages, &package, &script.file_stem()?.to_string_lossy())
}
