//! Recordings, played back.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use ghostlib_agent::{
    Agent, Assignment, CANDIDATE_DIR, FileTree, Pace, Recording, ReplayAgent, Session, Trajectory,
    TrajectoryEvent, TrajectoryLine, prompt_hash,
};
use ghostlib_model::{AgentStamp, Role, SessionBudget, SessionEnd, SessionId, Sha256Hex};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

const PROMPT: &str = "do it";

/// A recording of so many events, a millisecond apart, that left its name behind.
fn recording(name: &str, n_events: u64) -> Recording {
    let event = |at_ms| TrajectoryLine {
        at_ms,
        event: match at_ms {
            0 => TrajectoryEvent::Started { prompt: prompt_hash(PROMPT) },
            _ if at_ms + 1 == n_events => TrajectoryEvent::Ended { end: SessionEnd::Done },
            _ => TrajectoryEvent::Text { from: "message".into(), text: format!("{name} says {at_ms}") },
        },
    };
    let session = Session {
        end: SessionEnd::Done,
        agent: AgentStamp::named("somebody", false),
        trajectory: Trajectory { lines: (0..n_events).map(event).collect() },
        policy: None,
        usage: None,
    };
    let candidate = FileTree::from_files([("name".to_owned(), name.as_bytes().to_vec())]);
    Recording { name: name.into(), ..Recording::new(&session, Role::Implementer, &spec(), PROMPT, candidate) }
}

fn spec() -> Sha256Hex {
    Sha256Hex::of(b"spec")
}

fn assignment(dir: &Path, n_before: usize) -> Assignment {
    Assignment {
        session: SessionId::new(format!("r1-{}", n_before + 1)),
        role: Role::Implementer,
        workspace: dir.join(n_before.to_string()),
        prompt: PROMPT.into(),
        spec: spec(),
        n_before,
        cargo_home: None,
        budget: SessionBudget::default(),
    }
}

async fn left_by(agent: &ReplayAgent, dir: &Path, n_before: usize) -> String {
    let assignment = assignment(dir, n_before);
    agent.work(&assignment, &|_| {}).await.unwrap();
    std::fs::read_to_string(assignment.workspace.join(CANDIDATE_DIR).join("name")).unwrap()
}

#[tokio::test]
async fn recordings_that_fit_take_turns_by_name_in_whatever_order_sessions_come() {
    let dir = tempfile::tempdir().unwrap();
    let recordings = ["b", "c", "a"].map(|name| recording(name, 3));
    let agent = ReplayAgent::new(recordings.to_vec(), Pace::Fast);
    for (n_before, name) in [(4, "b"), (0, "a"), (2, "c"), (1, "b"), (3, "a")] {
        assert_eq!(left_by(&agent, dir.path(), n_before).await, name, "after {n_before}");
    }
}

#[tokio::test]
async fn another_wording_is_noted_and_the_session_starts_with_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let agent = ReplayAgent::new(vec![recording("a", 3)], Pace::Fast);
    let asked = Assignment { prompt: "do that".into(), ..assignment(dir.path(), 0) };
    let played = agent.work(&asked, &|_| {}).await.unwrap().trajectory.to_json_lines();
    let lines: Vec<_> = played.lines().collect();
    assert_eq!(lines.len(), 4, "{played}");
    assert!(lines[0].contains(prompt_hash("do that").as_str()), "{played}");
    assert!(lines[1].contains("another wording") && lines[1].contains("+do that"), "{played}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_at_once_lose_no_event() {
    const N_SESSIONS: usize = 200;
    const N_EVENTS: u64 = 2_000;
    let dir = tempfile::tempdir().unwrap();
    let names: Vec<_> = (0..N_SESSIONS).map(|n| format!("{n:03}")).collect();
    let recordings = names.iter().map(|name| recording(name, N_EVENTS)).collect();
    let agent = Arc::new(ReplayAgent::new(recordings, Pace::Fast));
    let sessions = (0..N_SESSIONS).map(|n_before| {
        let (agent, assignment) = (Arc::clone(&agent), assignment(dir.path(), n_before));
        tokio::spawn(async move {
            let told = Mutex::new(Trajectory::default());
            let session =
                agent.work(&assignment, &|line| told.lock().unwrap().lines.push(line.clone())).await.unwrap();
            (assignment.n_before, told.into_inner().unwrap(), session.trajectory)
        })
    });
    for session in sessions.collect::<Vec<_>>() {
        let (n_before, told, kept) = session.await.unwrap();
        let recorded = recording(&names[n_before], N_EVENTS).trajectory;
        assert!(told == recorded && kept == recorded, "{n_before}: {} events", told.lines.len());
    }
}

#[tokio::test]
async fn in_real_time_no_event_comes_early() {
    let dir = tempfile::tempdir().unwrap();
    let agent = ReplayAgent::new(vec![recording("a", 200)], Pace::RealTime);
    let began = Instant::now();
    let early = Mutex::new(Vec::new());
    let watcher = |line: &TrajectoryLine| {
        if began.elapsed().as_millis() < u128::from(line.at_ms) {
            early.lock().unwrap().push(line.at_ms);
        }
    };
    agent.work(&assignment(dir.path(), 0), &watcher).await.unwrap();
    assert_eq!(*early.lock().unwrap(), Vec::<u64>::new());
    assert!(began.elapsed().as_millis() >= 199);
}
