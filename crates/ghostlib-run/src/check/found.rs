//! What there is to be checked in a repository.

use ignore::overrides::OverrideBuilder;
use ignore::{DirEntry, WalkBuilder};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// What was found, by paths from the root of the repository, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Documents of specs, or folders of such.
    pub specs: BTreeSet<String>,
    /// Lockfiles.
    pub locks: BTreeSet<String>,
}

/// Why what is to be checked cannot be found.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// A path leads nowhere.
    #[error("there is nothing at {}", .0.display())]
    Missing(PathBuf),
    /// A path leads out of the repository.
    #[error("{} is outside of {}", .path.display(), .root.display())]
    Outside {
        /// The path.
        path: PathBuf,
        /// The root of the repository.
        root: PathBuf,
    },
    /// A pattern of what is left out is none.
    #[error("`{pattern}` is no pattern of files: {said}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        said: String,
    },
    /// A folder cannot be read.
    #[error("{path}: {source}")]
    Walk {
        /// The folder.
        path: String,
        /// Why.
        source: ignore::Error,
    },
}

/// Front matter is at the top: more of a file is not looked through for it.
const MAX_FRONT_MATTER: u64 = 64 << 10;
/// What build tools make, also where nobody ignores it.
const MADE: [&str; 2] = ["target", "node_modules"];

/// The root of the git repository around a folder; the folder itself, if there is none.
pub fn repository_root(around: &Path) -> PathBuf {
    let around = around.canonicalize().unwrap_or_else(|_| around.to_owned());
    let is_root = |folder: &&Path| folder.join(".git").exists();
    around.ancestors().find(is_root).unwrap_or(&around).to_owned()
}

/// Looks for specs with front matter that says `ghostlib:`, and for lockfiles, at and below some paths. What
/// `.gitignore` names is passed over, so is what is hidden, what build tools make, and what `excluded` names in the form of
/// `.gitignore`. A path that is a file is a spec, whatever it says.
///
/// # Errors
/// If a path is not there or outside of the root, or a pattern is none.
pub fn find(root: &Path, paths: &[PathBuf], excluded: &[String]) -> Result<Found, FindError> {
    let mut found = Found::default();
    for path in paths {
        let whole = path.canonicalize().map_err(|_| FindError::Missing(path.clone()))?;
        let Ok(relative) = whole.strip_prefix(root) else {
            return Err(FindError::Outside { path: path.clone(), root: root.to_owned() });
        };
        if whole.is_file() {
            found.add(relative, named(relative));
            continue;
        }
        for entry in walk(root, &whole, excluded)? {
            let source = |source| FindError::Walk { path: whole.display().to_string(), source };
            let entry = entry.map_err(source)?;
            let Ok(relative) = entry.path().strip_prefix(root) else { continue };
            if entry.file_type().is_some_and(|kind| kind.is_file()) {
                found.add(relative, kind(entry.path()).unwrap_or(Kind::Other));
            }
        }
    }
    Ok(found)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Spec,
    Lock,
    Other,
}

impl Found {
    fn add(&mut self, path: &Path, kind: Kind) {
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        let path = parts.join("/");
        match kind {
            Kind::Spec => self.specs.insert(path),
            Kind::Lock => self.locks.insert(path),
            Kind::Other => false,
        };
    }
}

fn walk(root: &Path, below: &Path, excluded: &[String]) -> Result<ignore::Walk, FindError> {
    let mut patterns = OverrideBuilder::new(root);
    for pattern in excluded {
        let wrong =
            |error: ignore::Error| FindError::Pattern { pattern: pattern.clone(), said: error.to_string() };
        // What begins with `!` is left out, and all else is taken.
        patterns.add(&format!("!{pattern}")).map_err(wrong)?;
    }
    let wrong =
        |error: ignore::Error| FindError::Pattern { pattern: excluded.join(", "), said: error.to_string() };
    let overrides = patterns.build().map_err(wrong)?;
    let mut walk = WalkBuilder::new(below);
    // Of what is the user's own, nothing is read: two people see the same.
    walk.require_git(false).git_global(false).overrides(overrides).filter_entry(is_looked_into);
    Ok(walk.build())
}

fn is_looked_into(entry: &DirEntry) -> bool {
    let is_made = MADE.iter().any(|name| entry.file_name() == *name);
    entry.depth() == 0 || !is_made || !entry.file_type().is_some_and(|kind| kind.is_dir())
}

/// What a file is that somebody has named.
fn named(path: &Path) -> Kind {
    if path.file_name().is_some_and(|name| name == crate::store::LOCKFILE) { Kind::Lock } else { Kind::Spec }
}

/// What a file is that nobody has named.
fn kind(path: &Path) -> io::Result<Kind> {
    if named(path) == Kind::Lock {
        return Ok(Kind::Lock);
    }
    let is_markdown = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("md"));
    Ok(if is_markdown && is_spec(BufReader::new(File::open(path)?.take(MAX_FRONT_MATTER)))? {
        Kind::Spec
    } else {
        Kind::Other
    })
}

/// Whether a document begins with front matter that says which format of ghostlib it has.
fn is_spec(mut document: impl BufRead) -> io::Result<bool> {
    let mut line = Vec::new();
    let mut is_first = true;
    while document.read_until(b'\n', &mut line)? > 0 {
        let is_mark = line.trim_ascii_end() == b"---";
        if is_first != is_mark {
            return Ok(false);
        }
        if line.starts_with(b"ghostlib:") {
            return Ok(true);
        }
        is_first = false;
        line.clear();
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn only_front_matter_says_that_a_document_is_a_spec() {
        let is = |text: &str| is_spec(text.as_bytes()).unwrap();
        assert!(is("---\nghostlib: 1\n---\n"));
        assert!(is("---\r\nname: a\r\nghostlib: 1\r\n---\r\n"));
        assert!(!is("---\nname: a\n---\nghostlib: 1\n"));
        assert!(!is("ghostlib: 1\n"));
        assert!(!is("# A\n---\nghostlib: 1\n"));
        assert!(!is(""));
    }

    #[test]
    fn what_is_ignored_hidden_made_or_left_out_is_not_found() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let spec = "---\nghostlib: 1\n---\n";
        for (path, text) in [
            ("a/SPEC.md", spec),
            ("a/README.md", "# A\n"),
            ("a/ghostlib.lock", ""),
            ("b/other.MD", spec),
            ("ignored/SPEC.md", spec),
            ("left/out/SPEC.md", spec),
            ("target/SPEC.md", spec),
            (".hidden/SPEC.md", spec),
            (".gitignore", "ignored/\n"),
        ] {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), text).unwrap();
        }
        let found = |path: &str| find(&root, &[root.join(path)], &["left/*".into()]).unwrap();
        let paths = |set: BTreeSet<String>| set.into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(paths(found("").specs), "a/SPEC.md b/other.MD");
        assert_eq!(paths(found("").locks), "a/ghostlib.lock");
        assert_eq!(paths(found("a").specs), "a/SPEC.md");
        assert_eq!(paths(found("a/README.md").specs), "a/README.md");
        assert!(matches!(find(&root, &[root.join("none")], &[]), Err(FindError::Missing(_))));
        assert!(matches!(find(&root, &["/".into()], &[]), Err(FindError::Outside { .. })));
        assert!(matches!(
            find(&root, std::slice::from_ref(&root), &["a{".into()]),
            Err(FindError::Pattern { .. })
        ));
    }
}
