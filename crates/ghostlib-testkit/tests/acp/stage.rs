//! A workspace, a sandbox, and an agent in it.

use ghostlib_agent::{
    Acp, AcpSetup, Agent, Assignment, ModelAccess, ProgramAgent, Session, TrajectoryEvent, Workbench,
};
use ghostlib_model::{Role, SessionBudget, SessionId, Sha256Hex};
use ghostlib_sandbox::{BackendChoice, Launcher, Sandbox};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// The program by which a sandbox is set up, and its hidden subcommand. It is also the agent.
pub(crate) const TESTKIT: &str = env!("CARGO_BIN_EXE_ghostlib-testkit");
const LAUNCH: &str = "__launch";

/// What a session is to be like.
pub(crate) struct Stage {
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<String>,
    pub(crate) files: Vec<PathBuf>,
    pub(crate) path: String,
    pub(crate) setup: AcpSetup,
    pub(crate) model: Option<ModelAccess>,
    pub(crate) backend: BackendChoice,
    pub(crate) budget: SessionBudget,
}

/// A session that is over, and what is left of it.
pub(crate) struct Played {
    pub(crate) session: Session,
    dir: TempDir,
}

impl Stage {
    /// A program, with nothing that it could need.
    pub(crate) fn new(program: impl Into<PathBuf>, args: &[&str]) -> Self {
        Self {
            program: program.into(),
            args: args.iter().map(|&arg| arg.to_owned()).collect(),
            files: Vec::new(),
            path: "/usr/bin:/bin".into(),
            setup: AcpSetup::Usual,
            model: None,
            backend: BackendChoice::Auto,
            budget: SessionBudget { seconds: Some(60), ..SessionBudget::default() },
        }
    }

    pub(crate) async fn play(self) -> Played {
        let dir = tempfile::tempdir().unwrap();
        let workspace = dir.path().join("w");
        fs::create_dir_all(workspace.join("candidate")).unwrap();
        let launcher = Launcher::new(TESTKIT, [LAUNCH]);
        let search = std::env::var_os("PATH");
        let sandbox = Sandbox::new(self.backend, launcher, search.as_deref()).await.unwrap();
        let agent = ProgramAgent {
            program: self.program,
            files: self.files,
            dialect: Acp { name: "acp test".into(), args: self.args, setup: self.setup },
            model: self.model,
            workbench: Workbench { sandbox: Arc::new(sandbox), read: Vec::new(), path: self.path },
        };
        let assignment = Assignment {
            session: SessionId::new("r1-1"),
            role: Role::Implementer,
            workspace,
            prompt: "Rebuild the library.".into(),
            spec: Sha256Hex::of(b""),
            n_before: 0,
            cargo_home: None,
            budget: self.budget,
        };
        let session = agent.work(&assignment, &|_| {}).await.unwrap();
        Played { session, dir }
    }
}

impl Played {
    pub(crate) fn file(&self, relative: impl AsRef<Path>) -> String {
        let path = self.dir.path().join("w").join(relative);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}\n{self}", path.display()))
    }

    /// Everything but its beginning and its end.
    pub(crate) fn events(&self) -> Vec<&TrajectoryEvent> {
        let events = self.session.trajectory.lines.iter().map(|line| &line.event);
        let is_inner = |event: &&TrajectoryEvent| {
            !matches!(event, TrajectoryEvent::Started { .. } | TrajectoryEvent::Ended { .. })
        };
        events.filter(is_inner).collect()
    }
}

impl std::fmt::Display for Played {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.session.trajectory.to_json_lines())
    }
}
