//! What is declared reads as what it was.

use super::{api, item, paths};
use crate::{Api, Language, Python, compare};

const SAMPLE: [(&str, &str); 2] = [
    (
        "__init__.py",
        "from dataclasses import dataclass\nfrom datetime import timedelta as td\nfrom enum import Enum\nfrom typing import *\nT = TypeVar('T', bound=int)\nLIMIT: Final = 0x10\nname = compute()\nStrOrInt = Union[str, int]\n_hidden = object()\nclass Error(ValueError):\n    line: int\nclass Table(Generic[T]):\n    MAX = 9\n    def __init__(self, width=_hidden): ...\n    def first(self, other: T, /) -> Optional[T]: ...\n    @classmethod\n    def make(cls, *, age: td) -> 'Table': ...\n    @property\n    def height(self) -> int: ...\n    @property\n    def both(self) -> int: ...\n    @both.setter\n    def both(self, v): ...\n    class Row:\n        def cells(self): ...\nclass Kind(Enum):\n    WIDE = 'it\\'s'\n@dataclass(frozen=True)\nclass Point:\n    x: int\n    y: Set[int] = frozenset()\n@overload\ndef over(a: int) -> int: ...\n@overload\ndef over(a: str) -> str: ...\ndef over(a): ...\n",
    ),
    (
        "colour/__init__.py",
        "from contextlib import contextmanager\nfrom typing import AbstractSet, Iterator\nfrom .. import Table\ndef plain(x: 'Table', y: AbstractSet[int] = ...) -> None:\n    raise ValueError\nasync def wait(*args: int, **kw: str): ...\n@contextmanager\ndef held() -> Iterator[int]: ...\nclass Deep:\n    def f(self, a, b='x'): ...\nRED = 1\n",
    ),
];

fn block(code: &str) -> Api {
    Python.extract_block(code, "SPEC.md", 0, code)
}

#[test]
fn all_declarations_in_one_block_are_the_library() {
    let library = api(&SAMPLE);
    let declarations: Vec<_> = library.items.iter().map(|item| item.declaration.as_str()).collect();
    let declared = block(&declarations.join("\n"));
    assert_eq!(paths(&declared), paths(&library), "{}", declarations.join("\n"));
    assert_eq!(compare(&declared, &library).findings, vec![]);
    assert_eq!(
        compare(&library, &declared)
            .findings
            .iter()
            .filter(|finding| finding.rule != "api-signature")
            .count(),
        0
    );
}

#[test]
fn each_declaration_alone_is_its_item() {
    for wanted in &api(&SAMPLE).items {
        let declared = block(&wanted.declaration);
        let found = item(&declared, &wanted.path);
        assert_eq!(found.kind, wanted.kind, "{}", wanted.declaration);
        let names: Vec<_> =
            paths(&declared).into_iter().filter(|path| !wanted.path.starts_with(path)).collect();
        assert!(names.is_empty(), "{}: {names:?}", wanted.declaration);
    }
}

#[test]
fn places_of_a_block_are_those_of_the_document() {
    let document = "# Spec\n\n```python api\ndef f(): ...\n```\n";
    let at = document.find("def").unwrap();
    let api = Python.extract_block("def f(): ...\n", "SPEC.md", at, document);
    assert_eq!(item(&api, "f").place.to_string(), "SPEC.md:4:1");
}
