use super::answers::{self, Refusal};
use super::tools::{self, ClaimTask, GiveUp, OfTask, PushBack, ReadTask, RemoveFile, WriteFile};
use crate::args::SandboxChoice;
use crate::commands::task::checks;
use crate::console::warn;
use ghostlib_agent::{Checks, Client, TASK_FILE, Task};
use ghostlib_run::VisibleChecks;
use ghostlib_run::store::Project;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, CustomRequest, CustomResult,
    ErrorCode, Implementation, JsonObject, ListToolsResult, PaginatedRequestParams, ServerCapabilities,
    ServerConfig,
};
use rmcp::service::{RequestContext, RoleServer};
use rmcp::{ErrorData, ServerHandler};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::{Mutex, OnceCell};

/// Answers one client.
pub(super) struct Server {
    client: Client,
    project: Project,
    sandbox: SandboxChoice,
    /// What checks, found when it is first needed.
    checks: OnceCell<VisibleChecks>,
    /// Held while something is checked: one build at a time.
    checking: Arc<Mutex<()>>,
    /// Held by every other call: those of one client are made one after the other.
    turn: Mutex<()>,
}

/// The methods that are answered, and refused with other parameters than theirs.
const METHODS: [&str; 4] = ["initialize", "ping", "tools/list", "tools/call"];

impl Server {
    pub(super) fn new(client: Client, project: Project, sandbox: SandboxChoice) -> Self {
        Self {
            client,
            project,
            sandbox,
            checks: OnceCell::new(),
            checking: Arc::default(),
            turn: Mutex::new(()),
        }
    }

    /// Held while something is checked.
    pub(super) fn checking(&self) -> Arc<Mutex<()>> {
        Arc::clone(&self.checking)
    }

    /// What a tool answers; nothing, if there is none of this name.
    async fn call(&self, name: &str, arguments: JsonObject, caller: &str) -> Option<Result<String, Refusal>> {
        if name == "check_task" {
            return Some(match parsed(arguments) {
                Ok(args) => self.check(&args).await,
                Err(refusal) => Err(refusal),
            });
        }
        let _turn = self.turn.lock().await;
        Some(match name {
            "list_tasks" => self.list(),
            "claim_task" => parsed(arguments).and_then(|args| self.claim(&args, caller)),
            "read_task" => parsed(arguments).and_then(|args| self.read(&args)),
            "write_file" => parsed(arguments).and_then(|args| self.write(&args)),
            "remove_file" => parsed(arguments).and_then(|args| self.remove(&args)),
            "push_back" => parsed(arguments).and_then(|args| self.push_back(&args)),
            "submit_task" => parsed(arguments).and_then(|args| self.submit(&args)),
            "give_up" => parsed(arguments).and_then(|args| self.give_up(&args)),
            _ => return None,
        })
    }

    fn list(&self) -> Result<String, Refusal> {
        Ok(answers::list(&self.client.list()?))
    }

    fn claim(&self, args: &ClaimTask, caller: &str) -> Result<String, Refusal> {
        let name = args.name.as_deref().map(str::trim).filter(|name| !name.is_empty()).unwrap_or(caller);
        let Task { id, workspace, .. } = self.client.claim(&args.id, name)?;
        Ok(format!(
            "{id} is yours. Read it with read_task. Its folder is {}; what you write goes into candidate/ there.",
            workspace.display()
        ))
    }

    fn read(&self, args: &ReadTask) -> Result<String, Refusal> {
        let workspace = self.client.readable(&args.id)?;
        let Some(path) = &args.path else {
            return Ok(answers::overview(&workspace.read(TASK_FILE)?, &workspace.files()?));
        };
        Ok(answers::page(&workspace.read(path)?, args.from_line.unwrap_or(1)))
    }

    fn write(&self, args: &WriteFile) -> Result<String, Refusal> {
        self.client.writable(&args.id)?.write(&args.path, &args.content)?;
        Ok(format!("{} has {} bytes.", args.path, args.content.len()))
    }

    fn remove(&self, args: &RemoveFile) -> Result<String, Refusal> {
        self.client.writable(&args.id)?.remove(&args.path)?;
        Ok(format!("{} is removed.", args.path))
    }

    async fn check(&self, args: &OfTask) -> Result<String, Refusal> {
        self.client.writable(&args.id)?;
        let _checking = self.checking.lock().await;
        let cannot = |reason: String| {
            // What lacks here may name what the agent must not see: it goes to whoever reads the server's log.
            warn(format!("{}: {reason}", args.id));
            Refusal::new(
                "the check cannot be made on this machine",
                "ask the user to look at the log of this server",
            )
        };
        let checks = self.checks.get_or_try_init(|| checks(&self.project, self.sandbox)).await;
        let checks = checks.map_err(|error| cannot(error.message().to_owned()))?;
        let workspace = self.project.workspaces().join(&args.id);
        let report = checks.check(&workspace).await.map_err(|error| cannot(error.to_string()))?;
        let next = if report.passed {
            "If the rest of the spec is done too: submit_task."
        } else {
            "Mend it, and check again."
        };
        Ok(format!("{}\n\n{next}", report.text))
    }

    fn push_back(&self, args: &PushBack) -> Result<String, Refusal> {
        self.client.writable(&args.id)?.push_back(&args.requirement, &args.reason)?;
        Ok("It is noted beside the task. Go on with the reading that you think was meant.".into())
    }

    fn submit(&self, args: &OfTask) -> Result<String, Refusal> {
        self.client.submit(&args.id)?;
        Ok(format!("{} is done. It is built and compared now; nothing more is needed of you.", args.id))
    }

    fn give_up(&self, args: &GiveUp) -> Result<String, Refusal> {
        self.client.give_up(&args.id, &args.reason)?;
        Ok(format!("{} is given up.", args.id))
    }
}

fn parsed<T: DeserializeOwned>(arguments: JsonObject) -> Result<T, Refusal> {
    serde_json::from_value(Value::Object(arguments)).map_err(|error| {
        Refusal::new(
            &format!("the arguments do not fit: {error}"),
            "call it again with those that its schema names",
        )
    })
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("ghostlib", env!("CARGO_PKG_VERSION")))
            .with_instructions(tools::INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::all()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let caller = context.client_info().map(|client| format!("{} {}", client.name, client.version));
        let caller = caller.unwrap_or_default();
        let arguments = request.arguments.unwrap_or_default();
        let answered = tokio::select! {
            answered = self.call(&request.name, arguments, &caller) => answered,
            () = context.ct.cancelled() => Some(Err(Refusal::new("it was cancelled", "call it again"))),
        };
        let Some(answered) = answered else {
            return Err(ErrorData::invalid_params(format!("there is no tool `{}`", request.name), None));
        };
        Ok(match answered {
            Ok(text) => CallToolResult::success(vec![ContentBlock::text(text)]),
            Err(refusal) => CallToolResult::error(vec![ContentBlock::text(refusal.to_string())]),
        }
        .into())
    }

    async fn on_custom_request(
        &self,
        request: CustomRequest,
        _: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        // What does not have the parameters of a method arrives as one that is not known.
        if METHODS.contains(&&*request.method) {
            return Err(ErrorData::invalid_params(
                format!("the parameters are not those of {}", request.method),
                None,
            ));
        }
        Err(ErrorData::new(
            ErrorCode::METHOD_NOT_FOUND,
            format!("there is no method `{}`", request.method),
            None,
        ))
    }
}
