//! `ghostlib fmt`: the text changes, what it says does not.

use crate::support::project;
use ghostlib_testkit::TestProject;
use serde_json::Value;

const DOCUMENT: &str = "---\nghostlib: 1\nname: a\nversion: 0.1.0\nfiles: [b.md]\nvectors: [t.yaml]\n---\n\n# A  \n\n\
    First MUST hold. \nIt goes on.  \nAfter a break. Second SHOULD hold.\nr[a.third]\nThird.\n\n\n";

fn spec() -> TestProject {
    let project = project();
    project.write("s/SPEC.md", DOCUMENT);
    project.write("s/b.md", "# B\r\n\r\n- Item MUST. \r\n");
    project.write("s/t.yaml", "f:\n  - {name: x, input: 1, output: 1, requirements: [a.third]}  \n");
    project
}

/// What a spec says, without where.
fn meaning(project: &TestProject, ids: bool) -> Vec<(String, String, String)> {
    let parsed = project.run(&["parse", "s", "--json"]).expect_code(0).stdout;
    let parsed: Value = serde_json::from_str(&parsed).unwrap();
    let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    let requirement = |one: &Value| {
        (text(one, "id"), text(one, "text"), if ids { text(one, "id_source") } else { String::new() })
    };
    parsed["requirements"].as_array().unwrap().iter().map(requirement).collect()
}

#[test]
fn formatting_takes_out_what_nobody_sees_and_nothing_else() {
    let project = spec();
    let before = meaning(&project, true);
    let check = project.run(&["fmt", "s", "--check"]).expect_code(1);
    assert!(check.stdout.contains("would change s/SPEC.md") && check.stdout.contains("would change s/b.md"));
    assert_eq!(project.read("s/SPEC.md"), DOCUMENT, "checking changes nothing");
    let _ = project.run(&["fmt", "s"]).expect_code(0);
    let formatted = DOCUMENT
        .replace("# A  \n", "# A\n")
        .replace("hold. \n", "hold.\n")
        .replace("hold.\nr[", "hold.\n\nr[");
    assert_eq!(project.read("s/SPEC.md"), format!("{}\n", formatted.trim_end()));
    assert_eq!(project.read("s/b.md"), "# B\r\n\r\n- Item MUST.\r\n");
    assert!(project.read("s/t.yaml").ends_with("}  \n"), "vector files stay");
    assert_eq!(meaning(&project, true), before);
    let again = project.run(&["fmt", "s", "--check"]).expect_code(0);
    assert!(again.stdout.contains("nothing to change"), "{}", again.stdout);
}

#[test]
fn ids_are_written_into_every_document_once() {
    let project = spec();
    let before = meaning(&project, false);
    let said = project.run(&["fmt", "s", "--ids"]).expect_code(0).stdout;
    assert!(said.contains("4 requirements with a written id"), "{said}");
    assert_eq!(meaning(&project, false), before);
    assert!(meaning(&project, true).iter().all(|(_, _, source)| source == "written"));
    assert!(project.read("s/b.md").contains("- r[b-"));
    let _ = project.run(&["fmt", "s", "--ids", "--check"]).expect_code(0);
}

#[test]
fn an_id_is_renamed_everywhere_and_the_old_one_stays_an_alias() {
    let project = spec();
    let _ = project.run(&["fmt", "s", "--rename", "a.third=a.last"]).expect_code(0);
    assert!(project.read("s/SPEC.md").contains("r[a.last]\n"));
    assert!(project.read("s/SPEC.md").contains("aliases:\n  a.third: a.last\n"));
    assert!(project.read("s/t.yaml").contains("requirements: [a.last]"));
    let _ = project.run(&["lint", "s"]).expect_code(0);
    for (renaming, words) in [
        ("a.third=x", "the spec has no requirement `a.third`"),
        ("a.last=a b", "`a b` is no requirement id"),
        ("a.last=a.third", "is or was the id of another requirement"),
        ("a.last", "write the old id, `=`, and the new one"),
    ] {
        let refused = project.run(&["fmt", "s", "--rename", renaming]).expect_code(2);
        assert!(refused.stderr.contains(words), "{}", refused.stderr);
    }
}

#[test]
fn a_file_that_is_not_utf8_is_left_alone_and_the_others_are_not() {
    let project = spec();
    project.write("s/b.md", b"# B \n\nCaf\xe9 MUST. \n");
    let ran = project.run(&["fmt", "s"]).expect_code(0);
    assert!(ran.stderr.contains("b.md is not formatted: it is not UTF-8"), "{}", ran.stderr);
    assert_eq!(std::fs::read(project.path("s/b.md")).unwrap(), b"# B \n\nCaf\xe9 MUST. \n");
    assert!(project.read("s/SPEC.md").contains("# A\n"));
}
