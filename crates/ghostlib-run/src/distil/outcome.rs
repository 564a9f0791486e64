//! What a first spec is, how large, and what it does not say.

use crate::judge::Judge;
use crate::spec_files::LoadedSpec;
use ghostlib_diff::language_named;
use ghostlib_model::Diagnostic;
use ghostlib_verify::Uncallable;
use std::collections::BTreeSet;

/// A first spec.
#[derive(Clone, Debug)]
pub struct Distilled {
    /// The spec.
    pub spec: LoadedSpec,
    /// What is doubtful about it.
    pub diagnostics: Vec<Diagnostic>,
    /// How large it is, beside the reference.
    pub sizes: Sizes,
    /// What it does not say.
    pub left: Left,
    pub(super) own_vectors: BTreeSet<String>,
}

/// The sizes of a spec and of its reference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Requirements of the spec.
    pub requirements: usize,
    /// Vectors of the spec.
    pub vectors: usize,
    /// Of these, those whose input stands in the reference's own tests, documentation and examples.
    pub own_vectors: usize,
    /// Operations that a vector calls.
    pub operations: usize,
    /// API items that it declares.
    pub api_items: usize,
    /// The spec's bytes, and its lines.
    pub spec: (usize, usize),
    /// The bytes of the reference's library code, and its lines, tests beside it and documentation included where they stand in
    /// the same files.
    pub code: (usize, usize),
}

/// What a first spec does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Sentences of the documentation of public items that no template fits.
    pub sentences: usize,
    /// Statements that were taken out again since a lint doubts them.
    pub doubted: usize,
    /// Functions that cannot be called, and why.
    pub uncallable: Vec<Uncallable>,
    /// Functions that can be called, and have no vector all the same.
    pub unshown: Vec<String>,
    /// Calls that ended in a panic, a crash or a hang.
    pub not_returned: usize,
    /// Calls that were not answered alike twice.
    pub unstable: usize,
    /// Vectors that the reference did not keep.
    pub dropped: usize,
    /// What of the API only a compiler sees.
    pub unseen: usize,
}

impl Distilled {
    /// The same with another text of the spec, measured anew.
    pub(crate) fn rewritten(self, spec: LoadedSpec, judge: &Judge) -> Self {
        let vectors = &spec.spec.vectors;
        let operations: BTreeSet<&str> = vectors.iter().map(|vector| vector.operation.as_str()).collect();
        let language = language_named(judge.language());
        let code =
            judge.source().files.iter().filter(|file| language.is_some_and(|one| one.is_library(&file.path)));
        let size = |text: &str| (text.len(), text.lines().count());
        let sizes = Sizes {
            requirements: spec.spec.requirements.len(),
            vectors: vectors.len(),
            own_vectors: vectors
                .iter()
                .filter(|vector| self.own_vectors.contains(vector.id.as_str()))
                .count(),
            operations: operations.len(),
            api_items: judge.api().items.len(),
            spec: size(&spec.document_text()),
            code: code.map(|file| size(&file.text)).fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1)),
        };
        Self { diagnostics: judge.lint(&spec), sizes, spec, ..self }
    }
}
