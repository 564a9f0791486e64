//! Canaries in the copy of a reference that the judge uses: each of its source files ends with a comment that stands nowhere
//! else. A candidate or a trajectory that has it was made by somebody who has read that file.

use crate::reference::{ReferenceError, at, write};
use ghostlib_model::{Canary, Sha256Hex};
use std::fs;
use std::path::Path;
use walkdir::WalkDir;

/// The file beside the copy that says what was planted.
const SECRET: &str = "canary";
/// Files that are planted, each with what begins a comment in it.
const COMMENTS: [(&str, &str); 2] = [("rs", "//"), ("py", "#")];

/// Plants the copy of a reference in `dir`, whose cache folder is `root`, if it is not planted yet. What stands where.
///
/// # Errors
/// If a file cannot be read or written.
pub(crate) fn plant(root: &Path, dir: &Path) -> Result<Vec<Canary>, ReferenceError> {
    let secret = secret(&root.join(SECRET))?;
    let mut planted =
        vec![Canary { token: secret.clone(), place: "the file beside the copy of the reference".into() }];
    for entry in WalkDir::new(dir).sort_by_file_name() {
        let entry = entry.map_err(|error| at(dir)(error.into()))?;
        let path = entry.path();
        let Some(comment) = comment_of(path).filter(|_| entry.file_type().is_file()) else { continue };
        let relative = path.strip_prefix(dir).unwrap_or(path).to_string_lossy().replace('\\', "/");
        let token = Sha256Hex::of(format!("{secret}/{relative}").as_bytes()).as_str()[..32].to_owned();
        let line = line(comment, &token);
        let mut text = fs::read(path).map_err(at(path))?;
        if !text.ends_with(line.as_bytes()) {
            text.extend_from_slice(line.as_bytes());
            fs::write(path, text).map_err(at(path))?;
        }
        planted.push(Canary { token, place: format!("`{relative}` of the reference") });
    }
    Ok(planted)
}

/// A file's text as it was before it was planted.
pub(crate) fn unplanted<'a>(path: &Path, text: &'a [u8]) -> &'a [u8] {
    let Some(comment) = comment_of(path) else { return text };
    let length = line(comment, &"0".repeat(32)).len();
    let Some(start) = text.len().checked_sub(length) else { return text };
    let (before, last) = text.split_at(start);
    let begins = last.starts_with(line(comment, "").trim_end().as_bytes());
    if begins && last.ends_with(b"\n") { before } else { text }
}

fn line(comment: &str, token: &str) -> String {
    format!("\n{comment} ghostlib-canary {token}\n")
}

fn comment_of(path: &Path) -> Option<&'static str> {
    let extension = path.extension()?.to_str()?;
    COMMENTS.iter().find(|(known, _)| *known == extension).map(|(_, comment)| *comment)
}

/// What tokens are made from: as it stands in the file, or a new one.
fn secret(path: &Path) -> Result<String, ReferenceError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text.trim().to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let secret = format!("{:032x}", fastrand::u128(..));
            write(path, &secret)?;
            Ok(secret)
        }
        Err(error) => Err(at(path)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::checksum;

    #[test]
    fn each_file_has_its_own_and_counts_as_it_was() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("source");
        fs::create_dir_all(dir.join("src")).unwrap();
        let files = [("src/lib.rs", "fn f() {}"), ("a.py", "x = 1\n"), ("README.md", "# A\n")];
        for (name, text) in files {
            fs::write(dir.join(name), text).unwrap();
        }
        let before = checksum(&dir, &[]).unwrap();
        let planted = plant(root.path(), &dir).unwrap();
        assert_eq!(planted.len(), 3);
        assert_eq!(plant(root.path(), &dir).unwrap(), planted, "planted once");
        let text = fs::read(dir.join("src/lib.rs")).unwrap();
        let found = Canary::found_in(&planted, &text);
        assert_eq!(found[0].place, "`src/lib.rs` of the reference");
        assert_eq!((found.len(), unplanted(Path::new("lib.rs"), &text)), (1, &b"fn f() {}"[..]));
        assert_eq!(checksum(&dir, &[]).unwrap(), before);
        assert_eq!(fs::read_to_string(dir.join("README.md")).unwrap(), "# A\n");
    }
}
