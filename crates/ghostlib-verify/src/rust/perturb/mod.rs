//! Perturbed libraries: with some of their rules, constants and messages changed, as real source that somebody could
//! have written. Nobody knows them, and no model has read them.
//!
//! What is told in words goes: comments, documentation, and the library's own tests, since they tell the rules as they
//! were. A spec names the changes by their places in what is left, and the digest of what they make.

mod literals;
mod neighbours;
mod plain;
mod sites;
mod words;

use super::manifest::Manifest;
use super::mutants::sources;
use super::reference::SKIPPED;
use crate::canaries::unplanted;
use crate::reference::{ReferenceError, at, checksum, read_tree};
use ghostlib_model::{Place, RuleChange, Sha256Hex, Span};
use plain::{Plain, plain};
use sites::{Site, sites};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use toml::{Table, Value};

/// One rule of a library, and what it becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its number, from 1, of all that can be made.
    pub number: u32,
    /// Where it is, in the library without its words.
    pub place: Place,
    /// The function or constant that it is in: `Version::parse`, `<Version as Display>::fmt`.
    pub function: String,
    /// What stands there.
    pub before: String,
    /// What comes to stand there.
    pub after: String,
    /// The line that it is in, as it was and as it becomes.
    pub lines: [String; 2],
}

impl Change {
    /// As a spec names it.
    pub fn named(&self) -> RuleChange {
        let Place { file, line, column, .. } = &self.place;
        RuleChange {
            at: format!("{file}:{line}:{column}"),
            from: self.before.clone(),
            to: self.after.clone(),
        }
    }
}

/// A library without its words, and all that can be changed of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Perturbable {
    /// By path, with `/` between the parts.
    files: BTreeMap<String, Vec<u8>>,
    changes: Vec<Change>,
}

/// What of a package's top folder is no part of the library, or tells its rules in words.
const WORDS: [&str; 8] =
    ["tests", "benches", "examples", "docs", "fuzz", "Cargo.lock", "Cargo.toml.orig", ".cargo_vcs_info.json"];

impl Perturbable {
    /// Reads the Cargo package in `dir`.
    ///
    /// # Errors
    /// If it cannot be read, or is no package.
    pub fn read(dir: &Path) -> Result<Self, ReferenceError> {
        let root = dir.join(&Manifest::read(dir)?.root);
        let mut files = BTreeMap::new();
        let mut test_files = Vec::new();
        for (path, bytes) in read_tree(dir, &[&SKIPPED[..], &WORDS[..]].concat())? {
            let bytes = unplanted(Path::new(&path), &bytes).to_vec();
            if has_extension(&path, "rs")
                && let Some(Plain { text, test_modules }) = str::from_utf8(&bytes).ok().and_then(plain)
            {
                test_files.extend(test_modules.iter().map(|name| module(&path, name)));
                files.insert(path, text.into_bytes());
            } else if path == MANIFEST {
                files.insert(path, manifest(&bytes).into_bytes());
            } else if !is_document(&path) {
                files.insert(path, bytes);
            }
        }
        let is_test = |path: &str| {
            test_files
                .iter()
                .any(|module| path == format!("{module}.rs") || path.starts_with(&format!("{module}/")))
        };
        files.retain(|path, _| !is_test(path));
        let mut perturbable = Self { files, changes: vec![] };
        for path in sources(&root) {
            let name = path.strip_prefix(dir).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            perturbable.find(&name);
        }
        Ok(perturbable)
    }

    /// All changes that can be made, by number.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Writes the library with these changes, and no others, to a folder that is made anew. The digest of its files.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, numbers: &BTreeSet<u32>, to: &Path) -> Result<Sha256Hex, ReferenceError> {
        let chosen = self.changes.iter().filter(|change| numbers.contains(&change.number));
        self.write_with(chosen.map(|change| (&*change.place.file, change.place.span, &*change.after)), to)
    }

    /// Writes the library with the changes that a spec names. The digest of its files; the place of a change, where
    /// something else stands there.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_named(
        &self,
        changes: &[RuleChange],
        to: &Path,
    ) -> Result<Result<Sha256Hex, String>, ReferenceError> {
        let mut edits = vec![];
        for change in changes {
            let Some((file, span)) = self.find_named(change) else { return Ok(Err(change.at.clone())) };
            edits.push((file, span, &*change.to));
        }
        self.write_with(edits.into_iter(), to).map(Ok)
    }

    /// Where a change is made, if what it changes stands there.
    fn find_named<'a>(&self, change: &'a RuleChange) -> Option<(&'a str, Span)> {
        let (rest, column) = change.at.rsplit_once(':')?;
        let (file, line) = rest.rsplit_once(':')?;
        let (line, column): (usize, usize) = (line.parse().ok()?, column.parse().ok()?);
        let text = str::from_utf8(self.files.get(file)?).ok()?;
        let before: usize = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
        let in_line = text[before..].char_indices().nth(column.checked_sub(1)?)?.0;
        let start = before + in_line;
        text[start..].starts_with(&change.from).then(|| (file, Span::new(start, start + change.from.len())))
    }

    fn write_with<'a>(
        &self,
        edits: impl Iterator<Item = (&'a str, Span, &'a str)>,
        to: &Path,
    ) -> Result<Sha256Hex, ReferenceError> {
        let mut edits: Vec<_> = edits.collect();
        edits.sort_by_key(|(_, span, _)| span.start);
        if to.exists() {
            fs::remove_dir_all(to).map_err(at(to))?;
        }
        for (path, bytes) in &self.files {
            let target = to.join(path);
            let parent = target.parent().unwrap_or(to);
            fs::create_dir_all(parent).map_err(at(parent))?;
            let mut text = bytes.clone();
            for (_, Span { start, end }, after) in edits.iter().rev().filter(|(file, ..)| file == path) {
                text.splice(*start..*end, after.bytes());
            }
            fs::write(&target, text).map_err(at(&target))?;
        }
        checksum(to, &SKIPPED)
    }

    /// Adds the changes of a file.
    fn find(&mut self, path: &str) {
        let text = self.files.get(path).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default();
        let file: Arc<str> = path.into();
        let mut found = sites(text);
        found.sort_by_key(|site| site.span.start);
        let mut changes = Vec::new();
        for Site { span, function, alternatives } in found {
            let place = Place::in_text(Arc::clone(&file), text, span.clone().into());
            let line = text.lines().nth(place.line as usize - 1).unwrap_or_default();
            let start = text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
            let (head, tail) = (&text[start..span.start], &line[span.end - start..]);
            changes.extend(alternatives.into_iter().map(|after| Change {
                number: 0,
                place: place.clone(),
                function: function.clone(),
                before: text[span.clone()].to_owned(),
                lines: [line.trim().to_owned(), format!("{head}{after}{tail}").trim().to_owned()],
                after,
            }));
        }
        let n_known = u32::try_from(self.changes.len()).unwrap_or(u32::MAX);
        for (number, change) in (n_known.saturating_add(1)..).zip(changes) {
            self.changes.push(Change { number, ..change });
        }
    }
}

const MANIFEST: &str = "Cargo.toml";

/// A file that nobody compiles and somebody reads. Licences stay.
fn is_document(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default().to_lowercase();
    let is_licence =
        ["license", "licence", "copying", "notice", "copyright"].iter().any(|one| name.starts_with(one));
    !is_licence && (has_extension(&name, "md") || name.starts_with("readme") || name.starts_with("changelog"))
}

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

/// The path, without its extension, of a module that a file declares.
fn module(declared_in: &str, name: &str) -> String {
    let (folder, file) = declared_in.rsplit_once('/').unwrap_or(("", declared_in));
    let stem = file.trim_end_matches(".rs");
    let inner = if ["lib", "main", "mod"].contains(&stem) { String::new() } else { format!("{stem}/") };
    format!("{folder}/{inner}{name}").trim_start_matches('/').to_owned()
}

/// A manifest without what tests, measures and describes the package. It is a Cargo workspace of its own.
fn manifest(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let Ok(mut table) = text.parse::<Table>() else { return text.into_owned() };
    for key in ["dev-dependencies", "bench", "test", "example", "lints", "badges"] {
        table.remove(key);
    }
    let targets = table.get_mut("target").and_then(Value::as_table_mut);
    for target in
        targets.into_iter().flat_map(|targets| targets.iter_mut()).filter_map(|(_, one)| one.as_table_mut())
    {
        target.remove("dev-dependencies");
    }
    if let Some(package) = table.get_mut("package").and_then(Value::as_table_mut) {
        for key in ["readme", "description", "documentation", "homepage", "repository", "metadata"] {
            package.remove(key);
        }
    }
    table.entry("workspace").or_insert_with(|| Value::Table(Table::new()));
    toml::to_string(&table).unwrap_or_else(|_| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [(&str, &str); 8] = [
        (
            "Cargo.toml",
            "[package]\nname = \"a\"\nreadme = \"README.md\"\n[dev-dependencies]\nx = \"1\"\n[[bench]]\nname = \"b\"\n",
        ),
        ("README.md", "# One hour has 60 minutes\n"),
        ("LICENSE.md", "Free.\n"),
        ("tests/t.rs", "fn t() {}\n"),
        (
            "src/lib.rs",
            "//! Time.\nmod unit;\n#[cfg(test)]\nmod checks;\npub fn minutes(hours: u64) -> u64 {\n    hours * 60\n}\n",
        ),
        ("src/checks.rs", "fn t() {}\n"),
        ("src/unit.rs", "#[cfg(test)]\nmod checks;\npub const DAY: u64 = 24;\n"),
        ("src/unit/checks.rs", "fn t() {}\n"),
    ];

    #[test]
    fn the_numbers_of_changes_make_a_library_without_words() {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in FILES {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let perturbable = Perturbable::read(dir.path()).unwrap();
        let paths: Vec<&String> = perturbable.files.keys().collect();
        assert_eq!(paths, ["Cargo.toml", "LICENSE.md", "src/lib.rs", "src/unit.rs"]);
        let all: Vec<_> = perturbable.changes().iter().map(|one| one.lines[1].as_str()).collect();
        assert_eq!(all[..4], ["hours * 50", "hours * 64", "hours * 30", "pub const DAY: u64 = 25;"]);
        let to = dir.path().join("out");
        let hash = perturbable.write(&BTreeSet::from([1, 4]), &to).unwrap();
        let text = |path: &str| fs::read_to_string(to.join(path)).unwrap();
        assert_eq!(text("src/lib.rs"), "mod unit;\npub fn minutes(hours: u64) -> u64 {\n    hours * 50\n}\n");
        assert_eq!(text("src/unit.rs"), "pub const DAY: u64 = 25;\n");
        assert_eq!(text("Cargo.toml"), "[package]\nname = \"a\"\n\n[workspace]\n");
        assert_eq!(checksum(&to, &SKIPPED).unwrap(), hash);
        assert_ne!(perturbable.write(&BTreeSet::from([1]), &to).unwrap(), hash);
        let mut named = [1, 4].map(|number| perturbable.changes()[number - 1].named());
        assert_eq!(named[0].at, "src/lib.rs:3:13");
        assert_eq!(perturbable.write_named(&named, &to).unwrap(), Ok(hash));
        named[1].from = "23".into();
        assert_eq!(perturbable.write_named(&named, &to).unwrap(), Err("src/unit.rs:1:22".into()));
    }
}
