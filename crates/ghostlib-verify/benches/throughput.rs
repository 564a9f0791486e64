//! Calls a second of drivers, against the same calls compiled into one loop, in one run:
//! `cargo bench -p ghostlib-verify --bench throughput`.

use ghostlib_model::{Call, Sequence};
use ghostlib_sandbox::{BackendChoice, Launcher, Sandbox};
use ghostlib_verify::python::{self, Interpreter};
use ghostlib_verify::rust::{self, Built, Subject, Toolchain};
use ghostlib_verify::{Driver, Operation, Patience};
use serde_json::json;
use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

const N_CALLS: u32 = 200_000;
const N_RUNS: usize = 3;
const WALL: Duration = Duration::from_secs(120);

const LIBRARY: &str = "
pub fn add(a: u32, b: u32) -> u64 { u64::from(a) + u64::from(b) }
pub fn words(text: &str) -> usize { text.split(' ').filter(|word| !word.is_empty()).count() }
";
const IN_PYTHON: &str = "
def add(a: int, b: int) -> int:
    return a + b

def words(text: str) -> int:
    return len(text.split())
";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let launcher = Launcher::new(env!("CARGO_BIN_EXE_ghostlib-verify-launch"), [""; 0]);
    let sandbox = Arc::new(Sandbox::new(BackendChoice::Landlock, launcher, None).await?);
    let looped = in_a_loop(dir.path())?;
    tell("loop, Rust", looped, looped);
    for (name, driver) in [
        ("driver, Rust", in_rust(&sandbox, dir.path()).await?),
        ("driver, Python", in_python(&sandbox, dir.path()).await?),
    ] {
        for n_calls in [1, 4] {
            let took = fastest(&driver, &sequences(n_calls)).await?;
            tell(&format!("{name}, {n_calls} a sequence"), took, looped);
        }
    }
    Ok(())
}

/// The calls, so many in each sequence.
fn sequences(n_calls: usize) -> Vec<Sequence> {
    let add = |n: u32| ("add", json!({"a": n, "b": n / 3}));
    let words = |n: u32| ("words", json!({"text": format!("a few words and {n}")}));
    let call = |n: u32| if n.is_multiple_of(2) { add(n) } else { words(n) };
    let one = |(operation, input): (&str, _)| Call { operation: operation.into(), input };
    let calls: Vec<Call> = (0..N_CALLS).map(call).map(one).collect();
    calls.chunks(n_calls).map(|calls| Sequence { calls: calls.to_vec() }).collect()
}

/// The time of the fastest run without that of starting the driver.
async fn fastest(driver: &Driver, sequences: &[Sequence]) -> Result<Duration, Box<dyn Error>> {
    let mut best = Duration::MAX;
    for _ in 0..N_RUNS {
        let began = Instant::now();
        driver.ask_sequences(&sequences[..1], &Patience::ENDLESS).await?;
        let starting = began.elapsed();
        let began = Instant::now();
        let answers = driver.ask_sequences(sequences, &Patience::ENDLESS).await?;
        best = best.min(began.elapsed().saturating_sub(starting));
        assert!(answers.iter().all(|answer| answer.answers.iter().all(ghostlib_model::Answer::returned)));
    }
    Ok(best)
}

#[expect(clippy::print_stdout, reason = "this is what a benchmark has to say")]
fn tell(name: &str, took: Duration, looped: Duration) {
    let rate = f64::from(N_CALLS) / took.as_secs_f64();
    let ratio = took.as_secs_f64() / looped.as_secs_f64();
    println!("{name:28} {rate:12.0} calls a second, {ratio:6.1} times the loop");
}

/// The same calls as one program, built as drivers are; what it takes by its own clock.
#[expect(clippy::disallowed_methods, reason = "no code of others is run")]
fn in_a_loop(dir: &Path) -> Result<Duration, Box<dyn Error>> {
    let program = format!(
        "mod library {{ {LIBRARY} }}
        fn main() {{
            let texts: Vec<String> = (0..{N_CALLS}u32).map(|n| format!(\"a few words and {{n}}\")).collect();
            let best = (0..{N_RUNS}).map(|_| {{
                let began = std::time::Instant::now();
                for n in 0..{N_CALLS}u32 {{
                    if n % 2 == 0 {{ std::hint::black_box(library::add(n, n / 3)); }}
                    else {{ std::hint::black_box(library::words(&texts[n as usize])); }}
                }}
                began.elapsed().as_nanos()
            }}).min();
            println!(\"{{}}\", best.unwrap_or(0));
        }}"
    );
    let (source, built) = (dir.join("loop.rs"), dir.join("loop"));
    fs::write(&source, program)?;
    let status = Command::new("rustc").arg(&source).arg("-o").arg(&built).status()?;
    assert!(status.success(), "the loop does not build");
    let said = String::from_utf8(Command::new(&built).output()?.stdout)?;
    Ok(Duration::from_nanos(said.trim().parse()?))
}

async fn in_rust(sandbox: &Arc<Sandbox>, dir: &Path) -> Result<Driver, Box<dyn Error>> {
    let library = dir.join("rust");
    fs::create_dir_all(library.join("src"))?;
    fs::write(
        library.join("Cargo.toml"),
        "[package]\nname = \"small\"\nversion = \"1.0.0\"\nedition = \"2021\"\n",
    )?;
    fs::write(library.join("src/lib.rs"), LIBRARY)?;
    let bindings = [
        ("add", r#"small::add({{param "a" "u32"}}, {{param "b" "u32"}})"#),
        ("words", r#"small::words({{param "text" "&str"}})"#),
    ];
    let operations: Vec<Operation> = bindings
        .iter()
        .map(|(name, binding)| rust::bound_operation(name, binding, ("small", &[])))
        .collect::<Result<_, _>>()?;
    let toolchain = Toolchain::find(dir).await?;
    let (scratch, read) = (dir.join("rust-build"), []);
    let subject = Subject {
        dir: &library,
        scratch: &scratch,
        read: &read,
        cargo_config: "",
        crate_name: "small",
        wall: WALL,
    };
    match rust::build(sandbox, &toolchain, &subject, &[], &operations).await? {
        Built::Driver { driver, .. } => Ok(driver),
        Built::Failed(messages) => Err(format!("{messages:?}").into()),
    }
}

async fn in_python(sandbox: &Arc<Sandbox>, dir: &Path) -> Result<Driver, Box<dyn Error>> {
    let library = dir.join("python");
    fs::create_dir_all(&library)?;
    fs::write(library.join("small.py"), IN_PYTHON)?;
    let bindings = [
        ("add", r#"small.add({{param "a" "int"}}, {{param "b" "int"}})"#),
        ("words", r#"small.words({{param "text" "str"}})"#),
    ];
    let operations: Vec<Operation> = bindings
        .iter()
        .map(|(name, binding)| python::bound_operation(name, binding, &[]))
        .collect::<Result<_, _>>()?;
    let interpreter = Interpreter::find(OsStr::new("python3"), dir).await?;
    let scratch = dir.join("python-build");
    let subject =
        python::Subject { dir: &library, scratch: &scratch, packages: &[], import_name: "small", wall: WALL };
    match python::build(sandbox, &interpreter, &subject, &operations).await? {
        python::Built::Driver { driver, .. } => Ok(driver),
        python::Built::Failed(said) => Err(said.into()),
    }
}
