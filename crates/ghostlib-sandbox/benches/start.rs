//! What it costs to start `true` in each backend, beside a bare start and a bubblewrap written by hand with the same
//! flags, in one run: `cargo bench -p ghostlib-sandbox --bench start`.

#[cfg(target_os = "linux")]
mod linux {
    use ghostlib_sandbox::{
        BackendChoice, CommandLine, Launcher, Limits, Sandbox, SandboxPolicy, SandboxRole,
    };
    use std::collections::BTreeMap;
    use std::error::Error;
    use std::path::Path;
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    const N_RUNS: usize = 200;

    /// One way to start `true`.
    enum Way {
        Bare,
        ByHand { is_root: bool },
        Sandbox(Sandbox, Box<SandboxPolicy>),
    }

    impl Way {
        async fn start(&self, workspace: &Path) -> Result<Duration, Box<dyn Error>> {
            let began = Instant::now();
            match self {
                Self::Bare => assert!(quiet("/usr/bin/true").status()?.success()),
                Self::ByHand { is_root } => assert!(by_hand(workspace, *is_root).status()?.success()),
                Self::Sandbox(sandbox, policy) => {
                    let finished =
                        sandbox.run(policy, &CommandLine::new("/usr/bin/true"), Vec::new()).await?;
                    assert!(finished.end.is_success(), "{}", finished.end);
                }
            }
            Ok(began.elapsed())
        }
    }

    #[expect(clippy::disallowed_methods, reason = "what the sandbox is measured against")]
    fn quiet(program: &str) -> Command {
        let mut command = Command::new(program);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// The flags of the backend, for the user who runs this.
    fn by_hand(workspace: &Path, is_root: bool) -> Command {
        let mut bwrap = quiet("bwrap");
        bwrap.args([
            "--unshare-ipc",
            "--unshare-pid",
            "--unshare-net",
            "--unshare-uts",
            "--unshare-cgroup-try",
        ]);
        bwrap.args(["--hostname", "sandbox", "--die-with-parent", "--clearenv", "--cap-drop", "ALL"]);
        if is_root {
            bwrap.args(["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"]);
        } else {
            bwrap.args(["--unshare-user", "--uid", "1000", "--gid", "1000", "--disable-userns"]);
        }
        bwrap.args(["--tmpfs", "/", "--ro-bind", "/usr", "/usr"]);
        for (target, link) in
            [("usr/bin", "/bin"), ("usr/sbin", "/sbin"), ("usr/lib", "/lib"), ("usr/lib64", "/lib64")]
        {
            bwrap.args(["--symlink", target, link]);
        }
        for path in [
            "alternatives",
            "group",
            "ld.so.cache",
            "ld.so.conf",
            "ld.so.conf.d",
            "localtime",
            "nsswitch.conf",
        ] {
            let path = format!("/etc/{path}");
            bwrap.args(["--ro-bind-try", &path, &path]);
        }
        for path in ["passwd", "ssl/certs", "ssl/openssl.cnf"] {
            let path = format!("/etc/{path}");
            bwrap.args(["--ro-bind-try", &path, &path]);
        }
        bwrap.args(["--tmpfs", "/usr/local/src", "--tmpfs", "/usr/src", "--dev", "/dev", "--proc", "/proc"]);
        bwrap.arg("--bind").arg(workspace).arg("/tmp").arg("--bind").arg(workspace).arg(workspace);
        bwrap.args(["--remount-ro", "/usr/local/src", "--remount-ro", "/usr/src"]);
        bwrap.args(["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/", "--", "/usr/bin/true"]);
        bwrap
    }

    pub(super) async fn main() -> Result<(), Box<dyn Error>> {
        let workspace = tempfile::tempdir()?;
        let launcher = Launcher::new(env!("CARGO_BIN_EXE_ghostlib-sandbox-launch"), [""; 0]);
        let path = std::env::var_os("PATH");
        let policy = SandboxPolicy {
            env: BTreeMap::from([("PATH".into(), "/usr/bin:/bin".into())]),
            limits: Limits::default(),
            ..SandboxRole::Test.policy(workspace.path())
        };
        let of_tree = SandboxPolicy { limits: SandboxRole::Test.limits(), ..policy.clone() };
        let mut ways = vec![("bare", Way::Bare)];
        let landlock = Sandbox::new(BackendChoice::Landlock, launcher.clone(), None).await?;
        ways.push(("Landlock", Way::Sandbox(landlock.clone(), Box::new(policy.clone()))));
        ways.push(("Landlock, limits of the tree", Way::Sandbox(landlock, Box::new(of_tree.clone()))));
        match Sandbox::new(BackendChoice::Bubblewrap, launcher, path.as_deref()).await {
            Ok(bubblewrap) => {
                let is_root = rustix::process::geteuid().is_root();
                ways.push(("bubblewrap by hand", Way::ByHand { is_root }));
                ways.push(("bubblewrap", Way::Sandbox(bubblewrap.clone(), Box::new(policy))));
                ways.push(("bubblewrap, limits of the tree", Way::Sandbox(bubblewrap, Box::new(of_tree))));
            }
            Err(error) => say(&format!("skipped: {error}")),
        }
        let medians = medians(&ways, workspace.path()).await?;
        for ((name, _), median) in ways.iter().zip(&medians) {
            say(&format!("{name:<32} {:.2} ms", median * 1e3));
        }
        let bound = 2.0 * medians[0] + 1e-3;
        say(&format!("Landlock: {:.2} of its limit, twice a bare start and 1 ms", medians[1] / bound));
        if let [.., by_hand, bubblewrap, _] = medians[3..] {
            say(&format!("bubblewrap: {:.2} times that by hand (limit 1.5)", bubblewrap / by_hand));
        }
        Ok(())
    }

    /// In seconds. The ways take turns, so that whatever else the machine does befalls all of them.
    async fn medians(ways: &[(&str, Way)], workspace: &Path) -> Result<Vec<f64>, Box<dyn Error>> {
        let mut took = vec![Vec::new(); ways.len()];
        for _ in 0..N_RUNS {
            for ((_, way), took) in ways.iter().zip(&mut took) {
                took.push(way.start(workspace).await?.as_secs_f64());
            }
        }
        let median = |mut took: Vec<f64>| {
            took.sort_by(f64::total_cmp);
            took[took.len() / 2]
        };
        Ok(took.into_iter().map(median).collect())
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
