//! What a signature need not say, where types and values are optional, as in Python.

/// Whether one signature says all that another one does, and no more than that goes without saying: an
/// annotation or a default where the other has none told, or a value that the other leaves open. Signatures of
/// languages that have no such parts never are.
pub(super) fn says_more(wanted: &str, given: &str) -> bool {
    if wanted == "..." {
        return true;
    }
    match (callable(wanted), callable(given)) {
        (Some(wanted), Some(given)) => fits_call(&wanted, &given),
        (None, None) => fits_variable(wanted, given),
        _ => false,
    }
}

/// The parts of `static def(a: int, b = 1) -> str`.
struct Callable<'a> {
    head: &'a str,
    parameters: Vec<&'a str>,
    output: &'a str,
}

fn callable(signature: &str) -> Option<Callable<'_>> {
    let (head, rest) = signature.split_once("def(")?;
    if !head.split(' ').all(|word| matches!(word, "" | "abstract" | "static" | "async")) {
        return None;
    }
    let end = closing(rest)?;
    let tail = &rest[end + 1..];
    // Overloads are compared as they are.
    let is_alone = tail.is_empty() || (tail.starts_with(" -> ") && !tail.contains(" | def("));
    is_alone.then(|| Callable {
        head,
        parameters: split(&rest[..end]),
        output: tail.trim_start_matches(" -> "),
    })
}

fn fits_call(wanted: &Callable<'_>, given: &Callable<'_>) -> bool {
    let parameters = || wanted.parameters.iter().zip(&given.parameters);
    wanted.head == given.head
        && wanted.parameters.len() == given.parameters.len()
        && parameters().all(|(wanted, given)| fits_parameter(wanted, given))
        && (wanted.output.is_empty() || wanted.output == given.output)
}

fn fits_parameter(wanted: &str, given: &str) -> bool {
    let ((wanted, wanted_value), (given, given_value)) = (value_of(wanted), value_of(given));
    let ((name, ty), (given_name, given_ty)) = (annotation_of(wanted), annotation_of(given));
    let fits_value = match (wanted_value, given_value) {
        (Some("..."), Some(_)) | (None, None) => true,
        (wanted, given) => wanted == given,
    };
    name == given_name && fits_value && (ty.is_empty() || ty == given_ty)
}

/// `read-only: int`, `: int = 4`, ` = 4`
fn fits_variable(wanted: &str, given: &str) -> bool {
    let is_variable = |text: &str| {
        let rest = text.trim_start_matches("abstract ").trim_start_matches("read-only");
        rest.starts_with(": ") || rest.starts_with(" = ")
    };
    if !is_variable(wanted) || !is_variable(given) {
        return false;
    }
    // What can be set can be read.
    let given = if wanted.starts_with("read-only") { given.trim_start_matches("read-only") } else { given };
    let ((wanted, wanted_value), (given, given_value)) = (value_of(wanted), value_of(given));
    let ((words, ty), (given_words, given_ty)) = (annotation_of(wanted), annotation_of(given));
    if words.trim_start_matches("read-only") != given_words {
        return false;
    }
    match wanted_value.filter(|value| *value != "...") {
        // A value has its type.
        Some(value) => given_value == Some(value),
        None => ty.is_empty() || ty == given_ty,
    }
}

fn value_of(text: &str) -> (&str, Option<&str>) {
    match position(text, " = ") {
        Some(at) => (&text[..at], Some(&text[at + 3..])),
        None => (text, None),
    }
}

fn annotation_of(text: &str) -> (&str, &str) {
    match position(text, ": ") {
        Some(at) => (&text[..at], &text[at + 2..]),
        None => (text, ""),
    }
}

/// The parts between the commas that are in no brackets and no string.
fn split(list: &str) -> Vec<&str> {
    let mut parts = vec![];
    let mut rest = list;
    while let Some(at) = position(rest, ", ") {
        parts.push(&rest[..at]);
        rest = &rest[at + 2..];
    }
    parts.extend((!rest.is_empty()).then_some(rest));
    parts
}

/// Where a word first stands that is in no brackets and no string.
fn position(text: &str, word: &str) -> Option<usize> {
    outside(text).find(|(at, depth)| *depth == 0 && text[*at..].starts_with(word)).map(|(at, _)| at)
}

/// Where the bracket closes that was open at the start.
fn closing(text: &str) -> Option<usize> {
    outside(text).find(|(at, depth)| *depth < 0 && text[*at..].starts_with(')')).map(|(at, _)| at)
}

/// The characters outside strings, each with how many brackets are open behind it.
fn outside(text: &str) -> impl Iterator<Item = (usize, i32)> {
    let (mut depth, mut is_quoted, mut is_escaped) = (0, false, false);
    text.char_indices().filter_map(move |(at, c)| {
        let was_escaped = std::mem::take(&mut is_escaped);
        match c {
            '\\' if is_quoted => is_escaped = !was_escaped,
            '\'' if !was_escaped => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => return Some((at, depth)),
        }
        (!is_quoted).then_some((at, depth))
    })
}

#[cfg(test)]
mod tests {
    use super::says_more;

    #[test]
    fn what_goes_without_saying_fits() {
        for (wanted, given, fits) in [
            ("def(a, b = 1)", "def(a: int, b: int = 1) -> str", true),
            ("def(a: int)", "def(a)", false),
            ("def(a: int)", "def(a: str)", false),
            ("def(a)", "def(b)", false),
            ("def(a = ...)", "def(a = None)", true),
            ("def(a = None)", "def(a = ...)", false),
            ("def(a = 'x, y = )')", "def(a: str = 'x, y = )')", true),
            ("def(a = '\\'')", "def(a: str = '\\'')", true),
            ("def(a)", "def(a = 1)", false),
            ("def(a, *, b)", "def(a, b)", false),
            ("def()", "async def()", false),
            ("static def()", "static def() -> dict[str, int]", true),
            ("def() -> int", "def() -> int | def() -> str", false),
            (" = 4", ": int = 4", true),
            (" = 4", " = 5", false),
            (": int", ": int = 5", true),
            (" = ...", ": int", true),
            ("read-only: int", ": int", true),
            (": int", "read-only: int", false),
            ("read-only = ...", "read-only: int", true),
            ("class(A)", "class(B)", false),
            ("fn(u8) -> u8", "fn(u8)", false),
            ("", ": int", false),
            ("...", "def(a)", true),
            ("def(a)", "...", false),
        ] {
            assert_eq!(says_more(wanted, given), fits, "{wanted} / {given}");
        }
    }

    #[test]
    fn odd_text_ends() {
        for text in ["", "def(", "def(')", "def()) -> ", ": ", " = '", "def(\\'é"] {
            says_more(text, text);
            says_more(text, "def(a: int)");
        }
    }
}
