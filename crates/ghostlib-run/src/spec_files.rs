//! Specs on the disk.

mod disk;
mod edited;
mod folder;
mod revision;
mod tree;
mod withheld;

pub(crate) use revision::repository;

use crate::store::write_file;
use ghostlib_agent::FileTree;
use ghostlib_diff::{Api, Language, Rust};
use ghostlib_model::{Diagnostic, Place, Severity, Sha256Hex, Shown, SpecStamp, VectorId, sha256_of_files};
use ghostlib_spec::{Options, Sources, Spec, parse_with};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

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
    /// Vectors of vector files that implementers do not see, beside those that are marked as hidden.
    pub withheld: BTreeSet<VectorId>,
    /// What implementers see at all.
    pub shown: Shown,
    /// The Rust API that the spec declares.
    pub api: Api,
}

/// What an implementer sees of a spec.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its files by their paths, the document first.
    pub files: Vec<(String, Vec<u8>)>,
    /// How many of them are documents; they come first.
    pub n_documents: usize,
    /// Over the files.
    pub hash: Sha256Hex,
}

/// Why a spec cannot be read or used.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    /// There is no file or folder of that name.
    #[error("there is no spec at {}", .0.display())]
    Missing(PathBuf),
    /// A folder without a document.
    #[error("{} has no {DOCUMENT}", .0.display())]
    NoDocument(PathBuf),
    /// A folder with several documents, none of which has the name of a spec's own.
    #[error("{} has no {DOCUMENT}, and several that may be meant: {}", .dir.display(), .names.join(", "))]
    SeveralDocuments {
        /// The folder.
        dir: PathBuf,
        /// Their names.
        names: Vec<String>,
    },
    /// A revision is asked for where there is no repository.
    #[error("there is no git repository around {}", .0.display())]
    NoRepository(PathBuf),
    /// A revision that cannot be read.
    #[error("the revision `{revision}` cannot be read: {reason}")]
    Revision {
        /// The revision.
        revision: String,
        /// Why.
        reason: String,
    },
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
    /// A folder without a `SPEC.md` has `spec.md`, `requirements.md`, or one file `*-spec.md` as its document.
    ///
    /// # Errors
    /// If the document cannot be read. What is wrong inside it is a diagnostic.
    pub fn read(path: &Path) -> Result<Self, SpecError> {
        Self::read_with(path, &Options::default())
    }

    /// [`Self::read`], told how to read.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_with(path: &Path, options: &Options) -> Result<Self, SpecError> {
        let (dir, document) = disk::find(path)?;
        let sources = folder::read(&disk::OnDisk(&dir), document, options)?;
        Ok(Self { dir, ..Self::of_with(sources, options) })
    }

    /// Reads the spec at a path of a revision of the git repository around a folder. As in git, the path starts at
    /// the root of the repository, and with `./` or `../` at the folder.
    ///
    /// # Errors
    /// If there is no repository, no such revision, or no such document in it.
    pub fn read_revision(
        around: &Path,
        revision: &str,
        path: &str,
        options: &Options,
    ) -> Result<Self, SpecError> {
        let repository = revision::repository(around)?;
        let (folder, document) = revision::find(&repository, around, revision, path)?;
        Ok(Self::of_with(folder::read(&folder, document, options)?, options))
    }

    /// The texts of licences that lie beside the spec.
    ///
    /// # Errors
    /// If one cannot be read.
    pub fn licences(&self) -> Result<FileTree, SpecError> {
        folder::licences(&disk::OnDisk(&self.dir))
    }

    /// [`Self::licences`] of a spec that [`Self::read_revision`] reads, or else those at the root of the repository.
    ///
    /// # Errors
    /// If one cannot be read.
    pub fn licences_in_revision(around: &Path, revision: &str, path: &str) -> Result<FileTree, SpecError> {
        let repository = revision::repository(around)?;
        let (folder, _) = revision::find(&repository, around, revision, path)?;
        let beside = folder::licences(&folder)?;
        if beside.files.is_empty() { folder::licences(&folder.of_root()) } else { Ok(beside) }
    }

    /// The commit that a revision of the repository around a folder is.
    ///
    /// # Errors
    /// If there is no repository, or no such revision.
    pub fn commit_of(around: &Path, revision: &str) -> Result<String, SpecError> {
        revision::commit(&revision::repository(around)?, revision)
    }

    /// The spec that these files make.
    pub fn of(sources: Sources) -> Self {
        Self::of_with(sources, &Options::default())
    }

    /// [`Self::of`], told how to read.
    pub fn of_with(sources: Sources, options: &Options) -> Self {
        let (spec, diagnostics) = parse_with(&sources, options);
        let api = declared_api(&spec, &sources, &Rust);
        Self {
            dir: PathBuf::new(),
            sources,
            spec,
            diagnostics,
            withheld: BTreeSet::new(),
            shown: Shown::Whole,
            api,
        }
    }

    /// The spec with what stands around it: Markdown files beside it, and a listing of its folder. They are
    /// no part of it, and are neither hashed nor written nor shown to anybody.
    #[must_use]
    pub fn with_surroundings(mut self) -> Self {
        disk::look_around(&self.dir, &mut self.sources);
        self
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
        for file in self.sources.files() {
            let path = dir.join(&file.path);
            write_file(&path, &file.bytes).map_err(|source| SpecError::Io { path: path.clone(), source })?;
        }
        Ok(())
    }

    /// What an implementer may see.
    pub fn seen(&self) -> Seen {
        let visible = ghostlib_spec::visible(&self.sources, &self.withheld);
        let seen = ghostlib_spec::shown(&visible, &self.spec, &self.shown);
        Seen {
            hash: hash(&seen),
            n_documents: seen.documents().count(),
            files: seen.files().map(|file| (file.path.clone(), file.bytes.clone())).collect(),
        }
    }

    /// The same spec, of which implementers see this.
    #[must_use]
    pub fn showing(mut self, shown: &Shown) -> Self {
        self.shown.clone_from(shown);
        self
    }

    /// The spec as a run's journal names it.
    pub fn stamp(&self) -> SpecStamp {
        SpecStamp {
            name: self.spec.front_matter.name.clone(),
            version: self.spec.front_matter.version.clone(),
            hash: hash(&self.sources),
            bytes: self.sources.files().map(|file| file.bytes.len()).sum(),
            n_requirements: self.spec.requirements.len(),
            n_vectors: self.spec.vectors.len(),
            n_api_items: self.api.items.len(),
        }
    }

    /// The document's text.
    pub fn document_text(&self) -> String {
        String::from_utf8_lossy(&self.sources.document.bytes).into_owned()
    }

    /// What the spec's API blocks in a language declare.
    pub fn declared_api(&self, language: &dyn Language) -> Api {
        declared_api(&self.spec, &self.sources, language)
    }
}

pub(crate) fn hash(sources: &Sources) -> Sha256Hex {
    sha256_of_files(sources.files().map(|file| (file.path.as_str(), file.bytes.as_slice())))
}

fn declared_api(spec: &Spec, sources: &Sources, language: &dyn Language) -> Api {
    let documents =
        sources.documents().map(|file| (file.path.as_str(), String::from_utf8_lossy(&file.bytes)));
    let documents: BTreeMap<&str, Cow<str>> = documents.collect();
    let mut api = Api::default();
    for block in spec.api_blocks.iter().filter(|block| block.language == language.name()) {
        let Some(document) = documents.get(&*block.place.file) else { continue };
        let Place { file, span, .. } = &block.place;
        let declared = language.extract_block(&block.code, file, span.start, document);
        api.items.extend(declared.items);
        api.unseen.extend(declared.unseen);
    }
    api
}
