//! A session, from its first request to its end.

use super::OpenAiAgent;
use super::client::Client;
use super::context::{Fit, Window};
use super::conversation::{Item, Request, presentable};
use super::error::ModelError;
use super::tools::{FINISH, Shell, Tool, Toolbox};
use super::turn::{Call, Turn};
use super::vigil::{Quiet, Vigil};
use crate::trajectory::{Recorder, TrajectoryEvent, Watcher};
use crate::watch::Watch;
use crate::{Agent, AgentError, Assignment, Session, Workspace};
use backon::{BackoffBuilder, ExponentialBuilder};
use ghostlib_model::SessionEnd;
use ghostlib_sandbox::broker::{Broker, BrokerConfig};
use std::time::Duration;
use tokio::time::sleep;

/// How often a request is tried again.
const MAX_RETRIES: usize = 5;
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// Whoever asks for a longer wait is not waited for here: the whole session may be tried again later.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

const INSTRUCTIONS: &str = include_str!("instructions.md");
const REMINDER: &str =
    "You called no tool. Go on with the work by calling one, or call `finish` if it is done.";

impl OpenAiAgent {
    pub(super) async fn run(
        &self,
        assignment: &Assignment,
        watcher: &Watcher<'_>,
    ) -> Result<Session, AgentError> {
        let broker = Broker::start(&BrokerConfig {
            endpoints: vec![self.model.endpoint("", |model| vec![model.to_owned()])],
            budgets: Watch::broker_budgets(&assignment.budget),
            ca_file: self.model.ca_file.clone(),
        })?;
        let mut recorder = Recorder::start(crate::prompt_hash(&assignment.prompt), watcher);
        recorder.redact(broker.redactor().clone());
        let toolbox = Toolbox {
            assignment,
            workspace: Workspace::open(&assignment.workspace, assignment.role)?,
            shell: Shell::new(&self.workbench, assignment)?,
            checks: self.checks.clone(),
        };
        let policy = toolbox.shell.policy.stamp();
        let vigil = Vigil {
            recorder,
            watch: Watch::new(assignment.budget, Some((&self.model, &broker))),
            wall: assignment.budget.seconds.map_or(toolbox.shell.policy.limits.wall, Duration::from_secs),
        };
        let mut conversation = Conversation {
            agent: self,
            model: self.model.model.clone().unwrap_or_default(),
            client: Client { socket: broker.socket().to_owned() },
            tools: toolbox.tools(),
            toolbox,
            vigil,
            window: Window::new(self.window),
            items: vec![Item::User(assignment.prompt.clone())],
            n_turns: 0,
            n_calls: 0,
        };
        let end = conversation.hold().await.unwrap_or_else(|end| end);
        // What it leaves does not change any more when it is taken over.
        self.workbench.sandbox.settled().await;
        let usage = Some(self.model.usage(&broker.report()));
        let (end, trajectory) = conversation.vigil.recorder.end(end);
        Ok(Session { end, agent: self.stamp(), trajectory, policy: Some(policy), usage })
    }
}

/// A conversation with a model. Whatever ends the session early is the error of its steps.
struct Conversation<'a> {
    agent: &'a OpenAiAgent,
    model: String,
    client: Client,
    toolbox: Toolbox<'a>,
    tools: Vec<Tool>,
    vigil: Vigil<'a>,
    window: Window,
    items: Vec<Item>,
    n_turns: u64,
    n_calls: usize,
}

impl Conversation<'_> {
    async fn hold(&mut self) -> Result<SessionEnd, SessionEnd> {
        self.choose_model().await?;
        let mut is_reminded = false;
        loop {
            let turn = self.turn().await?;
            if !turn.refusal.is_empty() {
                return Ok(SessionEnd::Refused(turn.refusal));
            }
            let calls = turn.calls.clone();
            let shown = presentable(turn, self.n_calls);
            let ids: Vec<String> = shown.calls.iter().map(|call| call.id.clone()).collect();
            self.items.push(Item::Answer(shown));
            if calls.is_empty() {
                if is_reminded {
                    return Ok(self.without_calls());
                }
                self.items.push(Item::User(REMINDER.into()));
                self.vigil.note("the model called no tool, and was reminded");
            }
            is_reminded = calls.is_empty();
            let is_finished = calls.iter().any(|call| call.tool == FINISH);
            for (call, id) in calls.into_iter().zip(ids) {
                self.call(call, id).await?;
            }
            if is_finished {
                return Ok(SessionEnd::Done);
            }
        }
    }

    /// A model that has worked and then only talks thinks that it is done.
    fn without_calls(&self) -> SessionEnd {
        if self.n_calls == 0 {
            SessionEnd::GaveUp("the model called no tool, also when it was reminded".into())
        } else {
            SessionEnd::Done
        }
    }

    async fn choose_model(&mut self) -> Result<(), SessionEnd> {
        if !self.model.is_empty() {
            return Ok(());
        }
        let asked = self.client.models();
        let models = self.vigil.over(asked, Quiet::Counts).await?;
        let Some(model) = models.map_err(|error| error.end())?.into_iter().next() else {
            return Err(SessionEnd::Refused("no model is configured, and the endpoint lists none".into()));
        };
        self.vigil.note(format!("no model is configured: the first that the endpoint lists is `{model}`"));
        self.model = model;
        Ok(())
    }

    fn fit(&mut self) -> Result<(), SessionEnd> {
        let rest = self.rest();
        match self.window.fit(&mut self.items, rest) {
            Fit::AsItIs => Ok(()),
            Fit::LeftOut(n) => {
                let text = format!(
                    "to keep within the model's window, {n} old texts were left out of the conversation"
                );
                self.vigil.note(text);
                Ok(())
            }
            Fit::TooLong => {
                Err(SessionEnd::OutOfBudget(format!("the window of {} tokens", self.agent.window)))
            }
        }
    }

    /// Bytes of a request besides its conversation.
    fn rest(&self) -> usize {
        INSTRUCTIONS.len() + self.tools.iter().map(|tool| tool.schema.to_string().len() + 100).sum::<usize>()
    }

    /// The next answer of the model.
    async fn turn(&mut self) -> Result<Turn, SessionEnd> {
        let turns = self.toolbox.assignment.budget.turns;
        if let Some(turns) = turns.filter(|turns| self.n_turns >= *turns) {
            return Err(SessionEnd::OutOfBudget(format!("{turns} turns")));
        }
        let turn = loop {
            self.fit()?;
            match self.ask().await? {
                Ok(turn) => break turn,
                // It is asked again with less, until there is nothing more to leave out.
                Err(error) if error.is_too_long() => {
                    self.vigil.note(error.to_string());
                    self.window.shrink(&self.items, self.rest());
                }
                Err(error) => return Err(error.end()),
            }
        };
        self.n_turns += 1;
        if let Some(tokens) = turn.tokens {
            self.window.learn(&self.items, self.rest(), tokens.input);
        }
        self.record(&turn);
        Ok(turn)
    }

    /// Asks until there is an answer, or no more hope for one. The outer error is the session's end.
    async fn ask(&mut self) -> Result<Result<Turn, ModelError>, SessionEnd> {
        let api = self.agent.api;
        let body = api.body(&Request {
            model: &self.model,
            effort: self.agent.model.effort.as_deref(),
            instructions: INSTRUCTIONS,
            items: &self.items,
            tools: &self.tools,
        });
        let waits = ExponentialBuilder::default().with_jitter().with_max_times(MAX_RETRIES);
        let mut waits = waits.with_min_delay(FIRST_WAIT).with_max_delay(LONGEST_WAIT).build();
        loop {
            let asked = self.client.ask(api.path(), &body, api.reader());
            let error = match self.vigil.over(asked, Quiet::Counts).await? {
                Ok(turn) => return Ok(Ok(turn)),
                Err(error) => error,
            };
            // What the broker refused for a budget is the budget's end.
            if let Some(end) = self.vigil.look() {
                return Err(end);
            }
            let wait = waits.next().filter(|_| error.is_transient());
            let Some(wait) = wait.and_then(|usual| wait_for(&error, usual)) else { return Ok(Err(error)) };
            self.vigil.note(format!("{error}; it is asked again in {:.1} s", wait.as_secs_f64()));
            self.vigil.over(sleep(wait), Quiet::IsExpected).await?;
        }
    }

    fn record(&mut self, turn: &Turn) {
        if !turn.reasoning.is_empty() {
            self.vigil.recorder.record(TrajectoryEvent::Reasoning { text: turn.reasoning.clone() });
        }
        if turn.is_cut_short {
            self.vigil.note("the endpoint cut this answer off, since it became too long");
        }
        for text in [&turn.text, &turn.refusal] {
            if !text.trim().is_empty() {
                self.vigil.recorder.record(TrajectoryEvent::message(text));
            }
        }
        if let Some(tokens) = turn.tokens {
            let (input, cached, output) = (tokens.input, tokens.cached, tokens.output);
            self.vigil.recorder.record(TrajectoryEvent::Usage { input, cached, output });
        }
    }

    /// Does what a call asks for, and keeps what came of it under the call's id.
    async fn call(&mut self, call: Call, id: String) -> Result<(), SessionEnd> {
        self.n_calls += 1;
        if call.tool == FINISH {
            self.record_call(call, None, false);
            return Ok(());
        }
        let done = self.toolbox.call(&call.tool, &call.arguments, self.vigil.left());
        let done = self.vigil.over(done, Quiet::IsExpected).await;
        let outcome = match done {
            Ok(outcome) => outcome,
            Err(end) => {
                self.record_call(call, None, true);
                return Err(end);
            }
        };
        let (output, change, failed) = match outcome {
            Ok((output, change)) => (output, change, false),
            Err(said) => (said, None, true),
        };
        self.record_call(call, Some(output.clone()), failed);
        if let Some(change) = change {
            self.vigil
                .recorder
                .record(TrajectoryEvent::FileChange { path: change.path, change: change.kind });
        }
        let output = if failed { format!("Error: {output}") } else { output };
        self.items.push(Item::Result { call: id, output });
        Ok(())
    }

    fn record_call(&mut self, call: Call, output: Option<String>, failed: bool) {
        self.vigil.recorder.record(TrajectoryEvent::ToolCall {
            tool: call.tool,
            input: call.arguments,
            output,
            failed,
        });
    }
}

/// How long to wait before asking again: at least as long as the endpoint says. Nothing, if that is too long.
fn wait_for(error: &ModelError, usual: Duration) -> Option<Duration> {
    match error.retry_after() {
        Some(asked) => (asked <= LONGEST_WAIT).then_some(asked.max(usual)),
        None => Some(usual),
    }
}
