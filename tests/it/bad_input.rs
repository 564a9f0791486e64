//! Bad input: one clear message with the place and what to do, the documented exit code, and nothing lost.

use crate::support::{agent_that_leaves, level_project, project};

/// Runs a command that must end with this exit code and say all of these on standard error or output.
fn refused(project: &ghostlib_testkit::TestProject, args: &[&str], code: i32, words: &[&str]) {
    let said = project.run(args).expect_code(code).redacted();
    for word in words {
        assert!(said.contains(word), "`{word}` is not in what {args:?} says:\n{said}");
    }
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn specs_that_are_not_there() {
    let project = project();
    for command in ["run", "lint", "parse"] {
        refused(&project, &[command, "specs/none"], 2, &["there is no spec at specs/none", "ghostlib init"]);
    }
    std::fs::create_dir(project.path("empty")).unwrap();
    refused(&project, &["lint", "empty"], 2, &["empty has no SPEC.md"]);
}

#[test]
fn specs_that_are_broken_name_the_line_and_the_nearest_key() {
    for (text, words) in [
        (
            &b"---\nghostlib: 1\nname: a\nversion: 0.1.0\nlicence: MIT\n---\n# A\n"[..],
            &["SPEC.md:5", "licence", "license"][..],
        ),
        (b"---\nghostlib: 1\nname: [a\n---\n# A\n", &["SPEC.md:"]),
        (b"---\nghostlib: 9\nname: a\n---\n# A\n", &["SPEC.md:2", "update ghostlib"]),
        (b"# A\n\nIt MUST b\xff.\n", &["SPEC.md:3", "UTF-8"]),
        (
            b"---\nghostlib: 1\nname: a\nversion: 0.1.0\n---\n\n```yaml vectors\nf:\n  - {name: x, input: 1, output: 1}\n```\n\n```yaml bindings\ng:\n  rust: \"g()\"\n```\n",
            &["SPEC.md:14", "`g`"],
        ),
        (b"---\nghostlib: 1\nname: a\nversion: 0.1.0\nvectors: [tests.yaml]\n---\n# A\n", &["SPEC.md:5", "tests.yaml"]),
    ] {
        let project = project();
        let path = project.write("s/SPEC.md", text);
        refused(&project, &["lint", "s"], 1, words);
        refused(&project, &["run", "s", "--agent", "handoff"], 2, &["s/SPEC.md:", "the spec has ", "ghostlib lint"]);
        assert_eq!(std::fs::read(path).unwrap(), text, "the file is left as it was");
        assert!(!project.path(".ghostlib").exists(), "nothing was begun");
    }
}

#[test]
fn vector_files_that_do_not_parse_name_their_line() {
    let project = project();
    project
        .write("s/SPEC.md", "---\nghostlib: 1\nname: a\nversion: 0.1.0\nvectors: [tests.yaml]\n---\n# A\n");
    project.write("s/tests.yaml", "f:\n  - name: x\n    input: [1, 2\n  - name: y\n");
    refused(&project, &["lint", "s"], 1, &["tests.yaml:"]);
    project.write("s/tests.yaml", "f:\n  - {name: x, input: 1, outptu: 1}\n");
    refused(&project, &["lint", "s"], 1, &["tests.yaml:2", "outptu", "output"]);
}

#[test]
fn references_that_are_not_to_be_had() {
    let project = level_project();
    let spec = project.read("specs/level/SPEC.md");
    for (reference, words) in [
        ("  path: ../../gone\n", &["is no folder"][..]),
        (
            "  crate: ghostlib-no-such-crate-at-all\n  version: \"1.0.0\"\n",
            &["crate:ghostlib-no-such-crate-at-all@1.0.0", "crate:NAME@VERSION"],
        ),
    ] {
        project.write("specs/level/SPEC.md", spec.replace("  path: ../../reference\n", reference));
        refused(&project, &["run", "specs/level", "--agent", "handoff"], 2, words);
    }
    let none = spec.replace("reference:\n  path: ../../reference\n", "");
    project.write("specs/level/SPEC.md", none);
    refused(
        &project,
        &["run", "specs/level", "--agent", "handoff"],
        2,
        &["names no reference", "front matter"],
    );
    refused(&project, &["diff", "crate:half", "reference"], 2, &["crate:NAME@VERSION"]);
}

#[test]
fn a_reference_that_does_not_build_is_told_apart_from_a_candidate_that_does_not() {
    let project = level_project();
    project.write("reference/src/lib.rs", "pub fn parse( {}\n");
    let agent = agent_that_leaves(&project, "level-good");
    refused(
        &project,
        &["run", "specs/level", "--agent", &agent],
        2,
        &["the reference level does not build here"],
    );
}

#[test]
fn agents_and_runs_that_do_not_exist() {
    let project = level_project();
    refused(
        &project,
        &["run", "specs/level", "--agent", "codxe"],
        2,
        &["there is no agent `codxe`", "handoff"],
    );
    refused(
        &project,
        &["run", "specs/level", "--agent", "command:no-such-program"],
        3,
        &["no program `no-such-program`"],
    );
    refused(&project, &["run", "specs/level", "--agent", "command:'"], 2, &["cannot be split"]);
    refused(&project, &["run", "specs/level", "--agent", "replay:specs"], 2, &["no recordings in specs"]);
    for command in ["status", "resume", "report"] {
        refused(&project, &[command], 2, &["there is no run", "ghostlib run SPEC"]);
        refused(&project, &[command, "r7"], 2, &["there is no run `r7`"]);
    }
    refused(&project, &["task", "done", "r1-1"], 2, &["there is no task `r1-1`"]);
    for command in ["show", "claim", "release", "check", "fail"] {
        refused(&project, &["task", command, "../x"], 2, &["there is no task `../x`", "task list"]);
    }
    refused(&project, &["task", "pushback", "r1-1", "a", "b"], 2, &["there is no task `r1-1`"]);
    refused(&project, &["mcp", "--project", "nowhere"], 2, &["nowhere: "]);
    refused(&project, &["statsu"], 2, &["'status'"]);
}

#[test]
fn journals_that_are_newer_or_damaged_are_refused_and_kept() {
    let project = level_project();
    let journal = ".ghostlib/runs/r1/journal.jsonl";
    project.write(journal, "{\"ghostlib-journal\":3}\n");
    for command in ["status", "resume", "report"] {
        refused(&project, &[command], 2, &["format 3", "update ghostlib"]);
    }
    assert_eq!(project.read(journal), "{\"ghostlib-journal\":3}\n");
    project.write(journal, "{\"ghostlib-journal\":1}\n");
    refused(&project, &["status"], 2, &["format 1, which this ghostlib no longer reads", "start a new run"]);
    project.write(journal, "{\"ghostlib-journal\":2}\n{\"n\":1,\"crc\":\"00000000\",\"event\":{}}\n");
    refused(&project, &["resume"], 2, &["journal.jsonl:2", "checksum"]);
}

#[test]
fn nothing_that_exists_is_written_over() {
    let project = project();
    project.write("specs/mine/SPEC.md", "mine");
    refused(&project, &["init", "mine"], 2, &["exists already", "--into"]);
    assert_eq!(project.read("specs/mine/SPEC.md"), "mine");
    project.write("ghostlib-demo/mine", "mine");
    refused(&project, &["demo"], 2, &["was not made by the demo", "--into"]);
    assert_eq!(project.read("ghostlib-demo/mine"), "mine");
    refused(&project, &["init", "../out"], 2, &["is no name"]);
}

#[test]
fn numbers_outside_their_range_are_refused() {
    let project = level_project();
    refused(&project, &["run", "specs/level", "--target", "2"], 2, &["from 0 to 1"]);
    refused(&project, &["run", "specs/level", "--max-iterations", "0"], 2, &["at least one"]);
    refused(&project, &["run", "specs/level", "--cases", "many"], 2, &["many"]);
}
