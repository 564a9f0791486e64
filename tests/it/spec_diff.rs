//! `ghostlib spec diff`, and `lint --against`: what became of a spec.

use crate::support::project;
use ghostlib_agent::FileTree;
use ghostlib_model::RunId;
use ghostlib_run::store::Candidates;
use ghostlib_testkit::TestProject;
use serde_json::Value;

const OLD: &str = "---\nghostlib: 1\nname: a\nversion: 0.1.0\n---\n\n# A\n\n\
    r[a.trim]\nThe ends MUST be trimmed.\n\n\
    r[a.order]\nThe order of words MUST be kept.\n\n\
    r[a.log]\nEach call SHOULD be logged.\n\n\
    ```yaml vectors\nf:\n  - {name: one, input: \"x\", output: 1}\n  - {name: two, input: \"y\", output: 2}\n```\n\n\
    ```rust api\npub fn f(s: &str) -> u32;\n```\n";

/// The old spec in `old/`, and in `new/` one that says less, more and other things.
fn two_states() -> TestProject {
    let project = project();
    project.write("old/SPEC.md", OLD);
    let new = OLD
        .replace("version: 0.1.0", "version: 0.2.0\naliases: {a.log: a.trace}")
        .replace("ends MUST be trimmed", "ends SHOULD be trimmed always")
        .replace("r[a.order]\nThe order of words MUST be kept.\n\n", "")
        .replace("r[a.log]", "r[a.trace]")
        .replace("output: 1", "output: 3")
        .replace("-> u32", "-> u64")
        .replace("# A\n\n", "# A\n\nNothing else MUST be done.\n\n");
    project.write("new/SPEC.md", new);
    project
}

#[test]
fn what_changed_is_shown_word_by_word_with_counts_at_the_end() {
    let project = two_states();
    let said = project.run(&["spec", "diff", "old", "new"]).expect_code(0).stdout;
    for line in [
        "~ a.trim  weakened from MUST to SHOULD, reworded",
        "The ends [-MUST-] {+SHOULD+} be [-trimmed.-] {+trimmed always.+}",
        "- a.order  MUST",
        "~ a.trace  renamed from a.log",
        "Nothing else MUST be done.",
        "~ f/one  expected",
        "→ [-1-] {+3+}",
        "~ rust pub fn f(s: &str) -> [-u32;-] {+u64;+}",
        "requirements: 1 added, 1 removed, 1 renamed, 1 reworded, 1 weakened; vectors: 1 changed; api: 1 changed",
    ] {
        assert!(said.contains(line), "`{line}` is not in\n{said}");
    }
}

#[test]
fn what_changed_is_told_to_machines() {
    let project = two_states();
    let said = project.run(&["spec", "diff", "old", "new", "--json"]).expect_code(0).stdout;
    let delta: Value = serde_json::from_str(&said).unwrap();
    let of = |change: &str| -> Vec<Value> {
        let all = delta["requirements"].as_array().unwrap().iter();
        all.filter(|one| one["change"] == change).cloned().collect()
    };
    assert_eq!(of("removed")[0]["old"]["id"], "a.order");
    assert_eq!(of("added")[0]["new"]["text"], "Nothing else MUST be done.");
    let trimmed = of("changed").into_iter().find(|one| one["new"]["id"] == "a.trim").unwrap();
    assert_eq!(trimmed["how"], serde_json::json!(["weakened", "reworded"]));
    assert_eq!((&trimmed["old"]["level"], &trimmed["new"]["level"]), (&"MUST".into(), &"SHOULD".into()));
    assert_eq!(delta["counts"]["requirements"]["weakened"], 1);
    assert_eq!(delta["vectors"][0]["how"], serde_json::json!(["expected"]));
    assert_eq!(delta["asks_less"], true);
}

#[test]
fn the_exit_code_says_what_was_asked_for() {
    let project = two_states();
    for (args, code) in [
        (&["spec", "diff", "old", "old", "--exit-code", "--deny-less"][..], 0),
        (&["spec", "diff", "old", "new", "--exit-code"], 1),
        (&["spec", "diff", "old", "new", "--deny-less"], 1),
    ] {
        let _ = project.run(args).expect_code(code);
    }
    let more = OLD.replace("# A\n\n", "# A\n\nNothing else MUST be done.\n\n");
    project.write("more/SPEC.md", more);
    let _ = project.run(&["spec", "diff", "old", "more", "--deny-less"]).expect_code(0);
    let _ = project.run(&["spec", "diff", "old", "more", "--exit-code"]).expect_code(1);
    let same = project.run(&["spec", "diff", "old", "old"]).expect_code(0);
    assert!(same.stdout.contains("nothing changed"), "{}", same.stdout);
}

#[test]
fn a_state_can_be_a_revision_of_the_repository_around() {
    let project = two_states();
    let repository = Candidates::open(&project.path(".git")).unwrap();
    let files = [("specs/a/SPEC.md".to_owned(), OLD.as_bytes().to_vec())];
    repository
        .commit(
            &FileTree::from_files(files),
            &RunId::new("r1"),
            ghostlib_model::AttemptId { iteration: 1, attempt: 1 },
        )
        .unwrap();
    for old in ["refs/runs/r1/1.1:specs/a", "refs/runs/r1/1.1:specs/a/SPEC.md"] {
        let said = project.run(&["spec", "diff", old, "new"]).expect_code(0).stdout;
        assert!(said.contains("- a.order  MUST"), "{said}");
    }
    let refused = project.run(&["spec", "diff", "refs/runs/r1/1.1:specs/b", "new"]).expect_code(2);
    assert!(refused.stderr.contains("there is no spec at refs/runs/r1/1.1:specs/b"), "{}", refused.stderr);
    let refused = project.run(&["spec", "diff", "nowhere:specs/a", "new"]).expect_code(2);
    assert!(refused.stderr.contains("the revision `nowhere` cannot be read"), "{}", refused.stderr);
}

#[test]
fn ids_that_are_gone_without_a_trace_are_reported_against_the_former_state() {
    let project = two_states();
    let said = project.run(&["lint", "new", "--against", "old", "--deny-warnings"]).expect_code(1).stdout;
    assert!(said.contains("the requirement `a.order`, which stood at SPEC.md:13:1, is gone"), "{said}");
    assert!(!said.contains("`a.log`"), "an alias is a trace: {said}");
    let retired = project.read("new/SPEC.md").replace("aliases:", "retired: [a.order]\naliases:");
    project.write("new/SPEC.md", retired);
    let said = project.run(&["lint", "new", "--against", "old"]).expect_code(0).stdout;
    assert!(!said.contains("requirement-id-vanished"), "{said}");
}

#[test]
fn a_renaming_that_left_no_alias_is_mended() {
    let project = project();
    project.write("old/SPEC.md", OLD);
    project.write("new/SPEC.md", OLD.replace("r[a.order]", "r[a.sequence]"));
    let said = project.run(&["lint", "new", "--against", "old", "--fix"]).expect_code(0).stdout;
    assert!(said.contains("fixed SPEC.md:1:1: the requirement `a.order`"), "{said}");
    assert!(project.read("new/SPEC.md").contains("aliases:\n  a.order: a.sequence\n"));
}
