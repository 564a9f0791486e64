//! Values of parameters: drawn from what seeds are made of, from boundaries, and at random.

use super::surroundings::{is_file_name, is_variable_name};
use crate::operation::{Access, TypeName};
use crate::shape::Shape;
use ghostlib_model::Value;
use serde_json::json;

/// Draws values: recombinations of what the seeds are made of, boundaries, and random ones. The same seed gives the
/// same values.
#[derive(Clone)]
pub(crate) struct Generator {
    rng: fastrand::Rng,
    /// Characters of the seeds, each as often as it occurs.
    characters: Vec<char>,
    /// Texts of the seeds, and their words.
    fragments: Vec<String>,
    /// Numbers of the seeds.
    numbers: Vec<Value>,
    /// Texts of the seeds that may be names of files.
    file_names: Vec<String>,
    /// Words of the seeds that may be names of variables.
    variable_names: Vec<String>,
}

/// Characters that many formats give a meaning to, next to plain ones.
pub(super) const COMMON: &str = "ab1 \t\n\r\"'`\\/$#%&|;<>()[]{}*?!~=+-_.,:@^0é√\u{200b}\u{1F600}";
/// Pieces that formats give a meaning to at their beginning or in between.
pub(super) const TOKENS: [&str; 36] = [
    "0x", "0X", "0b", "0o", "+", "-", "--", "//", "/*", "*/", "#", "##", "\r\n", "\n\n", "\u{feff}", "e9",
    "E+", "inf", "NaN", "null", "true", "false", "://", "..", "...", "::", "&&", "||", "${", "{{", "<!--",
    "\\u0041", "%20", "&amp;", "\0", "00",
];
const MAX_TEXT: usize = 12;
const MAX_ITEMS: usize = 4;
const MAX_PALETTE: usize = 5;
/// More texts of the seeds are not kept.
const MAX_FRAGMENTS: usize = 4096;

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            rng: fastrand::Rng::with_seed(seed),
            characters: Vec::new(),
            fragments: Vec::new(),
            numbers: Vec::new(),
            file_names: Vec::new(),
            variable_names: Vec::new(),
        }
    }

    pub(crate) fn rng(&mut self) -> &mut fastrand::Rng {
        &mut self.rng
    }

    /// Takes up what a value is made of.
    pub(crate) fn learn(&mut self, value: &Value) {
        match value {
            Value::String(text) if self.fragments.len() < MAX_FRAGMENTS => {
                self.characters.extend(text.chars());
                self.file_names.extend(is_file_name(text).then(|| text.clone()));
                let names = text.split(|c: char| !c.is_alphanumeric() && c != '_');
                self.variable_names.extend(names.filter(|name| is_variable_name(name)).map(str::to_owned));
                let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
                self.fragments.extend(words.map(str::to_owned));
                self.fragments.push(text.clone());
            }
            Value::Number(_) => self.numbers.push(value.clone()),
            Value::Array(items) => items.iter().for_each(|item| self.learn(item)),
            Value::Object(map) => map.values().for_each(|item| self.learn(item)),
            Value::String(_) | Value::Null | Value::Bool(_) => {}
        }
    }

    /// The name of a file that the seeds speak of; now and then another.
    pub(super) fn file_name(&mut self) -> String {
        let known = self.rng.choice(&self.file_names).cloned();
        known.filter(|_| self.rng.u8(..8) > 0).unwrap_or_else(|| "a".to_owned())
    }

    /// The name of a variable that the seeds speak of; now and then another.
    pub(super) fn variable_name(&mut self) -> String {
        let known = self.rng.choice(&self.variable_names).cloned();
        known.filter(|_| self.rng.u8(..8) > 0).unwrap_or_else(|| "A".to_owned())
    }

    /// A value of a shape; `kept` supplies those that calls before have returned.
    pub(crate) fn value(
        &mut self,
        shape: &Shape,
        kept: &mut dyn FnMut(&mut Self, &TypeName, Access) -> Value,
    ) -> Value {
        self.nested(shape, 0, kept)
    }

    fn nested(
        &mut self,
        shape: &Shape,
        depth: usize,
        kept: &mut dyn FnMut(&mut Self, &TypeName, Access) -> Value,
    ) -> Value {
        match shape {
            Shape::Text => Value::String(self.text()),
            Shape::Char => Value::String(self.character().to_string()),
            Shape::OsText if self.rng.u8(..8) == 0 => json!({"bytes": self.bytes()}),
            Shape::OsText => Value::String(self.text().replace('\0', "")),
            Shape::Bool => Value::Bool(self.rng.bool()),
            Shape::Integer { min, max } => self.integer(*min, *max),
            Shape::Float => self.float(),
            Shape::Bytes => self.bytes(),
            Shape::Duration => self.duration(),
            Shape::Time => json!({"since_epoch": self.duration()}),
            Shape::Unit => Value::Null,
            Shape::Choice(names) => Value::String(self.rng.choice(names).cloned().unwrap_or_default()),
            Shape::List(item) => self.items(depth).map(|()| self.nested(item, depth + 1, kept)).collect(),
            Shape::Set(item) => {
                let items = self.items(depth).map(|()| self.nested(item, depth + 1, kept));
                without_twins(items.collect(), |item| item)
            }
            Shape::Map(key, value) => {
                let pairs = self.items(depth).map(|()| {
                    let key = self.nested(key, depth + 1, kept);
                    json!([key, self.nested(value, depth + 1, kept)])
                });
                without_twins(pairs.collect(), |pair| &pair[0])
            }
            Shape::Optional(_) if self.rng.u8(..4) == 0 => Value::Null,
            Shape::Optional(item) => self.nested(item, depth + 1, kept),
            Shape::Tuple(items) => items.iter().map(|item| self.nested(item, depth + 1, kept)).collect(),
            Shape::Function(output) => {
                let n_results = self.rng.usize(1..=3);
                let results: Vec<Value> =
                    (0..n_results).map(|_| self.nested(output, depth + 1, kept)).collect();
                json!({"returns": results})
            }
            Shape::Kept(name, access) => kept(self, name, *access),
            Shape::Any => {
                const SHAPES: [Shape; 5] = [
                    Shape::Text,
                    Shape::Integer { min: -100, max: 1000 },
                    Shape::Float,
                    Shape::Bool,
                    Shape::Unit,
                ];
                let shape = &SHAPES[self.rng.usize(..SHAPES.len())];
                self.nested(shape, depth + 1, kept)
            }
        }
    }

    fn items(&mut self, depth: usize) -> impl Iterator<Item = ()> + use<> {
        let n_items = if depth > 3 { 0 } else { self.rng.usize(..=MAX_ITEMS) };
        std::iter::repeat_n((), n_items)
    }

    fn bytes(&mut self) -> Value {
        if !self.fragments.is_empty() && self.rng.bool() {
            return self.text().bytes().map(Value::from).collect();
        }
        (0..self.rng.usize(..=MAX_TEXT)).map(|_| Value::from(self.rng.u8(..))).collect()
    }

    /// Mostly of a few days, since what is longer is refused soon.
    fn duration(&mut self) -> Value {
        const UNITS: [u64; 6] = [1, 60, 3600, 86_400, 2_630_016, 31_557_600];
        let unit = UNITS[self.rng.usize(..UNITS.len())];
        let secs = match self.rng.u8(..8) {
            0 => self.integer(0, u64::MAX),
            1 => json!(0),
            _ => json!(unit * self.rng.u64(..70) + self.rng.u64(..2) * self.rng.u64(..60)),
        };
        let nanos = match self.rng.u8(..4) {
            0 => self.rng.u32(..1_000_000_000),
            1 => self.rng.u32(..1000) * 1_000_000,
            2 => self.rng.u32(..1000) * 1000,
            _ => 0,
        };
        json!({"secs": secs, "nanos": nanos})
    }

    /// A text of the seeds with a change or two, or one out of few characters, so that what has a meaning meets itself;
    /// short ones more often.
    pub(super) fn text(&mut self) -> String {
        if !self.fragments.is_empty() && self.rng.u8(..2) == 0 {
            return self.changed_text();
        }
        let palette: Vec<char> = (0..self.rng.usize(1..=MAX_PALETTE)).map(|_| self.character()).collect();
        let most = [1, 2, 3, 6, MAX_TEXT][self.rng.usize(..5)];
        let n_parts = self.rng.usize(..=most);
        let mut text = String::new();
        for _ in 0..n_parts {
            if !self.fragments.is_empty() && self.rng.u8(..8) == 0 {
                text.push_str(self.fragment());
            } else {
                text.push(palette[self.rng.usize(..palette.len())]);
            }
        }
        text
    }

    fn fragment(&mut self) -> &str {
        &self.fragments[self.rng.usize(..self.fragments.len())]
    }

    fn changed_text(&mut self) -> String {
        let mut text: Vec<char> = self.fragment().chars().collect();
        for _ in 0..self.rng.usize(..3) {
            let at = self.rng.usize(..=text.len());
            match self.rng.u8(..7) {
                0 if at < text.len() => drop(text.remove(at)),
                1 if at < text.len() => text[at] = self.character(),
                2 => text.insert(at, self.character()),
                3 => {
                    let token = TOKENS[self.rng.usize(..TOKENS.len())];
                    let at = if self.rng.bool() { 0 } else { at };
                    text.splice(at..at, token.chars());
                }
                4 => {
                    let other: Vec<char> = self.fragment().chars().collect();
                    let from = self.rng.usize(..=other.len());
                    text.truncate(at);
                    text.extend(&other[from..]);
                }
                5 => {
                    let end = self.rng.usize(at..=text.len());
                    let twice: Vec<char> = text[at..end].to_vec();
                    text.splice(at..at, twice);
                }
                _ => {
                    let other: Vec<char> = self.fragment().chars().collect();
                    text.splice(at..at, other);
                }
            }
        }
        text.truncate(MAX_CHANGED);
        text.into_iter().collect()
    }

    fn character(&mut self) -> char {
        let from_seeds = !self.characters.is_empty() && self.rng.u8(..3) == 0;
        if from_seeds {
            return self.characters[self.rng.usize(..self.characters.len())];
        }
        COMMON.chars().nth(self.rng.usize(..COMMON.chars().count())).unwrap_or('a')
    }

    fn integer(&mut self, min: i64, max: u64) -> Value {
        let in_range = |number: i128| number >= i128::from(min) && number <= i128::from(max);
        let drawn = match self.rng.u8(..6) {
            0 => i128::from(min) + i128::from(self.rng.u8(..3)),
            1 => i128::from(max) - i128::from(self.rng.u8(..3)),
            2 => self.seed_number().unwrap_or(0) + i128::from(self.rng.i8(-2..=2)),
            3 | 4 => i128::from(self.rng.u8(..12)),
            _ => i128::from(self.rng.i64(..) >> self.rng.u8(..63)),
        };
        let number = if in_range(drawn) { drawn } else { i128::from(min).max(0) };
        i64::try_from(number)
            .map_or_else(|_| json!(u64::try_from(number).unwrap_or(max)), |small| json!(small))
    }

    fn seed_number(&mut self) -> Option<i128> {
        if self.numbers.is_empty() {
            return None;
        }
        let number = &self.numbers[self.rng.usize(..self.numbers.len())];
        number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
    }

    fn float(&mut self) -> Value {
        const BOUNDARIES: [f64; 8] = [0.0, 1.0, -1.0, 0.5, 100.0, 1e300, f64::MIN_POSITIVE, f64::EPSILON];
        const SPECIAL: [&str; 4] = ["nan", "inf", "-inf", "-0"];
        match self.rng.u8(..8) {
            0 => json!({"float": SPECIAL[self.rng.usize(..SPECIAL.len())]}),
            1 | 2 => json!(BOUNDARIES[self.rng.usize(..BOUNDARIES.len())]),
            3 | 4 if !self.numbers.is_empty() => self.numbers[self.rng.usize(..self.numbers.len())].clone(),
            _ => json!((self.rng.f64() - 0.5) * 10f64.powi(self.rng.i32(-3..9))),
        }
    }
}

/// Longer texts are not made.
const MAX_CHANGED: usize = 200;

/// The items without those that are equal by their keys.
fn without_twins(items: Vec<Value>, key: impl Fn(&Value) -> &Value) -> Value {
    let mut known = std::collections::BTreeSet::new();
    items.into_iter().filter(|item| known.insert(key(item).to_string())).collect()
}
