//! `INSTALL.md`: what anyone can give to a coding agent to have the library built.

use crate::{Dependency, Dialect, Spec, Target};
use ghostlib_model::{Expected, ExpectedError, ExpectedOutput, Vector};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The page, for these vectors.
pub(super) fn write(spec: &Spec, vectors: &[Vector]) -> String {
    let name = &spec.front_matter.name;
    let mut page = format!(
        "# Building {name}\n\n`{name}` is published as a specification, not as code. Whoever needs it has it built: give the prompt \
         for your language to any coding agent, in a folder with these files, and put a folder of your project in the place of \
         `[FOLDER]`.\n\n| file | what it is |\n|---|---|\n| `SPEC.md` | what the library does |\n"
    );
    for part in &spec.front_matter.files {
        let _ = writeln!(page, "| `{part}` | goes on with `SPEC.md` |");
    }
    let _ = writeln!(page, "| `tests.yaml` | {} that must hold |", cases(vectors.len()));
    for (language, target) in &spec.front_matter.targets {
        let title = title(language);
        let edition =
            target.edition.as_ref().map_or_else(String::new, |edition| format!(" (edition {edition})"));
        let signatures = if spec.api_blocks.iter().any(|block| block.language == *language) {
            format!(
                "\n   The blocks `{language} api` give its public signatures, which are to be as they stand there."
            )
        } else {
            String::new()
        };
        let prompt = prompt(spec, &format!("{title}{edition}"), &signatures, &bounds(target), vectors.len());
        let _ = write!(page, "\n## {title}\n\n{prompt}");
    }
    page += &any_other(spec, vectors.len());
    page + &keys(vectors) + &counts(vectors)
}

/// The prompt for languages that the spec says nothing of.
fn any_other(spec: &Spec, n_vectors: usize) -> String {
    let signatures = match spec.api_blocks.first() {
        Some(block) => format!(
            "\n   The signatures there are those of {}: offer the same in the way of your language.",
            title(&block.language)
        ),
        None => String::new(),
    };
    let prompt = prompt(
        spec,
        "[LANGUAGE]",
        &signatures,
        "Use nothing but the standard library if you can.",
        n_vectors,
    );
    let heading = if spec.front_matter.targets.is_empty() { "Any language" } else { "Any other language" };
    format!("\n## {heading}\n\n{prompt}")
}

const NATIVE: &str = "What has one of the words MUST, MUST NOT, SHOULD, SHOULD NOT and MAY binds as RFC 2119 says,\n   \
    and so does a statement behind a comment with an id, such as <!-- r[an.id] -->.";
const OTHER: &str = "What it says of the library binds; the words MUST, SHOULD and MAY, where\n   \
    it has them, say how strongly.";

fn prompt(spec: &Spec, language: &str, signatures: &str, bounds: &str, n_vectors: usize) -> String {
    let name = &spec.front_matter.name;
    let binds = if spec.dialect == Dialect::Native { NATIVE } else { OTHER };
    format!(
        "```text\nImplement the library {name} in {language}, in [FOLDER].\n\n\
         1. Read SPEC.md as a whole.{signatures}\n   {binds}\n\
         2. Read tests.yaml, and write a test that runs each of its {}: it calls the operation with the input and\n   \
         compares what comes out. INSTALL.md says what its keys mean.\n\
         3. Implement all that SPEC.md asks for. {bounds}\n\
         4. Run the tests until all of them pass. Do not change tests.yaml.\n\n\
         Work from these files alone; do not look for other code of this library. Where they leave something open, do what is\n\
         simplest and say so at the end. Where two of them contradict each other, say which.\n```\n",
        cases(n_vectors)
    )
}

fn cases(n: usize) -> String {
    format!("{n} case{}", if n == 1 { "" } else { "s" })
}

/// What a rebuild may use.
fn bounds(target: &Target) -> String {
    let named = |one: &Dependency| match &one.version {
        Some(version) => format!("{} {version}", one.name),
        None => one.name.clone(),
    };
    let mut bounds = match target.dependencies.as_slice() {
        [] => "Use nothing but the standard library.".to_owned(),
        some => {
            let list: Vec<_> = some.iter().map(named).collect();
            format!("Use nothing but the standard library and {}.", list.join(", "))
        }
    };
    if !target.features.is_empty() {
        let _ = write!(bounds, " Offer the features {}.", target.features.join(", "));
    }
    bounds
}

/// The language's name as people write it.
fn title(language: &str) -> String {
    match language {
        "javascript" => return "JavaScript".to_owned(),
        "typescript" => return "TypeScript".to_owned(),
        _ => {}
    }
    let mut letters = language.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What the keys of the cases mean; of those that not all cases have, only such as are there.
fn keys(vectors: &[Vector]) -> String {
    let mut table =
        "\n## The cases\n\n`tests.yaml` has lists of cases by operation. A case has these keys:\n\n\
        | key | meaning |\n|---|---|\n"
            .to_owned();
    for Key { name, meaning, is_in } in &KEYS {
        if vectors.iter().any(is_in) {
            let _ = writeln!(table, "| {name} | {meaning} |");
        }
    }
    table
}

/// A key of a case.
struct Key {
    name: &'static str,
    meaning: &'static str,
    is_in: fn(&Vector) -> bool,
}

const fn key(name: &'static str, meaning: &'static str, is_in: fn(&Vector) -> bool) -> Key {
    Key { name, meaning, is_in }
}

const KEYS: [Key; 12] = [
    key("`name`", "what the case is called", |_| true),
    key("`id`", "its id, where it is not the operation and the name", |one| {
        one.id.as_str() != format!("{}/{}", one.operation, one.name)
    }),
    key("`before`", "calls that are made before, in this order and in the same process", |one| {
        !one.before.is_empty()
    }),
    key("`{$: n}`", "in an input: what call `n` of those before returned, counted from 0", |one| {
        !one.before.is_empty()
    }),
    key("`input`", "the arguments by their names, or the only argument", |_| true),
    key("`output`", "what must come out", |one| output(one).is_some()),
    key("`tolerance`", "how far each number of the output may be off", |one| {
        output(one).is_some_and(|output| output.tolerance.is_some())
    }),
    key("`unordered: true`", "the items of the list may come in any order", |one| {
        output(one).is_some_and(|output| output.unordered)
    }),
    key("`error: true`", "there must be an error", |one| {
        error(one).is_some_and(|error| error.class.is_none() && error.text.is_none())
    }),
    key("`error: text`", "there must be an error that says exactly this", |one| {
        error(one).is_some_and(|error| error.class.is_none() && error.text.is_some())
    }),
    key(
        "`error: {class: C}`",
        "there must be an error of the class or variant `C`; with `text`, one that says exactly this",
        |one| error(one).is_some_and(|error| error.class.is_some()),
    ),
    key("`requirements`", "the ids of the statements of `SPEC.md` that it checks", |one| {
        !one.requirements.is_empty()
    }),
];

fn output(vector: &Vector) -> Option<&ExpectedOutput> {
    match &vector.expected {
        Expected::Output(output) => Some(output),
        Expected::Error(_) => None,
    }
}

fn error(vector: &Vector) -> Option<&ExpectedError> {
    match &vector.expected {
        Expected::Error(error) => Some(error),
        Expected::Output(_) => None,
    }
}

/// How many cases each operation has.
fn counts(vectors: &[Vector]) -> String {
    let mut seen = BTreeSet::new();
    let operations =
        vectors.iter().map(|vector| vector.operation.as_str()).filter(|operation| seen.insert(*operation));
    let mut table = "\n| operation | cases |\n|---|---|\n".to_owned();
    for operation in operations {
        let n = vectors.iter().filter(|vector| vector.operation == operation).count();
        let _ = writeln!(table, "| `{operation}` | {n} |");
    }
    table
}
