//! What a spec says of one operation in its headings, API blocks and vectors.

use super::call::Argument;
use super::literal;
use crate::operations::Parameter;
use ghostlib_model::{Expected, Place, Value, Vector};
use serde_json::Map;
use std::collections::BTreeMap;

/// An operation with all that calls it.
#[derive(Debug)]
pub(super) struct Callee<'a> {
    pub(super) name: &'a str,
    /// How it is declared; several times where it is overloaded.
    pub(super) signatures: Vec<Signature>,
    pub(super) vectors: Vec<&'a Vector>,
    /// The parameters in their order, as far as they are known.
    parameters: Vec<Parameter>,
    by_input: BTreeMap<String, &'a Vector>,
}

/// One declaration of an operation.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    pub(super) parameters: Vec<Parameter>,
    pub(super) place: Place,
    /// The language of the API block; a heading is for all.
    pub(super) language: Option<String>,
    /// Whether it says that the operation can fail.
    pub(super) is_fallible: bool,
}

impl Signature {
    /// How many arguments a call may have.
    pub(super) fn arity(&self) -> (usize, usize) {
        let is_required = |parameter: &&Parameter| !parameter.is_optional && !is_options(&parameter.name);
        let n_required = self.parameters.iter().filter(is_required).count();
        let is_variadic = self.parameters.iter().any(|parameter| is_variadic(&parameter.name));
        (
            n_required - usize::from(is_variadic && n_required > 0),
            if is_variadic { usize::MAX } else { self.parameters.len() },
        )
    }

    /// Whether some languages may hand over its options by name.
    pub(super) fn takes_options(&self) -> bool {
        self.parameters.iter().any(|parameter| is_options(&parameter.name))
    }
}

/// An input by the names of its parameters.
pub(super) type Inputs = BTreeMap<String, Value>;

impl<'a> Callee<'a> {
    pub(super) fn new(name: &'a str, signatures: Vec<Signature>, vectors: Vec<&'a Vector>) -> Self {
        let parameters = match signatures.as_slice() {
            [] => only_key(&vectors).into_iter().map(|name| Parameter { name, is_optional: false }).collect(),
            [signature] => signature.parameters.clone(),
            _ => Vec::new(),
        };
        let mut callee = Self { name, signatures, vectors, parameters, by_input: BTreeMap::new() };
        for vector in &callee.vectors {
            let key = key_of(&callee.inputs(&vector.input));
            callee.by_input.entry(key).or_insert(vector);
        }
        callee
    }

    /// The first vector with an input.
    pub(super) fn vector(&self, inputs: &Inputs) -> Option<&'a Vector> {
        self.by_input.get(&key_of(inputs)).copied()
    }

    /// The only parameter that a call must give.
    pub(super) fn only_required(&self) -> Option<&str> {
        let mut required = self.parameters.iter().filter(|parameter| !parameter.is_optional);
        let first = required.next()?;
        required.next().is_none().then_some(first.name.as_str())
    }

    /// A vector's input by the names of the parameters.
    pub(super) fn inputs(&self, input: &Value) -> Inputs {
        let n_required = self.parameters.iter().filter(|parameter| !parameter.is_optional).count();
        match input {
            Value::Object(map)
                if self.parameters.is_empty() || map.keys().all(|key| self.parameter(key).is_some()) =>
            {
                self.normal(map.iter().map(|(key, value)| (key.clone(), value.clone())))
            }
            Value::Array(list)
                if n_required > 1 && (n_required..=self.parameters.len()).contains(&list.len()) =>
            {
                let names = self.parameters.iter().map(|parameter| parameter.name.clone());
                self.normal(names.zip(list.iter().cloned()))
            }
            other => {
                let name =
                    self.parameters.first().map(|parameter| parameter.name.clone()).unwrap_or_default();
                self.normal(std::iter::once((name, other.clone())))
            }
        }
    }

    /// A call's input; `None` if an argument is no literal, or which parameter it is for is not known.
    pub(super) fn inputs_of_call(&self, arguments: &[Argument]) -> Option<Inputs> {
        let mut inputs = Vec::new();
        let mut options = Map::new();
        for (i, argument) in arguments.iter().enumerate() {
            let value = argument.value.clone()?;
            match argument.name {
                None => inputs.push((self.parameters.get(i)?.name.clone(), value)),
                Some(name) => match self.parameter(name) {
                    Some(parameter) => inputs.push((parameter.name.clone(), value)),
                    None => {
                        options.insert(name.to_owned(), value);
                    }
                },
            }
        }
        if !options.is_empty() {
            let parameter = self.parameters.iter().find(|parameter| is_options(&parameter.name))?;
            inputs.push((parameter.name.clone(), Value::Object(options)));
        }
        let has = |parameter: &Parameter| inputs.iter().any(|(name, _)| *name == parameter.name);
        let is_whole = self.parameters.iter().all(|parameter| parameter.is_optional || has(parameter));
        is_whole.then(|| self.normal(inputs.into_iter()))
    }

    /// The parameter of that name, as inputs have it.
    pub(super) fn parameter_named(&self, name: &str) -> Option<String> {
        self.parameter(name).map(|parameter| snake(&parameter.name))
    }

    fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| snake(&parameter.name) == snake(name))
    }

    /// Numbers of one kind; nothing that is as good as left out.
    fn normal(&self, inputs: impl Iterator<Item = (String, Value)>) -> Inputs {
        let is_given =
            |value: &Value| !value.is_null() && value.as_object().is_none_or(|map| !map.is_empty());
        let is_optional = |name: &str| self.parameter(name).is_some_and(|parameter| parameter.is_optional);
        let inputs = inputs.filter(|(name, value)| is_given(value) || !is_optional(name));
        let normal = inputs.map(|(name, value)| {
            let value = if is_options(&name) { with_snake_keys(value) } else { value };
            (snake(&name), normal_value(value))
        });
        normal.collect()
    }

    /// Whether something in the spec says that the operation can fail.
    pub(super) fn is_fallible(&self) -> bool {
        self.signatures.iter().any(|signature| signature.is_fallible)
            || self.vectors.iter().any(|vector| !matches!(vector.expected, Expected::Output(_)))
    }
}

/// Whether parameters are declared: `slugify()` is a title, `f(…)` says nothing, and `f(0)` is a call.
pub(super) fn is_declared(parameters: &[Parameter]) -> bool {
    let is_name = |name: &str| is_variadic(name) || !literal::identifier(name).is_empty();
    parameters.iter().any(|parameter| !is_variadic(&parameter.name))
        && parameters.iter().all(|parameter| is_name(&parameter.name))
}

/// The parameters in the brackets of a heading that is no declaration as a whole.
pub(super) fn in_heading(heading: &str) -> Option<Vec<Parameter>> {
    let (_, list) = heading.split_once('(')?;
    let (list, _) = list.rsplit_once(')')?;
    let names = list.split(',').filter_map(parameter);
    Some(with_brackets(&names.collect::<Vec<_>>(), heading))
}

/// The parameters of a heading, those behind its first bracket optional: `fill(value[, offset[, end]])`.
pub(super) fn with_brackets(parameters: &[Parameter], heading: &str) -> Vec<Parameter> {
    let list = heading.split_once('(').map_or("", |(_, list)| list);
    let n_before =
        list.split_once('[').map(|(before, _)| before.trim_end().trim_end_matches(',').split(',').count());
    let is_first = list.starts_with('[');
    let n_required = if is_first { Some(0) } else { n_before };
    let mark = |(at, parameter): (usize, &Parameter)| Parameter {
        name: parameter.name.clone(),
        is_optional: parameter.is_optional || n_required.is_some_and(|n_required| at >= n_required),
    };
    parameters.iter().enumerate().map(mark).collect()
}

/// The one key that all inputs of some vectors have.
fn only_key(vectors: &[&Vector]) -> Option<String> {
    let key = |vector: &&Vector| match &vector.input {
        Value::Object(map) if map.len() == 1 => map.keys().next().cloned(),
        Value::Object(_) => None,
        _ => Some(String::new()),
    };
    let first = key(vectors.first()?)?;
    vectors.iter().all(|vector| key(vector).as_ref() == Some(&first)).then_some(first)
}

pub(super) fn is_options(name: &str) -> bool {
    matches!(
        snake(name).as_str(),
        "options" | "opts" | "option" | "config" | "settings" | "kwargs" | "params" | "flags"
    )
}

pub(super) fn is_variadic(name: &str) -> bool {
    name.starts_with("...") || name.starts_with('…') || name.starts_with('*') || name.ends_with("...")
}

fn key_of(inputs: &Inputs) -> String {
    let inputs: Vec<_> = inputs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    inputs.join(";")
}

fn with_snake_keys(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            Value::Object(map.into_iter().map(|(key, value)| (snake(&key), value)).collect())
        }
        other => other,
    }
}

/// The value with whole numbers as integers and keys in order.
pub(super) fn normal_value(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(whole(&number).unwrap_or(number)),
        Value::Array(list) => Value::Array(list.into_iter().map(normal_value).collect()),
        Value::Object(map) => {
            let mut entries: Vec<_> =
                map.into_iter().map(|(key, value)| (key, normal_value(value))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries.into_iter().collect())
        }
        other => other,
    }
}

fn whole(number: &serde_json::Number) -> Option<serde_json::Number> {
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    let float = number.as_f64().filter(|_| number.is_f64())?;
    (float.fract() == 0.0 && float.abs() <= LARGEST).then(|| {
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and small enough")]
        let integer = float as i64;
        integer.into()
    })
}

/// A name as `snake_case`: `parseDuration` and `parse-duration` are `parse_duration`.
pub(super) fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 2);
    let mut was_lower = false;
    for c in name.chars() {
        if c.is_uppercase() {
            if was_lower {
                snake.push('_');
            }
            snake.extend(c.to_lowercase());
        } else {
            snake.push(if c == '-' { '_' } else { c });
        }
        was_lower = c.is_lowercase() || c.is_ascii_digit();
    }
    snake
}

/// The functions that the code of an API block declares, with their parameters.
pub(super) fn declared(code: &str) -> Vec<(&str, Vec<Parameter>, bool)> {
    let mut functions = Vec::new();
    for (open, _) in code.match_indices('(') {
        let before = code[..open].trim_end();
        // `fn f<T>(…)`
        let before = match before.strip_suffix('>') {
            Some(generics) => generics.rsplit_once('<').map_or("", |(before, _)| before),
            None => before,
        };
        let start = before.rfind(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(0, |at| at + 1);
        let name = before.get(start..).unwrap_or_default();
        let keyword =
            before.get(..start).unwrap_or_default().split_whitespace().next_back().unwrap_or_default();
        if name.is_empty() || !matches!(keyword, "fn" | "def" | "func" | "function") {
            continue;
        }
        let Some((parts, end)) = parts(&code[open..]) else { continue };
        let parameters = parts.into_iter().filter_map(parameter).collect();
        let line = code[open + end..].split(['\n', ';', '{']).next().unwrap_or_default();
        let is_fallible = line.contains("Result") || line.contains("error");
        functions.push((name, parameters, is_fallible));
    }
    functions
}

/// The parts between commas of a bracket, and the length up to its end.
fn parts(code: &str) -> Option<(Vec<&str>, usize)> {
    let mut n_open = 0_usize;
    let (mut parts, mut start) = (Vec::new(), 1);
    for (at, c) in code.char_indices().take(2000) {
        match c {
            '(' | '[' | '{' | '<' => n_open += 1,
            // The end of an arrow.
            '>' if code[..at].ends_with('-') || code[..at].ends_with('=') => {}
            ')' | ']' | '}' | '>' => {
                n_open = n_open.checked_sub(1)?;
                if n_open == 0 {
                    parts.push(&code[start..at]);
                    return Some((parts, at + 1));
                }
            }
            ',' if n_open == 1 => {
                parts.push(&code[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    None
}

fn parameter(source: &str) -> Option<Parameter> {
    let source = source.trim();
    let head = source.split([':', '=']).next().unwrap_or_default().trim();
    let head = head.trim_start_matches("mut ");
    let is_receiver =
        matches!(head.trim_start_matches('&').trim_start_matches("mut ").trim(), "self" | "this");
    if source.is_empty() || is_receiver || head == "/" || head == "*" {
        return None;
    }
    let name = if is_variadic(head) { head } else { literal::identifier(head) };
    let is_optional = head.ends_with('?') || source.contains('=') || source.contains("Option<");
    Some(Parameter { name: name.to_owned(), is_optional })
}
