use ghostlib_sandbox::{
    BackendChoice, CommandLine, Finished, Launcher, Limits, Network, ProcessEnd, Sandbox, SandboxError,
    SandboxPolicy, SandboxRole, host,
};
use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Makes each function `async fn name(sandbox: &Sandbox)` a test a backend.
macro_rules! on_every_backend {
    ($($name:ident),* $(,)?) => {
        mod landlock {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(&crate::support::landlock().await).await;
            })*
        }
        mod bubblewrap {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                if let Some(sandbox) = crate::support::bubblewrap(concat!(module_path!(), "::", stringify!($name))).await {
                    super::$name(&sandbox).await;
                }
            })*
        }
    };
}
pub(crate) use on_every_backend;

pub(crate) fn launcher() -> Launcher {
    Launcher::new(env!("CARGO_BIN_EXE_ghostlib-sandbox-launch"), [""; 0])
}

pub(crate) async fn landlock() -> Sandbox {
    Sandbox::new(BackendChoice::Landlock, launcher(), None).await.unwrap()
}

/// Nothing, and a line that says so, where bubblewrap is missing.
#[expect(clippy::print_stdout, reason = "a test that is skipped must be seen to be")]
pub(crate) async fn bubblewrap(test: &str) -> Option<Sandbox> {
    let path = env::var_os("PATH");
    match Sandbox::new(BackendChoice::Bubblewrap, launcher(), path.as_deref()).await {
        Ok(sandbox) => Some(sandbox),
        Err(error @ SandboxError::Unavailable { .. }) => {
            println!("skipped {test}: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// A workspace, and a policy that allows nothing else.
pub(crate) struct Workspace {
    pub(crate) folder: TempDir,
    pub(crate) policy: SandboxPolicy,
}

impl Workspace {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let policy = SandboxPolicy {
            role: SandboxRole::Test,
            read: Vec::new(),
            write: vec![folder.path().into()],
            env: BTreeMap::from([("PATH".into(), "/usr/bin:/bin".into())]),
            dir: folder.path().into(),
            network: Network::None,
            limits: Limits { wall: Duration::from_secs(30), ..Limits::default() },
        };
        Self { folder, policy }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) async fn shell(&self, sandbox: &Sandbox, script: &str) -> Finished {
        sandbox.run(&self.policy, &shell(script), Vec::new()).await.unwrap()
    }

    /// Runs one function of [`crate::payload`] inside.
    pub(crate) async fn payload(&mut self, sandbox: &Sandbox, function: &str) -> Finished {
        let program = env::current_exe().unwrap();
        self.policy.read.push(program.clone());
        sandbox.run(&self.policy, &payload(program, function), Vec::new()).await.unwrap()
    }
}

pub(crate) fn shell(script: &str) -> CommandLine {
    CommandLine::new("bash").args(["-c", script])
}

pub(crate) fn payload(program: PathBuf, function: &str) -> CommandLine {
    let test = format!("payload::{function}");
    CommandLine::new(program).args(["--exact", &test, "--ignored", "--nocapture", "--test-threads", "1"])
}

/// The same in no sandbox, to show that what fails inside is possible outside.
pub(crate) async fn outside(command: &CommandLine) -> Finished {
    host::run(command, Path::new("/"), &[], Duration::from_secs(30)).await.unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
pub(crate) fn assert_ok(finished: &Finished) {
    assert_eq!(finished.end, ProcessEnd::Exited(0), "{}\n{}", text(&finished.stdout), text(&finished.stderr));
}

#[track_caller]
pub(crate) fn assert_fails(finished: &Finished) {
    let code = if let ProcessEnd::Exited(code) = finished.end { code } else { 0 };
    assert_ne!(code, 0, "{}: {}", finished.end, text(&finished.stdout));
}

/// A number of seconds to sleep that no other process sleeps: it marks a process in `/proc`. Should one ever
/// escape, it is gone after five minutes.
pub(crate) fn marker() -> String {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    format!("300.{:07}{count:04}", std::process::id())
}

/// The processes that have `marker` as one of their arguments.
pub(crate) fn marked(marker: &str) -> Vec<i32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let is_marked = |path: PathBuf| {
        let line = std::fs::read(path.join("cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|argument| argument == marker.as_bytes())
    };
    let found = entries.filter(|entry| is_marked(entry.path()));
    found.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// How many there are.
pub(crate) fn n_marked(marker: &str) -> usize {
    marked(marker).len()
}

/// Waits until there are `n` processes with that marker.
pub(crate) async fn until_marked(n: usize, marker: &str) {
    let patience = Instant::now() + Duration::from_secs(15);
    while n_marked(marker) != n {
        assert!(Instant::now() < patience, "{} processes instead of {n}", n_marked(marker));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
