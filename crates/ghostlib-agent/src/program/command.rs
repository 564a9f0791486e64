use super::{Conversation, Dialect, Listener, Place, Start, Streams};
use crate::trajectory::TrajectoryEvent;
use crate::{Assignment, TASK_FILE};
use std::path::Path;

/// Any program. What it writes is kept as text.
#[derive(Clone, Debug, Default)]
pub struct Command {
    /// Its arguments, in which `{prompt_file}`, `{workspace}` and `{model_url}` stand for the task's file, the
    /// workspace and the address of its model.
    pub args: Vec<String>,
}

const MOUNT: &str = "/v1";

impl Dialect for Command {
    fn mount(&self) -> &'static str {
        MOUNT
    }

    fn name(&self, program: &Path) -> String {
        format!("command {}", program.file_name().unwrap_or(program.as_os_str()).to_string_lossy())
    }

    fn output_bytes(&self) -> u64 {
        16 << 20
    }

    fn start(&self, place: &Place<'_>) -> Start {
        let workspace = place.assignment.workspace.to_string_lossy();
        let prompt_file = place.assignment.workspace.join(TASK_FILE);
        let url = place.model.map(|(_, url)| format!("{url}{MOUNT}")).unwrap_or_default();
        let expand = |arg: &String| {
            arg.replace("{prompt_file}", &prompt_file.to_string_lossy())
                .replace("{workspace}", &workspace)
                .replace("{model_url}", &url)
        };
        Start { args: self.args.iter().map(expand).collect(), ..Start::default() }
    }

    fn converse(&self, _assignment: &Assignment, streams: Streams) -> Box<dyn Conversation> {
        streams.listen(Plain)
    }
}

struct Plain;

impl Listener for Plain {
    fn line(&mut self, line: &str) -> Vec<TrajectoryEvent> {
        vec![TrajectoryEvent::Text { from: "stdout".into(), text: line.to_owned() }]
    }
}
