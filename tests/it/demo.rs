//! The demo, as a newcomer runs it. It needs the crate registry, as building ghostlib does.

use crate::support::{project, shell_words_project};

#[test]
fn the_demo_mends_the_spec_and_passes_with_landlock_alone() {
    let project = project();
    let ran = project.run(&["demo", "--sandbox", "landlock"]).expect_code(0);
    for words in [
        "Iteration 1",
        "Iteration 2",
        "Iteration 3: does it hold on fresh rebuilds?",
        "P1 ",
        "the documents were reworded",
        "where the spec was silent it now speaks",
        "Passed:",
        "ghostlib init my-crate",
    ] {
        assert!(ran.stdout.contains(words), "`{words}` is not in\n{}", ran.stdout);
    }
    assert!(project.path("ghostlib-demo/ghostlib.lock").exists());
    assert!(project.path("ghostlib-demo/.ghostlib/runs/r1/report.html").exists());

    // Run again, it begins anew and comes to the same lock.
    let lock = project.read("ghostlib-demo/ghostlib.lock");
    let again = project.run(&["demo", "--sandbox", "landlock", "--json"]).expect_code(0);
    assert_eq!(project.read("ghostlib-demo/ghostlib.lock"), lock);
    let summary = crate::support::summary(&again.stdout);
    let iterations = summary["iterations"].as_array().unwrap();
    assert_eq!(
        iterations.iter().map(|one| one["attempts"].as_array().unwrap().len()).collect::<Vec<_>>(),
        [3, 3, 3]
    );
}

#[test]
fn nothing_is_staged_a_recording_of_another_spec_is_refused() {
    let project = shell_words_project();
    let spec = project.read("specs/shell-words/SPEC.md");
    project.write("own/SPEC.md", spec.replace("A library that", "The library that"));
    let refused = project.run(&["run", "own", "--agent", "replay:demo"]).expect_code(2);
    assert!(refused.stderr.contains("no recording was made from this spec"), "{}", refused.stderr);
    assert!(refused.stderr.contains("--agent handoff"), "{}", refused.stderr);
}
