//! What the values of parameters look like.

use crate::operation::{Access, TypeName};

/// What the values of a parameter look like, as the protocol writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A text.
    Text,
    /// A text of one character.
    Char,
    /// A text, or bytes that are none: a path, a name of the operating system.
    OsText,
    /// `true` or `false`.
    Bool,
    /// A whole number within a range; the bounds of wide types are cut to 64 bits.
    Integer {
        /// The least.
        min: i64,
        /// The greatest.
        max: u64,
    },
    /// A number with a point.
    Float,
    /// A list of numbers from 0 to 255.
    Bytes,
    /// `{secs, nanos}`.
    Duration,
    /// `{since_epoch}`.
    Time,
    /// `null`.
    Unit,
    /// One of these texts.
    Choice(Vec<String>),
    /// A list.
    List(Box<Shape>),
    /// A list without two equal items.
    Set(Box<Shape>),
    /// A list of pairs without two equal keys.
    Map(Box<Shape>, Box<Shape>),
    /// `null` or a value.
    Optional(Box<Shape>),
    /// A list of fixed length.
    Tuple(Vec<Shape>),
    /// `{returns}`: a function whose results have this shape.
    Function(Box<Shape>),
    /// `{"$": n}`: a value that an earlier call returned.
    Kept(TypeName, Access),
    /// Any value: a parameter of which nothing is known.
    Any,
}

impl Shape {
    /// The shape of an integer type of Rust by its name.
    pub(crate) fn integer(name: &str) -> Option<Self> {
        let (min, max) = match name {
            "u8" => (0, u8::MAX.into()),
            "u16" => (0, u16::MAX.into()),
            "u32" => (0, u32::MAX.into()),
            "u64" | "u128" | "usize" => (0, u64::MAX),
            "i8" => (i8::MIN.into(), 0x7f),
            "i16" => (i16::MIN.into(), 0x7fff),
            "i32" => (i32::MIN.into(), 0x7fff_ffff),
            "i64" | "i128" | "isize" => (i64::MIN, 0x7fff_ffff_ffff_ffff),
            _ => return None,
        };
        Some(Self::Integer { min, max })
    }
}
