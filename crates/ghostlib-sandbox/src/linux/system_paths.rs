//! The fixed set of system files that every sandbox can read.

use std::fs;
use std::path::{Path, PathBuf};

/// Readable as they are.
const ETC: &[&str] = &[
    "/etc/alternatives",
    "/etc/group",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
];

/// Readable but for [`HIDDEN`]. All but the first are links into the first on most systems.
const PROGRAMS: &[&str] = &["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

/// Where the system keeps the sources of libraries, and so perhaps the reference.
const HIDDEN: &[&str] = &[
    "/usr/lib/node_modules",
    "/usr/lib/rustlib/src",
    "/usr/local/cargo",
    "/usr/local/lib/node_modules",
    "/usr/local/lib/rustlib/src",
    "/usr/local/src",
    "/usr/share/cargo",
    "/usr/src",
];

/// Where versions of Python lie, each in a folder whose name begins so.
const PYTHONS: [(&str, &str); 2] = [("/usr/lib", "python3"), ("/usr/local/lib", "python3")];
/// Where each keeps packages that are not its own.
const PACKAGES: [&str; 2] = ["dist-packages", "site-packages"];

/// Devices that give and keep nothing.
pub(super) const DEVICES: &[&str] = &["/dev/full", "/dev/null", "/dev/random", "/dev/urandom", "/dev/zero"];

/// The files of `/etc` that exist here.
pub(super) fn etc() -> impl Iterator<Item = &'static Path> {
    existing(ETC)
}

/// The folders with programs and shared libraries that exist here; [`hidden`] lies inside of them.
pub(super) fn programs() -> impl Iterator<Item = &'static Path> {
    existing(PROGRAMS)
}

/// What is not readable although it lies inside of [`programs`].
pub(super) fn hidden() -> Vec<PathBuf> {
    existing(HIDDEN).map(Path::to_path_buf).chain(python_packages()).collect()
}

fn python_packages() -> impl Iterator<Item = PathBuf> {
    let folders = PYTHONS.into_iter().flat_map(|(folder, begin)| {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.filter(move |entry| entry.file_name().to_string_lossy().starts_with(begin))
    });
    folders.flat_map(|entry| PACKAGES.map(|name| entry.path().join(name))).filter(|path| path.is_dir())
}

/// Paths that together cover `root` without anything of `hidden`: `root` itself, or else what is in it.
pub(super) fn without(root: &Path, hidden: &[&Path]) -> Vec<PathBuf> {
    if hidden.contains(&root) {
        return Vec::new();
    }
    if !hidden.iter().any(|path| path.starts_with(root)) {
        return vec![root.to_path_buf()];
    }
    let Ok(entries) = fs::read_dir(root) else { return Vec::new() };
    // A link's target is readable if it is covered itself; to follow the link would open more than that.
    let own = entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_symlink()));
    own.flat_map(|entry| without(&entry.path(), hidden)).collect()
}

fn existing(paths: &'static [&'static str]) -> impl Iterator<Item = &'static Path> {
    paths.iter().map(Path::new).filter(|path| path.exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_and_what_links_lead_to_is_left_out() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["bin", "share/cargo/registry", "share/doc"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        std::os::unix::fs::symlink("/root", root.path().join("link")).unwrap();
        let mut left = without(root.path(), &[&root.path().join("share/cargo")]);
        left.sort();
        assert_eq!(left, [root.path().join("bin"), root.path().join("share/doc")]);
    }

    #[test]
    fn packages_of_the_systems_python_are_hidden_where_there_are_any() {
        for path in python_packages() {
            assert!(path.starts_with("/usr") && PACKAGES.iter().any(|name| path.ends_with(name)), "{path:?}");
            assert!(hidden().contains(&path));
        }
    }

    #[test]
    fn a_root_with_nothing_hidden_is_covered_whole() {
        assert_eq!(without(Path::new("/usr/bin"), &[Path::new("/usr/src")]), [Path::new("/usr/bin")]);
    }
}
