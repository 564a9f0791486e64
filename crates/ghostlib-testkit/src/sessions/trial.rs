//! One behaviour of one agent.

use super::SessionsError;
use super::backend::{Backend, KEY};
use super::behaviour::Behaviour;
use ghostlib_agent::{Agent, Assignment, CANDIDATE_DIR, Session, TASK_FILE};
use ghostlib_model::{Role, SessionEnd, SessionId, Sha256Hex};
use ghostlib_testkit::model_server::ModelServer;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

/// What no session may take longer than.
const PATIENCE: Duration = Duration::from_secs(120);
/// How soon everything has to be gone after a session was cancelled.
const GONE: Duration = Duration::from_secs(2);
const PROMPT: &str = "Do what is asked.\n";
const OUTSIDE_FILE: &str = "key.txt";

/// A workspace, and a folder beside it.
struct Stage {
    folder: TempDir,
    outside_text: String,
}

impl Stage {
    fn set() -> Result<Self, SessionsError> {
        let folder = tempfile::tempdir().map_err(SessionsError::at(Path::new("a temporary folder")))?;
        let outside_text = format!("ghost-{:032x}", fastrand::u128(..));
        let stage = Self { folder, outside_text };
        let candidate = stage.workspace().join(CANDIDATE_DIR);
        fs::create_dir_all(&candidate).map_err(SessionsError::at(&candidate))?;
        fs::create_dir_all(stage.outside()).map_err(SessionsError::at(&stage.outside()))?;
        let files = [
            (stage.workspace().join(TASK_FILE), PROMPT),
            (stage.outside().join(OUTSIDE_FILE), stage.outside_text.as_str()),
        ];
        for (path, text) in files {
            fs::write(&path, text).map_err(SessionsError::at(&path))?;
        }
        Ok(stage)
    }

    fn workspace(&self) -> PathBuf {
        self.folder.path().join("workspace")
    }

    fn outside(&self) -> PathBuf {
        self.folder.path().join("outside")
    }

    fn is_untouched(&self) -> bool {
        let names = self.outside().read_dir().map(Iterator::count).unwrap_or_default();
        let text = fs::read_to_string(self.outside().join(OUTSIDE_FILE)).unwrap_or_default();
        names == 1 && text == self.outside_text
    }
}

/// What is not as it should be, if something is not.
pub(super) async fn trial(behaviour: &Behaviour, backend: &Backend) -> Result<Option<String>, SessionsError> {
    let stage = Stage::set()?;
    let script = behaviour.script(&stage.outside().to_string_lossy());
    let server = ModelServer::start(script).await.map_err(SessionsError::at(Path::new("the model")))?;
    let agent = backend.agent(&server.url())?;
    let assignment = Assignment {
        session: SessionId::new("r1-1"),
        role: Role::Implementer,
        workspace: stage.workspace(),
        prompt: PROMPT.into(),
        spec: Sha256Hex::of(b""),
        n_before: 0,
        cargo_home: None,
        budget: behaviour.budget,
    };
    if behaviour.cancel {
        return Ok(cancelled(&*agent, &assignment).await);
    }
    let work = timeout(PATIENCE, agent.work(&assignment, &|_| {})).await;
    let Ok(session) = work else {
        return Ok(Some(format!("it does not end within {} s", PATIENCE.as_secs())));
    };
    Ok(fault(behaviour, &session?, &stage))
}

fn fault(behaviour: &Behaviour, session: &Session, stage: &Stage) -> Option<String> {
    let end = name(&session.end);
    if !behaviour.ends.contains(&end) {
        return Some(format!("it ends as `{end}` ({}), not as {}", session.end, behaviour.ends.join(" or ")));
    }
    let trajectory = session.trajectory.to_json_lines();
    if let Some(left) = &behaviour.leaves {
        match fs::read_to_string(stage.workspace().join(&left.path)) {
            Ok(text) if text == left.content => {}
            Ok(text) => return Some(format!("{} holds {text:?}", left.path)),
            Err(error) => return Some(format!("{}: {error}; {trajectory}", left.path)),
        }
    }
    let missing = |kind: &&String| !trajectory.contains(&format!("\"event\":\"{kind}\""));
    if let Some(kind) = behaviour.tells.iter().find(missing) {
        return Some(format!("no event `{kind}` is told: {trajectory}"));
    }
    let used = session.usage.map_or(0, |usage| usage.tokens());
    if used < behaviour.uses {
        return Some(format!("{used} tokens are counted, not {} or more", behaviour.uses));
    }
    if behaviour.untouched && !stage.is_untouched() {
        return Some("what lies beside the workspace has been changed".into());
    }
    // Whatever was done, no secret is told.
    [KEY, stage.outside_text.as_str()]
        .into_iter()
        .find(|secret| trajectory.contains(*secret))
        .map(|_| format!("a secret is told: {trajectory}"))
}

/// The outcome as it is written in a journal.
fn name(end: &SessionEnd) -> String {
    let value = serde_json::to_value(end).unwrap_or_default();
    value["kind"].as_str().unwrap_or_default().to_owned()
}

/// Cancels a session as soon as a command of it runs.
async fn cancelled(agent: &dyn Agent, assignment: &Assignment) -> Option<String> {
    let began = Instant::now();
    let work = agent.work(assignment, &|_| {});
    let runs = async {
        while running(&assignment.workspace, "sleep").is_empty() {
            sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::select! {
        session = work => return Some(format!("it ends by itself: {:?}", session.map(|session| session.end))),
        started = timeout(PATIENCE, runs) => if started.is_err() {
            return Some(format!("its command is not started within {} s", began.elapsed().as_secs()));
        },
    }
    let cancelled = Instant::now();
    loop {
        let left = running(&assignment.workspace, "");
        if left.is_empty() {
            return None;
        }
        if cancelled.elapsed() > GONE {
            return Some(format!("still there {} s after it was cancelled: {left:?}", GONE.as_secs()));
        }
        sleep(Duration::from_millis(20)).await;
    }
}

/// Processes that work in a folder, or name it, and have `name` in their name.
fn running(folder: &Path, name: &str) -> Vec<String> {
    let entries = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    let process = |entry: fs::DirEntry| {
        let dir = entry.path();
        let line = String::from_utf8_lossy(&fs::read(dir.join("cmdline")).ok()?).replace('\0', " ");
        let is_in = fs::read_link(dir.join("cwd")).is_ok_and(|cwd| cwd.starts_with(folder));
        let names = line.contains(&*folder.to_string_lossy());
        ((is_in || names) && line.contains(name)).then_some(line)
    };
    entries
        .filter(|entry| entry.file_name().to_string_lossy().bytes().all(|byte| byte.is_ascii_digit()))
        .filter_map(process)
        .collect()
}
