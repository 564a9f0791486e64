//! What 200 sessions cost that are replayed at once: `cargo bench -p ghostlib-agent --bench replay`.
//!
//! Each session has a recording of its own with thousands of events, told to a watcher that writes them to a file as a run
//! does, and a candidate of some files. The second part plays a short recording in real time.

#[cfg(target_os = "linux")]
mod linux {
    use ghostlib_agent::{
        Agent, Assignment, EVENTS_FILE, FileChangeKind, FileTree, Pace, Recording, ReplayAgent, Session,
        Trajectory, TrajectoryEvent, TrajectoryLine, prompt_hash,
    };
    use ghostlib_model::{AgentStamp, Role, SessionBudget, SessionEnd, SessionId, Sha256Hex};
    use rustix::time::{ClockId, clock_gettime};
    use std::error::Error;
    use std::fs::{self, File};
    use std::io::Write;
    use std::path::Path;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Arc, Mutex, PoisonError};
    use std::time::{Duration, Instant};

    const N_SESSIONS: usize = 200;
    const PROMPT: &str = "rebuild it";

    /// A recording of so many events, so many milliseconds apart, as an agent makes them.
    fn recording(name: usize, n_events: u64, millis_apart: u64) -> Recording {
        let event = |n: u64| match n {
            0 => TrajectoryEvent::Started { prompt: prompt_hash(PROMPT) },
            n if n + 1 == n_events => TrajectoryEvent::Ended { end: SessionEnd::Done },
            n => match n % 4 {
                0 => TrajectoryEvent::Text {
                    from: "message".into(),
                    text: format!("step {n}: {}", "word ".repeat(20)),
                },
                1 => TrajectoryEvent::ToolCall {
                    tool: "Bash".into(),
                    input: format!("cargo test case_{n}"),
                    output: Some("test result: ok\n".repeat(20)),
                    failed: false,
                },
                2 => TrajectoryEvent::FileChange {
                    path: format!("candidate/src/m{n}.rs"),
                    change: FileChangeKind::Changed,
                },
                _ => TrajectoryEvent::Usage { input: 1000 + n, cached: n, output: 100 },
            },
        };
        let line = |n| TrajectoryLine { at_ms: n * millis_apart, event: event(n) };
        let session = Session {
            end: SessionEnd::Done,
            agent: AgentStamp::named("bench", true),
            trajectory: Trajectory { lines: (0..n_events).map(line).collect() },
            policy: None,
            usage: None,
        };
        let file = |n: usize| (format!("src/m{n}.rs"), format!("// {name}\n").repeat(500).into_bytes());
        let candidate = FileTree::from_files((0..6).map(file));
        let recorded = Recording::new(&session, Role::Implementer, &spec(), PROMPT, candidate);
        Recording { name: format!("{name:03}"), ..recorded }
    }

    fn spec() -> Sha256Hex {
        Sha256Hex::of(b"spec")
    }

    /// What a session comes to.
    #[derive(Default)]
    struct Played {
        n_told: AtomicU64,
        /// Whether each event was told where the recording has it.
        n_out_of_place: AtomicU64,
        latest: Mutex<Duration>,
    }

    async fn play(
        agent: Arc<ReplayAgent>,
        dir: Arc<Path>,
        n_before: usize,
        expected: Arc<Vec<Recording>>,
    ) -> Result<Played, String> {
        let assignment = Assignment {
            session: SessionId::new(format!("r1-{n_before}")),
            role: Role::Implementer,
            workspace: dir.join(n_before.to_string()),
            prompt: PROMPT.into(),
            spec: spec(),
            n_before,
            cargo_home: None,
            budget: SessionBudget::default(),
        };
        fs::create_dir_all(&assignment.workspace).map_err(|error| error.to_string())?;
        let live = File::create(assignment.workspace.join(EVENTS_FILE)).map_err(|error| error.to_string())?;
        let (played, began) = (Played::default(), Instant::now());
        let lines = &expected[n_before].trajectory.lines;
        let watcher = |line: &TrajectoryLine| {
            let late = began.elapsed().saturating_sub(Duration::from_millis(line.at_ms));
            let mut latest = played.latest.lock().unwrap_or_else(PoisonError::into_inner);
            *latest = late.max(*latest);
            let at = usize::try_from(played.n_told.fetch_add(1, Ordering::Relaxed)).unwrap_or(usize::MAX);
            let is_in_place =
                lines.get(at) == Some(line) && (&live).write_all(line.to_json_line().as_bytes()).is_ok();
            played.n_out_of_place.fetch_add(u64::from(!is_in_place), Ordering::Relaxed);
        };
        let session = agent.work(&assignment, &watcher).await.map_err(|error| error.to_string())?;
        if session.trajectory.lines != *lines {
            return Err(format!("session {n_before} kept another trajectory than was recorded"));
        }
        Ok(played)
    }

    /// What is taken of the machine at some moment.
    struct Taken {
        at: Instant,
        cpu: Duration,
    }

    fn taken() -> Taken {
        let cpu = clock_gettime(ClockId::ProcessCPUTime);
        let seconds = u64::try_from(cpu.tv_sec).unwrap_or_default();
        let nanos = u32::try_from(cpu.tv_nsec).unwrap_or_default();
        Taken { at: Instant::now(), cpu: Duration::new(seconds, nanos) }
    }

    /// A figure of `/proc/self/status`, in KiB.
    fn status(name: &str) -> Result<u64, Box<dyn Error>> {
        let text = fs::read_to_string("/proc/self/status")?;
        let line = text.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such figure")?;
        Ok(line.trim_start_matches(':').trim().trim_end_matches(" kB").parse()?)
    }

    pub(super) async fn main() -> Result<(), Box<dyn Error>> {
        // The smaller part first: what it frees is kept, and would make the other look lighter than it is.
        measure("in real time", Pace::RealTime, 200, 10).await?;
        measure("as fast as it goes", Pace::Fast, 5_000, 1).await
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of millions")]
    async fn measure(what: &str, pace: Pace, n_events: u64, millis_apart: u64) -> Result<(), Box<dyn Error>> {
        let dir = tempfile::tempdir()?;
        let folder: Arc<Path> = dir.path().into();
        let recordings: Vec<_> =
            (0..N_SESSIONS).map(|name| recording(name, n_events, millis_apart)).collect();
        let expected = Arc::new(recordings.clone());
        let agent = Arc::new(ReplayAgent::new(recordings, pace));
        // From now on the highest mark of memory is that of playing.
        fs::write("/proc/self/clear_refs", "5")?;
        let (before, resident) = (taken(), status("VmRSS")?);
        let sessions: Vec<_> = (0..N_SESSIONS)
            .map(|n| tokio::spawn(play(Arc::clone(&agent), Arc::clone(&folder), n, Arc::clone(&expected))))
            .collect();
        let (mut n_told, mut n_out_of_place, mut latest) = (0, 0, Duration::ZERO);
        for session in sessions {
            let played = session.await??;
            n_told += played.n_told.into_inner();
            n_out_of_place += played.n_out_of_place.into_inner();
            latest = latest.max(played.latest.into_inner().unwrap_or_else(PoisonError::into_inner));
        }
        let (after, peak) = (taken(), status("VmHWM")?);
        let n_expected = n_events * N_SESSIONS as u64;
        let (wall, cpu) = (after.at - before.at, after.cpu.saturating_sub(before.cpu));
        say(&format!(
            "{N_SESSIONS} sessions at once, {n_events} events and 6 files each, {what}: {:.2} s",
            wall.as_secs_f64()
        ));
        say(&format!("  {n_told} of {n_expected} events told, {n_out_of_place} of them out of place"));
        say(&format!(
            "  {:.0} events a second, {:.2} µs of CPU an event",
            n_told as f64 / wall.as_secs_f64(),
            cpu.as_secs_f64() * 1e6 / n_told as f64
        ));
        say(&format!(
            "  {} KiB of memory a session at the peak, beside its recording",
            peak.saturating_sub(resident) / N_SESSIONS as u64
        ));
        if pace == Pace::RealTime {
            say(&format!("  the latest event came {:.1} ms after its time", latest.as_secs_f64() * 1e3));
        }
        if n_told != n_expected || n_out_of_place > 0 {
            return Err("events were lost".into());
        }
        Ok(())
    }

    #[expect(clippy::print_stdout, reason = "this is what a benchmark has to say")]
    fn say(line: &str) {
        println!("{line}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    linux::main().await
}

#[cfg(not(target_os = "linux"))]
fn main() {}
