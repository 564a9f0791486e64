//! What a request may ask a model's endpoint to do.
//!
//! Endpoints offer more than a model: they search the web, fetch what an address names, and run tools of other
//! servers, all of it outside of any sandbox. An agent that may ask for that has a network. So a request may
//! name tools that the agent itself runs, and hold what it sends, and nothing else.

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

/// Kinds of tools that the agent runs: those of its own making, and those of which the endpoint only knows the form.
/// A namespace holds other tools, and a search finds others among those that the agent names.
const OWN_TOOLS: [&str; 6] = ["function", "custom", "local_shell", "apply_patch", "namespace", "tool_search"];
/// The same where a version follows the name.
const OWN_TOOLS_BY_VERSION: [&str; 3] = ["bash_", "text_editor_", "memory_"];
/// What brings in other servers, or what was left with the endpoint before.
const FOREIGN: [&str; 13] = [
    "background",
    "container",
    "conversation",
    "data_sources",
    "enable_search",
    "mcp_servers",
    "models",
    "plugins",
    "previous_response_id",
    "prompt",
    "search_options",
    "search_parameters",
    "web_search_options",
];

/// Checks the body of a request, which has to be one JSON object that can be read in one way only.
///
/// # Errors
/// What it asks for that is not allowed, or why it cannot be told.
pub(super) fn check(body: &[u8]) -> Result<(), &'static str> {
    let why = Cell::new(None);
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = Part { place: Place::Top, why: &why }.deserialize(&mut json).and_then(|_| json.end());
    read.map_err(|_| why.take().unwrap_or("it is no JSON object"))
}

/// Where in a request a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Top,
    /// The list of tools.
    Tools,
    /// What has the name of such a list further inside, where that may mean something else: found tools come there.
    MoreTools,
    Tool,
    Image,
    Elsewhere,
}

/// Reads a value, and gives it if it is a text.
struct Part<'a> {
    place: Place,
    why: &'a Cell<Option<&'static str>>,
}

impl Part<'_> {
    fn refuse<E: Error>(&self, why: &'static str) -> E {
        self.why.set(Some(why));
        E::custom(why)
    }

    fn of(&self, key: &str) -> Self {
        let place = match (self.place, key) {
            (Place::Top, "tools") => Place::Tools,
            (_, "tools") => Place::MoreTools,
            (_, "image_url") => Place::Image,
            _ => Place::Elsewhere,
        };
        Self { place, why: self.why }
    }

    /// What an object of these texts asks for that is not allowed.
    fn check(&self, texts: &Texts) -> Result<(), &'static str> {
        let is_address = |text: &Option<String>| {
            text.as_deref().is_some_and(|text| {
                // Data in the request itself has an address as well.
                !text.trim_start().get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"))
            })
        };
        let is_source = texts.kind.as_deref() == Some("url") || self.place == Place::Image;
        if is_address(&texts.image_url) || texts.file_url.is_some() || is_source && is_address(&texts.url) {
            return Err("it asks the endpoint to fetch something from an address");
        }
        if self.place == Place::Tool && !is_own(texts) {
            return Err("it asks for a tool that the endpoint itself runs");
        }
        Ok(())
    }
}

/// The texts of an object that matter.
#[derive(Default)]
struct Texts {
    kind: Option<String>,
    has_kind: bool,
    url: Option<String>,
    image_url: Option<String>,
    file_url: Option<String>,
}

/// Whether a tool with these texts is run by the agent.
fn is_own(tool: &Texts) -> bool {
    match &tool.kind {
        // Anthropic's API takes a tool without a type for the agent's.
        None => !tool.has_kind,
        Some(kind) => {
            OWN_TOOLS.contains(&kind.as_str())
                || OWN_TOOLS_BY_VERSION.iter().any(|beginning| kind.starts_with(beginning))
        }
    }
}

impl<'de> DeserializeSeed<'de> for Part<'_> {
    type Value = Option<String>;

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<Option<String>, D::Error> {
        match self.place {
            Place::Top => from.deserialize_map(self),
            _ => from.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Part<'_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a request to a model")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<String>, A::Error> {
        if self.place == Place::Tools {
            return Err(self.refuse("its tools are no list"));
        }
        let mut keys = HashSet::new();
        let mut texts = Texts::default();
        while let Some(key) = map.next_key::<String>()? {
            // There are servers to which case does not matter; further inside is what tools were given.
            let is_outside = matches!(self.place, Place::Top | Place::Tool);
            let once = if is_outside { key.to_lowercase() } else { key.clone() };
            let key = key.to_lowercase();
            if self.place == Place::Top && FOREIGN.contains(&key.as_str()) {
                return Err(self.refuse("it brings in another server, or what was left with the endpoint"));
            }
            let text = map.next_value_seed(self.of(&key))?;
            match key.as_str() {
                "type" => (texts.kind, texts.has_kind) = (text, true),
                "url" => texts.url = text,
                "image_url" => texts.image_url = text,
                "file_url" | "video_url" | "audio_url" => texts.file_url = texts.file_url.or(text),
                _ => {}
            }
            // Whoever reads the first and whoever reads the last would read different requests.
            if !keys.insert(once) {
                return Err(self.refuse("a key stands twice in an object"));
            }
        }
        self.check(&texts).map_err(|why| self.refuse(why))?;
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<String>, A::Error> {
        let is_of_tools = matches!(self.place, Place::Tools | Place::MoreTools);
        let place = if is_of_tools { Place::Tool } else { self.place };
        while list.next_element_seed(Part { place, why: self.why })?.is_some() {}
        Ok(None)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<String>, E> {
        // Of long texts the beginning says enough.
        Ok(Some(text.chars().take(64).collect()))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Option<String>, E> {
        Ok(None)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Option<String>, E> {
        Ok(None)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Option<String>, E> {
        Ok(None)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Option<String>, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Option<String>, E> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_agents_say_passes() {
        for body in [
            "{}",
            r#"{"model":"m","tools":[{"type":"function","name":"f","parameters":{"properties":{"type":{"type":"string"},"url":{"type":"string"}}}},{"type":"custom"}],"input":[{"role":"user","content":[{"type":"input_text","text":"https://a.example"}]}]}"#,
            r#"{"tools":[{"name":"Bash","input_schema":{}},{"type":"bash_20250124","name":"bash"}],"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","data":"aa"}}]}]}"#,
            r#"{"tools":[{"type":"namespace","tools":[{"type":"function"}]},{"type":"tool_search","execution":"client"},{"name":"f","input_schema":{"properties":{"tools":{"type":"array"}}}}],"input":[{"tools":["a"]}]}"#,
            r#"{"tools":null,"messages":[{"content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,aa"}}]}]}"#,
            r#"{"messages":[{"role":"assistant","tool_calls":[{"type":"function","function":{"arguments":"{\"url\":\"http://x\"}"}}]}]}"#,
        ] {
            assert_eq!(check(body.as_bytes()), Ok(()), "{body}");
        }
    }

    #[test]
    fn what_reaches_beyond_the_model_is_refused() {
        let tool = "it asks for a tool that the endpoint itself runs";
        let address = "it asks the endpoint to fetch something from an address";
        let foreign = "it brings in another server, or what was left with the endpoint";
        for (body, why) in [
            (r#"{"tools":[{"type":"web_search"}]}"#, tool),
            (r#"{"tools":[{"type":"function"},{"type":"web_search_20250305","name":"web_search"}]}"#, tool),
            (r#"{"tools":[{"type":"mcp","server_url":"https://a.example"}]}"#, tool),
            (r#"{"tools":[{"type":"code_interpreter"}]}"#, tool),
            (r#"{"tools":[{"type":["web_search"]}]}"#, tool),
            (r#"{"tools":[{"type":null}]}"#, tool),
            (r#"{"to\u006fls":[{"type":"web_search"}]}"#, tool),
            (r#"{"tools":[[{"type":"web_search"}]]}"#, tool),
            (r#"{"tools":[{"type":"namespace","tools":[{"type":"mcp"}]}]}"#, tool),
            (r#"{"input":[{"type":"tool_search_output","tools":[{"type":"web_search"}]}]}"#, tool),
            (r#"{"tools":{"type":"web_search"}}"#, "its tools are no list"),
            (r#"{"tools":[],"tools":[{"type":"function"}]}"#, "a key stands twice in an object"),
            (r#"{"Tools":[{"Type":"web_search"}]}"#, tool),
            (r#"{"tools":[],"TOOLS":[]}"#, "a key stands twice in an object"),
            (r#"{"search_parameters":{"mode":"on"}}"#, foreign),
            (r#"{"previous_response_id":"resp_1"}"#, foreign),
            (r#"{"web_search_options":{}}"#, foreign),
            (r#"{"mcp_servers":[]}"#, foreign),
            (
                r#"{"input":[{"content":[{"type":"input_file","file_url":"https://a.example/lib.rs"}]}]}"#,
                address,
            ),
            (
                r#"{"input":[{"content":[{"type":"input_image","image_url":"https://a.example/a.png"}]}]}"#,
                address,
            ),
            (
                r#"{"messages":[{"content":[{"type":"image_url","image_url":{"url":" http://a.example"}}]}]}"#,
                address,
            ),
            (
                r#"{"messages":[{"content":[{"type":"document","source":{"url":"https://a.example","type":"url"}}]}]}"#,
                address,
            ),
            ("[]", "it is no JSON object"),
            ("{} {}", "it is no JSON object"),
            ("", "it is no JSON object"),
            ("{", "it is no JSON object"),
        ] {
            assert_eq!(check(body.as_bytes()), Err(why), "{body}");
        }
    }
}
