//! Where in a request a value stands, and what that means.

/// Kinds of tools that the agent runs: those of its own making, and those of which the endpoint only knows the form.
/// A namespace holds other tools, a search finds others among those that the agent names, a reference names one of them.
const OWN_TOOLS: [&str; 7] =
    ["function", "custom", "local_shell", "apply_patch", "namespace", "tool_search", "tool_reference"];
/// The same where a version follows the name.
const OWN_TOOLS_BY_VERSION: [&str; 3] = ["bash_", "text_editor_", "memory_"];
/// What the agent or its tools fill as they like, and no endpoint acts upon.
const FREE: [&str; 9] = [
    "action",
    "arguments",
    "chat_template_kwargs",
    "client_metadata",
    "input_examples",
    "input_schema",
    "metadata",
    "parameters",
    "schema",
];
/// What holds data, or names a file by its address where an endpoint takes that as well.
const DATA: [&str; 6] = ["audio", "data", "file", "file_data", "image", "video"];

/// Where in a request a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Top,
    /// The name of the model.
    Model,
    /// The class of service.
    Tier,
    /// The list of tools.
    Tools,
    /// What has the name of such a list further inside, where that may mean something else: found tools come there.
    MoreTools,
    Tool,
    /// The kind of a tool.
    Kind,
    /// What is to be data in the request itself, since it would be fetched otherwise.
    Address,
    /// What is data, or an address that would be fetched.
    Data,
    /// What no endpoint acts upon.
    Free,
    Elsewhere,
}

impl Place {
    /// What stands at a key, which is in small letters.
    pub(super) fn at(self, key: &str) -> Self {
        match (self, key) {
            (Self::Top, "model") => Self::Model,
            (Self::Top, "service_tier") => Self::Tier,
            (Self::Top, "tools") => Self::Tools,
            (_, "tools") => Self::MoreTools,
            (Self::Tool, "type") => Self::Kind,
            (Self::Top, "input") => Self::Elsewhere,
            // Further inside, it is what a tool was called with.
            (Self::Free, _) | (_, "input") => Self::Free,
            (_, "tool") => Self::Tool,
            (_, key) if FREE.contains(&key) => Self::Free,
            (_, key) if DATA.contains(&key) => Self::Data,
            (_, key) if key.ends_with("url") || key.ends_with("uri") => Self::Address,
            _ => Self::Elsewhere,
        }
    }
}

/// Whether a tool of this kind is run by the agent. Anthropic's API takes one without a kind for the agent's.
pub(super) fn is_own(kind: Option<&Option<String>>) -> bool {
    match kind {
        None => true,
        Some(None) => false,
        Some(Some(kind)) => {
            OWN_TOOLS.contains(&kind.as_str())
                || OWN_TOOLS_BY_VERSION.iter().any(|beginning| kind.starts_with(beginning))
        }
    }
}
