//! The user's Cargo workspace, of which a vendored crate is a member.

use crate::commands::run::write;
use crate::error::CliError;
use std::fs;
use std::path::{Component, Path, PathBuf};
use toml_edit::{Array, DocumentMut, Item, Value};

/// The Cargo workspace around a folder.
pub(in crate::commands) struct CargoWorkspace {
    path: PathBuf,
    manifest: DocumentMut,
    /// The folder's path from the workspace's root on.
    member: String,
}

impl CargoWorkspace {
    /// The Cargo workspace that the crate in a folder would belong to; nothing, if there is none.
    pub(in crate::commands) fn around(dir: &Path) -> Result<Option<Self>, CliError> {
        let wrong = |path: &Path, reason: String| {
            CliError::input(format!("{}: {reason}", path.display())).hint("nothing was done; mend it first")
        };
        let dir = std::path::absolute(dir).map_err(|error| wrong(dir, error.to_string()))?;
        for root in dir.ancestors().skip(1) {
            let path = root.join("Cargo.toml");
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let manifest: DocumentMut = text
                .parse()
                .map_err(|error: toml_edit::TomlError| wrong(&path, error.message().to_owned()))?;
            if manifest.get("workspace").is_some_and(Item::is_table_like) {
                let relative = dir.strip_prefix(root).unwrap_or(&dir);
                let parts = relative.components().filter(|part| *part != Component::CurDir);
                let parts: Vec<_> =
                    parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
                return Ok(Some(Self { path, manifest, member: parts.join("/") }));
            }
        }
        Ok(None)
    }

    /// Makes the folder a member, if it is none yet. Whether that took a change.
    pub(in crate::commands) fn join(mut self) -> Result<bool, CliError> {
        let Some(workspace) = self.manifest.get_mut("workspace").and_then(Item::as_table_like_mut) else {
            return Ok(false);
        };
        let is_listed = |key: &str, workspace: &dyn toml_edit::TableLike| {
            let list = workspace.get(key).and_then(Item::as_array);
            let mut patterns = list.into_iter().flatten().filter_map(Value::as_str);
            patterns.any(|pattern| covers(pattern, &self.member))
        };
        if is_listed("members", workspace) {
            return Ok(false);
        }
        if !workspace.contains_key("members") {
            workspace.insert("members", toml_edit::value(Array::new()));
        }
        let Some(members) = workspace.get_mut("members").and_then(Item::as_array_mut) else {
            return Ok(false);
        };
        push_like_the_others(members, &self.member);
        write(&self.path, &self.manifest.to_string())?;
        Ok(true)
    }

    /// Its manifest.
    pub(in crate::commands) fn path(&self) -> &Path {
        &self.path
    }
}

/// A list over several lines gets one more.
fn push_like_the_others(list: &mut Array, text: &str) {
    let prefix = list.iter().last().and_then(|last| last.decor().prefix()?.as_str()).map(str::to_owned);
    let mut value = Value::from(text);
    match prefix.filter(|prefix| prefix.contains('\n')) {
        Some(prefix) => {
            value.decor_mut().set_prefix(prefix);
            list.push_formatted(value);
        }
        None => list.push(text),
    }
}

/// Whether one of cargo's patterns names a folder: `*` stands for what is within one part of a path.
fn covers(pattern: &str, member: &str) -> bool {
    let (pattern, member): (Vec<&str>, Vec<&str>) = (
        pattern.trim_matches('/').split('/').filter(|part| *part != ".").collect(),
        member.split('/').collect(),
    );
    pattern.len() == member.len()
        && pattern.iter().zip(member).all(|(pattern, name)| part_covers(pattern, name))
}

fn part_covers(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|name| {
            (0..=name.len()).filter(|at| name.is_char_boundary(*at)).any(|at| part_covers(rest, &name[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The manifest after a crate in `vendor/a` has joined.
    fn joined(manifest: &str) -> String {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("Cargo.toml");
        fs::write(&path, manifest).unwrap();
        let workspace = CargoWorkspace::around(&dir.path().join("vendor/a")).unwrap().unwrap();
        workspace.join().unwrap();
        fs::read_to_string(path).unwrap()
    }

    #[test]
    fn a_crate_joins_the_members_as_they_are_written() {
        assert_eq!(
            joined("[workspace]\nmembers = [\"b\"] # ours\n"),
            "[workspace]\nmembers = [\"b\", \"vendor/a\"] # ours\n"
        );
        assert_eq!(
            joined("[workspace]\nmembers = [\n    \"b\",\n]\n"),
            "[workspace]\nmembers = [\n    \"b\",\n    \"vendor/a\",\n]\n"
        );
        assert_eq!(
            joined("[package]\nname = \"b\"\n\n[workspace]\n"),
            "[package]\nname = \"b\"\n\n[workspace]\nmembers = [\"vendor/a\"]\n"
        );
        for manifest in
            ["[workspace]\nmembers = [\"vendor/*\"]\n", "[workspace]\nmembers = [\"./vendor/a\"]\n"]
        {
            assert_eq!(joined(manifest), manifest);
        }
    }

    #[test]
    fn a_star_stands_for_what_is_within_one_part() {
        assert!(covers("v*r/*", "vendor/a") && covers("*/a", "vendor/a"));
        assert!(!covers("*", "vendor/a") && !covers("vendor/b*", "vendor/a"));
    }
}
