//! What the way through bridge and broker costs, against a direct connection, in one run:
//! `cargo bench -p ghostlib-sandbox --bench broker`.
//!
//! The server and the brokers are in this process; the client is a process of its own, once free and once in
//! a sandbox of each backend, or, where a hundred of them are at work at once, a task.

use ghostlib_sandbox::broker::{Auth, Broker, BrokerConfig, Endpoint, Models, Route, Secret};
use ghostlib_sandbox::{
    BackendChoice, CommandLine, Launcher, Limits, Network, Sandbox, SandboxPolicy, SandboxRole, host,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixStream};

const PORT: u16 = 18080;
const N_EVENTS: usize = 10_000;
const N_ROUNDS: usize = 5;
const N_STREAMS: usize = 3;
const N_SESSIONS: usize = 100;
const WALL: Duration = Duration::from_secs(120);

/// How the server sends its events: in words, as a path, and with how many microseconds in between.
const PACES: [(&str, &str, u64); 2] = [("as fast as it can", "burst", 0), ("20,000 a second", "paced", 50)];

/// What one stream took, in microseconds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Took {
    first: u64,
    last: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().collect();
    if let [_, role, address, pace] = args.as_slice()
        && role == "client"
    {
        return client(address.parse()?, pace);
    }
    tokio::runtime::Runtime::new()?.block_on(compare())
}

async fn compare() -> Result<(), Box<dyn Error>> {
    let server = server().await?;
    let mut ways = vec![("direct", None)];
    for (name, choice) in [("bubblewrap", BackendChoice::Bubblewrap), ("Landlock", BackendChoice::Landlock)] {
        let launcher = Launcher::new(env!("CARGO_BIN_EXE_ghostlib-sandbox-launch"), [""; 0]);
        match Sandbox::new(choice, launcher, env::var_os("PATH").as_deref()).await {
            Ok(sandbox) => ways.push((name, Some(sandbox))),
            Err(error) => say(&format!("skipped {name}: {error}")),
        }
    }
    for (title, pace, _) in PACES {
        let mut took: Vec<Vec<Took>> = vec![Vec::new(); ways.len()];
        for _ in 0..N_ROUNDS {
            for ((_, sandbox), took) in ways.iter().zip(&mut took) {
                took.extend(streams(server, sandbox.as_ref(), pace).await?);
            }
        }
        say(&format!("{N_EVENTS} events, {title}: median of {} streams", took[0].len()));
        let direct = median(&took[0]);
        for ((name, _), took) in ways.iter().zip(&took) {
            tell(name, median(took), direct);
        }
    }
    at_once(server).await
}

/// A few streams after one another in one process.
async fn streams(
    server: SocketAddr,
    sandbox: Option<&Sandbox>,
    pace: &str,
) -> Result<Vec<Took>, Box<dyn Error>> {
    let program = env::current_exe()?;
    let client = |address: String| CommandLine::new(&program).args(["client", &address, pace]);
    let finished = match sandbox {
        None => host::run(&client(server.to_string()), Path::new("/"), &[], WALL).await?,
        Some(sandbox) => {
            let broker = broker(server)?;
            let policy = policy(&program, broker.network(PORT));
            sandbox.run(&policy, &client(format!("127.0.0.1:{PORT}")), Vec::new()).await?
        }
    };
    let said = String::from_utf8_lossy(&finished.stderr);
    serde_json::from_slice(&finished.stdout)
        .map_err(|error| format!("{error}: {}: {said}", finished.end).into())
}

fn broker(server: SocketAddr) -> Result<Broker, Box<dyn Error>> {
    let endpoint = Endpoint {
        mount: String::new(),
        base_url: format!("http://{server}"),
        routes: vec![Route::new("POST", "/*/responses")],
        models: Models::default(),
        auth: Auth::Bearer(Secret::new("sk-0123456789abcdefghijklmnopqrstuvwxyz")?),
    };
    Ok(Broker::start(&BrokerConfig { endpoints: vec![endpoint], ..BrokerConfig::default() })?)
}

fn policy(program: &Path, network: Network) -> SandboxPolicy {
    SandboxPolicy {
        role: SandboxRole::Test,
        read: vec![program.into(), "/usr/bin".into()],
        write: Vec::new(),
        env: BTreeMap::new(),
        dir: "/usr/bin".into(),
        network,
        limits: Limits { wall: WALL, ..Limits::default() },
    }
}

/// Asks for streams, and writes what they took to standard output.
fn client(server: SocketAddr, pace: &str) -> Result<(), Box<dyn Error>> {
    let took = (0..N_STREAMS).map(|_| one_stream(server, pace)).collect::<Result<Vec<_>, _>>()?;
    serde_json::to_writer(std::io::stdout(), &took)?;
    Ok(())
}

fn one_stream(server: SocketAddr, pace: &str) -> Result<Took, Box<dyn Error>> {
    let began = Instant::now();
    let mut stream = TcpStream::connect(server)?;
    stream.set_nodelay(true)?;
    stream.write_all(request(pace).as_bytes())?;
    let (mut first, mut n) = (None, 0);
    let mut part = vec![0; 64 << 10];
    while let Ok(length @ 1..) = stream.read(&mut part) {
        n += n_events(&part[..length]);
        if n > 0 {
            first.get_or_insert_with(|| began.elapsed());
        }
    }
    if n != N_EVENTS {
        return Err(format!("{n} events").into());
    }
    let micros = |took: Duration| u64::try_from(took.as_micros());
    Ok(Took { first: micros(first.unwrap_or_default())?, last: micros(began.elapsed())? })
}

/// How many events begin in it. Nothing else here has such a brace, wherever chunks are cut.
fn n_events(part: &[u8]) -> usize {
    memchr::memchr_iter(b'{', part).count()
}

fn request(pace: &str) -> String {
    format!("POST /{pace}/responses HTTP/1.1\r\nHost: model\r\nContent-Length: 2\r\n\r\n{{}}")
}

/// Answers each request with events, each in a write of its own.
async fn server() -> Result<SocketAddr, Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _gone = stream.set_nodelay(true);
            tokio::spawn(serve(stream));
        }
    });
    Ok(address)
}

async fn serve(mut stream: tokio::net::TcpStream) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"{}") {
        stream.read_buf(&mut request).await?;
    }
    let pace = PACES.iter().find(|(_, path, _)| request.starts_with(format!("POST /{path}/").as_bytes()));
    let (gap, n_events) = pace.map_or((0, 100), |(_, _, gap)| (*gap, N_EVENTS));
    stream
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
        .await?;
    let began = Instant::now();
    for n in 0..n_events {
        // Timers of the runtime are too coarse for single gaps.
        while began.elapsed() < Duration::from_micros(gap * n as u64) {
            tokio::time::sleep(Duration::from_micros(gap)).await;
        }
        let event = format!("event: delta\ndata: {{\"n\":{n},\"delta\":\"a few words of an answer\"}}\n\n");
        stream.write_all(event.as_bytes()).await?;
    }
    Ok(())
}

/// A hundred short streams at once, each of a session of its own.
async fn at_once(server: SocketAddr) -> Result<(), Box<dyn Error>> {
    let mut took: [Vec<Took>; 2] = Default::default();
    for _ in 0..N_ROUNDS * N_STREAMS {
        let began = Instant::now();
        let direct = (0..N_SESSIONS)
            .map(|_| tokio::spawn(async move { short(tokio::net::TcpStream::connect(server).await?).await }));
        took[0].push(all(direct.collect(), began).await?);
        let brokers = (0..N_SESSIONS).map(|_| broker(server)).collect::<Result<Vec<_>, _>>()?;
        let began = Instant::now();
        let asking = brokers.iter().map(|broker| {
            let socket = broker.socket().to_owned();
            tokio::spawn(async move { short(UnixStream::connect(socket).await?).await })
        });
        took[1].push(all(asking.collect(), began).await?);
    }
    say(&format!(
        "{N_SESSIONS} sessions of 100 events at once, without sandboxes: median of {} rounds",
        took[0].len()
    ));
    tell("direct", median(&took[0]), median(&took[0]));
    tell("brokers", median(&took[1]), median(&took[0]));
    Ok(())
}

/// When the first event came.
async fn short(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<Instant> {
    stream.write_all(request("short").as_bytes()).await?;
    let (mut first, mut n) = (None, 0);
    let mut part = vec![0; 16 << 10];
    while let Ok(length @ 1..) = stream.read(&mut part).await {
        n += n_events(&part[..length]);
        if n > 0 {
            first.get_or_insert_with(Instant::now);
        }
    }
    if n == 100 {
        Ok(first.unwrap_or_else(Instant::now))
    } else {
        Err(std::io::Error::other("events are missing"))
    }
}

async fn all(
    asking: Vec<tokio::task::JoinHandle<std::io::Result<Instant>>>,
    began: Instant,
) -> Result<Took, Box<dyn Error>> {
    let mut first = Vec::new();
    for asking in asking {
        first.push(asking.await??.duration_since(began));
    }
    first.sort_unstable();
    let micros = |took: Duration| u64::try_from(took.as_micros());
    Ok(Took { first: micros(first[first.len() / 2])?, last: micros(began.elapsed())? })
}

fn median(took: &[Took]) -> Took {
    let middle = |of: fn(&Took) -> u64| {
        let mut sorted: Vec<u64> = took.iter().map(of).collect();
        sorted.sort_unstable();
        sorted[sorted.len() / 2]
    };
    Took { first: middle(|took| took.first), last: middle(|took| took.last) }
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of less than a day")]
fn tell(name: &str, took: Took, direct: Took) {
    let milliseconds = |micros: u64| micros as f64 / 1000.0;
    say(&format!(
        "  {name:<12} first event {:>7.2} ms, last {:>8.1} ms, {:.2} x direct",
        milliseconds(took.first),
        milliseconds(took.last),
        took.last as f64 / direct.last as f64,
    ));
}

#[expect(clippy::print_stdout, reason = "this is what a benchmark has to say")]
fn say(line: &str) {
    println!("{line}");
}
