//! A workspace, a model, and the agent between them.

use ghostlib_agent::{
    Agent, Api, Assignment, CheckFuture, CheckReport, Checks, ModelAccess, OpenAiAgent, Session,
    TrajectoryEvent, Workbench,
};
use ghostlib_model::{Role, SessionBudget, SessionId, Sha256Hex};
use ghostlib_sandbox::broker::{Auth, Endpoint, Models, Route, Secret};
use ghostlib_sandbox::{BackendChoice, CommandLine, Launcher, Sandbox, SandboxRole};
use ghostlib_testkit::model_server::{Asked, ModelServer, Script, Step};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// The key that nobody but the endpoint may see.
pub(crate) const KEY: &str = "sk-planted/key+0123456789";
/// The program by which a sandbox is set up, and its hidden subcommand.
const LAUNCH: (&str, &str) = (env!("CARGO_BIN_EXE_ghostlib-testkit"), "__launch");

pub(crate) const APIS: [Api; 2] = [Api::Responses, Api::Chat];

/// What a session is to be like.
pub(crate) struct Stage {
    pub(crate) api: Api,
    pub(crate) script: Script,
    pub(crate) budget: SessionBudget,
    pub(crate) window: u64,
    pub(crate) model: Option<String>,
    pub(crate) checks: fn(&Workbench) -> Arc<dyn Checks>,
}

/// A session that is over, and what is left of it.
pub(crate) struct Played {
    pub(crate) session: Session,
    pub(crate) asked: Vec<Asked>,
    dir: TempDir,
}

/// Finds a file, and no more.
struct LibraryIsThere;

impl Checks for LibraryIsThere {
    fn check<'a>(&'a self, workspace: &'a Path) -> CheckFuture<'a> {
        let passed = workspace.join("candidate/src/lib.rs").is_file();
        Box::pin(async move { Ok(CheckReport { passed, text: "1 vector".into() }) })
    }
}

/// Many processes are not gone at once.
const ENDLESS: &str = "for n in $(seq 200); do (while :; do echo more >> candidate/log; done) & done; wait";

/// Builds for ever, in the sandbox.
struct NeverDone(Workbench);

impl Checks for NeverDone {
    fn check<'a>(&'a self, workspace: &'a Path) -> CheckFuture<'a> {
        let policy = SandboxRole::Build.policy(workspace);
        let endless = CommandLine::new("/bin/sh").args(["-c", ENDLESS]);
        Box::pin(async move {
            let built = self.0.sandbox.run(&policy, &endless, Vec::new()).await;
            Ok(CheckReport { passed: false, text: format!("{built:?}") })
        })
    }
}

pub(crate) fn never_done(workbench: &Workbench) -> Arc<dyn Checks> {
    Arc::new(NeverDone(workbench.clone()))
}

/// What finishes a session.
pub(crate) fn finish() -> Step {
    Step::call("finish", json!({ "summary": "It is done." }))
}

impl Stage {
    pub(crate) fn new(api: Api, steps: impl IntoIterator<Item = Step>) -> Self {
        let budget = SessionBudget { seconds: Some(60), ..SessionBudget::default() };
        Self {
            api,
            script: Script::new(steps),
            budget,
            window: 100_000,
            model: Some("scripted".into()),
            checks: |_| Arc::new(LibraryIsThere),
        }
    }

    pub(crate) async fn play(self) -> Played {
        let server = ModelServer::start(self.script).await.unwrap();
        let dir = workspace();
        let endpoint = Endpoint {
            mount: String::new(),
            base_url: format!("{}/v1", server.url()),
            routes: Route::of_models(),
            models: Models::default(),
            auth: Auth::Bearer(Secret::new(KEY).unwrap()),
        };
        let model = ModelAccess { model: self.model, effort: None, endpoint, price: None, ca_file: None };
        let workbench = workbench().await;
        let agent = OpenAiAgent {
            api: self.api,
            model,
            window: self.window,
            checks: Some((self.checks)(&workbench)),
            workbench,
        };
        let assignment = Assignment {
            session: SessionId::new("r1-1"),
            role: Role::Implementer,
            workspace: dir.path().join("w"),
            prompt: "Rebuild the library.".into(),
            spec: Sha256Hex::of(b""),
            n_before: 0,
            cargo_home: None,
            budget: self.budget,
        };
        let session = agent.work(&assignment, &|_| {}).await.unwrap();
        Played { session, asked: server.asked(), dir }
    }
}

fn workspace() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("secret.txt"), "a secret").unwrap();
    let workspace = dir.path().join("w");
    fs::create_dir_all(workspace.join("candidate")).unwrap();
    fs::create_dir_all(workspace.join("spec")).unwrap();
    fs::write(workspace.join("spec/SPEC.md"), "# A\n\nIt MUST be.\n").unwrap();
    dir
}

async fn workbench() -> Workbench {
    let launcher = Launcher::new(LAUNCH.0, [LAUNCH.1]);
    let path = std::env::var_os("PATH");
    let sandbox = Sandbox::new(BackendChoice::Auto, launcher, path.as_deref()).await.unwrap();
    Workbench { sandbox: Arc::new(sandbox), read: Vec::new(), path: "/usr/bin:/bin".into() }
}

impl Played {
    /// A path of the workspace, or beside it.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.dir.path().join("w").join(relative)
    }

    pub(crate) fn file(&self, relative: &str) -> String {
        fs::read_to_string(self.path(relative)).unwrap()
    }

    /// The tools that were used: name, what came back, and whether that was an error.
    pub(crate) fn calls(&self) -> Vec<(&str, &str, bool)> {
        let call = |event| match event {
            &TrajectoryEvent::ToolCall { ref tool, ref output, failed, .. } => {
                Some((tool.as_str(), output.as_deref().unwrap_or("none"), failed))
            }
            _ => None,
        };
        self.events().filter_map(call).collect()
    }

    pub(crate) fn events(&self) -> impl Iterator<Item = &TrajectoryEvent> {
        self.session.trajectory.lines.iter().map(|line| &line.event)
    }

    pub(crate) fn notes(&self) -> String {
        self.events()
            .filter_map(|event| if let TrajectoryEvent::Note { text } = event { Some(&**text) } else { None })
            .collect::<Vec<_>>()
            .join("\n")
    }
}
