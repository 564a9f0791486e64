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
        Sandbox(Box<(Sandbox, SandboxPolicy)>),
    }

    impl Way {
        async fn start(&self, workspace: &Path) -> Result<Duration, Box<dyn Error>> {
            let began = Instant::now();
            match self {
                Self::Bare => assert!(quiet("/usr/bin/true").status()?.success()),
                Self::ByHand { is_root } => assert!(by_hand(workspace, *is_root).status()?.success()),
                Self::Sandbox(way) => {
                    let (sandbox, policy) = way.as_ref();
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
        let landlock = Sandbox::new(BackendChoice::Landlock, launcher.clone(), None).await?;
        let sandboxed = |sandbox: &Sandbox, policy: &SandboxPolicy| {
            Way::Sandbox(Box::new((sandbox.clone(), policy.clone())))
        };
        let mut plain = vec![("bare", Way::Bare), ("Landlock", sandboxed(&landlock, &policy))];
        let mut limited = vec![("Landlock, limits of the tree", sandboxed(&landlock, &of_tree))];
        match Sandbox::new(BackendChoice::Bubblewrap, launcher, path.as_deref()).await {
            Ok(bubblewrap) => {
                let is_root = rustix::process::geteuid().is_root();
                plain.push(("bubblewrap by hand", Way::ByHand { is_root }));
                plain.push(("bubblewrap", sandboxed(&bubblewrap, &policy)));
                limited.push(("bubblewrap, limits of the tree", sandboxed(&bubblewrap, &of_tree)));
            }
            Err(error) => say(&format!("skipped: {error}")),
        }
        let plain = measured(&plain, workspace.path()).await?;
        // Control groups hold up every start on the machine, so these are measured by themselves.
        measured(&limited, workspace.path()).await?;
        for (name, of) in
            [("median", (|it: &Took| it.median) as fn(&Took) -> f64), ("fastest tenth", |it| it.fast)]
        {
            let bound = 2.0 * of(&plain[0]) + 1e-3;
            say(&format!(
                "{name}: Landlock {:.2} of its limit, twice a bare start and 1 ms",
                of(&plain[1]) / bound
            ));
            if let [by_hand, bubblewrap] = &plain[2..] {
                say(&format!(
                    "{name}: bubblewrap {:.2} times that by hand (limit 1.5)",
                    of(bubblewrap) / of(by_hand)
                ));
            }
        }
        Ok(())
    }

    /// In seconds.
    struct Took {
        median: f64,
        /// Of the fastest tenth the slowest: what it takes while nothing else runs.
        fast: f64,
    }

    /// The ways take turns, so that whatever else the machine does befalls all of them.
    async fn measured(ways: &[(&str, Way)], workspace: &Path) -> Result<Vec<Took>, Box<dyn Error>> {
        let mut times = vec![Vec::new(); ways.len()];
        for _ in 0..N_RUNS {
            for ((_, way), times) in ways.iter().zip(&mut times) {
                times.push(way.start(workspace).await?.as_secs_f64());
            }
        }
        let took = |mut times: Vec<f64>| {
            times.sort_by(f64::total_cmp);
            Took { median: times[N_RUNS / 2], fast: times[N_RUNS / 10] }
        };
        let took: Vec<Took> = times.into_iter().map(took).collect();
        for ((name, _), took) in ways.iter().zip(&took) {
            say(&format!("{name:<32} {:.2} ms, fastest tenth {:.2} ms", took.median * 1e3, took.fast * 1e3));
        }
        Ok(took)
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
