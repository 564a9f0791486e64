//! From an annotation to the values that a driver makes of an input.

use super::annotation::{alternatives, generic, unbracketed};
use crate::operation::{Access, TypeName};
use crate::shape::Shape;
use ghostlib_model::{ApiItem, ApiKind};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How a driver reads the values of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Conversion {
    /// What they look like.
    pub(super) shape: Shape,
    /// What the driver is told: the name of a reader, and of those of what is inside.
    pub(super) reader: Value,
}

/// The classes of a library, by their paths.
#[derive(Clone, Debug, Default)]
pub(super) struct Classes {
    /// The variants of each enumeration; nothing for any other class.
    pub(super) known: BTreeMap<String, Option<Vec<String>>>,
    /// What other names of types stand for.
    pub(super) aliases: BTreeMap<String, String>,
}

/// Types are taken apart to this depth.
const MAX_DEPTH: usize = 16;

/// Readers in the order in which they are tried where a value may be one of several types: the stricter ones first.
const STRICTNESS: [&str; 6] = ["kept", "bool", "int", "float", "variant", "text"];

impl Classes {
    /// Those among the items of an API.
    pub(super) fn of(items: &[ApiItem]) -> Self {
        let variants = |class: &ApiItem| {
            let of_it = items.iter().filter(|item| item.kind == ApiKind::Variant);
            let names = of_it.filter_map(|item| item.path.rsplit_once('.'));
            let names = names.filter(|(owner, _)| *owner == class.path).map(|(_, name)| name.to_owned());
            (class.kind == ApiKind::Enum).then(|| names.collect())
        };
        let classes = items.iter().filter(|item| matches!(item.kind, ApiKind::Class | ApiKind::Enum));
        let aliases = items.iter().filter(|item| item.kind == ApiKind::TypeAlias);
        let aliases = aliases.map(|alias| (alias.path.clone(), alias.signature.clone())).collect();
        Self { aliases, known: classes.map(|class| (class.path.clone(), variants(class))).collect() }
    }

    /// The conversion to an annotated type; nothing, if no value of it can be made.
    pub(super) fn conversion(&self, annotation: &str) -> Option<Conversion> {
        self.union(annotation.trim(), 0)
    }

    /// The class that values of an annotated type are of, if it is one of the library, or nothing beside one.
    pub(super) fn kept(&self, annotation: &str) -> Option<TypeName> {
        let mut rest = alternatives(annotation);
        rest.retain(|part| *part != "None");
        let [only] = rest[..] else { return None };
        let (name, _) = generic(only);
        self.known.contains_key(name).then(|| TypeName(name.to_owned()))
    }

    fn union(&self, text: &str, depth: usize) -> Option<Conversion> {
        if depth > MAX_DEPTH {
            return None;
        }
        let mut members = alternatives(text);
        let n_all = members.len();
        members.retain(|member| *member != "None");
        if members.is_empty() && n_all > 0 {
            return Some(plain(Shape::Unit, "none"));
        }
        let is_optional = members.len() < n_all;
        let mut found: Vec<_> = match &members[..] {
            [] => vec![plain(Shape::Any, "any")],
            members => members.iter().filter_map(|member| self.single(member, depth)).collect(),
        };
        let shape = found.first()?.shape.clone();
        let rank = |conversion: &Conversion| {
            let name = conversion.reader[0].as_str().unwrap_or_default();
            STRICTNESS.iter().position(|known| *known == name).unwrap_or(STRICTNESS.len())
        };
        found.sort_by_key(rank);
        let mut readers: Vec<Value> = found.into_iter().map(|conversion| conversion.reader).collect();
        let reader = if readers.len() == 1 { readers.remove(0) } else { nested("one-of", readers) };
        Some(match (is_optional, &shape) {
            (true, Shape::Any) => plain(Shape::Any, "any"),
            (true, _) => {
                Conversion { shape: Shape::Optional(Box::new(shape)), reader: json!(["optional", reader]) }
            }
            (false, _) => Conversion { shape, reader },
        })
    }

    fn single(&self, text: &str, depth: usize) -> Option<Conversion> {
        let (name, arguments) = generic(text);
        if let Some(variants) = self.known.get(name) {
            return Some(own_class(name, variants.as_deref()));
        }
        if let Some(alias) = self.aliases.get(text) {
            return self.union(alias, depth + 1);
        }
        let argument = |at: usize| match arguments.get(at) {
            Some(argument) => self.union(argument, depth + 1),
            None => Some(plain(Shape::Any, "any")),
        };
        if let Some(reader) = list_reader(name) {
            let item = argument(0)?;
            return Some(Conversion {
                shape: Shape::List(Box::new(item.shape)),
                reader: json!([reader, item.reader]),
            });
        }
        match name {
            "set" | "frozenset" | "AbstractSet" | "MutableSet" => {
                let item = if arguments.is_empty() { plain(Shape::Text, "any") } else { argument(0)? };
                let reader = if name == "frozenset" { "frozenset" } else { "set" };
                let shape = Shape::Set(Box::new(item.shape));
                Some(Conversion { shape, reader: json!([reader, item.reader]) })
            }
            "dict" | "Mapping" | "MutableMapping" | "collections.OrderedDict" | "collections.defaultdict" => {
                // Not every value can be a key.
                let key = if arguments.is_empty() { plain(Shape::Text, "any") } else { argument(0)? };
                let item = argument(1)?;
                let shape = Shape::Map(Box::new(key.shape), Box::new(item.shape));
                Some(Conversion { shape, reader: json!(["map", key.reader, item.reader]) })
            }
            "tuple" => match arguments[..] {
                [] | [_, "..."] => {
                    let item = argument(0)?;
                    let shape = Shape::List(Box::new(item.shape));
                    Some(Conversion { shape, reader: json!(["tuple-of", item.reader]) })
                }
                _ => {
                    let items = (0..arguments.len()).map(argument).collect::<Option<Vec<_>>>()?;
                    let (shapes, readers) =
                        items.into_iter().map(|item| (item.shape, item.reader)).unzip::<_, _, Vec<_>, _>();
                    Some(Conversion { shape: Shape::Tuple(shapes), reader: nested("tuple", readers) })
                }
            },
            "Callable" => {
                let parameters = arguments.first().and_then(|first| unbracketed(first));
                let result = if parameters.is_some() || arguments.len() > 1 { argument(1) } else { None };
                let result = result.unwrap_or_else(|| plain(Shape::Any, "any"));
                let shape = Shape::Function(Box::new(result.shape));
                Some(Conversion { shape, reader: json!(["function", result.reader]) })
            }
            "Literal" => Some(literal(&arguments)),
            _ => scalar(name),
        }
    }
}

fn plain(shape: Shape, reader: &str) -> Conversion {
    Conversion { shape, reader: json!([reader]) }
}

fn nested(name: &str, readers: Vec<Value>) -> Value {
    Value::Array(std::iter::once(json!(name)).chain(readers).collect())
}

fn own_class(path: &str, variants: Option<&[String]>) -> Conversion {
    match variants {
        Some(variants) if !variants.is_empty() => {
            Conversion { shape: Shape::Choice(variants.to_vec()), reader: json!(["variant", path]) }
        }
        _ => plain(Shape::Kept(TypeName(path.to_owned()), Access::Mutable), "kept"),
    }
}

fn list_reader(name: &str) -> Option<&'static str> {
    Some(match name {
        "list" | "Sequence" | "MutableSequence" | "Collection" | "Iterable" | "Reversible" | "Container"
        | "collections.deque" => "list",
        "Iterator" | "Generator" => "iterator",
        _ => return None,
    })
}

/// `Literal["a", "b"]`
fn literal(values: &[&str]) -> Conversion {
    let texts: Option<Vec<String>> = values.iter().map(|value| text_literal(value)).collect();
    if let Some(texts) = texts {
        return plain(Shape::Choice(texts), "text");
    }
    let numbers: Option<Vec<i64>> = values.iter().map(|value| value.parse().ok()).collect();
    let bounds = numbers.and_then(|numbers| Some((*numbers.iter().min()?, *numbers.iter().max()?)));
    match bounds {
        Some((min, max)) => plain(Shape::Integer { min, max: u64::try_from(max).unwrap_or(0) }, "int"),
        None if values.iter().all(|value| matches!(*value, "True" | "False")) => plain(Shape::Bool, "bool"),
        None => plain(Shape::Any, "any"),
    }
}

/// The content of a string literal without escapes.
fn text_literal(value: &str) -> Option<String> {
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let inner = value.strip_prefix(quote)?.strip_suffix(quote)?;
    (!inner.contains('\\')).then(|| inner.to_owned())
}

fn scalar(name: &str) -> Option<Conversion> {
    let int = || Shape::Integer { min: i64::MIN, max: i64::MAX.unsigned_abs() };
    Some(match name {
        "Any" | "object" | "Hashable" | "..." => plain(Shape::Any, "any"),
        "str" | "AnyStr" | "LiteralString" => plain(Shape::Text, "text"),
        "int" | "SupportsInt" | "SupportsIndex" => plain(int(), "int"),
        "float" | "SupportsFloat" | "numbers.Number" | "numbers.Real" => plain(Shape::Float, "float"),
        "bool" => plain(Shape::Bool, "bool"),
        "bytes" | "memoryview" | "Buffer" | "ByteString" => plain(Shape::Bytes, "bytes"),
        "bytearray" => plain(Shape::Bytes, "bytearray"),
        "datetime.timedelta" => plain(Shape::Duration, "duration"),
        "datetime.datetime" => plain(Shape::Time, "datetime"),
        "datetime.date" => plain(Shape::Time, "date"),
        "decimal.Decimal" => plain(Shape::Float, "decimal"),
        "fractions.Fraction" => plain(int(), "fraction"),
        "pathlib.Path" | "pathlib.PurePath" | "os.PathLike" => plain(Shape::OsText, "path"),
        "TextIO" | "io.StringIO" => plain(Shape::Text, "text-file"),
        "BinaryIO" | "io.BytesIO" => plain(Shape::Bytes, "binary-file"),
        name if is_type_variable(name) => plain(Shape::Any, "any"),
        _ => return None,
    })
}

/// What stands for any type, by custom: `T`, `_KT`, `T2`.
fn is_type_variable(name: &str) -> bool {
    let name = name.trim_start_matches('_');
    let (letters, digits) = name.split_at(name.find(|c: char| c.is_ascii_digit()).unwrap_or(name.len()));
    matches!(letters.len(), 1 | 2)
        && letters.chars().all(|c| c.is_ascii_uppercase())
        && digits.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes() -> Classes {
        let variants = |names: [&str; 2]| Some(names.map(str::to_owned).to_vec());
        Classes {
            known: BTreeMap::from([
                ("Table".to_owned(), None),
                ("Colour".to_owned(), variants(["RED", "BLUE"])),
            ]),
            aliases: BTreeMap::from([
                ("Name".to_owned(), "str".to_owned()),
                ("Loop".to_owned(), "Loop".to_owned()),
            ]),
        }
    }

    #[test]
    fn annotations_become_shapes_and_readers() {
        let text = || Box::new(Shape::Text);
        for (annotation, shape, reader) in [
            ("", Shape::Any, json!(["any"])),
            ("str", Shape::Text, json!(["text"])),
            ("str | None", Shape::Optional(text()), json!(["optional", ["text"]])),
            ("list[str]", Shape::List(text()), json!(["list", ["text"]])),
            ("Iterable[str]", Shape::List(text()), json!(["list", ["text"]])),
            ("tuple[str, ...]", Shape::List(text()), json!(["tuple-of", ["text"]])),
            (
                "tuple[str, bool]",
                Shape::Tuple(vec![Shape::Text, Shape::Bool]),
                json!(["tuple", ["text"], ["bool"]]),
            ),
            (
                "dict[str, list[bool]]",
                Shape::Map(text(), Box::new(Shape::List(Box::new(Shape::Bool)))),
                json!(["map", ["text"], ["list", ["bool"]]]),
            ),
            ("Callable[[int, str], str]", Shape::Function(text()), json!(["function", ["text"]])),
            ("Callable", Shape::Function(Box::new(Shape::Any)), json!(["function", ["any"]])),
            ("Literal[\"a\", 'b']", Shape::Choice(vec!["a".into(), "b".into()]), json!(["text"])),
            ("Literal[1, 3]", Shape::Integer { min: 1, max: 3 }, json!(["int"])),
            ("Colour", Shape::Choice(vec!["RED".into(), "BLUE".into()]), json!(["variant", "Colour"])),
            ("Table", Shape::Kept(TypeName("Table".into()), Access::Mutable), json!(["kept"])),
            ("list[Name]", Shape::List(text()), json!(["list", ["text"]])),
            ("None", Shape::Unit, json!(["none"])),
            ("_T", Shape::Any, json!(["any"])),
        ] {
            assert_eq!(classes().conversion(annotation), Some(Conversion { shape, reader }), "{annotation}");
        }
    }

    #[test]
    fn a_union_has_the_shape_of_its_first_and_the_readers_of_all() {
        let found = classes().conversion("str | int").unwrap();
        assert_eq!(found.shape, Shape::Text);
        assert_eq!(found.reader, json!(["one-of", ["int"], ["text"]]));
        let found = classes().conversion("bytes | requests.Session | None").unwrap();
        assert_eq!(found.reader, json!(["optional", ["bytes"]]));
    }

    #[test]
    fn what_nothing_is_known_of_has_no_values() {
        for annotation in ["Loop", "requests.Session", "type[Table]", "list[_]", "re.Pattern[str]"] {
            assert_eq!(classes().conversion(annotation), None, "{annotation}");
        }
    }

    #[test]
    fn an_endless_annotation_ends() {
        classes().conversion(&"list[".repeat(10_000));
        classes().conversion(&format!("{}str{}", "list[".repeat(10_000), "]".repeat(10_000)));
    }

    #[test]
    fn own_classes_are_kept_even_if_they_may_be_nothing() {
        assert_eq!(classes().kept("Table | None"), Some(TypeName("Table".into())));
        assert_eq!(classes().kept("list[Table]"), None);
        assert_eq!(classes().kept("str"), None);
    }
}
