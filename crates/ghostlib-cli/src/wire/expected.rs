use ghostlib_model::{Expected, ExpectedError, Value};
use schemars::JsonSchema;
use serde::Serialize;

/// What a vector expects, as a vector file writes it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Expected")]
#[serde(untagged)]
pub(crate) enum ExpectedJson<'a> {
    Output {
        /// This value.
        output: &'a Value,
        /// How far each number in it may be off.
        #[serde(skip_serializing_if = "Option::is_none")]
        tolerance: Option<f64>,
        /// Whether its items may come in any order.
        #[serde(skip_serializing_if = "Option::is_none")]
        unordered: Option<bool>,
    },
    Error {
        /// `true` for any error, the text of the error, or its class and text.
        error: ErrorJson<'a>,
    },
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Error")]
#[serde(untagged)]
pub(crate) enum ErrorJson<'a> {
    Any(bool),
    Text(&'a str),
    Class {
        class: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
    },
}

impl<'a> From<&'a Expected> for ExpectedJson<'a> {
    fn from(expected: &'a Expected) -> Self {
        match expected {
            Expected::Output(output) => Self::Output {
                output: &output.value,
                tolerance: output.tolerance,
                unordered: output.unordered.then_some(true),
            },
            Expected::Error(ExpectedError { class, text }) => Self::Error {
                error: match (class.as_deref(), text.as_deref()) {
                    (None, None) => ErrorJson::Any(true),
                    (None, Some(text)) => ErrorJson::Text(text),
                    (Some(class), text) => ErrorJson::Class { class, text },
                },
            },
        }
    }
}
