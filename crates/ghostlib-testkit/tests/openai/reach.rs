use crate::stage::{APIS, KEY, Stage, finish};
use ghostlib_model::SessionEnd;
use ghostlib_testkit::model_server::Step;
use serde_json::json;

#[tokio::test]
async fn nothing_is_read_or_written_outside_of_its_place() {
    for api in APIS {
        let read = |path: &str| Step::call("read_file", json!({ "path": path }));
        let steps = [
            Step::write("../out.txt", "x"),
            Step::write("/tmp/ghostlib-openai-out.txt", "x"),
            Step::write("spec/SPEC.md", "x"),
            Step::write("candidate/../TASK.md", "x"),
            read("../secret.txt"),
            read("/etc/hostname"),
            Step::run("ln -s ../../secret.txt candidate/link && ln -s .. candidate/up"),
            read("candidate/link"),
            Step::write("candidate/link", "x"),
            Step::write("candidate/up/out.txt", "x"),
            Step::run("cat ../secret.txt; echo x > ../out.txt"),
            finish(),
        ];
        let played = Stage::new(api, steps).play().await;
        assert_eq!(played.session.end, SessionEnd::Done);
        let succeeded: Vec<usize> =
            played.calls().iter().enumerate().filter(|(_, call)| !call.2).map(|(at, _)| at).collect();
        assert_eq!(succeeded, [6, 11], "only the links could be made: {:?}", played.calls());
        assert!(!played.session.trajectory.to_json_lines().contains("a secret"));
        assert!(!played.path("../out.txt").exists() && !played.path("out.txt").exists());
        assert!(!std::path::Path::new("/tmp/ghostlib-openai-out.txt").exists());
        assert_eq!(played.file("../secret.txt"), "a secret");
        assert_eq!(played.file("spec/SPEC.md"), "# A\n\nIt MUST be.\n");
    }
}

#[tokio::test]
async fn the_key_is_nowhere_to_be_found() {
    for api in APIS {
        let everywhere = "env; cat /proc/self/environ /proc/1/environ /proc/$PPID/environ /proc/$PPID/cmdline; \
                          grep -r plante[d] . ~ /tmp; true";
        let steps = [Step::run(everywhere), Step::say(&format!("Is it {KEY}?")), finish()];
        let played = Stage::new(api, steps).play().await;
        assert_eq!(played.session.end, SessionEnd::Done);
        let told = played.calls()[0].1;
        assert!(told.contains("PATH=/usr/bin:/bin") && !told.contains("planted"), "{told}");
        let kept = played.session.trajectory.to_json_lines();
        assert!(!kept.contains("planted") && kept.contains("Is it [redacted]?"), "{kept}");
    }
}

#[tokio::test]
async fn a_command_has_no_network() {
    let reach = "python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", 80), 2)'";
    let played = Stage::new(APIS[1], [Step::run(reach), finish()]).play().await;
    let (_, said, failed) = played.calls()[0];
    // With a network, a port at which nobody listens refuses.
    assert!(failed && !said.contains("ConnectionRefused"), "{said}");
}
