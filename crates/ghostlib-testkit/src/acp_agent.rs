//! An agent of the Agent Client Protocol that does what its name says, and asks no model.

use agent_client_protocol::schema::ProtocolVersion;
use agent_client_protocol::v1::schema::{
    CancelNotification, ContentChunk, Cost, Diff, InitializeRequest, InitializeResponse, NewSessionRequest,
    NewSessionResponse, PermissionOption, PermissionOptionKind, Plan, PlanEntry, PlanEntryPriority,
    PlanEntryStatus, PromptRequest, PromptResponse, ReadTextFileRequest, RequestPermissionOutcome,
    RequestPermissionRequest, SessionId, SessionNotification, SessionUpdate, StopReason, ToolCall,
    ToolCallLocation, ToolCallStatus, ToolCallUpdate, ToolCallUpdateFields, ToolKind, Usage, UsageUpdate,
};
use agent_client_protocol::v1::{ConnectionTo, Responder};
use agent_client_protocol::{
    Agent, Client, Error, Stdio, UntypedMessage, on_receive_notification, on_receive_request,
};
use clap::ValueEnum;
use serde_json::json;
use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::{fs, io};
use tokio::sync::Notify;

/// Speak the Agent Client Protocol over the standard streams, as a test wants it.
#[derive(clap::Args)]
pub(crate) struct AcpAgentArgs {
    /// What it does with its task.
    behaviour: Behaviour,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Behaviour {
    /// Thinks, talks, plans, writes a file, asks for permissions, and ends its turn.
    Works,
    Refuses,
    RunsOutOfTokens,
    RunsOutOfRequests,
    CancelsItself,
    /// Answers the task with an error.
    Fails,
    /// Answers the task with an error of the protocol.
    Misunderstands,
    /// Wants somebody to log in before it opens a session.
    WantsLogin,
    /// Exits in the middle of its turn, with code 3.
    Dies,
    /// Exits in the middle of its turn, with code 0.
    Leaves,
    /// Prints lines that are no messages, and then answers.
    Babbles,
    /// Prints lines that are no messages for ever.
    SpeaksGarbage,
    /// Never does anything, and ends its turn when it is cancelled.
    Waits,
    /// Never does anything.
    IsDeaf,
    /// Asks for the files and the terminal of its client.
    WantsFiles,
}

/// Runs the agent until its input ends.
pub(crate) fn acp_agent(args: &AcpAgentArgs) -> io::Result<ExitCode> {
    let behaviour = args.behaviour;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let served = runtime.block_on(serve(behaviour));
    Ok(if served.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn serve(behaviour: Behaviour) -> Result<(), Error> {
    let cancelled = Arc::new(Notify::new());
    let told = Arc::clone(&cancelled);
    Agent
        .v1()
        .name("testkit")
        .on_receive_request(
            async move |_hello: InitializeRequest, responder: Responder<InitializeResponse>, _connection| {
                if behaviour == Behaviour::SpeaksGarbage {
                    garbage(usize::MAX);
                }
                responder.respond(InitializeResponse::new(ProtocolVersion::V1))
            },
            on_receive_request!(),
        )
        .on_receive_request(
            async move |_new: NewSessionRequest, responder: Responder<NewSessionResponse>, _connection| {
                match behaviour {
                    Behaviour::WantsLogin => responder.respond_with_error(Error::auth_required()),
                    _ => responder.respond(NewSessionResponse::new("the-session")),
                }
            },
            on_receive_request!(),
        )
        .on_receive_request(
            async move |prompt: PromptRequest, responder: Responder<PromptResponse>, connection| {
                let turn = Turn { connection: ConnectionTo::clone(&connection), session: prompt.session_id };
                let cancelled = Arc::clone(&cancelled);
                connection.spawn(async move {
                    match turn.take(behaviour, &cancelled).await {
                        Ok(answer) => responder.respond(answer),
                        Err(error) => responder.respond_with_error(error),
                    }
                })
            },
            on_receive_request!(),
        )
        .on_receive_notification(
            async move |_cancel: CancelNotification, _connection| {
                told.notify_one();
                Ok(())
            },
            on_receive_notification!(),
        )
        .connect_to(Stdio::new())
        .await
}

/// The one turn of a session.
struct Turn {
    connection: ConnectionTo<Client>,
    session: SessionId,
}

impl Turn {
    #[expect(clippy::disallowed_methods, reason = "some behaviours are to go away in the middle of a turn")]
    async fn take(&self, behaviour: Behaviour, cancelled: &Notify) -> Result<PromptResponse, Error> {
        match behaviour {
            Behaviour::Works => self.work().await,
            Behaviour::Refuses => Ok(PromptResponse::new(StopReason::Refusal)),
            Behaviour::RunsOutOfTokens => Ok(PromptResponse::new(StopReason::MaxTokens)),
            Behaviour::RunsOutOfRequests => Ok(PromptResponse::new(StopReason::MaxTurnRequests)),
            Behaviour::CancelsItself => Ok(PromptResponse::new(StopReason::Cancelled)),
            Behaviour::Fails => Err(Error::internal_error().data(json!({ "details": "the model is tired" }))),
            Behaviour::Misunderstands => Err(Error::method_not_found()),
            Behaviour::Dies => {
                crate::complain("it hurts");
                std::process::exit(3)
            }
            Behaviour::Leaves => std::process::exit(0),
            Behaviour::Babbles => {
                garbage(5);
                Ok(PromptResponse::new(StopReason::EndTurn))
            }
            Behaviour::Waits => {
                self.update(SessionUpdate::ToolCall(ToolCall::new("w", "wait for it")))?;
                cancelled.notified().await;
                write("cancelled.txt", "cancelled")?;
                Ok(PromptResponse::new(StopReason::Cancelled))
            }
            Behaviour::WantsFiles => self.want_files().await,
            Behaviour::IsDeaf | Behaviour::SpeaksGarbage | Behaviour::WantsLogin => {
                std::future::pending().await
            }
        }
    }

    async fn work(&self) -> Result<PromptResponse, Error> {
        self.update(SessionUpdate::AgentThoughtChunk(ContentChunk::new("I think.".into())))?;
        for piece in ["I be", "gin."] {
            self.update(SessionUpdate::AgentMessageChunk(ContentChunk::new(piece.into())))?;
        }
        let entry = PlanEntry::new("write it", PlanEntryPriority::High, PlanEntryStatus::InProgress);
        self.update(SessionUpdate::Plan(Plan::new(vec![entry])))?;
        self.connection.send_notification(UntypedMessage::new(
            "session/update",
            json!({ "sessionId": self.session, "update": { "sessionUpdate": "from_the_future", "x": 1 } }),
        )?)?;
        self.write_a_file()?;
        self.run_a_command()?;
        let inside = self.ask("candidate/lib.rs").await?;
        let outside = self.ask("/etc/passwd").await?;
        write("answers.txt", &format!("{inside} {outside}"))?;
        let cost = Cost::new(0.25, "USD");
        self.update(SessionUpdate::UsageUpdate(UsageUpdate::new(10, 100).cost(cost)))?;
        self.update(SessionUpdate::AgentMessageChunk(ContentChunk::new("It is done.".into())))?;
        let usage = Usage::new(120, 80, 20).cached_read_tokens(20);
        Ok(PromptResponse::new(StopReason::EndTurn).usage(usage))
    }

    fn write_a_file(&self) -> Result<(), Error> {
        let input = json!({ "file_path": "candidate/lib.rs" });
        let call = ToolCall::new("1", "Write lib.rs").kind(ToolKind::Edit).raw_input(input);
        self.update(SessionUpdate::ToolCall(call.status(ToolCallStatus::InProgress)))?;
        write("candidate/lib.rs", "fn it() {}\n")?;
        let diff = Diff::new("candidate/lib.rs", "fn it() {}\n");
        let done = ToolCallUpdateFields::new().status(ToolCallStatus::Completed);
        let done = done.content(vec!["written".into(), diff.into()]);
        self.update(SessionUpdate::ToolCallUpdate(ToolCallUpdate::new("1", done)))
    }

    /// As one that would have it shown in a terminal.
    fn run_a_command(&self) -> Result<(), Error> {
        let meta = |value: serde_json::Value| value.as_object().cloned();
        let call = ToolCall::new("2", "Run tests").kind(ToolKind::Execute);
        let call = call.raw_input(json!({ "command": ["cargo", "test"] }));
        self.update(SessionUpdate::ToolCall(call))?;
        for piece in ["one, ", "two"] {
            let shown = meta(json!({ "terminal_output_delta": { "data": piece, "terminal_id": "2" } }));
            let update = ToolCallUpdate::new("2", ToolCallUpdateFields::new()).meta(shown);
            self.update(SessionUpdate::ToolCallUpdate(update))?;
        }
        let done = ToolCallUpdateFields::new().status(ToolCallStatus::Completed);
        let exit = meta(json!({ "terminal_exit": { "exit_code": 1, "terminal_id": "2" } }));
        self.update(SessionUpdate::ToolCallUpdate(ToolCallUpdate::new("2", done).meta(exit)))
    }

    /// Asks for a permission, and tells which option was chosen.
    async fn ask(&self, path: &str) -> Result<String, Error> {
        let fields = ToolCallUpdateFields::new().title(format!("touch {path}"));
        let fields = fields.locations(vec![ToolCallLocation::new(path)]);
        let options = [
            ("always", PermissionOptionKind::AllowAlways),
            ("once", PermissionOptionKind::AllowOnce),
            ("no", PermissionOptionKind::RejectOnce),
        ]
        .map(|(id, kind)| PermissionOption::new(id, id, kind));
        let call = ToolCallUpdate::new("p", fields);
        let request = RequestPermissionRequest::new(self.session.clone(), call, options.into());
        let answer = self.connection.send_request(request).block_task().await?;
        Ok(match answer.outcome {
            RequestPermissionOutcome::Selected(selected) => selected.option_id.to_string(),
            _ => "nothing".into(),
        })
    }

    async fn want_files(&self) -> Result<PromptResponse, Error> {
        let read = ReadTextFileRequest::new(self.session.clone(), "/etc/passwd");
        let read = self.connection.send_request(read).block_task().await;
        let terminal = json!({ "sessionId": self.session, "command": "ls" });
        let terminal = UntypedMessage::new("terminal/create", terminal)?;
        let terminal = self.connection.send_request(terminal).block_task().await;
        let mut answers = String::new();
        for error in [read.err(), terminal.err()] {
            let _never_fails = write!(answers, "{} ", error.map_or(0, |error| error.code.value()));
        }
        write("answers.txt", &answers)?;
        Ok(PromptResponse::new(StopReason::EndTurn))
    }

    fn update(&self, update: SessionUpdate) -> Result<(), Error> {
        self.connection.send_notification(SessionNotification::new(self.session.clone(), update))
    }
}

fn garbage(n_lines: usize) {
    for _ in 0..n_lines {
        crate::say("Welcome to the agent!");
    }
}

fn write(path: &str, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(Error::into_internal_error)
}
