//! Inputs: what they look like, how they are generated from seeds, and how they are made smaller.

use crate::shape::Shape;
use ghostlib_model::Value;
use serde_json::{Map, json};

/// Draws inputs for one operation: recombinations of what the seeds are made of, boundaries, and random
/// values. The same seed gives the same inputs.
pub(crate) struct Generator {
    rng: fastrand::Rng,
    /// Characters of the seeds, each as often as it occurs.
    characters: Vec<char>,
    /// Words of the seeds.
    fragments: Vec<String>,
    /// Numbers of the seeds.
    numbers: Vec<Value>,
}

/// Characters that many formats give a meaning to, next to plain ones.
const COMMON: &str = "ab1 \t\n\r\"'`\\/$#%&|;<>()[]{}*?!~=+-_.,:@^0é√\u{200b}\u{1F600}";
const MAX_TEXT: usize = 12;
const MAX_ITEMS: usize = 4;
const MAX_PALETTE: usize = 5;

impl Generator {
    pub(crate) fn new(seed: u64, seeds: &[Value]) -> Self {
        let mut generator = Self {
            rng: fastrand::Rng::with_seed(seed),
            characters: Vec::new(),
            fragments: Vec::new(),
            numbers: Vec::new(),
        };
        for value in seeds {
            generator.learn(value);
        }
        generator
    }

    /// An input: a map by parameter name.
    pub(crate) fn input(&mut self, params: &[(String, Shape)]) -> Value {
        let map: Map<_, _> =
            params.iter().map(|(name, shape)| (name.clone(), self.value(shape, 0))).collect();
        Value::Object(map)
    }

    fn learn(&mut self, value: &Value) {
        match value {
            Value::String(text) => {
                self.characters.extend(text.chars());
                let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
                self.fragments.extend(words.map(str::to_owned));
                self.fragments.push(text.clone());
            }
            Value::Number(_) => self.numbers.push(value.clone()),
            Value::Array(items) => items.iter().for_each(|item| self.learn(item)),
            Value::Object(map) => map.values().for_each(|item| self.learn(item)),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn value(&mut self, shape: &Shape, depth: usize) -> Value {
        match shape {
            Shape::Text => Value::String(self.text()),
            Shape::Char => Value::String(self.character().to_string()),
            Shape::Bool => Value::Bool(self.rng.bool()),
            Shape::Integer { min, max } => self.integer(*min, *max),
            Shape::Float => self.float(),
            Shape::Bytes => (0..self.rng.usize(..=MAX_TEXT)).map(|_| Value::from(self.rng.u8(..))).collect(),
            Shape::Duration => {
                json!({"secs": self.integer(0, u64::MAX), "nanos": self.rng.u32(..1_000_000_000)})
            }
            Shape::Unit => Value::Null,
            Shape::List(item) => {
                let n_items = if depth > 3 { 0 } else { self.rng.usize(..=MAX_ITEMS) };
                (0..n_items).map(|_| self.value(item, depth + 1)).collect()
            }
            Shape::Optional(item) => {
                if self.rng.u8(..4) == 0 {
                    Value::Null
                } else {
                    self.value(item, depth + 1)
                }
            }
            Shape::Tuple(items) => items.iter().map(|item| self.value(item, depth + 1)).collect(),
        }
    }

    /// A text out of few characters, so that what has a meaning meets itself; short ones more often.
    fn text(&mut self) -> String {
        let palette: Vec<char> = (0..self.rng.usize(1..=MAX_PALETTE)).map(|_| self.character()).collect();
        let most = [1, 2, 3, 6, MAX_TEXT][self.rng.usize(..5)];
        let n_parts = self.rng.usize(..=most);
        let mut text = String::new();
        for _ in 0..n_parts {
            if !self.fragments.is_empty() && self.rng.u8(..8) == 0 {
                text.push_str(&self.fragments[self.rng.usize(..self.fragments.len())]);
            } else {
                text.push(palette[self.rng.usize(..palette.len())]);
            }
        }
        text
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
        let drawn = match self.rng.u8(..4) {
            0 => i128::from(min) + i128::from(self.rng.u8(..3)),
            1 => i128::from(max) - i128::from(self.rng.u8(..3)),
            2 => self.seed_number().unwrap_or(0) + i128::from(self.rng.i8(-2..=2)),
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
        const BOUNDARIES: [f64; 8] = [0.0, -0.0, 1.0, -1.0, 0.5, 1e300, f64::MIN_POSITIVE, f64::EPSILON];
        match self.rng.u8(..3) {
            0 => json!(BOUNDARIES[self.rng.usize(..BOUNDARIES.len())]),
            1 if !self.numbers.is_empty() => self.numbers[self.rng.usize(..self.numbers.len())].clone(),
            _ => json!((self.rng.f64() - 0.5) * 10f64.powi(self.rng.i32(-3..9))),
        }
    }
}

/// Inputs that differ from `value` in one place: a character more at either end of a text, a number next to
/// or opposite to the old one, an item of a list twice.
pub(crate) fn neighbours(value: &Value) -> Vec<Value> {
    match value {
        Value::String(text) => {
            let longer = COMMON.chars().flat_map(|c| [format!("{c}{text}"), format!("{text}{c}")]);
            longer.map(Value::String).collect()
        }
        Value::Number(number) => number.as_i64().map_or_else(Vec::new, |whole| {
            let next =
                [whole.checked_add(1), whole.checked_sub(1), whole.checked_neg(), whole.checked_mul(10)];
            next.into_iter().flatten().map(Value::from).collect()
        }),
        Value::Bool(flag) => vec![Value::Bool(!flag)],
        Value::Array(items) => {
            let inside = changed_inside(items, neighbours);
            let twice = items.first().map(|first| [std::slice::from_ref(first), items].concat());
            inside.into_iter().chain(twice.map(Value::Array)).collect()
        }
        Value::Object(map) => changed_entries(map, neighbours),
        Value::Null => Vec::new(),
    }
}

/// The list with one item changed, in every way.
fn changed_inside(items: &[Value], change: impl Fn(&Value) -> Vec<Value>) -> Vec<Value> {
    let at_each = items.iter().enumerate().flat_map(|(at, item)| {
        change(item).into_iter().map(move |item| {
            let mut changed = items.to_vec();
            changed[at] = item;
            Value::Array(changed)
        })
    });
    at_each.collect()
}

/// The map with one value changed, in every way. Its keys are parameters, which stay.
fn changed_entries(map: &Map<String, Value>, change: impl Fn(&Value) -> Vec<Value>) -> Vec<Value> {
    let at_each = map.iter().flat_map(|(key, item)| {
        change(item).into_iter().map(move |item| {
            let mut changed = map.clone();
            changed.insert(key.clone(), item);
            Value::Object(changed)
        })
    });
    at_each.collect()
}

/// Inputs that are smaller than `value` by one step, the smallest steps last: something left out, or a
/// character or number replaced by a simpler one.
pub(crate) fn smaller(value: &Value) -> Vec<Value> {
    match value {
        Value::String(text) => smaller_texts(text).into_iter().map(Value::String).collect(),
        Value::Number(number) => smaller_numbers(number),
        Value::Bool(true) => vec![Value::Bool(false)],
        Value::Array(items) => {
            let without = (0..items.len()).map(|at| {
                let mut fewer = items.clone();
                fewer.remove(at);
                Value::Array(fewer)
            });
            without.chain(changed_inside(items, smaller)).collect()
        }
        Value::Object(map) => changed_entries(map, smaller),
        Value::Null | Value::Bool(false) => Vec::new(),
    }
}

fn smaller_texts(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let half = characters.len() / 2;
    let halves = [&characters[..half], &characters[half..]];
    let mut texts: Vec<String> = halves
        .into_iter()
        .filter(|part| !part.is_empty() && part.len() < characters.len())
        .map(String::from_iter)
        .collect();
    for at in 0..characters.len() {
        let rest = characters.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, c)| *c);
        texts.push(rest.collect());
    }
    // What does not matter becomes an `a`, so that what does stands out and equal causes look alike.
    for at in (0..characters.len()).filter(|at| characters[*at] != 'a') {
        let mut simpler = characters.clone();
        simpler[at] = 'a';
        texts.push(simpler.into_iter().collect());
    }
    texts
}

fn smaller_numbers(number: &serde_json::Number) -> Vec<Value> {
    let Some(whole) = number.as_i64() else {
        return if number.as_f64() == Some(0.0) { Vec::new() } else { vec![json!(0)] };
    };
    let mut numbers = vec![0, whole / 2, whole - whole.signum()];
    numbers.retain(|smaller| smaller.unsigned_abs() < whole.unsigned_abs());
    numbers.dedup();
    numbers.into_iter().map(Value::from).collect()
}

/// How large an input is, for choosing the smallest: the length of its JSON text, simple characters first.
pub(crate) fn size(value: &Value) -> (usize, String) {
    let text = value.to_string();
    let weight = |c: char| match c {
        'a' => 1,
        c if c.is_ascii_alphanumeric() => 2,
        _ => 3,
    };
    (text.chars().map(weight).sum(), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params() -> Vec<(String, Shape)> {
        let shapes = [
            Shape::Text,
            Shape::integer("i8").unwrap(),
            Shape::List(Box::new(Shape::Text)),
            Shape::Optional(Box::new(Shape::Float)),
            Shape::Duration,
        ];
        shapes.into_iter().enumerate().map(|(at, shape)| (format!("p{at}"), shape)).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_inputs() {
        let draw = |seed| {
            let mut generator = Generator::new(seed, &[json!({"p0": "xyz"})]);
            (0..50).map(|_| generator.input(&params())).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn integers_stay_in_their_range() {
        let mut generator = Generator::new(1, &[json!(1000)]);
        for _ in 0..1000 {
            let n = generator.integer(-128, 127).as_i64().unwrap();
            assert!((-128..=127).contains(&n), "{n}");
        }
    }

    #[test]
    fn characters_and_words_of_the_seeds_come_back() {
        let mut generator = Generator::new(1, &[json!(["Ωmega"])]);
        let texts: String = (0..100).map(|_| generator.text()).collect();
        assert!(texts.contains("Ωmega"));
    }

    #[test]
    fn neighbours_differ_in_one_place_and_keep_the_parameters() {
        let seed = json!({"text": "3", "n": 7});
        let near = neighbours(&seed);
        for expected in
            [json!({"text": "+3", "n": 7}), json!({"text": "3+", "n": 7}), json!({"text": "3", "n": -7})]
        {
            assert!(near.contains(&expected), "{expected}");
        }
        assert!(!near.contains(&seed));
    }

    #[test]
    fn every_smaller_input_is_smaller_and_shrinking_ends() {
        let mut value = json!({"p0": "a\"é b", "p1": -9, "p2": ["x", ""]});
        let mut n_steps = 0;
        while let Some(next) = smaller(&value).into_iter().next() {
            assert!(size(&next) < size(&value), "{next} is not smaller than {value}");
            value = next;
            n_steps += 1;
            assert!(n_steps < 1000);
        }
        assert_eq!(value, json!({"p0": "", "p1": 0, "p2": []}));
    }
}
