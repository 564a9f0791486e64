//! Names of the standard library that mean the same.

/// One name for what has several: `typing.List` is `list`, and `collections.abc.Iterable` is `Iterable`.
pub(super) fn std_name(name: &str) -> String {
    let of_typing = ["typing.", "typing_extensions."].iter().find_map(|module| name.strip_prefix(module));
    let of_abc = || name.strip_prefix("collections.abc.");
    let own = match (of_typing, of_abc()) {
        (_, Some("Set")) => "AbstractSet",
        (_, Some(own)) => own,
        (Some(own), _) => alias(own),
        (None, None) => match name.strip_prefix("builtins.").unwrap_or(name) {
            "contextlib.AbstractContextManager" => "AbstractContextManager",
            "contextlib.AbstractAsyncContextManager" => "AbstractAsyncContextManager",
            "IOError" | "EnvironmentError" | "socket.error" | "os.error" | "select.error" => "OSError",
            "socket.timeout" | "asyncio.TimeoutError" => "TimeoutError",
            "enum.EnumMeta" => "enum.EnumType",
            // A name that nothing imports can only be meant as the one that everybody knows.
            own if !own.contains('.') => alias(own),
            own => own,
        },
    };
    own.to_owned()
}

fn alias(name: &str) -> &str {
    match name {
        "List" => "list",
        "Dict" => "dict",
        "Set" => "set",
        "FrozenSet" => "frozenset",
        "Tuple" => "tuple",
        "Type" => "type",
        "Text" => "str",
        "NoReturn" => "Never",
        "Deque" => "collections.deque",
        "DefaultDict" => "collections.defaultdict",
        "OrderedDict" => "collections.OrderedDict",
        "Counter" => "collections.Counter",
        "ChainMap" => "collections.ChainMap",
        "Enum" => "enum.Enum",
        "IntEnum" => "enum.IntEnum",
        "StrEnum" => "enum.StrEnum",
        "Flag" => "enum.Flag",
        "IntFlag" => "enum.IntFlag",
        "Pattern" => "re.Pattern",
        "Match" => "re.Match",
        "ContextManager" => "AbstractContextManager",
        "AsyncContextManager" => "AbstractAsyncContextManager",
        name => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_mean_the_same_are_told_as_one() {
        for (name, expected) in [
            ("typing.List", "list"),
            ("List", "list"),
            ("typing_extensions.Self", "Self"),
            ("collections.abc.Set", "AbstractSet"),
            ("typing.AbstractSet", "AbstractSet"),
            ("collections.abc.Iterable", "Iterable"),
            ("builtins.str", "str"),
            ("os.PathLike", "os.PathLike"),
            ("my.List", "my.List"),
        ] {
            assert_eq!(std_name(name), expected);
        }
    }
}
