//! The conversation with a driver.

use crate::VerifyError;
use crate::coverage::CoverageMap;
use ghostlib_model::{Answer, Call, Sequence, SequenceAnswer};
use ghostlib_sandbox::{
    CommandLine, Limits, ProcessEnd, Running, Sandbox, SandboxPolicy, SandboxRole, remove_folder,
};
use memchr::memmem;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{ChildStdin, ChildStdout};

/// A library, built so that it can be called from outside.
#[derive(Clone, Debug)]
pub struct Driver {
    sandbox: Arc<Sandbox>,
    command: CommandLine,
    read: Vec<PathBuf>,
    env: BTreeMap<String, String>,
    operations: Vec<String>,
    limits: CallLimits,
    tells_classes: bool,
    counting: Arc<Result<Counting, String>>,
}

/// How a driver is asked to count what runs in its library.
#[derive(Clone, Debug)]
pub struct Counting {
    /// What the counts mean.
    pub map: CoverageMap,
    /// The arguments by which the driver counts.
    pub args: Vec<OsString>,
    /// What it may read besides.
    pub read: Vec<PathBuf>,
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

/// How often an operation may end the driver's process until it is not called any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Calls that did not come back in time.
    pub hangs: usize,
    /// Calls in which the process ended.
    pub crashes: usize,
}

impl Patience {
    /// Every call is made, whatever came of others.
    pub const ENDLESS: Self = Self { hangs: usize::MAX, crashes: usize::MAX };
    /// What generated calls may cost.
    pub const SHORT: Self = Self { hangs: 3, crashes: 6 };
}

/// What is said of a call that could have been made, in a sequence with one that is made no more.
pub(crate) const NOT_ASKED: &str = "not asked: another call of its sequence is made no more";

/// Whether a call was not made since calls like it, or of its sequence, did not come back.
pub(crate) fn was_not_asked(answer: &Answer) -> bool {
    matches!(answer, Answer::NotRun(reason) if reason.starts_with("not asked: "))
}

/// The calls that did not come back, by operation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Losses {
    hangs: BTreeMap<String, usize>,
    crashes: BTreeMap<String, usize>,
}

impl Losses {
    pub(crate) fn count(&mut self, sequence: &Sequence, answer: &SequenceAnswer) {
        for (call, answer) in sequence.calls.iter().zip(&answer.answers) {
            let counts = match answer {
                Answer::Hang(_) => &mut self.hangs,
                Answer::Crash(_) => &mut self.crashes,
                _ => continue,
            };
            *counts.entry(call.operation.clone()).or_default() += 1;
        }
    }

    /// Whether a sequence is made; if not, the answer says why.
    fn allow(&self, sequence: &Sequence, patience: &Patience, answer: &mut SequenceAnswer) -> bool {
        let refused = self.refuse(sequence, patience);
        let is_allowed = refused.is_none();
        *answer = refused.unwrap_or_else(|| std::mem::take(answer));
        is_allowed
    }

    /// Why a sequence is not made, if it is not.
    pub(crate) fn refuse(&self, sequence: &Sequence, patience: &Patience) -> Option<SequenceAnswer> {
        if self.hangs.is_empty() && self.crashes.is_empty() {
            return None;
        }
        let reasons: Vec<Option<String>> =
            sequence.calls.iter().map(|call| self.exhausted(&call.operation, patience)).collect();
        if reasons.iter().all(Option::is_none) {
            return None;
        }
        let told = |reason: Option<String>| Answer::NotRun(reason.unwrap_or_else(|| NOT_ASKED.to_owned()));
        Some(SequenceAnswer { answers: reasons.into_iter().map(told).collect(), ..SequenceAnswer::default() })
    }

    /// Why an operation is called no more, if it is not.
    fn exhausted(&self, name: &str, patience: &Patience) -> Option<String> {
        let over = |counts: &BTreeMap<String, usize>, max: usize, what: &str| {
            let is_over = counts.get(name).is_some_and(|n| *n >= max);
            is_over.then(|| format!("not asked: `{name}` {what} {max} times"))
        };
        over(&self.hangs, patience.hangs, "hung").or_else(|| over(&self.crashes, patience.crashes, "crashed"))
    }
}

impl Driver {
    /// A driver that is started by a command, which may read these paths. `operations` are the names of those that
    /// it has.
    pub fn new(
        sandbox: Arc<Sandbox>,
        command: CommandLine,
        read: Vec<PathBuf>,
        operations: Vec<String>,
    ) -> Self {
        Self {
            sandbox,
            command,
            read,
            env: BTreeMap::new(),
            operations,
            limits: CallLimits::default(),
            tells_classes: true,
            counting: Arc::new(Err("the driver was not built to count what runs".to_owned())),
        }
    }

    /// The same, with a variable in its environment.
    #[must_use]
    pub fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The same, with other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: CallLimits) -> Self {
        self.limits = limits;
        self
    }

    /// The same, with less time for a call, if it has more.
    #[must_use]
    pub(crate) fn within(&self, wall: Duration) -> Self {
        let limits = CallLimits { wall: self.limits.wall.min(wall), ..self.limits };
        self.clone().with_limits(limits)
    }

    /// The same, with errors that have no class: of what is compared with a library in another language, where errors
    /// have other names.
    #[must_use]
    pub fn without_classes(mut self) -> Self {
        self.tells_classes = false;
        self
    }

    /// The same, with how it is asked to count, or the reason why it counts nothing.
    #[must_use]
    pub fn with_counting(mut self, counting: Result<Counting, String>) -> Self {
        self.counting = Arc::new(counting);
        self
    }

    /// What its counts mean.
    ///
    /// # Errors
    /// If it counts nothing: why.
    pub fn coverage_map(&self) -> Result<&CoverageMap, &str> {
        (*self.counting).as_ref().map(|counting| &counting.map).map_err(String::as_str)
    }

    /// The same, asked to count; as it is, if it counts nothing.
    #[must_use]
    pub fn counted(&self) -> Self {
        let mut counted = self.clone();
        if let Ok(counting) = &*self.counting {
            counted.command = counted.command.args(&counting.args);
            counted.read.extend_from_slice(&counting.read);
        }
        counted
    }

    /// Whether the operation is in this driver.
    pub fn has(&self, operation: &str) -> bool {
        self.operations.iter().any(|name| name == operation)
    }

    /// Makes the calls, each in a sequence of its own, and gives one answer a call, in their order.
    ///
    /// # Errors
    /// If the sandbox fails.
    pub async fn ask(&self, calls: &[Call]) -> Result<Vec<Answer>, VerifyError> {
        let sequences: Vec<Sequence> =
            calls.iter().map(|call| Sequence { calls: vec![call.clone()] }).collect();
        let answers = self.ask_sequences(&sequences, &Patience::ENDLESS).await?;
        Ok(answers.into_iter().filter_map(|mut answer| answer.answers.pop()).collect())
    }

    /// Makes the calls of the sequences, and gives one answer a sequence, in their order. A call that crashes or hangs
    /// costs itself and what follows in its sequence: the driver is started again for the sequences after it. Those with
    /// an operation that has used up `patience` are not made.
    ///
    /// # Errors
    /// If the sandbox fails.
    pub async fn ask_sequences(
        &self,
        sequences: &[Sequence],
        patience: &Patience,
    ) -> Result<Vec<SequenceAnswer>, VerifyError> {
        self.ask_after(sequences, patience, &mut Losses::default()).await
    }

    /// The same, after others that have used up some of the patience.
    pub(crate) async fn ask_after(
        &self,
        sequences: &[Sequence],
        patience: &Patience,
        losses: &mut Losses,
    ) -> Result<Vec<SequenceAnswer>, VerifyError> {
        let mut answers: Vec<SequenceAnswer> =
            sequences.iter().map(|sequence| not_run(sequence, "the driver was not asked")).collect();
        let has_calls = |at: &usize| !sequences[*at].calls.is_empty();
        let mut left: Vec<usize> = (0..sequences.len()).filter(has_calls).collect();
        left.retain(|at| losses.allow(&sequences[*at], patience, &mut answers[*at]));
        while !left.is_empty() {
            let asked: Vec<&Sequence> = left.iter().map(|at| &sequences[*at]).collect();
            let mut come = Vec::with_capacity(left.len());
            let lost = self.converse(&asked, &mut come).await?;
            let rest = left.split_off(come.len());
            left.into_iter().zip(come).for_each(|(at, answer)| answers[at] = answer);
            left = rest;
            if let (Some(lost), false) = (lost, left.is_empty()) {
                let at = left.remove(0);
                answers[at] = self.blame(&sequences[at], lost).await?;
                losses.count(&sequences[at], &answers[at]);
                left.retain(|at| losses.allow(&sequences[*at], patience, &mut answers[*at]));
            }
        }
        Ok(answers)
    }

    /// Starts the driver once, and gives the answers up to the first sequence from which it does not come back.
    ///
    /// # Errors
    /// If the sandbox fails.
    pub(crate) async fn ask_until_lost(
        &self,
        sequences: &[&Sequence],
    ) -> Result<Vec<SequenceAnswer>, VerifyError> {
        let mut answers = Vec::with_capacity(sequences.len());
        self.converse(sequences, &mut answers).await?;
        Ok(answers)
    }

    /// Asks for a sequence alone, from which a driver did not come back among others, and finds the call by which it is
    /// lost. Where it comes back now, that is its answer: it was late, or others before it were to blame.
    pub(crate) async fn blame_alone(&self, sequence: &Sequence) -> Result<SequenceAnswer, VerifyError> {
        let mut answers = vec![];
        match self.converse(&[sequence], &mut answers).await? {
            Some(lost) => self.blame(sequence, lost).await,
            None => Ok(answers.pop().unwrap_or_default()),
        }
    }

    /// Finds the call of a sequence by which the process was lost: the first that is in no beginning of the sequence
    /// from which the driver comes back.
    async fn blame(&self, sequence: &Sequence, lost: Answer) -> Result<SequenceAnswer, VerifyError> {
        let mut whole = SequenceAnswer::default();
        let (mut n_good, mut n_bad) = (0, sequence.calls.len());
        let mut lost = lost;
        while n_bad - n_good > 1 {
            let middle = usize::midpoint(n_good, n_bad);
            let beginning = Sequence { calls: sequence.calls[..middle].to_vec() };
            let mut answers = vec![];
            if let Some(again) = self.converse(&[&beginning], &mut answers).await? {
                (n_bad, lost) = (middle, again);
            } else {
                n_good = middle;
                whole = answers.pop().unwrap_or_default();
            }
        }
        whole.answers.resize(n_good, Answer::NotRun("the driver did not answer".into()));
        whole.answers.push(lost);
        whole.answers.resize(sequence.calls.len(), Answer::NotRun(AFTER_LOSS.into()));
        Ok(whole)
    }

    /// Starts the driver once, and adds answers until all sequences are answered or one ends the process; then, what
    /// became of the process.
    async fn converse(
        &self,
        sequences: &[&Sequence],
        answers: &mut Vec<SequenceAnswer>,
    ) -> Result<Option<Answer>, VerifyError> {
        let nonce = format!("{:032x}", fastrand::u128(..));
        // Nothing is carried over from one start to the next.
        let dir = tempfile::tempdir().map_err(VerifyError::at(Path::new("a temporary folder")))?;
        let dir = WorkingFolder(dir);
        let mut running = self.sandbox.spawn(&self.policy(sequences.len(), dir.0.path()), &self.command)?;
        let (Some(stdin), Some(stdout)) = (running.take_stdin(), running.take_stdout()) else {
            return Ok(Some(Answer::Crash("its pipes are closed".into())));
        };
        // A driver that hangs reads no more, and one that ends closes its input: the reader is the one that tells how it
        // went, and nothing is waited for after that.
        let writer = async {
            let _ = write_sequences(stdin, &nonce, sequences).await;
            std::future::pending::<Stopped>().await
        };
        let own = OwnFolder::of(dir.0.path());
        let stopped = tokio::select! {
            stopped = self.read_answers(stdout, &nonce, &own, sequences, answers) => stopped,
            never = writer => never,
        };
        Ok(match stopped {
            Stopped::Closed => Some(Answer::Crash(last_words(running).await?)),
            stopped => {
                running.kill().await;
                stopped.answer(self.limits.wall)
            }
        })
    }

    async fn read_answers(
        &self,
        stdout: ChildStdout,
        nonce: &str,
        own: &OwnFolder,
        sequences: &[&Sequence],
        answers: &mut Vec<SequenceAnswer>,
    ) -> Stopped {
        let mut stdout = BufReader::new(stdout);
        for sequence in sequences {
            let n_calls = sequence.calls.len();
            match tokio::time::timeout(self.limits.wall, self.read_answer(&mut stdout, nonce, own)).await {
                Ok(Ok(answer)) if answer.answers.len() == n_calls => answers.push(answer),
                Ok(Ok(_)) => return Stopped::Closed,
                Ok(Err(stopped)) => return stopped,
                Err(_) => return Stopped::Silent,
            }
        }
        Stopped::Finished
    }

    /// The next line that carries the nonce. What comes before it is the library's own output.
    async fn read_answer(
        &self,
        stdout: &mut BufReader<ChildStdout>,
        nonce: &str,
        own: &OwnFolder,
    ) -> Result<SequenceAnswer, Stopped> {
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
            if let Some(answer) = line.strip_prefix(nonce.as_bytes()) {
                let mut answer: SequenceAnswer =
                    serde_json::from_slice(&own.hidden_in(answer)).map_err(|_| Stopped::Closed)?;
                if !self.tells_classes {
                    answer.answers.iter_mut().for_each(drop_class);
                }
                return Ok(answer);
            }
            n_other += line.len() as u64;
            if n_other > self.limits.output_bytes {
                return Err(Stopped::Flood);
            }
        }
    }

    fn policy(&self, n_calls: usize, dir: &Path) -> SandboxPolicy {
        let n_calls = u32::try_from(n_calls).unwrap_or(u32::MAX);
        let mut env = self.env.clone();
        for name in ["HOME", "TMPDIR"] {
            env.insert(name.to_owned(), dir.to_string_lossy().into_owned());
        }
        SandboxPolicy {
            read: self.read.clone(),
            env,
            // The limits of a tree of processes would cost each of many starts what it takes to set them up.
            limits: Limits {
                wall: self.limits.wall.saturating_mul(n_calls.saturating_add(1)),
                memory_bytes: Some(self.limits.memory_bytes),
                file_bytes: Some(MAX_FILE),
                output_bytes: MAX_STDERR,
                ..Limits::default()
            },
            ..SandboxRole::Test.policy(dir)
        }
    }
}

/// A working folder, in which anything may lie when the driver has ended.
struct WorkingFolder(TempDir);

impl Drop for WorkingFolder {
    fn drop(&mut self) {
        let _what_stays = remove_folder(self.0.path());
    }
}

/// The working folder of one start of a driver, which is another one each time: in answers it has one name.
struct OwnFolder(memmem::Finder<'static>);

/// The name of the working folder in answers.
const WORKING_FOLDER: &[u8] = b"/scratch";

impl OwnFolder {
    fn of(dir: &Path) -> Self {
        let dir = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
        Self(memmem::Finder::new(dir.as_os_str().as_encoded_bytes()).into_owned())
    }

    fn hidden_in<'a>(&self, answer: &'a [u8]) -> Cow<'a, [u8]> {
        let mut rest = answer;
        let mut hidden = Vec::new();
        while let Some(at) = self.0.find(rest) {
            hidden.extend_from_slice(&rest[..at]);
            hidden.extend_from_slice(WORKING_FOLDER);
            rest = &rest[at + self.0.needle().len()..];
        }
        if rest.len() == answer.len() {
            return Cow::Borrowed(answer);
        }
        hidden.extend_from_slice(rest);
        Cow::Owned(hidden)
    }
}

/// The longest file that a call may write, what it prints among them.
const MAX_FILE: u64 = 8 << 20;
/// What the library may write to standard error between two starts of its driver.
const MAX_STDERR: u64 = 16 << 20;
/// The longest line that is read as a whole.
const MAX_ANSWER: u64 = 64 << 20;

/// What is said of a call that fills the disk, what it prints included.
const WITHOUT_END: &str = "it prints or writes without end";

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
            Self::Flood => Some(Answer::Crash(WITHOUT_END.into())),
            Self::Closed => Some(Answer::Crash("it ended".into())),
        }
    }
}

/// How a driver ended, with the last line that it wrote to standard error.
async fn last_words(running: Running) -> Result<String, VerifyError> {
    let finished = running.wait().await?;
    if finished.end == ProcessEnd::FileLimit {
        return Ok(WITHOUT_END.to_owned());
    }
    let said = String::from_utf8_lossy(&finished.stderr);
    let said = said.lines().rev().find(|line| !line.trim().is_empty()).map(str::trim);
    Ok(match said {
        Some(said) => format!("{}: {said}", finished.end),
        None => finished.end.to_string(),
    })
}

async fn write_sequences(mut stdin: ChildStdin, nonce: &str, sequences: &[&Sequence]) -> std::io::Result<()> {
    let mut lines = format!("{nonce}\n").into_bytes();
    for sequence in sequences {
        serde_json::to_writer(&mut lines, sequence)?;
        lines.push(b'\n');
        if lines.len() > 1 << 16 {
            stdin.write_all(&lines).await?;
            lines.clear();
        }
    }
    stdin.write_all(&lines).await?;
    stdin.shutdown().await
}

fn drop_class(answer: &mut Answer) {
    if let Answer::Error(failure) = answer {
        failure.class = None;
    }
}

fn not_run(sequence: &Sequence, reason: &str) -> SequenceAnswer {
    let answers = vec![Answer::NotRun(reason.to_owned()); sequence.calls.len()];
    SequenceAnswer { answers, ..SequenceAnswer::default() }
}

/// What is said of the calls behind one that did not come back.
const AFTER_LOSS: &str = "a call before it did not return";
