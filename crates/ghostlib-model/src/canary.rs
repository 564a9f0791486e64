use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A text that stands in one place alone. Where it turns up elsewhere, somebody has read that place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Canary {
    /// 32 hexadecimal digits in lower case, the same nowhere else.
    pub token: String,
    /// Where it was planted, for people: `src/lib.rs of the reference`.
    pub place: String,
}

const N_DIGITS: usize = 32;

impl Canary {
    /// Those of `canaries` whose token stands in the bytes, in their order.
    pub fn found_in<'a>(canaries: &'a [Self], bytes: &[u8]) -> Vec<&'a Self> {
        let by_token: HashMap<&[u8], usize> =
            canaries.iter().enumerate().map(|(at, canary)| (canary.token.as_bytes(), at)).collect();
        let mut found = vec![false; canaries.len()];
        for run in bytes.split(|byte| !byte.is_ascii_hexdigit()).filter(|run| run.len() >= N_DIGITS) {
            let run = run.to_ascii_lowercase();
            for window in run.windows(N_DIGITS) {
                if let Some(at) = by_token.get(window) {
                    found[*at] = true;
                }
            }
        }
        canaries.iter().zip(found).filter(|(_, found)| *found).map(|(canary, _)| canary).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canary(digit: &str) -> Canary {
        Canary { token: digit.repeat(N_DIGITS), place: format!("place {digit}") }
    }

    #[test]
    fn a_token_is_found_within_other_digits_and_in_capitals() {
        let canaries = [canary("a"), canary("b")];
        let in_text = |text: &str| Canary::found_in(&canaries, text.as_bytes()).len();
        assert_eq!(in_text(&format!("// x-{}\n", canaries[0].token)), 1);
        assert_eq!(in_text(&format!("0123{}4", canaries[1].token.to_uppercase())), 1);
        assert_eq!(in_text(&format!("{} {}", canaries[0].token, canaries[1].token)), 2);
        assert_eq!(in_text(&canaries[0].token[1..]), 0);
        assert_eq!(Canary::found_in(&[], b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), Vec::<&Canary>::new());
    }
}
