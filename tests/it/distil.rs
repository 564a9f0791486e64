//! `ghostlib distil`: the first spec, with an agent and without.

use crate::support::{agent, project};
use ghostlib_testkit::TestProject;
use serde_json::Value;

const LIBRARY: &str = r#"//! Scores of a game that nobody plays.

use std::fmt;
use std::str::FromStr;

/// The most points that a score has.
pub const MOST: u32 = 99;

/// Why a text is no score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScoreError {
    /// Nothing is there.
    Empty,
    /// Something is no digit.
    Digit,
}

impl fmt::Display for ScoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "nothing to read",
            Self::Digit => "not a digit",
        })
    }
}

impl std::error::Error for ScoreError {}

/// Points of a player.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score(u32);

impl Score {
    /// Adds points and keeps the score within [`MOST`]. You will like it.
    pub fn add(&mut self, points: u32) -> u32 {
        self.0 = self.0.saturating_add(points).min(MOST);
        self.0
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} pt", self.0)
    }
}

impl FromStr for Score {
    type Err = ScoreError;

    fn from_str(text: &str) -> Result<Self, ScoreError> {
        read(text).map(Score)
    }
}

/// Reads points and ignores `_` between digits.
///
/// ```
/// assert_eq!(game::read("1_2"), Ok(12));
/// ```
///
/// # Errors
/// If the text is empty.
/// If something else than a digit is there.
pub fn read(text: &str) -> Result<u32, ScoreError> {
    if text.is_empty() {
        return Err(ScoreError::Empty);
    }
    let digits = text.chars().filter(|c| *c != '_').map(|c| c.to_digit(10).ok_or(ScoreError::Digit));
    digits.collect::<Result<Vec<_>, _>>().map(|digits| digits.iter().fold(0, |all, one| (all * 10 + one).min(MOST)))
}

/// Doubles points without haste.
pub async fn double(points: u32) -> u32 {
    points.saturating_mul(2)
}

/// A number that is another one each time, in a way.
pub fn stamp() -> u128 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |time| time.as_nanos())
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_the_author_thought_of() {
        assert_eq!(super::read("7_7_7"), Ok(99));
    }
}
"#;

/// The library `game`, whose rules are its own.
fn game_project() -> TestProject {
    let project = project();
    let manifest = "[package]\nname = \"game\"\nversion = \"0.3.0\"\nedition = \"2021\"\nlicense = \"MIT\"\n\
                    description = \"Scores\"\n";
    project.write("game/Cargo.toml", manifest);
    project.write("game/src/lib.rs", LIBRARY);
    project
}

const DISTIL: [&str; 5] = ["distil", "game", "--cases", "100", "--json"];

fn told(stdout: &str) -> Value {
    serde_json::from_str(stdout).unwrap_or_else(|error| panic!("{error}: {stdout}"))
}

#[test]
fn the_first_spec_says_what_documentation_and_answers_say_and_holds() {
    let project = game_project();
    let told = told(&project.run(&DISTIL).expect_code(0).stdout);
    let spec = project.read("specs/game/SPEC.md");
    for said in [
        "license: \"MIT\"\nreference:\n  path: \"../../game\"\n",
        "Scores.\n",
        "pub fn read(text: &str) -> Result<u32, ScoreError>;",
        "r[read.result]\n`read` MUST read points and ignore `_` between digits.\n",
        "r[read.error]\n`read` MUST return an error if the text is empty.\n",
        "`read` MUST return an error if something else than a digit is there.\n",
        "If `read` fails with `Empty`, the text of the error MUST be `nothing to read`.\n",
        "If `read` fails with `Digit`, the text of the error MUST be `not a digit`.\n",
        "`MOST` MUST be `99`.\n",
        "The default of `Score` MUST be `0 pt`.\n",
        "`Score::add` MUST add points and keep the score within `MOST`.\n",
        // An input that only the tests have, and one that only the documentation has.
        "input: {text: \"7_7_7\"}\n    output: 99\n    requirements: [read.result]\n",
        "error: {class: Empty, text: \"nothing to read\"}\n    requirements: [read.error]\n",
        "\"Score::add\":\n",
        "`double` MUST double points without haste.\n",
        "double:\n  - name: \"0\"\n    input: {points: 0}\n    output: 0\n",
        "\"double\":\n  rust: '{ let p0 = {{param \"points\" \"u32\"}}; ",
    ] {
        assert!(spec.contains(said), "`{said}` is not in\n{spec}");
    }
    assert!(
        !spec.contains("You will like it") && !spec.contains("In `ScoreError`") && !spec.contains("stamp:\n"),
        "{spec}"
    );
    let _ = project.run(&["lint", "specs/game", "--deny-warnings"]).expect_code(0);
    let left = &told["left_out"];
    assert!(left["calls_unstable"].as_u64() > Some(0) && left["sentences"].as_u64() > Some(0), "{told}");
    assert_eq!(left["without_vector"], serde_json::json!(["stamp"]));
    assert!(told["own_vectors"].as_u64() > Some(2), "{told}");

    // It holds: the library itself passes it.
    let eval = project
        .run(&["eval", "specs/game", "game", "--cases", "50", "--target", "0", "--json"])
        .expect_code(0);
    let eval: Value = serde_json::from_str(&eval.stdout).unwrap();
    let gates = eval["gates"].as_object().unwrap();
    assert!(
        gates.values().all(|gate| gate == true) && eval["vectors"]["dropped"] == serde_json::json!([]),
        "{eval}"
    );

    let again = project.run(&DISTIL).expect_code(2);
    assert!(again.stderr.contains("exists already") && again.stderr.contains("--force"), "{}", again.stderr);
    let forced = project.run(&[&DISTIL[..], &["--force"]].concat()).expect_code(0);
    assert_eq!(self::told(&forced.stdout)["vectors"], told["vectors"]);
    assert_eq!(project.read("specs/game/SPEC.md"), spec, "the same library gives the same spec");
}

#[test]
fn an_author_writes_prose_under_guard_and_is_told_why_it_was_refused() {
    let project = game_project();
    let author = agent(
        &project,
        "grep -q 'pub fn read' \"$1/reference/src/lib.rs\" || exit 1\n\
         if [ -f \"$1/FINDINGS.md\" ]; then\n\
           cp \"$1/FINDINGS.md\" \"$1/seen.md\"\n\
           sed -i 's/output: 98/output: 99/' \"$1/spec/SPEC.md\"\n\
         else\n\
           sed -i 's/output: 99/output: 98/' \"$1/spec/SPEC.md\"\n\
           printf '\\nr[read.most]\\nNo score MUST exceed 99 points.\\n' >> \"$1/spec/SPEC.md\"\n\
         fi\n",
    );
    let args = ["distil", "game", "--cases", "100", "--agent", &author];
    let said = project.run(&args).expect_code(0);
    assert!(said.stdout.contains("lint          0 errors"), "{}", said.stdout);
    let spec = project.read("specs/game/SPEC.md");
    assert!(spec.contains("No score MUST exceed 99 points.") && spec.contains("output: 99"), "{spec}");
    let seen = project.read(".ghostlib/workspaces/distil-game-2/seen.md");
    assert!(seen.contains("would change without a reason"), "{seen}");
    let recording = project.read(".ghostlib/runs/distil-game/sessions/distil-game-2/recording.toml");
    assert!(recording.contains("role = \"author\""), "{recording}");
}

#[test]
fn what_is_refused_to_the_end_leaves_the_draft() {
    let project = game_project();
    let copy = "cat \"$1/reference/src/lib.rs\" > \"$1/code\"; \
                { printf '\\n```rust\\n'; cat \"$1/code\"; printf '```\\n'; } >> \"$1/spec/SPEC.md\"\n";
    let author = agent(&project, copy);
    let args = ["distil", "game", "--cases", "100", "--agent", &author, "--json"];
    let ran = project.run(&args).expect_code(1);
    assert!(ran.stderr.contains("what the agent left was refused"), "{}", ran.stderr);
    let refused = told(&ran.stdout)["refused"].to_string();
    assert!(refused.contains("reference-code"), "{refused}");
    assert!(!project.read("specs/game/SPEC.md").contains("saturating_add"));
    assert!(!project.path(".ghostlib/workspaces/distil-game-4").exists(), "it is bounded");
}

#[test]
fn a_task_is_handed_out_with_draft_and_source() {
    let project = game_project();
    let args = ["distil", "game", "points", "--cases", "50", "--agent", "handoff"];
    let running = project.start(&args);
    let task = project.path(".ghostlib/tasks/distil-points-1.json");
    running.wait_until("the task", || task.is_file());
    let shown = project.run(&["task", "show", "distil-points-1"]).expect_code(0).stdout;
    for words in ["You are the author", "reference/src/lib.rs", "spec/SPEC.md"] {
        assert!(shown.contains(words), "`{words}` is not in\n{shown}");
    }
    let _ = project.run(&["task", "done", "distil-points-1", "--by", "a friend"]).expect_code(0);
    let _ = running.wait().expect_code(0);
    assert!(project.read("specs/points/SPEC.md").contains("name: points\n"));
}

#[test]
fn a_published_crate_gets_a_spec_that_lint_accepts() {
    let project = project();
    let args = ["distil", "crate:shell-words@1.1.1", "--cases", "100"];
    let said = project.run(&args).expect_code(0).stdout;
    assert!(said.contains("lint          0 errors, 0 warnings"), "{said}");
    let spec = project.read("specs/shell-words/SPEC.md");
    assert!(
        spec.contains("If `split` fails, the text of the error MUST be `missing closing quote`."),
        "{spec}"
    );
    let _ = project.run(&["lint", "specs/shell-words", "--deny-warnings"]).expect_code(0);
    let refused = project.run(&["distil", "crate:ghostlib-no-such-crate-at-all@1.0.0"]).expect_code(2);
    assert!(refused.stderr.contains("crate:NAME@VERSION"), "{}", refused.stderr);
    assert!(!project.path("specs/ghostlib-no-such-crate-at-all").exists(), "nothing is left behind");
}
