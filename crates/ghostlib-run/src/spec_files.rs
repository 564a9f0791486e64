//! Specs on the disk.

use crate::store::write_file;
use ghostlib_diff::{Api, extract_block};
use ghostlib_model::{Diagnostic, Severity, Sha256Hex, SpecStamp, sha256_of_files};
use ghostlib_spec::{SourceFile, Sources, Spec};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// A spec as it was read: its files, and what they say.
#[derive(Clone, Debug)]
pub struct LoadedSpec {
    /// The folder that it was read from; empty for one that was never on the disk.
    pub dir: PathBuf,
    /// The files.
    pub sources: Sources,
    /// What they say.
    pub spec: Spec,
    /// What is wrong with them.
    pub diagnostics: Vec<Diagnostic>,
    /// The Rust API that the spec declares.
    pub api: Api,
}

/// Why a spec cannot be read or used.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    /// There is no file or folder of that name.
    #[error("there is no spec at {}", .0.display())]
    Missing(PathBuf),
    /// A folder without a `SPEC.md`.
    #[error("{} has no {DOCUMENT}", .0.display())]
    NoDocument(PathBuf),
    /// A file cannot be read or written.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It has errors.
    #[error("the spec has {} {}", .errors.len(), if .errors.len() == 1 { "error" } else { "errors" })]
    Broken {
        /// The folder that the places start at.
        dir: PathBuf,
        /// The errors.
        errors: Vec<Diagnostic>,
    },
}

/// The name of the document in a spec's folder.
pub const DOCUMENT: &str = "SPEC.md";

impl LoadedSpec {
    /// Reads the spec at a path: its document, or the folder of its `SPEC.md`.
    ///
    /// # Errors
    /// If the document cannot be read. What is wrong inside it is a diagnostic.
    pub fn read(path: &Path) -> Result<Self, SpecError> {
        let document = document_path(path)?;
        let dir = document.parent().unwrap_or(Path::new(""));
        let name = document.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let file = |name: &str, path: &Path| {
            let bytes = fs::read(path).map_err(|source| SpecError::Io { path: path.into(), source })?;
            Ok::<_, SpecError>(SourceFile { path: name.into(), bytes })
        };
        let document = file(&name, &document)?;
        let mut vector_files = Vec::new();
        for name in ghostlib_spec::vector_file_names(&document) {
            // A name that leaves the folder is not followed; parsing complains about it.
            let inside = Path::new(&name).components().all(|part| matches!(part, Component::Normal(_)));
            let path = dir.join(&name);
            if inside && path.is_file() {
                vector_files.push(file(&name, &path)?);
            }
        }
        Ok(Self { dir: dir.to_owned(), ..Self::of(Sources { document, vector_files }) })
    }

    /// The spec that these files make.
    pub fn of(sources: Sources) -> Self {
        let (spec, diagnostics) = ghostlib_spec::parse(&sources);
        let api = declared_api(&spec, &sources);
        Self { dir: PathBuf::new(), sources, spec, diagnostics, api }
    }

    /// The document of a copy of a spec in `dir`: it keeps the name that it has at `spec_path`.
    pub fn document_in(dir: &Path, spec_path: &Path) -> PathBuf {
        let named = spec_path.file_name().map(|name| dir.join(name));
        named.filter(|path| path.is_file()).unwrap_or_else(|| dir.to_owned())
    }

    /// The spec, if it has no errors.
    ///
    /// # Errors
    /// All its error diagnostics.
    pub fn without_errors(self) -> Result<Self, SpecError> {
        let errors: Vec<_> = self
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .cloned()
            .collect();
        if errors.is_empty() { Ok(self) } else { Err(SpecError::Broken { dir: self.dir, errors }) }
    }

    /// Writes the files into a folder.
    ///
    /// # Errors
    /// If one cannot be written.
    pub fn write(&self, dir: &Path) -> Result<(), SpecError> {
        for file in files(&self.sources) {
            let path = dir.join(&file.path);
            write_file(&path, &file.bytes).map_err(|source| SpecError::Io { path: path.clone(), source })?;
        }
        Ok(())
    }

    /// What an implementer may see, the document first.
    pub fn visible_files(&self) -> Vec<(String, Vec<u8>)> {
        let visible = ghostlib_spec::visible(&self.sources);
        files(&visible).map(|file| (file.path.clone(), file.bytes.clone())).collect()
    }

    /// The hash of what an implementer sees.
    pub fn visible_hash(&self) -> Sha256Hex {
        hash(&ghostlib_spec::visible(&self.sources))
    }

    /// The spec as a run's journal names it.
    pub fn stamp(&self) -> SpecStamp {
        SpecStamp {
            name: self.spec.front_matter.name.clone(),
            version: self.spec.front_matter.version.clone(),
            hash: hash(&self.sources),
            bytes: files(&self.sources).map(|file| file.bytes.len()).sum(),
            n_requirements: self.spec.requirements.len(),
            n_vectors: self.spec.vectors.len(),
            n_api_items: self.api.items.len(),
        }
    }

    /// The document's text.
    pub fn document_text(&self) -> String {
        String::from_utf8_lossy(&self.sources.document.bytes).into_owned()
    }
}

fn document_path(path: &Path) -> Result<PathBuf, SpecError> {
    if path.is_dir() {
        let document = path.join(DOCUMENT);
        return if document.is_file() { Ok(document) } else { Err(SpecError::NoDocument(path.into())) };
    }
    if path.is_file() { Ok(path.into()) } else { Err(SpecError::Missing(path.into())) }
}

/// The spec's files, the document first.
pub(crate) fn files(sources: &Sources) -> impl Iterator<Item = &SourceFile> {
    std::iter::once(&sources.document).chain(&sources.vector_files)
}

fn hash(sources: &Sources) -> Sha256Hex {
    sha256_of_files(files(sources).map(|file| (file.path.as_str(), file.bytes.as_slice())))
}

fn declared_api(spec: &Spec, sources: &Sources) -> Api {
    let document = String::from_utf8_lossy(&sources.document.bytes);
    let mut api = Api::default();
    for block in spec.api_blocks.iter().filter(|block| block.language == "rust") {
        let declared = extract_block(&block.code, &block.place.file, block.place.span.start, &document);
        api.items.extend(declared.items);
        api.unseen.extend(declared.unseen);
    }
    api
}
