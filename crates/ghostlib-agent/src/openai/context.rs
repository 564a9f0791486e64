//! Keeps a conversation within what a model takes at once.

use super::conversation::Item;
use serde_json::Value;

/// How much of its window a conversation may fill. The rest is for the answer.
const MAX_FILL: f64 = 0.75;
/// How far it is brought down if it fills more. Endpoints keep what did not change since the last request in their
/// caches, so that it is worth to change a lot at once, and seldom.
const GOAL: f64 = 0.5;
/// Bytes of a token of code or English, until the endpoint tells better.
const BYTES_PER_TOKEN: f64 = 3.5;
/// Texts in arguments that are as short as this stay.
const SHORT: usize = 200;
const LEFT_OUT: &str = "[left out to save room]";

/// The window of a model, and how full it is.
#[derive(Debug)]
pub(super) struct Window {
    n_tokens: u64,
    bytes_per_token: f64,
}

/// How a conversation was made to fit.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// It fitted.
    AsItIs,
    /// So many texts were left out.
    LeftOut(usize),
    /// It cannot be made to.
    TooLong,
}

impl Window {
    pub(super) fn new(n_tokens: u64) -> Self {
        Self { n_tokens, bytes_per_token: BYTES_PER_TOKEN }
    }

    /// Learns from what the endpoint counted for a request with these items, and `rest` bytes besides.
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    pub(super) fn learn(&mut self, items: &[Item], rest: usize, n_tokens: u64) {
        let measured = all_bytes(items, rest) as f64 / n_tokens.max(1) as f64;
        // Whatever an endpoint says: some are wrong.
        self.bytes_per_token = measured.clamp(1.0, 6.0);
    }

    /// Learns that the window is too small for these items, with `rest` bytes besides.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate"
    )]
    pub(super) fn shrink(&mut self, items: &[Item], rest: usize) {
        let full = all_bytes(items, rest) as f64 / self.bytes_per_token;
        self.n_tokens = self.n_tokens.min(full as u64);
    }

    /// Leaves out what is least needed, until the conversation fits: outputs of tools, the oldest first, then the long
    /// texts of old calls. What came last stays. `rest` is how many bytes a request has besides.
    pub(super) fn fit(&self, items: &mut [Item], rest: usize) -> Fit {
        if self.fill(items, rest) <= MAX_FILL {
            return Fit::AsItIs;
        }
        let n_old = items.iter().rposition(|item| matches!(item, Item::Answer(_))).unwrap_or(0);
        let mut n_left_out = 0;
        for shorten in [shorten_result, shorten_calls] {
            for at in 0..n_old {
                n_left_out += usize::from(shorten(&mut items[at]));
                if self.fill(items, rest) <= GOAL {
                    return Fit::LeftOut(n_left_out);
                }
            }
        }
        if self.fill(items, rest) <= MAX_FILL { Fit::LeftOut(n_left_out) } else { Fit::TooLong }
    }

    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    fn fill(&self, items: &[Item], rest: usize) -> f64 {
        all_bytes(items, rest) as f64 / self.bytes_per_token / self.n_tokens.max(1) as f64
    }
}

fn all_bytes(items: &[Item], rest: usize) -> usize {
    rest + items.iter().map(n_bytes).sum::<usize>()
}

fn n_bytes(item: &Item) -> usize {
    match item {
        Item::User(text) => text.len(),
        Item::Result { output, .. } => output.len(),
        Item::Answer(turn) => {
            let sealed: usize = turn.sealed.iter().map(|it| it.to_string().len()).sum();
            let calls = turn.calls.iter().map(|call| call.tool.len() + call.arguments.len());
            turn.text.len() + sealed + calls.sum::<usize>()
        }
    }
}

fn shorten_result(item: &mut Item) -> bool {
    match item {
        Item::Result { output, .. } if output.len() > LEFT_OUT.len() => {
            LEFT_OUT.clone_into(output);
            true
        }
        _ => false,
    }
}

fn shorten_calls(item: &mut Item) -> bool {
    let Item::Answer(turn) = item else { return false };
    let mut is_shorter = !turn.sealed.is_empty();
    turn.sealed.clear();
    for call in &mut turn.calls {
        let Ok(Value::Object(mut arguments)) = serde_json::from_str(&call.arguments) else { continue };
        let long = |value: &&mut Value| value.as_str().is_some_and(|text| text.len() > SHORT);
        for text in arguments.values_mut().filter(long) {
            *text = LEFT_OUT.into();
            is_shorter = true;
        }
        call.arguments = Value::Object(arguments).to_string();
    }
    is_shorter
}

#[cfg(test)]
mod tests {
    use super::super::turn::{Call, Turn};
    use super::*;
    use serde_json::json;

    fn written(n: usize) -> [Item; 2] {
        let arguments = json!({ "path": "a", "content": "c".repeat(n) }).to_string();
        let call = Call { id: "a".into(), tool: "write_file".into(), arguments };
        let turn = Turn { calls: vec![call], ..Turn::default() };
        [Item::Answer(turn), Item::Result { call: "a".into(), output: "o".repeat(n) }]
    }

    fn conversation() -> Vec<Item> {
        let mut items = vec![Item::User("do".into())];
        items.extend((0..4).flat_map(|_| written(1000)));
        items
    }

    fn kept(items: &[Item]) -> Vec<usize> {
        items.iter().map(n_bytes).map(|n| n / 500).collect()
    }

    #[test]
    fn the_oldest_outputs_go_first_and_what_came_last_stays() {
        let mut items = conversation();
        assert_eq!(Window::new(4000).fit(&mut items, 0), Fit::AsItIs);
        // 8 kB are some 2,300 tokens.
        assert_eq!(Window::new(3000).fit(&mut items, 0), Fit::LeftOut(3));
        assert_eq!(kept(&items), [0, 2, 0, 2, 0, 2, 0, 2, 2]);
    }

    #[test]
    fn then_go_the_texts_of_old_calls_and_then_there_is_no_more_to_do() {
        let mut items = conversation();
        assert_eq!(Window::new(1200).fit(&mut items, 0), Fit::LeftOut(6));
        assert_eq!(kept(&items), [0, 0, 0, 0, 0, 0, 0, 2, 2]);
        assert_eq!(Window::new(500).fit(&mut items, 0), Fit::TooLong);
    }

    #[test]
    fn an_endpoint_that_counts_more_makes_the_window_smaller() {
        let mut window = Window::new(4000);
        window.learn(&conversation(), 0, 8000);
        assert_ne!(window.fit(&mut conversation(), 0), Fit::AsItIs);
    }
}
