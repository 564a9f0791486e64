//! What is said between a session and its program, over the program's standard streams.

use super::lines::Lines;
use super::{Complaint, Listener};
use crate::trajectory::TrajectoryEvent;
use ghostlib_model::SessionEnd;
use ghostlib_sandbox::broker::Redactor;
use std::pin::Pin;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

/// A conversation with a program.
pub trait Conversation: Send {
    /// What is heard next, if only that the program is alive; nothing, once no more will be said. It may be dropped
    /// at any point and asked for again.
    fn next(&mut self) -> NextHeard<'_>;

    /// Asks the program to stop what it does, and says for how long it is worth to listen to it then.
    fn cancel(&mut self) -> Duration {
        Duration::ZERO
    }

    /// What was begun and not finished.
    fn unfinished(&mut self) -> Vec<TrajectoryEvent>;

    /// What was said about how the work ended.
    fn verdict(&self) -> Verdict;

    /// Whether that was the answer to the task, so that the program is not needed any longer.
    fn is_answered(&self) -> bool {
        false
    }
}

/// What is heard next.
pub type NextHeard<'a> = Pin<Box<dyn Future<Output = Option<Vec<TrajectoryEvent>>> + Send + 'a>>;

/// What a program said about how its work ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Nothing: its exit code tells.
    ByExit,
    /// Nothing, though it owed an answer: it failed, whatever its exit code.
    BrokenOff,
    /// It failed, in its own words. Why, what its model's endpoint answered may tell.
    Complaint(String),
    /// This.
    End(SessionEnd),
}

/// The standard streams of a program.
pub struct Streams {
    pub(crate) stdin: Box<dyn AsyncWrite + Send + Unpin>,
    pub(crate) stdout: Lines<Box<dyn AsyncRead + Send + Unpin>>,
}

impl Streams {
    /// Its standard input and output; secrets are taken out of what it says.
    pub(crate) fn new(
        stdin: impl AsyncWrite + Send + Unpin + 'static,
        stdout: impl AsyncRead + Send + Unpin + 'static,
        redactor: Option<Redactor>,
    ) -> Self {
        Self { stdin: Box::new(stdin), stdout: Lines::new(Box::new(stdout), redactor) }
    }

    /// A conversation in which the program alone speaks, and finds its input empty.
    pub fn listen(self, listener: impl Listener + 'static) -> Box<dyn Conversation> {
        Box::new(Listening { stdout: self.stdout, listener })
    }
}

struct Listening<L> {
    stdout: Lines<Box<dyn AsyncRead + Send + Unpin>>,
    listener: L,
}

impl<L: Listener> Conversation for Listening<L> {
    fn next(&mut self) -> NextHeard<'_> {
        Box::pin(async {
            let line = self.stdout.next().await.ok().flatten()?;
            Some(self.listener.line(&line))
        })
    }

    fn unfinished(&mut self) -> Vec<TrajectoryEvent> {
        self.listener.unfinished()
    }

    fn verdict(&self) -> Verdict {
        match self.listener.complaint() {
            None => Verdict::ByExit,
            Some(Complaint::Declined(said)) => Verdict::End(SessionEnd::Refused(said)),
            Some(Complaint::Failed(said)) => Verdict::Complaint(said),
        }
    }
}
