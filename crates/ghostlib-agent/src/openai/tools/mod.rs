//! What a model can do.

mod arguments;
mod files;
mod run;

pub(super) use files::Change;
pub(super) use run::Shell;

use crate::{Assignment, Checks, Workspace};
use arguments::Arguments;
use ghostlib_model::Role;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// The name of the tool that ends the session.
pub(super) const FINISH: &str = "finish";
/// The most bytes of what a tool tells the model. What is longer is cut in its middle.
const MAX_OUTPUT: usize = 16 << 10;

/// A tool, as a model is told of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tool {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    /// The JSON Schema of its arguments.
    pub(super) schema: Value,
}

/// What came of a call: what the model is told, and which file is another one now. An error is told as well.
pub(super) type Outcome = Result<(String, Option<Change>), String>;

/// The tools of a session.
pub(super) struct Toolbox<'a> {
    pub(super) assignment: &'a Assignment,
    pub(super) workspace: Workspace,
    pub(super) shell: Shell<'a>,
    pub(super) checks: Option<Arc<dyn Checks>>,
}

impl Toolbox<'_> {
    /// What is offered.
    pub(super) fn tools(&self) -> Vec<Tool> {
        let mut tools = vec![
            tool("list_files", "Lists the files of the workspace with their sizes in bytes.", &[]),
            tool(
                "read_file",
                "Reads a text file, or some of its lines.",
                &[
                    required("path", "string", "Relative to the workspace, such as spec/SPEC.md."),
                    optional("first_line", "integer", "The first line to read, from 1."),
                    optional("n_lines", "integer", "How many lines to read."),
                ],
            ),
            tool(
                "write_file",
                "Writes a text file, in place of the one that is there. Only below candidate/.",
                &[
                    required("path", "string", "Relative to the workspace, such as candidate/src/lib.rs."),
                    required("content", "string", "All that the file is to hold."),
                ],
            ),
            // Models copy text more reliably than they count the lines of a diff.
            tool(
                "edit_file",
                "Replaces a piece of a text file. The piece must stand in the file exactly once.",
                &[
                    required("path", "string", "Relative to the workspace, such as candidate/src/lib.rs."),
                    required("old_text", "string", "The piece, exactly as it stands there, with its blanks."),
                    required("new_text", "string", "What is to stand in its place."),
                ],
            ),
            tool(
                "run",
                "Runs a shell command in the workspace. There is no network.",
                &[
                    required("command", "string", "For /bin/sh."),
                    optional(
                        "seconds",
                        "integer",
                        "How long it may take; 120 if it is not given, 900 at most.",
                    ),
                ],
            ),
        ];
        if self.checks.is_some() {
            let description = "Builds the candidate and tells which of the visible vectors hold.";
            tools.push(tool("check", description, &[]));
        }
        if self.assignment.role == Role::Implementer {
            tools.push(tool(
                "push_back",
                "Objects to a requirement that cannot be followed, or that contradicts another one.",
                &[
                    required("requirement", "string", "Its id, or the name of a vector."),
                    required("reason", "string", "What is wrong with it."),
                ],
            ));
        }
        tools.push(tool(
            FINISH,
            "Ends the session. Call it when the work is done, and not before.",
            &[optional("summary", "string", "What was done, in a sentence or two.")],
        ));
        tools
    }

    /// Does what a call asks for. `left` is how long the session may still take.
    pub(super) async fn call(&self, tool: &str, arguments: &str, left: Duration) -> Outcome {
        let arguments = Arguments::parse(arguments)?;
        let told = match tool {
            "list_files" => self.list_files(),
            "read_file" => self.read_file(&arguments),
            "write_file" => return self.write_file(&arguments),
            "edit_file" => return self.edit_file(&arguments),
            "run" => self.shell.run(&arguments, left).await,
            "check" => self.check().await,
            "push_back" => self.push_back(&arguments),
            _ => Err(self.unknown(tool)),
        };
        Ok((bounded(told?), None))
    }

    async fn check(&self) -> Result<String, String> {
        let Some(checks) = &self.checks else { return Err(self.unknown("check")) };
        let report = checks.check(&self.assignment.workspace).await;
        // Why it could not be checked may name what the model must not know.
        let report = report.map_err(|_| "The candidate cannot be checked now; go on without.".to_owned())?;
        let verdict =
            if report.passed { "Everything that can be checked holds." } else { "It does not pass yet." };
        Ok(format!("{verdict}\n{}", report.text))
    }

    fn push_back(&self, arguments: &Arguments) -> Result<String, String> {
        let (requirement, reason) = (arguments.text("requirement")?, arguments.text("reason")?);
        self.workspace.push_back(requirement, reason).map_err(|error| error.to_string())?;
        Ok("Noted. Go on with the reading that you think was meant.".into())
    }

    fn unknown(&self, tool: &str) -> String {
        let names: Vec<&str> = self.tools().iter().map(|tool| tool.name).collect();
        format!("there is no tool `{tool}`; there are {}", names.join(", "))
    }
}

struct Property {
    name: &'static str,
    kind: &'static str,
    description: &'static str,
    is_required: bool,
}

fn required(name: &'static str, kind: &'static str, description: &'static str) -> Property {
    Property { name, kind, description, is_required: true }
}

fn optional(name: &'static str, kind: &'static str, description: &'static str) -> Property {
    Property { name, kind, description, is_required: false }
}

fn tool(name: &'static str, description: &'static str, properties: &[Property]) -> Tool {
    let schema_of =
        |it: &Property| (it.name.to_owned(), json!({ "type": it.kind, "description": it.description }));
    let required: Vec<&str> = properties.iter().filter(|it| it.is_required).map(|it| it.name).collect();
    let properties = Value::Object(properties.iter().map(schema_of).collect());
    let schema = json!({
        "type": "object", "properties": properties, "required": required, "additionalProperties": false,
    });
    Tool { name, description, schema }
}

fn bounded(mut text: String) -> String {
    crate::trajectory::cut(&mut text, MAX_OUTPUT);
    text
}
