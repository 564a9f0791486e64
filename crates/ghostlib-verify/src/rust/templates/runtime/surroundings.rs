//! What the library finds around it: calls that every driver has lay it out, and it is as before when a sequence ends.

use crate::json::{quote, Json};
use crate::serve::Reply;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path};

/// Makes the call of an operation that every driver has. An error says why it could not be made.
pub(crate) fn lay_out(operation: &str, input: &Json) -> Result<Reply, String> {
    match operation {
        "$file" => write_file(input),
        "$variable" => set_variable(input),
        _ => Err("this driver does not have the operation".to_owned()),
    }
}

fn write_file(input: &Json) -> Result<Reply, String> {
    let path = Path::new(text(input, "path")?);
    let is_inside = path.components().all(|part| matches!(part, Component::Normal(_)));
    if !is_inside || path.as_os_str().is_empty() {
        return Err("`path`: not a path below the working folder".to_owned());
    }
    let content = content(input.get("content"))?;
    let failed = |error: std::io::Error| format!("`path`: {error}");
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(path, content).map_err(failed)?;
    Ok(Reply::Ok("null".to_owned()))
}

fn content(value: Option<&Json>) -> Result<Vec<u8>, String> {
    match value {
        Some(Json::String(text)) => Ok(text.clone().into_bytes()),
        Some(value) => match value.get("bytes") {
            Some(Json::List(bytes)) => bytes.iter().map(byte).collect(),
            _ => Err("`content`: neither a text nor bytes".to_owned()),
        },
        None => Err("there is no value for `content`".to_owned()),
    }
}

fn byte(value: &Json) -> Result<u8, String> {
    let byte = if let Json::Number(number) = value { number.parse().ok() } else { None };
    byte.ok_or_else(|| "`content`: a byte is a number from 0 to 255".to_owned())
}

fn set_variable(input: &Json) -> Result<Reply, String> {
    let name = text(input, "name")?;
    if name.is_empty() || name.contains(['=', '\0']) {
        return Err("`name`: not a name of a variable".to_owned());
    }
    match input.get("value") {
        Some(Json::Null) => env::remove_var(name),
        _ if text(input, "value")?.contains('\0') => return Err("`value`: has a zero byte".to_owned()),
        _ => env::set_var(name, text(input, "value")?),
    }
    Ok(Reply::Ok("null".to_owned()))
}

fn text<'a>(input: &'a Json, name: &str) -> Result<&'a str, String> {
    match input.get(name) {
        Some(Json::String(text)) => Ok(text),
        Some(_) => Err(format!("`{name}`: not a text")),
        None => Err(format!("there is no value for `{name}`")),
    }
}

/// The environment as it is before each sequence.
pub(crate) struct Variables(Vec<(OsString, OsString)>);

impl Variables {
    pub(crate) fn now() -> Self {
        Self(env::vars_os().collect())
    }

    /// Makes them as they were. Each that was not so, with the value that it had, as pairs of JSON.
    pub(crate) fn restore(&self) -> Vec<String> {
        if env::vars_os().eq(self.0.iter().cloned()) {
            return Vec::new();
        }
        let mut told = Vec::new();
        let now: Vec<(OsString, OsString)> = env::vars_os().collect();
        for (name, value) in now.iter().filter(|one| !self.0.contains(one)) {
            told.push(format!("[{},{}]", text_or_bytes(name.as_bytes()), text_or_bytes(value.as_bytes())));
            env::remove_var(name);
        }
        for (name, value) in self.0.iter().filter(|one| !now.contains(one)) {
            if !now.iter().any(|(other, _)| other == name) {
                told.push(format!("[{},null]", text_or_bytes(name.as_bytes())));
            }
            env::set_var(name, value);
        }
        told.sort();
        told
    }
}

/// The JSON of what may be no Unicode.
pub(crate) fn text_or_bytes(bytes: &[u8]) -> String {
    let mut out = String::new();
    match std::str::from_utf8(bytes) {
        Ok(text) => quote(text, &mut out),
        Err(_) => {
            let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
            out = format!("{{\"bytes\":[{}]}}", numbers.join(","));
        }
    }
    out
}
