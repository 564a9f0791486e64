//! Holds values against JSON Schemas, as far as those of ghostlib go. A keyword that is not known here fails, so
//! that nothing is taken for checked that was not.

use regex::Regex;
use serde_json::Value;

/// Whether a value is what a schema describes.
pub(crate) fn accepts(schema: &Value, value: &Value) -> bool {
    Validator { root: schema }.accepts(schema, value)
}

struct Validator<'a> {
    root: &'a Value,
}

impl Validator<'_> {
    fn accepts(&self, schema: &Value, value: &Value) -> bool {
        let Some(keywords) = schema.as_object() else { return schema.as_bool().unwrap() };
        keywords.iter().all(|(keyword, argument)| self.holds(schema, keyword, argument, value))
    }

    fn holds(&self, schema: &Value, keyword: &str, argument: &Value, value: &Value) -> bool {
        let all = |argument: &Value| argument.as_array().unwrap().clone();
        match keyword {
            "$schema" | "$id" | "$defs" | "definitions" | "title" | "description" | "default" | "format" => {
                true
            }
            "$ref" => {
                let pointer = argument.as_str().unwrap().trim_start_matches('#');
                self.accepts(self.root.pointer(pointer).unwrap(), value)
            }
            "type" if argument.is_array() => all(argument).iter().any(|one| is_of_type(one, value)),
            "type" => is_of_type(argument, value),
            "const" => argument == value,
            "enum" => all(argument).contains(value),
            "anyOf" => all(argument).iter().any(|one| self.accepts(one, value)),
            "allOf" => all(argument).iter().all(|one| self.accepts(one, value)),
            "oneOf" => all(argument).iter().filter(|one| self.accepts(one, value)).count() == 1,
            "minimum" => value.as_f64().is_none_or(|n| n >= argument.as_f64().unwrap()),
            "exclusiveMinimum" => value.as_f64().is_none_or(|n| n > argument.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|n| n <= argument.as_f64().unwrap()),
            "minLength" => {
                value.as_str().is_none_or(|text| text.chars().count() as u64 >= argument.as_u64().unwrap())
            }
            "pattern" => {
                let pattern = Regex::new(argument.as_str().unwrap()).unwrap();
                value.as_str().is_none_or(|text| pattern.is_match(text))
            }
            "items" => {
                value.as_array().is_none_or(|items| items.iter().all(|item| self.accepts(argument, item)))
            }
            "minItems" => {
                value.as_array().is_none_or(|items| items.len() as u64 >= argument.as_u64().unwrap())
            }
            "maxItems" => {
                value.as_array().is_none_or(|items| items.len() as u64 <= argument.as_u64().unwrap())
            }
            "uniqueItems" => value
                .as_array()
                .is_none_or(|items| items.iter().enumerate().all(|(i, item)| !items[..i].contains(item))),
            "required" => {
                let has = |key: &Value| value.get(key.as_str().unwrap()).is_some();
                !value.is_object() || all(argument).iter().all(has)
            }
            "properties" => {
                let properties = argument.as_object().unwrap();
                properties
                    .iter()
                    .all(|(key, one)| value.get(key).is_none_or(|value| self.accepts(one, value)))
            }
            "additionalProperties" => {
                let is_known = |key: &String| schema["properties"].get(key).is_some();
                let mut others = value.as_object().into_iter().flatten().filter(|(key, _)| !is_known(key));
                others.all(|(_, value)| self.accepts(argument, value))
            }
            _ => panic!("the keyword {keyword} is not known here"),
        }
    }
}

fn is_of_type(name: &Value, value: &Value) -> bool {
    match name.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the type {other} is not known here"),
    }
}
