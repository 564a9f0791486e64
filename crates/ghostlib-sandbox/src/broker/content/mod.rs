//! What a request may ask a model's endpoint to do.
//!
//! Endpoints offer more than a model: they search the web, fetch what an address names, and run tools of other
//! servers, all of it outside of any sandbox. An agent that may ask for that has a network. So a request may
//! name tools that the agent itself runs, and hold what it sends, and nothing else: at its top, only what its [`Api`]
//! is known to have.

mod place;

use super::api::Api;
use place::{Place, is_own};
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

/// Why a body cannot go on.
type Why = Cow<'static, str>;

/// The classes of service that cost more than the prices that people set.
const DEAR_TIERS: [&str; 2] = ["fast", "priority"];
/// The most characters of a model's name, and of a key that is shown.
const MAX_NAME: usize = 200;

/// Checks the body of a request, which has to be one JSON object that can be read in one way only. Gives the model that
/// it names. A request to no API has no body.
///
/// # Errors
/// What it asks for that is not allowed, or why it cannot be told.
pub(super) fn check(body: &[u8], api: Option<Api>) -> Result<Option<String>, Why> {
    let Some(api) = api else {
        return if body.is_empty() { Ok(None) } else { Err("it should have none".into()) };
    };
    let reading = Reading { api, why: Cell::new(None), model: Cell::new(None) };
    let mut json = serde_json::Deserializer::from_slice(body);
    let top = Part { place: Place::Top, reading: &reading };
    let read = top.deserialize(&mut json).and_then(|_| json.end());
    read.map_err(|_| reading.why.take().unwrap_or("it is no JSON object".into()))?;
    Ok(reading.model.take())
}

/// What is found on the way through a body.
struct Reading {
    api: Api,
    why: Cell<Option<Why>>,
    model: Cell<Option<String>>,
}

/// Reads a value, and gives it if it is the text of a kind.
#[derive(Clone, Copy)]
struct Part<'a> {
    place: Place,
    reading: &'a Reading,
}

impl Part<'_> {
    fn refuse<E: Error>(self, why: impl Into<Why>) -> E {
        self.reading.why.set(Some(why.into()));
        E::custom("refused")
    }

    /// What stands at a key, which is in small letters.
    fn at(self, key: &str) -> Self {
        Self { place: self.place.at(key), ..self }
    }

    /// A text that has a meaning by its place.
    fn check_text<E: Error>(self, text: &str) -> Result<(), E> {
        const FETCHED: &str = "it asks the endpoint to fetch something from an address";
        let begins = |beginning: &str| {
            let text = text.trim_start().get(..beginning.len());
            text.is_some_and(|text| text.eq_ignore_ascii_case(beginning))
        };
        match self.place {
            Place::Model if text.len() > MAX_NAME => Err(self.refuse("the name of its model is too long")),
            Place::Model => {
                self.reading.model.set(Some(text.to_owned()));
                Ok(())
            }
            Place::Tier if DEAR_TIERS.contains(&text.trim().to_lowercase().as_str()) => {
                Err(self.refuse("it asks for a dearer class of service"))
            }
            Place::Address if !text.is_empty() && !begins("data:") => Err(self.refuse(FETCHED)),
            Place::Data if begins("http:") || begins("https:") => Err(self.refuse(FETCHED)),
            _ => Ok(()),
        }
    }

    /// A value that is no text.
    fn other<E: Error>(self) -> Result<Option<String>, E> {
        if self.place == Place::Model { Err(self.refuse("its model is no text")) } else { Ok(None) }
    }

    /// Notes a key of an object in the form in which it may stand there once.
    fn key<E: Error>(self, key: String, seen: &mut HashSet<String>) -> Result<String, E> {
        let small = key.to_lowercase();
        if self.place == Place::Top && !self.reading.api.takes(&small) {
            let shown: String = key.chars().take(MAX_NAME).collect();
            return Err(self.refuse(format!("it has `{shown}`, which is not known to stay within the model")));
        }
        // There are servers to which case does not matter; further inside is what tools were given.
        let is_outside = matches!(self.place, Place::Top | Place::Tool);
        // Whoever reads the first and whoever reads the last would read different requests.
        if !seen.insert(if is_outside { small.clone() } else { key }) {
            return Err(self.refuse("a key stands twice in an object"));
        }
        Ok(small)
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
        self.other::<A::Error>()?;
        let mut seen = HashSet::new();
        let mut kind = None;
        while let Some(key) = map.next_key::<String>()? {
            let key = self.key(key, &mut seen)?;
            let part = self.at(&key);
            let text = map.next_value_seed(part)?;
            if part.place == Place::Kind {
                kind = Some(text);
            }
        }
        if self.place == Place::Tool && !is_own(kind.as_ref()) {
            return Err(self.refuse("it asks for a tool that the endpoint itself runs"));
        }
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<String>, A::Error> {
        self.other::<A::Error>()?;
        let is_of_tools = matches!(self.place, Place::Tools | Place::MoreTools);
        let place = if is_of_tools { Place::Tool } else { self.place };
        while list.next_element_seed(Self { place, ..self })?.is_some() {}
        Ok(None)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<String>, E> {
        self.check_text(text)?;
        Ok((self.place == Place::Kind).then(|| text.to_owned()))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Option<String>, E> {
        self.other()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Option<String>, E> {
        self.other()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Option<String>, E> {
        self.other()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Option<String>, E> {
        self.other()
    }

    fn visit_unit<E: Error>(self) -> Result<Option<String>, E> {
        self.other()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(api: Api, body: &str) -> Result<Option<String>, String> {
        check(body.as_bytes(), Some(api)).map_err(Cow::into_owned)
    }

    #[test]
    fn what_agents_say_passes() {
        use Api::{Chat, CountTokens, Messages, Responses};
        for (api, body) in [
            (Responses, r#"{"model":"m"}"#),
            (
                Responses,
                r#"{"model":"m","tools":[{"type":"function","name":"f","parameters":{"properties":{"type":{"type":"string"},"url":{"default":"https://a.example"}}}},{"type":"custom"}],"input":[{"role":"user","content":[{"type":"input_text","text":"https://a.example"}]}],"service_tier":"auto"}"#,
            ),
            (
                Messages,
                r#"{"model":"m","tools":[{"name":"Bash","input_schema":{}},{"type":"bash_20250124","name":"bash"}],"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","data":"aa"}}]}]}"#,
            ),
            (
                CountTokens,
                r#"{"model":"m","messages":[{"content":[{"type":"tool_use","input":{"url":"https://a.example"}}]}]}"#,
            ),
            (
                Responses,
                r#"{"model":"m","tools":[{"type":"namespace","tools":[{"type":"function"}]},{"type":"tool_search","execution":"client"},{"name":"f","parameters":{"properties":{"tools":{"type":"array"}}}}],"input":[{"tools":["a"]}]}"#,
            ),
            (
                Chat,
                r#"{"model":"m","tools":null,"messages":[{"content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,aa"}}]}]}"#,
            ),
            (
                Chat,
                r#"{"messages":[{"role":"assistant","tool_calls":[{"type":"function","function":{"arguments":"{\"url\":\"http://x\"}"}}]}],"model":"m"}"#,
            ),
        ] {
            assert_eq!(checked(api, body), Ok(Some("m".into())), "{body}");
        }
        assert_eq!(checked(Responses, "{}"), Ok(None));
        assert_eq!(check(b"", None), Ok(None));
        assert!(check(b"{}", None).is_err());
    }

    #[test]
    fn what_reaches_beyond_the_model_is_refused() {
        let tool = "it asks for a tool that the endpoint itself runs";
        let no_object = "it is no JSON object";
        for (body, why) in [
            (r#"{"tools":[{"type":"web_search"}]}"#, tool),
            (r#"{"tools":[{"type":"function"},{"type":"web_search_20250305","name":"web_search"}]}"#, tool),
            (r#"{"tools":[{"type":"mcp","server_url":"data:"}]}"#, tool),
            (r#"{"tools":[{"type":"code_interpreter"}]}"#, tool),
            (r#"{"tools":[{"type":["web_search"]}]}"#, tool),
            (r#"{"tools":[{"type":null}]}"#, tool),
            (r#"{"to\u006fls":[{"type":"web_search"}]}"#, tool),
            (r#"{"tools":[[{"type":"web_search"}]]}"#, tool),
            (r#"{"tools":[{"type":"namespace","tools":[{"type":"mcp"}]}]}"#, tool),
            (r#"{"input":[{"type":"tool_search_output","tools":[{"type":"web_search"}]}]}"#, tool),
            (r#"{"input":[{"type":"tool_addition","tool":{"type":"web_search_20250305"}}]}"#, tool),
            (r#"{"tools":{"type":"web_search"}}"#, "its tools are no list"),
            (r#"{"tools":[],"tools":[{"type":"function"}]}"#, "a key stands twice in an object"),
            (r#"{"Tools":[{"Type":"web_search"}]}"#, tool),
            (r#"{"tools":[],"TOOLS":[]}"#, "a key stands twice in an object"),
            (r#"{"model":["a","b"]}"#, "its model is no text"),
            (r#"{"model":{"name":"a"}}"#, "its model is no text"),
            (r#"{"model":null}"#, "its model is no text"),
            (r#"{"service_tier":"Priority"}"#, "it asks for a dearer class of service"),
            ("[]", no_object),
            ("{} {}", no_object),
            ("", no_object),
            ("{", no_object),
        ] {
            assert_eq!(checked(Api::Responses, body), Err(why.into()), "{body}");
        }
    }

    #[test]
    fn a_key_that_nobody_knows_is_refused_by_its_name() {
        for (api, key) in [
            (Api::Responses, "previous_response_id"),
            (Api::Responses, "conversation"),
            (Api::Responses, "background"),
            (Api::Responses, "messages"),
            (Api::Chat, "web_search_options"),
            (Api::Chat, "search_parameters"),
            (Api::Chat, "plugins"),
            (Api::Chat, "models"),
            (Api::Messages, "mcp_servers"),
            (Api::Messages, "Container"),
            (Api::Messages, "speed"),
            (Api::CountTokens, "mcp_servers"),
            (Api::Chat, "search_the_web_somehow"),
        ] {
            let refused = checked(api, &format!("{{\"model\":\"m\",\"{key}\":{{}}}}")).unwrap_err();
            assert!(refused.contains(&format!("`{key}`")), "{refused}");
        }
    }

    #[test]
    fn nothing_is_fetched_from_an_address() {
        for part in [
            r#"{"type":"input_file","file_url":"https://a.example/lib.rs"}"#,
            r#"{"type":"input_file","file_data":"https://a.example/lib.rs"}"#,
            r#"{"type":"input_file","file_data":"https:\\\\a.example/lib.rs"}"#,
            r#"{"type":"input_image","image_url":"https://a.example/a.png"}"#,
            r#"{"type":"image_url","image_url":{"url":" http://a.example"}}"#,
            r#"{"type":"video_url","video_url":{"url":"HTTPS://a.example"}}"#,
            r#"{"type":"video","video":["https://a.example"]}"#,
            r#"{"type":"input_audio","input_audio":{"data":"http://a.example"}}"#,
            r#"{"type":"document","source":{"url":"https://a.example","type":"url"}}"#,
        ] {
            for (api, list) in
                [(Api::Responses, "input"), (Api::Chat, "messages"), (Api::Messages, "messages")]
            {
                let refused = checked(api, &format!("{{\"{list}\":[{{\"content\":[{part}]}}]}}"));
                assert!(refused.is_err_and(|why| why.contains("from an address")), "{part}");
            }
        }
    }
}
