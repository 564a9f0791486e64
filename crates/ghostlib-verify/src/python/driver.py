"""A driver: makes a Python library callable by lines of JSON.

Usage: driver.py PLAN [check | count]

PLAN is a JSON file that tells where the library is and what its operations are:

    {"library": "tables", "path": ["/sources"], "operations": [
      {"name": "Table.add_row", "kind": "method", "target": "add_row", "of": "Table",
       "params": [{"name": "self", "as": ["kept"]}, {"name": "cells", "as": ["list", ["text"]]}]}]}

| kind       | what is done                                                  |
|------------|---------------------------------------------------------------|
| call       | calls what stands at the path `target` below the library      |
| method     | calls the attribute `target` of the parameter `self`          |
| attribute  | reads the attribute `target` of the parameter `self`          |
| value      | reads what stands at the path `target`                        |
| expression | evaluates `target`, where the parameters and the library have names |

A parameter has a name, how its values are read (`as`, see READERS), how it is passed (`passing`: "either",
"positional", "keyword", "rest" for `*args`, "keywords" for `**kwargs`), and may be left out if it is `optional`.

With `check` it writes one line, the first line of its input and what is wrong: {"failed": TEXT} if the library
cannot be imported, else {"missing": [[operation, reason], ...], "functions": [[file, line, name, lines], ...]}, with the
lines of the library's functions, or null where Python cannot tell which lines run.

With `count` it tells the lines of functions that run for the first time, as FILE:LINE.
"""

import collections
import collections.abc
import dataclasses
import datetime
import decimal
import enum
import fractions
import importlib
import io
import itertools
import json
import os
import pathlib
import re
import signal
import sys
import time
import types
import uuid
import warnings

MAX_ITEMS = 256  # of an iterator
MAX_CALLED = 64  # calls of a function that are told
MAX_DEPTH = 60  # of a value
MAX_EFFECT = 64 << 10  # bytes
AFTER_LOSS = '{"not-run":"a call before it did not return"}'

NOTHING = object()
quoted = json.encoder.encode_basestring


class Misfit(Exception):
    """A call cannot be made, and why."""


# Writing values: each function gives the JSON text of a value.


def write(value, depth=0):
    """The text of any value."""
    kind = type(value)
    writer = WRITERS.get(kind)
    if writer is None:
        writer = WRITERS[kind] = writer_of(kind)
    if depth > MAX_DEPTH:
        return write_opaque(value, depth)
    return writer(value, depth + 1)


def write_text(value, _):
    try:
        value.encode()
    except UnicodeEncodeError:
        return write_broken_text(value)
    return quoted(value)


def write_broken_text(value):
    """Text with halves of surrogate pairs: bytes, if it is what the system's names with broken bytes become."""
    try:
        return '{"bytes":%s}' % write_bytes(value.encode("utf-8", "surrogateescape"), 0)
    except UnicodeEncodeError:
        units = value.encode("utf-16-le", "surrogatepass")
        pairs = zip(units[::2], units[1::2])
        return '{"utf16":[%s]}' % ",".join(str(low | high << 8) for low, high in pairs)


def write_bool(value, _):
    return "true" if value else "false"


def write_int(value, _):
    if -(1 << 63) <= value < 1 << 64:
        return int.__repr__(value)
    return '{"int":"%s"}' % digits(value)


def digits(value):
    """All digits, however many the library allows."""
    if not hasattr(sys, "set_int_max_str_digits"):
        return int.__repr__(value)
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        return int.__repr__(value)
    finally:
        sys.set_int_max_str_digits(limit)


def write_float(value, _):
    text = float.__repr__(value)
    if text in ("nan", "inf", "-inf"):
        return '{"float":"%s"}' % text
    if text == "-0.0":
        return '{"float":"-0"}'
    if "e" in text:
        mantissa, exponent = text.split("e")
        return "%se%d" % (mantissa, int(exponent))
    return text


def write_bytes(value, _):
    return "[%s]" % ",".join(map(str, bytes(value)))


def write_none(_, __):
    return "null"


def write_list(value, depth):
    return "[%s]" % ",".join([write(item, depth) for item in value])


def write_set(value, depth):
    return "[%s]" % ",".join(sorted([write(item, depth) for item in value]))


def write_map(value, depth):
    return "[%s]" % ",".join(["[%s,%s]" % (write(k, depth), write(v, depth)) for k, v in value.items()])


def write_iterator(value, depth):
    items = [write(item, depth) for item in itertools.islice(value, MAX_ITEMS + 1)]
    if len(items) > MAX_ITEMS:
        items[MAX_ITEMS] = '{"more":true}'
    return "[%s]" % ",".join(items)


def write_async_iterator(value, depth):
    async def drained():
        items = []
        async for item in value:
            items.append(item)
            if len(items) > MAX_ITEMS:
                break
        return items

    return write_iterator(iter(run(drained())), depth)


def write_duration(value, _):
    micros = value // datetime.timedelta(microseconds=1)
    seconds, rest = divmod(abs(micros), 10**6)
    sign = -1 if micros < 0 else 1
    return '{"secs":%d,"nanos":%d}' % (sign * seconds, sign * rest * 1000)


EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def write_datetime(value, depth):
    # Any other zone is a part of the value, and no zone is no point in time.
    if value.utcoffset() == datetime.timedelta(0):
        return '{"since_epoch":%s}' % write_duration(value - EPOCH, depth)
    return write_display(value, depth)


def write_path(value, depth):
    return write_text(os.fspath(value), depth)


def write_complex(value, _):
    return '{"display":%s}' % quoted(complex.__repr__(value))


def write_variant(value, depth):
    name = value.name
    if name is None:
        # Several flags together have no name in older Pythons.
        single = [one for one in type(value) if one.value and one.value & value.value == one.value]
        name = "|".join(one.name for one in single) or str(value.value)
    return '{"variant":%s}' % quoted(name)


def write_fields(names):
    def writer(value, depth):
        told = ["%s:%s" % (quoted(name), write(getattr(value, name), depth)) for name in names]
        return '{"fields":{%s}}' % ",".join(told)

    return writer


def write_namespace(value, depth):
    return write_fields([name for name in vars(value) if isinstance(name, str)])(value, depth)


def write_display(value, depth):
    return '{"display":%s}' % write_text(str(value), depth)


def write_opaque(value, _):
    return '{"opaque":%s}' % quoted(type(value).__qualname__)


# The values of these types are data: they are not kept.
WRITERS = {
    str: write_text,
    bool: write_bool,
    int: write_int,
    float: write_float,
    type(None): write_none,
    bytes: write_bytes,
    bytearray: write_bytes,
    memoryview: write_bytes,
    list: write_list,
    tuple: write_list,
    range: write_list,
    collections.deque: write_list,
    dict: write_map,
    collections.OrderedDict: write_map,
    collections.defaultdict: write_map,
    collections.Counter: write_map,
    types.MappingProxyType: write_map,
    set: write_set,
    frozenset: write_set,
    type({}.keys()): write_list,
    type({}.values()): write_list,
    type({}.items()): write_list,
    types.GeneratorType: write_iterator,
    types.AsyncGeneratorType: write_async_iterator,
    datetime.timedelta: write_duration,
    datetime.datetime: write_datetime,
    datetime.date: write_display,
    datetime.time: write_display,
    decimal.Decimal: write_display,
    fractions.Fraction: write_display,
    complex: write_complex,
    uuid.UUID: write_display,
    types.SimpleNamespace: write_namespace,
    io.StringIO: lambda value, _: write_text(value.getvalue(), 0),
    io.BytesIO: lambda value, _: write_bytes(value.getvalue(), 0),
}
DATA = frozenset(WRITERS)
# A class that is made of one of these is written as that.
BASES = (
    (pathlib.PurePath, write_path),
    (str, write_text),
    (int, write_int),
    (float, write_float),
    ((bytes, bytearray), write_bytes),
    ((list, tuple, collections.deque), write_list),
    ((dict, types.MappingProxyType), write_map),
    ((set, frozenset), write_set),
    (datetime.timedelta, write_duration),
    (datetime.datetime, write_datetime),
)


def writer_of(kind):
    """How values of a type are written that WRITERS does not know yet."""
    if issubclass(kind, enum.Enum):
        return write_variant
    names = field_names(kind)
    if names is not None and not any(name.startswith("_") for name in names):
        return write_fields(names)
    for base, writer in BASES:
        if issubclass(kind, base):
            return writer
    # An object of the library's own is asked by its operations.
    if hasattr(kind, "__next__") and not is_own(kind):
        return write_iterator
    if kind.__str__ is not object.__str__ and not issubclass(kind, type):
        return write_display
    return write_opaque


def field_names(kind):
    if dataclasses.is_dataclass(kind):
        return [field.name for field in dataclasses.fields(kind)]
    if hasattr(kind, "__attrs_attrs__"):
        return [field.name for field in kind.__attrs_attrs__]
    if issubclass(kind, tuple):
        return getattr(kind, "_fields", None)
    return None


def is_own(kind):
    return (kind.__module__ or "").partition(".")[0] == Library.top


def is_kept(value):
    """Whether later calls may ask for what a call returned."""
    kind = type(value)
    return kind not in DATA and WRITERS.get(kind) not in (write_iterator, write_async_iterator)


# Reading values: each function makes a value of what json has parsed.


class Given:
    """A function that the judge supplies: it returns some values in turn, and notes its arguments."""

    def __init__(self, results):
        self.results = results
        self.n_calls = 0
        self.told = []

    def __call__(self, *args, **kwargs):
        if self.n_calls < MAX_CALLED:
            told = [write(arg) for arg in args]
            if kwargs:
                told.append('{"fields":{%s}}' % ",".join("%s:%s" % (quoted(k), write(v)) for k, v in kwargs.items()))
            self.told.append("[%s]" % ",".join(told))
        self.n_calls += 1
        return self.results[(self.n_calls - 1) % len(self.results)] if self.results else None


def kept_value(json_value):
    """What {"$": n} stands for."""
    index = json_value["$"]
    if type(index) is not int or not 0 <= index < len(Sequence.kept):
        raise Misfit("no call of the sequence has the number %s" % json.dumps(index))
    value = Sequence.kept[index]
    if value is NOTHING:
        raise Misfit("call %d returned nothing that was kept" % index)
    return value


def misfit(wanted, value):
    shown = json.dumps(value, ensure_ascii=False, default=str)
    return Misfit("a value does not fit %s: %s" % (wanted, shown[:200]))


def only(mark, value):
    """The content of {mark: content}; NOTHING for any other value."""
    return value[mark] if type(value) is dict and len(value) == 1 and mark in value else NOTHING


def reader(wanted, read):
    """Makes a reader of a function that answers NOTHING to what does not fit."""

    def of(*inner):
        def reading(value):
            if type(value) is dict and "$" in value and len(value) == 1:
                return kept_value(value)
            try:
                found = read(value, *inner)
            except (ValueError, TypeError, KeyError, OverflowError, ArithmeticError):
                found = NOTHING
            if found is NOTHING:
                raise misfit(wanted, value)
            return found

        return reading

    return of


def read_text(value):
    if type(value) is str:
        return value
    found = only("bytes", value)
    if found is not NOTHING:
        return bytes(found).decode("utf-8", "surrogateescape")
    found = only("utf16", value)
    if found is not NOTHING:
        return b"".join(unit.to_bytes(2, "little") for unit in found).decode("utf-16-le", "surrogatepass")
    return NOTHING


def read_bool(value):
    return value if type(value) is bool else NOTHING


def read_int(value):
    if type(value) is int:
        return value
    found = only("int", value)
    is_whole = type(found) is str and re.fullmatch("-?[0-9]+", found)
    return int(found) if is_whole else NOTHING


def read_float(value):
    if type(value) in (float, int):
        return float(value)
    found = only("float", value)
    return float(found) if found in ("nan", "inf", "-inf", "-0") else NOTHING


def read_bytes(value):
    if type(value) is str:
        return value.encode()
    found = only("bytes", value)
    return bytes(value if found is NOTHING else found) if type(value) in (list, dict) else NOTHING


def read_none(value):
    return None if value is None else NOTHING


def read_list(value, item):
    return [item(one) for one in value] if type(value) is list else NOTHING


def read_tuple(value, *items):
    if type(value) is not list or len(value) != len(items):
        return NOTHING
    return tuple(item(one) for item, one in zip(items, value))


def read_map(value, key, item):
    if type(value) is dict:
        return {key(k): item(v) for k, v in value.items()}
    return {key(k): item(v) for k, v in value} if type(value) is list else NOTHING


def read_optional(value, item):
    if value is None:
        return None
    found = only("some", value)
    return item(value if found is NOTHING else found)


def read_duration(value):
    return datetime.timedelta(seconds=value["secs"], microseconds=value["nanos"] // 1000)


def read_time(value):
    return EPOCH + read_duration(value["since_epoch"])


def read_function(value, result):
    found = only("returns", value)
    if type(found) is not list:
        return NOTHING
    given = Given([result(one) for one in found])
    Sequence.given.append(given)
    return given


def read_kept(_):
    return NOTHING


def read_variant(value, kind):
    found = only("variant", value)
    return kind[found if found is not NOTHING else value]


def read_display(of, plain=lambda _: NOTHING):
    """What is read back from its text: {"display": T}, or the text itself; `plain` reads anything else."""

    def read(value):
        found = only("display", value)
        text = value if found is NOTHING else found
        return of(text) if type(text) is str else plain(value)

    return read


def read_naive(value):
    """A date and time as most functions take it: without a zone."""
    return read_time(value).replace(tzinfo=None)


def read_one_of(value, *readings):
    for reading in readings:
        try:
            return reading(value)
        except Misfit:
            continue
    return NOTHING


def read_any(value):
    """A value of which only its JSON is known."""
    if type(value) is list:
        return [read_any(one) for one in value]
    if type(value) is not dict:
        return value
    for mark, read in MARKS.items():
        if mark in value:
            return read(value)
    return {key: read_any(one) for key, one in value.items()}


READERS = {
    "any": reader("any value", read_any),
    "text": reader("a text", read_text),
    "bool": reader("a boolean", read_bool),
    "int": reader("a whole number", read_int),
    "float": reader("a number", read_float),
    "bytes": reader("bytes", read_bytes),
    "bytearray": reader("bytes", lambda value: bytearray(read_bytes(value))),
    "none": reader("nothing", read_none),
    "list": reader("a list", read_list),
    "iterator": reader("a list", lambda value, item: iter(read_list(value, item))),
    "tuple": reader("a list of fixed length", read_tuple),
    "tuple-of": reader("a list", lambda value, item: tuple(read_list(value, item))),
    "set": reader("a list", lambda value, item: set(read_list(value, item))),
    "frozenset": reader("a list", lambda value, item: frozenset(read_list(value, item))),
    "map": reader("a list of pairs", read_map),
    "optional": reader("null or a value", read_optional),
    "function": reader("a function", read_function),
    "kept": reader("what a call returned", read_kept),
    "variant": reader("a variant", read_variant),
    "duration": reader("a duration", read_duration),
    "time": reader("a point in time", read_time),
    "datetime": reader("a date and time", read_display(datetime.datetime.fromisoformat, read_naive)),
    "date": reader("a date", read_display(datetime.date.fromisoformat, lambda value: read_time(value).date())),
    "time-of-day": reader("a time of day", read_display(datetime.time.fromisoformat)),
    "decimal": reader("a decimal number", read_display(decimal.Decimal, lambda value: decimal.Decimal(repr(value)))),
    "fraction": reader("a fraction", read_display(fractions.Fraction, fractions.Fraction)),
    "uuid": reader("a UUID", read_display(uuid.UUID)),
    "text-file": reader("a text", lambda value: io.StringIO(read_text(value))),
    "binary-file": reader("bytes", lambda value: io.BytesIO(read_bytes(value))),
    "one-of": reader("one of several types", read_one_of),
    "path": reader("a path", lambda value: pathlib.Path(read_text(value))),
}
# What tells the type of a value where nothing else does.
MARKS = {
    "$": kept_value,
    "int": read_int,
    "float": read_float,
    "bytes": read_bytes,
    "utf16": read_text,
    "some": lambda value: read_any(value["some"]),
    "secs": read_duration,
    "since_epoch": read_time,
    "returns": lambda value: read_function(value, read_any),
}


def reading(told):
    """The reader that `as` describes: a name with readers, or the path of a class, behind it."""
    name, *inner = told
    if name == "variant":
        return READERS[name](Library.find(inner[0]))
    return READERS[name](*map(reading, inner))


# The library and its operations.


class Library:
    """What is imported."""

    top = ""
    name = ""
    module = None
    failed = None

    @classmethod
    def load(cls, name):
        cls.name, cls.top = name, name.partition(".")[0]
        # The library may have the name of a module of the standard library.
        sys.modules.pop(cls.top, None)
        try:
            cls.module = importlib.import_module(name)
        except BaseException as error:
            cls.failed = "the library cannot be imported: %s" % shown_error(error)

    @classmethod
    def find(cls, path):
        """What stands at a path below the main package, or else below another one."""
        parts = path.split(".")
        try:
            return follow(cls.module, parts)
        except Misfit as error:
            found = cls.in_module(cls.name.split(".") + parts)
            if found is NOTHING:
                found = cls.in_module(parts)
            if found is NOTHING:
                raise error
            return found

    @staticmethod
    def in_module(parts):
        """What stands in a module that its package does not tell of, or has something else of the same name for."""
        for n_parts in range(len(parts) - 1, 0, -1):
            try:
                module = importlib.import_module(".".join(parts[:n_parts]))
                return follow(module, parts[n_parts:])
            except (ImportError, Misfit):
                continue
        return NOTHING


def follow(found, parts):
    for part in parts:
        try:
            found = getattr(found, part)
        except AttributeError:
            name = getattr(found, "__name__", type(found).__qualname__)
            raise Misfit("`%s` has no `%s`" % (name, part)) from None
    return found


class Param:
    def __init__(self, told):
        self.name = told["name"]
        self.passing = told.get("passing", "either")
        self.is_optional = told.get("optional", False) or self.passing in ("rest", "keywords")
        self.read = reading(told["as"])


class Operation:
    """How an operation is called: `invoke` takes the arguments by the names of the parameters."""

    def __init__(self, told):
        kind, target, of = told["kind"], told.get("target", ""), told.get("of")
        self.params = [Param(param) for param in told["params"]]
        self.names = {param.name for param in self.params}
        if of is not None:
            follow_class(of, target, kind)
        self.invoke = getattr(self, kind)(target)
        self.takes_any_key = len(self.params) == 1 and self.params[0].passing != "keywords"
        required = [param for param in self.params if not param.is_optional]
        self.single = self.params[0] if len(self.params) == 1 else required[0] if len(required) == 1 else None

    def call(self, target):
        function, params = Library.find(target), self.params
        if all(param.passing == "either" and not param.is_optional for param in params):
            names = [param.name for param in params]
            return lambda given: function(*[given[name] for name in names])
        return lambda given: apply(function, params, given)

    def method(self, target):
        params = self.params[1:]
        return lambda given: apply(method_of(given["self"], target), params, given)

    def attribute(self, target):
        return lambda given: getattr(given["self"], target)

    def value(self, target):
        owner, _, name = target.rpartition(".")
        found = Library.find(target)
        owner = Library.find(owner) if owner else Library.module
        if not hasattr(owner, name):
            return lambda _: found
        return lambda _: getattr(owner, name)

    def expression(self, target):
        code = compile(target, "<binding>", "eval")
        names = {Library.top: sys.modules[Library.top]}
        return lambda given: eval(code, {**names, **given})

    def arguments(self, told):
        """The arguments that an input has, by the names of the parameters."""
        values = self.by_name(told)
        given = {}
        for param in self.params:
            if param.name in values:
                try:
                    given[param.name] = param.read(values[param.name])
                except Misfit as error:
                    raise Misfit("`%s`: %s" % (param.name, error)) from None
            elif not param.is_optional:
                raise Misfit("there is no value for `%s`" % param.name)
        return given

    def by_name(self, told):
        if type(told) is dict:
            if told.keys() <= self.names:
                return told
            if self.takes_any_key and len(told) == 1 and told.keys().isdisjoint(MARKED):
                return {self.single.name: next(iter(told.values()))}
            if self.single is None or told.keys().isdisjoint(MARKED):
                unknown = sorted(told.keys() - self.names)[0]
                raise Misfit("there is no parameter `%s`" % unknown)
        elif self.single is None:
            if told is None and not self.params:
                return {}
            raise Misfit("the input does not tell which of %d parameters it is for" % len(self.params))
        return {self.single.name: told}


# Keys by which an object is a value, and not values by name.
MARKED = frozenset(MARKS) | {"variant", "display", "fields"}


def follow_class(path, name, kind):
    """Looks whether a class has a method. An attribute may be there only in its values."""
    owner = Library.find(path)
    if kind == "method" and not hasattr(owner, name) and not hasattr(owner, "__getattr__"):
        raise Misfit("`%s` has no `%s`" % (path, name))


def method_of(value, name):
    try:
        return getattr(value, name)
    except AttributeError:
        raise Misfit("`%s` has no `%s`" % (type(value).__qualname__, name)) from None


def apply(function, params, given):
    args, kwargs = [], {}
    left_out = None
    for param in params:
        name, passing = param.name, param.passing
        if name not in given:
            # What is behind a parameter that is left out has to be passed by its name.
            left_out = left_out or name
            continue
        value = given[name]
        if left_out and (passing == "positional" or (passing == "rest" and value)):
            raise Misfit("`%s` cannot be passed without `%s`" % (name, left_out))
        if passing == "rest":
            args.extend(value)
        elif passing == "keywords":
            kwargs.update(value)
        elif passing == "keyword" or left_out:
            kwargs[name] = value
        else:
            args.append(value)
    return function(*args, **kwargs)


# Making calls.

PROCESS = os.getpid()
COROUTINES = types.CoroutineType
CHANGEABLE = (list, dict, set, bytearray, io.StringIO, io.BytesIO)


class Sequence:
    """The sequence under way."""

    kept = []
    given = []


class Loop:
    """Where async functions run."""

    loop = None


def run(awaitable):
    if Loop.loop is None:
        import asyncio

        Loop.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(Loop.loop)
    return Loop.loop.run_until_complete(awaitable)


def answer(call):
    """The text of the answer to a call, and whether it came back."""
    value = NOTHING
    try:
        operation = operation_of(call)
        Sequence.given = []
        given = operation.arguments(call["input"])
        before = [(name, arg, write(arg)) for name, arg in given.items() if type(arg) in CHANGEABLE]
        value = operation.invoke(given)
        if type(value) is COROUTINES:
            value = run(value)
        text = write(value)
        if before or Sequence.given:
            text = with_more(text, given, before)
        text = '{"ok":%s}' % text
    except Misfit as error:
        value, text = NOTHING, '{"not-run":%s}' % quoted(told_text(error))
    except Exception as error:
        value, text = NOTHING, '{"error":{"class":%s,"text":%s}}' % told_error(error)
    except BaseException as error:
        Sequence.kept.append(NOTHING)
        return '{"panic":%s}' % quoted(shown_error(error)), False
    Sequence.kept.append(value if value is not NOTHING and is_kept(value) else NOTHING)
    return text, True


def operation_of(call):
    if type(call) is not dict or "input" not in call:
        raise Misfit("the call names no operation or has no input")
    operation = OPERATIONS.get(call.get("operation"))
    if operation is None:
        raise Misfit(Library.failed or "this driver does not have the operation")
    if type(operation) is str:
        raise Misfit(operation)
    return operation


def with_more(text, given, before):
    """What was returned, with the arguments that are not as they were, and what functions were called with."""
    changed = [(name, write(arg)) for name, arg, was in before if write(arg) != was]
    called = [(name, "[%s]" % ",".join(arg.told)) for name, arg in given.items() if type(arg) is Given]
    entries = ["\"%s\":{%s}" % (key, ",".join("%s:%s" % (quoted(name), told) for name, told in all_told))
               for key, all_told in (("changed", changed), ("called", called)) if all_told]
    return '{"returned":%s,%s}' % (text, ",".join(entries)) if entries else text


def told_error(error):
    return quoted(type(error).__qualname__), quoted(told_text(error))


def told_text(error):
    try:
        text = str(error)
    except Exception:
        text = "an error that does not tell its text"
    return text.encode("utf-8", "backslashreplace").decode()


def shown_error(error):
    text = told_text(error)
    return "%s: %s" % (type(error).__qualname__, text) if text else type(error).__qualname__


# What the library finds around it: calls that every driver has.


def write_file(path, content):
    parts = path.split("/")
    if not all(part not in ("", ".", "..") for part in parts) or "\0" in path:
        raise Misfit("`path`: not a path below the working folder")
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
    except OSError as error:
        raise Misfit("`path`: %s" % error) from None


def set_variable(name, value):
    if not name or "=" in name or "\0" in name:
        raise Misfit("`name`: not a name of a variable")
    if value is None:
        os.environ.pop(name, None)
    elif "\0" in value:
        raise Misfit("`value`: has a zero byte")
    else:
        os.environ[name] = value


class LayingOut:
    """An operation that every driver has, as `Operation`s are."""

    def __init__(self, function, **reads):
        self.function, self.reads = function, reads

    def arguments(self, told):
        given = {}
        for name, read in self.reads.items():
            if type(told) is not dict or name not in told:
                raise Misfit("there is no value for `%s`" % name)
            given[name] = read(told[name])
            if given[name] is NOTHING:
                raise Misfit("`%s`: neither a text nor bytes" % name)
        return given

    def invoke(self, given):
        return self.function(**given)


# Effects.


class Effects:
    """What a sequence does besides returning: the standard streams go to files that have no name."""

    def __init__(self):
        self.variables = dict(os.environ)
        # What lies below is compared without decoding it.
        self.raw = getattr(os.environ, "_data", os.environ)
        self.raw_before = dict(self.raw)
        self.folder = os.open(".", os.O_RDONLY | os.O_DIRECTORY)
        self.streams = [(name, fd, self.redirect(name, fd)) for name, fd in (("stdout", 1), ("stderr", 2))]
        self.own = {name: getattr(sys, name) for name, _, _ in self.streams}
        self.empty_at = 0

    @staticmethod
    def redirect(name, number):
        path = ".ghostlib-%s" % name
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        os.unlink(path)
        os.dup2(file, number)
        return file

    def take(self):
        """What has come about since it was last asked; nothing if nothing has."""
        os.fchdir(self.folder)
        entries = []
        for name, number, file in self.streams:
            self.flush(name, number)
            if os.lseek(file, 0, os.SEEK_END):
                content = os.pread(file, MAX_EFFECT, 0)
                os.ftruncate(file, 0)
                entries.append('"%s":%s' % (name, text_or_bytes(content)))
            os.dup2(file, number)  # The library may have closed it.
        if self.raw != self.raw_before:
            entries.append('"variables":[%s]' % ",".join(sorted(self.restore_variables())))
        if self.may_have_files():
            files = []
            collect("", files)
            if files:
                entries.append('"files":[%s]' % ",".join(sorted(files)))
        return "{%s}" % ",".join(entries)

    def restore_variables(self):
        """Makes them as they were, and tells those that were not."""
        now, was = dict(os.environ), self.variables
        os.environ.clear()
        os.environ.update(was)
        changed = {name: value for name, value in now.items() if was.get(name) != value}
        changed.update({name: None for name in was if name not in now})
        for name, value in changed.items():
            told = "null" if value is None else text_or_bytes(os.fsencode(value))
            yield "[%s,%s]" % (text_or_bytes(os.fsencode(name)), told)

    def may_have_files(self):
        """Whether the folder has changed since it was seen to be empty: asking for its time is cheaper than looking."""
        changed = os.fstat(self.folder).st_mtime_ns
        if changed == self.empty_at:
            return False
        # Two changes may come to have one time, which ticks every few milliseconds.
        if time.time_ns() - changed > 100_000_000:
            self.empty_at = changed
        return True

    def flush(self, name, number):
        """Writes out what a stream of Python's holds back, and opens it again if the library has closed it."""
        stream, own = getattr(sys, name, None), self.own[name]
        if stream is not own:
            try:
                stream.flush()
            except Exception:
                pass
        if not own.closed:
            own.flush()
            return
        self.own[name] = open(number, "w", encoding="utf-8", closefd=False)
        if stream is own:
            setattr(sys, name, self.own[name])


def collect(folder, files):
    """Tells the files of a folder, and removes them."""
    with os.scandir(folder or ".") as found:
        found = list(found)
    for entry in found:
        path = os.path.join(folder, entry.name)
        content = b""
        if entry.is_dir(follow_symlinks=False):
            collect(path, files)
            os.rmdir(path)
            files.append("[%s,null]" % text_or_bytes(os.fsencode(path)))
            continue
        if entry.is_file(follow_symlinks=False):
            with open(path, "rb") as file:
                content = file.read(MAX_EFFECT)
        os.unlink(path)
        files.append("[%s,%s]" % (text_or_bytes(os.fsencode(path)), text_or_bytes(content)))


def text_or_bytes(content):
    try:
        return quoted(content.decode())
    except UnicodeDecodeError:
        return '{"bytes":%s}' % write_bytes(content, 0)


# What runs in the library.

IS_FUNCTION = 0x01  # CO_OPTIMIZED: neither a module nor the body of a class


class Lines:
    """The lines of the library that ran in the sequence for the first time in the process."""

    root = ""
    new = None

    @classmethod
    def count(cls):
        cls.new = []
        monitoring = getattr(sys, "monitoring", None)
        if monitoring is None:
            return
        tool, events = monitoring.COVERAGE_ID, monitoring.events
        monitoring.use_tool_id(tool, "ghostlib")
        monitoring.register_callback(tool, events.LINE, cls.ran)
        monitoring.register_callback(tool, events.PY_START, cls.started)
        monitoring.set_events(tool, events.LINE | events.PY_START)

    @classmethod
    def ran(cls, code, line):
        if code.co_flags & IS_FUNCTION and code.co_filename.startswith(cls.root):
            cls.new.append('"%s:%d":1' % (code.co_filename[len(cls.root):], line))
        return sys.monitoring.DISABLE

    @classmethod
    def started(cls, code, _):
        """A function that is one line with its head has no event of a line in some versions."""
        if all(line in (None, code.co_firstlineno) for _, _, line in code.co_lines()):
            cls.ran(code, code.co_firstlineno)
        return sys.monitoring.DISABLE

    @classmethod
    def take(cls):
        told, cls.new = cls.new, []
        return "{%s}" % ",".join(dict.fromkeys(told))


def functions_of_library():
    """The functions of all files of the library, whether they are imported or not."""
    if not hasattr(sys, "monitoring"):
        return None
    top = Lines.root + Library.top
    files = [top + ".py"] if os.path.isfile(top + ".py") else []
    for folder, _, names in os.walk(top):
        files.extend(os.path.join(folder, name) for name in names if name.endswith(".py"))
    functions = []
    for file in sorted(files):
        try:
            with open(file, "rb") as source:
                code = compile(source.read(), file, "exec", dont_inherit=True)
        except (OSError, SyntaxError, ValueError):
            continue
        functions.extend(functions_in(code, file[len(Lines.root):]))
    return functions


def functions_in(code, file):
    inner = [const for const in code.co_consts if isinstance(const, types.CodeType)]
    functions = [function for one in inner for function in functions_in(one, file)]
    if code.co_flags & IS_FUNCTION:
        first = code.co_firstlineno
        lines = {line for _, _, line in code.co_lines() if line}
        name = None if code.co_name.startswith("<") else code.co_name
        functions.append([file, first, name, sorted(lines - {first} or lines)])
    return functions


# The conversation.

OPERATIONS = {
    "$file": LayingOut(write_file, path=read_text, content=read_bytes),
    "$variable": LayingOut(set_variable, name=read_text, value=lambda told: None if told is None else read_text(told)),
}


def load(plan):
    """Imports the library and looks up its operations. Those that are missing tell why."""
    sys.path[0:1] = plan["path"]
    Lines.root = os.path.join(plan["path"][0], "")
    sys.argv[:] = [plan["library"]]
    Library.load(plan["library"])
    if Library.failed:
        return
    for told in plan["operations"]:
        try:
            OPERATIONS[told["name"]] = Operation(told)
        except Misfit as error:
            OPERATIONS[told["name"]] = str(error)
        except Exception as error:
            OPERATIONS[told["name"]] = shown_error(error)


def quiet_warnings():
    """A warning is told each time and without its place, which is another one on each side."""
    warnings.resetwarnings()
    warnings.simplefilter("always")
    for category in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
        warnings.simplefilter("ignore", category)
    warnings.formatwarning = lambda message, category, *_, **__: "%s: %s\n" % (category.__name__, message)


def end_at_limits():
    """A file that grows without end ends the process, as it does in other languages, and is no error to catch."""
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)


def separate_streams():
    """The lines of the judge and the answers to them, out of the library's reach as far as that goes."""
    lines = os.fdopen(os.dup(0), "rb", 1 << 16)
    answers = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return lines, answers


def answer_sequence(line):
    try:
        calls = json.loads(line)["calls"]
        texts = []
        is_lost = False
        for call in calls:
            if is_lost:
                texts.append(AFTER_LOSS)
                continue
            text, came_back = answer(call)
            if os.getpid() != PROCESS:
                os._exit(0)  # A copy of this process that the library has made.
            texts.append(text)
            is_lost = not came_back
        return '"answers":[%s]' % ",".join(texts)
    except (ValueError, TypeError, KeyError, RecursionError):
        return '"answers":[]'
    finally:
        drop_kept()


def drop_kept():
    try:
        Sequence.given = []
        Sequence.kept.clear()
    except BaseException:
        pass  # What dropping does is the library's.


def serve(lines, answers, nonce):
    effects = Effects()
    effects.take()  # What the import did is no effect of a sequence.
    for line in lines:
        text = answer_sequence(line)
        try:
            done = effects.take()
        except OSError as error:
            done = quoted(str(error))
        if Lines.new is not None:
            text += ',"ran":' + Lines.take()
        if done != "{}":
            text += ',"effects":' + done
        send(answers, b"%s {%s}\n" % (nonce, text.encode()))


def send(descriptor, data):
    while data:
        data = data[os.write(descriptor, data):]


def check(answers, nonce):
    missing = [[name, found] for name, found in OPERATIONS.items() if type(found) is str]
    told = {"failed": Library.failed} if Library.failed else {"missing": missing, "functions": functions_of_library()}
    send(answers, b"%s %s\n" % (nonce, json.dumps(told).encode()))


def main():
    plan_file, *mode = sys.argv[1:]
    with open(plan_file, encoding="utf-8") as file:
        plan = json.load(file)
    lines, answers = separate_streams()
    nonce = lines.readline().rstrip(b"\n")
    os.dup2(2, 1)
    quiet_warnings()
    end_at_limits()
    load(plan)
    if mode == ["check"]:
        check(answers, nonce)
    else:
        if mode == ["count"]:
            Lines.count()
        serve(lines, answers, nonce)
    # Threads that the library has started do not keep the driver.
    os._exit(0)


if __name__ == "__main__":
    main()
