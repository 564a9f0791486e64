//! The tools, as a model reads them.

use rmcp::handler::server::tool::schema_for_input;
use rmcp::model::{Tool, ToolAnnotations};
use schemars::JsonSchema;
use serde::Deserialize;

/// What the whole is, told when a client begins.
pub(super) const INSTRUCTIONS: &str = "\
Tasks to rebuild a library from its spec. The way: list_tasks, claim_task, read_task (first TASK.md, then the files of \
spec/), write a package into candidate/ (with write_file, or with your own tools in the task's folder), check_task until \
it passes, submit_task. Use no other source than the spec: no network, no other folder, not the published library. If a \
requirement cannot be followed, push_back and go on with the reading that you think was meant.";

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OfTask {
    /// The task's id, as `list_tasks` shows it.
    pub(super) id: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClaimTask {
    /// The task's id, as `list_tasks` shows it.
    pub(super) id: String,
    /// Who you are, as reports name you: your program and model.
    #[serde(default)]
    pub(super) name: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadTask {
    /// The task's id, as `list_tasks` shows it.
    pub(super) id: String,
    /// A file, such as spec/SPEC.md. Without it: the text of the task, and the list of files.
    #[serde(default)]
    pub(super) path: Option<String>,
    /// The line to begin with, from 1; for files that do not come whole.
    #[serde(default)]
    pub(super) from_line: Option<usize>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WriteFile {
    /// The task's id.
    pub(super) id: String,
    /// Where, below candidate/: candidate/src/lib.rs.
    pub(super) path: String,
    /// The whole content of the file, at most 1 MiB.
    pub(super) content: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RemoveFile {
    /// The task's id.
    pub(super) id: String,
    /// The file, below candidate/.
    pub(super) path: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PushBack {
    /// The task's id.
    pub(super) id: String,
    /// The requirement's id, or the name of the vector.
    pub(super) requirement: String,
    /// Why it cannot be followed, in one sentence.
    pub(super) reason: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GiveUp {
    /// The task's id.
    pub(super) id: String,
    /// Why.
    pub(super) reason: String,
}

/// All tools.
pub(super) fn all() -> Vec<Tool> {
    let read = || ToolAnnotations::new().read_only(true).open_world(false);
    let write = || ToolAnnotations::new().read_only(false).destructive(false).open_world(false);
    let remove = || write().destructive(true);
    vec![
        tool::<Nothing>("list_tasks", "List the tasks that wait. Begin here.", read()),
        tool::<ClaimTask>(
            "claim_task",
            "Take an open task, so that nobody else works on it. Needed before you write, check, push back or submit. \
             You can have one at a time.",
            write().idempotent(true),
        ),
        tool::<ReadTask>(
            "read_task",
            "Read what a task asks for and which files it has; with a path, one file of spec/ or candidate/.",
            read(),
        ),
        tool::<WriteFile>(
            "write_file",
            "Write a file below candidate/ of your task.",
            remove().idempotent(true),
        ),
        tool::<RemoveFile>("remove_file", "Remove a file below candidate/ of your task.", remove()),
        tool::<OfTask>(
            "check_task",
            "Build what is in candidate/ of your task in a sandbox, offline, and run the vectors of spec/ on it. Says \
             what does not build, and which vectors fail. May take a minute.",
            read(),
        ),
        tool::<PushBack>(
            "push_back",
            "Object to a requirement of your task that cannot be followed or contradicts another, instead of guessing. \
             Then go on.",
            write(),
        ),
        tool::<OfTask>(
            "submit_task",
            "Say that your task is done. What is in candidate/ counts; you cannot change it any more. Check it before.",
            remove(),
        ),
        tool::<GiveUp>(
            "give_up",
            "Give your task up for good. What is in candidate/ does not count then.",
            remove(),
        ),
    ]
}

fn tool<T: JsonSchema + 'static>(
    name: &'static str,
    description: &'static str,
    hints: ToolAnnotations,
) -> Tool {
    // The types above are objects all, so they have a schema.
    Tool::new(name, description, schema_for_input::<T>().unwrap_or_default()).with_annotations(hints)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_tool_says_what_it_takes() {
        for tool in all() {
            let schema = &tool.input_schema;
            assert_eq!(schema.get("type"), Some(&json!("object")), "{}", tool.name);
            assert_eq!(schema.get("additionalProperties"), Some(&json!(false)), "{}", tool.name);
            let properties =
                schema.get("properties").and_then(|all| all.as_object().cloned()).unwrap_or_default();
            for (name, property) in properties {
                assert!(property["description"].is_string(), "{}: {name}", tool.name);
            }
            assert!(tool.description.is_some_and(|text| text.len() < 250), "{}", tool.name);
        }
    }
}
