//! Which files of a tree are modules of the library, and by which names they are imported.

use super::manifest::{listed_modules, project_name};
use crate::SourceTree;
use std::collections::{BTreeMap, BTreeSet};

/// Folders that projects keep their packages in.
const ROOTS: [&str; 4] = ["src", "lib", "python", "Lib"];
/// Folders beside packages that hold no library code.
const NO_LIBRARY: [&str; 14] = [
    "tests",
    "test",
    "testing",
    "docs",
    "doc",
    "examples",
    "example",
    "benchmarks",
    "bench",
    "scripts",
    "tools",
    "build",
    "dist",
    "venv",
];
/// Modules beside packages that are no library code.
const NO_MODULES: [&str; 6] = ["setup", "conftest", "noxfile", "tasks", "fabfile", "manage"];

/// The modules of a library.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    /// The name by which the main package is imported; empty where the tree does not tell it.
    pub(super) name: String,
    pub(super) modules: Vec<ModuleFile>,
}

/// One module.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ModuleFile {
    /// The file, as an index into the tree.
    pub(super) file: usize,
    /// The dotted name by which it is imported.
    pub(super) name: String,
    /// The same below the main package; the whole name in any other package.
    pub(super) path: String,
    /// Whether it is the `__init__.py` of a folder.
    pub(super) is_package: bool,
}

/// Whether a file is library code, as far as its path tells.
pub(super) fn is_library(path: &str) -> bool {
    let Some((folders, stem)) = module_parts(path) else { return false };
    let is_test = stem.starts_with("test_") || stem.ends_with("_test") || stem == "conftest";
    let first = folders.iter().find(|folder| !ROOTS.contains(folder));
    let is_beside = first.is_some_and(|folder| NO_LIBRARY.contains(folder))
        || (folders.is_empty() && NO_MODULES.contains(&stem));
    !is_test && !is_beside && !folders.contains(&"tests")
}

/// The folders of a Python file, and its name without the extension.
fn module_parts(path: &str) -> Option<(Vec<&str>, &str)> {
    let mut folders: Vec<&str> = path.split('/').collect();
    let stem = folders.pop()?.strip_suffix(".py")?;
    Some((folders, stem))
}

impl Layout {
    pub(super) fn of(tree: &SourceTree) -> Self {
        let files: Vec<(usize, &str)> = tree
            .files
            .iter()
            .enumerate()
            .map(|(index, file)| (index, file.path.as_str()))
            .filter(|(_, path)| is_library(path))
            .collect();
        let packages: BTreeSet<&str> =
            files.iter().filter_map(|(_, path)| path.strip_suffix("__init__.py")).collect();
        let tops = if packages.contains("") { BTreeSet::from([""]) } else { top_packages(&packages) };
        let wanted = project_name(tree);
        let listed = listed_modules(tree);
        let mut named: BTreeMap<String, ModuleFile> = BTreeMap::new();
        for (file, path) in files {
            let is_alone = !tops.iter().any(|top| path.starts_with(top));
            let is_wanted = |stem: &str| match &listed {
                Some(listed) => listed.iter().any(|name| name == stem),
                None => tops.is_empty() || Some(stem) == wanted.as_deref(),
            };
            if is_alone && !is_single_module(path, is_wanted) {
                continue;
            }
            let is_package = path.ends_with("__init__.py");
            let name = import_name(path);
            named.entry(name.clone()).or_insert(ModuleFile { file, name, path: String::new(), is_package });
        }
        let name = if packages.contains("") {
            String::new()
        } else {
            main_package(&named.keys().map(String::as_str), wanted.as_deref())
        };
        let mut modules: Vec<_> = named.into_values().collect();
        for module in &mut modules {
            module.path = below(&module.name, &name);
        }
        Self { name, modules }
    }
}

/// The packages that stand in no other one.
fn top_packages<'a>(packages: &BTreeSet<&'a str>) -> BTreeSet<&'a str> {
    let is_inner = |package: &str| {
        let folder = package.trim_end_matches('/');
        folder.rsplit_once('/').is_some_and(|(parent, _)| packages.contains(format!("{parent}/").as_str()))
    };
    let tops: BTreeSet<&str> = packages.iter().copied().filter(|package| !is_inner(package)).collect();
    // What a project installs stands as high as its first package; others are examples or data.
    let depth = |package: &str| {
        let folders = package.trim_end_matches('/').split('/');
        folders.enumerate().filter(|(n, folder)| *n > 0 || !ROOTS.contains(folder)).count()
    };
    let least = tops.iter().map(|package| depth(package)).min().unwrap_or(0);
    tops.into_iter().filter(|package| depth(package) == least).collect()
}

/// Whether a file that stands in no package is a module of the library.
fn is_single_module(path: &str, is_wanted: impl Fn(&str) -> bool) -> bool {
    let Some((folders, stem)) = module_parts(path) else { return false };
    match folders[..] {
        [] => is_wanted(stem),
        [root] => ROOTS.contains(&root),
        _ => false,
    }
}

fn import_name(path: &str) -> String {
    let module = path.strip_suffix(".py").unwrap_or(path);
    let module = module.strip_suffix("__init__").unwrap_or(module).trim_end_matches('/');
    let (first, rest) = module.split_once('/').unwrap_or((module, ""));
    let module = if ROOTS.contains(&first) && !rest.is_empty() { rest } else { module };
    module.replace('/', ".")
}

/// The package that is called as the project is; else the first.
fn main_package<'a>(names: &(impl Iterator<Item = &'a str> + Clone), wanted: Option<&str>) -> String {
    let is_wanted = |name: &&str| wanted.is_some_and(|wanted| name.eq_ignore_ascii_case(wanted));
    let is_top = |name: &&str| !name.contains('.');
    let mut tops = names.clone().filter(is_top);
    let by_name = names.clone().find(is_wanted);
    let public = names.clone().filter(is_top).find(|name| !name.starts_with('_'));
    by_name.or(public).or_else(|| tops.next()).or_else(|| names.clone().next()).unwrap_or_default().to_owned()
}

fn below(name: &str, main: &str) -> String {
    if name == main {
        return String::new();
    }
    let inner = name.strip_prefix(main).and_then(|rest| rest.strip_prefix('.'));
    inner.unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SourceFile;

    fn names(paths: &[&str]) -> (String, Vec<(String, String)>) {
        let files = paths.iter().map(|path| {
            let text = if *path == "pyproject.toml" { "[project]\nname = \"the-lib\"" } else { "" };
            SourceFile::new(*path, text)
        });
        let layout = Layout::of(&SourceTree { files: files.collect() });
        (layout.name, layout.modules.into_iter().map(|module| (module.name, module.path)).collect())
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(name, path)| ((*name).to_owned(), (*path).to_owned())).collect()
    }

    #[test]
    fn packages_are_found_in_the_root_and_in_src_and_tests_are_not() {
        for root in ["", "src/"] {
            let files = ["a/__init__.py", "a/b.py", "a/c/__init__.py", "a/tests/__init__.py", "a/test_b.py"];
            let mut paths: Vec<_> = files.iter().map(|file| format!("{root}{file}")).collect();
            paths.extend(["setup.py", "tests/__init__.py", "docs/conf.py", "x.py"].map(String::from));
            let paths: Vec<_> = paths.iter().map(String::as_str).collect();
            assert_eq!(names(&paths), ("a".into(), pairs(&[("a", ""), ("a.b", "b"), ("a.c", "c")])));
        }
    }

    #[test]
    fn of_several_packages_the_one_with_the_projects_name_is_the_main_one() {
        let (name, modules) = names(&["pyproject.toml", "src/a/__init__.py", "src/the_lib/__init__.py"]);
        assert_eq!((name.as_str(), modules), ("the_lib", pairs(&[("a", "a"), ("the_lib", "")])));
    }

    #[test]
    fn one_file_is_a_library_and_a_root_may_be_the_package_itself() {
        assert_eq!(names(&["setup.py", "six.py"]), ("six".into(), pairs(&[("six", "")])));
        assert_eq!(names(&["__init__.py", "core.py"]), (String::new(), pairs(&[("", ""), ("core", "core")])));
        assert_eq!(names(&["src/six.py", "conftest.py"]), ("six".into(), pairs(&[("six", "")])));
        assert_eq!(names(&[]), (String::new(), vec![]));
    }

    #[test]
    fn a_namespace_has_no_file_of_its_own() {
        assert_eq!(names(&["src/a/b/__init__.py"]), ("a.b".into(), pairs(&[("a.b", "")])));
    }
}
