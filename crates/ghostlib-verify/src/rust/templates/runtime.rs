//! The part of a Rust driver that is the same for every library: it reads calls, makes them, and writes
//! answers, one JSON line each. It uses the standard library alone, so that it builds offline and shares
//! nothing with the library under test.
#![allow(dead_code, clippy::all)]

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt::{Debug, Display, Write as _};
use std::io::{BufRead, Write as _};
use std::panic::{self, AssertUnwindSafe};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// A JSON value. Numbers keep their text, so that no digit is lost.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(String),
    String(String),
    List(Vec<Json>),
    Map(BTreeMap<String, Json>),
}

/// What an operation came back with, as the value of one key of the answer.
pub enum Reply {
    Ok(String),
    Error(String),
}

pub type Operation = fn(&Json) -> Result<Reply, String>;

thread_local! {
    static PANIC_MESSAGE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Reads a line with a nonce, then calls until the input ends. Each answer is a line that begins with the
/// nonce, so that what the library itself prints is not taken for one.
pub fn serve(operations: &[(&str, Operation)]) {
    panic::set_hook(Box::new(|info| {
        let message = info.payload();
        let text = message
            .downcast_ref::<&str>()
            .map(|s| (*s).to_owned())
            .or_else(|| message.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a value that is no text".to_owned());
        PANIC_MESSAGE.with(|slot| *slot.borrow_mut() = text);
    }));
    let mut lines = std::io::stdin().lock().lines();
    let nonce = match lines.next() {
        Some(Ok(line)) => line,
        _ => return,
    };
    for line in lines.map_while(Result::ok) {
        let answer = answer_line(operations, &line);
        let mut out = std::io::stdout().lock();
        if writeln!(out, "\n{nonce} {answer}").and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}

fn answer_line(operations: &[(&str, Operation)], line: &str) -> String {
    let call = match parse(line) {
        Ok(Json::Map(call)) => call,
        _ => return field("not-run", &quoted("the call is not a JSON map")),
    };
    let (Some(Json::String(name)), Some(input)) = (call.get("operation"), call.get("input")) else {
        return field("not-run", &quoted("the call names no operation or has no input"));
    };
    let Some((_, operation)) = operations.iter().find(|(known, _)| known == name) else {
        return field("not-run", &quoted("this driver does not have the operation"));
    };
    match panic::catch_unwind(AssertUnwindSafe(|| operation(input))) {
        Ok(Ok(Reply::Ok(value))) => field("ok", &value),
        Ok(Ok(Reply::Error(text))) => field("error", &quoted(&text)),
        Ok(Err(reason)) => field("not-run", &quoted(&reason)),
        Err(_) => field("panic", &PANIC_MESSAGE.with(|slot| quoted(&slot.borrow()))),
    }
}

fn field(key: &str, value: &str) -> String {
    format!("{{{}:{value}}}", quoted(key))
}

/// The parameter `name` of a call. An operation with one parameter also takes the input itself for it, or
/// the only entry of a map whatever its key.
pub fn param<T: FromJson>(input: &Json, name: &str, n_params: usize) -> Result<T, String> {
    let value = match input {
        Json::Map(map) => match map.get(name) {
            Some(value) => value,
            None if n_params == 1 && map.len() == 1 => map.values().next().unwrap_or(input),
            None if n_params == 1 => input,
            None => &Json::Null,
        },
        _ if n_params == 1 => input,
        _ => return Err(format!("the input is no map, and the operation has {n_params} parameters")),
    };
    T::from_json(value).ok_or_else(|| {
        format!("parameter `{name}` does not fit {}: {}", std::any::type_name::<T>(), value.to_text())
    })
}

/// A type that a call's input can be turned into.
pub trait FromJson: Sized {
    fn from_json(json: &Json) -> Option<Self>;
}

macro_rules! numbers_from_json {
    ($($ty:ty)*) => {$(
        impl FromJson for $ty {
            fn from_json(json: &Json) -> Option<Self> {
                match json {
                    Json::Number(text) => text.parse().ok(),
                    _ => None,
                }
            }
        }
    )*};
}
numbers_from_json!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64);

impl FromJson for bool {
    fn from_json(json: &Json) -> Option<Self> {
        match json {
            Json::Bool(value) => Some(*value),
            _ => None,
        }
    }
}

impl FromJson for String {
    fn from_json(json: &Json) -> Option<Self> {
        match json {
            Json::String(text) => Some(text.clone()),
            _ => None,
        }
    }
}

impl FromJson for char {
    fn from_json(json: &Json) -> Option<Self> {
        let Json::String(text) = json else { return None };
        let mut chars = text.chars();
        chars.next().filter(|_| chars.next().is_none())
    }
}

impl FromJson for () {
    fn from_json(json: &Json) -> Option<Self> {
        (*json == Json::Null).then_some(())
    }
}

impl FromJson for Duration {
    fn from_json(json: &Json) -> Option<Self> {
        let Json::Map(map) = json else { return None };
        let part = |key| map.get(key).map_or(Some(0), u64::from_json);
        Some(Duration::new(part("secs")?, part("nanos")?.try_into().ok()?))
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(json: &Json) -> Option<Self> {
        match json {
            Json::Null => Some(None),
            _ => T::from_json(json).map(Some),
        }
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: &Json) -> Option<Self> {
        match json {
            Json::List(items) => items.iter().map(T::from_json).collect(),
            _ => None,
        }
    }
}

/// Bytes: a list of numbers, or a string for its UTF-8.
pub struct Bytes(pub Vec<u8>);

impl FromJson for Bytes {
    fn from_json(json: &Json) -> Option<Self> {
        match json {
            Json::String(text) => Some(Self(text.clone().into_bytes())),
            _ => Vec::from_json(json).map(Self),
        }
    }
}

macro_rules! tuples_from_json {
    ($($n:literal: $($name:ident $at:tt)*;)*) => {$(
        impl<$($name: FromJson),*> FromJson for ($($name,)*) {
            fn from_json(json: &Json) -> Option<Self> {
                match json {
                    Json::List(items) if items.len() == $n => Some(($($name::from_json(&items[$at])?,)*)),
                    _ => None,
                }
            }
        }
        impl<$($name: Canon),*> Canon for ($($name,)*) {
            fn canon(&self) -> String {
                list([$(self.$at.canon()),*].into_iter())
            }
        }
    )*};
}
tuples_from_json! { 1: A 0; 2: A 0 B 1; 3: A 0 B 1 C 2; 4: A 0 B 1 C 2 D 3; }

/// A type with one canonical JSON text a value.
pub trait Canon {
    fn canon(&self) -> String;
}

macro_rules! canon_by_display {
    ($($ty:ty)*) => {$(
        impl Canon for $ty {
            fn canon(&self) -> String {
                self.to_string()
            }
        }
    )*};
}
canon_by_display!(bool u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

macro_rules! canon_of_wide {
    ($($ty:ty => $narrow:ty)*) => {$(
        impl Canon for $ty {
            fn canon(&self) -> String {
                match <$narrow>::try_from(*self) {
                    Ok(narrow) => narrow.to_string(),
                    Err(_) => field("int", &quoted(&self.to_string())),
                }
            }
        }
    )*};
}
canon_of_wide!(u128 => u64 i128 => i64);

macro_rules! canon_of_floats {
    ($($ty:ty)*) => {$(
        impl Canon for $ty {
            fn canon(&self) -> String {
                if self.is_finite() { format!("{self:?}") } else { field("float", &quoted(&self.to_string())) }
            }
        }
    )*};
}
canon_of_floats!(f32 f64);

macro_rules! canon_of_text {
    ($($ty:ty)*) => {$(
        impl Canon for $ty {
            fn canon(&self) -> String {
                quoted(&self.to_string())
            }
        }
    )*};
}
canon_of_text!(str String char Cow<'_, str>);

impl Canon for () {
    fn canon(&self) -> String {
        "null".to_owned()
    }
}

impl Canon for Duration {
    fn canon(&self) -> String {
        format!("{{\"secs\":{},\"nanos\":{}}}", self.as_secs(), self.subsec_nanos())
    }
}

impl<T: Canon> Canon for Option<T> {
    fn canon(&self) -> String {
        self.as_ref().map_or_else(|| "null".to_owned(), T::canon)
    }
}

macro_rules! canon_through_reference {
    ($($ty:ty)*) => {$(
        impl<T: Canon + ?Sized> Canon for $ty {
            fn canon(&self) -> String {
                (**self).canon()
            }
        }
    )*};
}
canon_through_reference!(&T &mut T Box<T> Rc<T> Arc<T>);

macro_rules! canon_of_sequences {
    ($($ty:ty)*) => {$(
        impl<T: Canon> Canon for $ty {
            fn canon(&self) -> String {
                list(self.iter().map(T::canon))
            }
        }
    )*};
}
canon_of_sequences!([T] Vec<T> VecDeque<T> BTreeSet<T>);

impl<T: Canon, const N: usize> Canon for [T; N] {
    fn canon(&self) -> String {
        self.as_slice().canon()
    }
}

impl<T: Canon> Canon for HashSet<T> {
    fn canon(&self) -> String {
        let mut items: Vec<_> = self.iter().map(T::canon).collect();
        items.sort();
        list(items.into_iter())
    }
}

macro_rules! canon_of_maps {
    ($($ty:ty)*) => {$(
        impl<K: Canon, V: Canon> Canon for $ty {
            fn canon(&self) -> String {
                let mut entries: Vec<_> = self.iter().map(|(k, v)| list([k.canon(), v.canon()].into_iter())).collect();
                entries.sort();
                list(entries.into_iter())
            }
        }
    )*};
}
canon_of_maps!(HashMap<K, V> BTreeMap<K, V>);

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

/// Chooses, by method resolution, how a value of a known type is written: as itself, by Display, or by
/// Debug; and whether it is a `Result`. The implementation with the most references in front is tried first.
pub struct Wrap<'a, T: ?Sized>(pub &'a T);

pub trait ResultSides<'a, T, E> {
    fn sides(&self) -> Result<&'a T, &'a E>;
}
impl<'a, T, E> ResultSides<'a, T, E> for Wrap<'a, Result<T, E>> {
    fn sides(&self) -> Result<&'a T, &'a E> {
        self.0.as_ref()
    }
}

pub trait NoResult<'a, T> {
    fn sides(&self) -> Result<&'a T, &'a std::convert::Infallible>;
}
impl<'a, T> NoResult<'a, T> for &Wrap<'a, T> {
    fn sides(&self) -> Result<&'a T, &'a std::convert::Infallible> {
        Ok(self.0)
    }
}

pub trait ByCanon {
    fn text(&self) -> String;
}
impl<T: Canon + ?Sized> ByCanon for &&Wrap<'_, T> {
    fn text(&self) -> String {
        self.0.canon()
    }
}

pub trait ByDisplay {
    fn text(&self) -> String;
}
impl<T: Display + ?Sized> ByDisplay for &Wrap<'_, T> {
    fn text(&self) -> String {
        field("display", &quoted(&self.0.to_string()))
    }
}

pub trait ByDebug {
    fn text(&self) -> String;
}
impl<T: Debug + ?Sized> ByDebug for Wrap<'_, T> {
    fn text(&self) -> String {
        field("debug", &quoted(&format!("{:?}", self.0)))
    }
}

pub trait ErrorByDisplay {
    fn error_text(&self) -> String;
}
impl<T: Display + ?Sized> ErrorByDisplay for &Wrap<'_, T> {
    fn error_text(&self) -> String {
        self.0.to_string()
    }
}

pub trait ErrorByDebug {
    fn error_text(&self) -> String;
}
impl<T: Debug + ?Sized> ErrorByDebug for Wrap<'_, T> {
    fn error_text(&self) -> String {
        format!("{:?}", self.0)
    }
}

/// The reply for whatever an expression evaluates to.
#[macro_export]
macro_rules! reply {
    ($value:expr) => {
        match $value {
            value => match (&Wrap(&value)).sides() {
                Ok(value) => Reply::Ok((&&&Wrap(value)).text()),
                Err(error) => Reply::Error((&&Wrap(error)).error_text()),
            },
        }
    };
}

/// A JSON string.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if (c as u32) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

impl Json {
    fn to_text(&self) -> String {
        match self {
            Json::Null => "null".to_owned(),
            Json::Bool(value) => value.to_string(),
            Json::Number(text) => text.clone(),
            Json::String(text) => quoted(text),
            Json::List(items) => list(items.iter().map(Json::to_text)),
            Json::Map(map) => {
                let entries: Vec<_> = map.iter().map(|(k, v)| format!("{}:{}", quoted(k), v.to_text())).collect();
                format!("{{{}}}", entries.join(","))
            }
        }
    }
}

const MAX_DEPTH: usize = 100;

/// Parses one JSON text.
fn parse(text: &str) -> Result<Json, String> {
    let mut parser = Parser { rest: text };
    let value = parser.value(0)?;
    parser.skip_space();
    if parser.rest.is_empty() { Ok(value) } else { Err("text after the value".to_owned()) }
}

struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    fn eat(&mut self, token: &str) -> bool {
        self.skip_space();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self, depth: usize) -> Result<Json, String> {
        if depth > MAX_DEPTH {
            return Err("nested too deeply".to_owned());
        }
        if self.eat("null") {
            Ok(Json::Null)
        } else if self.eat("true") {
            Ok(Json::Bool(true))
        } else if self.eat("false") {
            Ok(Json::Bool(false))
        } else if self.eat("\"") {
            self.string().map(Json::String)
        } else if self.eat("[") {
            self.list(depth)
        } else if self.eat("{") {
            self.map(depth)
        } else {
            self.number()
        }
    }

    fn list(&mut self, depth: usize) -> Result<Json, String> {
        let mut items = Vec::new();
        if self.eat("]") {
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.eat("]") {
                return Ok(Json::List(items));
            }
            if !self.eat(",") {
                return Err("a list without its end".to_owned());
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Json, String> {
        let mut map = BTreeMap::new();
        if self.eat("}") {
            return Ok(Json::Map(map));
        }
        loop {
            if !self.eat("\"") {
                return Err("a key that is no string".to_owned());
            }
            let key = self.string()?;
            if !self.eat(":") {
                return Err("a key without its value".to_owned());
            }
            map.insert(key, self.value(depth + 1)?);
            if self.eat("}") {
                return Ok(Json::Map(map));
            }
            if !self.eat(",") {
                return Err("a map without its end".to_owned());
            }
        }
    }

    fn number(&mut self) -> Result<Json, String> {
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c)).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        text.parse::<f64>().map(|_| Json::Number(text.to_owned())).map_err(|_| format!("not a value: {text}"))
    }

    /// The string whose opening quote has been read.
    fn string(&mut self) -> Result<String, String> {
        let mut out = String::new();
        let mut chars = self.rest.chars();
        loop {
            match chars.next().ok_or("a string without its end")? {
                '"' => break,
                '\\' => out.push(escaped(&mut chars)?),
                c => out.push(c),
            }
        }
        self.rest = chars.as_str();
        Ok(out)
    }
}

fn escaped(chars: &mut std::str::Chars<'_>) -> Result<char, String> {
    Ok(match chars.next().ok_or("an escape without its end")? {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'u' => {
            let high = hex4(chars)?;
            let code = if (0xd800..0xdc00).contains(&high) {
                let low = chars.next().zip(chars.next()).ok_or("half a surrogate pair").and_then(|pair| {
                    if pair == ('\\', 'u') { Ok(()) } else { Err("half a surrogate pair") }
                });
                low?;
                0x10000 + ((high - 0xd800) << 10) + (hex4(chars)?.wrapping_sub(0xdc00) & 0x3ff)
            } else {
                high
            };
            char::from_u32(code).ok_or("a lone surrogate")?
        }
        c => c,
    })
}

fn hex4(chars: &mut std::str::Chars<'_>) -> Result<u32, String> {
    let text: String = chars.by_ref().take(4).collect();
    u32::from_str_radix(&text, 16).map_err(|_| "a broken \\u escape".to_owned())
}
