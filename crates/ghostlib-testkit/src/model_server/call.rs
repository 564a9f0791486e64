//! Which of a client's tools does what a script asks for, and with which arguments.

use super::asked::Tool;
use serde_json::{Map, Value, json};

/// A call of a tool.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Call {
    pub(super) id: String,
    pub(super) tool: String,
    pub(super) input: Input,
}

/// What a tool is called with.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Input {
    Arguments(Value),
    /// Of a tool that takes plain text, or arguments that are no JSON on purpose.
    Text(String),
}

impl Input {
    /// As it stands in the text of a call.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Arguments(value) => value.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

const PATCHERS: &[&str] = &["apply_patch"];
const WRITERS: &[&str] = &["Write", "write_file", "write", "create_file"];
const SHELLS: &[&str] = &[
    "exec_command",
    "shell_command",
    "shell",
    "Bash",
    "bash",
    "run_shell_command",
    "run",
    "execute_command",
];

/// The tool and its input that write a file; none if no tool can.
pub(super) fn to_write(tools: &[Tool], path: &str, content: &str) -> Option<(String, Input)> {
    if let Some((tool, schema)) = offered(tools, WRITERS) {
        let file = property(schema, &["file_path", "filePath", "path", "filename"])?;
        let text = property(schema, &["content", "contents", "text"])?;
        return Some((tool, arguments(schema, [(file, path.into()), (text, content.into())])));
    }
    if let Some(tool) = tools.iter().find(|tool| PATCHERS.contains(&tool.name.as_str())) {
        let text = patch(path, content);
        let Some(schema) = &tool.schema else { return Some((tool.name.clone(), Input::Text(text))) };
        if let Some(input) = property(schema, &["input", "patch"]) {
            return Some((tool.name.clone(), arguments(schema, [(input, text.into())])));
        }
    }
    to_run(tools, &shell_write(path, content))
}

/// The tool and its input that run a shell command; none if no tool can.
pub(super) fn to_run(tools: &[Tool], command: &str) -> Option<(String, Input)> {
    let (tool, schema) = offered(tools, SHELLS)?;
    let name = property(schema, &["cmd", "command"])?;
    let command = match schema["properties"][&name]["type"].as_str() {
        Some("array") => json!(["bash", "-lc", command]),
        _ => json!(command),
    };
    Some((tool, arguments(schema, [(name, command)])))
}

/// The first of the names that is offered, with its schema.
fn offered<'a>(tools: &'a [Tool], names: &[&str]) -> Option<(String, &'a Value)> {
    let tool = names.iter().find_map(|name| tools.iter().find(|tool| tool.name == *name))?;
    Some((tool.name.clone(), tool.schema.as_ref()?))
}

/// The first of the names that the schema has as a property.
fn property(schema: &Value, names: &[&str]) -> Option<String> {
    names.iter().find(|name| schema["properties"].get(**name).is_some()).map(|name| (*name).to_owned())
}

/// The arguments that are given, and something harmless for whatever else the schema asks for.
fn arguments(schema: &Value, given: impl IntoIterator<Item = (String, Value)>) -> Input {
    let mut arguments: Map<String, Value> = given.into_iter().collect();
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    for name in required {
        if !arguments.contains_key(name) {
            arguments.insert(name.to_owned(), harmless(&schema["properties"][name]));
        }
    }
    Input::Arguments(arguments.into())
}

fn harmless(schema: &Value) -> Value {
    match schema["type"].as_str() {
        Some("boolean") => json!(false),
        Some("integer" | "number") => json!(1),
        Some("array") => json!([]),
        Some("object") => json!({}),
        _ => schema["enum"].get(0).cloned().unwrap_or_else(|| json!("As the script says")),
    }
}

/// In the form of Codex's tool `apply_patch`.
fn patch(path: &str, content: &str) -> String {
    let lines: String = content.lines().flat_map(|line| ["+", line, "\n"]).collect();
    format!("*** Begin Patch\n*** Add File: {path}\n{lines}*** End Patch\n")
}

fn shell_write(path: &str, content: &str) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    let path = quoted(path);
    format!("mkdir -p \"$(dirname {path})\" && printf %s {} > {path}", quoted(content))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool(name: &str, properties: &Value, required: &[&str]) -> Tool {
        let schema = json!({ "type": "object", "properties": properties, "required": required });
        Tool { name: name.into(), schema: Some(schema) }
    }

    fn written(tool: Tool) -> (String, Value) {
        match to_write(&[tool], "a/b.txt", "it's\n").unwrap() {
            (name, Input::Arguments(value)) => (name, value),
            (name, Input::Text(text)) => (name, text.into()),
        }
    }

    #[test]
    fn files_are_written_with_the_tool_that_the_client_has() {
        let string = || json!({ "type": "string" });
        let claude = tool("Write", &json!({ "file_path": string(), "content": string() }), &[]);
        let opencode = tool("write", &json!({ "filePath": string(), "content": string() }), &[]);
        let patch = Tool { name: "apply_patch".into(), schema: None };
        assert_eq!(written(claude).1, json!({ "file_path": "a/b.txt", "content": "it's\n" }));
        assert_eq!(written(opencode).1, json!({ "filePath": "a/b.txt", "content": "it's\n" }));
        let text = "*** Begin Patch\n*** Add File: a/b.txt\n+it's\n*** End Patch\n";
        assert_eq!(written(patch), ("apply_patch".into(), json!(text)));
        let codex = tool("exec_command", &json!({ "cmd": string() }), &["cmd"]);
        let shell = r#"mkdir -p "$(dirname 'a/b.txt')" && printf %s 'it'\''s
' > 'a/b.txt'"#;
        assert_eq!(written(codex), ("exec_command".into(), json!({ "cmd": shell })));
    }

    #[test]
    fn commands_are_given_as_the_schema_wants_them() {
        let array = tool("shell", &json!({ "command": { "type": "array" } }), &["command"]);
        let (_, input) = to_run(&[array], "ls").unwrap();
        assert_eq!(input, Input::Arguments(json!({ "command": ["bash", "-lc", "ls"] })));
        let properties = json!({ "command": {}, "description": {}, "background": { "type": "boolean" } });
        let bash = tool("bash", &properties, &["command", "description", "background"]);
        let (_, input) = to_run(&[bash], "ls").unwrap();
        let expected = json!({ "command": "ls", "description": "As the script says", "background": false });
        assert_eq!(input, Input::Arguments(expected));
        assert_eq!(to_run(&[tool("read", &json!({}), &[])], "ls"), None);
    }
}
