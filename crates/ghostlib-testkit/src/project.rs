use crate::process::{Ran, SETTINGS, Started, Talk};
use ghostlib_agent::{FileTree, Recording, Session, Trajectory, TrajectoryEvent, TrajectoryLine};
use ghostlib_model::{AgentStamp, Role, SessionEnd};
use ghostlib_run::LoadedSpec;
use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};
use std::ffi::CString;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tempfile::TempDir;
use walkdir::WalkDir;

/// A temporary folder to run ghostlib in.
pub struct TestProject {
    dir: TempDir,
    ghostlib: PathBuf,
    is_mounted: bool,
}

/// A folder below `fixtures/` of the repository.
pub fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(path)
}

impl TestProject {
    /// An empty project. `ghostlib` is the program under test.
    ///
    /// # Panics
    /// If no temporary folder can be made, as everything in this crate panics where a test cannot go on.
    pub fn new(ghostlib: impl Into<PathBuf>) -> Self {
        let dir = tempfile::Builder::new().prefix("ghostlib-it-").tempdir().expect("a temporary folder");
        let project = Self { dir, ghostlib: ghostlib.into(), is_mounted: false };
        // One attempt shows what a test is about; tests of several say so.
        project.write(&format!("{SETTINGS}/ghostlib/config.toml"), "[run]\nsamples = 1\nconfirm = 0\n");
        project
    }

    /// An empty project on a disk of its own with so many MiB; nothing where no disk can be mounted, which
    /// takes root. The disk goes with the project.
    pub fn on_small_disk(ghostlib: impl Into<PathBuf>, mebibytes: u32) -> Option<Self> {
        let mut project = Self::new(ghostlib);
        let size = CString::new(format!("size={mebibytes}m")).expect("no NUL");
        let flags = MountFlags::empty();
        mount("tmpfs", project.dir.path(), "tmpfs", flags, size.as_c_str()).ok()?;
        project.is_mounted = true;
        Some(project)
    }

    /// Fills the disk but for so many KiB, with a file that [`Self::path`]`("ballast")` names.
    pub fn fill_disk(&self, kibibytes_left: u64) {
        let mut ballast = fs::File::create(self.path("ballast")).expect("a file");
        let block = vec![1; 1 << 16];
        let mut n_bytes = 0;
        while let Ok(n) = ballast.write(&block) {
            n_bytes += n as u64;
        }
        ballast.set_len(n_bytes.saturating_sub(kibibytes_left << 10)).expect("a smaller file");
    }

    /// A path inside the project.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.dir.path().join(relative)
    }

    /// Writes a file, with the folders above it.
    pub fn write(&self, relative: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(&path, content).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        path
    }

    /// Writes a shell script that can be executed.
    pub fn script(&self, relative: &str, body: &str) -> PathBuf {
        let path = self.write(relative, format!("#!/bin/sh\n{body}"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("permissions");
        path
    }

    /// The text of a file.
    pub fn read(&self, relative: &str) -> String {
        let path = self.path(relative);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Copies a folder of `fixtures/` into the project. `Cargo_fixture.toml` becomes `Cargo.toml`.
    pub fn copy_fixture(&self, from: &str, to: &str) {
        let root = fixture(from);
        for entry in WalkDir::new(&root) {
            let entry = entry.unwrap_or_else(|error| panic!("{error}"));
            if entry.file_type().is_file() {
                let relative = entry.path().strip_prefix(&root).expect("below the root").to_string_lossy();
                let content = fs::read(entry.path()).expect("a readable fixture");
                self.write(
                    &format!("{to}/{}", relative.replace("Cargo_fixture.toml", "Cargo.toml")),
                    content,
                );
            }
        }
    }

    /// Writes a recording of a session that used one tool, with this input, and left what is in the folder `candidate`.
    pub fn record(&self, spec: &str, candidate: &str, tool_input: &str, to: &str) {
        let seen = LoadedSpec::read(&self.path(spec)).expect("a spec").seen().hash;
        let tree = FileTree::read(&self.path(candidate)).expect("a candidate");
        let event = TrajectoryEvent::ToolCall {
            tool: "bash".into(),
            input: tool_input.into(),
            output: Some("done".into()),
            failed: false,
        };
        let session = Session {
            end: SessionEnd::Done,
            agent: AgentStamp::named("a recorded agent", true),
            trajectory: Trajectory { lines: vec![TrajectoryLine { at_ms: 1, event }] },
            policy: None,
            usage: None,
        };
        let recording = Recording::new(&session, Role::Implementer, &seen, "", tree);
        recording.to_files().expect("a recording").write(&self.path(to)).expect("its folder");
    }

    /// Runs ghostlib in the project and waits.
    pub fn run(&self, args: &[&str]) -> Ran {
        self.start(args).wait()
    }

    /// Runs ghostlib in the project with these variables besides its own, and waits.
    pub fn run_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Ran {
        Started::new(&self.ghostlib, &self.path("."), args, self.dir.path(), variables, Stdio::null()).wait()
    }

    /// Starts ghostlib in the project.
    pub fn start(&self, args: &[&str]) -> Started {
        self.start_in(".", args)
    }

    /// Starts ghostlib in the project, to be spoken with over its standard streams.
    pub fn start_to_speak(&self, args: &[&str]) -> Started {
        Started::new(&self.ghostlib, &self.path("."), args, self.dir.path(), &[], Stdio::piped())
    }

    /// Starts ghostlib in the project, and speaks with it a line at a time.
    pub fn talk(&self, args: &[&str]) -> Talk {
        Talk::new(self.start_to_speak(args))
    }

    /// Runs another program in the project, with the path of ghostlib as its argument after the first ones, and waits;
    /// nothing, if it is not installed.
    pub fn run_other(&self, program: &str, before: &[&str], after: &[&str]) -> Option<Ran> {
        self.run_tool(program, &[before, &[&*self.ghostlib.to_string_lossy()], after].concat(), &[])
    }

    /// Runs another program in the project, with these variables besides its own, and waits; nothing, if it is not
    /// installed.
    pub fn run_tool(&self, program: &str, args: &[&str], variables: &[(&str, &str)]) -> Option<Ran> {
        let path = std::env::var_os("PATH")?;
        let program =
            std::env::split_paths(&path).map(|dir| dir.join(program)).find(|path| path.is_file())?;
        Some(Started::new(&program, &self.path("."), args, self.dir.path(), variables, Stdio::null()).wait())
    }

    /// The program under test.
    pub fn program(&self) -> &Path {
        &self.ghostlib
    }

    /// Starts ghostlib in a folder of the project.
    pub fn start_in(&self, folder: &str, args: &[&str]) -> Started {
        Started::new(&self.ghostlib, &self.path(folder), args, self.dir.path(), &[], Stdio::null())
    }
}

impl Drop for TestProject {
    fn drop(&mut self) {
        if self.is_mounted {
            let _ = unmount(self.dir.path(), UnmountFlags::DETACH);
        }
    }
}
