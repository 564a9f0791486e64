use super::arguments::Arguments;
use crate::{AgentError, Assignment, Workbench};
use ghostlib_sandbox::{CommandLine, Finished, Limits, ProcessEnd, SandboxPolicy, SandboxRole};
use std::fs;
use std::time::Duration;

/// How long a command may take if its caller does not say.
const USUAL_WALL: u64 = 120;
const MAX_WALL: u64 = 900;
/// What a command may write. Far less of it is shown, and one that writes this much is not to go on.
const OUTPUT_BYTES: u64 = 4 << 20;
const HOME_DIR: &str = ".home";
/// One stream, so that errors stand where they came up.
const SCRIPT: &str = "exec 2>&1; exec /bin/sh -c \"$1\"";

/// Runs commands in the sandbox, under the policy of the session's role, with no network.
pub(in crate::openai) struct Shell<'a> {
    workbench: &'a Workbench,
    pub(in crate::openai) policy: SandboxPolicy,
}

impl<'a> Shell<'a> {
    pub(in crate::openai) fn new(
        workbench: &'a Workbench,
        assignment: &Assignment,
    ) -> Result<Self, AgentError> {
        let home = assignment.workspace.join(HOME_DIR);
        fs::create_dir_all(&home).map_err(AgentError::at(&home))?;
        let role = SandboxRole::from(assignment.role);
        let policy = SandboxPolicy {
            read: workbench.readable(assignment),
            env: workbench.variables(assignment, &home),
            limits: Limits { output_bytes: OUTPUT_BYTES, ..role.limits() },
            ..role.policy(&assignment.workspace)
        };
        Ok(Self { workbench, policy })
    }

    pub(super) async fn run(&self, arguments: &Arguments, left: Duration) -> Result<String, String> {
        let command = arguments.text("command")?;
        let seconds = arguments.number("seconds")?.unwrap_or(USUAL_WALL).clamp(1, MAX_WALL);
        let limits = Limits { wall: Duration::from_secs(seconds).min(left), ..self.policy.limits };
        let policy = SandboxPolicy { limits, ..self.policy.clone() };
        let line = CommandLine::new("/bin/sh").args(["-c", SCRIPT, "sh", command]);
        let finished = self.workbench.sandbox.run(&policy, &line, Vec::new()).await;
        let finished = finished.map_err(|error| format!("the command could not be run: {error}"))?;
        let told = told(&finished);
        if finished.end.is_success() { Ok(told) } else { Err(super::bounded(told)) }
    }
}

fn told(finished: &Finished) -> String {
    let output = String::from_utf8_lossy(&finished.stdout);
    let end = match finished.end {
        ProcessEnd::Exited(0) if output.is_empty() => return "It is done, and said nothing.".into(),
        ProcessEnd::Exited(0) => return output.into_owned(),
        end => end,
    };
    format!("{output}\n[{end}]")
}
