use super::Change;
use super::matching::{Matching, plain_section};
use ghostlib_model::{IdSource, Level, Requirement};
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt;

/// What is different about a requirement. Several may hold at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequirementChange {
    /// It binds less: MUST became SHOULD or MAY, SHOULD became MAY.
    Weakened,
    /// What was asked for is forbidden, or the other way round.
    Reversed,
    /// It binds more.
    Strengthened,
    /// Its text, or what leads into it, has other words.
    Reworded,
    /// It has another name. Ids that follow from text or position are no names.
    Renamed,
    /// It stands below other headings.
    Moved,
}

impl RequirementChange {
    pub(super) fn asks_less(self) -> bool {
        matches!(self, Self::Weakened | Self::Reversed)
    }
}

impl fmt::Display for RequirementChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Weakened => "weakened",
            Self::Reversed => "reversed",
            Self::Strengthened => "strengthened",
            Self::Reworded => "reworded",
            Self::Renamed => "renamed",
            Self::Moved => "moved",
        })
    }
}

pub(super) fn changes<'a>(
    old: &'a [Requirement],
    new: &'a [Requirement],
) -> Vec<Change<&'a Requirement, BTreeSet<RequirementChange>>> {
    let matching = Matching::of(old, new);
    let change = |(requirement, before): (&'a Requirement, &Option<usize>)| {
        let Some(before) = before.map(|i| &old[i]) else { return Some(Change::Added(requirement)) };
        let how = compare(before, requirement);
        (!how.is_empty()).then_some(Change::Changed { old: before, new: requirement, how })
    };
    let kept = new.iter().zip(&matching.of_new).filter_map(change);
    let is_gone = |(requirement, after): (&'a Requirement, &Option<usize>)| {
        after.is_none().then_some(Change::Removed(requirement))
    };
    kept.chain(old.iter().zip(&matching.of_old).filter_map(is_gone)).collect()
}

fn compare(old: &Requirement, new: &Requirement) -> BTreeSet<RequirementChange> {
    use RequirementChange::{Moved, Renamed, Reversed, Reworded, Strengthened, Weakened};
    let (was, is) = (old.level.strength(), new.level.strength());
    let all = [
        (Weakened, is < was),
        (Reversed, forbids(old.level) != forbids(new.level)),
        (Strengthened, is > was),
        (Reworded, (&old.text, &old.lead_in) != (&new.text, &new.lead_in)),
        (Renamed, old.id != new.id && (is_name(old) || is_name(new))),
        (Moved, plain_section(old) != plain_section(new)),
    ];
    all.into_iter().filter(|(_, holds)| *holds).map(|(how, _)| how).collect()
}

fn forbids(level: Level) -> bool {
    matches!(level, Level::MustNot | Level::ShouldNot)
}

fn is_name(requirement: &Requirement) -> bool {
    matches!(requirement.id_source, IdSource::Written | IdSource::Heading)
}

#[cfg(test)]
mod tests {
    use super::super::tests::spec;
    use super::*;

    /// A line for each change, by the ids before and after.
    fn lines(old: &str, new: &str) -> Vec<String> {
        let (old, new) = (spec(old), spec(new));
        let line = |change: &Change<&Requirement, BTreeSet<RequirementChange>>| match change {
            Change::Added(new) => format!("+ {}", new.text),
            Change::Removed(old) => format!("- {}", old.text),
            Change::Changed { old, new, how } => {
                let how: Vec<_> = how.iter().map(ToString::to_string).collect();
                format!("{} > {}: {}", old.text, new.text, how.join(" "))
            }
        };
        changes(&old.requirements, &new.requirements).iter().map(line).collect()
    }

    #[test]
    fn a_written_id_holds_whatever_the_text_says() {
        assert_eq!(
            lines(
                "r[a]\nAll MUST.\n\nr[b]\nSome MAY.\n",
                "r[b]\nNothing at all SHALL NOT.\n\nr[a]\nAll SHOULD.\n"
            ),
            [
                "Some MAY. > Nothing at all SHALL NOT.: reversed strengthened reworded",
                "All MUST. > All SHOULD.: weakened reworded"
            ]
        );
    }

    #[test]
    fn what_forbids_and_what_asks_are_opposites() {
        assert_eq!(
            lines("r[a]\nIt MUST.\n", "r[a]\nIt MUST NOT.\n"),
            ["It MUST. > It MUST NOT.: reversed reworded"]
        );
        assert_eq!(
            lines("r[a]\nIt MUST NOT.\n", "r[a]\nIt SHOULD.\n"),
            ["It MUST NOT. > It SHOULD.: weakened reversed reworded"]
        );
    }

    #[test]
    fn a_renaming_is_known_by_its_alias_or_by_its_text() {
        assert_eq!(
            lines("r[a]\nOne.\n", "aliases: {a: b}\n===\nr[b]\nQuite another thing!\n"),
            ["One. > Quite another thing!: reworded renamed"]
        );
        assert_eq!(
            lines("aliases: {a: b}\n===\nr[b]\nOne.\n", "r[a]\nTwo!\n"),
            ["One. > Two!: reworded renamed"]
        );
        assert_eq!(lines("r[a]\nOne.\n", "r[b]\nOne.\n"), ["One. > One.: renamed"]);
        assert_eq!(lines("It MUST.\n", "r[b]\nIt MUST.\n"), ["It MUST. > It MUST.: renamed"]);
        assert_eq!(
            lines("r[a]\nOne.\n", "r[b]\nQuite another thing!\n"),
            ["+ Quite another thing!", "- One."]
        );
    }

    #[test]
    fn made_ids_are_no_names_and_numbers_of_sections_no_move() {
        assert_eq!(lines("## 1 A\n\nIt MUST.\n", "## 1 X\n\n## 2 A\n\nIt MUST.\n"), [""; 0]);
        assert_eq!(lines("# A\n\nIt MUST.\n", "# B\n\nIt MUST.\n"), ["It MUST. > It MUST.: moved"]);
        assert_eq!(
            lines("# A\n\nThe first item MUST come out.\n", "# A\n\nThe last item MUST come out.\n"),
            ["The first item MUST come out. > The last item MUST come out.: reworded"]
        );
    }

    #[test]
    fn equal_texts_are_paired_in_their_order_and_within_their_section_first() {
        assert_eq!(lines("# A\n\nIt MUST.\n\n# B\n\nIt MUST.\n", "# B\n\nIt MUST.\n"), ["- It MUST."]);
        assert_eq!(lines("It MUST.\n\nIt MUST.\n", "It MUST.\n"), ["- It MUST."]);
    }

    #[test]
    fn the_same_section_comes_before_others_for_equal_and_for_similar_texts() {
        let renamed = lines("# A\n\nr[a]\nIt holds.\n\n# B\n\nr[b]\nIt holds.\n", "# B\n\nr[c]\nIt holds.\n");
        assert_eq!(renamed, ["It holds. > It holds.: renamed", "- It holds."]);
        let reworded = lines(
            "# A\n\nThe first of the words MUST come out.\n",
            "# B\n\nThe first of the words MUST go out.\n\n# A\n\nThe first of all MUST come back.\n",
        );
        assert_eq!(
            reworded,
            [
                "+ The first of the words MUST go out.",
                "The first of the words MUST come out. > The first of all MUST come back.: reworded"
            ]
        );
    }

    #[test]
    fn checkboxes_keep_their_text_when_one_is_put_in_above() {
        let before = "## Definition of Done\n\n- [ ] reads all lines\n- [ ] writes one file\n";
        let after =
            "## Definition of Done\n\n- [ ] starts quickly\n- [ ] reads all lines\n- [ ] writes one file\n";
        let read = |document: &str| {
            let document = crate::SourceFile::new("spec.md", document);
            crate::parse(&crate::Sources { document, ..crate::Sources::default() }).0.requirements
        };
        let (before, after) = (read(before), read(after));
        assert_eq!((before.len(), after.len()), (2, 3));
        assert_eq!(changes(&before, &after), [Change::Added(&after[0])]);
    }

    #[test]
    fn another_lead_in_is_another_meaning() {
        let item =
            |lead_in: &str| format!("# A\n\nThe item MUST be taken {lead_in}:\n\n- it is large enough\n");
        let found = lines(&item("if"), &item("unless"));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].ends_with("reworded"), "{found:?}");
    }
}
