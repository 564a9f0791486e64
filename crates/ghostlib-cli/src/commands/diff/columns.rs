//! Two texts side by side, or one above the other where the terminal is narrow.

use crate::console::{BAD, DIM, GOOD, say, styled, visible};
use similar::{ChangeTag, TextDiff};
use terminal_size::{Width, terminal_size};

/// Narrower terminals show one side above the other.
const MIN_WIDTH: usize = 110;
/// What stands before each line.
const INDENT: &str = "       ";
const GAP: &str = " │ ";

/// Shows how two pieces of source differ: the first is the reference's.
pub(super) fn show(reference: &str, candidate: &str) {
    let width = terminal_size().map_or(0, |(Width(width), _)| usize::from(width));
    if width < MIN_WIDTH {
        one_above_the_other(reference, candidate);
    } else {
        side_by_side(reference, candidate, (width - INDENT.len() - GAP.chars().count()) / 2);
    }
}

fn one_above_the_other(reference: &str, candidate: &str) {
    for change in TextDiff::from_lines(reference, candidate).iter_all_changes() {
        let line = visible(&untabbed(change.value()));
        say(match change.tag() {
            ChangeTag::Delete => format!("{INDENT}{}", styled(BAD, format!("- {line}"))),
            ChangeTag::Insert => format!("{INDENT}{}", styled(GOOD, format!("+ {line}"))),
            ChangeTag::Equal => format!("{INDENT}{}", styled(DIM, format!("  {line}"))),
        });
    }
}

fn side_by_side(reference: &str, candidate: &str, width: usize) {
    let diff = TextDiff::from_lines(reference, candidate);
    let old: Vec<&str> = reference.lines().collect();
    let new: Vec<&str> = candidate.lines().collect();
    for op in diff.ops() {
        let is_equal = matches!(op, similar::DiffOp::Equal { .. });
        let (mut left, mut right) = (old[op.old_range()].iter(), new[op.new_range()].iter());
        loop {
            let (one, other) = (left.next(), right.next());
            if one.is_none() && other.is_none() {
                break;
            }
            let (one, other) = (cell(one, width), cell(other, width));
            say(if is_equal {
                styled(DIM, format!("{INDENT}{one}{GAP}{other}"))
            } else {
                format!("{INDENT}{}{GAP}{}", styled(BAD, one), styled(GOOD, other))
            });
        }
    }
}

/// A line cut or filled up to a width, counted in characters.
fn cell(line: Option<&&str>, width: usize) -> String {
    let line = visible(&untabbed(line.copied().unwrap_or_default()));
    let n_chars = line.chars().count();
    if n_chars > width {
        return line.chars().take(width - 1).chain(['…']).collect();
    }
    line + &" ".repeat(width - n_chars)
}

fn untabbed(line: &str) -> String {
    line.trim_end().replace('\t', "    ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_cut_and_filled_to_their_width() {
        assert_eq!(cell(Some(&"ab"), 4), "ab  ");
        assert_eq!(cell(Some(&"größer"), 4), "grö…");
        assert_eq!(cell(Some(&"\tx"), 6), "    x ");
        assert_eq!(cell(None, 2), "  ");
    }
}
