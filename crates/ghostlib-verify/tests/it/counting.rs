//! Drivers that count what runs in their library.

use crate::support::{newest_interpreter, sandbox, toolchain};
use ghostlib_model::{Call, CodeCoverage, CodeReached, Ratio, Sequence, SequenceAnswer};
use ghostlib_verify::rust::{Built, Subject, bound_operation, build, build_counting};
use ghostlib_verify::{
    Differential, Driver, Operation, Patience, Reached, Seeds, Trial, python, try_operations,
};
use serde_json::json;
use std::fs;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

const LIBRARY: &str = "
/// How many characters of the key are right.
pub fn open(key: &str) -> u32 {
    let mut characters = key.chars();
    if characters.next() != Some('q') {
        return 0;
    }
    if characters.next() != Some('Z') {
        return 1;
    }
    if characters.next() != Some('~') {
        return 2;
    }
    if characters.next() != Some('4') {
        return 3;
    }
    4
}

pub fn length<T: AsRef<str>>(text: T) -> usize {
    if text.as_ref().is_empty() { nothing() } else { text.as_ref().len() }
}

fn nothing() -> usize {
    0
}

pub fn unused<T: Default>() -> T {
    T::default()
}
";

#[tokio::test(flavor = "multi_thread")]
async fn generic_functions_count_and_so_do_those_that_nothing_calls() {
    let library = RustLibrary::new(LIBRARY);
    let driver = library.counting().await;
    let [first, second] = ["a", ""].map(|text| json!({"text": text}));
    let sequences = [call("length", first), call("open", json!({"key": "q"})), call("length", second)];
    let answers = driver.counted().ask_sequences(&sequences, &Patience::ENDLESS).await.unwrap();
    assert!(answers.iter().all(|answer| answer.effects.is_none() && !answer.ran.is_empty()), "{answers:?}");
    let names = |n: usize| reached(&driver, &answers[..n]).not_entered.into_iter().map(|one| one.name);
    assert_eq!(names(1).collect::<Vec<_>>(), ["open", "nothing", "unused"]);
    assert_eq!(names(3).collect::<Vec<_>>(), ["unused"]);
    let CodeReached { lines, functions, .. } = reached(&driver, &answers);
    assert_eq!((functions, lines.of), (Ratio::new(3, 4), 25));
    assert!(lines.n < 22, "the last two lines of `open` and `unused` did not run: {lines}");

    let plain = driver.ask_sequences(&sequences, &Patience::ENDLESS).await.unwrap();
    assert!(plain.iter().all(|answer| answer.ran.is_empty()), "nobody asked to count");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ran_leads_to_what_did_not() {
    let library = RustLibrary::new(LIBRARY);
    let (counting, blind) = (library.counting().await, library.plain().await);
    let changed = RustLibrary::new(&LIBRARY.replace("return 3", "return 5"));
    let other = changed.plain().await;
    let operations = [operation("open", r#"locked::open({{param "key" "&str"}})"#)];
    let plan = Differential { cases: 3000, seed: 4, max_differences: 1 };
    let seeds = Seeds { loose: vec![json!("4 ~ Z q")], ..Seeds::default() };
    let trial = async |reference: &Driver| -> Trial {
        try_operations(reference, &other, &operations, &seeds, &plan).await.unwrap()
    };
    let first = trial(&counting).await;
    assert_eq!(first.tried[0].differences.len(), 1, "{:?}", first.code);
    let CodeCoverage::Counted(code) = &first.code else { panic!("{:?}", first.code) };
    let never: Vec<_> = code.not_entered.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(never, ["length", "nothing", "unused"]);
    assert_eq!(trial(&counting).await, first, "the same seed gives the same");

    let unknown = "the driver was not built to count what runs".into();
    assert_eq!(trial(&blind).await.code, CodeCoverage::Unknown { unknown });
}

#[tokio::test(flavor = "multi_thread")]
async fn python_tells_lines_where_it_can() {
    let dir = tempfile::tempdir().unwrap();
    let code = "def pick(x):\n    if x:\n        return 1\n    return 2\n\ndef one(): return 1\n";
    fs::write(dir.path().join("lib.py"), code).unwrap();
    let called = |name: &str, params: serde_json::Value| Operation {
        name: name.into(),
        item: name.into(),
        binding: String::new(),
        expression: json!({"name": name, "kind": "call", "target": name, "params": params}).to_string(),
        params: vec![],
        keeps: None,
        keeps_error: None,
    };
    let operations = [called("pick", json!([{"name": "x", "as": ["bool"]}])), called("one", json!([]))];
    let scratch = tempfile::tempdir().unwrap();
    let subject = python::Subject {
        dir: dir.path(),
        scratch: scratch.path(),
        packages: &[],
        import_name: "lib",
        wall: Duration::from_secs(60),
    };
    let interpreter = newest_interpreter().await;
    let built = python::build(&sandbox().await, &interpreter, &subject, &operations).await.unwrap();
    let python::Built::Driver { driver, .. } = built else { panic!("{built:?}") };
    if let Err(reason) = driver.coverage_map() {
        assert_eq!(reason, "Python tells which lines run from 3.12 on");
        return;
    }
    let sequences = [call("pick", json!({"x": true})), call("pick", json!({"x": true}))];
    let answers = driver.counted().ask_sequences(&sequences, &Patience::ENDLESS).await.unwrap();
    let told: Vec<usize> = answers.iter().map(|answer| answer.ran.len()).collect();
    assert_eq!(told, [2, 0], "a line is told once");
    let code = reached(&driver, &answers);
    assert_eq!((code.lines, code.functions), (Ratio::new(2, 4), Ratio::new(1, 2)));
    assert_eq!(code.not_entered[0].name, "one");
}

fn call(operation: &str, input: serde_json::Value) -> Sequence {
    Sequence { calls: vec![Call { operation: operation.into(), input }] }
}

fn reached(driver: &Driver, answers: &[SequenceAnswer]) -> CodeReached {
    let mut reached = Reached::nothing(driver.coverage_map().unwrap());
    for answer in answers {
        reached.add(&answer.ran);
    }
    reached.figures()
}

/// A crate of one file.
struct RustLibrary {
    dir: TempDir,
    scratch: TempDir,
}

impl RustLibrary {
    fn new(code: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let manifest = "[package]\nname = \"locked\"\nversion = \"1.0.0\"\nedition = \"2021\"\n";
        fs::create_dir(dir.path().join("src")).unwrap();
        fs::write(dir.path().join("Cargo.toml"), manifest).unwrap();
        fs::write(dir.path().join("src/lib.rs"), code).unwrap();
        Self { dir, scratch: tempfile::tempdir().unwrap() }
    }

    fn operations() -> [Operation; 2] {
        let open = r#"locked::open({{param "key" "&str"}})"#;
        let length = r#"locked::length({{param "text" "String"}})"#;
        [operation("open", open), operation("length", length)]
    }

    async fn counting(&self) -> Driver {
        let scratch = self.scratch.path().join("counting");
        let (toolchain, subject) = (toolchain().await, self.subject(&scratch));
        driver(
            build_counting(&sandbox().await, &toolchain, &subject, &[], &Self::operations()).await.unwrap(),
        )
    }

    async fn plain(&self) -> Driver {
        let scratch = self.scratch.path().join("plain");
        let (toolchain, subject) = (toolchain().await, self.subject(&scratch));
        driver(build(&sandbox().await, &toolchain, &subject, &[], &Self::operations()).await.unwrap())
    }

    fn subject<'a>(&'a self, scratch: &'a Path) -> Subject<'a> {
        Subject {
            dir: self.dir.path(),
            scratch,
            read: &[],
            cargo_config: "",
            crate_name: "locked",
            wall: Duration::from_secs(300),
        }
    }
}

fn operation(name: &str, template: &str) -> Operation {
    bound_operation(name, template, ("locked", &[])).unwrap()
}

fn driver(built: Built) -> Driver {
    match built {
        Built::Driver { driver, left_out } if left_out.is_empty() => driver,
        other => panic!("{other:?}"),
    }
}
