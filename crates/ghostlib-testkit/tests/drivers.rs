//! The conformance test of the drivers that are generated from an API: the library that `fixtures/protocol/README.md`
//! describes, in Rust.

use ghostlib_diff::{FeatureSet, SourceTree, extract_crate};
use ghostlib_sandbox::{BackendChoice, Launcher, Sandbox};
use ghostlib_testkit::{TestProject, fixture};
use ghostlib_verify::conformance::{Case, deviations};
use ghostlib_verify::{CallLimits, Needs, Site, Tools};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn the_rust_driver_keeps_the_protocol() {
    let program = env!("CARGO_BIN_EXE_ghostlib-testkit");
    let project = TestProject::new(program);
    project.copy_fixture("protocol/rust", "sample");
    let (library, scratch) = (project.path("sample"), project.path("scratch"));
    let api = extract_crate(&SourceTree::read(&library).unwrap(), &FeatureSet::Default).unwrap();
    let launcher = Launcher::new(program, ["__launch"]);
    let sandbox = Arc::new(Sandbox::new(BackendChoice::Landlock, launcher, None).await.unwrap());
    let tools =
        Tools::find("rust", Path::new("/")).await.unwrap().sharing(env!("CARGO_TARGET_TMPDIR").into());
    let mut offered = tools.offered(&api.items);
    for operation in &mut offered.operations {
        // The cases call `Counter::add` by a name that any language could give it.
        operation.name = operation.name.replace("::", "_").to_lowercase();
    }
    let site = Site {
        dir: &library,
        name: &api.crate_name,
        needs: &Needs::default(),
        scratch: &scratch,
        wall: Duration::from_secs(120),
        counts: false,
    };
    let built = tools.driver(&sandbox, site, &offered.types, &offered.operations).await.unwrap();
    let (driver, left_out) = built.unwrap();
    assert_eq!((left_out, offered.uncallable), (vec![], vec![]));
    let driver = driver.with_limits(CallLimits { wall: Duration::from_secs(3), ..CallLimits::default() });
    let cases = fs::read_to_string(fixture("protocol/cases.jsonl")).unwrap();
    let cases: Vec<Case> = cases.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(cases.len() > 30);
    assert_eq!(deviations(&driver, &cases).await.unwrap(), []);
}
