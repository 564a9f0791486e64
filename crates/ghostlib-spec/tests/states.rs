//! What holds of every pair of states of a spec, and of every text that is formatted or gets ids.

use ghostlib_spec::delta::{self, Change};
use ghostlib_spec::{Options, SourceFile, Sources, Spec, edit, parse};
use proptest::collection::vec;
use proptest::prelude::*;

/// Pieces that mean something to a reader of specs, to be put together at random.
const PIECES: [&str; 36] = [
    "---\nghostlib: 1\nname: a\nversion: 1.0.0\n---\n",
    "aliases: {a.b: c}\n",
    "---\n",
    "# One\n",
    "## 1.2 Two\n",
    "It MUST hold. ",
    "It SHOULD NOT fail when nothing is there. ",
    "Each field MAY be empty.\n",
    "An item counts only if:\n\n",
    "r[a.b]\n",
    "r[c]\n",
    "- ",
    "- [ ] ",
    "1. ",
    "  ",
    "    ",
    "\t",
    " \n",
    "  \n",
    "\n",
    "\n\n",
    "\r\n",
    "> ",
    "```\n",
    "```yaml vectors\nf: [{name: a, input: 1, output: 2, requirements: a.b}]\n```\n",
    "```rust api\npub fn f();\n```\n",
    "`",
    "**",
    "| a | b |\n|---|---|\n| must c | d |\n",
    "<pre>\n",
    "</pre>\n",
    "<!-- ",
    " -->",
    "### f(a, b?) -> c\n",
    "é\u{200b}",
    "**FR-001**: ",
];

fn document() -> impl Strategy<Value = String> {
    vec(proptest::sample::select(PIECES.as_slice()), 0..30).prop_map(|pieces| pieces.concat())
}

fn sources(document: &str) -> Sources {
    Sources { document: SourceFile::new("SPEC.md", document), ..Sources::default() }
}

fn spec(document: &str) -> Spec {
    parse(&sources(document)).0
}

proptest! {
    #[test]
    fn nothing_differs_from_itself(document in document()) {
        let spec = spec(&document);
        prop_assert!(delta::diff(&spec, &spec).is_empty());
    }

    #[test]
    fn every_requirement_is_added_removed_or_paired_once(old in document(), new in document()) {
        let (old, new) = (spec(&old), spec(&new));
        let delta = delta::diff(&old, &new);
        let n_added = delta.requirements.iter().filter(|change| matches!(change, Change::Added(_))).count();
        let n_removed = delta.requirements.iter().filter(|change| matches!(change, Change::Removed(_))).count();
        prop_assert_eq!(new.requirements.len() - n_added, old.requirements.len() - n_removed);
        let back = delta::diff(&new, &old);
        let n_back = back.requirements.iter().filter(|change| matches!(change, Change::Added(_))).count();
        prop_assert!(n_back.abs_diff(n_removed) <= 2, "the way back differs: {} and {}", n_back, n_removed);
    }

    #[test]
    fn what_is_formatted_stays_when_formatted_again(document in document()) {
        let formatted = edit::format(&document);
        prop_assert_eq!(edit::format(&formatted), formatted);
    }

    #[test]
    fn formatting_changes_no_meaning(document in document()) {
        let before = sources(&document);
        let after = edit::format_documents(&before, &Options::default());
        prop_assert!(edit::means_the_same(&before, &after.sources, &Options::default()));
        prop_assert!(after.left.is_empty() || after.sources == before);
    }

    #[test]
    fn ids_are_written_once(document in document()) {
        let written = edit::write_ids(&document);
        prop_assert_eq!(edit::write_ids(&written), written);
    }

    #[test]
    fn a_renaming_changes_one_id_or_nothing(document in document()) {
        if let Ok(renamed) = edit::rename(&sources(&document), &Options::default(), "a.b", "z") {
            let ids = |spec: &Spec| spec.requirements.iter().map(|one| one.id.to_string()).collect::<Vec<_>>();
            let before: Vec<_> = ids(&spec(&document)).iter().map(|id| id.replace("a.b", "z")).collect();
            prop_assert_eq!(ids(&parse(&renamed).0), before);
        }
    }
}
