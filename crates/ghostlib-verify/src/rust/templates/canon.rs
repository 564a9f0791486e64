//! Values as the protocol writes them.

use crate::from_json::Bytes;
use ghostlib_runtime::{field, quote, Reply, Values};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::*;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::fmt::Write;
use std::ops::{Bound, ControlFlow, Range, RangeFrom, RangeInclusive, RangeTo};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// A type with one JSON text a value.
pub trait Canon {
    fn canon(&self, out: &mut String);

    /// Whether the text of a value may be `null`.
    fn is_nullable() -> bool
    where
        Self: Sized,
    {
        false
    }
}

/// The text of a value.
pub fn text_of(value: &(impl Canon + ?Sized)) -> String {
    let mut out = String::new();
    value.canon(&mut out);
    out
}

/// More items of an iterator are not asked for.
const MAX_ITEMS: usize = 256;

fn list(texts: impl Iterator<Item = String>, out: &mut String) {
    out.push('[');
    for (at, text) in texts.enumerate() {
        out.push_str(if at > 0 { "," } else { "" });
        out.push_str(&text);
    }
    out.push(']');
}

/// The arguments of a call that the library makes.
pub fn arguments(values: &[&dyn Canon]) -> String {
    let mut out = String::new();
    list(values.iter().map(|value| text_of(*value)), &mut out);
    out
}

macro_rules! by_display {
    ($($ty:ty)*) => {$(
        impl Canon for $ty {
            fn canon(&self, out: &mut String) {
                let _ = write!(out, "{self}");
            }
        }
    )*};
}
by_display!(bool u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

macro_rules! wide {
    ($($ty:ty)*) => {$(
        impl Canon for $ty {
            fn canon(&self, out: &mut String) {
                match (u64::try_from(*self), i64::try_from(*self)) {
                    (Ok(narrow), _) => narrow.canon(out),
                    (_, Ok(narrow)) => narrow.canon(out),
                    _ => field("int", out, |out| quote(&self.to_string(), out)),
                }
            }
        }
    )*};
}
wide!(u128 i128);

macro_rules! floats {
    ($($ty:ty)*) => {$(
        impl Canon for $ty {
            fn canon(&self, out: &mut String) {
                let special = match *self {
                    value if value.is_nan() => "nan",
                    value if value.is_infinite() => if value > 0.0 { "inf" } else { "-inf" },
                    value if value == 0.0 && value.is_sign_negative() => "-0",
                    value => {
                        let _ = write!(out, "{value:?}");
                        return;
                    }
                };
                field("float", out, |out| quote(special, out));
            }
        }
    )*};
}
floats!(f32 f64);

macro_rules! texts {
    ($($ty:ty)*) => {$(
        impl Canon for $ty {
            fn canon(&self, out: &mut String) {
                quote(self, out);
            }
        }
    )*};
}
texts!(str String Cow<'_, str>);

macro_rules! shown_texts {
    ($($ty:ty)*) => {$(
        impl Canon for $ty {
            fn canon(&self, out: &mut String) {
                quote(&self.to_string(), out);
            }
        }
    )*};
}
shown_texts!(char std::fmt::Arguments<'_> std::net::IpAddr std::net::Ipv4Addr std::net::Ipv6Addr std::net::SocketAddr
    std::num::NonZeroU8 std::num::NonZeroU16 std::num::NonZeroU32 std::num::NonZeroU64 std::num::NonZeroUsize
    std::char::ToUppercase std::char::ToLowercase);

impl Canon for OsStr {
    fn canon(&self, out: &mut String) {
        match self.to_str() {
            Some(text) => quote(text, out),
            None => field("bytes", out, |out| self.as_bytes().canon(out)),
        }
    }
}

macro_rules! os_texts {
    ($($ty:ty)*) => {$(
        impl Canon for $ty {
            fn canon(&self, out: &mut String) {
                AsRef::<OsStr>::as_ref(self).canon(out);
            }
        }
    )*};
}
os_texts!(OsString Path PathBuf);

impl Canon for CStr {
    fn canon(&self, out: &mut String) {
        self.to_bytes().canon(out);
    }
}

impl Canon for CString {
    fn canon(&self, out: &mut String) {
        self.as_bytes().canon(out);
    }
}

impl Canon for () {
    fn canon(&self, out: &mut String) {
        out.push_str("null");
    }
    fn is_nullable() -> bool {
        true
    }
}

impl Canon for Duration {
    fn canon(&self, out: &mut String) {
        let _ = write!(out, "{{\"secs\":{},\"nanos\":{}}}", self.as_secs(), self.subsec_nanos());
    }
}

impl Canon for SystemTime {
    fn canon(&self, out: &mut String) {
        field("since_epoch", out, |out| match self.duration_since(Self::UNIX_EPOCH) {
            Ok(after) => after.canon(out),
            Err(before) => {
                let before = before.duration();
                let _ = write!(out, "{{\"secs\":-{},\"nanos\":-{}}}", before.as_secs(), before.subsec_nanos());
            }
        });
    }
}

impl Canon for std::cmp::Ordering {
    fn canon(&self, out: &mut String) {
        out.push_str(match self {
            Self::Less => "\"less\"",
            Self::Equal => "\"equal\"",
            Self::Greater => "\"greater\"",
        });
    }
}

impl<T: Canon> Canon for std::cmp::Reverse<T> {
    fn canon(&self, out: &mut String) {
        self.0.canon(out);
    }
}

impl<T: Canon> Canon for Option<T> {
    fn canon(&self, out: &mut String) {
        match self {
            None => out.push_str("null"),
            Some(value) if T::is_nullable() => field("some", out, |out| value.canon(out)),
            Some(value) => value.canon(out),
        }
    }
    fn is_nullable() -> bool {
        true
    }
}

impl<T: Canon, E: Canon> Canon for Result<T, E> {
    fn canon(&self, out: &mut String) {
        match self {
            Ok(value) => field("ok", out, |out| value.canon(out)),
            Err(error) => field("error", out, |out| error.canon(out)),
        }
    }
}

impl<T: Canon, U: Canon> Canon for ControlFlow<T, U> {
    fn canon(&self, out: &mut String) {
        match self {
            Self::Continue(value) => field("continue", out, |out| value.canon(out)),
            Self::Break(value) => field("break", out, |out| value.canon(out)),
        }
    }
}

impl Canon for std::convert::Infallible {
    fn canon(&self, _: &mut String) {}
}

macro_rules! through_reference {
    ($($ty:ty)*) => {$(
        impl<T: Canon + ?Sized> Canon for $ty {
            fn canon(&self, out: &mut String) {
                (**self).canon(out);
            }
        }
    )*};
}
through_reference!(&T &mut T Box<T> Rc<T> Arc<T>);

impl<T: Canon + ?Sized> Canon for RefCell<T> {
    fn canon(&self, out: &mut String) {
        self.borrow().canon(out);
    }
}

impl<T: Canon + Copy> Canon for Cell<T> {
    fn canon(&self, out: &mut String) {
        self.get().canon(out);
    }
}

macro_rules! sequences {
    ($($ty:ty)*) => {$(
        impl<T: Canon> Canon for $ty {
            fn canon(&self, out: &mut String) {
                out.push('[');
                for (at, item) in self.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    item.canon(out);
                }
                out.push(']');
            }
        }
    )*};
}
sequences!([T] Vec<T> VecDeque<T> BTreeSet<T> LinkedList<T>);

impl<T: Canon, const N: usize> Canon for [T; N] {
    fn canon(&self, out: &mut String) {
        self.as_slice().canon(out);
    }
}

impl<T: Canon + Clone> Canon for Cow<'_, [T]> {
    fn canon(&self, out: &mut String) {
        self.as_ref().canon(out);
    }
}

impl Canon for Bytes {
    fn canon(&self, out: &mut String) {
        self.0.canon(out);
    }
}

fn sorted(texts: impl Iterator<Item = String>, out: &mut String) {
    let mut texts: Vec<_> = texts.collect();
    texts.sort();
    list(texts.into_iter(), out);
}

fn pair(key: &impl Canon, value: &impl Canon) -> String {
    arguments(&[&key as &dyn Canon, &value])
}

impl<T: Canon, S> Canon for HashSet<T, S> {
    fn canon(&self, out: &mut String) {
        sorted(self.iter().map(text_of), out);
    }
}

impl<T: Canon> Canon for BinaryHeap<T> {
    fn canon(&self, out: &mut String) {
        sorted(self.iter().map(text_of), out);
    }
}

impl<K: Canon, V: Canon, S> Canon for HashMap<K, V, S> {
    fn canon(&self, out: &mut String) {
        sorted(self.iter().map(|(key, value)| pair(key, value)), out);
    }
}

impl<K: Canon, V: Canon> Canon for BTreeMap<K, V> {
    fn canon(&self, out: &mut String) {
        list(self.iter().map(|(key, value)| pair(key, value)), out);
    }
}

impl<T: Canon> Canon for Bound<T> {
    fn canon(&self, out: &mut String) {
        match self {
            Self::Unbounded => out.push_str("null"),
            Self::Included(value) => value.canon(out),
            Self::Excluded(value) => field("excluded", out, |out| value.canon(out)),
        }
    }
    fn is_nullable() -> bool {
        true
    }
}

macro_rules! ranges {
    ($($ty:ty, $self:ident => $start:expr, $end:expr;)*) => {$(
        impl<T: Canon> Canon for $ty {
            fn canon(&$self, out: &mut String) {
                out.push_str(&arguments(&[&$start as &dyn Canon, &$end]));
            }
        }
    )*};
}
ranges! {
    Range<T>, self => self.start, self.end;
    RangeInclusive<T>, self => self.start(), self.end();
    RangeFrom<T>, self => self.start, ();
    RangeTo<T>, self => (), self.end;
}

macro_rules! tuples {
    ($($($name:ident $at:tt)*;)*) => {$(
        impl<$($name: Canon),*> Canon for ($($name,)*) {
            fn canon(&self, out: &mut String) {
                out.push_str(&arguments(&[$(&self.$at as &dyn Canon),*]));
            }
        }
    )*};
}
tuples! { A 0; A 0 B 1; A 0 B 1 C 2; A 0 B 1 C 2 D 3; A 0 B 1 C 2 D 3 E 4; A 0 B 1 C 2 D 3 E 4 F 5; }

macro_rules! errors {
    ($($ty:ty)*) => {$(
        impl Canon for $ty {
            fn canon(&self, out: &mut String) {
                field("display", out, |out| quote(&self.to_string(), out));
            }
        }
    )*};
}
errors!(std::num::ParseIntError std::num::ParseFloatError std::num::TryFromIntError std::str::Utf8Error
    std::string::FromUtf8Error std::str::ParseBoolError std::char::ParseCharError std::char::CharTryFromError
    std::io::Error std::fmt::Error std::env::VarError std::time::SystemTimeError std::net::AddrParseError
    std::array::TryFromSliceError dyn std::error::Error dyn std::error::Error + Send
    dyn std::error::Error + Send + Sync);

/// A type of errors that tells its variant.
pub trait Classed {
    fn class(&self) -> &'static str;
}

/// Chooses, by method resolution, how a value of a type that only the compiler knows is written. The implementation with
/// the most references in front is tried first: the protocol's own text, Display, the items of an iterator, and the
/// name of the type.
pub struct Wrap<T>(pub RefCell<Option<T>>);

impl<T> Wrap<T> {
    pub fn new(value: T) -> Self {
        Self(RefCell::new(Some(value)))
    }
}

pub trait ByCanon {
    fn text(&self, out: &mut String);
}
impl<T: Canon> ByCanon for &&&Wrap<T> {
    fn text(&self, out: &mut String) {
        self.0.borrow().as_ref().map_or((), |value| value.canon(out));
    }
}

pub trait ByDisplay {
    fn text(&self, out: &mut String);
}
impl<T: std::fmt::Display> ByDisplay for &&Wrap<T> {
    fn text(&self, out: &mut String) {
        let shown = self.0.borrow().as_ref().map(T::to_string).unwrap_or_default();
        field("display", out, |out| quote(&shown, out));
    }
}

pub trait ByItems {
    fn text(&self, out: &mut String);
}
impl<T: IntoIterator> ByItems for &Wrap<T>
where
    T::Item: Canon,
{
    fn text(&self, out: &mut String) {
        let Some(items) = self.0.borrow_mut().take() else { return };
        let mut items = items.into_iter();
        let mut texts: Vec<String> = items.by_ref().take(MAX_ITEMS).map(|item| text_of(&item)).collect();
        if texts.len() == MAX_ITEMS && items.next().is_some() {
            texts.push("{\"more\":true}".to_owned());
        }
        list(texts.into_iter(), out);
    }
}

pub trait ByName {
    fn text(&self, out: &mut String);
}
impl<T> ByName for Wrap<T> {
    fn text(&self, out: &mut String) {
        let name = std::any::type_name::<T>().split('<').next().unwrap_or_default();
        let name = name.rsplit("::").next().unwrap_or_default().trim_start_matches(['&', ' ']);
        field("opaque", out, |out| quote(name, out));
    }
}

/// Whether a value is a `Result`.
pub trait ResultSides<T, E> {
    fn sides(&self) -> Result<T, E>;
}
impl<T, E> ResultSides<T, E> for Wrap<Result<T, E>> {
    fn sides(&self) -> Result<T, E> {
        self.0.borrow_mut().take().expect("a value is looked at once")
    }
}

pub trait NoResult<T> {
    fn sides(&self) -> Result<T, std::convert::Infallible>;
}
impl<T> NoResult<T> for &Wrap<T> {
    fn sides(&self) -> Result<T, std::convert::Infallible> {
        Ok(self.0.borrow_mut().take().expect("a value is looked at once"))
    }
}

pub trait ClassOfOwn {
    fn class(&self) -> Option<String>;
}
impl<T: Classed> ClassOfOwn for &Wrap<&T> {
    fn class(&self) -> Option<String> {
        self.0.borrow().map(|error| error.class().to_owned())
    }
}

pub trait NoClass {
    fn class(&self) -> Option<String>;
}
impl<T> NoClass for Wrap<&T> {
    fn class(&self) -> Option<String> {
        None
    }
}

pub trait ErrorByDisplay {
    fn error_text(&self) -> String;
}
impl<T: std::fmt::Display> ErrorByDisplay for &Wrap<&T> {
    fn error_text(&self) -> String {
        self.0.borrow().map(T::to_string).unwrap_or_default()
    }
}

pub trait NoErrorText {
    fn error_text(&self) -> String;
}
impl<T> NoErrorText for Wrap<&T> {
    fn error_text(&self) -> String {
        String::new()
    }
}

/// The JSON text of whatever an expression evaluates to.
#[macro_export]
macro_rules! told {
    ($value:expr) => {{
        let mut out = String::new();
        (&&&&Wrap::new($value)).text(&mut out);
        out
    }};
}

/// The reply for an error.
#[macro_export]
macro_rules! failed {
    ($error:expr) => {{
        let error = &$error;
        Reply::Error { class: (&&Wrap::new(error)).class(), text: (&&Wrap::new(error)).error_text() }
    }};
}

/// The reply for an error of the library, which is kept.
#[macro_export]
macro_rules! keep_error {
    ($values:expr, $error:expr) => {{
        let error = $error;
        let reply = failed!(error);
        $values.keep(error);
        reply
    }};
}

/// The reply for whatever an expression evaluates to; a `Result` is a success or an error.
#[macro_export]
macro_rules! reply {
    ($value:expr) => {
        match (&Wrap::new($value)).sides() {
            Ok(value) => Reply::Ok(told!(value)),
            Err(error) => failed!(error),
        }
    };
}

/// The reply for a value of the library, which is kept.
pub fn keep<T: Canon + 'static>(values: &mut Values, value: T) -> Reply {
    let text = text_of(&value);
    values.keep(value);
    Reply::Ok(text)
}
