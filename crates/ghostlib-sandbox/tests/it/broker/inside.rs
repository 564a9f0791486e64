//! A command in a sandbox with a broker reaches the model's endpoint, and nothing else.

use super::upstream::{Upstream, answer};
use super::{Broker, DUMMY, KEY, broker, request};
use crate::support::{Workspace, assert_ok, landlock, on_every_backend, outside, payload, text};
use ghostlib_sandbox::{CommandLine, Finished, Network, ProcessEnd, Sandbox, SandboxPolicy, host};
use std::env;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

on_every_backend!(
    the_model_answers,
    a_refusal_arrives_although_the_request_was_not_read,
    curl_is_served,
    nothing_but_the_broker_can_be_reached,
    two_sandboxes_have_the_same_port_and_different_brokers,
    without_a_broker_the_port_is_closed,
    a_broker_that_is_gone_is_a_closed_connection,
);

const PORT: u16 = 18080;
const MODEL: &str = "127.0.0.1:18080";

/// A workspace whose one way out is the broker.
fn workspace(broker: &Broker) -> Workspace {
    let mut workspace = Workspace::new();
    workspace.policy.network = broker.network(PORT);
    workspace.policy.env.insert("MODEL".into(), MODEL.into());
    workspace
}

async fn ask_from_inside(workspace: &mut Workspace, sandbox: &Sandbox, request: &str) -> Finished {
    workspace.policy.env.insert("REQUEST".into(), request.into());
    workspace.payload(sandbox, "asks_the_model").await
}

async fn the_model_answers(sandbox: &Sandbox) {
    let upstream = Upstream::saying(answer("application/json", "{\"said\":\"hello\"}")).await;
    let broker = broker(&upstream);
    let said = ask_from_inside(&mut workspace(&broker), sandbox, &request("{}")).await;
    assert_ok(&said);
    assert!(text(&said.stdout).contains("{\"said\":\"hello\"}"), "{}", text(&said.stdout));
    assert!(upstream.seen()[0].contains(KEY) && !upstream.seen()[0].contains(DUMMY));
}

async fn a_refusal_arrives_although_the_request_was_not_read(sandbox: &Sandbox) {
    let upstream = Upstream::saying(answer("application/json", "{}")).await;
    let broker = broker(&upstream);
    let mut workspace = workspace(&broker);
    // More than the buffers of all sockets in between take.
    workspace.policy.env.insert("BODY".into(), "8000000".into());
    for refused in ["POST /v1/files HTTP/1.1\r\nHost: x", "POST http://example.com/ HTTP/1.1\r\nHost: x"] {
        let refused = format!("{refused}\r\nContent-Length: 8000000\r\n\r\n");
        let said = ask_from_inside(&mut workspace, sandbox, &refused).await;
        assert!(text(&said.stdout).contains("HTTP/1.1 403 "), "{}", text(&said.stdout));
    }
    assert!(upstream.seen().is_empty());
}

#[expect(clippy::print_stdout, reason = "a test that is skipped must be seen to be")]
async fn curl_is_served(sandbox: &Sandbox) {
    if !Path::new("/usr/bin/curl").exists() {
        println!("skipped curl_is_served: there is no /usr/bin/curl");
        return;
    }
    let upstream = Upstream::saying(answer("application/json", "{\"said\":\"hello\"}")).await;
    let broker = broker(&upstream);
    let workspace = workspace(&broker);
    let curl = |args: &str| format!("curl --silent --show-error --max-time 20 {args}");
    let model = format!("http://{MODEL}/v1/responses");
    let said = workspace.shell(sandbox, &curl(&format!("--json '{{}}' {model}"))).await;
    assert_eq!(text(&said.stdout), "{\"said\":\"hello\"}", "{}", text(&said.stderr));
    // Large enough for curl to ask before it sends.
    let body = "(printf '{\"input\":\"'; head -c 3000000 /dev/zero | tr '\\0' x; printf '\"}')";
    let large = format!("{body} | {}", curl(&format!("--json @- {model}")));
    let said = workspace.shell(sandbox, &large).await;
    assert_eq!(text(&said.stdout), "{\"said\":\"hello\"}", "{}", text(&said.stderr));
    let elsewhere = curl(&format!("--proxy http://{MODEL} http://example.com/"));
    let said = text(&workspace.shell(sandbox, &elsewhere).await.stdout);
    assert!(said.contains("ghostlib_target"), "{said}");
}

async fn nothing_but_the_broker_can_be_reached(sandbox: &Sandbox) {
    let upstream = Upstream::saying(answer("application/json", "{}")).await;
    let broker = broker(&upstream);
    let command = payload(env::current_exe().unwrap(), "goes_around_the_broker");
    let (tcp, unix) = (upstream.address.to_string(), broker.socket().display().to_string());
    let variables = [("TCP", tcp.as_ref()), ("UNIX", unix.as_ref())];
    let free = host::run(&command, Path::new("/"), &variables, Duration::from_secs(30)).await.unwrap();
    let free = text(&free.stdout);
    let mut workspace = workspace(&broker);
    workspace.policy.env.extend([("TCP".into(), tcp), ("UNIX".into(), unix)]);
    let inside = text(&workspace.payload(sandbox, "goes_around_the_broker").await.stdout);
    for way in
        ["another server", "the broker's socket", "udp", "unix stream", "unix datagram", "ipv6", "netlink"]
    {
        assert!(free.contains(&format!("{way}: open")), "{free}");
    }
    assert_eq!(inside.matches(": open").count(), 1, "{inside}");
    assert!(inside.contains("pair: open"), "{inside}");
}

async fn two_sandboxes_have_the_same_port_and_different_brokers(sandbox: &Sandbox) {
    let asked = ["one", "two"].map(|name| async move {
        let upstream = Upstream::saying(answer("text/plain", name)).await;
        let broker = broker(&upstream);
        ask_from_inside(&mut workspace(&broker), sandbox, &request("{}")).await
    });
    let [one, two] = asked;
    let (one, two) = tokio::join!(one, two);
    assert!(
        text(&one.stdout).contains("\r\none") && text(&two.stdout).contains("\r\ntwo"),
        "{one:?} {two:?}"
    );
}

async fn without_a_broker_the_port_is_closed(sandbox: &Sandbox) {
    let upstream = Upstream::saying(answer("text/plain", "hello")).await;
    let broker = broker(&upstream);
    let mut workspace = workspace(&broker);
    let policy = SandboxPolicy { network: Network::None, ..workspace.policy.clone() };
    workspace.policy = policy;
    let said = ask_from_inside(&mut workspace, sandbox, &request("{}")).await;
    assert!(!said.end.is_success());
    assert!(upstream.seen().is_empty());
}

async fn a_broker_that_is_gone_is_a_closed_connection(sandbox: &Sandbox) {
    let upstream = Upstream::saying(answer("text/plain", "hello")).await;
    let broker = broker(&upstream);
    let mut workspace = workspace(&broker);
    workspace.policy.limits.wall = Duration::from_secs(20);
    let script = "exec 3<>/dev/tcp/127.0.0.1/18080; head -c 1 <&3; sleep 1; echo again; exec 3<>/dev/tcp/127.0.0.1/18080; cat <&3; echo over";
    let running = {
        let (sandbox, policy) = (sandbox.clone(), workspace.policy.clone());
        let command = CommandLine::new("bash").args(["-c", script]);
        tokio::spawn(async move { sandbox.run(&policy, &command, Vec::new()).await })
    };
    tokio::time::sleep(Duration::from_millis(300)).await;
    drop(broker);
    let finished = running.await.unwrap().unwrap();
    assert!(text(&finished.stdout).ends_with("again\nover\n"), "{finished:?}");
}

/// Ended with its process group after a second, the process leaves its socket behind.
#[tokio::test]
async fn what_a_killed_ghostlib_leaves_of_its_broker_goes_away_with_the_next_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("told");
    let command = payload(env::current_exe().unwrap(), "holds_a_broker");
    let variables = [("TOLD", told.as_os_str())];
    let killed = host::run(&command, folder.path(), &variables, Duration::from_secs(1)).await.unwrap();
    assert_eq!(killed.end, ProcessEnd::TimedOut);
    let socket = PathBuf::from(std::fs::read_to_string(told).unwrap());
    // Another test may have started a sandbox by now.
    landlock().await;
    assert!(!socket.exists() && !socket.parent().unwrap().exists(), "{}", socket.display());
}

/// Where network namespaces cannot be made, Landlock says so, and still keeps the command to one port.
#[tokio::test(flavor = "multi_thread")]
async fn without_namespaces_landlock_says_that_it_binds_the_port_alone() {
    let limits = "echo 0 > /proc/sys/user/max_net_namespaces && echo 0 > /proc/sys/user/max_user_namespaces";
    let without = |rest: String| {
        let script = format!("{limits} && {rest}");
        CommandLine::new("unshare").args(["--user", "--map-root-user", "bash", "-c", &script])
    };
    if !outside(&without("true".into())).await.end.is_success() {
        println!(
            "skipped without_namespaces_landlock_says_that_it_binds_the_port_alone: there are none to take away"
        );
        return;
    }
    let this = env::current_exe().unwrap();
    let test = "broker::inside::keeps_to_one_port_without_namespaces";
    let rest = format!("{} --exact {test} --ignored --nocapture", this.display());
    assert_all_pass(&outside(&without(rest)).await, 1);
}

/// A name that fits no test would pass, too.
#[track_caller]
fn assert_all_pass(finished: &Finished, n_tests: usize) {
    assert_ok(finished);
    let said = text(&finished.stdout);
    assert!(said.contains(&format!("test result: ok. {n_tests} passed")), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by another test where no namespaces can be made"]
async fn keeps_to_one_port_without_namespaces() {
    let sandbox = landlock().await;
    let lacks = sandbox.stamp().lacks;
    assert!(
        lacks.iter().any(|it| it.starts_with("only-the-broker: ") && it.contains("not the host")),
        "{lacks:?}"
    );
    the_model_answers(&sandbox).await;
    nothing_but_the_broker_can_be_reached(&sandbox).await;
    // The port is taken on the host itself, which is no secret that could be kept there.
    let _taken = TcpListener::bind(MODEL).unwrap();
    let upstream = Upstream::saying("").await;
    let broker = broker(&upstream);
    let workspace = workspace(&broker);
    let error = sandbox.run(&workspace.policy, &CommandLine::new("true"), Vec::new()).await.unwrap_err();
    assert!(error.to_string().contains("listening for the broker"), "{error}");
}

/// As somebody who may do nothing in particular, the namespace is made within a user namespace.
#[tokio::test]
async fn whoever_is_not_root_gets_the_broker_too() {
    let as_nobody = |program: &Path, args: &[&str]| {
        let user = ["--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps=-all"];
        CommandLine::new("setpriv").args(user).arg(program).args(args)
    };
    let this = env::current_exe().unwrap();
    let possible = as_nobody(Path::new("unshare"), &["--user", "--net", &this.to_string_lossy(), "--list"]);
    if !outside(&possible).await.end.is_success() {
        println!("skipped whoever_is_not_root_gets_the_broker_too: this cannot be tried by this user, here");
        return;
    }
    let test = "broker::inside::landlock";
    let rest = [test, "--nocapture", "--skip", "curl"];
    assert_all_pass(&outside(&as_nobody(&this, &rest)).await, 6);
}
