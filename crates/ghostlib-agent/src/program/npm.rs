use std::fs;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// How deep below a package its native program may lie.
const MAX_DEPTH: usize = 8;

/// The native program of a package in a folder `node_modules`. npm installs it as an optional package for the platform:
/// `@openai/codex` brings `@openai/codex-linux-x64`, with a file `codex` somewhere in it. It is called `name`, or as the
/// package is.
pub fn native_program(node_modules: &Path, package: &str, name: &str) -> Option<PathBuf> {
    let (scope, package) = package.rsplit_once('/').unwrap_or(("", package));
    let prefix = format!("{package}-{}-", std::env::consts::OS);
    let beside = fs::read_dir(node_modules.join(scope)).ok()?.filter_map(Result::ok);
    let platforms = beside.filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix));
    let names = [name, package, package.trim_end_matches("-code")];
    let is_it = |path: &Path| {
        path.extension().is_none()
            && path.file_name().is_some_and(|file| names.iter().any(|name| file == *name))
            && path.is_file()
    };
    platforms
        .flat_map(|dir| WalkDir::new(dir.path()).max_depth(MAX_DEPTH).sort_by_file_name())
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .find(|path| is_it(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_native_program_is_found_in_the_package_of_the_platform() {
        let dir = tempfile::tempdir().unwrap();
        let os = std::env::consts::OS;
        let write = |path: String| {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "").unwrap();
            path
        };
        write("@a/claude-code/claude".into());
        write(format!("@a/claude-code-{os}-x64/claude.map"));
        let claude = write(format!("@a/claude-code-{os}-x64/vendor/claude"));
        let plain = write(format!("plain-{os}-arm64/bin/run"));
        assert_eq!(native_program(dir.path(), "@a/claude-code", "cli"), Some(claude));
        assert_eq!(native_program(dir.path(), "plain", "run"), Some(plain));
        assert_eq!(native_program(dir.path(), "plain", "other"), None);
    }
}
