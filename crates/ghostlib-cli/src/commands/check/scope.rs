//! What is checked: what there is, and of that what a branch touches.

use super::CheckArgs;
use crate::environment::{current_dir, variable};
use crate::error::CliError;
use crate::settings::{self, CheckSettings};
use ghostlib_model::CheckStep;
use ghostlib_run::SpecError;
use ghostlib_run::check::{Base, CrateUnderCheck, Found, LockUnderCheck, SpecUnderCheck, find};
use std::path::{Path, PathBuf};

/// What is checked.
pub(super) struct Scope {
    /// All specs that there are: lockfiles may be about any.
    pub(super) specs: Vec<SpecUnderCheck>,
    /// The documents of those that are checked.
    pub(super) checked: Vec<String>,
    /// The vendored crates that are checked.
    pub(super) crates: Vec<CrateUnderCheck>,
    /// The lockfiles of runs that are checked.
    pub(super) locks: Vec<LockUnderCheck>,
    /// Of specs that cannot be read.
    pub(super) unreadable: Vec<CheckStep>,
    /// Whether it is the whole repository.
    pub(super) is_whole: bool,
}

impl Scope {
    pub(super) fn of(args: &CheckArgs, settings: &CheckSettings, root: &Path) -> Result<Self, CliError> {
        let here = current_dir()?;
        let paths = if args.paths.is_empty() { vec![here.clone()] } else { args.paths.clone() };
        let mut found = find(root, &paths, &settings.exclude)?;
        if args.paths.is_empty() {
            add_named(&mut found, settings, root, &here)?;
        }
        let locks = found.locks.iter().map(|path| LockUnderCheck::read(root, path));
        let (vendored, locks): (Vec<_>, Vec<_>) = locks.partition(|lock| lock.vendored(root).is_some());
        let crates: Vec<_> = vendored.iter().filter_map(|lock| lock.vendored(root)).collect();
        // Their specs are somebody else's, and are checked with the code.
        found.specs.retain(|path| !crates.iter().any(|one| one.has(path)));
        let is_at_root = here.canonicalize().is_ok_and(|here| here == root);
        let mut scope = Self {
            specs: Vec::new(),
            checked: Vec::new(),
            crates,
            locks,
            unreadable: Vec::new(),
            is_whole: args.paths.is_empty() && args.changed.is_none() && is_at_root,
        };
        for path in &found.specs {
            match SpecUnderCheck::read(root, path) {
                Ok(spec) => scope.specs.push(spec),
                Err(step) => scope.unreadable.push(*step),
            }
        }
        scope.checked = scope.specs.iter().map(|spec| spec.document.clone()).collect();
        if let Some(revision) = &args.changed {
            scope.keep_touched(&base(root, revision)?, root);
        }
        Ok(scope)
    }

    /// Only what is another one than at the base.
    fn keep_touched(&mut self, base: &Base, root: &Path) {
        if base.touches_file(settings::FILE) {
            return;
        }
        let is_touched = |spec: &SpecUnderCheck| {
            spec.files().any(|path| base.touches_file(&path))
                || spec.reference_folder().is_some_and(|folder| base.touches_folder(&folder))
        };
        let touched: Vec<&SpecUnderCheck> = self.specs.iter().filter(|spec| is_touched(spec)).collect();
        self.locks
            .retain(|lock| base.touches_file(&lock.path) || touched.iter().any(|spec| lock.is_about(spec)));
        self.checked = touched.iter().map(|spec| spec.document.clone()).collect();
        self.crates.retain(|one| base.touches_folder(&root.join(&one.folder)));
        self.unreadable.retain(|step| base.touches_file(&step.subject));
    }
}

/// Specs that only the settings name. They are looked for where everything is.
fn add_named(found: &mut Found, settings: &CheckSettings, root: &Path, here: &Path) -> Result<(), CliError> {
    for path in &settings.specs {
        let whole = root.join(path);
        if !whole.exists() {
            return Err(CliError::input(format!(
                "there is no spec at {}, which `[check] specs` names",
                path.display()
            ))
            .hint(
                "paths there start at the root of the repository; `ghostlib config` shows which file has it",
            ));
        }
        let here = here.canonicalize().unwrap_or_else(|_| here.to_owned());
        if whole.canonicalize().is_ok_and(|whole| whole.starts_with(here)) {
            let parts: Vec<_> = PathBuf::from(path)
                .components()
                .map(|part| part.as_os_str().to_string_lossy().into_owned())
                .collect();
            found.specs.insert(parts.join("/"));
        }
    }
    Ok(())
}

fn base(root: &Path, revision: &str) -> Result<Base, CliError> {
    let of_pull_request = variable("GITHUB_BASE_REF").and_then(|name| name.into_string().ok());
    let usual: Vec<String> = of_pull_request
        .map(|name| format!("origin/{name}"))
        .into_iter()
        .chain(["origin/HEAD", "origin/main", "origin/master", "main", "master"].map(str::to_owned))
        .collect();
    let revision = Some(revision).filter(|revision| !revision.is_empty());
    Base::find(root, revision, &usual).map_err(|error| {
        let hint = match &error {
            SpecError::NoRepository(_) => "`--changed` needs a git repository; leave it out to check everything",
            _ => "name the branch with `--changed=BRANCH`; on GitHub, `actions/checkout` needs `fetch-depth: 0`",
        };
        CliError::input(error.to_string()).hint(hint)
    })
}
