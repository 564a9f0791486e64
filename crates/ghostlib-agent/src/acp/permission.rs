//! What an agent may do where it asks. The sandbox is what keeps it in; the answers say so in the agent's own terms.

use agent_client_protocol::v1::schema::{
    PermissionOption, PermissionOptionId, PermissionOptionKind, RequestPermissionOutcome,
    RequestPermissionRequest, SelectedPermissionOutcome, ToolCallContent, ToolCallUpdateFields,
};
use serde_json::Value;
use std::fmt;
use std::path::{Component, Path, PathBuf};

/// The folder that an agent may work in, by each of its names.
#[derive(Clone, Debug)]
pub(super) struct Workspace {
    names: Vec<PathBuf>,
}

/// An answer, and why.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Decision {
    /// What was asked for, as the agent calls it.
    asked: String,
    /// What it names that lies outside.
    outside: Option<PathBuf>,
    /// Which of the agent's options says so; nothing, if none does.
    option: Option<PermissionOptionId>,
}

impl Workspace {
    pub(super) fn new(path: &Path) -> Self {
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        Self { names: vec![path.to_owned(), real] }
    }

    /// What stays in the workspace is allowed this once. What names a path outside is rejected.
    pub(super) fn decide(&self, request: &RequestPermissionRequest) -> Decision {
        let call = &request.tool_call;
        let asked = call.fields.title.clone().unwrap_or_else(|| call.tool_call_id.to_string());
        let outside = named_paths(&call.fields).into_iter().find(|path| !self.holds(path));
        let wanted = match outside {
            None => [PermissionOptionKind::AllowOnce, PermissionOptionKind::AllowAlways],
            Some(_) => [PermissionOptionKind::RejectOnce, PermissionOptionKind::RejectAlways],
        };
        let find = |kind| request.options.iter().find(|option: &&PermissionOption| option.kind == kind);
        let option = wanted.into_iter().find_map(find).map(|option| option.option_id.clone());
        Decision { asked, outside, option }
    }

    /// Whether a path lies in it, as it is written: relative ones begin in it.
    fn holds(&self, path: &Path) -> bool {
        self.names.iter().any(|name| plain(&name.join(path)).is_some_and(|path| path.starts_with(name)))
    }
}

impl Decision {
    pub(super) fn outcome(self) -> RequestPermissionOutcome {
        match self.option {
            Some(option) => RequestPermissionOutcome::Selected(SelectedPermissionOutcome::new(option)),
            None => RequestPermissionOutcome::Cancelled,
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { asked, outside, option } = self;
        match (outside, option) {
            (None, Some(_)) => write!(f, "allowed this once: {asked}"),
            (None, None) => write!(f, "not answered, since it cannot be allowed: {asked}"),
            (Some(path), _) => {
                write!(f, "rejected: {asked}: `{}` is outside of the workspace", path.display())
            }
        }
    }
}

/// The paths that a call of a tool names as such. A command's text is not searched for them.
fn named_paths(call: &ToolCallUpdateFields) -> Vec<PathBuf> {
    let locations = call.locations.iter().flatten().map(|location| location.path.clone());
    let diffs = call.content.iter().flatten().filter_map(|content| match content {
        ToolCallContent::Diff(diff) => Some(diff.path.clone()),
        _ => None,
    });
    let mut paths: Vec<_> = locations.chain(diffs).collect();
    let mut values: Vec<_> = call.raw_input.iter().collect();
    while let Some(value) = values.pop() {
        let Some(object) = value.as_object() else {
            values.extend(value.as_array().into_iter().flatten());
            continue;
        };
        for (key, value) in object {
            match value {
                Value::String(text) if names_a_path(key) => paths.push(text.into()),
                _ => values.push(value),
            }
        }
    }
    paths
}

fn names_a_path(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.ends_with("path") || key.ends_with("dir") || matches!(key.as_str(), "file" | "filename" | "cwd")
}

/// The path without `.` and `..`; nothing, if these lead above the root.
fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !plain.pop() {
                    return None;
                }
            }
            part => plain.push(part),
        }
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use agent_client_protocol::v1::schema::{Diff, ToolCallLocation, ToolCallUpdate};
    use serde_json::json;

    fn decide(fields: ToolCallUpdateFields, kinds: &[PermissionOptionKind]) -> Decision {
        let option = |kind: &PermissionOptionKind| PermissionOption::new(format!("{kind:?}"), "", *kind);
        let call = ToolCallUpdate::new("1", fields.title("it".to_owned()));
        let options = kinds.iter().map(option).collect();
        Workspace::new(Path::new("/work")).decide(&RequestPermissionRequest::new("s", call, options))
    }

    const ALL: [PermissionOptionKind; 4] = [
        PermissionOptionKind::AllowAlways,
        PermissionOptionKind::AllowOnce,
        PermissionOptionKind::RejectAlways,
        PermissionOptionKind::RejectOnce,
    ];

    fn chosen(fields: ToolCallUpdateFields) -> String {
        decide(fields, &ALL).option.unwrap().to_string()
    }

    #[test]
    fn what_stays_inside_is_allowed_once_and_what_names_the_outside_is_rejected() {
        let fields = ToolCallUpdateFields::new;
        assert_eq!(chosen(fields()), "AllowOnce");
        assert_eq!(chosen(fields().raw_input(json!({ "command": "ls /etc" }))), "AllowOnce");
        for (path, expected) in [
            ("/work/a", "AllowOnce"),
            ("/work", "AllowOnce"),
            ("a/../b", "AllowOnce"),
            ("/workshop", "RejectOnce"),
            ("/work/../etc/passwd", "RejectOnce"),
            ("../a", "RejectOnce"),
            ("/../../work/../a", "RejectOnce"),
            ("/etc/passwd", "RejectOnce"),
        ] {
            let location = fields().locations(vec![ToolCallLocation::new(path)]);
            assert_eq!(chosen(location), expected, "{path}");
            assert_eq!(chosen(fields().content(vec![Diff::new(path, "").into()])), expected, "{path}");
            let input = json!({ "edits": [{ "file_path": path, "text": "/etc" }] });
            assert_eq!(chosen(fields().raw_input(input)), expected, "{path}");
        }
    }

    #[test]
    fn where_an_agent_offers_no_such_option_it_gets_none() {
        let outside = || ToolCallUpdateFields::new().locations(vec![ToolCallLocation::new("/etc")]);
        let decision = decide(outside(), &[PermissionOptionKind::AllowOnce]);
        assert_eq!(decision.to_string(), "rejected: it: `/etc` is outside of the workspace");
        assert_eq!(decision.outcome(), RequestPermissionOutcome::Cancelled);
        let always = decide(ToolCallUpdateFields::new(), &[PermissionOptionKind::AllowAlways]);
        assert_eq!(always.to_string(), "allowed this once: it");
    }
}
