//! How long reading a spec takes, as a ratio to what `pulldown-cmark` needs to iterate its events on the same text.
//!
//! `cargo bench -p ghostlib-spec --bench parse -- [FILES]`; without files, the fixtures together. Both sides are
//! measured in turn, in one run, and the lower quartile of each counts: what disturbs a measurement only makes it longer.

#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

use ghostlib_spec::{SourceFile, Sources, parse};
use pulldown_cmark::{Options, Parser};
use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Reading costs at most so many times what the events alone cost.
const MAX_RATIO: f64 = 5.0;
/// 100 copies cost at most so many times what one costs.
const MAX_GROWTH: f64 = 110.0;
const N_ROUNDS: usize = 200;

fn main() -> ExitCode {
    let files: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let mut documents: Vec<(String, String)> =
        files.into_iter().map(|file| (file.clone(), std::fs::read_to_string(file).unwrap())).collect();
    if documents.is_empty() {
        documents.push(("fixtures, 100 KB".to_owned(), fixtures()));
    }
    let holds: Vec<bool> = documents.iter().map(|(name, text)| measure(name, text)).collect();
    if holds.into_iter().all(|holds| holds) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The bodies of the fixtures, repeated up to 100 KB.
fn fixtures() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/spec");
    let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let text: String = names
        .iter()
        .filter(|name| {
            name.to_string_lossy().contains("dialect-") && !name.to_string_lossy().contains("german")
        })
        .map(|name| std::fs::read_to_string(name.join("SPEC.md")).unwrap())
        .collect();
    text.repeat(100_000 / text.len())
}

fn measure(name: &str, text: &str) -> bool {
    let (mut events, mut reading) = (Vec::new(), Vec::new());
    let sources = sources(text);
    for _ in 0..N_ROUNDS {
        events.push(time(|| iterate(text)));
        reading.push(time(|| parse(&sources)));
    }
    let (events, reading) = (lower_quartile(events), lower_quartile(reading));
    let ratio = reading.as_secs_f64() / events.as_secs_f64();
    println!("{name}: {} bytes", text.len());
    println!("  events {events:?}, reading {reading:?}: {ratio:.1} times as long (limit {MAX_RATIO})");
    let (mut many_events, mut many) = (Vec::new(), Vec::new());
    let copies = sources_of(text.repeat(100));
    let copied_text = text.repeat(100);
    for _ in 0..N_ROUNDS / 10 {
        many_events.push(time(|| iterate(&copied_text)));
        many.push(time(|| parse(&copies)));
    }
    let (many_events, many) = (lower_quartile(many_events), lower_quartile(many));
    let growth = many.as_secs_f64() / reading.as_secs_f64();
    let growth_of_events = many_events.as_secs_f64() / events.as_secs_f64();
    println!(
        "  100 copies {many:?}: {growth:.0} times as long as one (limit {MAX_GROWTH}); events {growth_of_events:.0}"
    );
    ratio <= MAX_RATIO && growth <= MAX_GROWTH
}

fn iterate(text: &str) -> usize {
    let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS;
    Parser::new_ext(text, options).into_offset_iter().map(|event| black_box(event).1.len()).sum()
}

fn sources(text: &str) -> Sources {
    sources_of(text.to_owned())
}

fn sources_of(text: String) -> Sources {
    Sources { document: SourceFile::new("SPEC.md", text), ..Sources::default() }
}

fn time<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    let outcome = work();
    let elapsed = start.elapsed();
    black_box(outcome);
    elapsed
}

fn lower_quartile(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 4]
}
