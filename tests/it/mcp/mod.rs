//! Tasks over the Model Context Protocol.

mod attacks;
mod inspector;
mod protocol;
mod whole;

use ghostlib_testkit::{Ran, Talk, TestProject};
use serde_json::{Value, json};

/// A client that has begun.
struct Client {
    talk: Talk,
    n_asked: u64,
}

impl Client {
    fn begin(project: &TestProject, name: &str) -> Self {
        let mut client = Self { talk: project.talk(&["mcp"]), n_asked: 0 };
        let client_info = json!({"name": name, "version": "1"});
        let begun = client.ask(
            "initialize",
            &json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client_info}),
        );
        assert_eq!(begun["result"]["serverInfo"]["name"], "ghostlib", "{begun}");
        client.talk.say(json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string());
        client
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.n_asked += 1;
        let request = json!({"jsonrpc": "2.0", "id": self.n_asked, "method": method, "params": params});
        self.talk.say(request.to_string());
        let answer = self.answer();
        assert_eq!(answer["id"], self.n_asked, "{answer}");
        answer
    }

    fn answer(&mut self) -> Value {
        let line = self.talk.answer();
        let answer: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        assert_eq!(answer["jsonrpc"], "2.0");
        answer
    }

    /// What a tool says, whether it did what it was asked or not.
    fn call(&mut self, tool: &str, arguments: &Value) -> (bool, String) {
        let answer = self.ask("tools/call", &json!({"name": tool, "arguments": arguments}));
        let is_done = answer["result"]["isError"] != json!(true);
        (
            is_done,
            answer["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned(),
        )
    }

    fn does(&mut self, tool: &str, arguments: &Value) -> String {
        let (is_done, text) = self.call(tool, arguments);
        assert!(is_done, "{tool} {arguments}: {text}");
        text
    }

    fn refuses(&mut self, tool: &str, arguments: &Value) -> String {
        let (is_done, text) = self.call(tool, arguments);
        assert!(!is_done, "{tool} {arguments} is done: {text}");
        assert!(text.contains(" Next: "), "it says no next step: {text}");
        text
    }

    fn end(self) -> Ran {
        self.talk.end()
    }
}
