//! `ghostlib export` and `ghostlib import`: a run for somebody else's machine.

use crate::support::{agent_that_leaves, level_project, project};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use ghostlib_testkit::TestProject;
use serde_json::Value;
use std::fs::{self, File};
use std::io::{Read, Write};

/// The members of an export, in order.
fn members(project: &TestProject, file: &str) -> Vec<(String, Vec<u8>)> {
    let mut archive = tar::Archive::new(GzDecoder::new(File::open(project.path(file)).unwrap()));
    let read = |entry: std::io::Result<tar::Entry<'_, GzDecoder<File>>>| {
        let mut entry = entry.unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (entry.path().unwrap().to_string_lossy().into_owned(), bytes)
    };
    archive.entries().unwrap().map(read).collect()
}

/// An archive of these members, whatever they are called.
fn archive(members: &[(String, Vec<u8>)], kind: tar::EntryType) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (at, (name, bytes)) in members.iter().enumerate() {
        let mut header = tar::Header::new_ustar();
        // As no honest program writes it.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(bytes.len() as u64);
        if at > 0 {
            header.set_entry_type(kind);
        }
        header.set_cksum();
        archive.append(&header, &bytes[..]).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

/// A project with one run that did not pass, and that run as `r1.tar.gz`.
fn exported() -> TestProject {
    let project = level_project();
    let silent = agent_that_leaves(&project, "level-silent");
    let _ = project
        .run(&["run", "specs/level", "--agent", &silent, "--max-iterations", "2", "--keep-spec"])
        .expect_code(1);
    let told = project.run(&["export", "--output", "r1.tar.gz"]).expect_code(0).stdout;
    assert!(told.starts_with("r1 is in r1.tar.gz: 2 specs, 2 recordings, 2 candidates; "), "{told}");
    project
}

#[test]
fn a_run_is_on_another_machine_what_it_was() {
    let project = exported();
    let _ = project.run(&["export", "r1", "--output", "again.tar.gz"]).expect_code(0);
    let same =
        fs::read(project.path("r1.tar.gz")).unwrap() == fs::read(project.path("again.tar.gz")).unwrap();
    assert!(same, "the same run is the same file");

    let other = level_project();
    fs::copy(project.path("r1.tar.gz"), other.path("r1.tar.gz")).unwrap();
    let told = other.run(&["import", "r1.tar.gz"]).expect_code(0).stdout;
    assert_eq!(told, "r1: 2 recordings, 2 candidates; `ghostlib status r1` shows it\n");
    // The number is taken by now.
    let told: Value =
        serde_json::from_str(&other.run(&["import", "r1.tar.gz", "--json"]).expect_code(0).stdout).unwrap();
    assert_eq!((&told["run"], &told["was"]), (&"r2".into(), &"r1".into()));

    let state = |project: &TestProject, run: &str| -> Value {
        let mut state: Value =
            serde_json::from_str(&project.run(&["status", run, "--json"]).expect_code(0).stdout).unwrap();
        state.as_object_mut().unwrap().remove("imported");
        serde_json::from_str(&state.to_string().replace("\"r2", "\"r1")).unwrap()
    };
    let here = state(&project, "r1");
    assert_eq!(state(&other, "r1"), here);
    assert_eq!(state(&other, "r2"), here, "but for its name");
    let commit = here["iterations"][1]["attempts"][0]["sessions"][0]["candidate"]["commit"].as_str().unwrap();
    assert_eq!(other.read(".ghostlib/candidates.git/refs/runs/r2/2.1").trim(), commit);
    let shown = |project: &TestProject, session: &str| {
        project.run(&["recording", "show", session]).expect_code(0).stdout.lines().skip(1).collect::<String>()
    };
    assert_eq!(
        shown(&other, ".ghostlib/runs/r2/sessions/r2-2"),
        shown(&project, ".ghostlib/runs/r1/sessions/r1-2")
    );
    let report = other.run(&["report", "r2"]).expect_code(0).stdout;
    assert!(report.contains("level"), "{report}");
    assert!(other.run(&["status", "r2"]).stdout.contains("imported from where it was r1"));
    assert!(!other.path(".ghostlib/runs/.partial-import").exists());
}

#[test]
fn a_run_that_was_interrupted_goes_on_where_it_was_imported() {
    let project = level_project();
    let started = project.start(&["run", "specs/level", "--agent", "handoff"]);
    let task = project.path(".ghostlib/tasks/r1-1.json");
    started.wait_until("the task", || task.exists());
    drop(started.kill());
    let _ = project.run(&["export"]).expect_code(0);

    let other = level_project();
    fs::copy(project.path("ghostlib-r1.tar.gz"), other.path("run")).unwrap();
    let _ = other.run(&["import", "run"]).expect_code(0);
    let refused = other.run(&["resume"]).expect_code(2);
    assert!(refused.stderr.contains("nobody here is named to go on with it"), "{}", refused.stderr);
    let good = agent_that_leaves(&other, "level-good");
    let resumed = other.run(&["resume", "--agent", &good]).expect_code(0);
    assert!(resumed.stdout.contains("Passed"), "{}", resumed.stdout);
    assert!(other.path("ghostlib.lock").exists());
}

#[test]
fn a_file_that_is_no_export_or_was_changed_leaves_the_project_as_it_was() {
    let project = exported();
    let whole = members(&project, "r1.tar.gz");
    let other = self::project();
    let refused = |bytes: &[u8]| {
        other.write("in", bytes);
        let ran = other.run(&["import", "in"]).expect_code(2);
        assert!(!other.path(".ghostlib/runs/r1").exists() && !other.path("evil").exists());
        assert!(!other.path(".ghostlib/runs/.partial-import").exists());
        ran.stderr
    };
    let manifest = |change: &dyn Fn(&mut Value)| {
        let mut members = whole.clone();
        let mut list: Value = serde_json::from_slice(&members[0].1).unwrap();
        change(&mut list);
        members[0].1 = list.to_string().into_bytes();
        members
    };
    let plain = tar::EntryType::Regular;
    let said = |bytes: &[u8], expected: &str| {
        let said = refused(bytes);
        assert!(said.contains(expected), "{expected}: {said}");
    };
    said(b"# A spec\n", "it is not compressed by gzip");
    said(&archive(&whole[1..], plain), "`journal.jsonl` stands where `ghostlib-export.json` should");
    said(&archive(&manifest(&|list| list["ghostlib-export"] = 2.into()), plain), "has format 2");
    let file = fs::read(project.path("r1.tar.gz")).unwrap();
    said(&file[..file.len() / 2], "cannot be imported");
    said(&archive(&whole[..whole.len() - 1], plain), "is missing");
    said(&archive(&whole, tar::EntryType::Symlink), "stands where `journal.jsonl` should");
    let mut changed = whole.clone();
    changed[1].1[100] ^= 1;
    said(&archive(&changed, plain), "`journal.jsonl` is not what was exported");
    for path in ["../../../evil", "/evil", "sessions/r1-1/../../../../evil", "evil"] {
        let mut members = manifest(&|list| list["members"][2]["path"] = path.into());
        members[2].0 = path.into();
        let said = refused(&archive(&members, plain));
        assert!(said.contains("cannot be imported"), "{path}: {said}");
    }
    said(
        &archive(&manifest(&|list| list["members"][1]["bytes"] = (1_u64 << 40).into()), plain),
        "or 1024 MiB",
    );
    said(&archive(&manifest(&|list| list["run"] = "r1/../..".into()), plain), "is no name of a run");
    // Small to send, and large when it is unpacked.
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..80 {
        bomb.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    said(&bomb.finish().unwrap(), "is no run that ghostlib has exported");
    // With a candidate that is not the one that was measured.
    let is_code = |(name, _): &(String, Vec<u8>)| name == "sessions/r1-1/candidate/src/lib.rs";
    let at = whole.iter().position(is_code).unwrap();
    let code = b"fn other() {}\n".to_vec();
    let hash = ghostlib_hash(&code);
    let mut members = manifest(&|list| {
        list["members"][at - 1]["bytes"] = code.len().into();
        list["members"][at - 1]["sha256"] = hash.clone().into();
    });
    members[at].1 = code.clone();
    said(&archive(&members, plain), "has other files than its commit");
}

/// SHA-256 in hexadecimal.
fn ghostlib_hash(bytes: &[u8]) -> String {
    ghostlib_model::Sha256Hex::of(bytes).to_string()
}
