//! Mutants of a library: small changes of its code, all in one build, of which one at a time is active.
//!
//! What is changed follows [cargo-mutants](https://mutants.rs/mutants.html): bodies give a plain value of their
//! return type, operators are exchanged or left out, arms of a `match` with a wildcard are left out, guards become
//! true and false, and fields are left to the base of a struct expression.
//!
//! Each change is a choice when running: `a < b` becomes `(if active(7) { (a) <= (b) } else { a < b })`. Which mutant is
//! active is read once from the variable [`VARIABLE`]; 0, or nothing, is the library as it is. What does not compile is
//! taken out by the places of the compiler's errors.
//!
//! Left out are: tests, what is marked `#[mutants::skip]`, `unsafe` functions, `main`, implementations of `Debug`, what
//! macros are given or make, `const` functions and whatever else is needed when compiling, functions that
//! are deprecated, and what the features that are on leave out.

mod check;
mod operators;
mod sites;
mod values;
mod write;

use super::build::{CompilerMessage, Subject};
use super::manifest::{Manifest, ManifestError};
use super::toolchain::Toolchain;
use crate::VerifyError;
use crate::reference::{ReferenceError, copy_tree};
use check::{Checked, check};
use ghostlib_model::{Place, Span};
use ghostlib_sandbox::Sandbox;
use sites::{Site, sites};
pub(in crate::rust) use sites::{is_left_out, owner_of};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use walkdir::WalkDir;
use write::{Written, write};

impl Mutated {
    /// Copies the library to the folder `tree`, which is made anew, with these mutants active, whatever the environment
    /// says.
    ///
    /// # Errors
    /// If it cannot be copied or written.
    pub fn fixed(&self, active: &BTreeSet<usize>, tree: &Path) -> Result<(), MutantsError> {
        if tree.exists() {
            fs::remove_dir_all(tree).map_err(VerifyError::at(tree))?;
        }
        copy_tree(&self.dir, tree, &[])?;
        let root = tree.join(&Manifest::read(tree)?.root);
        let text = fs::read_to_string(&root).map_err(VerifyError::at(&root))?;
        let library = text.strip_suffix(&module()).unwrap_or(&text);
        let numbers: Vec<String> = active.iter().map(ToString::to_string).collect();
        let fixed = include_str!("../templates/mutants_fixed.rs")
            .replace("__module__", MODULE)
            .replace("__numbers__", &numbers.join(", "));
        fs::write(&root, format!("{library}{fixed}")).map_err(VerifyError::at(&root))?;
        Ok(())
    }
}

/// The environment variable whose value is the number of the active mutant.
pub const VARIABLE: &str = "GHOSTLIB_MUTANT";

/// One small change of a library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// The number by which it is made active, from 1.
    pub number: usize,
    /// What is changed, in the library's own tree.
    pub place: Place,
    /// The function that it is in: `Version::parse`, `<Version as Display>::fmt`.
    pub function: String,
    /// What changes, for people.
    pub description: String,
}

/// A library with its mutants in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutated {
    /// Its source tree.
    pub dir: PathBuf,
    /// Cargo settings for building it.
    pub cargo_config: String,
    /// The mutants that compile, by number.
    pub mutants: Vec<Mutant>,
    /// How many do not.
    pub n_unviable: usize,
    /// Functions that cannot have any, since what they compute may be needed when compiling.
    pub constant: Vec<String>,
}

/// Why a library cannot be given mutants.
#[derive(Debug, thiserror::Error)]
pub enum MutantsError {
    /// Its manifest cannot be used.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Its tree cannot be copied.
    #[error(transparent)]
    Copy(#[from] ReferenceError),
    /// The judge's own work failed.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// It does not compile for a reason that is no mutant's.
    #[error("with mutants it does not compile: {}", .0.first().map_or("no reason is given", |one| &one.text))]
    Build(Vec<CompilerMessage>),
}

/// The compiler stops at some errors and does not tell the others: it is asked again so often.
const MAX_ROUNDS: usize = 12;

/// Copies the library of `subject` to the folder `tree`, which is made anew, and plants all mutants that compile there.
///
/// # Errors
/// If the library cannot be read, or does not compile whatever is taken out.
pub async fn mutate(
    sandbox: &Arc<Sandbox>,
    toolchain: &Toolchain,
    subject: &Subject<'_>,
    tree: &Path,
) -> Result<Mutated, MutantsError> {
    if tree.exists() {
        fs::remove_dir_all(tree).map_err(VerifyError::at(tree))?;
    }
    copy_tree(subject.dir, tree, &[])?;
    let manifest = Manifest::read(tree)?;
    let cargo_config = format!("{}\n[build]\nrustflags = [\"--cap-lints=warn\"]\n", subject.cargo_config);
    let planted_subject = Subject { dir: tree, cargo_config: &cargo_config, ..subject.clone() };
    let mut planted = Planted::read(tree, &tree.join(&manifest.root))?;
    for _ in 0..MAX_ROUNDS {
        planted.write()?;
        let checked = check(sandbox, toolchain, &planted_subject, &manifest.package).await?;
        if checked.errors.is_empty() && checked.succeeded {
            planted.keep_compiled(&checked);
            planted.write()?;
            return Ok(Mutated {
                dir: tree.to_owned(),
                mutants: planted.mutants(),
                n_unviable: planted.unviable.len(),
                constant: planted.files.into_iter().flat_map(|file| file.constant).collect(),
                cargo_config,
            });
        }
        if !planted.take_out(&checked) {
            return Err(MutantsError::Build(checked.messages));
        }
    }
    Err(MutantsError::Build(vec![]))
}

/// The files of a library with their sites.
struct Planted {
    files: Vec<File>,
    /// The file with the crate's root module.
    root: PathBuf,
    /// Those that are not written any more, by number.
    out: BTreeSet<usize>,
    /// Those of them that do not compile.
    unviable: BTreeSet<usize>,
}

struct File {
    path: PathBuf,
    /// Relative to the tree.
    name: Arc<str>,
    text: String,
    sites: Vec<Site>,
    /// The number of the first alternative of each site.
    first: Vec<usize>,
    constant: Vec<String>,
    written: Written,
}

impl Planted {
    fn read(tree: &Path, root: &Path) -> Result<Self, VerifyError> {
        let mut files = vec![];
        let mut next = 1;
        for path in sources(root) {
            let text = fs::read_to_string(&path).map_err(VerifyError::at(&path))?;
            let found = sites(&text, &format!("crate::{MODULE}::std"));
            let mut first = vec![];
            for site in &found.all {
                first.push(next);
                next += site.alternatives.len();
            }
            let name = path.strip_prefix(tree).unwrap_or(&path).to_string_lossy().into();
            let written = Written::default();
            files.push(File { path, name, text, sites: found.all, first, constant: found.constant, written });
        }
        Ok(Self { files, root: root.to_owned(), out: BTreeSet::new(), unviable: BTreeSet::new() })
    }

    fn write(&mut self) -> Result<(), VerifyError> {
        for file in &mut self.files {
            let numbered: Vec<_> = file
                .sites
                .iter()
                .zip(&file.first)
                .map(|(site, first)| {
                    let numbers = *first..first + site.alternatives.len();
                    (site, numbers.map(|number| Some(number).filter(|one| !self.out.contains(one))).collect())
                })
                .collect();
            file.written = write(&file.text, &numbered, &format!("crate::{MODULE}::active"));
            let mut text = file.written.text.clone();
            if file.path == self.root {
                text.push_str(&module());
            }
            fs::write(&file.path, text).map_err(VerifyError::at(&file.path))?;
        }
        Ok(())
    }

    /// The mutants at a place of a file as it is written.
    fn mutants_at(&self, place: &check::Found) -> Vec<usize> {
        let file = self.files.iter().find(|file| file.path == place.file);
        file.map_or_else(Vec::new, |file| file.written.mutants_at(&place.range))
    }

    /// Takes out what the compiler's errors are about. Whether there was anything.
    fn take_out(&mut self, checked: &Checked) -> bool {
        let broken: BTreeSet<usize> =
            checked.errors.iter().flatten().flat_map(|found| self.mutants_at(found)).collect();
        let n_out = self.out.len();
        self.out.extend(&broken);
        self.unviable.extend(broken);
        self.out.len() > n_out
    }

    /// Takes out those that are not in the build, by the warnings that are given for all that are.
    fn keep_compiled(&mut self, checked: &Checked) {
        let compiled: BTreeSet<usize> =
            checked.choices.iter().flat_map(|found| self.mutants_at(found)).collect();
        let all = self.files.iter().flat_map(|file| {
            file.sites
                .iter()
                .zip(&file.first)
                .flat_map(|(site, first)| *first..first + site.alternatives.len())
        });
        let absent: Vec<usize> = all.filter(|number| !compiled.contains(number)).collect();
        self.out.extend(absent);
    }

    fn mutants(&self) -> Vec<Mutant> {
        let in_file = |file: &File| {
            let sites = file.sites.iter().zip(&file.first);
            sites.flat_map(|(site, first)| file.mutants_of(site, *first)).collect::<Vec<_>>()
        };
        let all = self.files.iter().flat_map(in_file);
        all.filter(|mutant| !self.out.contains(&mutant.number)).collect()
    }
}

impl File {
    fn mutants_of(&self, site: &Site, first: usize) -> impl Iterator<Item = Mutant> {
        let (line, column) = site.at;
        let lines = self.text.get(site.span.clone()).map_or(0, |text| text.matches('\n').count());
        let place = Place {
            file: Arc::clone(&self.name),
            line,
            column,
            end_line: line.saturating_add(u32::try_from(lines).unwrap_or(0)),
            span: Span::from(site.span.clone()),
        };
        site.alternatives.iter().enumerate().map(move |(at, alternative)| Mutant {
            number: first + at,
            place: place.clone(),
            function: site.function.clone(),
            description: alternative.description.clone(),
        })
    }
}

/// The files that may be modules of a library: those beside and below its root, programs, tests and examples left out.
pub(in crate::rust) fn sources(root: &Path) -> Vec<PathBuf> {
    let folder = root.parent().unwrap_or(root);
    let others = ["bin", "tests", "benches", "examples", "target", "main.rs", "build.rs"];
    WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() != 1 || !others.iter().any(|other| entry.file_name() == *other))
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// The module that knows which mutant is active.
const MODULE: &str = "__ghostlib_mutants";

fn module() -> String {
    include_str!("../templates/mutants.rs").replace("__module__", MODULE).replace("__variable__", VARIABLE)
}
