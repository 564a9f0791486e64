//! `ghostlib sandbox exec`, and what a machine must be able to do.

use crate::support::project;

#[test]
fn a_command_runs_in_the_workspace_and_its_exit_code_comes_through() {
    let project = project();
    project.write("work/task", "text");
    project.write("secret", "hidden");
    let exec = |script: &str| {
        project.run(&["sandbox", "exec", "--role", "build", "--workspace", "work", "--", "sh", "-c", script])
    };
    let ran = exec("cat task; echo more > made; exit 7").expect_code(7);
    assert_eq!((ran.stdout.as_str(), project.read("work/made").as_str()), ("text", "more\n"));
    let ran = exec("cat ../secret").expect_code(1);
    assert!(!ran.stdout.contains("hidden"), "{}", ran.stdout);
    let _ = exec("kill -9 $$").expect_code(137);
}

#[test]
fn an_author_reads_what_is_named() {
    let project = project();
    project.write("reference/lib.rs", "words");
    let exec = ["sandbox", "exec", "--role", "author", "--read", "reference"];
    let path = project.path("reference/lib.rs").display().to_string();
    let ran = project.run(&[&exec[..], &["--", "cat", &path]].concat()).expect_code(0);
    assert_eq!(ran.stdout, "words");
}

#[test]
fn a_limit_that_ends_a_command_is_named() {
    let ran = project()
        .run(&["sandbox", "exec", "--role", "test", "--wall", "1", "--", "sleep", "9"])
        .expect_code(1);
    assert!(ran.stderr.contains("wall time limit reached"), "{}", ran.stderr);
}

#[test]
fn for_a_handed_out_task_nothing_is_enforced_so_nothing_runs() {
    let ran = project().run(&["sandbox", "exec", "--role", "handoff", "--", "true"]).expect_code(3);
    assert!(ran.stderr.contains("nothing is enforced for the role `handoff`"), "{}", ran.stderr);
}

#[test]
fn nothing_starts_where_a_required_guarantee_is_missing() {
    let project = project();
    project.write("ghostlib.toml", "[sandbox]\nrequire = [\"no-network\", \"file-metadata-protected\"]\n");
    let exec = ["sandbox", "exec", "--role", "test", "--sandbox", "landlock", "--", "touch", "/dev/null"];
    let ran = project.run(&exec).expect_code(3);
    assert!(
        ran.stderr.contains("does not enforce what is required: `file-metadata-protected` ("),
        "{}",
        ran.stderr
    );
    project.write("ghostlib.toml", "[sandbox]\nrequire = [\"no-network\"]\n");
    let _ = project.run(&exec).expect_code(0);
    project.write("ghostlib.toml", "[sandbox]\nrequire = [\"no-netwrk\"]\n");
    let ran = project.run(&exec).expect_code(2);
    assert!(ran.stderr.contains("`sandbox.require`: there is no guarantee `no-netwrk`"), "{}", ran.stderr);
}

#[test]
fn doctor_shows_a_row_for_each_guarantee() {
    let ran = project().run(&["doctor"]).expect_code(0);
    for name in ["no-network", "uid-dropped", "disk-limit"] {
        assert!(ran.stdout.lines().any(|line| line.trim_start().starts_with(name)), "{}", ran.stdout);
    }
}
