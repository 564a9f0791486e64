//! Finding a spec's files in a folder, wherever the folder is.

use super::{DOCUMENT, SpecError};
use ghostlib_agent::FileTree;
use ghostlib_spec::{Options, SourceFile, Sources, file_names};
use std::path::PathBuf;

/// The names of a document in a spec's folder; the first that is there wins.
const NAMES: [&str; 3] = [DOCUMENT, "spec.md", "requirements.md"];
/// What the name of a document ends with if the folder has none of [`NAMES`].
const ENDING: &str = "-spec.md";

/// A folder that a spec lies in: on the disk, or in a revision of a repository.
pub(super) trait Folder {
    /// What a user calls it.
    fn path(&self) -> PathBuf;

    /// The names of the files directly in it, sorted.
    fn names(&self) -> Result<Vec<String>, SpecError>;

    /// The content of a file in it or below it; nothing if there is none.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, SpecError>;
}

/// The names of files with the text of a licence.
const LICENCES: [&str; 9] = [
    "LICENSE",
    "LICENSE.md",
    "LICENSE.txt",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "LICENCE",
    "LICENCE.md",
    "COPYING",
    "UNLICENSE",
];
/// A longer file is no text of a licence.
const MAX_LICENCE: usize = 256 << 10;

/// The licences that lie in a folder.
pub(super) fn licences(folder: &impl Folder) -> Result<FileTree, SpecError> {
    let mut files = FileTree::default();
    for name in LICENCES {
        if let Some(bytes) = folder.read(name)?.filter(|bytes| bytes.len() <= MAX_LICENCE) {
            files.files.insert(name.to_owned(), bytes);
        }
    }
    Ok(files)
}

/// The name of the document of the spec that lies in a folder.
pub(super) fn document_name(folder: &impl Folder) -> Result<String, SpecError> {
    let names = folder.names()?;
    if let Some(name) = NAMES.into_iter().find(|name| names.iter().any(|known| known == name)) {
        return Ok(name.to_owned());
    }
    let mut others: Vec<String> = names.into_iter().filter(|name| name.ends_with(ENDING)).collect();
    match others.pop() {
        None => Err(SpecError::NoDocument(folder.path())),
        Some(only) if others.is_empty() => Ok(only),
        Some(last) => {
            others.push(last);
            Err(SpecError::SeveralDocuments { dir: folder.path(), names: others })
        }
    }
}

/// The files of the spec with this document: of those that the document names, the ones that are there.
pub(super) fn read(
    folder: &impl Folder,
    document: SourceFile,
    options: &Options,
) -> Result<Sources, SpecError> {
    let names = file_names(&document, options);
    let files = |names: Vec<String>| {
        let mut files = Vec::new();
        for name in names {
            if let Some(bytes) = folder.read(&name)? {
                files.push(SourceFile::new(name, bytes));
            }
        }
        Ok::<_, SpecError>(files)
    };
    Ok(Sources {
        parts: files(names.parts)?,
        vector_files: files(names.vectors)?,
        document,
        ..Sources::default()
    })
}
