use crate::trajectory::Recorder;
use crate::{Agent, AgentError, Assignment, Session, SessionFuture, TASK_FILE};
use ghostlib_model::{AgentStamp, SessionEnd};
use ghostlib_sandbox::{CommandLine, Finished, Limits, ProcessEnd, Sandbox, SandboxPolicy, SandboxRole};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

/// Any program as an agent. It runs in the sandbox, with its workspace to write, its own folder and the
/// toolchain to read, and no network.
#[derive(Clone, Debug)]
pub struct CommandAgent {
    sandbox: Arc<Sandbox>,
    program: PathBuf,
    args: Vec<String>,
    read: Vec<PathBuf>,
    path_env: String,
}

impl CommandAgent {
    /// An agent that runs `program` with `args`, in which `{prompt_file}` and `{workspace}` stand for the
    /// task's file and the workspace. `read` is what it may read beside its workspace, `path_env` its `PATH`.
    pub fn new(
        sandbox: Arc<Sandbox>,
        program: PathBuf,
        args: Vec<String>,
        read: Vec<PathBuf>,
        path_env: String,
    ) -> Self {
        Self { sandbox, program, args, read, path_env }
    }

    async fn run(&self, assignment: &Assignment) -> Result<Session, AgentError> {
        let home = assignment.workspace.join(".home");
        fs::create_dir_all(&home).map_err(AgentError::at(&home))?;
        let mut recorder = Recorder::start(crate::prompt_hash(&assignment.prompt));
        let policy = self.policy(assignment);
        let finished = self.sandbox.run(&policy, &self.command(assignment), Vec::new()).await?;
        recorder.text("stdout", &finished.stdout);
        recorder.text("stderr", &finished.stderr);
        let end = session_end(&finished);
        let trajectory = recorder.end(end.clone());
        Ok(Session { end, agent: self.stamp(), trajectory, policy: Some(policy.stamp()) })
    }

    fn command(&self, assignment: &Assignment) -> CommandLine {
        let workspace = assignment.workspace.to_string_lossy();
        let prompt_file = assignment.workspace.join(TASK_FILE);
        let expand = |arg: &String| {
            arg.replace("{prompt_file}", &prompt_file.to_string_lossy()).replace("{workspace}", &workspace)
        };
        CommandLine::new(&self.program).args(self.args.iter().map(expand))
    }

    fn policy(&self, assignment: &Assignment) -> SandboxPolicy {
        let home = assignment.workspace.join(".home").to_string_lossy().into_owned();
        let env = [("PATH", self.path_env.clone()), ("HOME", home), ("CARGO_NET_OFFLINE", "true".into())];
        let role = SandboxRole::Implementer;
        SandboxPolicy {
            read: self.read.clone(),
            env: BTreeMap::from(env.map(|(key, value)| (key.to_owned(), value))),
            limits: Limits { wall: assignment.wall.unwrap_or(role.limits().wall), ..role.limits() },
            ..role.policy(&assignment.workspace)
        }
    }
}

impl Agent for CommandAgent {
    fn stamp(&self) -> AgentStamp {
        let program = self.program.file_name().unwrap_or(self.program.as_os_str()).to_string_lossy();
        AgentStamp { name: format!("command {program}"), blindness_enforced: true }
    }

    fn work<'a>(&'a self, assignment: &'a Assignment) -> SessionFuture<'a> {
        Box::pin(self.run(assignment))
    }
}

fn session_end(finished: &Finished) -> SessionEnd {
    let last_words = || {
        let said = String::from_utf8_lossy(&finished.stderr);
        said.lines()
            .rev()
            .map(str::trim)
            .find(|line| !line.is_empty())
            .map_or_else(String::new, |line| format!(": {line}"))
    };
    match finished.end {
        ProcessEnd::Exited(0) => SessionEnd::Done,
        ProcessEnd::TimedOut => SessionEnd::TimedOut(finished.wall.as_secs()),
        end if end.is_limit() => SessionEnd::OverLimit(end.to_string()),
        end => SessionEnd::Crashed(format!("{end}{}", last_words())),
    }
}
