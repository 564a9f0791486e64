//! What a caller cannot tell apart has one signature.

use super::{item, lib, signature};

/// The signature of `f` where its one parameter is annotated so.
fn annotated(annotation: &str) -> String {
    let text = format!(
        "import typing, typing as t, collections.abc, os, datetime as dt\nfrom typing import *\nfrom typing import Optional, Union, List, Callable, Iterable, Literal, Annotated, TypeVar\nfrom os import PathLike\nfrom typing_extensions import Self\nT = TypeVar('T')\nS = TypeVar('S')\n_Alias = Union[int, 'str']\nclass Own: ...\nclass _Hidden: ...\ndef f(x: {annotation}): ...\n"
    );
    signature(&text, "f")
}

#[test]
fn annotations_that_mean_the_same_are_told_as_one() {
    let same: &[&[&str]] = &[
        &[
            "Optional[int]",
            "int | None",
            "None | int",
            "Union[int, None]",
            "Union[None, int]",
            "'Optional[int]'",
            "t.Optional['int']",
            "typing.Union[int, None, int]",
        ],
        &["List[int]", "list[int]", "typing.List[int]", "'list[\"int\"]'", "list [ int ]"],
        &["Dict[str, Any]", "dict[str, typing.Any]"],
        &["dict", "Dict", "dict[Any, Any]"],
        &["Tuple[int, ...]", "tuple[int, ...]"],
        &["Iterable[int]", "collections.abc.Iterable[int]", "t.Iterable[int]"],
        &["Callable[[int], str]", "collections.abc.Callable[[int], str]"],
        &["Literal['a', 'b']", "Literal[\"b\", 'a']", "t.Literal['a', 'a', 'b']"],
        &["Annotated[int, 'meta']", "int"],
        &["PathLike", "os.PathLike"],
        &["_Alias", "int | str", "Union[str, int]"],
        &["Optional[Union[int, str]]", "int | str | None"],
        &["Own", "'Own'"],
        &["T", "S"],
        &["dt.date", "'dt.date'"],
    ];
    for group in same {
        for other in *group {
            assert_eq!(annotated(group[0]), annotated(other), "{} / {other}", group[0]);
        }
    }
    for (n, group) in same.iter().enumerate() {
        for other in &same[n + 1..] {
            assert_ne!(annotated(group[0]), annotated(other[0]));
        }
    }
}

#[test]
fn strings_in_literals_are_values_and_no_types() {
    assert_eq!(annotated("Literal['int']"), "def(x: Literal['int'])");
    assert_eq!(annotated("_Hidden"), "def(x: _)");
    assert_eq!(annotated("Optional['Own']"), "def(x: Own | None)");
}

#[test]
fn type_variables_are_numbers_in_their_order() {
    let text = "from typing import TypeVar\nA = TypeVar('A')\nB = TypeVar('B', bound='int')\ndef f(x: A, y: B, z: A) -> B: ...\ndef g[X, Y: int](x: X, y: Y, z: X) -> Y: ...\n";
    assert_eq!(signature(text, "f"), "def(x: $0, y: $1: int, z: $0) -> $1: int");
    assert_eq!(signature(text, "f"), signature(text, "g"));
    assert_eq!(item(&lib(text), "f").declaration, "def f[A, B: int](x: A, y: B, z: A) -> B: ...");
}

#[test]
fn defaults_that_mean_the_same_are_told_as_one() {
    let value = |text: &str| {
        signature(&format!("_LIMIT = 4\n_NONE = object()\nLIMIT = 4\ndef f(x={text}): ..."), "f")
    };
    let same: &[&[&str]] = &[
        &["'a'", "\"a\"", "'''a'''", "'\\x61'", "r'a'", "('a')"],
        &["'ab'", "'a' \"b\"", "'a' + 'b'"],
        &["1000", "1_000", "0x3E8", "10 ** 3", "(1000)"],
        &["4", "_LIMIT", "LIMIT", "2 + 2", "+4", "1 << 2"],
        &["1.0", "1.", "1e0"],
        &["-1", "- 1"],
        &["(1, 2)", "(1,2,)", "( 1 , 2 )"],
        &["[]", "[ ]"],
        &["b'a'", "B\"a\""],
        &["_NONE", "lambda: 0", "[x for x in y]", "object()"],
        &["None", "( None )"],
    ];
    for group in same {
        for other in *group {
            assert_eq!(value(group[0]), value(other), "{} / {other}", group[0]);
        }
    }
    for (n, group) in same.iter().enumerate() {
        for other in &same[n + 1..] {
            assert_ne!(value(group[0]), value(other[0]));
        }
    }
}

#[test]
fn names_that_no_caller_uses_are_left_out() {
    let of = |list: &str| signature(&format!("def f({list}): ..."), "f");
    assert_eq!(of("a, /, b, *args, c, **kwargs"), "def(_, /, b, *_, c, **_)");
    assert_eq!(of("x, /, b, *rest, c, **more"), of("a, /, b, *args, c, **kwargs"));
    assert_eq!(of("a, *, b"), "def(a, *, b)");
    assert_eq!(of("a, /"), "def(_, /)");
    assert_ne!(of("a"), of("b"));
}

#[test]
fn keywords_of_functions_are_told() {
    let text = "from contextlib import contextmanager\nfrom typing import Iterator, overload, Generator\nasync def a() -> int: ...\n@contextmanager\ndef m(x: int) -> Iterator[str]:\n    yield 'a'\n@contextmanager\ndef g(x: int) -> Generator[str, None, None]:\n    yield 'a'\n@overload\ndef o(x: int) -> int: ...\n@overload\ndef o(x: str) -> str: ...\ndef o(x): ...\n";
    assert_eq!(signature(text, "a"), "async def() -> int");
    assert_eq!(signature(text, "m"), "def(x: int) -> AbstractContextManager[str]");
    assert_eq!(signature(text, "m"), signature(text, "g"));
    assert_eq!(signature(text, "o"), "def(x: int) -> int | def(x: str) -> str | def(x)");
    assert!(item(&lib(text), "a").function.as_ref().unwrap().is_async);
}

#[test]
fn names_are_resolved_before_they_are_told() {
    let text = "import datetime\nfrom datetime import timedelta as td\ndef a(x: datetime.timedelta): ...\ndef b(x: td): ...\n";
    assert_eq!(signature(text, "a"), "def(x: datetime.timedelta)");
    assert_eq!(signature(text, "a"), signature(text, "b"));
}

#[test]
fn variables_are_told_with_type_and_value() {
    let text = "from typing import Final, Union, NewType, TypeAlias\nA: Final = 60 * 60\nB: Final[int] = 3600\nC = {'a': 1, \"b\": (2,)}\nd = compute(x for x in y)\nE = Union[int, str]\nF: TypeAlias = 'int | str'\ntype G = int | str\nH = list[int]\n";
    assert_eq!(signature(text, "A"), " = 3600");
    assert_eq!(signature(text, "B"), ": int = 3600");
    assert_eq!(signature(text, "C"), " = {'a': 1, 'b': (2,)}");
    assert_eq!(signature(text, "d"), " = ...");
    for alias in ["E", "F", "G"] {
        assert_eq!(signature(text, alias), "int | str", "{alias}");
    }
    assert_eq!(signature(text, "H"), "list[int]");
}
