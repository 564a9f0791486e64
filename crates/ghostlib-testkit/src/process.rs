use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// A ghostlib that runs. It is killed when this is dropped.
pub struct Started {
    child: Option<Child>,
    root: PathBuf,
}

/// A ghostlib that has ended.
#[derive(Debug)]
pub struct Ran {
    /// The exit code; nothing if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    root: PathBuf,
}

/// The folder with the settings of whoever runs a test.
pub(crate) const SETTINGS: &str = ".settings";

const PATIENCE: Duration = Duration::from_secs(120);

impl Started {
    pub(crate) fn new(
        program: &Path,
        dir: &Path,
        args: &[&str],
        root: &Path,
        variables: &[(&str, &str)],
        input: Stdio,
    ) -> Self {
        #[expect(clippy::disallowed_methods, reason = "the program under test is started from outside")]
        let mut command = Command::new(program);
        let child = command
            .args(args)
            .current_dir(dir)
            // The settings of whoever runs the tests are not theirs.
            .env("XDG_CONFIG_HOME", root.join(SETTINGS))
            // What is compiled once for a toolchain is so for all tests.
            .env("XDG_CACHE_HOME", program.with_file_name("tests-cache"))
            .envs(variables.iter().copied())
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        Self { child: Some(child), root: root.into() }
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// If it cannot be waited for.
    pub fn wait(mut self) -> Ran {
        let child = self.child.take().expect("it runs");
        let output = child.wait_with_output().expect("its output");
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            root: self.root.clone(),
        }
    }

    /// Sends SIGKILL, and waits.
    pub fn kill(self) -> Ran {
        self.signal(Signal::KILL);
        self.wait()
    }

    /// Sends SIGINT, as Ctrl-C does, and waits.
    pub fn interrupt(self) -> Ran {
        self.signal(Signal::INT);
        self.wait()
    }

    /// Sends SIGINT, as Ctrl-C does.
    pub fn interrupt_only(&self) {
        self.signal(Signal::INT);
    }

    /// Its standard input and output, of which nothing else is then kept.
    ///
    /// # Panics
    /// If it was not started to be spoken with, or they were taken already.
    pub fn take_streams(&mut self) -> (ChildStdin, ChildStdout) {
        let child = self.child.as_mut().expect("it runs");
        (child.stdin.take().expect("an input"), child.stdout.take().expect("an output"))
    }

    /// Waits until `holds`.
    ///
    /// # Panics
    /// If that takes more than two minutes.
    pub fn wait_until(&self, what: &str, holds: impl Fn() -> bool) {
        let began = Instant::now();
        while !holds() {
            assert!(began.elapsed() < PATIENCE, "waited in vain for {what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn signal(&self, signal: Signal) {
        let child = self.child.as_ref().expect("it runs");
        let pid = Pid::from_raw(i32::try_from(child.id()).expect("a process id")).expect("a process id");
        // One that has ended already is waited for all the same.
        let _ = kill_process(pid, signal);
    }
}

/// A ghostlib that is spoken with: a line a message. It is killed when this is dropped.
pub struct Talk {
    started: Started,
    input: ChildStdin,
    lines: Receiver<String>,
}

impl Talk {
    pub(crate) fn new(mut started: Started) -> Self {
        let (input, output) = started.take_streams();
        let (sender, lines) = channel();
        thread::spawn(move || {
            let lines = BufReader::new(output).lines().map_while(Result::ok);
            for line in lines {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { started, input, lines }
    }

    /// Sends a line.
    ///
    /// # Panics
    /// If it cannot be sent.
    pub fn say(&mut self, line: impl AsRef<[u8]>) {
        self.input.write_all(line.as_ref()).expect("it listens");
        self.input.write_all(b"\n").expect("it listens");
        self.input.flush().expect("it listens");
    }

    /// The next line.
    ///
    /// # Panics
    /// If none comes within two minutes, or it has ended.
    pub fn answer(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("an answer")
    }

    /// Closes its input, and waits for its end. What it said and nobody has taken is its standard output.
    pub fn end(self) -> Ran {
        let Self { started, input, lines } = self;
        drop(input);
        let mut ran = started.wait();
        ran.stdout = lines.iter().map(|line| line + "\n").collect();
        ran
    }

    /// The process.
    pub fn started(&self) -> &Started {
        &self.started
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Ran {
    /// Checks the exit code, and shows the output if it is another one.
    ///
    /// # Panics
    /// If it is another one.
    #[must_use]
    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Standard output and standard error, with the project's folder as `[project]`.
    pub fn redacted(&self) -> String {
        let text = format!("{}{}", self.stdout, self.stderr);
        text.replace(&*self.root.to_string_lossy(), "[project]")
    }
}
