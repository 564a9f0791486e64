//! Output templates: `{n} minutes ago`.

use super::quantity::{Unit, number};

/// A text with gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    source: String,
    /// The texts around the gaps, one more than there are gaps.
    parts: Vec<String>,
}

impl Template {
    /// A template; `{…}` and `<…>` are its gaps.
    pub(super) fn new(source: &str) -> Self {
        let mut parts = vec![String::new()];
        let mut rest = source;
        while let Some(c) = rest.chars().next() {
            let close = match c {
                '{' => rest.find('}'),
                '<' => rest.find('>'),
                _ => None,
            };
            let is_gap = close.is_some_and(|close| close > 1 && !rest[..close].contains(' '));
            if let Some(close) = close.filter(|_| is_gap) {
                parts.push(String::new());
                rest = &rest[close + 1..];
                continue;
            }
            if let Some(last) = parts.last_mut() {
                last.push(c);
            }
            rest = &rest[c.len_utf8()..];
        }
        Self { source: source.to_owned(), parts }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.source
    }

    /// Whether it leaves nothing open.
    pub(super) fn is_fixed(&self) -> bool {
        self.parts.len() == 1
    }

    /// Whether it says anything itself.
    pub(super) fn has_text(&self) -> bool {
        self.parts.iter().any(|part| !part.trim().is_empty())
    }

    /// Whether it can give `output`.
    pub(super) fn gives(&self, output: &str) -> bool {
        let Some((first, others)) = self.parts.split_first() else { return false };
        let Some(mut rest) = output.strip_prefix(first.as_str()) else { return false };
        let Some((last, middle)) = others.split_last() else { return rest.is_empty() };
        for part in middle {
            // A gap is never empty.
            let from = rest.chars().next().map_or(0, char::len_utf8);
            let Some(at) = rest[from..].find(part.as_str()) else { return false };
            rest = &rest[from + at + part.len()..];
        }
        rest.len() > last.len() && rest.ends_with(last.as_str())
    }

    /// The number in the only gap of an output, and the unit that follows it.
    pub(super) fn measure(&self, output: &str) -> Option<(f64, Unit)> {
        let [before, behind] = self.parts.as_slice() else { return None };
        let gap = output.strip_prefix(before.as_str())?.strip_suffix(behind.as_str())?;
        let (value, _, length) = number(gap)?;
        let unit = Unit::named(super::phrase::first_word(behind))?;
        (length == gap.len()).then_some((value, unit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_take_what_the_rest_leaves() {
        let template = Template::new("{n} minutes ago");
        assert!(template.gives("5 minutes ago"));
        assert!(!template.gives(" minutes ago") && !template.gives("5 minutes"));
        let (value, unit) = template.measure("5 minutes ago").unwrap();
        assert!((value - 5.0).abs() < 1e-9 && unit.name == "minute");
        assert!(Template::new("{Month} {day}, {year}").gives("May 5, 2024"));
        assert!(!Template::new("{Month} {day}, {year}").gives("May 5 2024"));
        assert!(Template::new("a < b").is_fixed() && Template::new("just now").gives("just now"));
    }
}
