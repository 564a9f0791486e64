//! Writes sample reports for looking at: `cargo run --example sample -- FOLDER` makes `sample.html`, `sample.md`, and
//! `many.html` with 10,000 findings in it.

use ghostlib_model::{Answer, Evaluation, Evidence, Finding, Priority, RunSummary};
use ghostlib_report::{Beside, Stated, Story, Turn, TurnKind, html, markdown};
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;

#[path = "../src/tests/sample/mod.rs"]
mod sample;

const N_FINDINGS: usize = 10_000;

fn main() -> std::io::Result<()> {
    let folder: PathBuf = std::env::args_os().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let run = sample::run();
    std::fs::write(folder.join("sample.html"), html(&run, &sample::beside(&run, &str::to_owned)))?;
    std::fs::write(folder.join("sample.md"), markdown(&run))?;
    std::fs::write(folder.join("many.html"), html(&with_many_findings(run), &Beside::default()))
}

fn with_many_findings(mut run: RunSummary) -> RunSummary {
    let evaluation = run.iterations.last_mut().and_then(|it| it.attempts.first_mut()?.evaluation.as_mut());
    if let Some(evaluation) = evaluation {
        let many = (0..N_FINDINGS).map(finding).collect();
        *evaluation = Arc::new(Evaluation { findings: many, ..Evaluation::clone(evaluation) });
    }
    run
}

fn finding(i: usize) -> Finding {
    let operation = format!("module_{}::split_{}", i % 10, i % 200);
    let priority = [Priority::P1, Priority::P2, Priority::P3][i % 3];
    let message = format!(
        "`{operation}` of [\"a {i}\"]: the reference gives [\"a\", \"{i}\"], the candidate [\"a {i}\"]."
    );
    let subject = format!("{operation} [\"a {i}\"]");
    Finding {
        advice: "The spec says nothing about it: let it say what the reference does.".into(),
        evidence: Some(Evidence {
            operation,
            before: Vec::new(),
            input: json!([format!("a {i}")]),
            reference: Some(Answer::Ok(json!(["a", i.to_string()]))),
            candidate: Answer::Ok(json!([format!("a {i}")])),
        }),
        ..Finding::new("behaviour-differs", priority, subject, message)
    }
}
