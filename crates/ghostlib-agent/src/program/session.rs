//! A session of a program, from its start to its end.

use super::{Conversation, Dialect, Place, ProgramAgent, Start, Streams, Verdict};
use crate::trajectory::{Recorder, TrajectoryEvent, Watcher};
use crate::watch::{TICK, Watch, judge_complaint};
use crate::{AgentError, Assignment, FileTree, ModelAccess, Session};
use ghostlib_model::SessionEnd;
use ghostlib_sandbox::broker::{Broker, BrokerConfig, BrokerReport, Redactor};
use ghostlib_sandbox::{
    CommandLine, Finished, Limits, ProcessEnd, Running, SandboxError, SandboxPolicy, SandboxRole,
};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{empty, sink};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};

/// The agent's own folder, inside of its workspace.
const HOME_DIR: &str = ".home";
/// Ports inside of a sandbox. Where it has no network of its own, two sessions must not meet at one.
const PORTS: std::ops::Range<u16> = 20_000..60_000;

impl<D: Dialect> ProgramAgent<D> {
    pub(super) async fn run(
        &self,
        assignment: &Assignment,
        watcher: &Watcher<'_>,
    ) -> Result<Session, AgentError> {
        let mut recorder = Recorder::start(crate::prompt_hash(&assignment.prompt), watcher);
        let broker = self.model.as_ref().map(|model| self.broker(model, assignment)).transpose()?;
        if let Some(broker) = &broker {
            recorder.redact(broker.redactor().clone());
        }
        let port = fastrand::u16(PORTS);
        let url = format!("http://127.0.0.1:{port}");
        let home = assignment.workspace.join(HOME_DIR);
        let model = self.model.as_ref();
        let place = Place { assignment, home: &home, model: model.map(|model| (model, url.as_str())) };
        let start = self.dialect.start(&place);
        FileTree::from_files(start.files.iter().map(|(path, text)| (path.clone(), text.clone().into())))
            .write(&home)
            .map_err(|error| AgentError::Io { path: error.path.clone(), source: error.into() })?;
        let policy = self.policy(assignment, &home, &start, broker.as_ref().map(|broker| (broker, port)));
        let command = CommandLine::new(&self.program).args(&start.args);
        let mut running = self.workbench.sandbox.spawn(&policy, &command)?;
        let mut conversation = self.dialect.converse(assignment, streams(&mut running, broker.as_ref()));
        let mut watch = Watch::new(assignment.budget, model.zip(broker.as_ref()));
        let followed = follow(running, conversation.as_mut(), &mut recorder, &mut watch).await;
        // What it leaves does not change any more when it is taken over.
        self.workbench.sandbox.settled().await;
        recorder.record_all(conversation.unfinished());
        let seen = broker.as_ref().map(Broker::report);
        if let Some(asked) = seen.as_ref().and_then(|seen| seen.model.as_ref())
            && model.is_some_and(|model| model.model.is_none())
        {
            let text = format!("no model is configured: the agent chose `{asked}`");
            recorder.record(TrajectoryEvent::Note { text });
        }
        let end = match followed {
            Followed::CutOff(end) => end,
            Followed::Answered => out_of_budget(&mut watch, &mut recorder)
                .unwrap_or_else(|| judge(conversation.verdict(), seen.as_ref(), gone_away)),
            Followed::Finished(finished) => {
                let finished = finished?;
                recorder.text("stderr", &finished.stderr);
                let redactor = broker.as_ref().map(Broker::redactor);
                out_of_budget(&mut watch, &mut recorder).or_else(|| limit_reached(&finished)).unwrap_or_else(
                    || judge(conversation.verdict(), seen.as_ref(), || exited(&finished, redactor)),
                )
            }
        };
        let end = unless_refused(end, &assignment.output(), seen.as_ref());
        let usage = model.zip(seen.as_ref()).map(|(model, seen)| model.usage(seen));
        let agent = crate::Agent::stamp(self);
        let (end, trajectory) = recorder.end(end);
        Ok(Session { end, agent, trajectory, policy: Some(policy.stamp()), usage })
    }

    fn policy(
        &self,
        assignment: &Assignment,
        home: &Path,
        start: &Start,
        broker: Option<(&Broker, u16)>,
    ) -> SandboxPolicy {
        let role = SandboxRole::from(assignment.role);
        let mut env = self.workbench.variables(assignment, home);
        env.extend(start.env.clone());
        let wall = assignment.budget.seconds.map_or(role.limits().wall, Duration::from_secs);
        let plain = role.policy(&assignment.workspace);
        SandboxPolicy {
            read: self.read(assignment),
            env,
            network: broker.map_or(plain.network.clone(), |(broker, port)| broker.network(port)),
            limits: Limits { wall, output_bytes: self.dialect.output_bytes(), ..role.limits() },
            ..plain
        }
    }

    fn read(&self, assignment: &Assignment) -> Vec<PathBuf> {
        let own = self.files.iter().chain([&self.program]).cloned();
        self.workbench.readable(assignment).into_iter().chain(own).collect()
    }

    fn broker(&self, model: &ModelAccess, assignment: &Assignment) -> Result<Broker, AgentError> {
        let models = |configured: &str| self.dialect.models(configured);
        let config = BrokerConfig {
            endpoints: vec![model.endpoint(self.dialect.mount(), models)],
            budgets: Watch::broker_budgets(&assignment.budget),
            ca_file: model.ca_file.clone(),
        };
        Ok(Broker::start(&config)?)
    }
}

/// The streams of a program that has just been started.
fn streams(running: &mut Running, broker: Option<&Broker>) -> Streams {
    let redactor = broker.map(|broker| broker.redactor().clone());
    match (running.take_stdin(), running.take_limited_stdout()) {
        (Some(stdin), Some(stdout)) => Streams::new(stdin, stdout, redactor),
        _ => Streams::new(sink(), empty(), redactor),
    }
}

/// How following a program ended.
enum Followed {
    /// The program is over.
    Finished(Result<Finished, SandboxError>),
    /// The program answered, and was not needed any longer.
    Answered,
    /// It was ended because of this.
    CutOff(SessionEnd),
}

/// Speaks with a program until it is over, or has to be ended.
async fn follow(
    mut running: Running,
    conversation: &mut dyn Conversation,
    recorder: &mut Recorder<'_>,
    watch: &mut Watch<'_>,
) -> Followed {
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            heard = conversation.next() => match heard {
                Some(events) => recorder.record_all(events),
                None => break,
            },
            _ = tick.tick() => if let Some(end) = watch.look(recorder) {
                stop(conversation, recorder).await;
                running.kill().await;
                return Followed::CutOff(end);
            },
        }
    }
    if conversation.is_answered() {
        running.kill().await;
        return Followed::Answered;
    }
    // It may live on with its output closed.
    let mut finished = std::pin::pin!(running.wait());
    loop {
        tokio::select! {
            finished = &mut finished => return Followed::Finished(finished),
            _ = tick.tick() => if let Some(end) = watch.look(recorder) { return Followed::CutOff(end) },
        }
    }
}

/// Asks a program to stop, and hears its last words.
async fn stop(conversation: &mut dyn Conversation, recorder: &mut Recorder<'_>) {
    let until = Instant::now() + conversation.cancel();
    while Instant::now() < until
        && let Ok(Some(events)) = timeout_at(until, conversation.next()).await
    {
        recorder.record_all(events);
    }
}

/// A program that was refused for its budget ends as it likes.
fn out_of_budget(watch: &mut Watch<'_>, recorder: &mut Recorder<'_>) -> Option<SessionEnd> {
    watch.look(recorder).filter(|end| matches!(end, SessionEnd::OutOfBudget(_)))
}

fn limit_reached(finished: &Finished) -> Option<SessionEnd> {
    match finished.end {
        ProcessEnd::TimedOut => Some(SessionEnd::TimedOut(finished.wall.as_secs())),
        end if end.is_limit() => Some(SessionEnd::OverLimit(end.to_string())),
        _ => None,
    }
}

/// What a program said of its work, in the light of what there is to see. `exited` is what its exit tells.
fn judge(verdict: Verdict, seen: Option<&BrokerReport>, exited: impl FnOnce() -> SessionEnd) -> SessionEnd {
    match verdict {
        Verdict::End(end) => end,
        Verdict::Complaint(said) => judge_complaint(said, seen),
        Verdict::ByExit => exited(),
        Verdict::BrokenOff => match exited() {
            SessionEnd::Done => gone_away(),
            end => end,
        },
    }
}

/// Some agents call it done when their model has left them before they did anything.
fn unless_refused(end: SessionEnd, output: &Path, seen: Option<&BrokerReport>) -> SessionEnd {
    let has_left_something = fs::read_dir(output).is_ok_and(|mut entries| entries.next().is_some());
    if has_left_something {
        return end;
    }
    let last = seen.and_then(|seen| seen.last_answer).filter(|answer| answer.status >= 400);
    match (end, last) {
        (SessionEnd::Done, Some(last)) => {
            judge_complaint(format!("the last answer of its model was HTTP {}", last.status), seen)
        }
        (end, _) => end,
    }
}

fn gone_away() -> SessionEnd {
    SessionEnd::Crashed("it went away before its work was over".into())
}

/// What an exit code means where the program says nothing else.
fn exited(finished: &Finished, redactor: Option<&Redactor>) -> SessionEnd {
    if finished.end.is_success() {
        return SessionEnd::Done;
    }
    let said = String::from_utf8_lossy(&finished.stderr);
    let last = said.lines().rev().map(str::trim).find(|line| !line.is_empty());
    let last = last.map_or_else(String::new, |line| format!(": {line}"));
    let last = redactor.map_or_else(|| last.clone(), |redactor| redactor.redact(&last));
    SessionEnd::Crashed(format!("{}{last}", finished.end))
}
