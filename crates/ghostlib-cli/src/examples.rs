//! The examples in the help of each command.

use crate::args::Args;
use clap::{Command, CommandFactory};

/// A command's words, and lines that show it.
type Examples = (&'static str, &'static [&'static str]);

const EXAMPLES: &[Examples] = &[
    ("demo", &["ghostlib demo", "ghostlib demo --into try --agent claude"]),
    ("init", &["ghostlib init tally", "ghostlib init levenshtein --reference crate:levenshtein@1.0.5"]),
    (
        "distil",
        &["ghostlib distil crate:shell-words@1.1.1", "ghostlib distil ./my-crate tally --agent claude"],
    ),
    (
        "lint",
        &[
            "ghostlib lint specs/tally",
            "ghostlib lint specs/tally --fix",
            "ghostlib lint --explain vague-wording",
        ],
    ),
    (
        "fmt",
        &["ghostlib fmt specs/tally --ids", "ghostlib fmt specs/tally --rename count.empty=count.nothing"],
    ),
    ("parse", &["ghostlib parse specs/tally", "ghostlib parse openspec/specs/auth --json"]),
    (
        "spec diff",
        &[
            "ghostlib spec diff v1/SPEC.md v2/SPEC.md",
            "ghostlib spec diff main:specs/tally specs/tally --deny-less",
        ],
    ),
    ("schema", &["ghostlib schema", "ghostlib schema front-matter > front-matter.schema.json"]),
    ("vectors", &["ghostlib vectors specs/tally --emit rust --into tests/vectors.rs"]),
    (
        "diff",
        &[
            "ghostlib diff crate:dotenv@0.15.0 crate:dotenvy@0.15.7",
            "ghostlib diff crate:hex@0.4.3 ./my-hex --behaviour",
        ],
    ),
    ("eval", &["ghostlib eval specs/tally my-tally", "ghostlib eval specs/tally my-tally --upstream-tests"]),
    ("converge", &["ghostlib converge specs/tally first second third"]),
    (
        "strength",
        &["ghostlib strength specs/tally", "ghostlib strength specs/tally --mutants 200 --target 0.8"],
    ),
    (
        "ablate",
        &[
            "ghostlib ablate specs/tally --floor",
            "ghostlib ablate specs/tally --requirement count.empty --samples 3",
        ],
    ),
    ("shrink", &["ghostlib shrink specs/tally --agent codex --samples 3 --into specs/tally-small"]),
    ("perturb", &["ghostlib perturb crate:humantime@2.3.0 --seed 7 --into humantime-7"]),
    (
        "run",
        &[
            "ghostlib run specs/tally",
            "ghostlib run specs/tally --agent handoff",
            "ghostlib run specs/tally --agent claude --samples 3 --budget-usd 20",
        ],
    ),
    ("resume", &["ghostlib resume", "ghostlib resume r2 --max-iterations 8"]),
    ("review show", &["ghostlib review show"]),
    ("review accept", &["ghostlib review accept"]),
    ("review edit", &["ghostlib review edit"]),
    ("review refuse", &["ghostlib review refuse --reason \"levels have no plus signs\""]),
    ("status", &["ghostlib status", "ghostlib status r2 --watch"]),
    ("runs", &["ghostlib runs", "ghostlib runs --json"]),
    ("compare", &["ghostlib compare r1 r2"]),
    (
        "export",
        &[
            "ghostlib export r1 --output r1.tar.gz",
            "ghostlib export specs/tally --format whenwords --into published",
        ],
    ),
    (
        "import",
        &["ghostlib import ghostlib-r1.tar.gz", "ghostlib import openspec/specs/auth --into specs/auth"],
    ),
    ("gc", &["ghostlib gc --dry-run", "ghostlib gc --keep 3"]),
    ("attach", &["ghostlib attach", "ghostlib attach r1-2 --reasoning"]),
    ("task list", &["ghostlib task list"]),
    ("task show", &["ghostlib task show r1-1"]),
    ("task claim", &["ghostlib task claim r1-1 --by \"my agent\""]),
    ("task release", &["ghostlib task release r1-1"]),
    ("task check", &["ghostlib task check r1-1"]),
    (
        "task pushback",
        &["ghostlib task pushback r1-1 split.quotes \"it does not say what an unmatched quote is\""],
    ),
    ("task done", &["ghostlib task done r1-1 --by \"my agent\""]),
    ("task fail", &["ghostlib task fail r1-1 --reason \"the spec contradicts itself\""]),
    ("mcp", &["ghostlib mcp --project /path/to/the/project"]),
    ("recording verify", &["ghostlib recording verify .ghostlib/runs/r1/sessions"]),
    ("recording show", &["ghostlib recording show .ghostlib/runs/r1/sessions/r1-1"]),
    ("recording trim", &["ghostlib recording trim .ghostlib/runs/r1/sessions --into kept"]),
    (
        "report",
        &[
            "ghostlib report",
            "ghostlib report r2 --format html --output report.html",
            "ghostlib report r2 --format sarif --output r2.sarif",
        ],
    ),
    (
        "check",
        &[
            "ghostlib check",
            "ghostlib check --changed=origin/main --deny warnings",
            "ghostlib check --format github --format sarif=ghostlib.sarif",
            "ghostlib check --write-baseline --reason 'mended in 2.0' --until 2026-12-31",
        ],
    ),
    (
        "add",
        &[
            "ghostlib add ../specs/shell-words --agent codex",
            "ghostlib add git:https://example.org/specs.git#v1.2:shell-words",
            "ghostlib add crate:some-crate@1.4.0 --reference",
            "ghostlib add ../specs/humantime --only parse_duration",
        ],
    ),
    (
        "verify",
        &[
            "ghostlib verify",
            "ghostlib verify vendor/shell-words --accept --reason 'no_std, for the firmware'",
        ],
    ),
    ("outdated", &["ghostlib outdated", "ghostlib outdated vendor/shell-words --exit-code"]),
    (
        "update",
        &["ghostlib update vendor/shell-words --agent codex", "ghostlib update vendor/shell-words --to v1.3"],
    ),
    (
        "replace",
        &[
            "ghostlib replace humantime --dry-run",
            "ghostlib replace humantime --spec specs/humantime --agent codex",
            "ghostlib replace hex@0.4.3 --code ../hex-rebuilt",
        ],
    ),
    (
        "spec slice",
        &[
            "ghostlib spec slice specs/humantime --only parse_duration --output slices/durations",
            "ghostlib spec slice specs/caskbook --only Money,read_tally --explain",
            "ghostlib spec slice specs/humantime --used-by ../my-service --output slices/durations",
        ],
    ),
    ("prompts list", &["ghostlib prompts list"]),
    ("prompts show", &["ghostlib prompts show implementer"]),
    ("prompts eject", &["ghostlib prompts eject reviser"]),
    ("config", &["ghostlib config", "ghostlib config --json"]),
    ("doctor", &["ghostlib doctor"]),
    ("sandbox exec", &["ghostlib sandbox exec --role build --workspace my-tally -- cargo build --offline"]),
    (
        "completions",
        &[
            "ghostlib completions bash > ~/.local/share/bash-completion/completions/ghostlib",
            "ghostlib completions fish > ~/.config/fish/completions/ghostlib.fish",
        ],
    ),
    ("man", &["ghostlib man | man -l -", "ghostlib man --into ~/.local/share/man/man1"]),
];

/// The command line, with the examples in its help.
pub(crate) fn command() -> Command {
    let mut command = Args::command();
    for (path, lines) in EXAMPLES {
        let words: Vec<&str> = path.split(' ').collect();
        command = with_examples(command, &words, lines);
    }
    command
}

fn with_examples(command: Command, words: &[&str], lines: &[&str]) -> Command {
    let Some((first, rest)) = words.split_first() else {
        let own = command.get_after_help().map(|own| format!("{own}\n\n")).unwrap_or_default();
        let lines: Vec<String> = lines.iter().map(|line| format!("  {line}")).collect();
        return command.after_help(format!("{own}Examples:\n{}", lines.join("\n")));
    };
    if command.find_subcommand(first).is_none() {
        return command;
    }
    command.mut_subcommand(*first, |inner| with_examples(inner, rest, lines))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    /// Each command that does something itself, with its words.
    fn leaves(command: &Command, words: &str) -> Vec<(String, String)> {
        let inner: Vec<_> = command
            .get_subcommands()
            .filter(|inner| inner.get_name() != "help")
            .flat_map(|inner| leaves(inner, &format!("{words} {}", inner.get_name())))
            .collect();
        let help = || command.clone().render_long_help().to_string();
        if command.has_subcommands() { inner } else { vec![(words.trim().to_owned(), help())] }
    }

    /// Whether a line of a shell is one that this program takes; `None` if it runs something else.
    fn is_taken(line: &str) -> Option<Result<(), String>> {
        let line = line.split(" # ").next().unwrap_or_default();
        let alone = line.split(" | ").next().unwrap_or_default().split(" > ").next().unwrap_or_default();
        let alone = alone.rsplit(" && ").next().unwrap_or_default();
        let words = shell_words::split(alone).ok()?;
        let start = words.iter().position(|word| !word.contains('='))?;
        let words = words[start..].strip_prefix(&["ghostlib".to_owned()])?;
        let words = std::iter::once("ghostlib".to_owned()).chain(words.iter().cloned());
        Some(command().try_get_matches_from(words).map(|_| ()).map_err(|error| error.to_string()))
    }

    #[test]
    fn every_command_shows_examples_that_it_takes() {
        let leaves = leaves(&command(), "");
        for (path, _) in EXAMPLES {
            assert!(leaves.iter().any(|(words, _)| words == path), "there is no command {path}");
        }
        for (path, help) in &leaves {
            assert!(help.contains("Example"), "{path} has no examples");
            for line in help.lines().map(str::trim).filter(|line| line.starts_with("ghostlib ")) {
                if let Some(Err(error)) = is_taken(line) {
                    panic!("{path}: {line}: {error}");
                }
            }
        }
        Args::command().debug_assert();
    }

    #[test]
    fn every_command_of_the_book_and_the_readme_is_one_that_is_taken() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let pages = fs::read_dir(root.join("docs/src")).unwrap().map(|entry| entry.unwrap().path());
        let pages = pages.chain(["README.md", "CONTRIBUTING.md"].map(|name| root.join(name)));
        let mut n_lines = 0;
        for page in pages.filter(|page| page.extension().is_some_and(|end| end == "md")) {
            let text = fs::read_to_string(&page).unwrap();
            let mut is_console = false;
            for (n, line) in text.lines().enumerate() {
                if line.trim_start().starts_with("```") {
                    is_console = line.trim() == "```console";
                } else if let Some(line) = line.trim().strip_prefix("$ ").filter(|_| is_console) {
                    let Some(taken) = is_taken(line) else { continue };
                    n_lines += 1;
                    assert_eq!(taken, Ok(()), "{}:{}: {line}", page.display(), n + 1);
                }
            }
        }
        assert!(n_lines > 50, "{n_lines} lines were read");
    }
}
