//! What a session left in its workspace. What counts is what is there, whatever the agent says.

use crate::trajectory::bounded;
use crate::{CANDIDATE_DIR, FileTree, PUSHBACK_FILE, Session, TrajectoryEvent, TreeError, read_plain_file};
use ghostlib_model::SessionEnd;
use std::path::Path;

impl Session {
    /// Takes over the objections, as an event, and gives the candidate without settings of tools. Where something cannot
    /// be used, or nothing is there, the session ended so, and there is no candidate.
    pub fn take_over(&mut self, workspace: &Path) -> FileTree {
        let objected = self.take_objections(workspace);
        let taken = candidate(workspace).and_then(|tree| objected.map(|()| tree));
        let (tree, settings) = match taken {
            Ok(tree) => tree.without_settings(),
            Err(error) => {
                self.end_as(SessionEnd::Unusable(error.to_string()));
                return FileTree::default();
            }
        };
        if !settings.is_empty() {
            let list = settings.join(", ");
            let text = format!("left out of the candidate, since settings of tools take no effect: {list}");
            self.trajectory.add_before_the_end(TrajectoryEvent::Note { text });
        }
        if tree.files.is_empty() && self.end == SessionEnd::Done {
            self.end_as(SessionEnd::Nothing(format!("{CANDIDATE_DIR}/ is empty")));
        }
        tree
    }

    fn take_objections(&mut self, workspace: &Path) -> Result<(), TreeError> {
        let Some(bytes) = read_plain_file(&workspace.join(PUSHBACK_FILE))? else { return Ok(()) };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        self.trajectory.add_before_the_end(TrajectoryEvent::PushBack { text });
        Ok(())
    }

    fn end_as(&mut self, end: SessionEnd) {
        self.end = bounded(end);
        self.trajectory.end_as(self.end.clone());
    }
}

fn candidate(workspace: &Path) -> Result<FileTree, TreeError> {
    let dir = workspace.join(CANDIDATE_DIR);
    if dir.is_dir() { FileTree::read(&dir) } else { Ok(FileTree::default()) }
}
