use super::capture::{Budget, Death, Life, Limited, capture};
use super::spare::{Spares, Supervisor};
use super::wire::{Report, Request, Streams, decode, send_request};
use crate::{Finished, ProcessEnd, SandboxError};
use rustix::stdio;
use std::io::{self, pipe};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::net::UnixStream;
use tokio::process::{ChildStderr, ChildStdin, ChildStdout};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// What the supervisor may take on top of the wall limit to end everything.
pub(super) const GRACE: Duration = Duration::from_secs(20);

/// A sandboxed process that is running. Dropping it ends the process and everything that came of it.
#[derive(Debug)]
pub struct Running {
    program: PathBuf,
    spares: Arc<Spares>,
    supervisor: Supervisor,
    control: UnixStream,
    lifeline: Lifeline,
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    stderr: JoinHandle<Vec<u8>>,
    budget: Arc<Budget>,
    /// Until it is over.
    alive: Option<Life>,
    death: Death,
    started: Instant,
    wall: Duration,
}

impl Running {
    /// Gives the request to a supervisor, which starts the rest. To be called within a tokio runtime.
    pub(super) fn start(
        request: &Request,
        spares: &Arc<Spares>,
        wiring: Wiring,
    ) -> Result<Self, SandboxError> {
        let line = serde_json::to_vec(request)
            .map_err(|error| SandboxError::Describe { reason: error.to_string() })?;
        let launcher = spares.launcher();
        Self::start_described(request, &line, spares, wiring)
            .map_err(|source| SandboxError::Launcher { program: launcher.program.clone(), source })
    }

    fn start_described(
        request: &Request,
        line: &[u8],
        spares: &Arc<Spares>,
        wiring: Wiring,
    ) -> io::Result<Self> {
        let started = Instant::now();
        let Wires { streams, stdin, stdout, stderr } = match wiring {
            Wiring::Pipes => Wires::pipes()?,
            Wiring::Callers => Wires::callers()?,
        };
        let mut supervisor = spares.take()?;
        if send_request(&supervisor.control, line, &streams).is_err() {
            // The spare one is gone, perhaps killed. A new one that goes away at once has its reason.
            supervisor = spares.take()?;
            match send_request(&supervisor.control, line, &streams) {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
                sent => sent?,
            }
        }
        drop(streams);
        let control = supervisor.control.try_clone()?;
        let lifeline = Lifeline(Arc::new(control.try_clone()?));
        control.set_nonblocking(true)?;
        let budget = Arc::new(Budget::new(request.policy.limits.output_bytes));
        let (alive, death) = Life::begin();
        let stderr = tokio::spawn(capture_any(stderr, Arc::clone(&budget), death.clone(), lifeline.clone()));
        Ok(Self {
            program: request.command.program.clone(),
            spares: Arc::clone(spares),
            supervisor,
            control: UnixStream::from_std(control)?,
            lifeline,
            stdin,
            stdout,
            stderr,
            budget,
            alive: Some(alive),
            death,
            started,
            wall: request.policy.limits.wall,
        })
    }

    /// Its standard input, once. Dropping it lets the process read the end of its input.
    pub fn take_stdin(&mut self) -> Option<ChildStdin> {
        self.stdin.take()
    }

    /// Its standard output, once. What the caller reads does not count for the output limit.
    pub fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.stdout.take()
    }

    /// Its standard output, once. What the caller reads counts for the output limit: when that is reached, the stream
    /// ends, and so does everything.
    pub fn take_limited_stdout(&mut self) -> Option<impl AsyncRead + Send + Unpin + use<>> {
        let (budget, lifeline) = (Arc::clone(&self.budget), self.lifeline.clone());
        Some(Limited::new(self.stdout.take()?, budget, move || lifeline.cut()))
    }

    /// Ends it, and returns when everything that came of it is gone.
    pub async fn kill(&mut self) {
        self.lifeline.cut();
        if timeout(GRACE, self.supervisor.wait()).await.is_err() {
            self.supervisor.kill();
        }
    }

    /// Waits until it has ended and everything that came of it is gone. Standard streams that nobody took
    /// are closed.
    pub async fn wait(mut self) -> Result<Finished, SandboxError> {
        drop((self.stdin.take(), self.stdout.take()));
        self.finish().await
    }

    /// Feeds it `input`, keeps its output, and waits.
    pub(super) async fn communicate(mut self, input: Vec<u8>) -> Result<Finished, SandboxError> {
        let (stdin, stdout) = (self.stdin.take(), self.stdout.take());
        let (budget, lifeline) = (Arc::clone(&self.budget), self.lifeline.clone());
        let output = capture_any(stdout, budget, self.death.clone(), lifeline);
        let ((), stdout, finished) = tokio::join!(feed(stdin, &input), output, self.finish());
        // Only now is it known whether the output kept within its limit.
        let (overrun, finished) = (self.budget.is_overrun(), finished?);
        let end = if overrun { ProcessEnd::OutputLimit } else { finished.end };
        Ok(Finished { end, stdout, ..finished })
    }

    async fn finish(&mut self) -> Result<Finished, SandboxError> {
        let report = self.report().await;
        // Also when nobody is left who could end what keeps the streams open.
        self.alive = None;
        let report = report?;
        let follow = |source| SandboxError::Follow { program: self.program.clone(), source };
        let wall = self.started.elapsed();
        let stderr = (&mut self.stderr).await.map_err(|error| follow(io::Error::other(error)))?;
        let end = report.into_result()?;
        let end = if self.budget.is_overrun() { ProcessEnd::OutputLimit } else { end };
        Ok(Finished { end, stdout: Vec::new(), stderr, wall })
    }

    async fn report(&mut self) -> Result<Report, SandboxError> {
        let mut line = Vec::new();
        let mut control = BufReader::new(&mut self.control);
        let patience = self.wall.saturating_add(GRACE).saturating_sub(self.started.elapsed());
        // The line is the last thing that the supervisor does: its own end is not waited for.
        match timeout(patience, control.read_until(b'\n', &mut line)).await {
            Ok(Ok(1..)) => {
                decode(&line).map_err(|error| SandboxError::LauncherLost { reason: error.to_string() })
            }
            Ok(_) => Err(SandboxError::LauncherLost { reason: self.last_words().await }),
            Err(_elapsed) => {
                self.supervisor.kill();
                let reason = format!("nothing came within {} s after the wall limit", GRACE.as_secs());
                Err(SandboxError::LauncherLost { reason })
            }
        }
    }

    async fn last_words(&mut self) -> String {
        let mut words = Vec::new();
        if let Some(stderr) = self.supervisor.take_stderr()
            && let Ok(stderr) = ChildStderr::from_std(stderr)
        {
            let _as_far_as_it_goes = stderr.take(1 << 16).read_to_end(&mut words).await;
        }
        let status = self.supervisor.wait().await.map_or_else(|error| error.to_string(), |it| it.to_string());
        format!("{status} {}", String::from_utf8_lossy(&words).trim()).trim_end().to_owned()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.lifeline.cut();
        if self.alive.is_some() {
            self.spares.leave(&mut self.supervisor);
        }
    }
}

/// Our side of the control socket. The supervisor ends everything when it is cut, or when we are gone.
#[derive(Clone, Debug)]
struct Lifeline(Arc<StdUnixStream>);

impl Lifeline {
    fn cut(&self) {
        let _gone = self.0.shutdown(Shutdown::Write);
    }
}

async fn capture_any(
    stream: Option<impl AsyncRead + Unpin>,
    budget: Arc<Budget>,
    death: Death,
    lifeline: Lifeline,
) -> Vec<u8> {
    match stream {
        Some(stream) => capture(stream, &budget, death, || lifeline.cut()).await,
        None => Vec::new(),
    }
}

/// Writes all of `input` and closes the stream. Whoever does not want it all need not read it.
async fn feed(stdin: Option<ChildStdin>, input: &[u8]) {
    use tokio::io::AsyncWriteExt;
    if let Some(mut stdin) = stdin {
        let _as_far_as_it_is_read = stdin.write_all(input).await;
    }
}

/// Where the command's standard streams lead.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wiring {
    /// To this process.
    Pipes,
    /// Where those of this process lead.
    Callers,
}

/// The command's ends of its standard streams, and ours.
struct Wires {
    streams: Streams,
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
}

impl Wires {
    fn pipes() -> io::Result<Self> {
        let ((stdin, our_stdin), (our_stdout, stdout), (our_stderr, stderr)) = (pipe()?, pipe()?, pipe()?);
        Ok(Self {
            streams: [stdin.into(), stdout.into(), stderr.into()],
            stdin: Some(ChildStdin::from_std(OwnedFd::from(our_stdin).into())?),
            stdout: Some(ChildStdout::from_std(OwnedFd::from(our_stdout).into())?),
            stderr: Some(ChildStderr::from_std(OwnedFd::from(our_stderr).into())?),
        })
    }

    fn callers() -> io::Result<Self> {
        let own =
            [stdio::stdin(), stdio::stdout(), stdio::stderr()].map(|stream| stream.try_clone_to_owned());
        let [stdin, stdout, stderr] = own;
        Ok(Self { streams: [stdin?, stdout?, stderr?], stdin: None, stdout: None, stderr: None })
    }
}
