//! Commands of the book and of the README that cost little are run, and say what is shown of them.
//!
//! A `console` block is run if `<!-- run: FOLDERS -->` stands before it, with these folders of the repository in an empty
//! one: `specs/tally, fixtures/spec/good as specs/good`. Each command has to succeed, and each line that is shown below it has to
//! be one that it writes, in that order. That all others are commands at all is tested in `examples.rs`.

use crate::support::project;
use ghostlib_testkit::{TestProject, fixture};
use std::fs;
use std::path::Path;

const MARK: &str = "\n<!-- run:";

#[test]
fn commands_of_the_book_that_cost_little_say_what_the_book_shows() {
    let root = fixture("..");
    let pages = fs::read_dir(root.join("docs/src")).unwrap().map(|entry| entry.unwrap().path());
    let mut n_blocks = 0;
    for page in pages.chain([root.join("README.md")]).filter(|page| page.is_file()) {
        let text = fs::read_to_string(&page).unwrap();
        let mut rest = text.as_str();
        while let Some((_, behind)) = rest.split_once(MARK) {
            let (folders, behind) = behind.split_once("-->").expect("the end of the mark");
            let block =
                behind.trim_start().strip_prefix("```console\n").expect("a console block behind the mark");
            let (block, after) = block.split_once("```").expect("the end of the block");
            run_block(&page, folders, block);
            n_blocks += 1;
            rest = after;
        }
    }
    assert!(n_blocks >= 6, "{n_blocks} blocks were run");
}

fn run_block(page: &Path, folders: &str, block: &str) {
    let project = project();
    for folder in folders.split(',').map(str::trim).filter(|folder| !folder.is_empty()) {
        let (from, to) = folder.split_once(" as ").unwrap_or((folder, folder));
        project.copy_fixture(&format!("../{from}"), to);
    }
    let mut commands: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command, Vec::new())),
            (None, Some((_, shown))) => shown.push(line),
            (None, None) => panic!("{}: {line} is no command", page.display()),
        }
    }
    for (command, shown) in commands {
        let said = said(&project, command);
        let mut lines = said.lines();
        for expected in shown {
            let is_there = expected.trim() == "…" || lines.any(|line| line.trim_end() == expected.trim_end());
            assert!(is_there, "{}: `{command}` does not say\n{expected}\nbut\n{said}", page.display());
        }
    }
}

fn said(project: &TestProject, command: &str) -> String {
    let script = format!("PATH=\"$(dirname \"$0\"):$PATH\"; {command}");
    let ran = project.run_other("sh", &["-c", &script], &[]).expect("a shell");
    ran.expect_code(0).redacted().replace("[project]", "/home/you/ghosts")
}
