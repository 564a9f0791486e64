//! Errors that say what to do.

use crate::support::{Workspace, bubblewrap, landlock, launcher, on_every_backend};
use ghostlib_sandbox::{BackendChoice, CommandLine, Guarantee, Launcher, Sandbox, SandboxError, probe};

on_every_backend!(
    a_missing_program_is_named,
    a_missing_path_is_named,
    a_large_environment_is_handed_over,
    the_stamp_is_complete,
    more_than_there_is_is_refused_with_the_reason,
);

async fn a_missing_program_is_named(sandbox: &Sandbox) {
    let workspace = Workspace::new();
    for program in ["no-such-program", "/no/such/program"] {
        let error = sandbox.run(&workspace.policy, &CommandLine::new(program), Vec::new()).await.unwrap_err();
        assert!(matches!(error, SandboxError::NotStarted { .. }), "{error:?}");
        assert!(error.to_string().starts_with(&format!("cannot start `{program}`: No such file")), "{error}");
    }
}

async fn a_missing_path_is_named(sandbox: &Sandbox) {
    let mut workspace = Workspace::new();
    workspace.policy.write.push("/no/such/folder".into());
    let error = sandbox.run(&workspace.policy, &CommandLine::new("true"), Vec::new()).await.unwrap_err();
    assert!(error.to_string().contains("`/no/such/folder` as its write path"), "{error}");
}

async fn a_large_environment_is_handed_over(sandbox: &Sandbox) {
    let mut workspace = Workspace::new();
    for n in 0..20 {
        workspace.policy.env.insert(format!("LARGE_{n}"), "x".repeat(60_000));
    }
    workspace.policy.limits.output_bytes = 4 << 20;
    let finished = sandbox.run(&workspace.policy, &CommandLine::new("env"), Vec::new()).await.unwrap();
    assert!(finished.stdout.len() > 20 * 60_000);
}

async fn the_stamp_is_complete(sandbox: &Sandbox) {
    let stamp = sandbox.stamp();
    assert!(stamp.enforces.iter().any(|name| name == "no-network"), "{stamp:?}");
    assert_eq!(stamp.enforces.len() + stamp.lacks.len(), Guarantee::ALL.len(), "{stamp:?}");
}

async fn more_than_there_is_is_refused_with_the_reason(sandbox: &Sandbox) {
    sandbox.require(&[Guarantee::NoNetwork, Guarantee::WallLimit]).unwrap();
    for declared in sandbox.guarantees() {
        let required = sandbox.require(&[Guarantee::NoNetwork, declared.guarantee]);
        match &declared.lacks {
            None => required.unwrap(),
            Some(reason) => {
                let error = required.unwrap_err().to_string();
                assert!(error.contains(declared.guarantee.name()) && error.contains(reason), "{error}");
                assert!(!error.contains("no-network"), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn auto_takes_bubblewrap_where_it_is_and_landlock_elsewhere() {
    let auto = |path| Sandbox::new(BackendChoice::Auto, launcher(), path);
    assert_eq!(auto(None).await.unwrap().stamp(), landlock().await.stamp());
    if let Some(bubblewrap) = bubblewrap("auto_takes_bubblewrap_where_it_is").await {
        let path = std::env::var_os("PATH");
        assert_eq!(auto(path.as_deref()).await.unwrap().stamp(), bubblewrap.stamp());
    }
}

#[tokio::test]
async fn a_bubblewrap_that_does_not_work_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy("/bin/false", folder.path().join("bwrap")).unwrap();
    let path = Some(folder.path().as_os_str());
    let sandbox = Sandbox::new(BackendChoice::Auto, launcher(), path).await.unwrap();
    assert_eq!(sandbox.stamp().backend, "landlock");
    let error = Sandbox::new(BackendChoice::Bubblewrap, launcher(), path).await.unwrap_err();
    assert!(error.to_string().starts_with("the sandbox backend `bubblewrap` is not available: "), "{error}");
}

#[tokio::test]
async fn a_missing_bubblewrap_is_reported_with_a_way_to_get_it() {
    let reports = probe(&launcher(), None).await;
    assert_eq!(
        reports.iter().map(|report| report.backend.as_str()).collect::<Vec<_>>(),
        ["bubblewrap", "landlock"]
    );
    assert!(reports[0].unavailable.as_ref().unwrap().contains("PATH"), "{reports:?}");
    assert!(reports[0].hint.as_ref().unwrap().contains("apt-get install bubblewrap"), "{reports:?}");
    assert_eq!((&reports[1].unavailable, &reports[1].hint), (&None, &None));
}

#[tokio::test]
async fn a_launcher_that_is_none_is_an_error() {
    for (program, words) in [("/no/such/launcher", "No such file"), ("/bin/true", "exit status: 0")] {
        let launcher = Launcher::new(program, [""; 0]);
        let error = Sandbox::new(BackendChoice::Landlock, launcher, None).await.unwrap_err().to_string();
        assert!(error.contains(words) || error.contains("Broken pipe"), "{error}");
    }
}
