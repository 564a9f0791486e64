//! `ghostlib check`: a repository against what it says of itself, and what is said of that in every format.

use crate::json_schema::accepts;
use crate::support::project;
use crate::vendoring;
use ghostlib_run::check::Rule;
use ghostlib_testkit::{TestProject, fixture};
use serde_json::Value;
use std::fs;

const SPEC: &str = "---
ghostlib: 1
name: level
version: 0.1.0
reference: {path: ../../reference}
---

# level

r[level.parse]
`parse` MUST turn a text of one digit into that number.

```yaml vectors
parse:
  - {name: three, input: {text: \"3\"}, output: 3, requirements: [level.parse]}
  - {name: no digit, input: {text: x}, error: true, requirements: [level.parse]}
```

```rust api
pub fn parse(text: &str) -> Result<u8, LevelError>;
pub struct LevelError { /* private fields */ }
```
";

/// A git repository with the reference `level` and a spec of it, committed on the branch `main`.
pub(crate) fn repository() -> TestProject {
    let project = project();
    project.copy_fixture("references/level", "reference");
    // What was found of another run of the tests would be known.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    let library = project.read("reference/src/lib.rs");
    project.write("reference/src/lib.rs", format!("{library}// {now}\n"));
    project.write("specs/level/SPEC.md", SPEC);
    project.write(".gitignore", ".ghostlib/\n.settings/\n");
    git(&project, &["init", "--quiet", "--initial-branch=main"]);
    commit(&project);
    project
}

pub(crate) fn git(project: &TestProject, args: &[&str]) {
    let own = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
    let variables = [("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")];
    let ran = project.run_tool("git", &[&own, args].concat(), &variables).expect("git is installed");
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

pub(crate) fn commit(project: &TestProject) {
    git(project, &["add", "--all"]);
    git(project, &["commit", "--quiet", "--message=one"]);
}

/// Changes a file of the project.
pub(crate) fn edit(project: &TestProject, path: &str, from: &str, to: &str) {
    let text = project.read(path);
    assert!(text.contains(from), "{path} has no `{from}`");
    project.write(path, text.replace(from, to));
}

/// What `check --json` says.
fn checked(project: &TestProject, args: &[&str]) -> Value {
    let said = project.run(&[&["check", "--json"], args].concat());
    serde_json::from_str(&said.stdout).unwrap_or_else(|error| panic!("{error}: {said:?}"))
}

/// Each finding that counts, as `LEVEL RULE FILE:LINE`.
fn found(report: &Value) -> Vec<String> {
    let steps = report["steps"].as_array().unwrap().iter();
    let findings = steps.flat_map(|step| step["findings"].as_array().unwrap());
    let counting = findings.filter(|one| one.get("accepted").is_none() && one["level"] != "note");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    counting
        .map(|one| {
            let place = &one["place"];
            format!(
                "{} {} {}:{}",
                text(&one["level"]),
                text(&one["rule"]),
                text(&place["file"]),
                place["line"]
            )
        })
        .collect()
}

/// Each step, as `SUBJECT NAME`, with `=` where nothing had changed and `-` where it was skipped.
fn steps(report: &Value) -> Vec<String> {
    let told = |step: &Value| {
        let mark = match (step["cached"].as_bool(), step.get("skipped")) {
            (_, Some(_)) => " -",
            (Some(true), _) => " =",
            _ => "",
        };
        format!("{} {}{mark}", step["subject"].as_str().unwrap(), step["name"].as_str().unwrap())
    };
    report["steps"].as_array().unwrap().iter().map(told).collect()
}

#[test]
fn drift_of_reference_and_spec_is_found_and_what_has_not_changed_is_not_looked_at_again() {
    let project = repository();
    let spec = "specs/level/SPEC.md";
    let first = checked(&project, &["--deny", "warnings"]);
    assert_eq!(found(&first), [""; 0]);
    assert_eq!(steps(&first), [format!("{spec} lint"), format!("{spec} api"), format!("{spec} vectors")]);
    let again = checked(&project, &[]);
    assert_eq!(
        steps(&again),
        [format!("{spec} lint ="), format!("{spec} api ="), format!("{spec} vectors =")]
    );
    assert!(!steps(&checked(&project, &["--no-cache"])).iter().any(|step| step.ends_with('=')));

    // The reference moves on: a signature, and a rule.
    edit(&project, "reference/src/lib.rs", "Result<u8, LevelError>", "Result<u16, LevelError>");
    edit(
        &project,
        "reference/src/lib.rs",
        "Ok(level.saturating_add(n_plus.min(200) as u8))",
        "Ok(u16::from(level) + 1)",
    );
    let drifted = project.run(&["check"]).expect_code(1).stdout;
    let line = |text: &str| SPEC.lines().position(|line| line.contains(text)).unwrap() + 1;
    let api = format!("{spec}:{}:1: error[reference-api-drift]: the spec declares", line("pub fn parse"));
    assert!(drifted.contains(&api) && drifted.contains("level 1.2.0 has `pub fn parse"), "{drifted}");
    let vector = format!(
        "{spec}:{}:5: error[vector-untrue]: the vector `parse/three` is not true",
        line("name: three")
    );
    assert!(drifted.contains(&vector) && drifted.contains("is to give 3, and gives 4"), "{drifted}");
    assert!(drifted.contains("failed: 2 errors, 0 warnings, 1 note; 3 steps over 1 file"), "{drifted}");
    let report = checked(&project, &[]);
    let of_vector = report["steps"][2]["findings"][0].clone();
    assert_eq!(of_vector["requirement"], "level.parse");
    assert!(report["rules"][0]["page"].as_str().unwrap().ends_with("/docs/src/ci.md#rules"), "{report}");

    // The spec moves after it.
    edit(&project, spec, "output: 3", "output: 4");
    edit(&project, spec, "Result<u8", "Result<u16");
    let mended = project.run(&["check"]).expect_code(0).stdout;
    assert!(mended.starts_with("passed: 0 errors, 0 warnings, 1 note"), "{mended}");
    assert!(project.run(&["check", "--notes"]).stdout.contains("note[reference-api-undeclared]"));

    // A reference that does not build says so where the spec names it.
    edit(&project, "reference/src/lib.rs", "u16::from(level) + 1", "nothing");
    let broken = checked(&project, &[]);
    assert_eq!(found(&broken), [format!("error reference-unusable {spec}:5")]);
}

#[test]
fn every_format_says_the_same_and_is_valid() {
    let project = repository();
    // A folder that needs escapes, and texts that would end a command, an element or a cell.
    let hostile = SPEC
        .replace("name: three", "name: \"a|b ]]> %0A ::error::c, <d>\"")
        .replace("output: 3", "output: 9");
    project.write(
        "specs/a b#c/SPEC.md",
        hostile.replace("  - {name: no", "\nTODO\n  - {name: no").replace("\nTODO\n", ""),
    );
    project.write(
        "specs/offline/SPEC.md",
        SPEC.replace("path: ../../reference", "crate: no-such-crate, version: 1.0.0"),
    );
    let summary = project.write("summary.md", "before\n");
    let all = ["--format", "github", "--format", "sarif=out/a.sarif", "--format", "junit=out/a.xml"];
    let more = ["--format", "markdown=out/a.md", "--format", "json=out/a.json", "--format", "text=out/a.txt"];
    let variables = [("GITHUB_STEP_SUMMARY", summary.to_str().unwrap())];
    let ran = project.run_with(&[&["check"], &all[..], &more[..]].concat(), &variables).expect_code(1);

    let commands: Vec<&str> = ran.stdout.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!(
        commands.iter().filter(|line| line.starts_with("::error file=specs/a b#c/SPEC.md,line=")).count(),
        1
    );
    assert!(commands[0].contains("parse/a|b ]]> %250A ::error::c, <d>"), "{}", ran.stdout);
    assert!(project.read("summary.md").starts_with("before\n### ghostlib check failed: 1 error"));
    assert!(project.read("out/a.md").contains("vector-untrue"));
    assert!(
        project
            .read("out/a.txt")
            .contains("skipped: reference of specs/offline/SPEC.md: crate:no-such-crate@1.0.0")
    );

    let json: Value = serde_json::from_str(&project.read("out/a.json")).unwrap();
    let schema: Value = serde_json::from_str(&project.run(&["schema", "check"]).stdout).unwrap();
    assert!(accepts(&schema, &json));
    let sarif: Value = serde_json::from_str(&project.read("out/a.sarif")).unwrap();
    let official = fs::read_to_string(fixture("schemas/sarif-2.1.0.json")).unwrap();
    let official: Value = serde_json::from_str(&official).unwrap();
    assert!(accepts(&official, &sarif));
    let mut wrong = sarif.clone();
    wrong["runs"][0]["results"][0]["level"] = "bad".into();
    assert!(!accepts(&official, &wrong), "the schema is looked at");
    let n_results = sarif["runs"][0]["results"].as_array().unwrap().len();
    let n_findings: usize =
        json["steps"].as_array().unwrap().iter().map(|step| step["findings"].as_array().unwrap().len()).sum();
    assert_eq!(n_results, n_findings);
    let xsd = fixture("schemas/junit-10.xsd");
    let xml = project.path("out/a.xml");
    let args = ["--noout", "--schema", xsd.to_str().unwrap(), xml.to_str().unwrap()];
    if let Some(ran) = project.run_tool("xmllint", &args, &[]) {
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    }
    assert!(
        project.read("out/a.xml").contains("tests=\"8\" failures=\"1\""),
        "{}",
        project.read("out/a.xml")
    );

    // What was skipped fails where that is asked for, and mistakes in formats are told.
    let _ = project.run(&["check", "specs/offline"]).expect_code(0);
    let _ = project.run(&["check", "specs/offline", "--deny", "skips"]).expect_code(1);
    for (formats, words) in [
        (&["--format", "srif"][..], "there is no format `srif`; there are text, github, sarif"),
        (&["--format", "json", "--format", "junit"][..], "two formats go to standard output"),
        (&["nowhere"][..], "there is nothing at nowhere"),
        (&["/"][..], "is outside of"),
    ] {
        let refused = project.run(&[&["check"], formats].concat()).expect_code(2);
        assert!(refused.stderr.contains(words), "{}", refused.stderr);
    }
}

#[test]
fn only_what_a_branch_touches_is_checked() {
    let project = repository();
    let plain = "---\nghostlib: 1\nname: NAME\nversion: 0.1.0\nvectors: t.yaml\n---\n\nIt MUST hold.\n";
    for name in ["one", "two"] {
        project.write(&format!("specs/{name}/SPEC.md"), plain.replace("NAME", name));
        project.write(&format!("specs/{name}/t.yaml"), "{}\n");
    }
    commit(&project);
    git(&project, &["checkout", "--quiet", "-b", "branch"]);
    let subjects = |args: &[&str]| {
        let mut subjects: Vec<String> = steps(&checked(&project, args))
            .iter()
            .map(|step| step.split_once(' ').unwrap().0.trim_start_matches("specs/").replace("/SPEC.md", ""))
            .collect();
        subjects.dedup();
        subjects.join(" ")
    };
    assert_eq!(subjects(&["--changed"]), "");
    project.write("specs/one/t.yaml", "f: []\n");
    assert_eq!(subjects(&["--changed"]), "one", "what is not committed counts");
    commit(&project);
    assert_eq!(subjects(&["--changed=main"]), "one");
    edit(&project, "reference/src/lib.rs", "A small library", "The library");
    assert_eq!(subjects(&["--changed"]), "level one", "the folder of a reference counts");
    git(&project, &["checkout", "--quiet", "reference"]);
    // What others do on the main branch meanwhile is not what this branch touches.
    git(&project, &["checkout", "--quiet", "main"]);
    project.write("specs/two/t.yaml", "g: []\n");
    commit(&project);
    git(&project, &["checkout", "--quiet", "branch"]);
    assert_eq!(subjects(&["--changed"]), "one");
    project.write("ghostlib.toml", "[check]\nexclude = [\"specs/two\"]\n");
    assert_eq!(subjects(&["--changed"]), "level one");
    let refused = project.run(&["check", "--changed=nowhere"]).expect_code(2).stderr;
    assert!(refused.contains("`nowhere` cannot be read") && refused.contains("fetch-depth"), "{refused}");
}

#[test]
fn a_baseline_accepts_what_is_known_until_its_day() {
    let project = project();
    project.write(
        "s/SPEC.md",
        "---\nghostlib: 1\nname: a\nversion: 1.0.0\nlicence: MIT\n---\n\n# A\n\nTODO: more.\n",
    );
    let _ = project.run(&["check"]).expect_code(1);
    let wrote =
        ["check", "--deny", "warnings", "--write-baseline", "--reason", "soon", "--until", "2999-12-31"];
    let said = project.run(&wrote).expect_code(0).stdout;
    assert!(said.contains("ghostlib-baseline.toml: 2 new entries"), "{said}");
    let passed = project.run(&["check", "--deny", "warnings"]).expect_code(0).stdout;
    assert!(passed.starts_with("passed: 0 errors, 0 warnings, 0 notes, 2 accepted"), "{passed}");
    // Lines move, and the findings are the same.
    edit(&project, "s/SPEC.md", "# A\n", "# A\n\nMore text.\n");
    let _ = project.run(&["check", "--deny", "warnings"]).expect_code(0);

    edit(&project, "ghostlib-baseline.toml", "2999", "2001");
    let late = project.run(&["check"]).expect_code(1).stdout;
    assert!(late.contains("it was accepted until 2001-12-31: soon"), "{late}");
    edit(&project, "ghostlib-baseline.toml", "2001", "2999");
    edit(&project, "s/SPEC.md", "licence: MIT\n", "");
    let unused = project.run(&["check", "--notes"]).expect_code(0).stdout;
    assert!(unused.contains("ghostlib-baseline.toml:4:1: note[baseline-unused]"), "{unused}");
    let said = project.run(&wrote).expect_code(0).stdout;
    assert!(said.contains("0 new entries, 1 that nothing needs dropped"), "{said}");
    edit(&project, "ghostlib-baseline.toml", "until", "untl");
    let refused = project.run(&["check"]).expect_code(2).stderr;
    assert!(refused.contains("there is no key `untl` (did you mean `until`?)"), "{refused}");
    let past = ["check", "--write-baseline", "--reason", "r", "--until", "2020-01-01"];
    let said = project.run(&past).expect_code(2).stderr;
    assert!(said.contains("--until 2020-01-01 has passed"), "{said}");
    let refused = project.run(&["check", "--write-baseline"]).expect_code(2).stderr;
    assert!(refused.contains("--reason"), "{refused}");
}

const LOCK: &str = "format = 1\n[spec]\nname = \"a\"\nversion = \"1.0.0\"\nhash = \"HASH\"\n[reference]\nsource = \"../a\"\n\
    checksum = \"0\"\n[agent]\nname = \"x\"\nblindness_enforced = true\nprompt = \"0\"\n[environment]\ntoolchain = \"t\"\n\
    sandbox = \"s\"\n[fidelity]\nheadline = 0.97\nvectors = \"1/1\"\napi = \"1/1\"\nbehaviour = 1.0\ncoverage = \"1/1\"\n\
    cases = 1\nseed = 1\nattempts = 1\npassed = 1\npass_rate = [0.2, 1.0]\n[fidelity.gates]\ng0 = true\n[candidate]\n\
    tree = \"0\"\n";

#[test]
fn a_lockfile_is_stale_once_its_spec_has_changed() {
    let project = project();
    project.write("s/SPEC.md", "---\nghostlib: 1\nname: a\nversion: 1.1.0\n---\n\n# A\n\nIt MUST hold.\n");
    project.write("ghostlib.lock", LOCK);
    let stale = project.run(&["check"]).expect_code(0).stdout;
    let words = "s/SPEC.md:1:1: warning[lock-stale]: the spec has changed from version 1.0.0 to 1.1.0 since ghostlib.lock";
    assert!(stale.contains(words) && stale.contains("97 % of fidelity"), "{stale}");
    let _ = project.run(&["check", "--deny", "warnings"]).expect_code(1);
    edit(&project, "s/SPEC.md", "name: a", "name: b");
    assert!(project.run(&["check", "--notes"]).stdout.contains("ghostlib.lock:1:1: note[lock-unmatched]"));
    project.write("ghostlib.lock", LOCK.replace("format = 1", "format = 9"));
    let newer = project.run(&["check"]).expect_code(1).stdout;
    assert!(newer.contains("error[lock-unreadable]") && newer.contains("it has format 9"), "{newer}");
}

#[test]
fn vendored_code_is_held_against_its_lockfile_and_its_spec() {
    let project = vendoring::team();
    let code = vendoring::code();
    let agent = vendoring::writes(&project, &code);
    let _ = project.run(&["add", &vendoring::source(&project), "--agent", &agent]).expect_code(0);
    let first = checked(&project, &["vendor", "--deny", "warnings"]);
    assert_eq!((found(&first), steps(&first)), (vec![], vec!["vendor/counts vendored =".to_owned()]));
    edit(&project, "vendor/counts/src/lib.rs", "n / 2", "n / 3");
    let edited = checked(&project, &["vendor"]);
    let library = project.read("vendor/counts/src/lib.rs");
    let line = library.lines().position(|line| line.contains("n / 3")).unwrap() + 1;
    let spec = project.read("vendor/counts/spec/t.yaml");
    let vector =
        spec.lines().position(|line| line.contains("n: 7") && line.contains("output: 3")).unwrap() + 1;
    assert_eq!(
        found(&edited),
        [
            format!("error vendored-code-edited vendor/counts/src/lib.rs:{line}"),
            format!("error vector-failed vendor/counts/spec/t.yaml:{vector}"),
        ]
    );
    assert_eq!(edited["rules"][0]["id"], "vector-failed");
    edit(&project, "vendor/counts/ghostlib.lock", "format = 1", "format = one");
    let broken = project.run(&["check", "vendor"]).expect_code(1).stdout;
    assert!(broken.contains("vendor/counts/ghostlib.lock:1:1: error[vendored-unreadable]"), "{broken}");
}

#[test]
fn the_page_lists_the_rules_that_there_are() {
    let rows = Rule::OWN.map(|rule| format!("| `{}` | {} | {} |\n", rule.id, rule.level, rule.summary));
    let table = format!(
        "<!-- rules -->\n\n| rule | level | what |\n|---|---|---|\n{}\n<!-- /rules -->",
        rows.concat()
    );
    let page = fs::read_to_string(fixture("../docs/src/ci.md")).unwrap();
    assert!(page.contains(&table), "docs/src/ci.md is stale: put this into it\n{table}");
}
