use ghostlib_model::TextEdit;

/// A text with fixes applied, each whole or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// The text.
    pub text: String,
    /// For each fix, whether it was applied.
    pub applied: Vec<bool>,
}

/// Applies fixes to a text, each a list of edits. One that touches what an earlier one changed is left out, as is
/// one that does not fit the text. One that says the same as an earlier one counts as applied.
pub fn apply_fixes<'a>(text: &str, fixes: impl IntoIterator<Item = &'a [TextEdit]>) -> Fixed {
    let mut edits: Vec<&TextEdit> = Vec::new();
    let mut applied = Vec::new();
    for whole in fixes {
        let is_free = |edit: &TextEdit| {
            edits.iter().all(|other| *other == edit || !touches(edit, other)) && fits(text, edit)
        };
        let is_applied = !whole.is_empty() && whole.iter().all(is_free);
        if is_applied {
            let new: Vec<_> = whole.iter().filter(|edit| !edits.contains(edit)).collect();
            edits.extend(new);
        }
        applied.push(is_applied);
    }
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut edited = text.to_owned();
    for edit in edits.iter().rev() {
        edited.replace_range(edit.span.start..edit.span.end, &edit.text);
    }
    Fixed { text: edited, applied }
}

fn fits(text: &str, edit: &TextEdit) -> bool {
    text.get(edit.span.start..edit.span.end).is_some()
}

/// Whether two edits replace the same text, or put something in at the same place.
fn touches(a: &TextEdit, b: &TextEdit) -> bool {
    let (a, b) = (a.span, b.span);
    (a.start < b.end && b.start < a.end)
        || (a.start == b.start && (a == b || a.end == a.start || b.end == b.start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_model::Span;

    fn edit(start: usize, end: usize, text: &str) -> TextEdit {
        TextEdit { span: Span::new(start, end), text: text.into() }
    }

    #[test]
    fn fixes_are_applied_whole_and_do_not_overlap() {
        let fixes = [
            vec![edit(0, 1, "A"), edit(6, 7, "B")],
            vec![edit(6, 7, "B")],
            vec![edit(3, 4, "x"), edit(6, 8, "y")],
            vec![edit(2, 2, "-")],
            vec![edit(2, 2, "+")],
            vec![edit(7, 8, "!")],
            vec![edit(7, 99, "")],
            vec![],
        ];
        let outcome = apply_fixes("a bc d é", fixes.iter().map(Vec::as_slice));
        assert_eq!(outcome.applied, [true, true, false, true, false, false, false, false]);
        assert_eq!(outcome.text, "A -bc dBé");
    }
}
