//! A client that wants more than its task.

use super::Client;
use crate::support::project;
use crate::task::hand_out;
use serde_json::json;
use std::fs;
use std::os::unix::fs::symlink;

const SECRET: &str = "SECRET of the reference";

#[test]
fn nothing_outside_of_the_claimed_workspace_is_read_or_written() {
    let project = project();
    hand_out(&project, "r1-1");
    hand_out(&project, "r1-2");
    let secret = project.write("reference/src/lib.rs", SECRET);
    project.write(".ghostlib/runs/r1/spec/1/hidden.yaml", SECRET);
    project.write(".ghostlib/workspaces/r1-2/candidate/src/lib.rs", SECRET);
    project.write(".ghostlib/workspaces/r1-1/.home/token", SECRET);
    let workspace = |path: &str| project.path(".ghostlib/workspaces/r1-1").join(path);
    symlink(&secret, workspace("candidate/link.rs")).unwrap();
    symlink(project.path("."), workspace("candidate/up")).unwrap();
    symlink(&secret, workspace("spec/link.md")).unwrap();
    symlink(&secret, workspace("PUSHBACK.md")).unwrap();
    let mut client = Client::begin(&project, "attacker");
    client.does("claim_task", &json!({"id": "r1-1"}));
    let absolute = secret.to_string_lossy().into_owned();
    let paths = [
        "../r1-2/candidate/src/lib.rs",
        "candidate/../../r1-2/candidate/src/lib.rs",
        "candidate/../../../runs/r1/spec/1/hidden.yaml",
        "spec/../../../runs/r1/spec/1/hidden.yaml",
        "candidate/up/reference/src/lib.rs",
        "candidate/link.rs",
        "spec/link.md",
        "PUSHBACK.md",
        ".home/token",
        "/etc/passwd",
        "candidate//etc/passwd",
        "candidate/..",
        &absolute,
    ];
    for path in paths {
        let read = client.refuses("read_task", &json!({"id": "r1-1", "path": path}));
        assert!(!read.contains(SECRET), "{path}: {read}");
        client.refuses("write_file", &json!({"id": "r1-1", "path": path, "content": "broken"}));
        // Of a link, the link itself may be removed.
        if path != "candidate/link.rs" {
            client.refuses("remove_file", &json!({"id": "r1-1", "path": path}));
        }
    }
    client.refuses("write_file", &json!({"id": "r1-1", "path": "spec/SPEC.md", "content": "easier"}));
    client.refuses("write_file", &json!({"id": "r1-1", "path": "candidate/up/new", "content": "x"}));
    client.refuses("push_back", &json!({"id": "r1-1", "requirement": "a", "reason": "b"}));
    // A folder with links is neither checked nor submitted.
    client.does("remove_file", &json!({"id": "r1-1", "path": "candidate/link.rs"}));
    client.does("write_file", &json!({"id": "r1-1", "path": "candidate/Cargo.toml", "content": ""}));
    let check = client.call("check_task", &json!({"id": "r1-1"})).1;
    assert!(!check.contains(SECRET), "{check}");
    client.refuses("submit_task", &json!({"id": "r1-1"}));
    let listed = client.does("read_task", &json!({"id": "r1-1"}));
    assert!(!listed.contains("link") && !listed.contains(".home"), "{listed}");
    assert_eq!(fs::read_to_string(&secret).unwrap(), SECRET);
    assert!(!project.path("new").exists());
    assert_eq!(project.read(".ghostlib/workspaces/r1-2/candidate/src/lib.rs"), SECRET);
    let _ = client.end().expect_code(0);
}

#[test]
fn an_id_leads_to_no_other_file() {
    let project = project();
    hand_out(&project, "r1-1");
    // A task that was forged, or whose project has been copied.
    let forged = json!({"id": "r9", "role": "implementer", "workspace": "/etc", "state": {"kind": "open"}});
    project.write(".ghostlib/tasks/r9.json", forged.to_string());
    project.write("r8.json", forged.to_string());
    let mut client = Client::begin(&project, "attacker");
    for id in ["../../r8", "../tasks/r1-1", "/etc/passwd", "", ".", "r1-1\0", "r1-1.json", "r9"] {
        for tool in ["claim_task", "read_task", "check_task", "submit_task"] {
            client.refuses(tool, &json!({"id": id}));
        }
    }
    let _ = client.end().expect_code(0);
}

#[test]
fn what_one_client_has_claimed_no_other_reads_or_writes() {
    let project = project();
    hand_out(&project, "r1-1");
    let mut one = Client::begin(&project, "editor");
    let mut two = Client::begin(&project, "editor");
    one.does("claim_task", &json!({"id": "r1-1"}));
    one.does("write_file", &json!({"id": "r1-1", "path": "candidate/a", "content": "mine"}));
    for (tool, arguments) in [
        ("claim_task", json!({"id": "r1-1"})),
        ("read_task", json!({"id": "r1-1"})),
        ("read_task", json!({"id": "r1-1", "path": "candidate/a"})),
        ("write_file", json!({"id": "r1-1", "path": "candidate/a", "content": "theirs"})),
        ("remove_file", json!({"id": "r1-1", "path": "candidate/a"})),
        ("check_task", json!({"id": "r1-1"})),
        ("push_back", json!({"id": "r1-1", "requirement": "a", "reason": "b"})),
        ("submit_task", json!({"id": "r1-1"})),
        ("give_up", json!({"id": "r1-1", "reason": "x"})),
    ] {
        let said = two.refuses(tool, &arguments);
        assert!(said.contains("is claimed by editor 1"), "{tool}: {said}");
    }
    // Where the first is done, nobody reads or writes.
    one.does("submit_task", &json!({"id": "r1-1"}));
    for client in [&mut one, &mut two] {
        client.refuses("read_task", &json!({"id": "r1-1"}));
        client.refuses("write_file", &json!({"id": "r1-1", "path": "candidate/a", "content": "late"}));
    }
    assert_eq!(project.read(".ghostlib/workspaces/r1-1/candidate/a"), "mine");
}

#[test]
fn clients_that_claim_at_once_do_not_both_get_it() {
    let project = project();
    for n in 0..5 {
        hand_out(&project, &format!("t{n}"));
    }
    let mut clients: Vec<_> = (0..4).map(|_| Client::begin(&project, "editor")).collect();
    for n in 0..5 {
        let id = format!("t{n}");
        let request = json!({"jsonrpc": "2.0", "id": 1000, "method": "tools/call", "params": {"name": "claim_task", "arguments": {"id": id}}});
        for client in &mut clients {
            client.talk.say(request.to_string());
        }
        let answers: Vec<_> = clients.iter_mut().map(Client::answer).collect();
        let won: Vec<_> = (0..4).filter(|at| answers[*at]["result"]["isError"] == json!(false)).collect();
        assert_eq!(won.len(), 1, "{answers:?}");
        clients[won[0]].does("give_up", &json!({"id": id, "reason": "next"}));
    }
}

#[test]
fn huge_files_are_refused_and_do_not_end_the_server() {
    let project = project();
    hand_out(&project, "r1-1");
    let mut client = Client::begin(&project, "attacker");
    client.does("claim_task", &json!({"id": "r1-1"}));
    let large = "x".repeat((1 << 20) + 1);
    let said = client.refuses("write_file", &json!({"id": "r1-1", "path": "candidate/a", "content": large}));
    assert!(said.contains("1 MiB"), "{said}");
    let huge = project.path(".ghostlib/workspaces/r1-1/candidate/huge");
    fs::File::create(huge).unwrap().set_len(1 << 40).unwrap();
    client.refuses("read_task", &json!({"id": "r1-1", "path": "candidate/huge"}));
    let full = client.refuses("write_file", &json!({"id": "r1-1", "path": "candidate/a", "content": "x"}));
    assert!(full.contains("64 MiB"), "{full}");
    let check = client.call("check_task", &json!({"id": "r1-1"})).1;
    assert!(check.contains("huge"), "{check}");
    client.refuses("submit_task", &json!({"id": "r1-1"}));
    client.does("remove_file", &json!({"id": "r1-1", "path": "candidate/huge"}));
    client.does("write_file", &json!({"id": "r1-1", "path": "candidate/a", "content": "x"}));
    let _ = client.end().expect_code(0);
}
