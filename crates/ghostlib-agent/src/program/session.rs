//! A session of a program, from its start to its end.

use super::lines::Lines;
use super::{Complaint, Dialect, Listener, Place, ProgramAgent, Start};
use crate::trajectory::{Recorder, Watcher};
use crate::watch::{TICK, Watch, judge_complaint};
use crate::{AgentError, Assignment, FileTree, ModelAccess, Session};
use ghostlib_model::SessionEnd;
use ghostlib_sandbox::broker::{Broker, BrokerConfig, Endpoint, Redactor};
use ghostlib_sandbox::{
    CommandLine, Finished, Limits, ProcessEnd, Running, SandboxError, SandboxPolicy, SandboxRole,
};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

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
        let broker = self.model.as_ref().map(|model| broker::<D>(model, assignment)).transpose()?;
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
        let running = self.workbench.sandbox.spawn(&policy, &command)?;
        let mut heard = Heard {
            listener: self.dialect.listen(),
            redactor: broker.as_ref().map(|broker| broker.redactor().clone()),
            recorder: &mut recorder,
        };
        let mut watch = Watch::new(assignment.budget, model.zip(broker.as_ref()));
        let followed = follow(running, &mut heard, &mut watch).await;
        let complaint = heard.finish();
        let seen = broker.as_ref().map(Broker::report);
        let end = match followed {
            Followed::CutOff(end) => end,
            Followed::Finished(finished) => {
                let finished = finished?;
                recorder.text("stderr", &finished.stderr);
                let told = complaint.map(|complaint| match complaint {
                    Complaint::Declined(said) => SessionEnd::Refused(said),
                    Complaint::Failed(said) => judge_complaint(said, seen.as_ref()),
                });
                out_of_budget(&mut watch, &mut recorder)
                    .or_else(|| limit_reached(&finished))
                    .or(told)
                    .unwrap_or_else(|| exited(&finished, broker.as_ref().map(Broker::redactor)))
            }
        };
        let usage = model.zip(seen.as_ref()).map(|(model, seen)| model.usage(seen));
        let agent = crate::Agent::stamp(self);
        let trajectory = recorder.end(end.clone());
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
        let own = [("PATH", self.workbench.path.clone()), ("HOME", home.to_string_lossy().into_owned())];
        let own = own.map(|(name, value)| (name.to_owned(), value));
        let env = own.into_iter().chain([("CARGO_NET_OFFLINE".to_owned(), "true".to_owned())]);
        let wall = assignment.budget.seconds.map_or(role.limits().wall, Duration::from_secs);
        let plain = role.policy(&assignment.workspace);
        SandboxPolicy {
            read: self.read(),
            env: env.chain(start.env.clone()).collect(),
            network: broker.map_or(plain.network.clone(), |(broker, port)| broker.network(port)),
            limits: Limits { wall, ..role.limits() },
            ..plain
        }
    }

    fn read(&self) -> Vec<PathBuf> {
        let own = self.files.iter().chain([&self.program]);
        self.workbench.read.iter().chain(own).cloned().collect()
    }
}

fn broker<D: Dialect>(model: &ModelAccess, assignment: &Assignment) -> Result<Broker, AgentError> {
    let endpoint = Endpoint { mount: D::MOUNT.into(), ..model.endpoint.clone() };
    let config = BrokerConfig {
        endpoints: vec![endpoint],
        budgets: Watch::broker_budgets(&assignment.budget),
        ca_file: model.ca_file.clone(),
    };
    Ok(Broker::start(&config)?)
}

/// What was heard of a program so far.
struct Heard<'a, 'w> {
    listener: Box<dyn Listener>,
    redactor: Option<Redactor>,
    recorder: &'a mut Recorder<'w>,
}

impl Heard<'_, '_> {
    fn line(&mut self, line: &str) {
        let redacted = self.redactor.as_ref().map(|redactor| redactor.redact(line));
        for event in self.listener.line(redacted.as_deref().unwrap_or(line)) {
            self.recorder.record(event);
        }
    }

    /// Its complaint, if it has one.
    fn finish(mut self) -> Option<Complaint> {
        for event in self.listener.unfinished() {
            self.recorder.record(event);
        }
        self.listener.complaint()
    }
}

/// How following a program ended.
enum Followed {
    /// The program is over.
    Finished(Result<Finished, SandboxError>),
    /// It was ended because of this.
    CutOff(SessionEnd),
}

/// Listens until the program is over, or has to be ended.
async fn follow(mut running: Running, heard: &mut Heard<'_, '_>, watch: &mut Watch<'_>) -> Followed {
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    drop(running.take_stdin());
    if let Some(stdout) = running.take_stdout() {
        let mut lines = Lines::new(stdout);
        loop {
            tokio::select! {
                line = lines.next() => match line {
                    Ok(Some(line)) => heard.line(&line),
                    Ok(None) | Err(_) => break,
                },
                _ = tick.tick() => if let Some(end) = watch.look(heard.recorder) {
                    running.kill().await;
                    return Followed::CutOff(end);
                },
            }
        }
    }
    // It may live on with its output closed.
    let mut finished = std::pin::pin!(running.wait());
    loop {
        tokio::select! {
            finished = &mut finished => return Followed::Finished(finished),
            _ = tick.tick() => if let Some(end) = watch.look(heard.recorder) { return Followed::CutOff(end) },
        }
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
