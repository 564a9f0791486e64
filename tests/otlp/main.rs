//! Spans over OTLP, as a collector of OpenTelemetry gets them: `cargo test -p ghostlib-cli --features otlp --test otlp`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use ghostlib_testkit::TestProject;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What looks like a key, in the input of a tool.
const KEY: &str = "sk-planted0a1b2c3d4e5f6a7b8c9d0e1f";

/// What a collector got: the bodies of requests, and their first lines with headers.
#[derive(Default)]
struct Got {
    bodies: Vec<Vec<u8>>,
    heads: Vec<String>,
}

#[test]
fn a_run_is_one_trace_down_to_the_tools_and_without_secrets() {
    let (address, got) = collector();
    let project = recorded_project();
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{address}")),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=level".to_owned()),
    ];
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    let args =
        ["run", "specs/level", "--agent", "replay:recordings", "--max-iterations", "1", "--cases", "20"];
    let ran = project.run_with(&args, &variables);
    assert!(!ran.stderr.contains("OTLP"), "{}", ran.stderr);
    let got = got.lock().unwrap();
    assert!(
        got.heads.iter().all(|head| head.starts_with("post /v1/traces") && head.contains("x-tenant: level"))
    );
    let spans: Vec<Span> = got.bodies.iter().flat_map(|body| spans_of(body)).collect();
    let by_id: BTreeMap<&[u8], &Span> = spans.iter().map(|span| (&span.span_id[..], span)).collect();
    let path = |span: &Span| {
        let mut names = vec![span.name.as_str()];
        let mut parent = by_id.get(&span.parent_span_id[..]);
        while let Some(span) = parent {
            names.insert(0, &span.name);
            parent = by_id.get(&span.parent_span_id[..]);
        }
        names.join("/")
    };
    let paths: Vec<String> = spans.iter().map(path).collect();
    for wanted in [
        "run",
        "run/prepare/fetch",
        "run/iteration/start/build",
        "run/iteration/attempt/session/tool",
        "run/iteration/attempt/evaluate/api",
        "run/iteration/attempt/evaluate/copy",
        "run/iteration/attempt/evaluate/build",
        "run/iteration/attempt/evaluate/vectors",
        "run/iteration/attempt/evaluate/behaviour",
        "run/iteration/attribute",
    ] {
        assert!(paths.iter().any(|path| path == wanted), "{wanted} is not in {paths:#?}");
    }
    assert!(spans.iter().all(|span| span.trace_id == spans[0].trace_id), "it is one trace");
    let told = format!("{spans:?}");
    assert!(told.contains("curl -H [redacted] x") && !told.contains("planted0a1b"), "{told}");
}

#[test]
fn a_collector_that_is_not_there_is_told_and_changes_nothing() {
    let project = recorded_project();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let endpoint = format!("http://{nobody}");
    let args = ["eval", "specs/level", "candidate", "--cases", "5"];
    let usual = project.run(&args);
    let ran = project.run_with(&args, &[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)]);
    assert_eq!(ran.code, usual.code);
    assert!(ran.stderr.contains("OTLP: spans could not be sent"), "{}", ran.stderr);
}

/// A project with the spec `level`, and a recorded session that used a tool.
fn recorded_project() -> TestProject {
    let project = TestProject::new(env!("CARGO_BIN_EXE_ghostlib"));
    project.copy_fixture("references/level", "reference");
    project.copy_fixture("specs/level", "specs/level");
    project.copy_fixture("candidates/level-good", "candidate");
    project.record("specs/level", "candidate", &format!("curl -H {KEY} x"), "recordings/one");
    project
}

fn spans_of(body: &[u8]) -> Vec<Span> {
    let request = ExportTraceServiceRequest::decode(body).expect("spans");
    let scopes = request.resource_spans.into_iter().flat_map(|of_one| of_one.scope_spans);
    scopes.flat_map(|scope| scope.spans).collect()
}

/// A collector that takes everything, until the test ends.
fn collector() -> (String, Arc<Mutex<Got>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let got = Arc::new(Mutex::new(Got::default()));
    let taken = Arc::clone(&got);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let taken = Arc::clone(&taken);
            std::thread::spawn(move || while take(&stream, &taken).is_some() {});
        }
    });
    (address, got)
}

/// Takes one request; nothing, when no more comes.
fn take(mut stream: &TcpStream, got: &Mutex<Got>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        reader.read_line(&mut head).ok().filter(|n| *n > 0)?;
    }
    let head = head.to_lowercase();
    let length = head.split("content-length: ").nth(1)?.lines().next()?.trim().parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let mut got = got.lock().unwrap();
    got.bodies.push(body);
    got.heads.push(head);
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").ok()
}
