use super::SessionsError;
use crate::complain;
use ghostlib_agent::{Agent, Api, Claude, Codex, ModelAccess, OpenAiAgent, Price, ProgramAgent, Workbench};
use ghostlib_sandbox::Sandbox;
use ghostlib_sandbox::broker::{Auth, Endpoint, Route, Secret};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use walkdir::WalkDir;

/// The key that no agent may see.
pub(super) const KEY: &str = "sk-planted-for-the-sessions-0123456789";

type Make = dyn Fn(ModelAccess) -> Box<dyn Agent> + Send + Sync;

/// An agent in a sandbox.
pub(super) struct Backend {
    /// `codex, bubblewrap`
    pub(super) name: String,
    make: Box<Make>,
    path: &'static str,
    auth: fn(Secret) -> Auth,
}

impl Backend {
    /// The agent, with its model at this address.
    pub(super) fn agent(&self, url: &str) -> Result<Box<dyn Agent>, SessionsError> {
        let endpoint = Endpoint {
            mount: String::new(),
            base_url: format!("{url}{}", self.path),
            routes: Route::of_models(),
            auth: (self.auth)(Secret::new(KEY)?),
        };
        // A dollar for a hundred tokens.
        let price = Price { input: 1e4, cached: None, output: 1e4 };
        let model = Some("scripted".to_owned());
        Ok((self.make)(ModelAccess { model, effort: None, endpoint, price: Some(price), ca_file: None }))
    }
}

/// All agents that there are for a sandbox. Those that are not there are told by name.
pub(super) fn backends(
    sandbox: &Arc<Sandbox>,
    programs: Option<&Path>,
) -> Result<Vec<Backend>, SessionsError> {
    let kind = sandbox.stamp().backend;
    let workbench = Workbench {
        sandbox: Arc::clone(sandbox),
        read: Vec::new(),
        path: "/usr/local/bin:/usr/bin:/bin".into(),
    };
    let mut backends = Vec::new();
    let codex = found("codex", &kind, programs.and_then(|dir| native(dir, "@openai/codex-linux-", "codex")));
    backends.extend(codex.map(|program| Backend {
        name: format!("codex, {kind}"),
        make: of_program(program, Codex, &workbench),
        path: "/v1",
        auth: Auth::Bearer,
    }));
    if kind == "landlock" {
        complain("skipped: claude, landlock: its runtime reads /proc/self/maps, which Landlock cannot open");
    } else {
        let claude = programs.and_then(|dir| native(dir, "@anthropic-ai/claude-code-linux-", "claude"));
        backends.extend(found("claude", &kind, claude).map(|program| Backend {
            name: format!("claude, {kind}"),
            make: of_program(program, Claude::default(), &workbench),
            path: "",
            auth: Auth::XApiKey,
        }));
    }
    backends.extend(own(&kind, &workbench));
    Ok(backends)
}

/// The agent that needs no program, over each API.
fn own(kind: &str, workbench: &Workbench) -> [Backend; 2] {
    [(Api::Chat, "chat"), (Api::Responses, "responses")].map(|(api, name)| {
        let workbench = workbench.clone();
        let window = OpenAiAgent::USUAL_WINDOW;
        let make = move |model| -> Box<dyn Agent> {
            Box::new(OpenAiAgent { api, model, window, checks: None, workbench: workbench.clone() })
        };
        Backend {
            name: format!("openai {name}, {kind}"),
            make: Box::new(make),
            path: "/v1",
            auth: Auth::Bearer,
        }
    })
}

fn of_program<D: ghostlib_agent::Dialect + Clone + 'static>(
    program: PathBuf,
    dialect: D,
    workbench: &Workbench,
) -> Box<Make> {
    let workbench = workbench.clone();
    Box::new(move |model| {
        Box::new(ProgramAgent {
            program: program.clone(),
            files: Vec::new(),
            dialect: dialect.clone(),
            model: Some(model),
            workbench: workbench.clone(),
        })
    })
}

fn found(name: &str, kind: &str, program: Option<PathBuf>) -> Option<PathBuf> {
    if program.is_none() {
        complain(format!("skipped: {name}, {kind}: `--programs` names no folder that has it"));
    }
    program
}

/// A native program that npm has installed.
fn native(dir: &Path, package: &str, name: &str) -> Option<PathBuf> {
    let (scope, beginning) = package.split_once('/')?;
    let platforms = dir.join("node_modules").join(scope).read_dir().ok()?.filter_map(Result::ok);
    let platforms = platforms.filter(|entry| entry.file_name().to_string_lossy().starts_with(beginning));
    platforms
        .flat_map(|entry| WalkDir::new(entry.path()).max_depth(6))
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .find(|path| path.is_file() && path.file_name().is_some_and(|file| file == name))
}
