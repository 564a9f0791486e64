use serde_json::{Map, Value};

/// What a model calls a tool with. What it gives besides is not minded.
#[derive(Debug)]
pub(super) struct Arguments(Map<String, Value>);

impl Arguments {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Ok(Self(Map::new()));
        }
        match serde_json::from_str(text) {
            Ok(Value::Object(arguments)) => Ok(Self(arguments)),
            Ok(_) => Err("the arguments are no JSON object".into()),
            Err(error) => Err(format!("the arguments are no JSON: {error}")),
        }
    }

    pub(super) fn text(&self, name: &str) -> Result<&str, String> {
        self.0
            .get(name)
            .and_then(Value::as_str)
            .ok_or_else(|| format!("the argument `{name}`, a text, is missing"))
    }

    /// A number, also where it is given as a text.
    pub(super) fn number(&self, name: &str) -> Result<Option<u64>, String> {
        let number = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(value) => value.as_u64(),
        };
        number.map(Some).ok_or_else(|| format!("the argument `{name}` is no whole number from 0"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_arguments_is_told() {
        let arguments = Arguments::parse(r#"{"path":"a","n":"7","m":2,"x":-1}"#).unwrap();
        assert_eq!((arguments.text("path"), arguments.number("n")), (Ok("a"), Ok(Some(7))));
        assert_eq!((arguments.number("m"), arguments.number("none")), (Ok(Some(2)), Ok(None)));
        assert!(arguments.number("x").unwrap_err().contains("`x`"));
        assert!(arguments.text("n_lines").unwrap_err().contains("`n_lines`"));
        assert!(Arguments::parse("{").unwrap_err().contains("no JSON"));
        assert!(Arguments::parse("[]").unwrap_err().contains("object"));
        assert!(Arguments::parse("").is_ok());
    }
}
