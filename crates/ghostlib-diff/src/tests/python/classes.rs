//! Classes and what belongs to them.

use super::{item, kind, lib, paths, signature};
use ghostlib_model::{ApiKind, Receiver};

#[test]
fn members_are_told_as_a_caller_meets_them() {
    let text = "from abc import ABC, abstractmethod\nfrom functools import cached_property\nfrom typing import ClassVar\nclass C(ABC):\n    '''Doc.'''\n    LIMIT = 4\n    count: ClassVar[int] = 0\n    name: str\n    def __init__(self, a, *, b=1) -> None: ...\n    def method(self, x: int) -> 'C': ...\n    @classmethod\n    def make(cls, x): ...\n    @staticmethod\n    def free(x): ...\n    @property\n    def read(self) -> int: ...\n    @property\n    def both(self) -> int: ...\n    @both.setter\n    def both(self, value): ...\n    @cached_property\n    def once(self) -> int: ...\n    @abstractmethod\n    def must(self): ...\n    def __add__(self, other): ...\n    __radd__ = __iadd__ = __add__\n    __eq__ = made(1)\n    __hash__ = None\n    __attrs__ = ['a']\n    def __repr__(self): ...\n    def _hidden(self): ...\n    class Inner:\n        def f(self): ...\n";
    let api = lib(text);
    let expected = [
        ("C", ApiKind::Class, "class"),
        ("C.Inner", ApiKind::Class, "class"),
        ("C.Inner.f", ApiKind::Method, "def()"),
        ("C.LIMIT", ApiKind::Const, " = 4"),
        ("C.__add__", ApiKind::Method, "def(other)"),
        ("C.__eq__", ApiKind::Method, "..."),
        ("C.__iadd__", ApiKind::Method, "def(other)"),
        ("C.__init__", ApiKind::Method, "def(a, *, b = 1)"),
        ("C.__radd__", ApiKind::Method, "def(other)"),
        ("C.both", ApiKind::Field, ": int"),
        ("C.count", ApiKind::Field, ": int = 0"),
        ("C.free", ApiKind::Method, "static def(x)"),
        ("C.make", ApiKind::Method, "static def(x)"),
        ("C.method", ApiKind::Method, "def(x: int) -> C"),
        ("C.must", ApiKind::Method, "abstract def()"),
        ("C.name", ApiKind::Field, ": str"),
        ("C.once", ApiKind::Field, ": int"),
        ("C.read", ApiKind::Field, "read-only: int"),
    ];
    let found: Vec<_> =
        api.items.iter().map(|item| (item.path.as_str(), item.kind, item.signature.as_str())).collect();
    assert_eq!(found, expected);
    assert_eq!(item(&api, "C.method").function.as_ref().unwrap().receiver, Some(Receiver::Ref));
    assert_eq!(item(&api, "C.make").function.as_ref().unwrap().receiver, None);
}

#[test]
fn slots_are_attributes() {
    let api = lib("class C:\n    __slots__ = ('a', '_b', 'c')\n    c: int\n");
    assert_eq!(paths(&api), ["C", "C.a", "C.c"]);
    assert_eq!(item(&api, "C.c").signature, ": int");
}

#[test]
fn a_data_class_is_what_it_stands_for() {
    let made = "from dataclasses import dataclass, field, KW_ONLY\nfrom typing import ClassVar\n@dataclass\nclass Base:\n    a: int\n@dataclass(order=True)\nclass C(Base):\n    b: list = field(default_factory=list)\n    c: int = field(default=3, kw_only=True)\n    d: int = field(init=False)\n    n: ClassVar[int] = 0\n    _: KW_ONLY\n    e: str = 'x'\n";
    assert_eq!(signature(made, "C.__init__"), "def(a: int, b: list = ..., *, c: int = 3, e: str = 'x')");
    assert_eq!(signature(made, "C.__lt__"), "def(other)");
    assert_eq!(signature(made, "C.b"), ": list");
    let written =
        "class P:\n    x: int\n    def __init__(self, x: int): ...\n    def __eq__(self, other): ...\n";
    let by_hand = lib(written);
    let made = lib("import dataclasses\n@dataclasses.dataclass\nclass P:\n    x: int\n");
    let told = |api: &crate::Api| {
        api.items.iter().map(|item| (item.path.clone(), item.signature.clone())).collect::<Vec<_>>()
    };
    assert_eq!(told(&by_hand), told(&made));
    let frozen =
        "from dataclasses import dataclass\n@dataclass(frozen=True, init=False)\nclass C:\n    a: int\n";
    assert_eq!(signature(frozen, "C.a"), "read-only: int");
    assert_eq!(paths(&lib(frozen)), ["C", "C.__eq__", "C.__hash__", "C.a"]);
}

#[test]
fn enums_have_members_with_values() {
    let text = "from enum import Enum, IntFlag, StrEnum, auto\nclass A(Enum):\n    ONE = 1\n    TWO = auto()\n    @property\n    def label(self): ...\nclass F(IntFlag):\n    X = auto()\n    Y = auto()\n    Z = auto()\nclass S(StrEnum):\n    UP = auto()\nclass Mine(Enum): ...\nclass Sub(Mine):\n    A = 'a'\n";
    let api = lib(text);
    for (path, expected) in [
        ("A.ONE", " = 1"),
        ("A.TWO", " = 2"),
        ("F.Y", " = 2"),
        ("F.Z", " = 4"),
        ("S.UP", " = 'up'"),
        ("Sub.A", " = 'a'"),
    ] {
        assert_eq!((kind(&api, path), item(&api, path).signature.as_str()), (ApiKind::Variant, expected));
    }
    assert_eq!((kind(&api, "A"), kind(&api, "A.label")), (ApiKind::Enum, ApiKind::Field));
}

#[test]
fn tuples_and_dictionaries_with_names_are_told() {
    let text = "from typing import NamedTuple, TypedDict\nclass P(NamedTuple):\n    x: int\n    y: int = 0\nclass D(TypedDict, total=False):\n    name: str\n";
    let api = lib(text);
    assert_eq!(item(&api, "P.__init__").signature, "def(x: int, y: int = 0)");
    assert_eq!(item(&api, "P.x").signature, "read-only: int");
    assert_eq!(item(&api, "D.name").signature, ": NotRequired[str]");
    assert_eq!(item(&api, "D").signature, "class(TypedDict)");
}

#[test]
fn bases_are_told_by_their_public_names() {
    let text = "import abc\nfrom typing import Generic, TypeVar\nT = TypeVar('T')\nclass Error(ValueError): ...\nclass A(object, metaclass=abc.ABCMeta): ...\nclass B(Generic[T], Error): ...\nclass C[X](Error): ...\n";
    assert_eq!(signature(text, "Error"), "class(ValueError)");
    assert_eq!(signature(text, "A"), "class");
    assert_eq!(signature(text, "B"), "class[$0](Error)");
    assert_eq!(signature(text, "C"), signature(text, "B"));
}

#[test]
fn what_a_base_without_a_public_name_defines_belongs_to_the_class() {
    let hidden = "class _Mixin(dict):\n    def f(self): ...\n    def g(self): ...\nclass C(_Mixin):\n    def g(self, a): ...\n";
    let plain = "class C(dict):\n    def f(self): ...\n    def g(self, a): ...\n";
    let told = |text: &str| {
        let api = lib(text);
        api.items.into_iter().map(|item| (item.path, item.signature)).collect::<Vec<_>>()
    };
    assert_eq!(told(hidden), told(plain));
}

#[test]
fn what_is_told_of_a_public_base_is_not_told_again() {
    let base = "class Base:\n    def f(self): ...\n    def g(self): ...\n";
    let api = lib(&format!("{base}class C(Base):\n    def f(self): ...\n    def g(self, more=0): ...\n"));
    assert_eq!(paths(&api), ["Base", "Base.f", "Base.g", "C", "C.g"]);
}
