//! What the tests run inside of a sandbox. Each is a test of its own that is only run on demand, because the
//! test program is the one program that is surely there.

use crate::support::{Workspace, assert_ok, landlock, shell};
use crate::tree::supervisors_of;
use ghostlib_sandbox::broker::Broker;
use rustix::net::{AddressFamily, Protocol, RawProtocol, SocketFlags, SocketType, socket_with};
use rustix::process::{Pid, Signal, getuid, kill_process};
use std::env;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::time::{Duration, Instant};

/// Says of each way out whether it is open.
#[test]
#[ignore = "run by other tests inside of a sandbox"]
fn reaches_out() {
    let say = |name, result: std::io::Result<()>| match result {
        Ok(()) => println!("{name}: open"),
        Err(error) => println!("{name}: {error}"),
    };
    say("tcp", TcpStream::connect(env::var("TCP").unwrap()).map(drop));
    say("listen", TcpListener::bind("127.0.0.1:0").map(drop));
    say("udp", UdpSocket::bind("127.0.0.1:0").map(drop));
    say("unix", UnixStream::connect(env::var("UNIX").unwrap()).map(drop));
    say("datagram", UnixDatagram::unbound().map(drop));
    say("pair", UnixStream::pair().map(drop));
}

/// Holds a broker until somebody kills this process.
#[tokio::test]
#[ignore = "run by another test, which kills it"]
async fn holds_a_broker() {
    let broker = Broker::start(&crate::broker::config("http://127.0.0.1:9")).unwrap();
    std::fs::write(env::var("TOLD").unwrap(), broker.socket().to_str().unwrap()).unwrap();
    std::future::pending::<()>().await;
}

/// Sends `REQUEST` and so many bytes as `BODY` says to `MODEL`, and says what comes back.
#[test]
#[ignore = "run by other tests inside of a sandbox"]
fn asks_the_model() {
    let mut stream = TcpStream::connect(env::var("MODEL").unwrap()).unwrap();
    let request = env::var("REQUEST").unwrap().into_bytes();
    let length = env::var("BODY").map_or(0, |length| length.parse().unwrap());
    // It may be refused before it is read.
    let _refused = stream.write_all(&[request, vec![b'x'; length]].concat());
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    println!("{}", String::from_utf8_lossy(&answer));
}

/// Says of each way around the broker whether it is open.
#[test]
#[ignore = "run by other tests inside of a sandbox"]
fn goes_around_the_broker() {
    let say = |name: &str, result: std::io::Result<()>| match result {
        Ok(()) => println!("{name}: open"),
        Err(error) => println!("{name}: {error}"),
    };
    let another =
        |family, kind, protocol| Ok(socket_with(family, kind, SocketFlags::CLOEXEC, protocol).map(drop)?);
    let number = |number| RawProtocol::new(number).map(Protocol::from_raw);
    let (stream, datagram) = (SocketType::STREAM, SocketType::DGRAM);
    say("another server", TcpStream::connect(env::var("TCP").unwrap()).map(drop));
    say("the broker's socket", UnixStream::connect(env::var("UNIX").unwrap()).map(drop));
    say("udp", UdpSocket::bind("127.0.0.1:0").map(drop));
    say("unix stream", another(AddressFamily::UNIX, stream, None));
    say("unix datagram", UnixDatagram::unbound().map(drop));
    say("ipv6", another(AddressFamily::INET6, stream, None));
    say("mptcp", another(AddressFamily::INET, stream, number(262)));
    say("netlink", another(AddressFamily::NETLINK, SocketType::RAW, None));
    say("icmp", another(AddressFamily::INET, datagram, number(1)));
    say("pair", UnixStream::pair().map(drop));
}

/// Says what it may do beyond its files' owner.
#[test]
#[ignore = "run by other tests inside of a sandbox"]
fn shows_capabilities() {
    let sets = rustix::thread::capabilities(None).unwrap();
    println!("uid {} permitted {:x}", getuid().as_raw(), sets.permitted.bits());
}

/// Runs a sandboxed process until somebody kills this one.
#[tokio::test]
#[ignore = "run by another test, which kills it"]
async fn sleeps_in_a_sandbox() {
    let sandbox = match env::var("BACKEND").unwrap().as_str() {
        "landlock" => landlock().await,
        _ => crate::support::bubblewrap("payload").await.unwrap(),
    };
    let marker = env::var("MARKER").unwrap();
    let script = format!("setsid sh -c '(sleep {marker} &)'; sleep {marker}");
    let _never = sandbox.run(&Workspace::new().policy, &shell(&script), Vec::new()).await;
}

/// Kills each supervisor that is kept ready before it starts something, so that there is a dead one to take.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by another test, in a process that has no other sandboxes"]
async fn loses_what_is_kept_ready() {
    let (sandbox, workspace) = (landlock().await, Workspace::new());
    for _ in 0..5 {
        let patience = Instant::now() + Duration::from_secs(10);
        let mut ready = Vec::new();
        while ready.is_empty() && Instant::now() < patience {
            tokio::time::sleep(Duration::from_millis(20)).await;
            ready = supervisors_of(std::process::id());
        }
        assert_eq!(ready.len(), 1);
        kill_process(Pid::from_raw(ready[0]).unwrap(), Signal::KILL).unwrap();
        while !supervisors_of(std::process::id()).is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert_ok(&workspace.shell(&sandbox, "exit 0").await);
    }
}
