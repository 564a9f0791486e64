use super::connection::{Failure, Said, Task, converse};
use super::ends::{answered, failed, no_message};
use super::updates::{Updates, tokens};
use crate::Assignment;
use crate::program::{Conversation, NextHeard, Streams, Verdict};
use crate::trajectory::TrajectoryEvent;
use agent_client_protocol::v1::schema::PromptResponse;
use std::pin::Pin;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::watch;

/// How long a cancelled agent is listened to.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// How many lines in a row may be no messages. Some agents, or what they are started with, print to their output.
const MAX_GARBAGE: usize = 100;

/// A session of an agent that speaks the protocol.
pub(super) struct Talk {
    connection: Pin<Box<dyn Future<Output = Result<PromptResponse, Failure>> + Send>>,
    said: UnboundedReceiver<Said>,
    stop: watch::Sender<bool>,
    updates: Updates,
    garbage: Option<String>,
    n_garbage: usize,
    verdict: Option<Verdict>,
}

impl Talk {
    /// Begins. Nothing is said before the first [`Conversation::next`].
    pub(super) fn start(assignment: &Assignment, streams: Streams) -> Self {
        let task = Task { workspace: assignment.workspace.clone(), prompt: assignment.prompt.clone() };
        let (sender, said) = unbounded_channel();
        let (stop, stopped) = watch::channel(false);
        Self {
            connection: Box::pin(converse(streams, task, sender, stopped)),
            said,
            stop,
            updates: Updates::default(),
            garbage: None,
            n_garbage: 0,
            verdict: None,
        }
    }

    fn hear(&mut self, said: Said) -> Vec<TrajectoryEvent> {
        match said {
            Said::Notified(message) => {
                self.n_garbage = 0;
                self.updates.hear(&message)
            }
            Said::Asked(decision) => self.updates.note(decision),
            Said::Garbage(line) => self.garbage(line),
        }
    }

    fn garbage(&mut self, line: String) -> Vec<TrajectoryEvent> {
        self.n_garbage += 1;
        if self.n_garbage > MAX_GARBAGE {
            self.verdict = Some(Verdict::End(no_message(&line)));
        }
        if self.garbage.is_none() {
            self.garbage = Some(line.clone());
        }
        vec![TrajectoryEvent::Text { from: "stdout".into(), text: line }]
    }

    fn over(&mut self, turn: Result<PromptResponse, Failure>) -> Vec<TrajectoryEvent> {
        let mut events = Vec::new();
        while let Ok(said) = self.said.try_recv() {
            events.extend(self.hear(said));
        }
        events.extend(self.updates.finish());
        let verdict = match turn {
            Ok(answer) => {
                events.extend(answer.usage.as_ref().map(tokens));
                answered(answer.stop_reason)
            }
            Err(failure) => failed(failure, self.garbage.as_deref()),
        };
        self.verdict.get_or_insert(verdict);
        events
    }

    async fn listen(&mut self) -> Option<Vec<TrajectoryEvent>> {
        if self.verdict.is_some() {
            return None;
        }
        tokio::select! {
            biased;
            Some(said) = self.said.recv() => Some(self.hear(said)),
            turn = &mut self.connection => Some(self.over(turn)),
        }
    }
}

impl Conversation for Talk {
    fn next(&mut self) -> NextHeard<'_> {
        Box::pin(self.listen())
    }

    fn cancel(&mut self) -> Duration {
        let _already_over = self.stop.send(true);
        LAST_WORDS
    }

    fn unfinished(&mut self) -> Vec<TrajectoryEvent> {
        self.updates.finish()
    }

    fn verdict(&self) -> Verdict {
        self.verdict.clone().unwrap_or(Verdict::BrokenOff)
    }

    fn is_answered(&self) -> bool {
        matches!(self.verdict, Some(Verdict::End(_) | Verdict::Complaint(_)))
    }
}
