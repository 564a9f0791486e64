//! Which names are public, and by which paths.

use super::{api, item, lib, paths, unseen};
use ghostlib_model::ApiKind;

#[test]
fn without_a_list_the_underscore_rules() {
    let api = lib(
        "import os\nfrom typing import Any\ndef f(): ...\ndef _g(): ...\nclass C: ...\nLIMIT = 4\nname = f()\n",
    );
    assert_eq!(paths(&api), ["C", "LIMIT", "f", "name"]);
    assert_eq!(item(&api, "LIMIT").kind, ApiKind::Const);
    assert_eq!(item(&api, "name").kind, ApiKind::Variable);
}

#[test]
fn a_list_rules_in_every_form() {
    let defs = "def a(): ...\ndef b(): ...\ndef _c(): ...\ndef d(): ...\n";
    for list in [
        "__all__ = ['a', '_c']",
        "__all__ = ('a', \"_c\")",
        "__all__: list[str] = ['a']\n__all__ += ['_c']",
        "__all__ = ['a'] + ['_c']",
        "__all__ = ['a']\n__all__.extend(('_c',))",
        "__all__ = ['a']\n__all__.append('_c')",
        "__all__ = ['a', 'b', '_c']\n__all__.remove('b')",
        "__all__ = sorted([*['a'], '_' 'c'])",
    ] {
        assert_eq!(paths(&lib(&format!("{defs}{list}\n"))), ["_c", "a"], "{list}");
    }
}

#[test]
fn lists_of_other_modules_are_added() {
    let files = [
        (
            "__init__.py",
            "from . import x\nfrom .x import *\n__all__ = ['own', *x.__all__]\n__all__ += x.__all__\ndef own(): ...\n",
        ),
        ("x.py", "__all__ = ['_f']\ndef _f(): ...\ndef g(): ...\n"),
    ];
    assert_eq!(paths(&api(&files)), ["_f", "own", "x", "x._f"]);
}

#[test]
fn a_computed_list_is_unseen_and_the_underscore_rules() {
    let api = lib("__all__ = [n for n in globals()]\ndef f(): ...\n");
    assert_eq!(paths(&api), ["f"]);
    assert_eq!(unseen(&api), ["names of an `__all__` that is computed"]);
}

#[test]
fn a_package_exports_what_it_imports_from_itself() {
    let files = [
        (
            "__init__.py",
            "import os as system\nfrom ._impl import f, g as h, _private\nfrom lib._impl import k\nfrom json import dumps\nfrom . import sub\n",
        ),
        ("_impl.py", "def f(): ...\ndef g(): ...\ndef k(): ...\ndef _private(): ...\n"),
        ("sub/__init__.py", "from .deep import x\n"),
        ("sub/deep.py", "from .._impl import f\nfrom ... import nothing\ndef x(): ...\n"),
    ];
    assert_eq!(paths(&api(&files)), ["f", "h", "k", "sub", "sub.deep", "sub.deep.x", "sub.x"]);
}

#[test]
fn other_modules_export_imports_only_when_they_say_so() {
    let files = [
        ("__init__.py", ""),
        ("a.py", "from ._impl import f as f, g\nfrom ._impl import C\n"),
        ("_impl.py", "def f(): ...\ndef g(): ...\nclass C: ...\n"),
    ];
    assert_eq!(paths(&api(&files)), ["a", "a.f"]);
}

#[test]
fn stars_bring_in_what_their_module_has() {
    let files = [
        ("__init__.py", "from ._a import *\n"),
        ("_a.py", "from ._b import *\nfrom ._c import *\nimport os\ndef a(): ...\ndef _hidden(): ...\n"),
        ("_b.py", "__all__ = ['b']\ndef b(): ...\ndef c(): ...\n"),
        ("_c.py", "from ._a import *\nclass D: ...\n"),
    ];
    assert_eq!(paths(&api(&files)), ["D", "a", "b"]);
}

#[test]
fn stars_and_names_of_other_libraries_are_unseen() {
    let api = lib("from tkinter import *\nfrom json import dumps as dumps\n__all__ = ['dumps', 'nowhere']\n");
    assert_eq!(
        unseen(&api),
        [
            "`nowhere`, which `__all__` lists and nothing defines",
            "all names of `tkinter`",
            "`dumps`, which is `json.dumps` of another library",
        ]
    );
}

#[test]
fn members_are_listed_below_the_shortest_path_alone() {
    let files = [
        ("__init__.py", "from .core import Table\n"),
        ("core.py", "class Table:\n    def rows(self): ...\n"),
    ];
    assert_eq!(paths(&api(&files)), ["Table", "Table.rows", "core", "core.Table"]);
}

#[test]
fn another_name_for_a_definition_is_another_path() {
    let api = lib("def f(a): ...\ng = f\n_h = f\nclass A: ...\nB = A\n");
    assert_eq!(paths(&api), ["A", "B", "f", "g"]);
    assert_eq!(item(&api, "g").declaration, "def g(a): ...");
}

#[test]
fn branches_are_taken_as_far_as_they_can_be_told() {
    let text = "import sys\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    def types(): ...\nelse:\n    def runtime(): ...\n\
        if sys.version_info >= (3, 8):\n    def new(): ...\nelse:\n    def old(): ...\n\
        if sys.platform == 'win32':\n    def windows(): ...\nelif unknown:\n    def maybe(a): ...\nelse:\n    def maybe(b): ...\n    def other(): ...\n\
        try:\n    from fast import quick\nexcept ImportError:\n    def quick(a): ...\n    def slow(): ...\n\
        with x:\n    def inside(): ...\nif __name__ == '__main__':\n    def main(): ...\n";
    let api = lib(text);
    let functions: Vec<_> = api.items.iter().map(|item| item.path.as_str()).collect();
    assert_eq!(functions, ["inside", "maybe", "new", "other", "runtime", "slow"]);
    assert_eq!(item(&api, "maybe").signature, "def(a)");
}

#[test]
fn what_is_deleted_or_wrapped_is_told_as_it_is() {
    let api = lib("def a(): ...\ndef b(): ...\ndef f(x): ...\nf = wrap(f, 1)\ndel a\n");
    assert_eq!(paths(&api), ["b", "f"]);
    assert_eq!(item(&api, "f").signature, "def(x)");
    assert_eq!(unseen(&api), ["what a call makes of `f`"]);
}

#[test]
fn what_only_a_run_would_show_is_unseen() {
    for (text, what) in [
        ("def __getattr__(name): ...\n", "names that the module's `__getattr__` makes"),
        ("globals()['x'] = 1\n", "what the assignment to `globals()['x']` adds"),
        ("globals().update(x=1)\n", "names that `globals().update` makes"),
        ("class C: ...\nsetattr(C, 'x', 1)\n", "names that `setattr` makes"),
        ("class C: ...\nC.x = 1\n", "what the assignment to `C.x` adds"),
        ("class C(metaclass=M): ...\n", "what the metaclass `M` makes of `C`"),
        ("class C:\n    def __getattr__(self, name): ...\n", "attributes that `C.__getattr__` makes"),
        ("@changed(1)\ndef f(): ...\n", "what the decorator `changed(1)` makes of `f`"),
        ("class C:\n    @changed\n    def f(self): ...\n", "what the decorator `changed` makes of `C.f`"),
        ("exec('x = 1')\n", "names that `exec` makes"),
        ("def f(:\n", "code that does not parse"),
    ] {
        assert!(unseen(&lib(text)).contains(&what), "{text}: {:?}", unseen(&lib(text)));
    }
}

#[test]
fn a_decorator_that_wraps_keeps_the_signature() {
    let api = lib(
        "from functools import wraps\ndef _log(f):\n    @wraps(f)\n    def inner(*a): ...\n    return inner\n@_log\ndef f(x): ...\n",
    );
    assert_eq!((unseen(&api), item(&api, "f").signature.as_str()), (vec![], "def(x)"));
}
