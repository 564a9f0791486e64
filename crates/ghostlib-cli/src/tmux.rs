//! A window of tmux for each session, in which `ghostlib attach` shows it.

use crate::console::warn;
use crate::environment::{find_program, own_program, variable};
use crate::error::CliError;
use ghostlib_run::store::Project;
use ghostlib_sandbox::{CommandLine, host};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;

/// The session of tmux that has the windows.
const SESSION: &str = "ghostlib";
/// How long tmux may take.
const WALL: Duration = Duration::from_secs(10);

/// A tmux that is installed, and what it shows.
pub(crate) struct Tmux {
    program: PathBuf,
    ghostlib: PathBuf,
    root: PathBuf,
    shown: Mutex<BTreeSet<String>>,
}

impl Tmux {
    /// The tmux of this machine, for the sessions of a project.
    pub(crate) fn find(project: &Project) -> Result<Self, CliError> {
        let program = find_program("tmux").ok_or_else(|| {
            CliError::environment("there is no tmux")
                .hint("install tmux, or watch with `ghostlib attach` in another terminal")
        })?;
        let root = project.root().to_owned();
        Ok(Self { program, ghostlib: own_program()?, root, shown: Mutex::default() })
    }

    /// Shows a session in a window, unless one shows it already. A run does not depend on that.
    pub(crate) fn show(&self, session: &str) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if !shown.insert(session.to_owned()) {
            return;
        }
        let opened = tokio::task::block_in_place(|| Handle::current().block_on(self.open(session)));
        match opened {
            Err(reason) => {
                warn(format!(
                    "no window for session {session}: {reason}; `ghostlib attach {session}` shows it"
                ));
            }
            Ok(()) => warn(format!("watch session {session}: {}", how_to_attach())),
        }
    }

    /// Opens a window that stays when its program is over, and only then starts the program.
    async fn open(&self, session: &str) -> Result<(), String> {
        const PLACEHOLDER: &str = "cat";
        let window = ["-d", "-P", "-F", "#{window_id}", "-n", session];
        let first = [&["new-session", "-s", SESSION][..], &window, &[PLACEHOLDER]].concat();
        let another = [&["new-window", "-t", "=ghostlib:"][..], &window, &[PLACEHOLDER]].concat();
        let opened = match self.run(&first).await {
            Ok(id) => id,
            Err(_there_already) => self.run(&another).await?,
        };
        let id = opened.trim();
        let (root, ghostlib) = (self.root.to_string_lossy(), self.ghostlib.to_string_lossy());
        let stays = ["set-option", "-w", "-t", id, "remain-on-exit", "on", ";"];
        let starts = ["respawn-window", "-k", "-t", id, "-c", &root, &ghostlib, "attach", session];
        self.run(&[&stays[..], &starts].concat()).await.map(drop)
    }

    /// What a command of tmux prints.
    async fn run(&self, args: &[&str]) -> Result<String, String> {
        let command = CommandLine::new(&self.program).args(args);
        let finished = host::run(&command, &self.root, &[], WALL).await.map_err(|error| error.to_string())?;
        if !finished.end.is_success() {
            let said = String::from_utf8_lossy(&finished.stderr);
            return Err(format!("tmux, {}: {}", finished.end, said.trim()));
        }
        Ok(String::from_utf8_lossy(&finished.stdout).into_owned())
    }
}

/// What leads to the windows from the terminal that ghostlib runs in.
fn how_to_attach() -> String {
    let verb = if variable("TMUX").is_some() { "switch-client" } else { "attach" };
    format!("tmux {verb} -t {SESSION}")
}
