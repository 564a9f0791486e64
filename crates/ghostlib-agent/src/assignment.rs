use crate::tree::{FileTree, TreeError};
use crate::{AgentError, PromptName, Prompts};
use ghostlib_model::{Role, SessionBudget, SessionId, Sha256Hex, sha256_of_files};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

/// The file with the task's text.
pub const TASK_FILE: &str = "TASK.md";
/// The folder with the spec.
pub const SPEC_DIR: &str = "spec";
/// The folder that the implementer fills.
pub const CANDIDATE_DIR: &str = "candidate";
/// The file with which an implementer objects to requirements.
pub const PUSHBACK_FILE: &str = "PUSHBACK.md";
/// The file with what a reviser is to answer.
pub const FINDINGS_FILE: &str = "FINDINGS.md";
/// The file with what has changed in the spec since the library of the workspace was built.
pub const CHANGES_FILE: &str = "CHANGES.md";
/// The folder with the reference's source, which an author alone sees.
pub const REFERENCE_DIR: &str = "reference";
/// The file in which a reviser gives reasons.
pub const REASONS_FILE: &str = "REASONS.md";

/// A role's work, laid out in a workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// Names the session; the same after an interruption.
    pub session: SessionId,
    /// The role.
    pub role: Role,
    /// The folder that the agent works in.
    pub workspace: PathBuf,
    /// The task's text, as it stands in `TASK.md`.
    pub prompt: String,
    /// The spec that the workspace holds.
    pub spec: Sha256Hex,
    /// How many sessions the run gave to the same role with the same spec before this one.
    pub n_before: usize,
    /// What a candidate may depend on besides the standard library, with settings that put it in place of registries: a
    /// home for cargo, which nobody need write to. Nothing, if it may depend on nothing.
    pub cargo_home: Option<PathBuf>,
    /// What the session may use up. People take the time they need, where none is given.
    pub budget: SessionBudget,
}

impl Assignment {
    /// The folder of the workspace with what the role leaves: a library, or a spec.
    pub fn output(&self) -> PathBuf {
        self.workspace.join(output_dir(self.role))
    }
}

/// The folder that a role fills.
pub fn output_dir(role: Role) -> &'static str {
    match role {
        Role::Implementer => CANDIDATE_DIR,
        Role::Reviser | Role::Author => SPEC_DIR,
    }
}

/// What an implementer's workspace is made from.
#[derive(Clone, Debug)]
pub struct Prepared<'a> {
    /// The prompts of the project.
    pub prompts: &'a Prompts,
    /// The library's name, as the spec has it.
    pub name: &'a str,
    /// The name of the Cargo package to write.
    pub package: &'a str,
    /// The Rust edition.
    pub edition: &'a str,
    /// Packages that the candidate may depend on.
    pub dependencies: &'a [String],
    /// The spec's files, hidden vectors taken out: the document, its further documents, the vector files.
    pub spec_files: &'a [(String, Vec<u8>)],
    /// How many of them are documents.
    pub n_documents: usize,
    /// What it begins with, where that is not nothing.
    pub present: Option<&'a Present>,
}

/// A library that was built from an earlier state of the spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// Its source tree.
    pub code: FileTree,
    /// What has changed in the spec since, for the implementer to read.
    pub changes: String,
}

/// Lays out a fresh workspace for an implementer and returns the task's text. A workspace that is there
/// already is kept as it is: somebody may be working in it.
///
/// # Errors
/// If the workspace cannot be written.
pub fn prepare_implementer(workspace: &Path, prepared: &Prepared<'_>) -> Result<String, AgentError> {
    let prompt = implementer_prompt(prepared)?;
    lay_out(workspace, prompt, prepared.spec_files, || {
        let candidate = workspace.join(CANDIDATE_DIR);
        fs::create_dir_all(&candidate).map_err(AgentError::at(&candidate))?;
        if let Some(present) = prepared.present {
            present.code.write(&candidate).map_err(tree_error)?;
            let changes = workspace.join(CHANGES_FILE);
            fs::write(&changes, &present.changes).map_err(AgentError::at(&changes))?;
        }
        fs::write(prepared_spec(workspace), spec_hash(workspace)?.as_str()).map_err(AgentError::at(workspace))
    })
}

/// Lays out the spec, what else a role needs, and the task last: a workspace that has one is whole, and is kept.
fn lay_out(
    workspace: &Path,
    prompt: String,
    spec_files: &[(String, Vec<u8>)],
    rest: impl FnOnce() -> Result<(), AgentError>,
) -> Result<String, AgentError> {
    let task = workspace.join(TASK_FILE);
    if !task.exists() {
        write_spec(workspace, spec_files)?;
        rest()?;
        fs::write(&task, &prompt).map_err(AgentError::at(&task))?;
    }
    Ok(prompt)
}

/// What a reviser's workspace is made from.
#[derive(Clone, Debug)]
pub struct ToRevise<'a> {
    /// The prompts of the project.
    pub prompts: &'a Prompts,
    /// The library's name, as the spec has it.
    pub name: &'a str,
    /// The spec's files, hidden vectors taken out, the document first.
    pub spec_files: &'a [(String, Vec<u8>)],
    /// What is to be answered.
    pub findings: &'a str,
    /// How many lines the spec may grow by.
    pub growth_lines: u32,
}

/// Lays out a fresh workspace for a reviser and returns the task's text. A workspace that is there already is kept.
///
/// # Errors
/// If the workspace cannot be written.
pub fn prepare_reviser(workspace: &Path, to_revise: &ToRevise<'_>) -> Result<String, AgentError> {
    let data = json!({
        "name": to_revise.name,
        "document": to_revise.spec_files.first().map(|(path, _)| path.clone()),
        "spec_dir": SPEC_DIR,
        "findings_file": FINDINGS_FILE,
        "reasons_file": REASONS_FILE,
        "growth_lines": to_revise.growth_lines,
    });
    let prompt = to_revise.prompts.render(PromptName::Reviser, &data)?;
    lay_out(workspace, prompt, to_revise.spec_files, || {
        let findings = workspace.join(FINDINGS_FILE);
        fs::write(&findings, to_revise.findings).map_err(AgentError::at(&findings))
    })
}

/// What an author's workspace is made from.
#[derive(Clone, Debug)]
pub struct ToWrite<'a> {
    /// The prompts of the project.
    pub prompts: &'a Prompts,
    /// The library's name, as the spec has it.
    pub name: &'a str,
    /// The draft's files, the document first.
    pub spec_files: &'a [(String, Vec<u8>)],
    /// The source of the library.
    pub reference: &'a FileTree,
    /// Why the version before was refused; nothing, if there is none.
    pub refused: &'a [String],
}

/// Lays out a fresh workspace for an author and returns the task's text. A workspace that is there already is kept.
///
/// # Errors
/// If the workspace cannot be written.
pub fn prepare_author(workspace: &Path, to_write: &ToWrite<'_>) -> Result<String, AgentError> {
    let data = json!({
        "name": to_write.name,
        "document": to_write.spec_files.first().map(|(path, _)| path.clone()),
        "spec_dir": SPEC_DIR,
        "reference_dir": REFERENCE_DIR,
        "findings_file": FINDINGS_FILE,
    });
    let prompt = to_write.prompts.render(PromptName::Author, &data)?;
    lay_out(workspace, prompt, to_write.spec_files, || {
        to_write.reference.write(&workspace.join(REFERENCE_DIR)).map_err(tree_error)?;
        if to_write.refused.is_empty() {
            return Ok(());
        }
        let title = format!("# Why the version in {SPEC_DIR}/ was refused\n");
        let reasons = to_write.refused.iter().map(|reason| format!("- {reason}"));
        let text = std::iter::once(title).chain(reasons).collect::<Vec<_>>().join("\n") + "\n";
        let findings = workspace.join(FINDINGS_FILE);
        fs::write(&findings, text).map_err(AgentError::at(&findings))
    })
}

/// Whether the spec of a workspace is the one that it was prepared with. Whoever works in it can write there, and what a
/// spec says decides what is fetched for it. Nothing, for a workspace that was made otherwise.
///
/// # Errors
/// If the spec is no longer plain files.
pub fn has_its_spec(workspace: &Path) -> Result<Option<bool>, AgentError> {
    match fs::read_to_string(prepared_spec(workspace)) {
        Ok(hash) => Ok(Some(spec_hash(workspace)?.as_str() == hash)),
        Err(_) => Ok(None),
    }
}

fn write_spec(workspace: &Path, files: &[(String, Vec<u8>)]) -> Result<(), AgentError> {
    FileTree::from_files(files.iter().cloned()).write(&workspace.join(SPEC_DIR)).map_err(tree_error)
}

fn tree_error(error: TreeError) -> AgentError {
    AgentError::Io { path: error.path.clone(), source: error.into() }
}

/// Beside the workspace, where nobody who works in it can write.
fn prepared_spec(workspace: &Path) -> PathBuf {
    workspace.with_extension("spec")
}

fn spec_hash(workspace: &Path) -> Result<Sha256Hex, AgentError> {
    let tree = FileTree::read(&workspace.join(SPEC_DIR)).map_err(tree_error)?;
    Ok(sha256_of_files(tree.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))))
}

fn implementer_prompt(prepared: &Prepared<'_>) -> Result<String, AgentError> {
    let file = |(path, _): &(String, Vec<u8>)| path.clone();
    let quoted = |path: String| format!("`{SPEC_DIR}/{path}`");
    let (documents, vector_files) =
        prepared.spec_files.split_at(prepared.n_documents.min(prepared.spec_files.len()));
    let quoted =
        |files: &[(String, Vec<u8>)]| files.iter().map(file).map(quoted).collect::<Vec<_>>().join(", ");
    let data = json!({
        "name": prepared.name,
        "package": prepared.package,
        "edition": prepared.edition,
        "dependencies": prepared.dependencies.join(", "),
        "document": documents.first().map(file),
        "parts": quoted(documents.get(1..).unwrap_or_default()),
        "vector_files": quoted(vector_files),
        "spec_dir": SPEC_DIR,
        "candidate_dir": CANDIDATE_DIR,
        "pushback_file": PUSHBACK_FILE,
        "changes_file": CHANGES_FILE,
    });
    let prompt = if prepared.present.is_some() { PromptName::Updater } else { PromptName::Implementer };
    prepared.prompts.render(prompt, &data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_is_to_be_changed_lies_where_it_is_to_lie() {
        let dir = tempfile::tempdir().unwrap();
        let workspace = dir.path().join("w");
        let code = FileTree::from_files([("src/lib.rs".to_owned(), b"code".to_vec())]);
        let prepared = Prepared {
            prompts: &Prompts::default(),
            name: "a",
            package: "a",
            edition: "2021",
            dependencies: &[],
            spec_files: &[("SPEC.md".to_owned(), b"# A".to_vec())],
            n_documents: 1,
            present: Some(&Present { code, changes: "`f` is new".into() }),
        };
        let prompt = prepare_implementer(&workspace, &prepared).unwrap();
        assert!(prompt.contains("`CHANGES.md` says what has changed"), "{prompt}");
        assert_eq!(fs::read_to_string(workspace.join("candidate/src/lib.rs")).unwrap(), "code");
        assert_eq!(fs::read_to_string(workspace.join("CHANGES.md")).unwrap(), "`f` is new");
    }

    #[test]
    fn a_workspace_that_is_there_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let workspace = dir.path().join("w");
        let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
        let files = [file("SPEC.md", "# A"), file("b.md", ""), file("v.yaml", "")];
        let prompts = Prompts::default();
        let prepared = Prepared {
            prompts: &prompts,
            name: "a",
            package: "a",
            edition: "2021",
            dependencies: &[],
            spec_files: &files,
            n_documents: 2,
            present: None,
        };
        let prompt = prepare_implementer(&workspace, &prepared).unwrap();
        assert!(prompt.contains("`spec/SPEC.md`, together with `spec/b.md`, states"), "{prompt}");
        assert!(
            prompt.contains("The vectors in `spec/v.yaml`, and")
                && prompt.contains("nothing but the standard library")
        );
        fs::write(workspace.join("candidate/lib.rs"), "work").unwrap();
        assert_eq!(prepare_implementer(&workspace, &prepared).unwrap(), prompt);
        assert_eq!(fs::read_to_string(workspace.join("candidate/lib.rs")).unwrap(), "work");
        assert_eq!(fs::read_to_string(workspace.join("spec/SPEC.md")).unwrap(), "# A");
    }
}
