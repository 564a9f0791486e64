//! `action.yml`: its steps, run as GitHub's runner runs them, as far as that goes without GitHub.

use crate::check::{commit, edit, git, repository};
use ghostlib_testkit::{Ran, TestProject, fixture};
use regex::{Captures, Regex};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;

/// A run of the action: its inputs, and what its steps have put out so far.
struct Job<'a> {
    project: &'a TestProject,
    inputs: BTreeMap<String, String>,
    outputs: BTreeMap<String, String>,
    variables: Vec<(&'a str, &'a str)>,
}

fn action() -> Value {
    serde_saphyr::from_str(&fs::read_to_string(fixture("../action.yml")).unwrap()).unwrap()
}

impl<'a> Job<'a> {
    fn new(project: &'a TestProject, given: &[(&str, &str)], variables: &[(&'a str, &'a str)]) -> Self {
        let action = action();
        let mut inputs: BTreeMap<String, String> = action["inputs"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, input)| (name.clone(), input["default"].as_str().unwrap().to_owned()))
            .collect();
        for (name, value) in given {
            assert!(inputs.insert((*name).into(), (*value).into()).is_some(), "there is no input {name}");
        }
        Self { project, inputs, outputs: BTreeMap::new(), variables: variables.to_vec() }
    }

    /// Puts values in the place of `${{ … }}`. What GitHub alone knows is not known here.
    fn expand(&self, text: &str) -> String {
        let expression = Regex::new(r"\$\{\{\s*(inputs|steps)\.([\w.-]+)\s*\}\}").unwrap();
        let value = |found: &Captures| {
            let name = &found[2];
            let known = if &found[1] == "inputs" { self.inputs.get(name) } else { self.outputs.get(name) };
            known.unwrap_or_else(|| panic!("{} is not known", &found[0])).clone()
        };
        expression.replace_all(text, value).into_owned()
    }

    /// Runs every step that has a script, up to the first that fails.
    fn run(&mut self) -> Ran {
        let mut last = None;
        for step in
            action()["runs"]["steps"].as_array().unwrap().iter().filter(|step| step["run"].is_string())
        {
            let ran = self.step(step);
            let failed = ran.code != Some(0);
            last = Some(ran);
            if failed {
                break;
            }
        }
        last.unwrap()
    }

    fn step(&mut self, step: &Value) -> Ran {
        assert_eq!(step["shell"], "bash");
        let files = ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"].map(|name| {
            let path = self.project.path(&format!(".runner/{name}"));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            if name == "GITHUB_OUTPUT" {
                fs::write(&path, "").unwrap();
            }
            (name, path.to_string_lossy().into_owned())
        });
        let env = step["env"].as_object().cloned().unwrap_or_default();
        let env: Vec<(String, String)> =
            env.iter().map(|(name, value)| (name.clone(), self.expand(value.as_str().unwrap()))).collect();
        let mut variables: Vec<(&str, &str)> = self.variables.clone();
        variables.extend(env.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        variables.extend(files.iter().map(|(name, value)| (*name, value.as_str())));
        let script = self.project.write(".runner/script.sh", step["run"].as_str().unwrap());
        let args = ["--noprofile", "--norc", "-eo", "pipefail", script.to_str().unwrap()];
        let ran = self.project.run_tool("bash", &args, &variables).expect("bash is installed");
        let id = step["id"].as_str().unwrap_or_default();
        for line in self.project.read(".runner/GITHUB_OUTPUT").lines() {
            let (name, value) = line.split_once('=').unwrap();
            self.outputs.insert(format!("{id}.outputs.{name}"), value.to_owned());
        }
        ran
    }
}

#[test]
fn the_action_is_green_on_a_good_repository_and_red_with_an_annotation_where_it_drifts() {
    let project = repository();
    let program = project.program().to_string_lossy().into_owned();
    git(&project, &["checkout", "--quiet", "-b", "branch"]);
    let inputs = [("path", program.as_str()), ("deny", "warnings, skips")];
    let ran = Job::new(&project, &inputs, &[]).run();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(project.read(".runner/GITHUB_STEP_SUMMARY").contains("ghostlib check passed"));

    edit(&project, "specs/level/SPEC.md", "output: 3", "output: 5");
    commit(&project);
    let mut job = Job::new(&project, &inputs, &[("GITHUB_BASE_REF", "main")]);
    // A runner has the branch of the pull request's base as that of the remote.
    git(&project, &["update-ref", "refs/remotes/origin/main", "main"]);
    let ran = job.run();
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let line =
        project.read("specs/level/SPEC.md").lines().position(|line| line.contains("output: 5")).unwrap() + 1;
    let annotation = format!("::error file=specs/level/SPEC.md,line={line},endLine={line},col=5,");
    assert!(
        ran.stdout.contains(&annotation) && ran.stdout.contains("title=vector-untrue::"),
        "{}",
        ran.stdout
    );
    assert_eq!(job.outputs["check.outputs.exit-code"], "1");
    let sarif: Value = serde_json::from_str(&project.read(&job.outputs["check.outputs.sarif"])).unwrap();
    assert_eq!(
        sarif["runs"][0]["results"].as_array().unwrap().iter().filter(|one| one["level"] == "error").count(),
        1
    );

    edit(&project, "specs/level/SPEC.md", "output: 5", "output: 3");
    assert_eq!(job.run().code, Some(0));
}

#[test]
fn the_action_installs_with_cargo_where_no_program_is_given() {
    let project = crate::support::project();
    let cargo = project.script("bin/cargo", "echo \"$@\" >>\"$LOG\"\n");
    let _binstall = project.script("bin/cargo-binstall", "exit 0\n");
    let path = format!("{}:{}", cargo.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let log = project.path("log").to_string_lossy().into_owned();
    let folder = project.path(".").to_string_lossy().into_owned();
    let variables =
        [("PATH", path.as_str()), ("LOG", &log), ("RUNNER_TEMP", "/runner"), ("GITHUB_ACTION_PATH", &folder)];
    let install = |given: &[(&str, &str)]| {
        let mut job = Job::new(&project, given, &variables);
        let ran = job.step(&action()["runs"]["steps"][0]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        job.outputs["install.outputs.program"].clone()
    };
    assert_eq!(install(&[]), "/runner/ghostlib/bin/ghostlib");
    assert_eq!(install(&[("version", "0.2.0")]), "/runner/ghostlib/bin/ghostlib");
    let said = project.read("log");
    let lines: Vec<&str> = said.lines().collect();
    assert!(
        lines[0].starts_with("install --locked --root /runner/ghostlib --path /")
            && lines[0].ends_with("/crates/ghostlib-cli")
    );
    assert_eq!(lines[1], "binstall --no-confirm --root /runner/ghostlib ghostlib-cli@0.2.0");
}

#[test]
fn every_input_of_the_action_is_used_and_explained() {
    let text = fs::read_to_string(fixture("../action.yml")).unwrap();
    let page = fs::read_to_string(fixture("../docs/src/ci.md")).unwrap();
    for name in action()["inputs"].as_object().unwrap().keys() {
        assert!(text.contains(&format!("inputs.{name} ")), "{name} is not used");
        assert!(page.contains(&format!("| `{name}` |")), "{name} is not in docs/src/ci.md");
    }
}
