//! Numbers with units: `45 seconds`, `1.5 MB`, `80 %`, `12`.

use super::literal::number_source;

/// A number with its unit.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Quantity {
    /// As written, in its unit.
    pub(super) number: f64,
    /// How many digits it has behind the point.
    pub(super) n_decimals: i32,
    pub(super) unit: Unit,
}

/// A unit of measure.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Unit {
    /// Its name in the singular; empty for a plain number.
    pub(super) name: String,
    pub(super) dimension: Dimension,
    /// How many of the dimension's base unit it is: seconds, bytes.
    pub(super) factor: f64,
    /// Whether everybody agrees on the factor: a month has no fixed length, and a KB may have 1000 bytes or 1024.
    pub(super) is_exact: bool,
}

/// What a unit measures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Dimension {
    /// Nothing: a plain number.
    Count,
    Time,
    Bytes,
    /// Whatever this word counts or measures: `character`, `%`.
    Word(String),
}

impl Unit {
    pub(super) fn none() -> Self {
        Self { name: String::new(), dimension: Dimension::Count, factor: 1.0, is_exact: true }
    }

    /// The unit of a name; a word that is no known unit counts itself.
    pub(super) fn named(word: &str) -> Option<Self> {
        let lower = word.to_lowercase();
        for (names, dimension, factor, is_exact) in &UNITS {
            // `M` is no minute, and `Mb` no megabyte.
            if names.contains(&word) || word.len() > 2 && names.contains(&lower.as_str()) {
                let name = names[0].to_owned();
                return Some(Self {
                    name,
                    dimension: dimension.clone(),
                    factor: *factor,
                    is_exact: *is_exact,
                });
            }
        }
        let is_word = word == "%" || word == "°" || word.chars().all(char::is_alphabetic);
        if word.is_empty() || !is_word || word.chars().count() > 20 {
            return None;
        }
        let name = singular(&lower);
        Some(Self { dimension: Dimension::Word(name.clone()), name, factor: 1.0, is_exact: true })
    }
}

type UnitRow = (&'static [&'static str], Dimension, f64, bool);

const UNITS: [UnitRow; 18] = [
    (&["nanosecond", "nanoseconds", "ns"], Dimension::Time, 1e-9, true),
    (&["microsecond", "microseconds", "us", "µs", "μs"], Dimension::Time, 1e-6, true),
    (&["millisecond", "milliseconds", "ms", "msec", "millis"], Dimension::Time, 1e-3, true),
    (&["second", "seconds", "s", "sec", "secs"], Dimension::Time, 1.0, true),
    (&["minute", "minutes", "min", "mins"], Dimension::Time, 60.0, true),
    (&["hour", "hours", "h", "hr", "hrs"], Dimension::Time, 3600.0, true),
    (&["day", "days", "d"], Dimension::Time, 86_400.0, true),
    (&["week", "weeks", "w", "wk", "wks"], Dimension::Time, 604_800.0, true),
    (&["month", "months"], Dimension::Time, 2_592_000.0, false),
    (&["year", "years", "yr", "yrs", "y"], Dimension::Time, 31_536_000.0, false),
    (&["byte", "bytes", "B"], Dimension::Bytes, 1.0, true),
    (&["KB", "kB", "kilobyte", "kilobytes"], Dimension::Bytes, 1e3, false),
    (&["MB", "megabyte", "megabytes"], Dimension::Bytes, 1e6, false),
    (&["GB", "gigabyte", "gigabytes"], Dimension::Bytes, 1e9, false),
    (&["TB", "terabyte", "terabytes"], Dimension::Bytes, 1e12, false),
    (&["KiB", "kibibyte", "kibibytes"], Dimension::Bytes, 1024.0, true),
    (&["MiB", "mebibyte", "mebibytes"], Dimension::Bytes, 1_048_576.0, true),
    (&["GiB", "gibibyte", "gibibytes"], Dimension::Bytes, 1_073_741_824.0, true),
];

fn singular(word: &str) -> String {
    match word.strip_suffix('s') {
        Some(stem) if stem.len() > 2 && !stem.ends_with('s') => stem.to_owned(),
        _ => word.to_owned(),
    }
}

impl Quantity {
    /// The number in the dimension's base unit.
    pub(super) fn base(&self) -> f64 {
        self.number * self.unit.factor
    }

    /// The smallest step that the way it is written shows, in the base unit.
    pub(super) fn step(&self) -> f64 {
        self.unit.factor * 10_f64.powi(-self.n_decimals)
    }
}

/// The number that a text starts with, how many digits it has behind the point, and the length of its source.
pub(super) fn number(text: &str) -> Option<(f64, i32, usize)> {
    let (source, length) = number_source(text)?;
    let n_decimals = source.split_once('.').map_or(0, |(_, decimals)| decimals.len().min(9));
    Some((source.parse().ok()?, i32::try_from(n_decimals).unwrap_or(9), length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_have_their_dimensions() {
        for (word, name, dimension, factor) in [
            ("seconds", "second", Dimension::Time, 1.0),
            ("Hours", "hour", Dimension::Time, 3600.0),
            ("ms", "millisecond", Dimension::Time, 1e-3),
            ("KiB", "KiB", Dimension::Bytes, 1024.0),
            ("characters", "character", Dimension::Word("character".into()), 1.0),
            ("M", "m", Dimension::Word("m".into()), 1.0),
        ] {
            let unit = Unit::named(word).unwrap();
            assert_eq!((unit.name.as_str(), unit.dimension), (name, dimension), "{word}");
            assert!((unit.factor - factor).abs() < 1e-12, "{word}");
        }
        assert!(Unit::named("a1").is_none());
    }
}
