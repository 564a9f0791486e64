//! Mutants of a small crate, built and asked.

use crate::support::{sandbox, toolchain};
use ghostlib_model::{Answer, Call};
use ghostlib_verify::Operation;
use ghostlib_verify::rust::mutants::{Mutant, Mutated, VARIABLE, mutate};
use ghostlib_verify::rust::{Built, Subject, build};
use serde_json::json;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// Without the standard library, and strict, so that the choices have to fit in there too.
const LIBRARY: &str = "#![no_std]
#![deny(warnings, missing_docs, unsafe_code)]
//! A sample.

/// Whether `a` is less than `b`.
pub fn less(a: i64, b: i64) -> bool {
    a < b
}

/// A text that cannot be subtracted from.
pub fn name(a: i64) -> &'static str {
    match a {
        1 => \"one\",
        _ => \"other\",
    }
}

/// Something of a type without a default.
pub struct Token(u8);

/// Its maker.
pub fn token() -> Token {
    Token(1)
}

#[cfg(feature = \"more\")]
/// Not there.
pub fn more(a: bool) -> bool {
    !a
}
";

fn subject<'a>(dir: &'a Path, scratch: &'a Path) -> Subject<'a> {
    let wall = Duration::from_secs(300);
    Subject { dir, scratch, read: &[], cargo_config: "", crate_name: "sample", wall }
}

async fn mutated(root: &Path) -> Mutated {
    let dir = root.join("library");
    fs::create_dir_all(dir.join("src")).unwrap();
    let manifest = "[package]\nname = \"sample\"\nversion = \"1.0.0\"\nedition = \"2021\"\n[features]\nmore = []\n[workspace]\n";
    fs::write(dir.join("Cargo.toml"), manifest).unwrap();
    fs::write(dir.join("src/lib.rs"), LIBRARY).unwrap();
    let toolchain = toolchain().await;
    let scratch = root.join("scratch");
    mutate(&sandbox().await, &toolchain, &subject(&dir, &scratch), &root.join("mutated")).await.unwrap()
}

fn numbered(mutated: &Mutated, function: &str, description: &str) -> usize {
    let is_it = |mutant: &&Mutant| mutant.function == function && mutant.description == description;
    mutated.mutants.iter().find(is_it).unwrap().number
}

fn operation(name: &str, expression: &str) -> Operation {
    Operation {
        name: name.into(),
        item: name.into(),
        binding: String::new(),
        expression: expression.into(),
        params: vec![],
        keeps: None,
        keeps_error: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_mutant_that_compiles_is_active_alone() {
    let root = tempfile::tempdir().unwrap();
    let mutated = mutated(root.path()).await;
    let functions: Vec<&str> = mutated.mutants.iter().map(|mutant| mutant.function.as_str()).collect();
    assert_eq!(functions, ["less", "less", "less", "less", "less", "name", "name", "name"]);
    assert_eq!(mutated.n_unviable, 1);

    let scratch = root.path().join("scratch");
    let subject = Subject { cargo_config: &mutated.cargo_config, ..subject(&mutated.dir, &scratch) };
    let toolchain = toolchain().await;
    let operations = [
        operation("less", "Ok(Reply::Ok(sample::less(1, 1).to_string()))"),
        operation("name", "Ok(Reply::Ok(format!(\"{:?}\", sample::name(1))))"),
    ];
    let built = build(&sandbox().await, &toolchain, &subject, &[], &operations).await.unwrap();
    let Built::Driver { driver, left_out } = built else { panic!("{built:?}") };
    assert_eq!(left_out, []);
    let calls = ["less", "name"].map(|name| Call { operation: name.into(), input: json!({}) });
    let [plain, or_equal, arm] = [
        0,
        numbered(&mutated, "less", "`<` becomes `<=`"),
        numbered(&mutated, "name", "the arm `1` is left out"),
    ]
    .map(|number| driver.clone().with_variable(VARIABLE, &number.to_string()));
    for (driver, expected) in [
        (plain, [json!(false), json!("one")]),
        (or_equal, [json!(true), json!("one")]),
        (arm, [json!(false), json!("other")]),
    ] {
        assert_eq!(driver.ask(&calls).await.unwrap(), expected.map(Answer::Ok));
    }
}
