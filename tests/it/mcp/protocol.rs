//! What a client may say, and what it must not: every request is answered, and the server goes on.

use super::Client;
use crate::support::project;
use crate::task::hand_out;
use serde_json::{Value, json};
use std::fmt::Write;

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
