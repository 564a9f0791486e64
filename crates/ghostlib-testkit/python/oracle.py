"""Compares an API that was read with the one that Python itself sees.

    cargo run -p ghostlib-diff --example api -- TREE | python3 oracle.py TREE

Imports the library, so that only libraries that may be run belong here. Prints precision and recall of the
public paths, the share of functions with the same parameters, and each difference.
"""

import ast
import enum
import functools
import importlib
import inspect
import pathlib
import pkgutil
import re
import sys
import types

PLUMBING = set(
    "__class_getitem__ __copy__ __deepcopy__ __del__ __delattr__ __dir__ __getattr__ __getattribute__ "
    "__getnewargs__ __getnewargs_ex__ __getstate__ __init_subclass__ __instancecheck__ __ne__ __post_init__ "
    "__prepare__ __reduce__ __reduce_ex__ __replace__ __repr__ __set_name__ __setattr__ __setstate__ "
    "__sizeof__ __subclasscheck__ __subclasshook__ __attrs_post_init__".split()
)


def is_public(path):
    return not any(part.startswith("_") for part in path.split("."))


def modules(name):
    """Each public module of a package, and those that cannot be imported here."""
    root = importlib.import_module(name)
    found, failed = {"": root}, []
    for info in pkgutil.walk_packages(getattr(root, "__path__", []), name + ".", lambda name: failed.append(name)):
        path = info.name.removeprefix(name + ".")
        folders = path.split(".") if info.ispkg else path.split(".")[:-1]
        if is_public(path) and "tests" not in folders:
            try:
                found[path] = importlib.import_module(info.name)
            except Exception:
                failed.append(info.name)
    return found, [name_.removeprefix(name + ".") for name_ in failed]


def imports(module):
    """The names that a module's own text imports, each with whether it is exported by that."""
    path = inspect.getsourcefile(module)
    is_package = hasattr(module, "__path__")
    own = module.__name__.split(".")[0]
    names = {}
    waiting = [ast.parse(pathlib.Path(path).read_text())]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            waiting.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.ImportFrom):
            from_here = node.level > 0 or (node.module or "").split(".")[0] == own
            for alias in node.names:
                names[alias.asname or alias.name] = alias.asname == alias.name or (is_package and from_here)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                names[(alias.asname or alias.name).split(".")[0]] = alias.asname == alias.name
    return names


def exported(module):
    if hasattr(module, "__all__"):
        return [name for name in module.__all__ if name in vars(module) and name != "__doc__"]
    imported = imports(module)
    return [name for name in vars(module) if not name.startswith("_") and imported.get(name, True)]


def is_own(cls, tops):
    return cls.__module__.split(".")[0] in tops


def members(cls, public, tops):
    """The members of a class and of its bases without a public name; not what a public base has in the same way."""
    found = {}
    for base in reversed(cls.__mro__):
        if base is cls or (is_own(base, tops) and base not in public):
            names = dict(vars(base))
            for name, annotation in annotations(base).items():
                names.setdefault(name, annotation)
            found.update(names)
    if "__new__" in found and "__init__" not in found and not issubclass(cls, enum.Enum):
        found["__init__"] = functools.partial(found["__new__"], None)
    for name, value in found.items():
        is_special = name.startswith("__") and name.endswith("__")
        if name.startswith("_") and not (is_special and callable(value) and name not in PLUMBING):
            continue
        if name == "__new__" or (name in ("__init__", "__format__") and issubclass(cls, enum.Enum)):
            continue
        if is_special and (isinstance(value, type) or getattr(value, "__module__", "") in ("enum", "typing")):
            continue
        if any(inherited(base, name, value) for base in cls.__mro__[1:] if base in public):
            continue
        yield name, value


def annotations(cls):
    """Those that a class writes itself: a typed dictionary has those of its bases too."""
    own = vars(cls).get("__annotations__", {})
    text = inspect.getsource(cls) if hasattr(cls, "__total__") else None
    return {name: told for name, told in own.items() if text is None or f" {name}:" in text}


def inherited(base, name, value):
    known = inspect.getattr_static(base, name, annotations(base).get(name, Ellipsis))
    return known is not Ellipsis and told(known) == told(value)


def told(value):
    function = getattr(value, "__func__", value)
    is_abstract = getattr(value, "__isabstractmethod__", False)
    if isinstance(value, type):
        return value.__qualname__
    try:
        return type(value).__name__, str(inspect.signature(function)), is_abstract
    except (TypeError, ValueError):
        if isinstance(value, property):
            return "property", is_abstract, value.fset is None, str(inspect.signature(value.fget).return_annotation)
        return type(value).__name__, repr(value)


def parameters(value, in_class):
    """The parameters that a caller passes, as texts; nothing for what cannot be called."""
    drop = in_class and not isinstance(value, (staticmethod, functools.partial))
    function = getattr(value, "__func__", value)
    if isinstance(value, (type, property)) or not callable(function):
        return None
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    found = list(signature.parameters.values())
    if drop and found and found[0].kind in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD):
        found = found[1:]
    texts = []
    for parameter in found:
        hidden = parameter.kind in (parameter.POSITIONAL_ONLY, parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        name = "_" if hidden else re.sub("^_[A-Z][A-Za-z]*(?=__)", "", parameter.name)
        text = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "") + name
        text += f"/{parameter.kind.name}"
        if parameter.default is not parameter.empty:
            default = parameter.default
            known = default is None or isinstance(default, (bool, int, float, str, bytes)) and not isinstance(default, enum.Enum)
            text += f" = {default!r}" if known else " = ..."
        texts.append(text)
    return texts


def pieces(text, separator):
    """Splits where no bracket and no string is open."""
    parts, depth, quoted, at, start = [], 0, False, 0, 0
    while at < len(text):
        character = text[at]
        if quoted and character == "\\":
            at += 1
        elif character == "'":
            quoted = not quoted
        elif not quoted and character in "([{":
            depth += 1
        elif not quoted and character in ")]}":
            depth -= 1
            if depth < 0:
                break
        elif not quoted and depth == 0 and text.startswith(separator, at):
            parts.append(text[start:at])
            start = at + len(separator)
        at += 1
    return [part for part in [*parts, text[start:at]] if part]


def read_parameters(signature):
    """The same out of a signature that was read: that of the implementation, behind the overloads."""
    texts, kind = [], "POSITIONAL_OR_KEYWORD"
    for part in pieces(signature.rsplit("def(", 1)[1], ", "):
        if part == "/":
            texts = [text.replace("POSITIONAL_OR_KEYWORD", "POSITIONAL_ONLY") for text in texts]
            continue
        if part == "*":
            kind = "KEYWORD_ONLY"
            continue
        name, *default = pieces(part, " = ")
        name = pieces(name, ": ")[0]
        own = "VAR_KEYWORD" if name.startswith("**") else "VAR_POSITIONAL" if name.startswith("*") else kind
        if own == "VAR_POSITIONAL":
            kind = "KEYWORD_ONLY"
        texts.append(f"{name}/{own}" + "".join(f" = {value}" for value in default))
    return texts


def same(read, seen):
    if len(read) != len(seen):
        return False
    for a, b in zip(read, seen):
        (a, *value), (b, *default) = a.split(" = ", 1), b.split(" = ", 1)
        if a != b or bool(value) != bool(default):
            return False
        if value and "..." not in (value[0], default[0]):
            try:
                if ast.literal_eval(value[0]) != ast.literal_eval(default[0]):
                    return False
            except (SyntaxError, ValueError):
                pass
    return True


def oracle(name, tops):
    found, failed = modules(name)
    public, items, signatures = {}, {path for path in found if path}, {}
    for path, module in found.items():
        for own in exported(module):
            value, full = vars(module)[own], f"{path}.{own}" if path else own
            if isinstance(value, types.ModuleType) or type(value).__name__ in ("TypeVar", "ParamSpec", "_Feature"):
                continue
            if own == "TYPE_CHECKING":
                continue
            items.add(full)
            if isinstance(value, type) and is_own(value, tops):
                public.setdefault(value, []).append(full)
            elif not isinstance(value, type):
                signatures[full] = parameters(value, False)
    for cls, paths in public.items():
        shortest = min(paths, key=lambda path: (path.count("."), len(path), path))
        below(cls, shortest, public, tops, items, signatures)
    return items, signatures, failed


def below(cls, path, public, tops, items, signatures):
    for name, value in members(cls, public, tops):
        items.add(f"{path}.{name}")
        signatures[f"{path}.{name}"] = parameters(value, True)
        if isinstance(value, type) and value.__qualname__.startswith(cls.__qualname__ + "."):
            below(value, f"{path}.{name}", public, tops, items, signatures)


def main():
    tree = pathlib.Path(sys.argv[1])
    lines = [line.rstrip("\n").split("\t") for line in sys.stdin]
    name = lines[0][0]
    sys.path[:0] = [str(tree / folder) for folder in ("src", "lib", ".") if (tree / folder).is_dir()]
    beside = {folder.name for root in (tree, tree / "src") for folder in root.glob("*") if (folder / "__init__.py").is_file()}
    items, signatures, failed = oracle(name, beside | {name})
    read = {path: signature for path, kind, signature in lines[1:] if kind != "unseen"}
    beside -= {name, *(path.split(".")[0] for path in items)}
    read = {path: s for path, s in read.items() if path.split(".")[0] not in beside and not any(path.startswith(f) for f in failed)}
    both = items & read.keys()
    callable_both = [path for path in sorted(both) if signatures.get(path) is not None and "def(" in read[path]]
    equal = [path for path in callable_both if same(read_parameters(read[path]), signatures[path])]
    for path in sorted(items - read.keys()):
        print(f"missing\t{path}")
    for path in sorted(read.keys() - items):
        print(f"extra\t{path}")
    for path in sorted(set(callable_both) - set(equal)):
        print(f"signature\t{path}\t{read_parameters(read[path])}\t{signatures[path]}")
    n_unseen = sum(kind == "unseen" for _, kind, _ in lines[1:])
    print(
        f"{name}: {len(items)} paths, precision {len(both)}/{len(read)} = {len(both) / len(read):.3f}, "
        f"recall {len(both)}/{len(items)} = {len(both) / len(items):.3f}, "
        f"parameters {len(equal)}/{len(callable_both)} = {len(equal) / max(1, len(callable_both)):.3f}, "
        f"{n_unseen} unseen, not imported: {failed}"
    )


main()
