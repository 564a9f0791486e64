//! Specs that lie in no folder: their files were read already.

use super::folder::{self, Folder, document_name};
use super::{LoadedSpec, SpecError};
use ghostlib_agent::FileTree;
use ghostlib_spec::{Options, SourceFile, Sources};
use std::path::{Path, PathBuf};

impl LoadedSpec {
    /// The spec that these files are. Its document has one of the names of [`Self::read`], or is the one Markdown file
    /// that leads to all others.
    ///
    /// # Errors
    /// If there is no document among them.
    pub fn of_files(files: &FileTree) -> Result<Self, SpecError> {
        let options = Options::default();
        let read = |name: &str| {
            let bytes = files.files.get(name).cloned().unwrap_or_default();
            folder::read(&InMemory(files), SourceFile::new(name, bytes), &options)
        };
        let sources = match document_name(&InMemory(files)) {
            Ok(name) => read(&name)?,
            Err(error) => {
                let is_whole = |sources: &Sources| sources.files().count() == files.files.len();
                let is_markdown = |name: &&String| Path::new(name).extension().is_some_and(|end| end == "md");
                let mut markdown = files.files.keys().filter(is_markdown);
                markdown.find_map(|name| read(name).ok().filter(is_whole)).ok_or(error)?
            }
        };
        Ok(Self::of_with(sources, &options))
    }
}

struct InMemory<'a>(&'a FileTree);

impl Folder for InMemory<'_> {
    fn path(&self) -> PathBuf {
        PathBuf::from("the spec")
    }

    fn names(&self) -> Result<Vec<String>, SpecError> {
        Ok(self.0.files.keys().filter(|path| !path.contains('/')).cloned().collect())
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, SpecError> {
        Ok(self.0.files.get(path).cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> FileTree {
        FileTree::from_files(files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())))
    }

    #[test]
    fn the_document_is_found_and_what_it_names_is_read() {
        let document = "---\nname: a\nversion: 1\nvectors: [v/t.yaml]\nfiles: [b.md]\n---\n";
        for name in ["SPEC.md", "mine.md"] {
            let files = tree(&[(name, document), ("b.md", ""), ("v/t.yaml", "f: []")]);
            let loaded = LoadedSpec::of_files(&files).unwrap();
            assert_eq!((loaded.sources.document.path.as_str(), loaded.sources.vector_files.len()), (name, 1));
        }
    }

    #[test]
    fn a_file_that_is_not_among_them_is_not_read() {
        let document = "---\nname: a\nversion: 1\nvectors: [/etc/passwd, ../x.yaml]\n---\n";
        let loaded = LoadedSpec::of_files(&tree(&[("SPEC.md", document)])).unwrap();
        assert!(loaded.sources.vector_files.is_empty());
        assert!(LoadedSpec::of_files(&tree(&[("a.md", ""), ("b.md", "")])).is_err());
    }
}
