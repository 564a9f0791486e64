//! What is planted around the workspace of one attempt, and how it looks afterwards.

use super::EscapesError;
use crate::marked::marked;
use ghostlib_sandbox::{CommandLine, host, remove_folder};
use rustix::process::{Pid, Signal, kill_process};
use std::env;
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::net::{TcpListener, UdpSocket};
use std::os::fd::AsRawFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tempfile::{NamedTempFile, TempDir};
use tokio::task::JoinHandle;

/// The variable with the secret, in the environment of the process that runs the sandboxes.
pub(super) const SECRET: &str = "GHOSTLIB_ESCAPES_SECRET";

/// What is planted once, all over the machine.
pub(super) struct Props {
    pub(super) secret: String,
    in_home: NamedTempFile,
    in_memory: NamedTempFile,
    /// Open, and not closed on execution.
    open: File,
    memory_key: u32,
}

impl Props {
    pub(super) async fn place(secret: &str) -> Result<Self, EscapesError> {
        let home = env::home_dir().unwrap_or_else(|| "/".into());
        let mut open = tempfile::tempfile().map_err(EscapesError::at(Path::new("a temporary file")))?;
        open.write_all(secret.as_bytes()).map_err(EscapesError::at(Path::new("a temporary file")))?;
        rustix::io::fcntl_setfd(&open, rustix::io::FdFlags::empty())
            .map_err(|error| EscapesError::at(Path::new("a descriptor"))(error.into()))?;
        let props = Self {
            secret: secret.to_owned(),
            in_home: planted(&home, secret).map_err(EscapesError::at(&home))?,
            in_memory: planted(Path::new("/dev/shm"), secret)
                .map_err(EscapesError::at(Path::new("/dev/shm")))?,
            open,
            memory_key: std::process::id() | 0x4000_0000,
        };
        props.shared_memory("0o1666").await?;
        Ok(props)
    }

    pub(super) async fn clear_away(self) -> Result<(), EscapesError> {
        self.shared_memory("remove").await
    }

    /// Makes or removes memory that is shared by a key, which takes a call that only C has.
    async fn shared_memory(&self, what: &str) -> Result<(), EscapesError> {
        let script = "import ctypes, sys\nc = ctypes.CDLL(None)\nkey = int(sys.argv[1])\n\
                      if sys.argv[2] == 'remove': c.shmctl(c.shmget(key, 0, 0), 0, None)\n\
                      else: c.shmget(key, 4096, int(sys.argv[2], 0))";
        let key = self.memory_key.to_string();
        let command = CommandLine::new("/usr/bin/python3").args(["-I", "-S", "-c", script, &key, what]);
        host::run(&command, Path::new("/"), &[], Duration::from_secs(20)).await?;
        Ok(())
    }
}

fn planted(folder: &Path, secret: &str) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix(".ghostlib-escape-").tempfile_in(folder)?;
    file.write_all(secret.as_bytes())?;
    fs::set_permissions(file.path(), Permissions::from_mode(0o644))?;
    Ok(file)
}

/// The surroundings of one attempt. Modes let everybody in, so that it is the sandbox that holds.
pub(super) struct Stage {
    root: TempDir,
    before: Vec<String>,
    tcp: TcpListener,
    udp: UdpSocket,
    listeners: Vec<UnixListener>,
    datagrams: Vec<UnixDatagram>,
    /// A number of seconds to sleep that no other process sleeps.
    pub(super) mark: String,
    victim_mark: String,
    victim: JoinHandle<()>,
    root_sleeper: AtomicBool,
}

impl Stage {
    pub(super) const VICTIM_FILE: &'static str = "victim-file";

    pub(super) async fn set(props: &Props) -> Result<Self, EscapesError> {
        let mut stage = Self::plant(&props.secret).map_err(EscapesError::at(Path::new("the stage")))?;
        stage.start_victim().await;
        stage.before = stage.look_around();
        Ok(stage)
    }

    fn plant(secret: &str) -> io::Result<Self> {
        let root = tempfile::tempdir()?;
        let path = |name: &str| root.path().join(name);
        for folder in ["outside/reference", "outside/readable", "work"] {
            fs::create_dir_all(path(folder))?;
        }
        for file in ["outside/secret", "outside/reference/lib.rs"] {
            fs::write(path(file), secret)?;
        }
        for file in ["outside/victim-file", "outside/readable/file"] {
            fs::write(path(file), "as it was")?;
        }
        symlink("../outside/reference", path("work/planted"))?;
        let unique = format!("{:016x}", fastrand::u64(..));
        let name = format!("ghostlib-escape-{unique}");
        let listeners = vec![
            UnixListener::bind(path("outside/socket"))?,
            UnixListener::bind(path("work/planted.sock"))?,
            UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name)?)?,
        ];
        let datagrams = vec![
            UnixDatagram::bind(path("outside/socket-datagram"))?,
            UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(name + "-datagram")?)?,
        ];
        for entry in
            walkdir::WalkDir::new(root.path()).into_iter().flatten().filter(|it| !it.path_is_symlink())
        {
            let mode = if entry.file_type().is_dir() { 0o777 } else { 0o666 };
            fs::set_permissions(entry.path(), Permissions::from_mode(mode))?;
        }
        let number = fastrand::u32(1_000_000..);
        Ok(Self {
            before: Vec::new(),
            tcp: TcpListener::bind("127.0.0.1:0")?,
            udp: UdpSocket::bind("127.0.0.1:0")?,
            listeners,
            datagrams,
            mark: format!("300.1{number}"),
            victim_mark: format!("300.2{number}"),
            victim: tokio::spawn(async {}),
            root_sleeper: AtomicBool::new(false),
            root,
        })
    }

    /// A process that does nothing, in the folder that is out of reach.
    async fn start_victim(&mut self) {
        let (sleep, dir) =
            (CommandLine::new("sleep").arg(&self.victim_mark), self.root.path().join("outside"));
        self.victim = tokio::spawn(async move {
            let _ended = host::run(&sleep, &dir, &[], Duration::from_secs(120)).await;
        });
        let patience = Instant::now() + Duration::from_secs(10);
        while marked(&self.victim_mark).is_empty() && Instant::now() < patience {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    pub(super) fn work(&self) -> PathBuf {
        self.root.path().join("work")
    }

    /// What the policy lets it read.
    pub(super) fn readable(&self) -> PathBuf {
        self.root.path().join("outside/readable")
    }

    /// What an attempt is told: where everything is, and nothing of what it says.
    pub(super) fn variables(&self, props: &Props) -> Vec<(&'static str, String)> {
        let path = |name: &str| self.root.path().join(name).display().to_string();
        let abstract_name = self.listeners[2].local_addr().ok();
        let abstract_name = abstract_name.as_ref().and_then(|it| it.as_abstract_name()).unwrap_or_default();
        let port = |address: io::Result<std::net::SocketAddr>| address.map_or(0, |it| it.port()).to_string();
        let home = props.in_home.path().parent().unwrap_or(Path::new("/"));
        vec![
            ("STAGE", path("")),
            ("WORK", path("work")),
            ("SECRET_FILE", path("outside/secret")),
            ("REFERENCE", path("outside/reference")),
            ("VICTIM_FILE", path("outside/victim-file")),
            ("READABLE", path("outside/readable")),
            ("SOCKET", path("outside/socket")),
            ("ABSTRACT", String::from_utf8_lossy(abstract_name).into_owned()),
            ("TCP_PORT", port(self.tcp.local_addr())),
            ("UDP_PORT", port(self.udp.local_addr())),
            ("HOST_HOME", home.display().to_string()),
            ("HOST_PID", std::process::id().to_string()),
            ("SECRET_FD", props.open.as_raw_fd().to_string()),
            ("MEMORY_KEY", props.memory_key.to_string()),
            (
                "MEMORY_NAME",
                props.in_memory.path().file_name().unwrap_or_default().to_string_lossy().into_owned(),
            ),
            (
                "VICTIM",
                marked(&self.victim_mark).first().map_or(0, |pid| pid.as_raw_nonzero().get()).to_string(),
            ),
            ("MARK", self.mark.clone()),
        ]
    }

    /// To be called now and then while the attempt runs.
    pub(super) fn glance(&self) {
        let is_root =
            |pid: &Pid| fs::metadata(format!("/proc/{}", pid.as_raw_nonzero())).is_ok_and(|it| it.uid() == 0);
        if marked(&self.mark).iter().any(is_root) {
            self.root_sleeper.store(true, Ordering::Relaxed);
        }
    }

    pub(super) fn saw_root_sleeper(&self) -> bool {
        self.root_sleeper.load(Ordering::Relaxed)
    }

    pub(super) fn is_changed(&self) -> bool {
        self.look_around() != self.before
    }

    /// Everything beside the workspace, with what can be known of it.
    fn look_around(&self) -> Vec<String> {
        let entries = walkdir::WalkDir::new(self.root.path().join("outside")).sort_by_file_name();
        let look = |path: &Path| {
            let Ok(it) = fs::symlink_metadata(path) else { return format!("{} is gone", path.display()) };
            let text = if it.is_file() { fs::read(path).unwrap_or_default() } else { Vec::new() };
            format!("{} {:o} {} {} {} {text:?}", path.display(), it.mode(), it.uid(), it.mtime(), it.nlink())
        };
        entries.into_iter().flatten().map(|entry| look(entry.path())).collect()
    }

    /// Whether anything has come to any of the servers. What comes waits in their queues.
    pub(super) fn is_reached(&self) -> bool {
        let mut byte = [0; 1];
        let mut reached = self.tcp.set_nonblocking(true).is_ok() && self.tcp.accept().is_ok();
        reached |= self.udp.set_nonblocking(true).is_ok() && self.udp.recv(&mut byte).is_ok();
        for listener in &self.listeners {
            reached |= listener.set_nonblocking(true).is_ok() && listener.accept().is_ok();
        }
        for datagram in &self.datagrams {
            reached |= datagram.set_nonblocking(true).is_ok() && datagram.recv(&mut byte).is_ok();
        }
        reached
    }

    pub(super) fn victim_lives(&self) -> bool {
        !marked(&self.victim_mark).is_empty()
    }

    /// What an attempt has made in its temporary folder, wherever that was.
    pub(super) fn left_in_temporary_folders(&self) -> Vec<PathBuf> {
        let all = walkdir::WalkDir::new(env::temp_dir()).max_depth(2).into_iter().flatten();
        all.filter(|entry| entry.file_name() == self.mark.as_str())
            .map(walkdir::DirEntry::into_path)
            .collect()
    }

    pub(super) fn survivors(&self) -> Vec<Pid> {
        marked(&self.mark)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.victim.abort();
        for folder in self.left_in_temporary_folders().into_iter().chain([self.work()]) {
            let _as_far_as_it_goes = remove_folder(&folder);
        }
        for pid in self.survivors() {
            let _already_gone = kill_process(pid, Signal::KILL);
        }
    }
}
