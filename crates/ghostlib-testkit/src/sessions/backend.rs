use super::SessionsError;
use crate::complain;
use ghostlib_agent::{
    Acp, AcpSetup, Agent, Api, Claude, Codex, Credential, Dialect, ModelAccess, OpenAiAgent, Price,
    ProgramAgent, Workbench, native_program,
};
use ghostlib_sandbox::Sandbox;
use ghostlib_sandbox::broker::{Auth, Endpoint, Models, Route, Secret};
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
            models: Models::default(),
            auth: (self.auth)(Secret::new(KEY)?),
        };
        // A dollar for a hundred tokens.
        let price = Price { input: 1e4, cached: None, output: 1e4 };
        let model = Some("scripted".to_owned());
        Ok((self.make)(ModelAccess { model, effort: None, endpoint, price: Some(price), ca_file: None }))
    }
}

/// All agents that there are for a sandbox. Those that are not there are told by name.
pub(super) fn backends(sandbox: &Arc<Sandbox>, programs: Option<&Path>) -> Vec<Backend> {
    let kind = sandbox.stamp().backend;
    let workbench = Workbench {
        sandbox: Arc::clone(sandbox),
        read: Vec::new(),
        path: "/usr/local/bin:/usr/bin:/bin".into(),
    };
    let mut backends: Vec<Backend> =
        [Api::Responses, Api::Chat].map(|api| built_in(api, &kind, &workbench)).into();
    for client in CLIENTS {
        let name = format!("{}, {kind}", client.name);
        if kind == "landlock" && client.is_of_bun {
            complain(format!(
                "skipped: {name}: its runtime reads /proc/self/maps, which Landlock cannot open"
            ));
            continue;
        }
        match programs.and_then(|dir| (client.find)(dir)) {
            Some(program) => backends.push(client.backend(name, program, &workbench)),
            None => complain(format!("skipped: {name}: `--programs` names no folder that has it")),
        }
    }
    backends
}

/// The tool loop of ghostlib itself.
fn built_in(api: Api, kind: &str, workbench: &Workbench) -> Backend {
    let name = match api {
        Api::Responses => "openai, responses",
        Api::Chat => "openai, chat",
    };
    let workbench = workbench.clone();
    Backend {
        name: format!("{name}, {kind}"),
        make: Box::new(move |model| {
            let window = OpenAiAgent::USUAL_WINDOW;
            Box::new(OpenAiAgent { api, model, window, checks: None, workbench: workbench.clone() })
        }),
        path: "/v1",
        auth: Auth::Bearer,
    }
}

/// A program of npm.
struct Client {
    name: &'static str,
    find: fn(&Path) -> Option<PathBuf>,
    /// Whether it was built with Bun.
    is_of_bun: bool,
    path: &'static str,
    auth: fn(Secret) -> Auth,
    make: fn(PathBuf, &Workbench) -> Box<Make>,
}

const CLIENTS: [Client; 4] = [
    Client {
        name: "codex",
        find: |dir| native_program(&dir.join("node_modules"), "@openai/codex", "codex"),
        is_of_bun: false,
        path: "/v1",
        auth: Auth::Bearer,
        make: |program, workbench| of_program(program, Codex, workbench),
    },
    Client {
        name: "claude",
        find: |dir| native_program(&dir.join("node_modules"), "@anthropic-ai/claude-code", "claude"),
        is_of_bun: true,
        path: "",
        auth: Auth::XApiKey,
        make: |program, workbench| of_program(program, Claude::default(), workbench),
    },
    Client {
        name: "codex-acp",
        find: |dir| script(dir, "@agentclientprotocol/codex-acp/dist/index.js"),
        is_of_bun: false,
        path: "/v1",
        auth: Auth::Bearer,
        make: |program, workbench| of_program(program, acp("codex-acp", AcpSetup::Codex), workbench),
    },
    Client {
        name: "claude-acp",
        find: |dir| script(dir, "@agentclientprotocol/claude-agent-acp/dist/index.js"),
        is_of_bun: true,
        path: "",
        auth: Auth::XApiKey,
        make: |program, workbench| {
            of_program(program, acp("claude-acp", AcpSetup::Claude(Credential::ApiKey)), workbench)
        },
    },
];

impl Client {
    fn backend(&self, name: String, program: PathBuf, workbench: &Workbench) -> Backend {
        Backend { name, make: (self.make)(program, workbench), path: self.path, auth: self.auth }
    }
}

fn acp(name: &str, setup: AcpSetup) -> Acp {
    Acp { name: name.into(), args: Vec::new(), setup }
}

/// An agent that is such a program. A script reads what lies beside it.
fn of_program<D: Dialect + Clone + 'static>(
    program: PathBuf,
    dialect: D,
    workbench: &Workbench,
) -> Box<Make> {
    let workbench = workbench.clone();
    let packages = program.ancestors().find(|dir| dir.ends_with("node_modules")).map(Path::to_owned);
    Box::new(move |model| {
        Box::new(ProgramAgent {
            program: program.clone(),
            files: packages.iter().cloned().collect(),
            dialect: dialect.clone(),
            model: Some(model),
            workbench: workbench.clone(),
        })
    })
}

fn script(dir: &Path, path: &str) -> Option<PathBuf> {
    Some(dir.join("node_modules").join(path)).filter(|path| path.is_file())
}
