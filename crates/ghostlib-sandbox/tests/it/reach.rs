//! What a sandboxed process cannot reach.

use crate::support::{Workspace, assert_fails, assert_ok, on_every_backend, outside, payload, shell, text};
use ghostlib_sandbox::{CommandLine, Guarantee, Sandbox};
use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixListener;

on_every_backend!(
    a_secret_outside_cannot_be_read,
    a_link_in_the_workspace_does_not_lead_out,
    home_and_tmp_cannot_be_listed,
    nothing_outside_can_be_written,
    readable_paths_cannot_be_written,
    modes_outside_cannot_be_changed_where_that_is_promised,
    the_workspace_can_be_written,
    a_readable_path_inside_a_writable_one_stays_writable,
    the_environment_is_the_policys,
    the_temporary_folder_is_private_and_goes_away,
    the_network_is_out_of_reach,
    capabilities_are_gone,
    namespaces_cannot_be_made,
    open_files_of_ghostlib_are_closed,
    other_processes_get_no_signals,
    devices_cannot_be_made,
);

async fn a_secret_outside_cannot_be_read(sandbox: &Sandbox) {
    let secrets = Workspace::new();
    let file = secrets.path().join("secret");
    fs::write(&file, "hidden words").unwrap();
    let read = CommandLine::new("/bin/cat").arg(&file);
    assert_eq!(outside(&read).await.stdout, b"hidden words");
    let mut workspace = Workspace::new();
    let inside = sandbox.run(&workspace.policy, &read, Vec::new()).await.unwrap();
    assert_fails(&inside);
    assert_eq!(inside.stdout, b"");
    workspace.policy.read.push(file);
    assert_eq!(sandbox.run(&workspace.policy, &read, Vec::new()).await.unwrap().stdout, b"hidden words");
}

async fn a_link_in_the_workspace_does_not_lead_out(sandbox: &Sandbox) {
    let secrets = Workspace::new();
    fs::write(secrets.path().join("secret"), "hidden words").unwrap();
    let workspace = Workspace::new();
    std::os::unix::fs::symlink(secrets.path(), workspace.path().join("link")).unwrap();
    assert_eq!(fs::read(workspace.path().join("link/secret")).unwrap(), b"hidden words");
    assert_fails(&workspace.shell(sandbox, "cat link/secret").await);
}

async fn home_and_tmp_cannot_be_listed(sandbox: &Sandbox) {
    let neighbour = Workspace::new();
    let name = neighbour.path().file_name().unwrap().to_str().unwrap();
    let workspace = Workspace::new();
    let listing = workspace.shell(sandbox, "ls -a /tmp /root /home ~; cat /etc/shadow /proc/1/environ").await;
    assert_fails(&listing);
    assert!(!text(&listing.stdout).contains(name), "{}", text(&listing.stdout));
    assert!(!text(&listing.stdout).contains("root:"), "{}", text(&listing.stdout));
}

async fn nothing_outside_can_be_written(sandbox: &Sandbox) {
    let other = Workspace::new();
    let file = other.path().join("file");
    fs::write(&file, "as it was").unwrap();
    let path = file.display();
    let workspace = Workspace::new();
    for script in [
        format!("echo changed > {path}"),
        format!("truncate -s 0 {path}"),
        format!("rm {path}"),
        format!("mv {path} ./moved"),
        format!("ln {path} ./linked && echo changed > ./linked"),
        // Changes nothing even where it succeeds.
        ": >> /usr/bin/env".into(),
        ": >> /etc/passwd".into(),
    ] {
        assert_fails(&workspace.shell(sandbox, &script).await);
        assert_eq!(fs::read(&file).unwrap(), b"as it was", "{script}");
    }
    let command = shell(&format!("truncate -s 0 {path}"));
    assert_ok(&outside(&command).await);
    assert_eq!(fs::read(&file).unwrap(), b"");
}

async fn readable_paths_cannot_be_written(sandbox: &Sandbox) {
    let inputs = Workspace::new();
    fs::write(inputs.path().join("spec"), "text").unwrap();
    let mut workspace = Workspace::new();
    workspace.policy.read.push(inputs.path().into());
    let spec = inputs.path().join("spec");
    assert_eq!(workspace.shell(sandbox, &format!("cat {}", spec.display())).await.stdout, b"text");
    assert_fails(&workspace.shell(sandbox, &format!("echo more >> {}", spec.display())).await);
    assert_fails(&workspace.shell(sandbox, &format!("rm {}", spec.display())).await);
    assert_eq!(fs::read(spec).unwrap(), b"text");
}

async fn modes_outside_cannot_be_changed_where_that_is_promised(sandbox: &Sandbox) {
    let inputs = Workspace::new();
    let file = inputs.path().join("file");
    fs::write(&file, "text").unwrap();
    let mut workspace = Workspace::new();
    workspace.policy.read.push(inputs.path().into());
    let tried = workspace.shell(sandbox, &format!("chmod 777 {}", file.display())).await;
    let promised = sandbox.stamp().enforces.iter().any(|name| name == "file-metadata-protected");
    // Root's files are out of reach of the user that the command runs as then, promised or not.
    let is_anothers =
        rustix::process::geteuid().is_root() && sandbox.require(&[Guarantee::UidDropped]).is_ok();
    assert_eq!(tried.end.is_success(), !promised && !is_anothers);
}

async fn the_workspace_can_be_written(sandbox: &Sandbox) {
    let workspace = Workspace::new();
    let script =
        "mkdir -p a/b && echo x > a/b/c && mv a/b/c d && ln -s d e && mkfifo f && chmod +x d && rm -r a";
    assert_ok(&workspace.shell(sandbox, script).await);
    assert_eq!(fs::read(workspace.path().join("e")).unwrap(), b"x\n");
}

async fn a_readable_path_inside_a_writable_one_stays_writable(sandbox: &Sandbox) {
    let mut workspace = Workspace::new();
    let inner = workspace.path().join("inner");
    fs::create_dir(&inner).unwrap();
    workspace.policy.read.push(inner);
    assert_ok(&workspace.shell(sandbox, "echo x > inner/y").await);
}

async fn the_environment_is_the_policys(sandbox: &Sandbox) {
    let mut workspace = Workspace::new();
    workspace.policy.env =
        [("ONE", "a b"), ("TMPDIR", "/usr")].map(|(name, value)| (name.into(), value.into())).into();
    let env = sandbox.run(&workspace.policy, &CommandLine::new("/usr/bin/env"), Vec::new()).await.unwrap();
    assert_eq!(text(&env.stdout), "ONE=a b\nTMPDIR=/usr\n");
}

async fn the_temporary_folder_is_private_and_goes_away(sandbox: &Sandbox) {
    let workspace = Workspace::new();
    let used = workspace
        .shell(sandbox, "ls -A $TMPDIR | grep -v ^.tmp; echo x > $TMPDIR/ghostlib-left && echo $TMPDIR")
        .await;
    let folder = text(&used.stdout);
    assert!(folder.starts_with("/tmp") && folder.lines().count() == 1, "{folder}");
    assert!(!fs::exists(format!("{}/ghostlib-left", folder.trim())).unwrap());
    assert_fails(&workspace.shell(sandbox, "cat $TMPDIR/ghostlib-left").await);
}

async fn the_network_is_out_of_reach(sandbox: &Sandbox) {
    let mut workspace = Workspace::new();
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let socket = workspace.path().join("socket");
    let _unix = UnixListener::bind(&socket).unwrap();
    let address = tcp.local_addr().unwrap().to_string();
    let socket = socket.display().to_string();
    let command = payload(std::env::current_exe().unwrap(), "reaches_out");
    let env = [("TCP", address.as_ref()), ("UNIX", socket.as_ref())];
    let free = ghostlib_sandbox::host::run(&command, workspace.path(), &env, workspace.policy.limits.wall);
    let free = text(&free.await.unwrap().stdout);
    assert_eq!(free.matches(": open").count(), 6, "{free}");
    workspace.policy.env.extend([("TCP".into(), address), ("UNIX".into(), socket)]);
    let inside = text(&workspace.payload(sandbox, "reaches_out").await.stdout);
    assert!(inside.contains("pair: open"), "{inside}");
    assert_eq!(inside.matches(": Operation not permitted").count(), 5, "{inside}");
}

async fn capabilities_are_gone(sandbox: &Sandbox) {
    let inside = Workspace::new().payload(sandbox, "shows_capabilities").await;
    assert!(text(&inside.stdout).contains("permitted 0\n"), "{}", text(&inside.stdout));
}

async fn namespaces_cannot_be_made(sandbox: &Sandbox) {
    let workspace = Workspace::new();
    for command in ["unshare -U true", "unshare -n true", "unshare -m true", "/usr/sbin/chroot / true"] {
        let tried = workspace.shell(sandbox, command).await;
        assert_fails(&tried);
        let words = text(&tried.stderr).to_lowercase();
        assert!(words.contains("not permitted"), "{command}: {words}");
    }
}

async fn open_files_of_ghostlib_are_closed(sandbox: &Sandbox) {
    let mut secret = tempfile::tempfile().unwrap();
    secret.write_all(b"hidden words").unwrap();
    rustix::io::fcntl_setfd(&secret, rustix::io::FdFlags::empty()).unwrap();
    let script = format!("exec 3<&{} && cat <&3", secret.as_raw_fd());
    assert_ok(&outside(&shell(&script)).await);
    assert_fails(&Workspace::new().shell(sandbox, &script).await);
}

async fn other_processes_get_no_signals(sandbox: &Sandbox) {
    let script = format!("kill -0 {}", std::process::id());
    assert_ok(&outside(&shell(&script)).await);
    assert_fails(&Workspace::new().shell(sandbox, &script).await);
}

async fn devices_cannot_be_made(sandbox: &Sandbox) {
    let workspace = Workspace::new();
    assert_fails(&workspace.shell(sandbox, "mknod null c 1 3").await);
    assert_ok(&workspace.shell(sandbox, "echo x > /dev/null && head -c 4 /dev/urandom > /dev/null").await);
}
