//! Values of constants and discriminants of variants, in a form that can be compared.

/// ` = value` for the end of a signature, or nothing where it is not known. rustdoc puts the type behind numbers,
/// and `_` or a call for what it did not evaluate.
pub(super) fn assigned(value: Option<&str>) -> String {
    let value = value.filter(|value| !value.contains(['_', '(', '{']) || number(value).is_some());
    value.map(|value| format!(" = {}", number(value).unwrap_or_else(|| value.to_owned()))).unwrap_or_default()
}

/// The signature and the value at its end.
pub(super) fn split(signature: &str) -> (&str, Option<String>) {
    let Some((head, value)) = signature.split_once(" = ") else { return (signature, None) };
    let value =
        Some(value).filter(|value| *value != "..").map(|value| value.replace(char::is_whitespace, ""));
    (head, value)
}

/// `3_000u32` is 3000.
fn number(text: &str) -> Option<String> {
    let digits = text.replace('_', "");
    let digits = digits.split(['u', 'i']).next().unwrap_or_default();
    digits.parse::<i128>().ok().map(|number| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_bare_and_what_is_not_known_is_left_out() {
        for (value, expected) in [
            (Some("3_000u32"), " = 3000"),
            (Some("-1i8"), " = -1"),
            (Some("\"a b\""), " = \"a b\""),
            (Some("_"), ""),
            (Some("Self::new()"), ""),
            (None, ""),
        ] {
            assert_eq!(assigned(value), expected);
        }
        assert_eq!(split("const: u8 = 1"), ("const: u8", Some("1".to_owned())));
        assert_eq!(split("const: u8 = .."), ("const: u8", None));
    }
}
