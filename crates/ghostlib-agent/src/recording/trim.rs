//! Makes recordings small.

use super::Recording;
use crate::trajectory::{TrajectoryEvent, TrajectoryLine};

/// What is left of a recording that is trimmed. The candidate, the end, the usage and the objections stay in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trim {
    /// The most bytes of a text, of what a tool was given and of what came back, from [`Trim::LEAST_BYTES`] on. What is
    /// longer keeps its beginning and its end.
    pub max_bytes: usize,
    /// What becomes of the times.
    pub times: Times,
}

/// What becomes of the times of a recording that is trimmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// They are cut off to whole seconds.
    Seconds,
    /// They stay as they are.
    Kept,
}

/// The room for saying how much was left out.
const MARK_BYTES: usize = 48;

impl Trim {
    /// The least that texts can be cut to, in bytes.
    pub const LEAST_BYTES: usize = 2 * MARK_BYTES;
}

impl Recording {
    /// The recording with nothing but what it takes to play it and to see what happened. What was trimmed once stays as
    /// it is when it is trimmed in the same way again.
    #[must_use]
    pub fn trimmed(mut self, trim: Trim) -> Self {
        let is_kept = |line: &TrajectoryLine| !matches!(line.event, TrajectoryEvent::Reasoning { .. });
        self.trajectory.lines.retain(is_kept);
        for line in &mut self.trajectory.lines {
            if trim.times == Times::Seconds {
                line.at_ms -= line.at_ms % 1000;
            }
            cut(&mut line.event, trim.max_bytes.max(Trim::LEAST_BYTES));
        }
        self
    }
}

fn cut(event: &mut TrajectoryEvent, max_bytes: usize) {
    if matches!(event, TrajectoryEvent::PushBack { .. }) {
        return;
    }
    for text in event.texts().into_iter().filter(|text| text.len() > max_bytes) {
        crate::trajectory::cut(text, max_bytes - MARK_BYTES);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::tests::recording;

    fn trim(max_bytes: usize, times: Times) -> (Recording, Recording) {
        let mut before = recording();
        let long = "\u{e4}line\n".repeat(1000);
        for event in [
            TrajectoryEvent::Reasoning { text: "hm".into() },
            TrajectoryEvent::ToolCall {
                tool: "run".into(),
                input: long.clone(),
                output: Some(long.clone()),
                failed: false,
            },
            TrajectoryEvent::PushBack { text: long },
        ] {
            before.trajectory.add_before_the_end(event);
        }
        before.trajectory.lines.iter_mut().for_each(|line| line.at_ms = 2345);
        (before.clone(), before.trimmed(Trim { max_bytes, times }))
    }

    #[test]
    fn reasoning_goes_long_texts_are_cut_and_the_rest_stays() {
        let (before, after) = trim(200, Times::Seconds);
        let [started, call, push_back, ended] = &after.trajectory.lines[..] else { panic!("{after:?}") };
        let TrajectoryEvent::ToolCall { input, output: Some(output), .. } = &call.event else {
            panic!("{call:?}")
        };
        assert!(input.len() <= 200 && output.len() <= 200 && output.contains("bytes left out"), "{output}");
        assert_eq!(
            before.trajectory.push_backs().collect::<Vec<_>>(),
            after.trajectory.push_backs().collect::<Vec<_>>()
        );
        assert!([started, call, push_back, ended].iter().all(|line| line.at_ms == 2000));
        assert_eq!(
            (&before.meta, &before.candidate, &before.prompt),
            (&after.meta, &after.candidate, &after.prompt)
        );
    }

    #[test]
    fn trimming_again_changes_nothing_and_times_can_stay() {
        for max_bytes in [0, 100, 5000] {
            let (_, once) = trim(max_bytes, Times::Kept);
            assert!(once.trajectory.lines.iter().all(|line| line.at_ms == 2345));
            assert_eq!(once.clone().trimmed(Trim { max_bytes, times: Times::Kept }), once);
        }
    }
}
