use crate::Place;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One public item of a library.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiItem {
    /// The path by which a user reaches it, without the library's name: `split`, `ParseError`,
    /// `Table::new`, in Python `Table.rows`. A trait implementation is `<ParseError as Display>`.
    pub path: String,
    /// What it is.
    pub kind: ApiKind,
    /// The normalised signature, equal for two items that a user cannot tell apart.
    pub signature: String,
    /// The item as a line of a spec's API block, public parts only.
    pub declaration: String,
    /// The parts of a function's signature, for whoever wants to call it.
    pub function: Option<FnSignature>,
    /// What its attributes tell its users beside the signature.
    #[serde(default, skip_serializing_if = "ApiAttributes::is_unknown")]
    pub attributes: ApiAttributes,
    /// Where it stands in its source tree.
    pub place: Place,
}

/// What a public item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApiKind {
    /// A module.
    Module,
    /// A free function.
    Function,
    /// A struct.
    Struct,
    /// An enum.
    Enum,
    /// A variant of an enum.
    Variant,
    /// A public field of a struct or union, or an attribute of a class.
    Field,
    /// A union.
    Union,
    /// A trait.
    Trait,
    /// A function of an inherent implementation, or of a trait.
    Method,
    /// A constant, free or associated.
    Const,
    /// A static.
    Static,
    /// A type alias, or a trait's associated type.
    TypeAlias,
    /// An exported macro.
    Macro,
    /// An implementation of a trait for a type.
    TraitImpl,
    /// A class.
    Class,
    /// A variable of a module that is no constant.
    Variable,
}

impl fmt::Display for ApiKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Module => "module",
            Self::Function => "function",
            Self::Struct => "struct",
            Self::Enum => "enum",
            Self::Variant => "variant",
            Self::Field => "field",
            Self::Union => "union",
            Self::Trait => "trait",
            Self::Method => "method",
            Self::Const => "constant",
            Self::Static => "static",
            Self::TypeAlias => "type alias",
            Self::Macro => "macro",
            Self::TraitImpl => "trait implementation",
            Self::Class => "class",
            Self::Variable => "variable",
        })
    }
}

/// What the attributes of an item tell its users. Each is nothing where it is not known: in another language, on a
/// kind of item that cannot have it, and in a spec that does not speak of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiAttributes {
    /// Whether a result, or a value of the type, must not be dropped unused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub must_use: Option<bool>,
    /// Whether it is deprecated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<bool>,
    /// The arguments of `repr` in the order of the alphabet: `C, packed(2)`; empty for Rust's own layout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repr: Option<String>,
}

impl ApiAttributes {
    fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

/// The parts of a function's signature, each as source text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FnSignature {
    /// How `self` is taken, if it is.
    pub receiver: Option<Receiver>,
    /// The parameters after `self`.
    pub params: Vec<Param>,
    /// The return type; empty for `()`.
    pub output: String,
    /// The bounds of each type parameter, inline and `where` together: `("S", "AsRef<str>")`.
    pub generics: Vec<(String, String)>,
    /// Whether calling it needs `unsafe`.
    pub is_unsafe: bool,
    /// Whether it is `async`.
    pub is_async: bool,
    /// The exceptions that it is known to raise, sorted; empty in a language without them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub raises: Vec<String>,
}

/// One parameter of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Param {
    /// Its name, or its pattern.
    pub name: String,
    /// Its type as written.
    pub ty: String,
    /// How a caller passes an argument for it.
    #[serde(default, skip_serializing_if = "Passing::is_either")]
    pub passing: Passing,
    /// The value that it has where a caller leaves it out, as source text; `...` where that cannot be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
}

/// How a caller passes an argument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Passing {
    /// In its place alone.
    Positional,
    /// In its place, or by its name if the language has that.
    #[default]
    Either,
    /// Any number of them, each in its place: `*args`.
    Rest,
    /// By its name alone.
    Keyword,
    /// Any number of them, each by a name: `**kwargs`.
    Keywords,
}

impl Passing {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_either(&self) -> bool {
        *self == Self::Either
    }
}

impl Param {
    /// Whether a caller may leave it out.
    pub fn is_optional(&self) -> bool {
        self.default.is_some() || matches!(self.passing, Passing::Rest | Passing::Keywords)
    }
}

/// How a method takes `self`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Receiver {
    /// `self`
    Value,
    /// `&self`
    Ref,
    /// `&mut self`
    RefMut,
    /// `self: Box<Self>` and the like.
    Typed,
}
