//! How single values read.

use ghostlib_model::{Place, Ratio};

/// What stands where nothing was measured.
pub(crate) const UNKNOWN: &str = "unknown";

/// `85.7 %`, rounded down, so that only all of it reads `100 %`, and never down to nothing.
pub(crate) fn percent(share: Option<f64>) -> String {
    let Some(share) = share.filter(|share| share.is_finite()) else { return UNKNOWN.into() };
    // The small addend makes up for shares such as 0.57 that have no exact form in binary.
    let tenths = (share.clamp(0.0, 1.0) * 1000.0 + 1e-6).floor();
    match share {
        share if share >= 1.0 => "100 %".into(),
        share if share > 0.0 && tenths < 1.0 => "under 0.1 %".into(),
        _ if tenths >= 1000.0 => "99.9 %".into(),
        _ if (tenths % 10.0).abs() < 0.5 => format!("{:.0} %", tenths / 10.0),
        _ => format!("{:.1} %", tenths / 10.0),
    }
}

/// `+39.8 points`: a difference of two shares, in percentage points.
pub(super) fn points(difference: f64) -> String {
    let tenths = (difference * 1000.0).round();
    if tenths == 0.0 { "no change".into() } else { format!("{:+.1} points", tenths / 10.0) }
}

/// `12/14`
pub(crate) fn ratio(ratio: Ratio) -> String {
    if ratio.of == 0 { UNKNOWN.into() } else { format!("{}/{}", thousands(ratio.n), thousands(ratio.of)) }
}

/// `1 finding`, `12,345 findings`
pub(crate) fn count(n: usize, singular: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {singular}{plural}", thousands(n))
}

/// `12,345`
pub(crate) fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `0.25 s`, `7.5 s`, `2 min 5 s`
pub(crate) fn duration(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return UNKNOWN.into();
    }
    if seconds < 1.0 {
        return format!("{seconds:.2} s");
    }
    if seconds < 60.0 {
        return format!("{seconds:.1} s");
    }
    let minutes = (seconds / 60.0).floor();
    format!("{minutes:.0} min {:.0} s", (seconds - minutes * 60.0).floor())
}

/// `src/lib.rs:12`
pub(crate) fn place(place: &Place) -> String {
    plain(&format!("{}:{}", place.file, place.line), 1_000)
}

/// `text` with characters that hide or reorder others written out, cut after `limit` characters.
pub(crate) fn plain(text: &str, limit: usize) -> String {
    let mut shown = String::with_capacity(text.len().min(limit));
    let mut chars = text.chars();
    for c in chars.by_ref().take(limit) {
        if is_unseen(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    match chars.count() {
        0 => shown,
        rest => format!("{shown}… ({} more)", count(rest, "character")),
    }
}

/// `a, b and c`
pub(crate) fn list(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Controls but for tab and newline; zero-width characters; marks that change the direction of writing.
fn is_unseen(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_all_of_it_reads_as_a_hundred_percent() {
        let shown = |share| percent(Some(share));
        assert_eq!(
            [1.0, 0.99999, 0.57, 6.0 / 7.0, 0.00001, 0.0].map(shown),
            ["100 %", "99.9 %", "57 %", "85.7 %", "under 0.1 %", "0 %"]
        );
    }

    #[test]
    fn what_is_not_known_is_not_a_number() {
        assert_eq!(percent(None), "unknown");
        assert_eq!(percent(Some(f64::NAN)), "unknown");
        assert_eq!(ratio(Ratio::new(0, 0)), "unknown");
        assert_eq!(ratio(Ratio::new(0, 3)), "0/3");
        assert_eq!(duration(f64::INFINITY), "unknown");
    }

    #[test]
    fn numbers_and_times_read_well() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0.254, 7.46, 125.9].map(duration), ["0.25 s", "7.5 s", "2 min 5 s"]);
        assert_eq!([count(1, "file"), count(0, "file")], ["1 file", "0 files"]);
    }

    #[test]
    fn hidden_characters_are_written_out_and_long_text_is_cut() {
        assert_eq!(plain("a\u{202e}b\0\tc\n", 99), "a\\u{202e}b\\u{0}\tc\n");
        assert_eq!(plain("äöü", 2), "äö… (1 character more)");
    }
}
