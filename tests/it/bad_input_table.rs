//! The tables of `docs/src/bad-input.md` on files that are read: each row is a case that the program is given.

use crate::support::project;
use ghostlib_testkit::fixture;
use std::fmt::Write;
use std::fs;

const PAGE: &str = "../docs/src/bad-input.md";
const START: &str =
    "<!-- made by `UPDATE_BOOK=1 cargo test -p ghostlib-cli --test commands bad_input_table` -->\n";
const END: &str = "<!-- until here -->\n";

/// Files, with `@` for a byte that is not UTF-8, and a command that reads them.
struct Case {
    wrong: &'static str,
    files: &'static [(&'static str, &'static str)],
    args: &'static [&'static str],
    code: i32,
}

const fn case(
    wrong: &'static str,
    files: &'static [(&'static str, &'static str)],
    args: &'static [&'static str],
    code: i32,
) -> Case {
    Case { wrong, files, args, code }
}

const LINT: &[&str] = &["lint", "tally"];
const CONFIG: &[&str] = &["config"];
const STATUS: &[&str] = &["status"];
const TASKS: &[&str] = &["task", "list"];
const VERIFY: &[&str] = &["recording", "verify", "sessions"];
const SPEC: &str = "tally/SPEC.md";
const JOURNAL: &str = ".ghostlib/runs/r1/journal.jsonl";

const SPECS: &[Case] = &[
    case("no such spec", &[], &["lint", "nowhere"], 2),
    case(
        "no such spec, but one of nearly that name",
        &[("specs/tally/SPEC.md", "# Tally\n")],
        &["lint", "specs/taly"],
        2,
    ),
    case("a folder without a document", &[("tally/notes.txt", "")], LINT, 2),
    case("a folder with several documents", &[("tally/a-spec.md", ""), ("tally/b-spec.md", "")], LINT, 2),
    case("a path in a revision, where there is no repository", &[], &["spec diff", "HEAD:tally", "tally"], 2),
    case("no front matter", &[(SPEC, "# Tally\n")], &["lint", "tally", "--dialect", "native"], 1),
    case("front matter that is not closed", &[(SPEC, "---\nghostlib: 1\n\n# Tally\n")], LINT, 1),
    case("front matter that is no YAML", &[(SPEC, "---\nghostlib: 1\nname: [a\n---\n")], LINT, 1),
    case(
        "an unknown key in the front matter",
        &[(SPEC, "---\nghostlib: 1\nname: tally\nversion: 0.1.0\nlicence: MIT\n---\n")],
        LINT,
        1,
    ),
    case(
        "a key without a value that it can have",
        &[(SPEC, "---\nghostlib: 1\nname: tally\nversion: 0.1.0\ntargets: rust\n---\n")],
        LINT,
        1,
    ),
    case("no name", &[(SPEC, "---\nghostlib: 1\nversion: 0.1.0\n---\n")], LINT, 1),
    case(
        "half a reference",
        &[(SPEC, "---\nghostlib: 1\nname: tally\nversion: 0.1.0\nreference: {crate: tally}\n---\n")],
        LINT,
        1,
    ),
    case(
        "a waiver without a reason",
        &[(SPEC, "---\nghostlib: 1\nname: tally\nversion: 0.1.0\nwaivers: [{operation: count}]\n---\n")],
        LINT,
        1,
    ),
    case(
        "an alias that leads nowhere",
        &[(SPEC, "---\nghostlib: 1\nname: tally\nversion: 0.1.0\naliases: {a.old: a.new}\n---\n")],
        LINT,
        1,
    ),
    case("a newer format", &[(SPEC, "---\nghostlib: 2\nname: tally\n---\n")], LINT, 1),
    case("a document that is not UTF-8", &[(SPEC, "caf@\n")], LINT, 1),
    case(
        "the same id twice",
        &[(SPEC, "---\nghostlib: 1\nname: tally\nversion: 0.1.0\n---\n\nr[a]\nIt MUST.\n\nr[a]\nIt MAY.\n")],
        LINT,
        1,
    ),
    case(
        "an id that is none",
        &[(SPEC, "---\nghostlib: 1\nname: tally\nversion: 0.1.0\n---\n\nr[a b]\nIt MUST.\n")],
        LINT,
        1,
    ),
    case(
        "a part that is not there",
        &[(SPEC, "---\nghostlib: 1\nname: tally\nversion: 0.1.0\nfiles: errors.md\n---\n")],
        LINT,
        1,
    ),
    case(
        "a part outside of the spec's folder",
        &[(SPEC, "---\nghostlib: 1\nname: tally\nversion: 0.1.0\nfiles: ../errors.md\n---\n")],
        LINT,
        1,
    ),
    case(
        "a binding for an unknown operation",
        &[(
            SPEC,
            "---\nghostlib: 1\nname: tally\nversion: 0.1.0\n---\n\n```rust api\npub fn count(text: &str) -> usize;\n```\n\n```yaml bindings\ncuont: {rust: \"f()\"}\n```\n",
        )],
        LINT,
        1,
    ),
    case(
        "a fence of no known kind",
        &[(SPEC, "---\nghostlib: 1\nname: tally\nversion: 0.1.0\n---\n\n```yaml vector\nf: []\n```\n")],
        &["lint", "tally", "--deny-warnings"],
        1,
    ),
];

const WITH_VECTORS: &str =
    "---\nghostlib: 1\nname: tally\nversion: 0.1.0\nvectors: tests.yaml\n---\n\nIt MUST.\n";

const VECTORS: &[Case] = &[
    case("a vector file that is not there", &[(SPEC, WITH_VECTORS)], LINT, 1),
    case(
        "one that is no YAML",
        &[(SPEC, WITH_VECTORS), ("tally/tests.yaml", "f:\n  - name: x\n    input: [1, 2\n")],
        LINT,
        1,
    ),
    case("one that is not UTF-8", &[(SPEC, WITH_VECTORS), ("tally/tests.yaml", "# caf@\n")], LINT, 1),
    case("one in a newer format", &[(SPEC, WITH_VECTORS), ("tally/tests.yaml", "ghostlib: 2\n")], LINT, 1),
    case(
        "an unknown key",
        &[
            (SPEC, WITH_VECTORS),
            ("tally/tests.yaml", "f:\n  - {name: x, input: 1, output: 1, tolerence: 1}\n"),
        ],
        LINT,
        1,
    ),
    case(
        "neither output nor error",
        &[(SPEC, WITH_VECTORS), ("tally/tests.yaml", "f:\n  - {name: x, input: 1}\n")],
        LINT,
        1,
    ),
    case(
        "two vectors of one id",
        &[
            (SPEC, WITH_VECTORS),
            (
                "tally/tests.yaml",
                "f:\n  - {name: x, input: 1, output: 1}\n  - {name: x, input: 2, output: 2}\n",
            ),
        ],
        LINT,
        1,
    ),
    case(
        "a requirement that is not there",
        &[
            (SPEC, WITH_VECTORS),
            ("tally/tests.yaml", "f:\n  - {name: x, input: 1, output: 1, requirements: a.b}\n"),
        ],
        &["lint", "tally", "--deny-warnings"],
        1,
    ),
];

const SETTINGS: &[Case] = &[
    case("`ghostlib.toml` is no TOML", &[("ghostlib.toml", "[copy\n")], CONFIG, 2),
    case("an unknown key", &[("ghostlib.toml", "[copy]\nverbtim = 0.3\n")], CONFIG, 2),
    case("a value of another kind", &[("ghostlib.toml", "[copy]\nverbatim = \"much\"\n")], CONFIG, 2),
    case("a value out of its range", &[("ghostlib.toml", "[copy]\nverbatim = 3\n")], CONFIG, 2),
    case(
        "a command in a project's settings",
        &[("ghostlib.toml", "[agents.codex]\napi_key_cmd = \"pass show key\"\n")],
        CONFIG,
        2,
    ),
    case(
        "a prompt of the project with an unknown variable",
        &[("prompts/implementer.md.hbs", "{{nmae}}\n")],
        &["prompts", "show", "implementer"],
        2,
    ),
    case(
        "a prompt that is no template",
        &[("prompts/implementer.md.hbs", "{{#if}\n")],
        &["prompts", "show", "implementer"],
        2,
    ),
    case(
        "a prompt that is not UTF-8",
        &[("prompts/implementer.md.hbs", "caf@\n")],
        &["prompts", "show", "implementer"],
        2,
    ),
];

const STORE: &[Case] = &[
    case("no run yet", &[], STATUS, 2),
    case("an unknown run", &[(JOURNAL, "{\"ghostlib-journal\":2}\n")], &["status", "r99"], 2),
    case("a journal in a newer format", &[(JOURNAL, "{\"ghostlib-journal\":3}\n")], STATUS, 2),
    case("a journal in an older format", &[(JOURNAL, "{\"ghostlib-journal\":1}\n")], STATUS, 2),
    case("a journal that is none", &[(JOURNAL, "notes\n")], STATUS, 2),
    case(
        "a journal that was changed",
        &[(JOURNAL, "{\"ghostlib-journal\":2}\n{\"n\":1,\"crc\":\"00000000\",\"event\":{}}\n")],
        STATUS,
        2,
    ),
    case("an unknown task", &[], &["task", "show", "r1-1"], 2),
    case("a task whose file cannot be read", &[(".ghostlib/tasks/r1-1.json", "{")], TASKS, 2),
    case(
        "a recording that is no TOML",
        &[
            ("sessions/r1-1/PROMPT.md", "do\n"),
            ("sessions/r1-1/events.jsonl", ""),
            ("sessions/r1-1/recording.toml", "format = \n"),
        ],
        VERIFY,
        1,
    ),
    case(
        "a recording in a newer format",
        &[
            ("sessions/r1-1/PROMPT.md", "do\n"),
            ("sessions/r1-1/events.jsonl", ""),
            ("sessions/r1-1/recording.toml", "format = 2\n"),
        ],
        VERIFY,
        1,
    ),
    case("no recording at all", &[("sessions/notes.txt", "")], VERIFY, 2),
];

const CARRIED: &[Case] = &[
    case("a file that is neither a run nor a spec", &[("notes.md", "# Notes\n")], &["import", "notes.md"], 2),
    case("a file that begins as a run's, and is none", &[("r1.tar.gz", "GZIP")], &["import", "r1.tar.gz"], 2),
    case(
        "a folder with specs of OpenSpec",
        &[("openspec/specs/auth/spec.md", "# auth\n")],
        &["import", "openspec"],
        2,
    ),
    case("a document that says nothing", &[("spec-kit/spec.md", "# Feature\n")], &["import", "spec-kit"], 2),
    case(
        "a native spec, to be imported",
        &[(SPEC, WITH_VECTORS), ("tally/tests.yaml", "")],
        &["import", "tally"],
        2,
    ),
    case(
        "a spec where the imported one should be",
        &[("a/SPEC.md", "# A\n\n## B\n\nIt MUST.\n"), ("b/SPEC.md", "# B\n")],
        &["import", "a", "--into", "b"],
        2,
    ),
    case(
        "a spec with errors, to be exported",
        &[(SPEC, WITH_VECTORS)],
        &["export", "tally", "--format", "whenwords"],
        2,
    ),
    case("no such spec, to be exported", &[], &["export", "nowhere", "--format", "whenwords"], 2),
    case(
        "a folder that has a spec already",
        &[(SPEC, "---\nghostlib: 1\nname: tally\nversion: 0.1.0\n---\n\nIt MUST.\n"), ("out/SPEC.md", "")],
        &["export", "tally", "--into", "out"],
        2,
    ),
];

const SECTIONS: &[(&str, &[Case])] = &[
    ("A spec and its parts", SPECS),
    ("Vector files", VECTORS),
    ("Settings and prompts", SETTINGS),
    ("Runs, tasks and recordings", STORE),
    ("Specs and runs from elsewhere", CARRIED),
];

/// What the program says, a line each, as the page has it.
fn said(case: &Case) -> String {
    let project = project();
    for (path, content) in case.files {
        let content = match *content {
            "GZIP" => b"\x1f\x8bno run\n".to_vec(),
            content => content.bytes().map(|byte| if byte == b'@' { 0xe9 } else { byte }).collect(),
        };
        project.write(path, content);
    }
    let args: Vec<&str> = case.args.iter().flat_map(|arg| arg.split(' ')).collect();
    let ran = project.run(&args).expect_code(case.code).redacted();
    assert!(!ran.contains("panicked"), "{}: {ran}", case.wrong);
    for (path, content) in
        case.files.iter().filter(|(_, content)| !content.contains('@') && *content != "GZIP")
    {
        assert_eq!(&project.read(path), content, "{}: {path} is left as it is", case.wrong);
    }
    let mut lines = Vec::new();
    let mut drawn: Option<&str> = None;
    let mut is_wrong = false;
    for line in ran.lines().map(str::trim) {
        let starts = |starts: &[&str]| starts.iter().any(|start| line.starts_with(start));
        if starts(&["error[", "warning[", "note[", "info["]) {
            is_wrong = starts(&["error[", "warning["]);
            drawn = Some(line).filter(|_| is_wrong);
        } else if let Some(place) = line.strip_prefix("--> ") {
            lines.extend(drawn.take().map(|message| format!("{place}: {message}")));
        } else if let Some(help) = line.strip_prefix("= help: ").filter(|_| is_wrong) {
            lines.push(format!("help: {help}"));
        } else if starts(&["error:", "hint:"]) || line.contains(": error[") {
            lines.push(line.to_owned());
        }
    }
    // What goes wrong later, for the same reason, says nothing new.
    lines.truncate(3);
    assert!(!lines.is_empty(), "{}: nothing says what is wrong:\n{ran}", case.wrong);
    let lines = lines.iter().map(|line| {
        let line = line.replace("[project]", "/home/you/ghosts").replace('`', "\"").replace('|', "\\|");
        format!("`{line}`")
    });
    lines.collect::<Vec<_>>().join("<br>")
}

#[test]
fn the_page_on_bad_input_has_what_the_program_says_of_each_file_that_it_reads() {
    let mut made = START.to_owned();
    for (title, cases) in SECTIONS {
        write!(made, "\n### {title}\n\n| what is wrong | with | message | code |\n|---|---|---|---|\n")
            .unwrap();
        for case in *cases {
            let command = case.args[0];
            writeln!(made, "| {} | `{command}` | {} | {} |", case.wrong, said(case), case.code).unwrap();
        }
    }
    made += "\n";
    let path = fixture(PAGE);
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(START).expect("the mark where the tables start");
    let (_, after) = rest.split_once(END).expect("the mark where they end");
    let current = [before, &made, END, after].concat();
    if std::env::var_os("UPDATE_BOOK").is_some() {
        fs::write(&path, &current).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap() == current,
        "docs/src/bad-input.md is stale: run with UPDATE_BOOK=1"
    );
}
