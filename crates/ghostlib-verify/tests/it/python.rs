//! Drivers of Python libraries: building them, what they can reach, and fetching references.

use crate::support::{interpreter, sandbox};
use ghostlib_model::{
    Answer, ApiAttributes, ApiItem, ApiKind, Call, FnSignature, Param, Place, Receiver, ReferenceSource,
};
use ghostlib_verify::python::{Built, Subject, build, fetch, fetch_packages, offered};
use ghostlib_verify::{Driver, ReferenceError};
use serde_json::json;
use std::fs;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

#[tokio::test(flavor = "multi_thread")]
async fn what_a_library_lacks_is_left_out_and_the_rest_is_called() {
    let library = Project::new("def double(n): return 2 * n\nclass Table: pass");
    let items = [
        function("double", &["n"], None),
        function("triple", &["n"], None),
        ApiItem { kind: ApiKind::Class, function: None, ..function("Table", &[], None) },
        function("Table.rows", &[], Some(Receiver::Ref)),
    ];
    let Built::Driver { driver, left_out } = library.build(&items).await else { panic!() };
    assert!(driver.has("double") && !driver.has("triple") && !driver.has("Table.rows"));
    let left_out: Vec<_> = left_out.iter().map(|(name, reason)| format!("{name}: {reason}")).collect();
    assert_eq!(left_out, ["triple: `lib` has no `triple`", "Table.rows: `Table` has no `rows`"]);
    assert_eq!(ask(&driver, "double", json!({"n": 4})).await, Answer::Ok(json!(8)));
    assert!(matches!(ask(&driver, "triple", json!({"n": 4})).await, Answer::NotRun(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_that_cannot_be_imported_says_why() {
    for (code, said) in [
        ("import nothing_of_this_name", "ModuleNotFoundError: No module named 'nothing_of_this_name'"),
        ("def f(:", "SyntaxError"),
        ("import sys; sys.exit('no')", "SystemExit: no"),
        ("import os; os._exit(3)", "its import ended the process"),
        ("print('00000000000000000000000000000000 {\"missing\":[]}'); 1 / 0", "ZeroDivisionError"),
    ] {
        let Built::Failed(reason) = Project::new(code).build(&[]).await else { panic!("{code}") };
        assert!(reason.contains(said), "{reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_cannot_reach_installed_packages_or_the_network() {
    let library = Project::new(
        "import os, socket\n\
         def find():\n    \
             import pip\n\
         def packages():\n    \
             return os.listdir(os.path.dirname(os.path.realpath(os.__file__)) + '/site-packages')\n\
         def connect():\n    \
             socket.create_connection(('127.0.0.1', 9), 1)\n\
         def write():\n    \
             open(__file__, 'w')",
    );
    let names = ["find", "packages", "connect", "write"];
    let Built::Driver { driver, .. } = library.build(&names.map(|name| function(name, &[], None))).await
    else {
        panic!()
    };
    let class = async |name| match ask(&driver, name, json!({})).await {
        Answer::Error(failure) => failure.class.unwrap(),
        answer => answer.to_string(),
    };
    assert_eq!(class("find").await, "ModuleNotFoundError");
    // An interpreter of the system keeps them elsewhere.
    assert!(["PermissionError", "FileNotFoundError"].contains(&class("packages").await.as_str()));
    assert_eq!(class("connect").await, "PermissionError");
    assert_eq!(class("write").await, "PermissionError");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_give_sets_one_order() {
    let library = Project::new("def order(): return list({str(n) for n in range(100)})");
    let Built::Driver { driver, .. } = library.build(&[function("order", &[], None)]).await else { panic!() };
    assert_eq!(ask(&driver, "order", json!({})).await, ask(&driver, "order", json!({})).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_a_reference_that_keeps_its_content() {
    let library = Project::new("X = 1");
    let cache = tempfile::tempdir().unwrap();
    let source = ReferenceSource::Path(library.dir.path().to_string_lossy().into_owned());
    let first = fetch(&source, Path::new("/"), cache.path(), &interpreter().await).await.unwrap();
    fs::write(library.dir.path().join("lib.py"), "X = 2").unwrap();
    let second = fetch(&source, Path::new("/"), cache.path(), &interpreter().await).await.unwrap();
    assert_ne!(first.checksum, second.checksum);
    let kept = fs::read_to_string(first.dir.join("lib.py")).unwrap();
    assert!(kept.starts_with("X = 1\n"), "{kept}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a package index"]
async fn a_version_comes_from_the_index_and_then_from_the_cache() {
    let cache = tempfile::tempdir().unwrap();
    let source: ReferenceSource = "pypi:humanize@4.9.0".parse().unwrap();
    let fetched = fetch(&source, Path::new("/"), cache.path(), &interpreter().await).await.unwrap();
    assert!(fetched.dir.join("src/humanize/__init__.py").is_file());
    assert_eq!(fetch(&source, Path::new("/"), cache.path(), &interpreter().await).await.unwrap(), fetched);

    let packages = fetch_packages(&["six==1.16.0".into()], cache.path(), &interpreter().await).await.unwrap();
    assert!(packages.unwrap().join("six.py").is_file());

    let missing: ReferenceSource = "pypi:humanize@0.0.0.1".parse().unwrap();
    let error = fetch(&missing, Path::new("/"), cache.path(), &interpreter().await).await.unwrap_err();
    assert!(matches!(error, ReferenceError::NotFound { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_index_has_is_not_asked_for() {
    let cache = tempfile::tempdir().unwrap();
    for text in ["pypi:--help@1", "pypi:a b@1", "pypi:a@1; import os", "crate:a@1"] {
        let source: ReferenceSource = text.parse().unwrap();
        let error = fetch(&source, Path::new("/"), cache.path(), &interpreter().await).await.unwrap_err();
        assert!(
            matches!(error, ReferenceError::NotFound { .. } | ReferenceError::OtherLanguage { .. }),
            "{error}"
        );
    }
}

/// A library of one module.
struct Project {
    dir: TempDir,
    scratch: TempDir,
}

impl Project {
    fn new(code: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("lib.py"), code).unwrap();
        Self { dir, scratch: tempfile::tempdir().unwrap() }
    }

    async fn build(&self, items: &[ApiItem]) -> Built {
        let subject = Subject {
            dir: self.dir.path(),
            scratch: self.scratch.path(),
            packages: &[],
            import_name: "lib",
            wall: Duration::from_secs(60),
        };
        let found = offered(items);
        assert_eq!(found.uncallable, []);
        build(&sandbox().await, &interpreter().await, &subject, &found.operations).await.unwrap()
    }
}

async fn ask(driver: &Driver, operation: &str, input: serde_json::Value) -> Answer {
    let call = Call { operation: operation.to_owned(), input };
    driver.ask(&[call]).await.unwrap().remove(0)
}

fn function(path: &str, params: &[&str], receiver: Option<Receiver>) -> ApiItem {
    let params = params.iter().map(|name| Param { name: (*name).to_owned(), ..Param::default() }).collect();
    ApiItem {
        path: path.to_owned(),
        kind: if path.contains('.') { ApiKind::Method } else { ApiKind::Function },
        signature: String::new(),
        declaration: String::new(),
        function: Some(FnSignature { receiver, params, ..FnSignature::default() }),
        attributes: ApiAttributes::default(),
        place: Place::start_of("lib.py"),
    }
}
