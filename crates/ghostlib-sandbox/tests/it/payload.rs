//! What the tests run inside of a sandbox. Each is a test of its own that is only run on demand, because the
//! test program is the one program that is surely there.

use crate::support::{Workspace, landlock, shell};
use rustix::process::getuid;
use std::env;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixStream};

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
