//! The exceptions that a function is seen to raise.

use super::{item, lib};
use crate::compare;

fn raises(text: &str) -> Vec<String> {
    item(&lib(text), "f").function.clone().unwrap().raises
}

#[test]
fn exceptions_are_found_through_the_librarys_own_calls() {
    let text = "class Error(Exception): ...\nclass _Own(Exception): ...\ndef f(x):\n    if x:\n        raise ValueError('no')\n    _check(x)\n    for y in x:\n        raise Error from None\n    raise _Own\ndef _check(x):\n    raise KeyError(x)\n    f(x)\n";
    assert_eq!(raises(text), ["Error", "KeyError", "ValueError"]);
    assert_eq!(item(&lib(text), "f").declaration, "def f(x): ...  # raises Error, KeyError, ValueError");
}

#[test]
fn what_is_caught_or_unknown_is_not_raised() {
    let text = "def f(x):\n    try:\n        raise ValueError\n    except (ValueError, KeyError) as error:\n        raise\n    try:\n        raise OSError\n    except IOError:\n        raise TypeError\n    try:\n        raise LookupError\n    except:\n        pass\n    error = make()\n    raise error\n    def inner():\n        raise IndexError\n";
    assert_eq!(raises(text), ["TypeError"]);
}

#[test]
fn an_exception_that_the_candidate_does_not_raise_is_told_and_blocks_nothing() {
    let findings = compare(&lib("def f(x):\n    raise ValueError\n"), &lib("def f(x): ...\n")).findings;
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].rule.as_str(), findings[0].blocks()), ("api-raises", false));
    assert_eq!(compare(&lib("def f(x): ...\n"), &lib("def f(x):\n    raise ValueError\n")).findings, vec![]);
}
