//! `ghostlib shrink`: a smallest spec that still passes.

use crate::support::{agent, level_project, write_candidate};
use ghostlib_testkit::TestProject;
use serde_json::Value;

const SPEC: &str = "---
ghostlib: 1
name: level
version: 0.1.0
reference:
  path: ../../reference
vectors: [level.yaml]
---

# level

## History

Levels were read by eye, and MUST be remembered.

## Rules

`parse` MUST turn a text of one digit into that number.

## Thanks

To all who read levels.
";
const VECTORS: &str = "parse:\n  - {name: three, input: {text: \"3\"}, output: 3}\n";

fn shrink(project: &TestProject, agent: &str, more: &[&str]) -> Value {
    let args = [
        "shrink",
        "specs/level",
        "--of",
        "sections",
        "--of",
        "vectors",
        "--agent",
        agent,
        "--cases",
        "60",
        "--json",
    ];
    let ran = project.run(&[&args, more].concat()).expect_code(0);
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stdout))
}

#[test]
fn what_rebuilds_do_not_need_is_left_out_and_what_they_need_stays() {
    let project = level_project();
    project.write("specs/level/SPEC.md", SPEC);
    project.write("specs/level/level.yaml", VECTORS);
    // It rebuilds the library where the spec has its rule, and less than that where it has not.
    let body = format!(
        "if grep -q 'MUST turn' \"$1/spec/SPEC.md\"; then\n{}else\n{}fi\n",
        write_candidate(&project, "level-good"),
        write_candidate(&project, "level-silent")
    );
    let agent = agent(&project, &body);
    let told = shrink(&project, &agent, &["--tries", "1"]);
    assert_eq!(told["stopped"], "no more tries than that were asked for", "{told:#}");
    assert!(told["statements"].as_array().unwrap().iter().all(|one| one["fate"] == "not-tried"), "{told:#}");
    assert!(told["tries"][0]["fell"][0].as_str().unwrap().contains("fails"), "{told:#}");

    let told = shrink(&project, &agent, &["--into", "small"]);
    assert_eq!(told["tries"][0]["run"], "r2", "the try that was made is not made again: {told:#}");
    let fates: Vec<_> = told["statements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["statement"].as_str().unwrap(), one["fate"].as_str().unwrap()))
        .collect();
    assert_eq!(
        fates,
        [
            ("section `History`", "left-out"),
            ("section `Rules`", "needed"),
            ("section `Thanks`", "left-out"),
            ("vector `parse/three`", "left-out"),
        ]
    );
    assert!(!told["statements"][1]["fell"].as_array().unwrap().is_empty(), "{told:#}");
    let small = project.read("small/SPEC.md");
    assert!(
        small.contains("MUST turn") && !small.contains("History") && !small.contains("Thanks"),
        "{small}"
    );
    assert!(!project.read("small/level.yaml").contains("three"));
    assert_eq!(project.read("specs/level/SPEC.md"), SPEC, "the spec itself stays");
    let _ = project.run(&["lint", "small"]).expect_code(0);
}
