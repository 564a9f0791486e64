//! Single changes are found, and respellings are not.

use super::{api, lib};
use crate::{Api, compare};
use ghostlib_model::Finding;

const BASE: &str = "
from abc import abstractmethod
from dataclasses import dataclass
from enum import Enum
from typing import Optional, List
__all__ = ['Table', 'Kind', 'Point', 'Error', 'draw', 'fetch', 'LIMIT', 'Pair']
LIMIT = 4
Pair = List[int]
class Error(ValueError): ...
class Table:
    MAX = 9
    width: int
    def __init__(self, width: int = 80): ...
    def rows(self, start=0, *, end=None) -> List[int]: ...
    @staticmethod
    def parse(text: str): ...
    @property
    def height(self) -> int: ...
    @abstractmethod
    def fill(self): ...
class Kind(Enum):
    WIDE = 1
    NARROW = 2
@dataclass
class Point:
    x: int
    y: int = 0
def draw(table: Table, /, style: Optional[str] = None, *more, **options) -> str:
    raise Error('no')
async def fetch(url): ...
";

/// One change, the rule that it breaks, and what about.
const SEEDED: &[(&str, &str, &str, &str)] = &[
    ("'fetch', ", "", "api-missing", "fetch"),
    ("LIMIT = 4", "LIMIT = 5", "api-signature", "LIMIT"),
    ("LIMIT = 4", "def LIMIT(): ...", "api-kind", "LIMIT"),
    ("List[int]\nclass", "List[str]\nclass", "api-signature", "Pair"),
    ("Error(ValueError)", "Error(TypeError)", "api-signature", "Error"),
    ("    MAX = 9\n", "", "api-missing", "Table.MAX"),
    ("    width: int\n", "    width: str\n", "api-signature", "Table.width"),
    ("width: int = 80", "width: int = 90", "api-signature", "Table.__init__"),
    ("width: int = 80", "width: int", "api-signature", "Table.__init__"),
    ("start=0, *, end", "start=0, end", "api-signature", "Table.rows"),
    ("start=0", "begin=0", "api-signature", "Table.rows"),
    ("start=0, ", "start=0, extra=0, ", "api-signature", "Table.rows"),
    ("-> List[int]", "-> List[str]", "api-signature", "Table.rows"),
    ("    @staticmethod\n", "", "api-signature", "Table.parse"),
    ("    @property\n", "", "api-kind", "Table.height"),
    ("    @abstractmethod\n", "", "api-signature", "Table.fill"),
    ("    NARROW = 2\n", "", "api-missing", "Kind.NARROW"),
    ("NARROW = 2", "NARROW = 3", "api-signature", "Kind.NARROW"),
    ("NARROW = 2", "NARROW = 2\n    THIRD = 3", "api-extra", "Kind.THIRD"),
    ("Kind(Enum)", "Kind(str, Enum)", "api-signature", "Kind"),
    ("    y: int = 0", "    y: int = 1", "api-signature", "Point.__init__"),
    ("table: Table, /", "table: Table", "api-signature", "draw"),
    ("Optional[str]", "str", "api-signature", "draw"),
    ("*more, ", "", "api-signature", "draw"),
    (", **options", "", "api-signature", "draw"),
    ("raise Error('no')", "...", "api-raises", "draw"),
    ("async def", "def", "api-signature", "fetch"),
    ("async def fetch(url)", "fetch = 1\nasync def fetched(url)", "api-kind", "fetch"),
    ("__all__ = [", "def light(): ...\n__all__ = ['light', ", "api-extra", "light"),
];

fn differences(required: &Api, candidate: &Api) -> Vec<Finding> {
    compare(required, candidate).findings
}

#[test]
fn each_seeded_change_is_found_alone() {
    for (from, to, rule, subject) in SEEDED {
        assert_eq!(BASE.matches(from).count(), 1, "{from}");
        let findings = differences(&lib(BASE), &lib(&BASE.replace(from, to)));
        let found: Vec<_> =
            findings.iter().map(|finding| (finding.rule.as_str(), finding.subject.as_str())).collect();
        assert_eq!(found, [(*rule, *subject)], "{from} -> {to}");
        let line = BASE[..BASE.find(from).unwrap()].matches('\n').count() + 1;
        let place = findings[0].reference.as_ref().or(findings[0].candidate.as_ref()).unwrap();
        assert!((place.line as usize).abs_diff(line) <= 2 || from.contains('\''), "{from}: {place}");
        assert!(findings[0].advice.ends_with('.') && !findings[0].message.contains("::"));
    }
}

#[test]
fn a_library_and_itself_have_no_difference() {
    assert_eq!(differences(&lib(BASE), &lib(BASE)), vec![]);
}

#[test]
fn a_respelled_library_has_no_difference() {
    let files = [
        ("__init__.py", "from lib._things import *\nfrom ._more import draw, fetch, LIMIT\n"),
        (
            "_things.py",
            "import enum, typing as t\nfrom ._base import _Base\n__all__ = ['Table', 'Kind', 'Point', 'Error', 'Pair']\ntype Pair = list[int]\nclass Error(ValueError):\n    '''Says no.'''\nclass Table(_Base):\n    MAX: t.Final = 3 * 3\n    width: \"int\"\n    def __init__(self, width: 'int' = 0x50) -> None: pass\n    @classmethod\n    def parse(cls, text: \"str\"): pass\nclass Kind(enum.Enum):\n    WIDE = enum.auto()\n    NARROW = enum.auto()\nclass Point:\n    x: int\n    y: int\n    def __init__(self, x: int, y: int = 0): pass\n    def __eq__(self, other): pass\n",
        ),
        (
            "_base.py",
            "from __future__ import annotations\nimport abc\nclass _Base(metaclass=abc.ABCMeta):\n    def rows(this, start: int = 0, *, end: int | None = None) -> list[int]: pass\n    @property\n    def height(self) -> int: pass\n    @abc.abstractmethod\n    def fill(self): pass\n",
        ),
        (
            "_more.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ._things import Table\nfrom ._things import Error\nLIMIT: int = 2 ** 2\n_NO = None\ndef draw(t: 'Table', /, style: 'str | None' = _NO, *rest: object, **kw: object) -> 'str':\n    _fail()\ndef _fail():\n    raise Error()\nasync def fetch(url: str) -> bytes: pass\n",
        ),
    ];
    assert_eq!(differences(&lib(BASE), &api(&files)), vec![]);
}

#[test]
fn a_missing_class_is_one_finding() {
    let findings = differences(&lib(BASE), &lib(&BASE.replace("'Table', ", "")));
    let missing: Vec<_> = findings.iter().filter(|finding| finding.rule == "api-missing").collect();
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].message, "the class `Table` with 7 items of its own is missing");
    assert_eq!(missing[0].advice, "Add `class Table: ...`.");
}
