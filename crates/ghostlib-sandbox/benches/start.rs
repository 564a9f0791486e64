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
    /// The same as a divisor.
    const N: f64 = 200.0;

    /// What the backend hides of the system, on Debian.
    const HIDDEN: &[&str] = &[
        "/usr/lib/node_modules",
        "/usr/local/lib/node_modules",
        "/usr/local/src",
        "/usr/src",
        "/usr/lib/python3/dist-packages",
        "/usr/local/lib/python3.11/dist-packages",
        "/usr/local/lib/python3.13/dist-packages",
    ];

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
        let hidden: Vec<&str> = HIDDEN.iter().copied().filter(|path| Path::new(path).is_dir()).collect();
        for path in &hidden {
            bwrap.args(["--tmpfs", path]);
        }
        bwrap.args(["--dev", "/dev", "--proc", "/proc"]);
        bwrap.arg("--bind").arg(workspace).arg("/tmp").arg("--bind").arg(workspace).arg(workspace);
        for path in hidden.iter().chain(&["/dev", "/"]) {
            bwrap.args(["--remount-ro", path]);
        }
        bwrap.args(["--chdir", "/", "--", "/usr/bin/true"]);
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
        say("in turns:");
        let in_turns = measured(&plain, workspace.path()).await?;
        // Control groups hold up every start on the machine, so these are measured by themselves.
        measured(&limited, workspace.path()).await?;
        say("back to back, all that is started for the next one included:");
        let mut in_a_row = Vec::new();
        for way in &plain {
            in_a_row.extend(measured(std::slice::from_ref(way), workspace.path()).await?);
        }
        for (order, took) in [("in turns", in_turns), ("back to back", in_a_row)] {
            for (name, of) in [
                ("median", (|it: &Took| it.median) as fn(&Took) -> f64),
                ("fastest tenth", |it| it.fast),
                ("mean", |it| it.mean),
            ] {
                compare(&format!("{order}, {name}"), &took, of);
            }
        }
        Ok(())
    }

    /// Against the limits.
    fn compare(what: &str, took: &[Took], of: fn(&Took) -> f64) {
        let bound = 2.0 * of(&took[0]) + 1e-3;
        let share = of(&took[1]) / bound;
        say(&format!("{what}: Landlock {share:.2} of its limit, twice a bare start and 1 ms"));
        if let [by_hand, bubblewrap] = &took[2..] {
            say(&format!(
                "{what}: bubblewrap {:.2} times that by hand (limit 1.5)",
                of(bubblewrap) / of(by_hand)
            ));
        }
    }

    /// In seconds.
    struct Took {
        median: f64,
        mean: f64,
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
            let mean = times.iter().map(|time| time / N).sum::<f64>();
            Took { median: times[N_RUNS / 2], mean, fast: times[N_RUNS / 10] }
        };
        let took: Vec<Took> = times.into_iter().map(took).collect();
        for ((name, _), took) in ways.iter().zip(&took) {
            let Took { median, mean, fast } = took;
            say(&format!(
                "{name:<32} median {:.2} ms, mean {:.2} ms, fastest tenth {:.2} ms",
                median * 1e3,
                mean * 1e3,
                fast * 1e3
            ));
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
