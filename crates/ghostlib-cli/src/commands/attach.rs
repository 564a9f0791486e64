use crate::console::{say, warn};
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use crate::transcript::{Reasoning, Transcript};
use clap::Args;
use ghostlib_agent::{Followed, Follower, TrajectoryLine};
use ghostlib_run::store::Project;
use std::time::Duration;
use tokio::time::sleep;

/// Watch a session in this terminal, from its beginning until it is over.
///
/// Nothing that is done here reaches the session: Ctrl-C ends the watching alone. With `--json` each event is a line, as in
/// the session's `events.jsonl`.
#[derive(Args)]
pub(crate) struct AttachArgs {
    /// The session, such as `r1-2`; the newest one that is under way if it is not given.
    session: Option<String>,
    /// What the model thinks, too.
    #[arg(long)]
    reasoning: bool,
}

/// How often events are looked for.
const TICK: Duration = Duration::from_millis(100);
/// How often in a row nothing has to happen before it is looked whether anybody works.
const QUIET_TICKS: u32 = 10;

pub(crate) async fn attach(args: &AttachArgs, json: bool) -> Result<Verdict, CliError> {
    let project = Project::at(current_dir()?);
    let (session, dir) = project.find_session(args.session.as_deref())?;
    let transcript = Transcript::new(Reasoning::of_flag(args.reasoning));
    let tell = |line: &TrajectoryLine| {
        if json { say(line.to_json_line().trim_end()) } else { transcript.tell(line) }
    };
    let mut follower = Follower::of(dir);
    let mut n_quiet = 0;
    loop {
        // Asked before it is looked, so that what was written last is seen.
        let is_left = n_quiet > QUIET_TICKS && !project.is_locked();
        let news = follower
            .look()
            .map_err(|error| CliError::environment(format!("the session {session}: {error}")))?;
        n_quiet = if news.is_empty() { n_quiet + 1 } else { 0 };
        for one in &news {
            match one {
                Followed::Line(line) => tell(line),
                Followed::Unreadable => warn("an event that this ghostlib does not know"),
                Followed::BeganAgain => warn(format!("the session {session} begins again, from nothing")),
                Followed::Over => return Ok(Verdict::Passed),
            }
        }
        if is_left && news.is_empty() {
            follower.end().iter().for_each(tell);
            warn(format!("nobody works on the session {session} any more; `ghostlib resume` goes on"));
            return Ok(Verdict::Passed);
        }
        sleep(TICK).await;
    }
}
