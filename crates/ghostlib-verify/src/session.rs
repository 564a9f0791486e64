//! The conversation with a driver.

use crate::VerifyError;
use ghostlib_model::{Answer, Call};
use ghostlib_sandbox::{CommandLine, Limits, Running, Sandbox, SandboxPolicy, SandboxRole};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{ChildStdin, ChildStdout};

/// A library, built so that it can be called from outside.
#[derive(Clone, Debug)]
pub struct Driver {
    sandbox: Arc<Sandbox>,
    executable: PathBuf,
    read: Vec<PathBuf>,
    operations: Vec<String>,
    limits: CallLimits,
}

/// What a call may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallLimits {
    /// Wall time for one call.
    pub wall: Duration,
    /// Memory of the driver's process.
    pub memory_bytes: u64,
    /// What the library itself may print to standard output within one call.
    pub output_bytes: u64,
}

impl Default for CallLimits {
    fn default() -> Self {
        Self { wall: Duration::from_secs(5), memory_bytes: 1 << 30, output_bytes: 1 << 20 }
    }
}

impl Driver {
    pub(crate) fn new(
        sandbox: Arc<Sandbox>,
        executable: PathBuf,
        read: Vec<PathBuf>,
        operations: Vec<String>,
    ) -> Self {
        Self { sandbox, executable, read, operations, limits: CallLimits::default() }
    }

    /// Whether the operation is in this driver.
    pub fn has(&self, operation: &str) -> bool {
        self.operations.iter().any(|name| name == operation)
    }

    /// Makes the calls, and gives one answer a call, in their order. A call that crashes or hangs costs
    /// itself alone: the driver is started again for those after it.
    ///
    /// # Errors
    /// If the sandbox fails.
    pub async fn ask(&self, calls: &[Call]) -> Result<Vec<Answer>, VerifyError> {
        self.ask_patiently(calls, usize::MAX).await
    }

    /// The same, but when `patience` calls have hung, those that are left are not made.
    ///
    /// # Errors
    /// If the sandbox fails.
    pub async fn ask_patiently(&self, calls: &[Call], patience: usize) -> Result<Vec<Answer>, VerifyError> {
        let mut answers = Vec::with_capacity(calls.len());
        let mut n_hung = 0;
        while answers.len() < calls.len() {
            if n_hung >= patience {
                let reason = format!("not asked: {n_hung} calls before it hung");
                answers.resize(calls.len(), Answer::NotRun(reason));
                break;
            }
            self.converse(&calls[answers.len()..], &mut answers).await?;
            n_hung += usize::from(matches!(answers.last(), Some(Answer::Hang(_))));
        }
        Ok(answers)
    }

    /// Starts the driver once, and adds answers until all calls are answered or one ends the process.
    async fn converse(&self, calls: &[Call], answers: &mut Vec<Answer>) -> Result<(), VerifyError> {
        let nonce = format!("{:032x}", fastrand::u128(..));
        // Nothing is carried over from one start to the next.
        let dir = tempfile::tempdir().map_err(VerifyError::at(Path::new("a temporary folder")))?;
        let mut running =
            self.sandbox.spawn(&self.policy(calls.len(), dir.path()), &CommandLine::new(&self.executable))?;
        let (Some(stdin), Some(stdout)) = (running.take_stdin(), running.take_stdout()) else {
            answers.push(Answer::Crash("its pipes are closed".into()));
            return Ok(());
        };
        let writer = write_calls(stdin, &nonce, calls);
        let reader = self.read_answers(stdout, &nonce, calls.len(), answers);
        // A driver that ends early closes its input; the reader is the one that tells how it went.
        let (_, stopped) = tokio::join!(writer, reader);
        let lost = match stopped {
            Stopped::Closed => Some(Answer::Crash(last_words(running).await?)),
            stopped => {
                running.kill().await;
                stopped.answer(self.limits.wall)
            }
        };
        answers.extend(lost);
        Ok(())
    }

    async fn read_answers(
        &self,
        stdout: ChildStdout,
        nonce: &str,
        n_calls: usize,
        answers: &mut Vec<Answer>,
    ) -> Stopped {
        let mut stdout = BufReader::new(stdout);
        for _ in 0..n_calls {
            match tokio::time::timeout(self.limits.wall, self.read_answer(&mut stdout, nonce)).await {
                Ok(Ok(answer)) => answers.push(answer),
                Ok(Err(stopped)) => return stopped,
                Err(_) => return Stopped::Silent,
            }
        }
        Stopped::Finished
    }

    /// The next line that carries the nonce. What comes before it is the library's own output.
    async fn read_answer(&self, stdout: &mut BufReader<ChildStdout>, nonce: &str) -> Result<Answer, Stopped> {
        let mut n_other = 0;
        let mut line = Vec::new();
        loop {
            line.clear();
            // An answer may be long; what a library prints may not.
            let mut bounded = (&mut *stdout).take(MAX_ANSWER);
            match bounded.read_until(b'\n', &mut line).await {
                Ok(0) | Err(_) => return Err(Stopped::Closed),
                Ok(_) => {}
            }
            let text = String::from_utf8_lossy(&line);
            if let Some(answer) = text.trim_end().strip_prefix(nonce) {
                return serde_json::from_str(answer).map_err(|_| Stopped::Closed);
            }
            n_other += line.len() as u64;
            if n_other > self.limits.output_bytes {
                return Err(Stopped::Flood);
            }
        }
    }

    fn policy(&self, n_calls: usize, dir: &Path) -> SandboxPolicy {
        let n_calls = u32::try_from(n_calls).unwrap_or(u32::MAX);
        let mut read = self.read.clone();
        read.push(self.executable.clone());
        SandboxPolicy {
            role: SandboxRole::Test,
            read,
            write: vec![dir.to_owned()],
            env: BTreeMap::from([("HOME".to_owned(), dir.to_string_lossy().into_owned())]),
            dir: dir.to_owned(),
            limits: Limits {
                wall: self.limits.wall.saturating_mul(n_calls.saturating_add(1)),
                cpu: None,
                memory_bytes: Some(self.limits.memory_bytes),
                file_bytes: Some(1 << 30),
                open_files: None,
                output_bytes: MAX_STDERR,
            },
        }
    }
}

/// What the library may write to standard error between two starts of its driver.
const MAX_STDERR: u64 = 16 << 20;
/// The longest line that is read as a whole.
const MAX_ANSWER: u64 = 64 << 20;

/// Why the answers stopped.
#[derive(Debug)]
enum Stopped {
    Finished,
    Silent,
    Flood,
    Closed,
}

impl Stopped {
    /// The answer to the call that was under way.
    fn answer(&self, wall: Duration) -> Option<Answer> {
        match self {
            Self::Finished => None,
            Self::Silent => Some(Answer::Hang(u64::try_from(wall.as_millis()).unwrap_or(u64::MAX))),
            Self::Flood => Some(Answer::Crash("it prints without end".into())),
            Self::Closed => Some(Answer::Crash("it ended".into())),
        }
    }
}

/// How a driver ended, with the last line that it wrote to standard error.
async fn last_words(running: Running) -> Result<String, VerifyError> {
    let finished = running.wait().await?;
    let said = String::from_utf8_lossy(&finished.stderr);
    let said = said.lines().rev().find(|line| !line.trim().is_empty()).map(str::trim);
    Ok(match said {
        Some(said) => format!("{}: {said}", finished.end),
        None => finished.end.to_string(),
    })
}

async fn write_calls(mut stdin: ChildStdin, nonce: &str, calls: &[Call]) -> std::io::Result<()> {
    let mut lines = format!("{nonce}\n");
    for call in calls {
        lines.push_str(&serde_json::to_string(call)?);
        lines.push('\n');
        if lines.len() > 1 << 16 {
            stdin.write_all(lines.as_bytes()).await?;
            lines.clear();
        }
    }
    stdin.write_all(lines.as_bytes()).await?;
    stdin.shutdown().await
}
