//! Candidates, agents and projects that mean harm or are merely odd: what is not theirs stays out of their reach
//! and as it was, and the run ends with a verdict.

use crate::support::{agent, agent_that_leaves, level_project, project, write_candidate};
use ghostlib_testkit::{Ran, Started, TestProject};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const SANDBOXES: [&str; 2] = ["landlock", "auto"];

/// The choices that keep a run short.
const SHORT: [&str; 4] = ["--session-seconds", "3", "--cases", "10"];

fn run_args<'a>(agent: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["run", "specs/level", "--agent", agent, "--json"], &SHORT[..], more].concat()
}

/// Runs the spec `level` in a project. The run must come to a verdict, and this one.
fn run(project: &TestProject, agent: &str, more: &[&str], code: i32) -> Value {
    let ran = project.run(&run_args(agent, more)).expect_code(code);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    crate::support::summary(&ran.stdout)
}

/// A piece of shell script that writes one more file of the candidate.
fn leave(name: &str, text: &str) -> String {
    format!("cat > \"$1/candidate/{name}\" <<'END OF FILE'\n{text}\nEND OF FILE\n")
}

/// All files below a folder, links among them and not followed.
fn files_below(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    let below = |entry: fs::DirEntry| {
        if entry.file_type().unwrap().is_dir() { files_below(&entry.path()) } else { vec![entry.path()] }
    };
    entries.flat_map(below).collect()
}

/// Whether any file of a run's records holds a text.
fn is_recorded(project: &TestProject, text: &str) -> bool {
    let files = files_below(&project.path(".ghostlib/runs/r1"));
    assert!(!files.is_empty(), "there are records");
    files.iter().any(|file| String::from_utf8_lossy(&fs::read(file).unwrap()).contains(text))
}

/// Looks for `folder` above the build, and puts links in the place of what is in it. It stays in the project.
const PLANTING_BUILD_SCRIPT: &str = r#"
use std::{env, fs, os::unix::fs::symlink, path::Path};

fn main() {
    let out = env::var("OUT_DIR").unwrap();
    let mut above = Path::new(&out).ancestors().take_while(|folder| folder.starts_with("PROJECT"));
    let Some(folder) = above.find(|folder| folder.join("target").is_dir()) else { return };
    for (name, target) in [LINKS] {
        let place = folder.join(name);
        let _ = fs::create_dir_all(place.parent().unwrap());
        let _ = fs::rename(&place, place.with_extension("was"));
        let _ = symlink(Path::new("PROJECT").join(target), &place);
    }
}
"#;

/// A build script that makes these links beside the build: each a path there, and a path in the project.
fn planting(project: &TestProject, links: &[(&str, &str)]) -> String {
    let links: Vec<_> = links.iter().map(|(name, target)| format!("({name:?}, {target:?})")).collect();
    let links = links.join(", ");
    let script = PLANTING_BUILD_SCRIPT.replace("LINKS", &links);
    leave("build.rs", &script.replace("PROJECT", &real_path(project)))
}

fn real_path(project: &TestProject) -> String {
    project.path(".").canonicalize().unwrap().to_string_lossy().into_owned()
}

/// `parse` is right if a driver that is right can be run, and else an error whose text is what was found in the
/// sources that can be read. `good` is the candidate `level-good`.
const THIEF: &str = r#"
pub use good::*;

mod good;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

pub fn parse(text: &str) -> Result<u8, LevelError> {
    static FOUND: OnceLock<(Option<PathBuf>, String)> = OnceLock::new();
    // A driver that is run by this one may be this one.
    if std::env::var_os("RUN_BY_A_THIEF").is_some() {
        return good::parse("nothing");
    }
    match FOUND.get_or_init(search) {
        (Some(driver), _) => ask(driver, text).map_or_else(|| good::parse(text), Ok),
        (None, found) => good::parse(&format!("found: {found}")),
    }
}

fn search() -> (Option<PathBuf>, String) {
    let mut starts: Vec<PathBuf> = ["/proc/self/cwd", ".", "..", "../reference", "../../cache"].map(PathBuf::from).into();
    for folder in Path::new(env!("OUT_DIR")).ancestors() {
        starts.extend(["", "run", "bin", "driver", "../reference", "../../cache"].map(|name| folder.join(name)));
    }
    starts.extend(["reference", ".ghostlib/cache", ".ghostlib/build/reference"].map(|name| Path::new("PROJECT").join(name)));
    starts.retain(|start| start.canonicalize().is_ok_and(|start| start.starts_with("PROJECT")));
    let (mut files, mut n_left) = (Vec::new(), 20_000);
    for start in starts {
        walk(&start, 9, &mut n_left, &mut files);
    }
    let sources = files.iter().filter(|file| file.ends_with("lib.rs")).filter_map(|file| fs::read_to_string(file).ok());
    let found: Vec<String> = sources.filter_map(|source| Some(source.lines().next()?.to_owned())).take(50).collect();
    let mut drivers = files.into_iter().filter(|file| !file.ends_with("lib.rs")).take(20);
    (drivers.find(|driver| ask(driver, "3") == Some(3)), found.join("; "))
}

fn walk(folder: &Path, depth: u32, n_left: &mut u32, files: &mut Vec<PathBuf>) {
    for path in fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())) {
        if *n_left == 0 || depth == 0 {
            return;
        }
        *n_left -= 1;
        let name = path.file_name().map(|name| name.to_string_lossy().replace('_', "-")).unwrap_or_default();
        if path.is_dir() {
            walk(&path, depth - 1, n_left, files);
        } else if name == "lib.rs" || (name.starts_with("ghostlib-driver") && !name.contains('.')) {
            files.push(path);
        }
    }
}

fn ask(driver: &Path, text: &str) -> Option<u8> {
    let mut command = Command::new(driver);
    command.env("RUN_BY_A_THIEF", "1").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let text: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    let mut stdin = child.stdin.take()?;
    let _ = writeln!(stdin, "nonce\n{{\"operation\":\"parse\",\"input\":\"{text}\"}}");
    drop(stdin);
    let said = String::from_utf8_lossy(&child.wait_with_output().ok()?.stdout).into_owned();
    said.split("\"ok\":").nth(1)?.split('}').next()?.parse().ok()
}
"#;

#[test]
#[ignore = "the hostile ones take a minute together; `.ci/run` runs them"]
fn a_candidate_that_links_folders_beside_its_build_to_the_reference_gets_nothing_of_it() {
    for sandbox in SANDBOXES {
        for (names, target) in
            [(&["run", "bin"][..], ".ghostlib/build/reference"), (&["run", "bin"], ".ghostlib/cache")]
        {
            let project = level_project();
            let reference = project.read("reference/src/lib.rs");
            project.write(
                "reference/src/lib.rs",
                format!("// quince, which only the reference knows\n{reference}"),
            );
            let links: Vec<_> = names.iter().map(|name| (*name, target)).collect();
            // `level-hangs` brings the module `good`.
            let body = write_candidate(&project, "level-hangs")
                + &leave("src/lib.rs", &THIEF.replace("PROJECT", &real_path(&project)))
                + &planting(&project, &links);
            let args = ["--max-iterations", "1", "--sandbox", sandbox];
            let summary = run(&project, &agent(&project, &body), &args, 1);
            let case = format!("{sandbox}, {names:?} -> {target}");
            assert!(!summary["iterations"][0]["evaluation"].is_null(), "{case}: it is judged: {summary}");
            assert!(!is_recorded(&project, "quince"), "{case}: it read the reference: {summary}");
        }
    }
}

#[test]
#[ignore = "the hostile ones take a minute together; `.ci/run` runs them"]
fn links_that_a_build_plants_where_ghostlib_writes_lead_it_nowhere() {
    const WRITTEN: [&str; 11] = [
        "driver/Cargo.toml",
        "driver/Cargo.lock",
        "driver/.cargo/config.toml",
        "driver/src/main.rs",
        "driver/src/runtime.rs",
        "driver/src/operation_0.rs",
        "driver/src/operation_1.rs",
        "home/cargo/config.toml",
        "home/cargo/config",
        "target/debug/ghostlib-driver",
        "bin/ghostlib-driver",
    ];
    const FOLDERS: [&str; 5] = ["driver", "home", "run", "bin", "target/debug/deps"];
    for (sandbox, names, target) in [
        ("landlock", &WRITTEN[..], "victims/file"),
        ("landlock", &WRITTEN, "victims/none"),
        ("landlock", &FOLDERS, "victims"),
        ("auto", &WRITTEN, "victims/file"),
        ("auto", &FOLDERS, "victims"),
    ] {
        let project = level_project();
        let victim = project.write("victims/file", "mine");
        let links: Vec<_> = names.iter().map(|name| (*name, target)).collect();
        // It falls short also where it builds, so that there is a second iteration.
        let body = write_candidate(&project, "level-silent") + &planting(&project, &links);
        let args = ["--max-iterations", "2", "--sandbox", sandbox];
        let summary = run(&project, &agent(&project, &body), &args, 1);
        assert!(!summary["iterations"][1]["evaluation"].is_null(), "there were two iterations: {summary}");
        let case = format!("{sandbox}, {names:?} -> {target}");
        assert_eq!(files_below(&project.path("victims")), std::slice::from_ref(&victim), "{case}");
        assert_eq!(fs::read_to_string(victim).unwrap(), "mine", "{case}");
    }
}

/// Starts itself again, and that one waits for the driver and puts something else in its place.
const SWAPPING_BUILD_SCRIPT: &str = r#"
use std::{env, fs, os::unix::fs::symlink, path::Path, process::{Command, Stdio}, time::{Duration, Instant}};

fn main() {
    let out = env::var("OUT_DIR").unwrap();
    let mut above = Path::new(&out).ancestors().take_while(|folder| folder.starts_with("PROJECT"));
    let Some(folder) = above.find(|folder| folder.join("target").is_dir()) else { return };
    if env::var_os("SWAPS").is_none() {
        let mut again = Command::new(env::current_exe().unwrap());
        again.env("SWAPS", "1").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let _ = again.spawn();
        return;
    }
    let driver = folder.join("target/debug/ghostlib-driver");
    let other = folder.join("target/other");
    match "KIND" {
        "fifo" => drop(Command::new("mkfifo").arg(&other).status()),
        "folder" => drop(fs::create_dir(&other)),
        "nothing" => {}
        target => drop(symlink(target, &other)),
    }
    let began = Instant::now();
    while !driver.exists() && began.elapsed() < Duration::from_secs(15) {}
    let _ = fs::rename(&driver, folder.join("target/driver.was"));
    let _ = fs::rename(&other, &driver);
}
"#;

#[test]
#[ignore = "the hostile ones take a minute together; `.ci/run` runs them"]
fn a_driver_that_a_build_swaps_for_something_else_is_a_finding_of_that_candidate() {
    for kind in ["fifo", "folder", "nothing", "PROJECT/.ghostlib/build/reference/bin/ghostlib-driver"] {
        let project = level_project();
        let script = SWAPPING_BUILD_SCRIPT.replace("KIND", kind).replace("PROJECT", &real_path(&project));
        let good = write_candidate(&project, "level-good");
        // It falls short also where the build is over before the driver is swapped.
        let wrong = project.read("candidates-read/level-good/src/lib.rs").replace("\"-\"", "\"_\"");
        let body = good + &leave("src/lib.rs", &wrong) + &leave("build.rs", &script);
        let agent = agent(&project, &body);
        let ran = ends_soon(&project, project.start(&run_args(&agent, &["--max-iterations", "1"])));
        let ran = ran.expect_code(1);
        let summary = crate::support::summary(&ran.stdout);
        let findings = &summary["iterations"][0]["evaluation"]["findings"];
        assert!(findings.as_array().is_some_and(|findings| !findings.is_empty()), "{kind}: {summary}");
    }
}

/// Waits for a run's end for 20 seconds, and watches over its memory.
fn ends_soon(project: &TestProject, started: Started) -> Ran {
    let began = Instant::now();
    let mut runs = false;
    while !project.path(".ghostlib/runs/r1/report.md").exists() {
        let peak = peak_mebibytes(project);
        // A process that has ended has no memory.
        if runs && peak.is_none() {
            break;
        }
        runs |= peak.is_some();
        if began.elapsed() > Duration::from_secs(20) || peak > Some(500) {
            let ran = started.kill();
            panic!("after {:?} and with {peak:?} MiB it still runs: {}", began.elapsed(), ran.redacted());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    started.wait()
}

/// The most memory that the ghostlib in a project has used so far.
fn peak_mebibytes(project: &TestProject) -> Option<u64> {
    let pid = fs::read_to_string(project.path(".ghostlib/lock")).ok()?;
    let status = fs::read_to_string(format!("/proc/{}/status", pid.trim())).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(peak.trim().trim_end_matches(" kB").parse::<u64>().ok()? >> 10)
}

#[test]
#[ignore = "the hostile ones take a minute together; `.ci/run` runs them"]
fn an_objection_that_is_no_plain_file_is_not_read() {
    for plant in ["mkfifo", "ln -s /dev/zero", "ln -s SECRET"] {
        let project = level_project();
        let secret = project.write("secret", "quince");
        let plant = plant.replace("SECRET", &secret.to_string_lossy());
        let body = write_candidate(&project, "level-good")
            + &format!("{plant} \"$1/PUSHBACK.md\" && echo it is planted\n");
        let agent = agent(&project, &body);
        let ran = ends_soon(&project, project.start(&run_args(&agent, &["--max-iterations", "1"])));
        assert!(matches!(ran.code, Some(0 | 1)), "{plant}: {}", ran.redacted());
        assert!(is_recorded(&project, "it is planted"), "{plant}: {}", ran.redacted());
        assert!(!is_recorded(&project, "quince"), "{plant}: the secret is in the recording");
    }
}

#[test]
#[ignore = "the hostile ones take a minute together; `.ci/run` runs them"]
fn a_candidate_with_odd_names_is_unusable_and_the_name_is_told() {
    let project = level_project();
    let good = write_candidate(&project, "level-good");
    for (plant, told) in [
        ("echo > '..\\x'", "..\\x"),
        ("echo > 'a\\b'", "a\\b"),
        ("mkdir 'src\\..'; echo > 'src\\../x'", "src\\.."),
        ("echo > 'a\nb'", "control characters"),
        ("echo > \"$(printf 'x\\377')\"", "UTF-8"),
        ("mkdir .GIT; echo > .GIT/config", ".GIT"),
        ("mkdir -p a/.gIt; echo > a/.gIt/config", ".gIt"),
        ("ln -s /etc/passwd src/passwd", "src/passwd"),
        ("rm -r src; ln -s ../spec src", "candidate/src"),
        ("cd ..; rm -r candidate; ln -s PROJECT/reference candidate", "candidate"),
    ] {
        let plant = plant.replace("PROJECT", &real_path(&project));
        let agent = agent(&project, &format!("{good}cd \"$1/candidate\"\n{plant}\n"));
        let summary = run(&project, &agent, &["--max-iterations", "1"], 1);
        let session = &summary["iterations"][0]["session"];
        assert_eq!(session["end"]["kind"], "unusable", "{plant}: {session}");
        assert!(session["end"]["detail"].as_str().unwrap().contains(told), "{plant}: {session}");
        assert!(session["candidate"].is_null(), "{plant}: {session}");
    }
}

#[test]
#[ignore = "the hostile ones take a minute together; `.ci/run` runs them"]
fn a_project_in_a_folder_with_a_space_an_apostrophe_and_a_foreign_letter_passes() {
    let folder = "dir é's x";
    for sandbox in SANDBOXES {
        let project = project();
        project.copy_fixture("references/level", &format!("{folder}/reference"));
        project.copy_fixture("specs/level", &format!("{folder}/specs/level"));
        let agent = agent_that_leaves(&project, "level-good");
        let args = run_args(&agent, &["--max-iterations", "1", "--sandbox", sandbox]);
        let _ = project.start_in(folder, &args).wait().expect_code(0);
        assert!(project.read(&format!("{folder}/ghostlib.lock")).contains("headline = 1.0"), "{sandbox}");
    }
}

#[test]
#[ignore = "the hostile ones take a minute together; `.ci/run` runs them"]
fn cargo_settings_in_the_project_do_not_disturb_a_run() {
    for sandbox in SANDBOXES {
        let project = level_project();
        project.write(".cargo/config.toml", "[net]\ngit-fetch-with-cli = true\n");
        let agent = agent_that_leaves(&project, "level-good");
        let _ = run(&project, &agent, &["--max-iterations", "1", "--sandbox", sandbox], 0);
    }
}

#[test]
#[ignore = "the hostile ones take a minute together; `.ci/run` runs them"]
fn a_candidate_that_panics_on_long_texts_does_not_hide_it_behind_small_differences() {
    const PANICS: &str = r#"
pub use good::*;

mod good;

pub fn parse(text: &str) -> Result<u8, LevelError> {
    let n_characters = text.chars().count();
    assert!(n_characters <= 6, "too long");
    let is_odd = |c: char| !c.is_ascii_alphanumeric();
    if n_characters <= 2 && text.contains(is_odd) { Ok(99) } else { good::parse(text) }
}
"#;
    let project = level_project();
    let body = write_candidate(&project, "level-hangs") + &leave("src/lib.rs", PANICS);
    let agent = agent(&project, &body);
    let args = ["run", "specs/level", "--agent", &agent, "--json", "--max-iterations", "1", "--cases", "600"];
    let ran = project.run(&args).expect_code(1);
    let summary = crate::support::summary(&ran.stdout);
    let evaluation = &summary["iterations"][0]["evaluation"];
    let findings = evaluation["findings"].as_array().unwrap();
    let of = |rule: &str| findings.iter().filter(|finding| finding["rule"] == rule).collect::<Vec<_>>();
    assert!(of("behaviour-differs").len() > 4, "there are small differences: {findings:?}");
    let fails = of("candidate-fails");
    assert!(fails.iter().any(|finding| finding["gate"] == "g3"), "{findings:?}");
    let gates = evaluation["fidelity"]["gates"].as_array().unwrap();
    assert_eq!(gates.iter().find(|result| result["gate"] == "g3").unwrap()["passed"], false);
}

#[test]
#[ignore = "the hostile ones take a minute together; `.ci/run` runs them"]
fn an_opaque_value_that_has_a_text_becomes_a_vector_that_holds() {
    const LABEL: &str = r#"
use std::fmt;

/// A label.
#[derive(Clone, Debug)]
pub struct Label {
    text: String,
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.text)
    }
}

/// Makes a label.
pub fn label(text: &str) -> Label {
    Label { text: text.to_owned() }
}
"#;
    const MANIFEST: &str = "[package]\nname = \"label\"\nversion = \"1.0.0\"\nedition = \"2021\"\n";
    const SPEC: &str = "---\nghostlib: 1\nname: label\nversion: 0.1.0\nreference:\n  path: ../../reference\n---\n\
                        \n# label\n\nr[label.make]\n`label` MUST make a label of a text.\n";
    let project = project();
    project.write("reference/Cargo.toml", MANIFEST);
    project.write("reference/src/lib.rs", LABEL);
    project.write("specs/label/SPEC.md", SPEC);
    // It guesses the brackets until the spec shows them.
    let body = format!(
        "mkdir -p \"$1/candidate/src\"\n{}if [ -f \"$1/spec/harvested.yaml\" ]; then\n{}else\n{}fi\n",
        leave("Cargo.toml", MANIFEST),
        leave("src/lib.rs", LABEL),
        leave("src/lib.rs", &LABEL.replace("<{}>", "[{}]"))
    );
    let agent = agent(&project, &body);
    let ran = project.run(&[&["run", "specs/label", "--agent", &agent, "--json"], &SHORT[..]].concat());
    let summary = crate::support::summary(&ran.expect_code(0).stdout);
    let vectors = summary["iterations"][1]["evaluation"]["vectors"].as_array().unwrap();
    assert!(!vectors.is_empty() && vectors.iter().all(|vector| vector["outcome"] == "passed"), "{vectors:?}");
    let harvested = project.read("specs/label/harvested.yaml");
    assert!(harvested.contains("label:") && harvested.contains('<'), "{harvested}");
}

#[test]
#[ignore = "the hostile ones take a minute together; `.ci/run` runs them"]
fn no_generated_inputs_at_all_are_refused() {
    let project = level_project();
    let ran =
        project.run(&["run", "specs/level", "--agent", "handoff", "--cases", "0", "--session-seconds", "3"]);
    let said = ran.expect_code(2).redacted();
    assert!(said.contains("--cases"), "{said}");
    assert!(!project.path(".ghostlib/runs").exists(), "nothing was begun");
}

#[test]
#[ignore = "the hostile ones take a minute together; `.ci/run` runs them"]
fn a_task_that_somebody_works_on_is_not_thrown_away_for_another_agent() {
    let project = level_project();
    let started = project.start(&["run", "specs/level", "--agent", "handoff", "--max-iterations", "1"]);
    let task = project.path(".ghostlib/tasks/r1-1.json");
    started.wait_until("the task", || task.exists());
    drop(started.kill());
    project.write(".ghostlib/workspaces/r1-1/candidate/src/half.rs", "hours of work");

    let agent = agent_that_leaves(&project, "level-good");
    let refused = project.run(&["resume", "--agent", &agent, "--session-seconds", "3"]).expect_code(2);
    assert!(refused.stderr.contains("r1-1"), "{}", refused.stderr);
    assert_eq!(project.read(".ghostlib/workspaces/r1-1/candidate/src/half.rs"), "hours of work");
    assert!(project.path(".ghostlib/workspaces/r1-1/TASK.md").exists());
    let list = project.run(&["task", "list"]).expect_code(0);
    assert!(list.stdout.contains("r1-1  implementer  open"), "{}", list.stdout);
}
