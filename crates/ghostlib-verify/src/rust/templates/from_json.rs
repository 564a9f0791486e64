//! Arguments, out of a call's input.

use ghostlib_runtime::{Json, Kept, Values};
use std::cell::RefCell;
use std::collections::*;
use std::ffi::OsString;
use std::hash::Hash;
use std::ops::Bound;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The parameter `name` of a call. An operation with one parameter also takes the input itself for it, or the only
/// entry of a map whatever its key.
pub fn argument<'j>(input: &'j Json, name: &str, n_params: usize) -> Result<&'j Json, String> {
    match input {
        Json::Map(map) => Ok(match map.get(name) {
            Some(value) => value,
            None if n_params == 1 => match map.iter().next() {
                Some((key, value)) if map.len() == 1 && !MARKS.contains(&key.as_str()) => value,
                _ => input,
            },
            None => &Json::Null,
        }),
        _ if n_params == 1 => Ok(input),
        _ => Err(format!("the input is no map, and the operation has {n_params} parameters")),
    }
}

/// Keys by which an object is a value, and not a value by name.
const MARKS: [&str; 11] =
    ["$", "bytes", "display", "error", "fields", "float", "int", "ok", "returns", "since_epoch", "some"];

/// A parameter that is made from its JSON.
pub fn param<T: FromJson>(input: &Json, name: &str, n_params: usize) -> Result<T, String> {
    let value = argument(input, name, n_params)?;
    T::from_json(value).ok_or_else(|| {
        format!("parameter `{name}` does not fit {}: {}", std::any::type_name::<T>(), value.to_text())
    })
}

/// A parameter that an earlier call returned.
pub fn kept<T: 'static>(values: &Values, input: &Json, name: &str, n_params: usize) -> Result<Rc<Kept<T>>, String> {
    values.find(argument(input, name, n_params)?)
}

/// A parameter that is a list of copies of what earlier calls returned; one of them, or none, where one may be left out.
pub fn kept_list<T: Clone + 'static>(
    values: &Values,
    input: &Json,
    name: &str,
    n_params: usize,
) -> Result<Vec<T>, String> {
    let one = |json: &Json| Ok(values.find::<T>(json)?.shared()?.clone());
    match argument(input, name, n_params)? {
        Json::Null => Ok(Vec::new()),
        Json::List(items) => items.iter().map(one).collect(),
        json => Ok(vec![one(json)?]),
    }
}

/// A text that lives for ever, for what borrows from it.
pub fn leaked(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// Whether equal values have equal hashes.
pub fn hash_agrees<T: Hash + PartialEq>(one: &T, other: &T) -> bool {
    use std::hash::{DefaultHasher, Hasher};
    let hash = |value: &T| {
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        hasher.finish()
    };
    one != other || hash(one) == hash(other)
}

/// What an error says of its cause.
pub fn source_text(error: &dyn std::error::Error) -> Option<String> {
    error.source().map(ToString::to_string)
}

/// What a value says of itself in every form that a format string can ask for, one a line.
pub fn padded<T: std::fmt::Display>(value: &T, width: u8) -> String {
    let width = usize::from(width);
    [
        format!("{value:width$}"),
        format!("{value:>width$}"),
        format!("{value:-^width$}"),
        format!("{value:0width$}"),
        format!("{value:.width$}"),
        format!("{value:+}"),
        format!("{value:#}"),
    ]
    .join("\n")
}

/// A parameter that is a function: what it returns, in turn, and what it was called with.
pub struct Function<R> {
    returns: Vec<R>,
    calls: RefCell<Vec<String>>,
    n_calls: std::cell::Cell<usize>,
}

/// More calls of one function are not told.
const MAX_CALLS: usize = 64;

pub fn function<R: FromJson + Clone>(input: &Json, name: &str, n_params: usize) -> Result<Function<R>, String> {
    let value = argument(input, name, n_params)?;
    let returns = value.get("returns").and_then(Vec::from_json).filter(|returns: &Vec<R>| !returns.is_empty());
    let returns = returns.ok_or_else(|| format!("parameter `{name}` is no function: {}", value.to_text()))?;
    Ok(Function { returns, calls: RefCell::default(), n_calls: std::cell::Cell::new(0) })
}

impl<R: Clone> Function<R> {
    /// Calls it with arguments that are told already.
    pub fn call(&self, arguments: String) -> R {
        let n = self.n_calls.get();
        self.n_calls.set(n + 1);
        if n < MAX_CALLS {
            self.calls.borrow_mut().push(arguments);
        }
        self.returns[n % self.returns.len()].clone()
    }

    /// The arguments of its calls.
    pub fn told(&self) -> String {
        format!("[{}]", self.calls.borrow().join(","))
    }
}

/// A type that a call's input can be turned into.
pub trait FromJson: Sized {
    fn from_json(json: &Json) -> Option<Self>;
}

macro_rules! integers {
    ($($ty:ty)*) => {$(
        impl FromJson for $ty {
            fn from_json(json: &Json) -> Option<Self> {
                match json {
                    Json::Number(text) => text.parse().ok(),
                    Json::Map(_) => match json.get("int") {
                        Some(Json::String(text)) => text.parse().ok(),
                        _ => None,
                    },
                    _ => None,
                }
            }
        }
    )*};
}
integers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

macro_rules! floats {
    ($($ty:ty)*) => {$(
        impl FromJson for $ty {
            fn from_json(json: &Json) -> Option<Self> {
                match json {
                    Json::Number(text) => text.parse().ok(),
                    Json::Map(_) => match json.get("float") {
                        Some(Json::String(text)) if ["nan", "inf", "-inf", "-0"].contains(&text.as_str()) => {
                            text.parse().ok()
                        }
                        _ => None,
                    },
                    _ => None,
                }
            }
        }
    )*};
}
floats!(f32 f64);

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

impl FromJson for OsString {
    fn from_json(json: &Json) -> Option<Self> {
        match json {
            Json::String(text) => Some(text.into()),
            _ => Vec::from_json(json.get("bytes")?).map(Self::from_vec),
        }
    }
}

impl FromJson for PathBuf {
    fn from_json(json: &Json) -> Option<Self> {
        OsString::from_json(json).map(Self::from)
    }
}

impl FromJson for Duration {
    fn from_json(json: &Json) -> Option<Self> {
        let Json::Map(map) = json else { return None };
        let part = |key| map.get(key).map_or(Some(0), u64::from_json);
        let nanos = u32::try_from(part("nanos")?).ok().filter(|nanos| *nanos < 1_000_000_000)?;
        Some(Self::new(part("secs")?, nanos))
    }
}

impl FromJson for SystemTime {
    fn from_json(json: &Json) -> Option<Self> {
        let since = json.get("since_epoch")?;
        let negative = |key: &str| Some(i64::from_json(since.get(key)?)?.unsigned_abs());
        match Duration::from_json(since) {
            Some(after) => Self::UNIX_EPOCH.checked_add(after),
            None => {
                let before = Duration::new(negative("secs")?, negative("nanos")?.try_into().ok()?);
                Self::UNIX_EPOCH.checked_sub(before)
            }
        }
    }
}

impl FromJson for std::cmp::Ordering {
    fn from_json(json: &Json) -> Option<Self> {
        match json {
            Json::String(text) if text == "less" => Some(Self::Less),
            Json::String(text) if text == "equal" => Some(Self::Equal),
            Json::String(text) if text == "greater" => Some(Self::Greater),
            _ => None,
        }
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(json: &Json) -> Option<Self> {
        match json {
            Json::Null => Some(None),
            Json::Map(map) if map.len() == 1 && map.contains_key("some") => T::from_json(&map["some"]).map(Some),
            _ => T::from_json(json).map(Some),
        }
    }
}

impl<T: FromJson, E: FromJson> FromJson for Result<T, E> {
    fn from_json(json: &Json) -> Option<Self> {
        match (json.get("ok"), json.get("error")) {
            (Some(value), _) => T::from_json(value).map(Ok),
            (None, Some(error)) => E::from_json(error).map(Err),
            (None, None) => None,
        }
    }
}

fn items<T: FromJson, C: FromIterator<T>>(json: &Json) -> Option<C> {
    match json {
        Json::List(items) => items.iter().map(T::from_json).collect(),
        _ => None,
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: &Json) -> Option<Self> {
        items(json)
    }
}

impl<T: FromJson> FromJson for VecDeque<T> {
    fn from_json(json: &Json) -> Option<Self> {
        items(json)
    }
}

impl<T: FromJson + Ord> FromJson for BTreeSet<T> {
    fn from_json(json: &Json) -> Option<Self> {
        items(json)
    }
}

impl<T: FromJson + Eq + Hash> FromJson for HashSet<T> {
    fn from_json(json: &Json) -> Option<Self> {
        items(json)
    }
}

impl<K: FromJson + Ord, V: FromJson> FromJson for BTreeMap<K, V> {
    fn from_json(json: &Json) -> Option<Self> {
        items(json)
    }
}

impl<K: FromJson + Eq + Hash, V: FromJson> FromJson for HashMap<K, V> {
    fn from_json(json: &Json) -> Option<Self> {
        items(json)
    }
}

impl<T: FromJson, const N: usize> FromJson for [T; N] {
    fn from_json(json: &Json) -> Option<Self> {
        Vec::from_json(json)?.try_into().ok()
    }
}

/// Bytes: a list of numbers, or a string for its UTF-8.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(pub Vec<u8>);

impl FromJson for Bytes {
    fn from_json(json: &Json) -> Option<Self> {
        match json {
            Json::String(text) => Some(Self(text.clone().into_bytes())),
            _ => Vec::from_json(json).map(Self),
        }
    }
}

macro_rules! pointers {
    ($($pointer:ident)*) => {$(
        impl<T: FromJson> FromJson for $pointer<T> {
            fn from_json(json: &Json) -> Option<Self> {
                T::from_json(json).map($pointer::new)
            }
        }
        impl FromJson for $pointer<str> {
            fn from_json(json: &Json) -> Option<Self> {
                String::from_json(json).map(Into::into)
            }
        }
    )*};
}
pointers!(Box Rc Arc);

impl<T: FromJson> FromJson for Bound<T> {
    fn from_json(json: &Json) -> Option<Self> {
        match (json, json.get("excluded")) {
            (Json::Null, _) => Some(Self::Unbounded),
            (_, Some(end)) => T::from_json(end).map(Self::Excluded),
            _ => T::from_json(json).map(Self::Included),
        }
    }
}

macro_rules! tuples {
    ($($n:literal: $($name:ident $at:tt)*;)*) => {$(
        impl<$($name: FromJson),*> FromJson for ($($name,)*) {
            fn from_json(json: &Json) -> Option<Self> {
                match json {
                    Json::List(items) if items.len() == $n => Some(($($name::from_json(&items[$at])?,)*)),
                    _ => None,
                }
            }
        }
    )*};
}
tuples! { 1: A 0; 2: A 0 B 1; 3: A 0 B 1 C 2; 4: A 0 B 1 C 2 D 3; 5: A 0 B 1 C 2 D 3 E 4; 6: A 0 B 1 C 2 D 3 E 4 F 5; }
