use rustix::process::{Pid, Signal, kill_process};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
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

const PATIENCE: Duration = Duration::from_secs(120);

impl Started {
    pub(crate) fn new(
        program: &Path,
        dir: &Path,
        args: &[&str],
        root: &Path,
        variables: &[(&str, &str)],
    ) -> Self {
        #[expect(clippy::disallowed_methods, reason = "the program under test is started from outside")]
        let mut command = Command::new(program);
        let child = command
            .args(args)
            .current_dir(dir)
            // The settings of whoever runs the tests are not theirs.
            .env("XDG_CONFIG_HOME", root.join("no-settings"))
            // What is compiled once for a toolchain is so for all tests.
            .env("XDG_CACHE_HOME", program.with_file_name("tests-cache"))
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
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
