//! What a client may say, and what it must not: every request is answered, and the server goes on.

use super::Client;
use crate::support::project;
use crate::task::hand_out;
use ghostlib_testkit::TestProject;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

#[test]
fn what_is_no_request_is_answered_and_the_server_goes_on() {
    let project = project();
    hand_out(&project, "r1-1");
    let mut client = Client::begin(&project, "test");
    let deep = "[".repeat(10_000);
    let long = format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"{}\"}}", "x".repeat(9 << 20));
    for (line, code, id) in [
        (&b"{\"jsonrpc\": \"2.0\", \"id\": 7,"[..], -32700, Value::Null),
        (b"nonsense", -32700, Value::Null),
        (b"\xff\xfe{}", -32700, Value::Null),
        (deep.as_bytes(), -32700, Value::Null),
        (long.as_bytes(), -32600, Value::Null),
        (b"[]", -32600, Value::Null),
        (b"3", -32600, Value::Null),
        (b"{\"id\": 5}", -32600, json!(5)),
        (b"{\"jsonrpc\": \"1.0\", \"id\": \"a\", \"method\": \"ping\"}", -32600, json!("a")),
    ] {
        client.talk.say(line);
        let answer = client.answer();
        let shown = String::from_utf8_lossy(&line[..line.len().min(60)]).into_owned();
        assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(code), &id), "{shown}: {answer}");
    }
    for (method, params, code) in [
        ("no/such", json!({}), -32601),
        ("tools/call", json!({}), -32602),
        ("tools/call", json!({"name": 3}), -32602),
        ("tools/call", json!({"name": "no_such_tool"}), -32602),
        ("initialize", json!({"protocolVersion": 3}), -32602),
        ("resources/read", json!({"uri": "file:///etc/passwd"}), -32601),
    ] {
        let answer = client.ask(method, &params);
        assert_eq!(answer["error"]["code"], code, "{method} {params}: {answer}");
    }
    // Nobody waits for an answer to these.
    client.talk.say("");
    client.talk.say(json!({"jsonrpc": "2.0", "method": "no/such/notification"}).to_string());
    client.talk.say(json!({"jsonrpc": "2.0", "id": 999, "result": {}}).to_string());
    assert!(client.does("list_tasks", &json!({})).starts_with("r1-1: implementer, open, folder "));
    let ran = client.end().expect_code(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
}

#[test]
fn no_bytes_end_the_server() {
    let project = project();
    let mut client = Client::begin(&project, "test");
    let request = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "list_tasks", "arguments": {}}});
    let request = request.to_string().into_bytes();
    // The same numbers each time (xorshift).
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % below
    };
    for _ in 0..2000 {
        let mut line = request.clone();
        for _ in 0..=next(4) {
            let at = next(line.len().max(1));
            match next(3) {
                _ if line.is_empty() => {}
                0 => line[at] = u8::try_from(next(256)).unwrap(),
                1 => drop(line.remove(at)),
                _ => line.truncate(at),
            }
        }
        line.retain(|byte| *byte != b'\n');
        client.talk.say(line);
    }
    client.talk.say(json!({"jsonrpc": "2.0", "id": "the end", "method": "ping"}).to_string());
    while client.answer()["id"] != "the end" {}
    let _ = client.end().expect_code(0);
}

#[test]
fn a_client_that_asks_before_it_has_begun_is_told_so() {
    let project = project();
    let mut talk = project.talk(&["mcp"]);
    talk.say(json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string());
    talk.say("nonsense");
    assert!(talk.answer().contains("-32700"));
    talk.say(json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).to_string());
    assert!(talk.answer().contains("error"));
    talk.say(json!({"jsonrpc": "2.0", "id": 2, "method": "ping"}).to_string());
    assert!(talk.answer().contains("result"));
    let _ = talk.end().expect_code(0);
}

#[test]
fn arguments_that_do_not_fit_are_refused_with_a_next_step() {
    let project = project();
    let mut client = Client::begin(&project, "test");
    assert!(client.does("list_tasks", &json!({})).contains("No task is open"));
    hand_out(&project, "r1-1");
    for (tool, arguments) in [
        ("claim_task", json!({})),
        ("claim_task", json!({"id": 3})),
        ("claim_task", json!({"id": "r1-1", "force": true})),
        ("claim_task", json!({"id": "r1-2"})),
        ("read_task", json!({"id": "r1-1", "from_line": -1})),
        ("write_file", json!({"id": "r1-1", "path": "candidate/a", "content": "x"})),
        ("check_task", json!({"id": "r1-1"})),
        ("submit_task", json!({"id": "r1-1"})),
    ] {
        client.refuses(tool, &arguments);
    }
    let _ = client.end().expect_code(0);
}

#[test]
fn what_a_client_does_not_submit_is_given_back_when_it_goes() {
    let project = project();
    hand_out(&project, "r1-1");
    let list = || project.run(&["task", "list"]).stdout;
    let mut client = Client::begin(&project, "Editor");
    client.does("claim_task", &json!({"id": "r1-1"}));
    assert!(list().contains("claimed by Editor 1, "), "{}", list());
    let _ = client.end().expect_code(0);
    assert!(list().contains("  open  "), "{}", list());

    // An editor that ends its server by a signal.
    let mut client = Client::begin(&project, "Editor");
    client.does("claim_task", &json!({"id": "r1-1", "name": "A Model"}));
    assert!(list().contains("claimed by A Model, "), "{}", list());
    client.talk.started().interrupt_only();
    client.talk.started().wait_until("the task to be given back", || list().contains("  open  "));
}

#[test]
fn a_long_file_comes_in_pages() {
    let project = project();
    hand_out(&project, "r1-1");
    let mut text = String::new();
    for n in 1..=9000 {
        writeln!(text, "// this is line {n}").unwrap();
    }
    let mut client = Client::begin(&project, "test");
    client.does("claim_task", &json!({"id": "r1-1"}));
    client.does("write_file", &json!({"id": "r1-1", "path": "candidate/src/lib.rs", "content": text}));
    let read = client.does("read_task", &json!({"id": "r1-1", "path": "candidate/src/lib.rs"}));
    assert!(read.contains("[it goes on: read it with from_line "), "{}", &read[read.len() - 100..]);
    let last =
        client.does("read_task", &json!({"id": "r1-1", "path": "candidate/src/lib.rs", "from_line": 9000}));
    assert_eq!(last, "// this is line 9000\n");
}

#[test]
fn help_shows_how_to_register_the_server() {
    let help = project().run(&["mcp", "--help"]).expect_code(0).stdout;
    let from = help.find("  {\n").unwrap();
    let to = help.rfind("\n  }").unwrap() + 4;
    let registered: Value = serde_json::from_str(&help[from..to]).unwrap();
    assert_eq!(registered["mcpServers"]["ghostlib"]["args"][0], "mcp");
    assert_eq!(registered["mcpServers"]["ghostlib"]["command"], "ghostlib");
}

/// A client that waits for a check of a candidate whose build never ends.
fn in_a_check(project: &TestProject) -> Client {
    hand_out(project, "r1-1");
    let mut client = Client::begin(project, "test");
    client.does("claim_task", &json!({"id": "r1-1"}));
    let manifest = "[package]\nname = \"level\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
    let endless = "fn main() { loop { std::thread::sleep(std::time::Duration::from_secs(1)); } }";
    for (path, content) in [("Cargo.toml", manifest), ("build.rs", endless), ("src/lib.rs", "")] {
        let path = format!("candidate/{path}");
        client.does("write_file", &json!({"id": "r1-1", "path": path, "content": content}));
    }
    let params = json!({"name": "check_task", "arguments": {"id": "r1-1"}});
    let check = json!({"jsonrpc": "2.0", "id": "the check", "method": "tools/call", "params": params});
    client.talk.say(check.to_string());
    let checks = project.path(".ghostlib/build/checks");
    client.talk.started().wait_until("the build", || n_folders(&checks) > 0);
    client
}

fn n_folders(dir: &Path) -> usize {
    let is_folder = |entry: &std::io::Result<std::fs::DirEntry>| entry.as_ref().unwrap().path().is_dir();
    std::fs::read_dir(dir).map_or(0, |entries| entries.filter(is_folder).count())
}

#[test]
fn a_check_that_is_cancelled_ends_and_the_next_one_is_made() {
    let project = project();
    let mut client = in_a_check(&project);
    // Other calls do not wait for it.
    assert!(client.does("list_tasks", &json!({})).contains("claimed by test 1"));
    let cancelled = json!({"requestId": "the check"});
    client
        .talk
        .say(json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancelled}).to_string());
    let checks = project.path(".ghostlib/build/checks");
    client.talk.started().wait_until("the build to end", || n_folders(&checks) == 0);
    client.does("remove_file", &json!({"id": "r1-1", "path": "candidate/build.rs"}));
    let checked = client.does("check_task", &json!({"id": "r1-1"}));
    assert!(checked.starts_with("The candidate builds. 0 of 2 visible vectors hold."), "{checked}");
}

#[test]
fn a_client_that_goes_does_not_leave_a_check_behind() {
    let project = project();
    let client = in_a_check(&project);
    let began = Instant::now();
    let _ = client.end().expect_code(0);
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    assert_eq!(n_folders(&project.path(".ghostlib/build/checks")), 0);
    assert!(project.run(&["task", "list"]).stdout.contains("  open  "));
}
