//! The conformance test of drivers: any driver of the library that `fixtures/protocol/README.md` describes.

use crate::support::{fixture, interpreter, sandbox};
use ghostlib_model::{Answer, Call};
use ghostlib_verify::conformance::{Case, deviations};
use ghostlib_verify::python::{Built, Subject, build};
use ghostlib_verify::{CallLimits, Driver, Operation};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn the_python_driver_keeps_the_protocol() {
    let scratch = tempfile::tempdir().unwrap();
    let driver = python_driver(scratch.path(), "sample", "plan.json").await;
    conforms(&driver, "protocol/cases.jsonl").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_python_driver_tells_what_only_python_has() {
    let scratch = tempfile::tempdir().unwrap();
    let driver = python_driver(scratch.path(), "pythonic", "pythonic.json").await;
    conforms(&driver, "protocol/python/pythonic.jsonl").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_that_reads_its_input_does_not_read_the_judges() {
    let scratch = tempfile::tempdir().unwrap();
    let driver = python_driver(scratch.path(), "sample", "plan.json").await;
    // More than any buffer holds.
    let calls: Vec<Call> = (0..5000)
        .map(|n| Call { operation: "echo_text".into(), input: json!({"value": "x".repeat(n % 100)}) })
        .collect();
    let reading = Call { operation: "read_input".into(), input: json!({}) };
    let answers = driver.ask(&[&[reading], &calls[..]].concat()).await.unwrap();
    assert_eq!(answers[0], Answer::Ok(json!("")));
    let lost = answers
        .iter()
        .skip(1)
        .zip(&calls)
        .find(|(got, call)| **got != Answer::Ok(call.input["value"].clone()));
    assert_eq!(lost, None);
}

async fn conforms(driver: &Driver, cases: &str) {
    let text = fs::read_to_string(fixture(cases)).unwrap();
    let cases: Vec<Case> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(cases.len() > 5);
    assert_eq!(deviations(driver, &cases).await.unwrap(), [], "of {} cases", cases.len());
}

async fn python_driver(scratch: &Path, import_name: &str, plan: &str) -> Driver {
    let dir = fixture("protocol/python");
    let plan: Value = serde_json::from_str(&fs::read_to_string(dir.join(plan)).unwrap()).unwrap();
    let operations: Vec<Operation> = plan["operations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|plan| Operation {
            name: plan["name"].as_str().unwrap().to_owned(),
            item: String::new(),
            binding: String::new(),
            expression: plan.to_string(),
            params: vec![],
            keeps: None,
            keeps_error: None,
        })
        .collect();
    let subject = Subject { dir: &dir, scratch, packages: &[], import_name, wall: Duration::from_secs(60) };
    match build(&sandbox().await, &interpreter().await, &subject, &operations).await.unwrap() {
        Built::Driver { driver, left_out } if left_out.is_empty() => {
            driver.with_limits(CallLimits { wall: Duration::from_secs(3), ..CallLimits::default() })
        }
        other => panic!("{other:?}"),
    }
}
