//! The programs that people have, against a scripted model.
//!
//! They come from npm into `target/tmp/acp-clients`, or are taken from `NPM_AGENTS`, a folder where
//! `npm install` was run. Where there is neither, these tests say that they are skipped.

use super::stage::{Played, Stage};
use ghostlib_agent::{AcpSetup, Credential, FileChangeKind, ModelAccess, TrajectoryEvent};
use ghostlib_model::SessionEnd;
use ghostlib_sandbox::broker::{Auth, Endpoint, Models, Route, Secret};
use ghostlib_sandbox::{BackendChoice, CommandLine, host};
use ghostlib_testkit::model_server::{Asked, ModelServer, Script, Step};
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};
use tokio::sync::OnceCell;

/// The key that nobody but the endpoint may see.
const KEY: &str = "sk-planted/key+0123456789";
const PACKAGES: [&str; 3] = [
    "@agentclientprotocol/codex-acp@2.6.0",
    "@agentclientprotocol/claude-agent-acp@0.49.0",
    "opencode-ai@1.18.33",
];
const BACKENDS: [BackendChoice; 2] = [BackendChoice::Bubblewrap, BackendChoice::Landlock];
/// Programs that are built with Bun abort in a sandbox of Landlock alone.
const BACKENDS_OF_BUN: [BackendChoice; 1] = [BackendChoice::Bubblewrap];

/// A program of npm.
struct Client {
    /// Below `node_modules`.
    program: &'static str,
    args: &'static [&'static str],
    setup: AcpSetup,
    /// What the paths of its API begin with, at its endpoint.
    base: &'static str,
}

/// What a client tells of what it did.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tells {
    Commands,
    FilesToo,
}

const CODEX: Client = Client {
    program: "@agentclientprotocol/codex-acp/dist/index.js",
    args: &[],
    setup: AcpSetup::Codex,
    base: "/v1",
};
const CLAUDE: Client = Client {
    program: "@agentclientprotocol/claude-agent-acp/dist/index.js",
    args: &[],
    setup: AcpSetup::Claude(Credential::ApiKey),
    base: "",
};
const OPENCODE: Client = Client {
    program: "opencode-ai/bin/opencode.exe",
    args: &["acp"],
    setup: AcpSetup::Opencode,
    base: "/v1",
};

/// What a client did, and what its model was asked.
struct Done {
    played: Played,
    asked: Vec<Asked>,
}

impl Client {
    /// Plays a script with it; nothing, where it cannot be had.
    #[expect(clippy::print_stdout, reason = "a test that is skipped must be seen to be")]
    async fn play(&self, test: &str, backend: BackendChoice, steps: Vec<Step>) -> Option<Done> {
        let Some(packages) = packages().await else {
            println!("skipped: {test}: npm, or one of its packages, cannot be had");
            return None;
        };
        let server = ModelServer::start(Script::new(steps)).await.unwrap();
        let endpoint = Endpoint {
            mount: String::new(),
            base_url: format!("{}{}", server.url(), self.base),
            routes: Route::of_models(),
            models: Models::default(),
            auth: Auth::Bearer(Secret::new(KEY).unwrap()),
        };
        let model = Some("scripted".into());
        let model = ModelAccess { model, effort: None, endpoint, price: None, ca_file: None };
        let node = which("node")?;
        let mut stage = Stage::new(packages.join(self.program), self.args);
        stage.path = format!("{}:{}", node.display(), stage.path);
        stage.files = vec![packages, node];
        (stage.setup, stage.model, stage.backend) = (self.setup, Some(model), backend);
        let played = stage.play().await;
        Some(Done { played, asked: server.asked() })
    }

    /// It writes a file, runs a command that sees it, and says so.
    async fn works(&self, test: &str, tells: Tells, backends: &[BackendChoice]) {
        for &backend in backends {
            let steps = vec![
                Step::write("candidate/lib.rs", "fn it() {}\n"),
                Step::run("cat candidate/lib.rs > seen.txt; env > env.txt; echo ran-$((40 + 2))"),
                Step::say("It is done."),
            ];
            let Some(Done { played, asked }) = self.play(test, backend, steps).await else { return };
            assert_eq!(played.session.end, SessionEnd::Done, "{backend:?}: {played}\n{asked:?}");
            assert_eq!(played.file("candidate/lib.rs"), "fn it() {}\n");
            assert_eq!(played.file("seen.txt"), "fn it() {}\n");
            assert!(!played.file("env.txt").contains(KEY));
            let usage = played.session.usage.unwrap();
            assert_eq!((usage.input, usage.output), (100 * usage.turns, 20 * usage.turns));
            assert!(usage.turns >= 3, "{usage:?}");
            let events = played.events();
            let ran = |event: &&TrajectoryEvent| matches!(event, TrajectoryEvent::ToolCall { output: Some(output), failed: false, .. } if output.contains("ran-42"));
            assert!(events.iter().any(ran), "{played}");
            let changed = |event: &&TrajectoryEvent| matches!(event, TrajectoryEvent::FileChange { path, change: FileChangeKind::Added } if path.ends_with("candidate/lib.rs"));
            assert!(tells == Tells::Commands || events.iter().any(changed), "{played}");
            let said = TrajectoryEvent::Text { from: "message".into(), text: "It is done.".into() };
            assert!(events.contains(&&said), "{played}");
        }
    }

    /// Its model refuses the key.
    async fn is_refused(&self, test: &str) {
        let steps = vec![Step::Status { code: 401, message: None, retry_after: None, times: None }];
        let Some(Done { played, asked }) = self.play(test, BackendChoice::Auto, steps).await else { return };
        assert!(matches!(played.session.end, SessionEnd::Refused(_)), "{played}\n{} requests", asked.len());
    }
}

#[tokio::test]
#[ignore = "takes npm and its registry; `.ci/run` runs it"]
async fn the_adapter_of_codex_writes_and_runs() {
    CODEX.works("the_adapter_of_codex_writes_and_runs", Tells::Commands, &BACKENDS).await;
}

#[tokio::test]
#[ignore = "takes npm and its registry; `.ci/run` runs it"]
async fn the_adapter_of_claude_code_writes_and_runs() {
    CLAUDE.works("the_adapter_of_claude_code_writes_and_runs", Tells::FilesToo, &BACKENDS_OF_BUN).await;
}

#[tokio::test]
#[ignore = "takes npm and its registry; `.ci/run` runs it"]
async fn opencode_writes_and_runs() {
    OPENCODE.works("opencode_writes_and_runs", Tells::Commands, &BACKENDS_OF_BUN).await;
}

#[tokio::test]
#[ignore = "takes npm and its registry; `.ci/run` runs it"]
async fn a_wrong_key_of_codex_is_told_as_a_refusal() {
    CODEX.is_refused("a_wrong_key_of_codex_is_told_as_a_refusal").await;
}

#[tokio::test]
#[ignore = "takes npm and its registry; `.ci/run` runs it"]
async fn a_wrong_key_of_claude_code_is_told_as_a_refusal() {
    CLAUDE.is_refused("a_wrong_key_of_claude_code_is_told_as_a_refusal").await;
}

/// The folder `node_modules`.
async fn packages() -> Option<PathBuf> {
    static INSTALLED: OnceCell<Option<PathBuf>> = OnceCell::const_new();
    let given = env::var_os("NPM_AGENTS").map(|dir| PathBuf::from(dir).join("node_modules"));
    match given {
        Some(dir) => Some(dir),
        None => INSTALLED.get_or_init(install).await.clone(),
    }
}

async fn install() -> Option<PathBuf> {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("acp-clients");
    fs::create_dir_all(&dir).unwrap();
    let npm = CommandLine::new("npm").args(["install", "--no-audit", "--no-fund"]);
    let installed = host::run(&npm.args(PACKAGES), &dir, &[], Duration::from_secs(500)).await.ok()?;
    installed.end.is_success().then(|| dir.join("node_modules"))
}

/// The folder of a program on the `PATH`.
fn which(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let found = env::split_paths(&path).map(|dir| dir.join(program)).find(|file| file.is_file())?;
    found.canonicalize().ok()?.parent().map(Path::to_owned)
}
