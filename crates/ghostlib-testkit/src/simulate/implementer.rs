//! An implementer that does what the spec states, and gets wrong what it does not.

use super::rules::{Chosen, Rules, hidden_at};
use ghostlib_agent::{
    Agent, AgentError, Assignment, SPEC_DIR, Session, SessionFuture, Trajectory, TrajectoryEvent,
    TrajectoryLine, Watcher,
};
use ghostlib_model::{AgentStamp, SessionEnd, SessionId};
use ghostlib_run::LoadedSpec;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// How often it gets wrong what is stated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lapses {
    pub(super) seed: u64,
    pub(super) rate: f64,
}

/// What one session got wrong.
#[derive(Clone, Debug, Default)]
pub(super) struct Wrong {
    /// Rules that the spec did not state.
    pub(super) unstated: BTreeSet<usize>,
    /// A rule that it stated.
    pub(super) slip: Option<usize>,
}

pub(super) type Done = Arc<Mutex<BTreeMap<SessionId, Wrong>>>;

pub(super) struct Simulated {
    rules: Arc<Rules>,
    chosen: Chosen,
    lapses: Lapses,
    done: Done,
}

impl Simulated {
    pub(super) fn new(rules: Arc<Rules>, chosen: Chosen, lapses: Lapses) -> Self {
        Self { rules, chosen, lapses, done: Done::default() }
    }

    /// What its sessions got wrong.
    pub(super) fn done(&self) -> Done {
        Arc::clone(&self.done)
    }

    async fn implement(&self, assignment: &Assignment) -> Result<Session, AgentError> {
        let at = |error: String| AgentError::Io {
            path: assignment.workspace.clone(),
            source: io::Error::other(error),
        };
        let spec =
            LoadedSpec::read(&assignment.workspace.join(SPEC_DIR)).map_err(|error| at(error.to_string()))?;
        let mut wrong = Wrong::default();
        let mut stated = Vec::new();
        for rule in &self.chosen.rules {
            let is_stated = self.rules.is_stated(*rule, &spec.spec.vectors).await;
            if is_stated.map_err(|error| at(error.to_string()))? {
                stated.push(*rule);
            } else {
                wrong.unstated.insert(*rule);
            }
        }
        let mut random = fastrand::Rng::with_seed(seed_of(self.lapses.seed, &assignment.session));
        if random.f64() < self.lapses.rate {
            wrong.slip = random.choice(&stated).copied();
        }
        let active = wrong.unstated.iter().chain(&wrong.slip).copied().collect();
        let candidate = assignment.output();
        self.rules.mutated.fixed(&active, &candidate).map_err(|error| at(error.to_string()))?;
        for item in
            self.chosen.items.iter().filter(|item| spec.api.items.iter().all(|known| known.path != **item))
        {
            if let Some((path, text)) = hidden_at(&candidate, item) {
                fs::write(candidate.join(path), text).map_err(|error| at(error.to_string()))?;
            }
        }
        self.done.lock().unwrap_or_else(PoisonError::into_inner).insert(assignment.session.clone(), wrong);
        Ok(session())
    }
}

fn session() -> Session {
    let end = SessionEnd::Done;
    let ended = TrajectoryLine { at_ms: 0, event: TrajectoryEvent::Ended { end: end.clone() } };
    Session {
        end,
        agent: AgentStamp::named("simulated", true),
        trajectory: Trajectory { lines: vec![ended] },
        policy: None,
        usage: None,
    }
}

/// A session's own draw, the same each time.
fn seed_of(seed: u64, session: &SessionId) -> u64 {
    // The runs of one project are numbered; what is drawn does not depend on that.
    let name = session.as_str().split_once('-').map_or("", |(_, attempt)| attempt);
    name.bytes().fold(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15), |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

impl Agent for Simulated {
    fn stamp(&self) -> AgentStamp {
        AgentStamp::named("simulated", true)
    }

    fn work<'a>(&'a self, assignment: &'a Assignment, _watcher: &'a Watcher<'a>) -> SessionFuture<'a> {
        Box::pin(self.implement(assignment))
    }
}
