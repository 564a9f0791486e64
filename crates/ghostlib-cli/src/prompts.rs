//! The prompts of a project: ghostlib's own, but for those that the project has files for.

use crate::error::CliError;
use ghostlib_agent::{AgentError, PromptName, Prompts};
use ghostlib_run::store::Project;
use std::fs;
use std::io;
use std::path::PathBuf;

/// The folder of a project's prompts.
const FOLDER: &str = "prompts";

/// The file in which a project has a prompt of its own, or could have.
pub(crate) fn file(project: &Project, name: PromptName) -> PathBuf {
    project.root().join(FOLDER).join(name.file())
}

/// The project's own text of a prompt.
pub(crate) fn own(project: &Project, name: PromptName) -> Result<Option<String>, CliError> {
    let path = file(project, name);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(CliError::input(format!("{}: {error}", path.display()))),
    }
}

/// All prompts of a project.
pub(crate) fn prompts(project: &Project) -> Result<Prompts, CliError> {
    let mut prompts = Prompts::default();
    for name in PromptName::ALL {
        let Some(text) = own(project, name)? else { continue };
        prompts.replace(name, &text).map_err(|error: AgentError| {
            CliError::input(format!("{}: {error}", file(project, name).display()))
                .hint(format!("`ghostlib prompts show {name} --standard` prints the text that it stands for"))
        })?;
    }
    Ok(prompts)
}
